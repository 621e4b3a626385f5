"""Sums of accounts that were read one by one while blocks came, brought to one block.

The rule, and why it is certain (docs/decisions/anchored-readings.md): an answer is of some block, and does not say of
which. It was given between two looks at the tip, at blocks a and b. If no block after a - 6 and up to b + 1 has to do
with the account, it held the same after all of them, so that the answer is of each. From then on every block's effect
is added. An account with which one of them has to do has no sum yet: it is read again later.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from monitor.model import Address, Block

QUIET = 6
"""Blocks by which a server may have been behind the one that told the tip: many have several machines."""
_AHEAD = 1
"""Blocks by which it may have been ahead."""
KEPT_STEPS = 100
"""Blocks whose effect is remembered, to undo them."""


@dataclass(frozen=True, slots=True)
class Step:
    """What lies between a block and one of its children."""

    before: Block
    after: Block
    amounts: Mapping[Address, int]
    """What came to watched accounts, less what went. An account of which as much came as went is here too, with 0."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What was told of an account between two looks at the tip."""

    amount: int
    first: Block
    last: Block


class Anchored:
    """What watched accounts hold after ``block``, as far as that is known."""

    def __init__(self, block: Block, watched: Iterable[Address] = ()) -> None:
        self.block = block
        self.watched = set(watched)
        self.sums: dict[Address, int] = {}
        """Of accounts whose sum is known. Never that of another block."""
        self.steps: deque[Step] = deque(maxlen=KEPT_STEPS)
        """The last blocks up to this one, with what they did to every watched account."""
        self.undone: dict[Address, int] = {}
        """Accounts with which blocks had to do that have left the chain, and how high those were: a server may still
        have them."""

    # --- from block to block ---

    def do(self, step: Step) -> list[Address]:
        """Take in the next block; gives back accounts whose sum contradicts it, and is not known any more."""
        self.block = step.after
        self.steps.append(step)
        self.undone = {each: height for each, height in self.undone.items() if height > self.block.number - KEPT_STEPS}
        return self._add(step.amounts, 1)

    def undo(self) -> list[Address]:
        """Take back the last block, and do likewise. Raises IndexError where it is not remembered."""
        step = self.steps.pop()
        self.block = step.before
        self.undone |= dict.fromkeys(step.amounts, step.after.number)
        return self._add(step.amounts, -1)

    def _add(self, amounts: Mapping[Address, int], sign: int) -> list[Address]:
        wrong = []
        for account, amount in amounts.items():
            if account in self.sums:
                self.sums[account] += sign * amount
                if self.sums[account] < 0:
                    wrong.append(account)
                    del self.sums[account]
        return wrong

    def watch(self, accounts: Iterable[Address]) -> None:
        """Watch further accounts: from six blocks ago on, to which it goes back, so that these are to be done again."""
        for _ in range(min(QUIET, len(self.steps))):
            self.undo()
        self.steps.clear()  # they do not know the new ones
        self.watched.update(accounts)

    # --- answers ---

    def settle(self, answers: Mapping[Address, Answer]) -> tuple[dict[Address, int], set[Address]]:
        """Return which of ``answers`` are sums as of now, and whose can never be; the rest must wait for blocks."""
        sums: dict[Address, int] = {}
        useless = set()
        since = self._last_touched()
        places = {step.before.hash: number for number, step in enumerate(self.steps)} | {
            self.block.hash: len(self.steps)
        }
        for account, answer in answers.items():
            if answer.last.number > self.block.number:
                continue
            lowest = max(0, answer.first.number - QUIET)
            if (
                answer.first.hash not in places
                or answer.last.hash not in places
                or self._oldest > lowest
                or since.get(account, 0) > lowest
            ):
                useless.add(account)
            elif self.block.number >= answer.last.number + _AHEAD:
                sums[account] = answer.amount
        return sums, useless

    def quiet(self, accounts: Iterable[Address]) -> Iterator[Address]:
        """Return those of ``accounts`` that may be read now: of unknown sum, and untouched by the last six blocks."""
        since = self._last_touched()
        lowest = max(0, self.block.number - QUIET)
        for account in accounts:
            if account not in self.sums and since.get(account, 0) <= lowest:
                yield account

    @property
    def _oldest(self) -> int:
        """The number of the oldest block that is remembered."""
        return self.steps[0].before.number if self.steps else self.block.number

    def _last_touched(self) -> dict[Address, int]:
        """The height of the newest remembered block that has, or had, to do with an account."""
        found = dict(self.undone)
        for step in self.steps:
            for account in step.amounts:
                found[account] = max(step.after.number, found.get(account, 0))
        return found

    # --- what is asked ---

    def at(self, block: Block, accounts: Iterable[Address]) -> dict[Address, int] | None:
        """Return the known sums of ``accounts`` after ``block``; None where that is not among those remembered."""
        later: list[Mapping[Address, int]] = []
        for step in reversed(self.steps):
            if step.after.number <= block.number:
                break
            later.append(step.amounts)
        number = self.block.number - len(later)
        hash_ = self.block.hash if not later else self.steps[-len(later)].before.hash
        if (number, hash_) != (block.number, block.hash):
            return None
        found = {account: self.sums[account] for account in accounts if account in self.sums}
        for amounts in later:
            for account, amount in amounts.items():
                if account in found:
                    found[account] -= amount
        return {account: amount for account, amount in found.items() if amount >= 0}
