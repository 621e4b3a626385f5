"""A wallet list with its verdicts, as compact as the daemon can keep it for good."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from monitor.daemon.rows import Rows
from monitor.judgement import Holdings, holdings
from monitor.model import (
    Claim,
    Document,
    OwnerAnswer,
    OwnerQuestion,
    SummaryDifference,
    Verdict,
    VerdictStatus,
    WalletList,
)

UNPLACED = "unknown"
"""The network label of claims that the registry could not place."""


@dataclass(frozen=True, slots=True)
class JudgedList:
    """A published list after judgement.

    ``claims`` have lost their evidence (messages, signatures, keys, owners): it is judged, it is the larger part of a
    list of some hundred thousand rows, and the store still holds the document that it came from. The rest is packed.
    """

    document: Document
    layout: str
    accepted_at: datetime
    claims: Rows
    verdicts: tuple[Verdict, ...]
    holdings: Holdings
    questions: Mapping[bytes, OwnerQuestion]
    """What chains are to be asked about unbound claims, by fingerprint of the evidence."""
    asked: Mapping[bytes, tuple[int, ...]]
    """Positions of the claims that share a question."""
    counts: Mapping[tuple[str, VerdictStatus], int]
    messages: Mapping[str, int]
    differences: tuple[SummaryDifference, ...]
    unread: tuple[str, ...]


def judged_list(
    published: WalletList,
    verdicts: Sequence[Verdict],
    accepted_at: datetime,
    questions: Mapping[bytes, OwnerQuestion],
    asked: Mapping[bytes, tuple[int, ...]],
) -> JudgedList:
    """Join a list and its verdicts. CPU-bound: for a large list, call it in a thread."""
    claims = Rows(published.claims)
    has_signatures = any(any(claim.signatures) for claim in published.claims)
    return JudgedList(
        document=published.document,
        layout=published.layout,
        accepted_at=accepted_at,
        claims=claims,
        verdicts=tuple(verdicts),
        holdings=replace(holdings(claims, verdicts), has_signatures=has_signatures),
        questions=questions,
        asked=asked,
        counts=_counts(claims, verdicts),
        messages=Counter(claim.message for claim in published.claims if claim.signatures),
        differences=published.differences,
        unread=published.unread,
    )


def with_answers(judged: JudgedList, original: Sequence[Verdict], answers: Mapping[bytes, OwnerAnswer]) -> JudgedList:
    """The list with those unbound claims promoted whose owners a chain confirmed, and no others.

    ``original`` are the verdicts before any promotion: an owner that was replaced on chain falls back to ``unbound``.
    """
    verdicts = list(original)
    for fingerprint, positions in judged.asked.items():
        answer = answers.get(fingerprint)
        if answer is None:
            continue
        for position in positions:
            verdicts[position] = promoted(original[position], answer)
    if tuple(verdicts) == judged.verdicts:
        return judged
    return replace(
        judged,
        verdicts=tuple(verdicts),
        # The claims have lost their signatures by now, but not the fact that they had some.
        holdings=replace(holdings(judged.claims, verdicts), has_signatures=judged.holdings.has_signatures),
        counts=_counts(judged.claims, verdicts),
    )


def promoted(verdict: Verdict, answer: OwnerAnswer) -> Verdict:
    """``verdict`` in the light of what the chain said."""
    if verdict.status is not VerdictStatus.UNBOUND:
        return verdict
    status = VerdictStatus.VERIFIED if answer.confirmed else VerdictStatus.UNBOUND
    reason = f"{verdict.reason}; on chain at block {answer.block.number}: {answer.reason}"
    return Verdict(status, reason, answered=not answer.confirmed)


def _counts(claims: Sequence[Claim], verdicts: Sequence[Verdict]) -> Mapping[tuple[str, VerdictStatus], int]:
    return Counter((claim.network or UNPLACED, verdict.status) for claim, verdict in zip(claims, verdicts, strict=True))
