"""Totals per coin id: what a list states, what its rows add up to, and what the chain says (design, rule 7)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from monitor.formats import exact
from monitor.judgement.audit import Comparison
from monitor.judgement.repeats import Subject, subject_of
from monitor.model import Claim, StatedTotal


@dataclass(frozen=True, slots=True)
class Total:
    """The rows of a coin id, or of all that a total of the summary is about."""

    file: str
    coin: str
    stated: Decimal | None
    """None: the list states no total."""
    agrees: bool
    """Whether ``claimed``, in the decimals that are stated, is what is stated; nothing stated is nothing denied."""
    rows: int
    claimed: Decimal
    """Sum of the claimed amounts."""
    judged: int
    """Rows that were compared with the chain."""
    claimed_of_judged: Decimal
    found: Decimal | None
    """What the chain says of the rows that were compared, each balance once; None where none was."""

    @property
    def missing(self) -> Decimal:
        """What the compared rows claim and the chain does not have; negative where it has more."""
        return exact.ZERO if self.found is None else exact.subtract(self.claimed_of_judged, self.found)


@dataclass(slots=True)
class _Sums:
    rows: int = 0
    claimed: Decimal = exact.ZERO
    judged: int = 0
    claimed_of_judged: Decimal = exact.ZERO
    found: dict[Subject, Decimal] = field(default_factory=dict)

    def add(self, claim: Claim, comparison: Comparison) -> None:
        claimed = claim.stated or exact.ZERO
        self.rows += 1
        self.claimed = exact.add(self.claimed, claimed)
        subject = subject_of(claim)
        if comparison.match is not None and comparison.found is not None and subject is not None:
            self.judged += 1
            self.claimed_of_judged = exact.add(self.claimed_of_judged, claimed)
            own = exact.subtract(comparison.found, exact.total(comparison.staked.values()))
            self.found |= {**comparison.staked, subject: own}


def totals(
    claims: Iterable[Claim], comparisons: Iterable[Comparison], summary: Sequence[StatedTotal]
) -> tuple[Total, ...]:
    """The totals of a list, worst first.

    First those with the largest share missing on chain, then those where the chain has more, then those that the list's
    own rows deny. ``comparisons`` are those of ``claims``, in their order; ``summary`` is what the list states. A coin
    id of which nothing is stated has a total too.
    """
    sums: defaultdict[tuple[str, str], _Sums] = defaultdict(_Sums)
    for claim, comparison in zip(claims, comparisons, strict=True):
        sums[claim.file, claim.coin].add(claim, comparison)
    stated = {(total.file, total.coins[0]) for total in summary if len(total.coins) == 1}
    found = [_of(sums, total.file, total.coin, total.coins, total) for total in summary]
    found += [_of(sums, file, coin, (coin,), None) for file, coin in sums if (file, coin) not in stated]
    return tuple(sorted(found, key=_worst_first))


def _of(
    sums: Mapping[tuple[str, str], _Sums], file: str, coin: str, coins: Sequence[str], total: StatedTotal | None
) -> Total:
    parts = [sums[file, each] for each in coins if (file, each) in sums]
    judged = sum(part.judged for part in parts)
    found = {subject: held for part in parts for subject, held in part.found.items()}
    return Total(
        file=file,
        coin=coin,
        stated=total.stated if total else None,
        agrees=total is None or total.agrees,
        rows=sum(part.rows for part in parts),
        claimed=exact.total(part.claimed for part in parts),
        judged=judged,
        claimed_of_judged=exact.total(part.claimed_of_judged for part in parts),
        found=exact.total(found.values()) if judged else None,
    )


def _worst_first(total: Total) -> tuple[Decimal, bool, bool, str, str]:
    base = total.claimed_of_judged
    share = exact.ratio(total.missing, base) if base else total.missing
    return min(-share, exact.ZERO), share >= 0, total.agrees, total.coin, total.file
