"""A judged list in columns: a claim by itself takes some 420 bytes, a packed one 150, and a column crosses to another
process as one piece.

What differs from row to row lies in columns, what many rows share is kept once, and a claim is made anew whenever it
is looked at, in 2 µs.
"""

from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import accumulate
from operator import attrgetter
from typing import Any, overload

import msgspec
from msgspec import structs

from monitor.formats.hashing import PRINT, hashed
from monitor.giving_way import giving_way
from monitor.model.chain import Token
from monitor.model.ownership import Verdict
from monitor.model.published import Claim, ClaimKind
from monitor.model.reason_codes import Code
from monitor.model.units import Height
from monitor.model.values import Address

_NO_HEIGHT = 0
"""As a number; of a height it is one more."""
_TOGETHER = "~"
"""What begins an amount that a row states for several accounts."""
_AS_ACCOUNT, _OTHERWISE, _NO_ACCOUNT = range(3)
"""How an address is spelled: as its account, otherwise, or as nothing that decodes."""
_CODES = tuple(Code)
_NUMBERS = {code: number for number, code in enumerate(_CODES)}
_MANY = 8
"""One text of so many: to look into each is then quicker than to find out whose each finding is."""
_evidence = attrgetter("message", "signatures", "key", "owners", "kind._value_", "custodian")


def _column(numbers: Iterable[int]) -> "array[int]":
    """``numbers`` from 0 on, each in as few bytes as the largest of them takes: most columns hold small ones only."""
    column = array("Q", numbers)
    most = max(column, default=0)
    return array(next(code for code in "BHIQ" if most >> 8 * array(code).itemsize == 0), column)


class Texts:
    """Texts, one behind the other."""

    __slots__ = ("_ends", "_whole")

    def __init__(self, texts: Iterable[str]) -> None:
        parts = list(texts)
        self._whole = "".join(parts)
        self._ends = _column(accumulate(map(len, parts), initial=0))

    def __len__(self) -> int:
        return len(self._ends) - 1

    def __getitem__(self, position: int) -> str:
        return self._whole[self._ends[position] : self._ends[position + 1]]

    def __iter__(self) -> Iterator[str]:
        return map(self.__getitem__, range(len(self)))

    def having(self, part: str) -> list[int]:
        """The positions of those in which ``part`` is, which is not empty."""
        if self._whole.count(part) > len(self) // _MANY:
            return [position for position, text in enumerate(self) if part in text]
        found: dict[int, None] = {}
        start = self._whole.find(part)
        while start >= 0:
            position = bisect_right(self._ends, start) - 1
            if start + len(part) <= self._ends[position + 1]:
                found[position] = None
            start = self._whole.find(part, start + 1)
        return list(found)


class Alike(msgspec.Struct, frozen=True, gc=False):
    """What many rows have in common."""

    file: str
    coin: str
    network: str | None
    token: Token | None
    kind: ClaimKind
    implied: bool
    custodian: str
    rest: int


