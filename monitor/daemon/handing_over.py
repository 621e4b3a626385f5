"""A judged list on its way to another process: in columns, and what has no columns some entries at a time.

So nothing takes long to unpack in one go, with the receiver's other threads waiting.
"""

import traceback
from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, TypeVar

from monitor.daemon.judged import JudgedList
from monitor.formats.hashing import PRINT
from monitor.giving_way import giving_way
from monitor.judgement import Holdings
from monitor.judgement.holdings import Standing, StandingAccounts
from monitor.model import Address, ListChanges, Token, Verdict, frozen
from monitor.model.packed import PackedClaims, PackedVerdicts, Texts
from monitor.published import Cause, DocumentError

_SOME = 1_000
"""Entries that are unpacked in one go, in some milliseconds."""
_BY_KEY = ("questions", "asked", "stakes", "messages")
"""What a judged list has as mappings, of which any may have as many entries as the list has rows."""
_NO_CLAIMS = PackedClaims(())
_NO_VERDICTS = PackedVerdicts(())
_NO_HOLDINGS = Holdings({}, (), has_signatures=False)

T = TypeVar("T")
Piece = tuple[str, Any]
"""What it is a piece of, and the piece."""


@dataclass(frozen=True, slots=True)
class NewList:
    """A list that was read and judged."""

    judged: JudgedList
    changes: ListChanges | None
    """What differs from the list before; None where there was none, or it cannot be read any more."""


@dataclass(frozen=True, slots=True)
class SomeVerdicts:
    """Verdicts by fingerprint, as they cross from one process to the other."""

    prints: bytes
    verdicts: PackedVerdicts
    done: int = 0
    """How many rows are judged."""
    total: int = 0
    """Of how many."""

    @staticmethod
    def of(verdicts: Mapping[bytes, Verdict], done: int = 0, total: int = 0) -> "SomeVerdicts":
        """Pack them, to tell how many rows are ``done``."""
        return SomeVerdicts(b"".join(verdicts), PackedVerdicts(verdicts.values()), done, total)

    def by_print(self) -> dict[bytes, Verdict]:
        return dict(zip(prints_in(self.prints), self.verdicts, strict=True))


def prints_in(joined: bytes) -> list[bytes]:
    """The fingerprints that stand in ``joined``, one behind the other."""
    return [joined[start : start + PRINT] for start in range(0, len(joined), PRINT)]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why the list is refused: what was raised, fit to cross to another process."""

    reason: Cause
    sentence: str
    traceback: str

    @staticmethod
    def of(error: DocumentError) -> "Refusal":
        """What is to be told of ``error``."""
        return Refusal(error.reason, str(error), "".join(traceback.format_exception(error)))

    def error(self) -> DocumentError:
        """What was raised there, to be raised here."""
        error = DocumentError(self.reason, self.sentence)
        error.add_note(self.traceback)
        return error


def pieces_of(new: NewList) -> Iterator[Piece]:
    """Take ``new`` apart, for :func:`put_together`."""
    judged, changes = new.judged, new.changes
    yield "claims", judged.claims
    yield "verdicts", judged.verdicts
    yield from _holdings_apart(judged.holdings, judged.claims)
    for name in _BY_KEY:
        yield from ((name, dict(some)) for some in some_of(getattr(judged, name).items()))
    if changes is not None:
        texts = Texts(changes.added), Texts(changes.removed), Texts(changes.altered)
        yield "changes", (*texts, changes.restated, changes.added_coins, changes.removed_coins)
    empty: dict[str, Any] = {name: {} for name in _BY_KEY}
    yield "rest", replace(judged, claims=_NO_CLAIMS, verdicts=_NO_VERDICTS, holdings=_NO_HOLDINGS, **empty)


def put_together(pieces: Iterable[Piece]) -> NewList:
    """Make of its pieces what :func:`pieces_of` has taken apart. A large list takes its time: call it in a thread."""
    whole: dict[str, Any] = {"changes": None}
    entries: defaultdict[str, dict[Any, Any]] = defaultdict(dict)
    for name, piece in pieces:
        if isinstance(piece, dict):
            entries[name].update(piece)
        else:
            whole[name] = piece
    claims = whole["claims"]
    judged: JudgedList = replace(
        whole["rest"],
        claims=claims,
        verdicts=whole["verdicts"],
        holdings=_holdings(whole["holdings"], whole["uncounted"], entries["accounts"], claims),
        **{name: entries[name] for name in _BY_KEY},
    )
    if whole["changes"] is None:
        return NewList(judged, None)
    added, removed, altered, *sizes = whole["changes"]
    return NewList(judged, ListChanges(tuple(added), tuple(removed), tuple(altered), *sizes))


def columns_of(claims: PackedClaims) -> Mapping[str, Any]:
    """Take ``claims`` apart into what can be packed one after another, each in some milliseconds."""
    return claims.__getstate__()


def claims_of(columns: Mapping[str, Any]) -> PackedClaims:
    """Make of its columns what :func:`columns_of` has taken apart."""
    claims = PackedClaims(())
    claims.__setstate__(dict(columns))
    return claims


def some_of(entries: Iterable[T]) -> Iterator[list[T]]:
    """Give ``entries`` in lists of as many as are packed together."""
    remaining = iter(entries)
    while some := list(islice(remaining, _SOME)):
        yield some


def _holdings_apart(held: Holdings, claims: PackedClaims) -> Iterator[Piece]:
    """The accounts as the positions of rows that name them: there are no others, and their texts are there already."""
    rows = {account: position for position, account in enumerate(claims.accounts)}

    def positions(accounts: Iterable[Address]) -> "array[int]":
        return array("I", map(rows.__getitem__, accounts))

    for token, groups in held.accounts.items():
        for each in groups:
            silent = None if each.silent == each.accounts else positions(each.silent)
            yield "accounts", {(token, each.standing): (positions(each.accounts), each.stated, silent)}
    networks, named = Texts(network for network, _ in held.uncounted), Texts(account for _, account in held.uncounted)
    yield "uncounted", (networks, named)
    yield "holdings", replace(held, accounts={}, uncounted=frozenset())


def _holdings(
    rest: Holdings,
    uncounted: tuple[Texts, Texts],
    columns: "Mapping[tuple[Token, Standing], tuple[array[int], Any, array[int] | None]]",
    claims: PackedClaims,
) -> Holdings:
    groups: defaultdict[Token, list[StandingAccounts]] = defaultdict(list)

    def named(positions: "array[int]") -> tuple[Address, ...]:
        texts = (claims.accounts[position] for position in giving_way(positions))
        return tuple(text for text in texts if text is not None)

    for (token, standing), (positions, stated, silent) in columns.items():
        accounts = named(positions)
        unstated = accounts if silent is None else named(silent)
        groups[token].append(StandingAccounts(standing, accounts, stated, unstated))
    return replace(
        rest,
        accounts=frozen({token: tuple(each) for token, each in groups.items()}),
        uncounted=frozenset(zip(*uncounted, strict=True)),
    )
