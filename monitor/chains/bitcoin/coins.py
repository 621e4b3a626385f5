"""The unspent outputs of some scripts: what a scan finds, what a block changes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import msgspec

from monitor.model import BaseUnits, Height, UnspentOutput

Outpoint = bytes
"""An output's name: 32 bytes of transaction id, in the order in which it is shown, and 4 of its index."""
_ID = 32


class Coin(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """An unspent output. Hundreds of thousands are held: no field without need."""

    owner: int
    """The position of its script among those that are watched."""
    amount: int
    height: int
    """Of the block that holds its transaction."""


class OutputsContradictError(Exception):
    """A block does not fit to the outputs before it: one of the two is wrong. The text says where."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What a block tells of the watched scripts. An output that it both makes and spends is in neither."""

    created: Mapping[Outpoint, Coin]
    spent: Mapping[Outpoint, Coin | None]
    """None where the node does not tell what an input spends: then all inputs are here, whoever owned them."""

    def known(self) -> "Change":
        """Return the change that it makes. Raises ValueError where that depends on what was held before."""
        spent = {outpoint: coin for outpoint, coin in self.spent.items() if coin is not None}
        if len(spent) < len(self.spent):
            raise ValueError(
                "the node does not tell what the block spent, which takes Bitcoin Core 23 or later and undo data"
            )
        return Change(self.created, spent)


@dataclass(frozen=True, slots=True)
class Change(Effect):
    """What becomes of the watched scripts' outputs."""

    spent: Mapping[Outpoint, Coin]

    def reversed(self) -> "Change":
        """Return what undoes it."""
        return Change(self.spent, self.created)


@dataclass(frozen=True, slots=True)
class Unspent:
    """All outputs as they were at one block; never changed."""

    owners: Mapping[bytes, int]
    """Of :class:`Coins`: more may come, none is changed."""
    coins: Mapping[Outpoint, Coin]

    def of(self, script: bytes) -> tuple[UnspentOutput, ...]:
        """Return what the sum of a watched script consists of, the oldest first."""
        owner = self.owners[script]
        found = (
            UnspentOutput(_txid_of(outpoint), _index_of(outpoint), BaseUnits(coin.amount), Height(coin.height))
            for outpoint, coin in self.coins.items()
            if coin.owner == owner
        )
        return tuple(sorted(found, key=lambda output: (output.height, output.txid, output.index)))


class Coins:
    """The unspent outputs of the watched scripts, and their sums."""

    def __init__(self, scripts: Iterable[bytes] = ()) -> None:
        self.owners: dict[bytes, int] = {}
        """Every watched script, with its position."""
        self.unspent: dict[Outpoint, Coin] = {}
        self._sums: list[int] = []
        self._unchanged: Unspent | None = None
        self.watch(scripts)

    def watch(self, scripts: Iterable[bytes]) -> None:
        """Begin to hold outputs of ``scripts`` as well; so far they have none."""
        for script in scripts:
            self.owners.setdefault(script, len(self.owners))
        self._sums += [0] * (len(self.owners) - len(self._sums))

    def watches(self, scripts: Iterable[bytes]) -> bool:
        """Tell whether outputs of all of ``scripts`` are held."""
        return all(map(self.owners.__contains__, scripts))

    def sums(self, scripts: Iterable[bytes]) -> dict[bytes, int]:
        """Return what watched scripts hold, in base units."""
        return {script: self._sums[self.owners[script]] for script in scripts}

    def as_they_are(self) -> Unspent:
        """Return all outputs as they are now: copied, once until a block changes them.

        By a loop of Python's, so that other threads get their turn while there are many.
        """
        if self._unchanged is None:
            self._unchanged = Unspent(self.owners, {outpoint: coin for outpoint, coin in self.unspent.items()})  # noqa: C416
        return self._unchanged

    def apply(self, effect: Effect) -> Change:
        """Take in what a block did, and give back what that was here.

        Raises :class:`OutputsContradictError`, and changes nothing, where the block spends what is not held or makes
        what is held already.
        """
        spent = self._spent_by(effect.spent)
        for outpoint in effect.created:
            if outpoint in self.unspent:
                raise OutputsContradictError(f"{shown(outpoint)} is made, but it was held already")
        if spent or effect.created:
            self._unchanged = None
        for outpoint, coin in spent.items():
            del self.unspent[outpoint]
            self._sums[coin.owner] -= coin.amount
        for outpoint, coin in effect.created.items():
            self.unspent[outpoint] = coin
            self._sums[coin.owner] += coin.amount
        return Change(effect.created, spent)

    def _spent_by(self, inputs: Mapping[Outpoint, Coin | None]) -> dict[Outpoint, Coin]:
        spent = {}
        for outpoint, stated in inputs.items():
            held = self.unspent.get(outpoint)
            if held is not None and stated in (None, held):
                spent[outpoint] = held
            elif stated is not None:
                found = f"{held.amount} of block {held.height}" if held else "nothing"
                raise OutputsContradictError(
                    f"{shown(outpoint)} is spent, {stated.amount} of block {stated.height}, but held was {found}"
                )
        return spent

    def absorb(self, others: "Coins") -> tuple[tuple[bytes, ...], Change]:
        """Take in outputs of other scripts at the same block; gives back those scripts and outputs as held here."""
        added = tuple(script for script in others.owners if script not in self.owners)
        self.watch(added)
        places = [self.owners[script] for script in others.owners]
        new = frozenset(self.owners[script] for script in added)
        created = {
            outpoint: Coin(places[coin.owner], coin.amount, coin.height)
            for outpoint, coin in others.unspent.items()
            if places[coin.owner] in new
        }
        return added, self.apply(Effect(created, {}))

    def difference(self, scanned: "Coins") -> str:
        """Tell where ``scanned`` holds something else for its scripts, as a phrase with numbers; empty if nowhere."""
        places = [self.owners.get(script, -1) for script in scanned.owners]
        known = frozenset(places)
        lacking = [
            outpoint
            for outpoint, coin in scanned.unspent.items()
            if places[coin.owner] >= 0
            and self.unspent.get(outpoint) != Coin(places[coin.owner], coin.amount, coin.height)
        ]
        spent = [
            outpoint
            for outpoint, coin in self.unspent.items()
            if coin.owner in known and outpoint not in scanned.unspent
        ]
        phrases = (_phrase(lacking, "not followed"), _phrase(spent, "followed, but not there"))
        return "; ".join(phrase for phrase in phrases if phrase)


def outpoint_of(txid: str, index: int) -> Outpoint:
    """Return the name of output ``index`` of a transaction. Raises ValueError where they cannot be these."""
    identifier = bytes.fromhex(txid)
    if len(identifier) != _ID:
        raise ValueError(f"{txid!r:.70} is not a transaction id")
    return identifier + index.to_bytes(4, "big")


def _txid_of(outpoint: Outpoint) -> str:
    return outpoint[:_ID].hex()


def _index_of(outpoint: Outpoint) -> int:
    return int.from_bytes(outpoint[_ID:], "big")


def shown(outpoint: Outpoint) -> str:
    """Return ``txid:index``, as people write it."""
    return f"{_txid_of(outpoint)}:{_index_of(outpoint)}"


def _phrase(outpoints: list[Outpoint], what: str) -> str:
    if not outpoints:
        return ""
    return f"{len(outpoints)} output{'s' if len(outpoints) > 1 else ''} {what}, such as {shown(outpoints[0])}"
