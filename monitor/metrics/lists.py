"""Wallet lists, what their rows prove, and how documents were fetched, as series."""

from collections import Counter
from collections.abc import Iterator

from monitor.metrics import families
from monitor.metrics.text import Series
from monitor.metrics.values import Sources, each, each_by, seconds
from monitor.model import Assessment, DocumentState, World


def _assessments(world: World) -> Iterator[tuple[tuple[str], Assessment]]:
    for exchange, assessment in world.assessments.items():
        yield (exchange,), assessment


def _listed(world: World) -> Iterator[tuple[tuple[str], Assessment]]:
    return ((labels, one) for labels, one in _assessments(world) if one.listed_at is not None)


def _documents(world: World) -> Iterator[tuple[tuple[str, str], DocumentState]]:
    for exchange, assessment in world.assessments.items():
        for document in assessment.documents.values():
            yield (exchange, document.kind), document


def _claims(world: World) -> Series:
    for exchange, assessment in world.assessments.items():
        for (network, status), count in assessment.verdicts.items():
            yield (exchange, network, status), count


def _mismatches(world: World) -> Series:
    for exchange, assessment in world.assessments.items():
        if (audit := assessment.audit) is not None:
            found = Counter((mismatch.network, mismatch.token.asset) for mismatch in audit.mismatches)
            for (network, asset), compared in audit.checked.items():
                if compared:
                    yield (exchange, network, asset), found[network, asset]


def _shared_accounts(world: World) -> Series:
    for exchange, assessment in world.assessments.items():
        for shared in assessment.shared:
            yield (exchange, shared.exchange), shared.count


def _signatures_gone(world: World) -> Series:
    for exchange, assessment in world.assessments.items():
        gone = assessment.signatures_gone
        if assessment.listed_at is not None:
            yield (exchange,), gone.accounts if gone and world.at - gone.at < world.limits.changed_for else 0


def _signature_ages(world: World) -> Series:
    for exchange, assessment in world.assessments.items():
        if ages := assessment.signature_ages:
            yield (exchange, "oldest"), max(0.0, (world.at - ages.oldest).total_seconds())
            yield (exchange, "median"), max(0.0, (world.at - ages.median).total_seconds())


LISTS: Sources = (
    (families.CLAIMS, _claims),
    (families.CLAIM_MISMATCHES, _mismatches),
    (families.CONFIRMATIONS_LOST, each_by(_listed, lambda one: {"refuted": one.lost.refuted, "old": one.lost.old})),
    (families.CLAIMS_REPEATED, each_by(_assessments, lambda one: one.repeats.counts)),
    (families.SHARED_ACCOUNTS, _shared_accounts),
    (families.WALLET_LIST_TIMESTAMP, each(_assessments, lambda one: seconds(one.listed_at) if one.listed_at else None)),
    (families.SIGNATURES_GONE, _signatures_gone),
    (families.SIGNATURE_AGE, _signature_ages),
    (families.WALLET_LIST_CHANGES, each_by(_assessments, lambda one: one.changes)),
    (families.DOCUMENT_FETCHES, each(_documents, lambda document: document.fetched)),
    (families.DOCUMENT_FAILURES, each_by(_documents, lambda document: document.failures)),
    (families.DOCUMENT_REFUSED, each(_documents, lambda document: bool(document.refusal))),
)
