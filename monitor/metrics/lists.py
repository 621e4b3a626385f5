"""Wallet lists, what their rows prove, and how documents were fetched, as series."""

from collections import Counter
from collections.abc import Iterator

from monitor.metrics import families
from monitor.metrics.text import Series
from monitor.metrics.values import Sources, seconds
from monitor.model import Assessment, DocumentState, World


def _documents(world: World) -> Iterator[tuple[str, DocumentState]]:
    for exchange, assessment in world.assessments.items():
        for document in assessment.documents.values():
            yield exchange, document


def _claims(world: World) -> Series:
    for exchange, assessment in world.assessments.items():
        for (network, status), count in assessment.verdicts.items():
            yield (exchange, network, status), count


def _mismatches(world: World) -> Series:
    for exchange, assessment in world.assessments.items():
        yield from _mismatches_of(exchange, assessment)


def _mismatches_of(exchange: str, assessment: Assessment) -> Series:
    audit = assessment.audit
    if audit is None:
        return
    found = Counter((mismatch.network, mismatch.token.asset) for mismatch in audit.mismatches)
    for (network, asset), compared in audit.checked.items():
        if compared:
            yield (exchange, network, asset), found[network, asset]


def _confirmations_lost(world: World) -> Series:
    for exchange, assessment in world.assessments.items():
        if assessment.listed_at is not None:
            yield (exchange, "refuted"), assessment.lost.refuted
            yield (exchange, "old"), assessment.lost.old


def _repeated_claims(world: World) -> Series:
    for exchange, assessment in world.assessments.items():
        for network, count in assessment.repeats.counts.items():
            yield (exchange, network), count


def _shared_accounts(world: World) -> Series:
    for exchange, assessment in world.assessments.items():
        for shared in assessment.shared:
            yield (exchange, shared.exchange), shared.count


def _list_times(world: World) -> Series:
    for exchange, assessment in world.assessments.items():
        if assessment.listed_at is not None:
            yield (exchange,), seconds(assessment.listed_at)


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


def _list_changes(world: World) -> Series:
    for exchange, assessment in world.assessments.items():
        for change, count in assessment.changes.items():
            yield (exchange, change), count


def _document_fetches(world: World) -> Series:
    for exchange, document in _documents(world):
        yield (exchange, document.kind), document.fetched


def _document_failures(world: World) -> Series:
    for exchange, document in _documents(world):
        for reason, count in document.failures.items():
            yield (exchange, document.kind, reason), count


def _documents_refused(world: World) -> Series:
    for exchange, document in _documents(world):
        yield (exchange, document.kind), float(bool(document.refusal))


LISTS: Sources = (
    (families.CLAIMS, _claims),
    (families.CLAIM_MISMATCHES, _mismatches),
    (families.CONFIRMATIONS_LOST, _confirmations_lost),
    (families.CLAIMS_REPEATED, _repeated_claims),
    (families.SHARED_ACCOUNTS, _shared_accounts),
    (families.WALLET_LIST_TIMESTAMP, _list_times),
    (families.SIGNATURES_GONE, _signatures_gone),
    (families.SIGNATURE_AGE, _signature_ages),
    (families.WALLET_LIST_CHANGES, _list_changes),
    (families.DOCUMENT_FETCHES, _document_fetches),
    (families.DOCUMENT_FAILURES, _document_failures),
    (families.DOCUMENT_REFUSED, _documents_refused),
)
