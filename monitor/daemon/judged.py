"""A wallet list with its verdicts, as compact as the daemon can keep it for good."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType

from monitor.judgement import Holdings, Stakes, holdings, repeats
from monitor.model import (
    Address,
    Claim,
    Code,
    Confirmation,
    Document,
    OwnerOutcome,
    OwnerQuestion,
    Repeats,
    SummaryDifference,
    Verdict,
    VerdictStatus,
    WalletList,
)
from monitor.model.packed import PackedClaims, PackedVerdicts
from monitor.ownership import OpenQuestions

_NO_STAKES: Stakes = MappingProxyType({})

UNPLACED = "unknown"
"""The network label of claims that the registry could not place."""


@dataclass(frozen=True, slots=True)
class JudgedList:
    """A published list after judgement.

    ``claims`` have lost their signatures, keys and owners: these are judged, they are the larger part of a
    list of some hundred thousand rows, and the store still holds the document that it came from.
    """

    document: Document
    layout: str
    accepted_at: datetime
    claims: PackedClaims
    verdicts: PackedVerdicts
    holdings: Holdings
    questions: Mapping[bytes, OwnerQuestion]
    """What chains are to be asked about unbound claims, by fingerprint of the question."""
    asked: Mapping[bytes, tuple[int, ...]]
    """Positions of the claims that share a question."""
    lost: tuple[int, ...]
    """Positions of the claims that a chain once confirmed, and that are not ``verified`` now."""
    stakes: Stakes
    counts: Mapping[tuple[str, VerdictStatus], int]
    messages: Mapping[str, int]
    differences: tuple[SummaryDifference, ...]
    repeats: Repeats
    unread: tuple[str, ...]


def judged_list(
    published: WalletList,
    packed: PackedClaims,
    asked: OpenQuestions,
    accepted_at: datetime,
    *,
    stakes: Stakes = _NO_STAKES,
    stakers: frozenset[tuple[str, Address]] = frozenset(),
    asset_of: Callable[[str], str | None] = lambda _coin: None,
) -> JudgedList:
    """Join a list, its verdicts and what is left to ask. CPU-bound: for a large list, call it in a thread.

    ``packed`` are its claims. ``stakers`` are the owners of staked coins, by network: a list names them by the rows of
    their validators. ``asset_of`` tells the asset of a coin id, where the registry knows it.
    """
    claims, verdicts = published.claims, PackedVerdicts(asked.verdicts)
    held = holdings(claims, verdicts, asset_of)  # of the claims themselves: a packed one is made anew at each look
    return JudgedList(
        document=published.document,
        layout=published.layout,
        accepted_at=accepted_at,
        claims=packed,
        verdicts=verdicts,
        holdings=replace(held, uncounted=held.uncounted | stakers),
        questions=asked.questions,
        asked=asked.positions,
        lost=(),
        stakes=stakes,
        counts=_counts(claims, verdicts),
        messages=Counter(claim.message for claim in claims if claim.signatures),
        differences=published.differences,
        repeats=repeats(claims),
        unread=published.unread,
    )


def with_answers(
    judged: JudgedList,
    original: PackedVerdicts,
    told: Mapping[bytes, Confirmation],
    since: datetime,
    *,
    leave_out: bool = False,
) -> JudgedList:
    """The list with its unbound claims as the chains have them: what they confirm is verified, what they deny invalid.

    ``original`` are the verdicts before any answer. What was confirmed before ``since`` and not again is as good as not
    asked. ``leave_out``: claims that are only administered count as listed and no more.
    """
    changed: dict[int, Verdict] = {}
    lost: list[int] = []
    for mark, positions in judged.asked.items():
        said = told.get(mark)
        if said is None:
            continue
        for position in positions:
            if original[position].status is VerdictStatus.UNBOUND:
                changed[position] = verdict = with_answer(
                    original[position], judged.questions[mark], said, since, leave_out=leave_out
                )
                if said.confirmed_at and verdict.status is not VerdictStatus.VERIFIED:
                    lost.append(position)
    verdicts = original.with_changes(changed)
    if verdicts == judged.verdicts and tuple(lost) == judged.lost:
        return judged
    assets = {each.coin: each.asset for each in judged.holdings.unplaced}
    return replace(
        judged,
        verdicts=verdicts,
        # The claims have lost their evidence by now, but not the fact that they had some.
        holdings=replace(
            holdings(judged.claims, verdicts, assets.get),
            has_signatures=judged.holdings.has_signatures,
            uncounted=judged.holdings.uncounted,
        ),
        counts=_counts(judged.claims, verdicts),
        lost=tuple(lost),
    )


def with_answer(
    verdict: Verdict, question: OwnerQuestion, said: Confirmation, since: datetime, *, leave_out: bool = False
) -> Verdict:
    """``verdict``, which is ``unbound``, in the light of what the chain said to its question."""
    answer = said.answer
    at = f"{verdict.reason}; on chain at block {answer.block.number}"
    if answer.outcome is OwnerOutcome.CONFIRMED and said.told_at < since:
        return Verdict(Code.CONFIRMATION_OLD, f"{at} the owners were confirmed, too long ago: {answer.reason}")
    reason = f"{at}: {answer.reason}"
    match answer.outcome:
        case OwnerOutcome.CONFIRMED:
            return Verdict(Code.CONFIRMED, reason)
        case OwnerOutcome.REFUTED:
            return Verdict(Code.REFUTED if question.accuses else Code.REFUTED_DEPOSITOR, reason)
        case OwnerOutcome.ADMINISTERED:
            return Verdict(Code.ADMINISTERED_LEFT_OUT if leave_out else Code.ADMINISTERED, reason)
        case OwnerOutcome.UNDECIDED:
            return Verdict(Code.UNDECIDED, reason)


def _counts(claims: Sequence[Claim], verdicts: Sequence[Verdict]) -> Mapping[tuple[str, VerdictStatus], int]:
    return Counter((claim.network or UNPLACED, verdict.status) for claim, verdict in zip(claims, verdicts, strict=True))
