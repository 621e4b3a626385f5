"""Of a list that is too long to watch, the rows that claim the most; what the others claim is left to the list's word.

Rows of different coins are compared by their share of what their coin id's rows claim together, in steps of a few
percent. So a list is gone through twice, and none but the rows that stay is ever kept. Rows without an amount of their
own always stay.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from math import log2

from monitor.formats.exact import ZERO, add
from monitor.formats.phrases import counted
from monitor.model import Claim
from monitor.published.budget import Budget
from monitor.published.wallets.file_claims import FileClaims

_STEPS = 16
"""To each doubling: rows of one step stay or go together."""
_NONE = -(1 << 30)
"""The step of what claims nothing."""


def _step(amount: Decimal) -> int:
    return int(log2(amount) * _STEPS) if amount else _NONE


@dataclass(slots=True)
class _Coin:
    claimed: Decimal = ZERO
    steps: Counter[int] = field(default_factory=Counter)


class Sizes:
    """How large the rows of a list are."""

    def __init__(self) -> None:
        self._coins: defaultdict[str, _Coin] = defaultdict(_Coin)
        self._silent = 0

    def add(self, claims: Iterable[Claim]) -> None:
        """Count ``claims``."""
        for claim in claims:
            amount = claim.amount
            if amount is None:
                self._silent += 1
            else:
                coin = self._coins[claim.coin]
                coin.claimed = add(coin.claimed, amount)
                coin.steps[_step(amount)] += 1

    def cut(self, most: int) -> "Cut | None":
        """Say which rows stay, so that there are ``most``; None where all do."""
        shares = sorted(
            (
                (step - log2(coin.claimed) * _STEPS if coin.claimed else _NONE, name, step, count)
                for name, coin in self._coins.items()
                for step, count in coin.steps.items()
            ),
            reverse=True,
        )
        least: dict[str, int] = {}
        left = most - self._silent
        for _, name, step, count in shares:
            left -= count
            if left < 0:
                return Cut(least, most)
            least[name] = step
        return None


@dataclass(slots=True)
class _Rest:
    line: int
    rows: int = 0
    claimed: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Cut:
    """Where the smaller rows begin: by coin id, the smallest step that stays."""

    least: dict[str, int]
    most: int

    def of(self, claims: Iterable[Claim], found: FileClaims, budget: Budget) -> Iterator[Claim]:
        """The claims that stay, taken out of ``budget``; last, one for all others of each coin id and network."""
        rests: dict[tuple[str, str | None], _Rest] = {}
        for claim in claims:
            amount = claim.amount
            if amount is None or (claim.coin in self.least and _step(amount) >= self.least[claim.coin]):
                budget.take_rows(found.file, 1, claim.address)
                yield claim
            else:
                rest = rests.setdefault((claim.coin, claim.network), _Rest(claim.line))
                rest.rows += 1
                rest.claimed = add(rest.claimed, amount)
        for (coin, network), rest in rests.items():
            place = f" on {network}" if network else ""
            fault = f"{counted(rest.rows, 'row')}{place} too small to be watched: `largest` is {self.most}"
            yield Claim(found.file, rest.line, coin, None, None, "", None, fault, amount=rest.claimed, rest=rest.rows)