class PackedClaims(Sequence[Claim]):
    """The claims of a list in its order, without their evidence but the message (signatures, keys, owners).

    Of the evidence a hash is kept, so that lists can be compared. Nothing of the claims that they are made of is, not
    even their texts.
    """

    def __init__(self, claims: Iterable[Claim]) -> None:
        shared: dict[Alike, int] = {}
        faults: dict[str, int] = {}
        messages: dict[str, int] = {}
        accounts: list[Address | None] = []
        addresses: list[str] = []
        amounts: list[str] = []
        evidence: list[bytes] = []
        lines, heights, of_alike, of_faults, of_messages = (array("Q") for _ in range(5))
        self._spelling = bytearray()
        for claim in claims:
            accounts.append(claim.account)
            self._spelling.append(_spelling(claim))
            addresses.append("" if claim.account == claim.address else claim.address)
            lines.append(claim.line)
            heights.append(_NO_HEIGHT if claim.height is None else claim.height + 1)
            common = Alike(
                *(claim.file, claim.coin, claim.network, claim.token, claim.kind, claim.implied),
                claim.custodian,
                claim.rest,
            )
            of_alike.append(shared.setdefault(common, len(shared)))
            of_faults.append(faults.setdefault(claim.fault, len(faults)))
            of_messages.append(messages.setdefault(claim.message, len(messages)))
            amounts.append(_figure(claim))
            evidence.append(hashed(_evidence(claim)))
        self._lines = _column(lines)
        self._heights = _column(heights)
        self.of_alike = _column(of_alike)
        """Of every row: its place in :attr:`alike`."""
        self._of_faults = _column(of_faults)
        self._of_messages = _column(of_messages)
        self.alike = tuple(shared)
        """What rows have in common, each once."""
        self._faults = Texts(faults)
        self._messages = Texts(messages)
        self._amounts = Texts(amounts)
        self._addresses = Texts(addresses)
        self._evidence = b"".join(evidence)
        self.accounts = tuple(accounts)
        """Of every row; None where its address does not decode. The only texts that are objects, as all use them."""

    def __getstate__(self) -> dict[str, Any]:
        return vars(self) | {"accounts": Texts(account or "" for account in giving_way(self.accounts))}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        texts = giving_way(zip(state["accounts"], self._spelling, strict=True))
        self.accounts = tuple(None if spelling == _NO_ACCOUNT else text for text, spelling in texts)

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
        same = self.alike[self.of_alike[position]]
        file, coin, network, token, kind, implied, custodian, rest = structs.astuple(same)
        account, height, amount = self.accounts[position], self._heights[position], self._amounts[position]
        as_account = account is not None and self._spelling[position] == _AS_ACCOUNT
        address = account if account is not None and as_account else self._addresses[position]
        fault = self._faults[self._of_faults[position]]
        claimed = Decimal(amount) if amount and not amount.startswith(_TOGETHER) else None
        shared = Decimal(amount[1:]) if amount.startswith(_TOGETHER) else None
        at = None if height == _NO_HEIGHT else Height(height - 1)
        line, message = self._lines[position], self._messages[self._of_messages[position]]
        return Claim(
            *(file, line, coin, network, token, address, account, fault, kind, claimed, at, message),
            implied=implied,
            custodian=custodian,
            shared=shared,
            rest=rest,
        )

    def names(self) -> Iterator[str]:
        """The account of each row, or where it does not decode its address as published."""
        return (account or address for account, address in zip(self.accounts, self._addresses, strict=True))

    def evidence(self, row: int) -> bytes:
        """A hash of what the row proves, and how: message, signatures, key, owners, kind and custodian."""
        return self._evidence[row * PRINT : (row + 1) * PRINT]

    def statement(self, row: int) -> tuple[Decimal | None, int]:
        """What the row states: its amount or that of several accounts, and its height, to be compared."""
        figure = self._amounts[row]
        return Decimal(figure.removeprefix(_TOGETHER)) if figure else None, self._heights[row]

    def spelled_otherwise(self, text: str) -> list[int]:
        """The rows with ``text`` in their address where that is not the very text of their account."""
        return self._addresses.having(text)


def _figure(claim: Claim) -> str:
    if claim.amount is None:
        return "" if claim.shared is None else f"{_TOGETHER}{claim.shared}"
    return str(claim.amount)


def _spelling(claim: Claim) -> int:
    if claim.account is None:
        return _NO_ACCOUNT
    return _AS_ACCOUNT if claim.account == claim.address else _OTHERWISE


class PackedVerdicts(Sequence[Verdict]):
    """Verdicts in the order of their rows. Most say what others say: each of those is one object."""

    def __init__(self, verdicts: Iterable[Verdict]) -> None:
        table: dict[Verdict, int] = {}
        self.of_rows = _column(table.setdefault(verdict, len(table)) for verdict in verdicts)
        """Of every row: its place in :attr:`distinct`."""
        self.distinct = tuple(table)
        """What verdicts say, each once."""

    def with_changes(self, changed: Mapping[int, Verdict]) -> "PackedVerdicts":
        """These verdicts, but at the positions of ``changed`` those."""
        table = {verdict: number for number, verdict in enumerate(self.distinct)}
        copy = PackedVerdicts(())
        rows = array("Q", self.of_rows)
        for position, verdict in changed.items():
            rows[position] = table.setdefault(verdict, len(table))
        copy.of_rows = _column(rows)
        copy.distinct = tuple(table)
        return copy

    def __getstate__(self) -> tuple[Any, ...]:
        codes = bytes(_NUMBERS[each.code] for each in self.distinct)
        return self.of_rows, codes, Texts(each.reason for each in self.distinct)

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        self.of_rows, codes, reasons = state
        self.distinct = tuple(map(Verdict, (_CODES[code] for code in codes), reasons))

    def __len__(self) -> int:
        return len(self.of_rows)

    @overload
    def __getitem__(self, place: int) -> Verdict: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Verdict]: ...
    def __getitem__(self, place: int | slice) -> Verdict | Sequence[Verdict]:
        if isinstance(place, slice):
            return [self.distinct[number] for number in self.of_rows[place]]
        return self.distinct[self.of_rows[place]]

    def __iter__(self) -> Iterator[Verdict]:
        return map(self.distinct.__getitem__, self.of_rows)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PackedVerdicts) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment] # as of lists
