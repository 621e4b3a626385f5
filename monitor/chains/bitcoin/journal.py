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
from typing import NamedTuple

import msgspec

from monitor.chains.bitcoin.coins import Change, Coin, Coins, Outpoint, OutputsContradictError
from monitor.chains.bitcoin.walk import Step, UtxoSet
from monitor.model import Block, Height

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


class Place(msgspec.Struct, frozen=True, array_like=True):
    """A block."""

    number: int
    hash: str
    time: int

    @classmethod
    def of(cls, block: Block) -> "Place":
        """Return how ``block`` is kept."""
        return cls(block.number, block.hash, int(block.timestamp.timestamp()))

    @property
    def block(self) -> Block:
        """What it says."""
        return Block(Height(self.number), self.hash, datetime.fromtimestamp(self.time, UTC))


class _Entry(msgspec.Struct, frozen=True, array_like=True, tag="change"):
    before: Place
    after: Place
    scripts: tuple[bytes, ...]
    """Watched from here on."""
    created: Mapping[Outpoint, Coin]
    spent: Mapping[Outpoint, Coin]


class _Scan(msgspec.Struct, frozen=True, array_like=True, tag="scan"):
    """The node was asked for a scan, or (without a time) that scan has ended."""

    method: str
    at: float | None


class Journal(NamedTuple):
    """What a journal comes to."""

    scanned: Scanned | None
    utxos: UtxoSet | None
    """None where nothing was found yet, and so nothing is followed."""
    scans: dict[str, float]
    """When scans were asked for, in seconds since 1970, whose end is not in it; by the node's method."""


_decoder = msgspec.msgpack.Decoder(Scanned | _Entry | _Scan)


def beginning(scanned: Scanned, utxos: UtxoSet) -> Iterator[bytes]:
    """Return a whole journal that gives ``utxos``."""
    yield msgspec.msgpack.encode(scanned)
    yield from addition(utxos.block, tuple(utxos.coins.owners), utxos.coins.unspent)


def addition(block: Block, scripts: tuple[bytes, ...], created: Mapping[Outpoint, Coin]) -> Iterator[bytes]:
    """Return entries for scripts that are watched from ``block`` on, with the outputs that they have there."""
    place, rest = Place.of(block), iter(created.items())
    yield msgspec.msgpack.encode(_Entry(place, place, scripts, {}, {}))
    while part := dict(islice(rest, _COINS)):
        yield msgspec.msgpack.encode(_Entry(place, place, (), part, {}))


def step_entry(step: Step) -> bytes:
    """Return the entry for one step."""
    places = Place.of(step.before), Place.of(step.after)
    return msgspec.msgpack.encode(_Entry(*places, (), step.change.created, step.change.spent))


def scan_entry(method: str, at: float | None) -> bytes:
    """Return the entry for a scan that the node is asked for, or, without a time, for its end."""
    return msgspec.msgpack.encode(_Scan(method, at))


def sealed(entries: Iterable[bytes], after: bytes = b"") -> Iterator[bytes]:
    """Seal ``entries``, to be kept behind the sealed entry ``after``; nothing: they begin a journal."""
    seal = after[:_SEAL]
    for entry in entries:
        seal = _seal_of(seal, entry)
        yield seal + entry


def _seal_of(before: bytes, entry: bytes) -> bytes:
    return hashlib.blake2b(before + entry, digest_size=_SEAL).digest()


def opened(entries: Sequence[bytes]) -> Iterator[bytes]:
    """Return sealed ``entries`` without their seals. Raises ValueError where one is missing."""
    seal = b""
    for entry in entries:
        seal, kept = _seal_of(seal, entry[_SEAL:]), entry[:_SEAL]
        if seal != kept:
            raise ValueError("an entry is missing")
        yield entry[_SEAL:]


def read(entries: Sequence[bytes]) -> Journal:
    """Return what a journal of sealed entries comes to; nothing, for an empty one.

    Raises ValueError where it cannot be read, or has holes.
    """
    decoded = [_decoder.decode(entry) for entry in opened(entries)]  # not map: other threads get their turn
    scans = {entry.method: entry.at for entry in decoded if isinstance(entry, _Scan)}
    left = {method: at for method, at in scans.items() if at is not None}
    scanned, *changes = [entry for entry in decoded if not isinstance(entry, _Scan)] or [None]
    if scanned is None:
        return Journal(None, None, left)
    if not isinstance(scanned, Scanned) or scanned.format != _FORMAT or not changes:
        raise ValueError("it is of another version")
    utxos: UtxoSet | None = None
    for entry in changes:
        if not isinstance(entry, _Entry) or (utxos is not None and entry.before.block != utxos.block):
            raise ValueError("an entry does not fit")
        utxos = utxos or UtxoSet(entry.before.block, Coins())
        try:
            _replay(utxos, entry)
        except OutputsContradictError as error:
            raise ValueError(str(error)) from None
    return Journal(scanned, utxos, left)


def _replay(utxos: UtxoSet, entry: _Entry) -> None:
    change = Change(entry.created, entry.spent)
    if entry.after.number > entry.before.number:
        utxos.do(entry.after.block, change)
    elif entry.after.number < entry.before.number:
        utxos.undo(entry.after.block, change.reversed())
    else:
        utxos.coins.watch(entry.scripts)
        utxos.coins.apply(change)
        utxos.steps.clear()
