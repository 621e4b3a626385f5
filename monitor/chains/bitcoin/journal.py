"""What is kept of the followed outputs over a restart: how they began, and every change since, in order.

A journal is a list of entries (MessagePack). Read in its order it gives the outputs again; where an entry is missing,
of another version or does not fit, there is nothing to go on from, and a scan begins anew.

Each entry begins with a seal, a hash over it and the seal before. Otherwise an entry that could not be written (a full
disk) might be missed without a trace: what a later entry says of "the third script" would be taken for another one's.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice

import msgspec

from monitor.chains.bitcoin.coins import Change, Coin, Coins, ContradictionError, Outpoint
from monitor.chains.bitcoin.walk import Standing, Step
from monitor.model import Block

_FORMAT = 1
_SEAL = 8
"""Bytes of an entry's seal; chance is what it must stand up to."""
_COINS = 20_000
"""In one entry: reading one is a moment, and between two the event loop has its turn."""


class Scanned(msgspec.Struct, frozen=True, array_like=True, tag="scanned"):
    """The first entry: when the last scan of everything was, and what it was not followed to (empty: nothing)."""

    at: int
    """Seconds since 1970."""
    difference: str | None = None
    """None where it was the first, so that there was nothing to compare it with."""
    format: int = _FORMAT


class _Place(msgspec.Struct, frozen=True, array_like=True):
    number: int
    hash: str
    time: int

    @classmethod
    def of(cls, block: Block) -> "_Place":
        return cls(block.number, block.hash, int(block.timestamp.timestamp()))

    @property
    def block(self) -> Block:
        return Block(self.number, self.hash, datetime.fromtimestamp(self.time, UTC))


class _Entry(msgspec.Struct, frozen=True, array_like=True, tag="change"):
    before: _Place
    after: _Place
    scripts: tuple[bytes, ...]
    """Watched from here on."""
    created: Mapping[Outpoint, Coin]
    spent: Mapping[Outpoint, Coin]


_decoder = msgspec.msgpack.Decoder(Scanned | _Entry)


def beginning(scanned: Scanned, standing: Standing) -> Iterator[bytes]:
    """A whole journal that gives ``standing``."""
    yield msgspec.msgpack.encode(scanned)
    yield from addition(standing.block, tuple(standing.coins.owners), standing.coins.unspent)


def addition(block: Block, scripts: tuple[bytes, ...], created: Mapping[Outpoint, Coin]) -> Iterator[bytes]:
    """Entries for scripts that are watched from ``block`` on, with the outputs that they have there."""
    place, rest = _Place.of(block), iter(created.items())
    yield msgspec.msgpack.encode(_Entry(place, place, scripts, {}, {}))
    while part := dict(islice(rest, _COINS)):
        yield msgspec.msgpack.encode(_Entry(place, place, (), part, {}))


def step_entry(step: Step) -> bytes:
    """The entry for one step."""
    places = _Place.of(step.before), _Place.of(step.after)
    return msgspec.msgpack.encode(_Entry(*places, (), step.change.created, step.change.spent))


def sealed(entries: Iterable[bytes], after: bytes = b"") -> Iterator[bytes]:
    """``entries`` with their seals, to be kept behind the sealed entry ``after``; nothing: they begin a journal."""
    seal = after[:_SEAL]
    for entry in entries:
        seal = _seal_of(seal, entry)
        yield seal + entry


def _seal_of(before: bytes, entry: bytes) -> bytes:
    return hashlib.blake2b(before + entry, digest_size=_SEAL).digest()


def _opened(entries: Sequence[bytes]) -> Iterator[bytes]:
    seal = b""
    for entry in entries:
        seal, kept = _seal_of(seal, entry[_SEAL:]), entry[:_SEAL]
        if seal != kept:
            raise ValueError("an entry is missing")
        yield entry[_SEAL:]


def read(entries: Sequence[bytes]) -> tuple[Scanned, Standing] | None:
    """What a journal of sealed entries comes to; None for an empty one.

    Raises ValueError where it cannot be read, or has holes.
    """
    if not entries:
        return None
    scanned, *changes = [_decoder.decode(entry) for entry in _opened(entries)]  # not map: other threads get their turn
    if not isinstance(scanned, Scanned) or scanned.format != _FORMAT or not changes:
        raise ValueError("it is of another version")
    standing: Standing | None = None
    for entry in changes:
        if not isinstance(entry, _Entry) or (standing is not None and entry.before.block != standing.block):
            raise ValueError("an entry does not fit")
        standing = standing or Standing(entry.before.block, Coins())
        try:
            _replay(standing, entry)
        except ContradictionError as error:
            raise ValueError(str(error)) from None
    return (scanned, standing) if standing else None


def _replay(standing: Standing, entry: _Entry) -> None:
    change = Change(entry.created, entry.spent)
    if entry.after.number > entry.before.number:
        standing.do(entry.after.block, change)
    elif entry.after.number < entry.before.number:
        standing.undo(entry.after.block, change.reversed())
    else:
        standing.coins.watch(entry.scripts)
        standing.coins.apply(change)
        standing.steps.clear()
