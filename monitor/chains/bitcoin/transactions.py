"""Raw transactions of Bitcoin and its kin: what they spend and what they make.

Parsers of Bitcoin's transactions do not read those of its kin: Litecoin's may end with an extension block, Dash's with
a payload, and outputs of Bitcoin Cash may begin with a token. What comes before is the same everywhere, and the id is
recomputed over everything that it covers.
"""

import hashlib
from typing import NamedTuple

_TOKEN = 0xEF
_CATEGORY = 32
_HAS_COMMITMENT, _HAS_AMOUNT = 0x40, 0x10


class Output(NamedTuple):
    """What a transaction makes."""

    script: bytes
    amount: int


class Transaction(NamedTuple):
    """What a transaction spends, by id and index of the output, and what it makes, by index."""

    spent: tuple[tuple[str, int], ...]
    made: tuple[Output, ...]


def transaction(raw: bytes, txid: str) -> Transaction:
    """``raw`` as the transaction ``txid``; ValueError where it is not that one.

    It is the SHA-256, twice, of the whole, or, where there are witnesses (BIP 144) or the like, of the whole without
    them and without the two bytes that announce them.
    """
    if _hash(raw) == txid:
        return _body(raw, 4)[0]
    found, end = _body(raw, 6)
    if _hash(raw[:4] + raw[6:end] + raw[-4:]) != txid or raw[4] or not raw[5]:
        raise ValueError(f"these {len(raw)} bytes are not transaction {txid}")
    return found


def without_token(script: bytes) -> bytes:
    """An output's own script, where a CashToken may stand before it (CHIP-2022-02 of Bitcoin Cash).

    The token is 0xef, its category's 32 bytes, what of the rest there is, and that: a commitment and an amount.
    """
    if not script or script[0] != _TOKEN:
        return script
    try:
        reader = _Reader(script, 1 + _CATEGORY)
        kind = reader.number(1)
        if kind & _HAS_COMMITMENT:
            reader.bytes(reader.size())
        if kind & _HAS_AMOUNT:
            reader.size()
    except ValueError:
        return script
    return script[reader.at :]


def _body(raw: bytes, start: int) -> tuple[Transaction, int]:
    """Inputs and outputs from ``start`` on, and where they end."""
    reader = _Reader(raw, start)
    spent = []
    for _ in range(reader.size()):
        txid = reader.bytes(32)[::-1].hex()
        spent.append((txid, reader.number(4)))
        reader.bytes(reader.size())
        reader.bytes(4)
    made = []
    for _ in range(reader.size()):
        amount = reader.number(8)
        made.append(Output(reader.bytes(reader.size()), amount))
    return Transaction(tuple(spent), tuple(made)), reader.at


class _Reader:
    """Reads numbers (little-endian) and bytes one after the other; ValueError where there are no more."""

    def __init__(self, data: bytes, at: int) -> None:
        self.at = at
        self._data = data

    def bytes(self, length: int) -> bytes:
        found = self._data[self.at : self.at + length]
        if len(found) != length:
            raise ValueError(f"a transaction of {len(self._data)} bytes ends in the middle")
        self.at += length
        return found

    def number(self, length: int) -> int:
        return int.from_bytes(self.bytes(length), "little")

    def size(self) -> int:
        """Bitcoin's "compact size": a byte, or two, four or eight behind a byte that says so."""
        first = self.number(1)
        return first if first < 0xFD else self.number(2 << (first - 0xFD))


def _hash(data: bytes) -> str:
    return hashlib.sha256(hashlib.sha256(data).digest()).digest()[::-1].hex()
