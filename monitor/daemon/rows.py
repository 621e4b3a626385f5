"""The rows of a list without their evidence, packed: a claim by itself takes some 420 bytes, a packed one 150.

What differs from row to row lies in columns, what many rows share is kept once, and a claim is made anew whenever it
is looked at, in 2 µs.
"""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import accumulate
from typing import NamedTuple, overload

from monitor.model import Address, Claim, ClaimKind, Token

_NO_HEIGHT = -1


class _Shared(NamedTuple):
    """What many rows have in common."""

    file: str
    coin: str
    network: str | None
    token: Token | None
    fault: str
    kind: ClaimKind
    implied: bool


class Rows(Sequence[Claim]):
    """Claims in the order of their list.

    Nothing of the claims that they are made of is kept, not even their texts: so the memory that a list took while it
    was read, of which these would have held on to every part, can be given back.
    """

    def __init__(self, claims: Iterable[Claim]) -> None:
        shared: dict[_Shared, int] = {}
        addresses: list[str] = []
        self._accounts: dict[int, Address | None] = {}
        """Where they are spelled otherwise than published."""
        self._lines = array("Q")
        self._heights = array("q")
        self._of_shared = array("L")
        amounts: list[str] = []
        for position, claim in enumerate(claims):
            addresses.append(claim.address)
            if claim.account != claim.address:
                self._accounts[position] = claim.account
            self._lines.append(claim.line)
            self._heights.append(_NO_HEIGHT if claim.height is None else claim.height)
            common = _Shared(claim.file, claim.coin, claim.network, claim.token, claim.fault, claim.kind, claim.implied)
            self._of_shared.append(shared.setdefault(common, len(shared)))
            amounts.append("" if claim.amount is None else str(claim.amount))
        self._shared = tuple(shared)
        self._amounts = _Texts(amounts)
        self._addresses = tuple(_Texts(addresses))

    def __len__(self) -> int:
        return len(self._lines)

    @overload
    def __getitem__(self, place: int) -> Claim: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Claim]: ...
    def __getitem__(self, place: int | slice) -> Claim | Sequence[Claim]:
        if isinstance(place, slice):
            return [self._claim(position) for position in range(len(self))[place]]
        return self._claim(range(len(self))[place])

    def __iter__(self) -> Iterator[Claim]:
        return map(self._claim, range(len(self)))

    def _claim(self, position: int) -> Claim:
        file, coin, network, token, fault, kind, implied = self._shared[self._of_shared[position]]
        address, height, amount = self._addresses[position], self._heights[position], self._amounts[position]
        account = self._accounts.get(position, address)
        claimed = Decimal(amount) if amount else None
        at = None if height == _NO_HEIGHT else height
        line = self._lines[position]
        return Claim(
            file, line, coin, network, token, address, account, fault, kind, claimed, at, implied=implied
        )  # fmt: skip


class _Texts:
    """Texts, one behind the other."""

    def __init__(self, texts: Iterable[str]) -> None:
        parts = list(texts)
        self._whole = "".join(parts)
        self._ends = array("Q", accumulate(map(len, parts), initial=0))

    def __getitem__(self, position: int) -> str:
        return self._whole[self._ends[position] : self._ends[position + 1]]

    def __iter__(self) -> Iterator[str]:
        return map(self.__getitem__, range(len(self._ends) - 1))
