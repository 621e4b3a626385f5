"""Balances of one network, summed by token and by what the claims count for; and what is left to the list's word."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from operator import le

from monitor.formats import exact
from monitor.formats.phrases import counted
from monitor.giving_way import giving_way
from monitor.judgement.between import away
from monitor.judgement.holdings import COUNTED, MOST, UNJUDGED, Holdings, Standing, StandingAccounts, by_basis
from monitor.model import (
    Address,
    BaseUnits,
    Basis,
    ByBasis,
    PositionHeld,
    Snapshot,
    SnapshotState,
    Token,
    frozen,
    total,
)


@dataclass(frozen=True, slots=True)
class Tally:
    """What the snapshots of one network hold for ``holdings``."""

    holdings: Holdings
    state: SnapshotState
    sums: Mapping[Token, ByBasis]
    """What counts, of every token that is whole: read of every account that the list names now, all at one block."""
    unjudged: Mapping[Token, ByBasis]
    """What might count as well, if the claims that could not be judged were (rule 12)."""
    missing: Mapping[Token, str]
    """Why the others are not."""
    unread: Mapping[Token, ByBasis]
    """By token, the most that is to be reckoned with where it is not whole, or no longer fresh: the larger of what the
    list claims and what was last read. Unbounded where an account was never read and nothing is claimed of it."""
    positions: Mapping[Token, tuple[PositionHeld, ...]]
    """What of the tokens of ``sums`` is no coin in a wallet: all of a token, or parts of a coin. What its issuer has
    frozen is among them, and not in ``sums``."""
    away: Mapping[str, Mapping[Basis, Decimal]]
    """By asset of which any was, what was away at the block between the last snapshots that was looked back at."""


def tally(
    holdings: Holdings, states: Mapping[str, SnapshotState], previous: Mapping[str, Tally] | None = None
) -> Mapping[str, Tally]:
    """Sum up every network of ``states``: what was read however long ago, and what is only claimed.

    A million additions take a while: what is in ``previous`` for the same holdings and snapshots is taken from there.
    """
    known = previous or {}
    return frozen({network: _known(known.get(network), holdings, state) for network, state in states.items()})


def _known(last: Tally | None, holdings: Holdings, state: SnapshotState) -> Tally:
    def same(one: SnapshotState) -> bool:
        return one.last is state.last and one.earlier is state.earlier and one.low is state.low

    return last if last and last.holdings is holdings and same(last.state) else _tally(holdings, state)


def _tally(holdings: Holdings, state: SnapshotState) -> Tally:
    sums: dict[Token, ByBasis] = {}
    unjudged: dict[Token, ByBasis] = {}
    missing: dict[Token, str] = {}
    unread: dict[Token, ByBasis] = {}
    positions: dict[Token, tuple[PositionHeld, ...]] = {}
    for token, groups in giving_way(holdings.accounts.items()):
        if token.network != state.network:
            continue
        snapshot = state.of(token)
        if snapshot is None or (reason := _lacking(token, groups, snapshot)):
            missing[token] = _not_told(token, state.last) if snapshot is None else reason
            unread[token] = unread_of(token, groups, snapshot)
            continue
        held = snapshot.balances[token]
        blocked = snapshot.positions.get(token.frozen, {}) if snapshot.positions else {}
        amounts = {each.standing: token.whole(_movable(held, blocked, each.accounts)) for each in groups}
        sums[token], unjudged[token] = by_basis(COUNTED, amounts), by_basis(UNJUDGED, amounts)
        unread[token] = _larger(_claimed(token, groups, snapshot), sums[token].plus(unjudged[token]))
        if token.position:
            positions[token] = (PositionHeld(token, sums[token], snapshot.rates.get(token)),)
        elif parts := tuple(_parts(token, groups, snapshot)):
            positions[token] = parts
    return Tally(
        holdings,
        state,
        frozen(sums),
        frozen(unjudged),
        frozen(missing),
        frozen(unread),
        frozen(positions),
        away(holdings, state),
    )


def _movable(
    held: Mapping[Address, BaseUnits], blocked: Mapping[Address, BaseUnits], accounts: tuple[Address, ...]
) -> BaseUnits:
    """What ``accounts`` hold, less what the issuer has blocked there."""
    frozen = total(blocked[each] for each in accounts if each in blocked) if blocked else 0
    return BaseUnits(total(map(held.__getitem__, accounts)) - frozen)


def _parts(token: Token, groups: Sequence[StandingAccounts], snapshot: Snapshot) -> Iterator[PositionHeld]:
    """What of the coin ``token`` is staked, locked or frozen."""
    for position, held in snapshot.positions.items():
        if token.has_part(position):
            amounts = {
                each.standing: token.whole(total(held.get(account, BaseUnits(0)) for account in each.accounts))
                for each in groups
            }
            yield PositionHeld(position, by_basis(COUNTED, amounts), None)


def _not_told(token: Token, last: Snapshot | None) -> str:
    if last is None:
        return "no whole snapshot"
    form, place = token.contract or "the native coin", f"in the snapshot of {last.block.named}"
    return f"{form} is not {place}: it could not be told, or is new in the list"


def _lacking(token: Token, groups: Sequence[StandingAccounts], snapshot: Snapshot) -> str:
    held = snapshot.balances[token]
    wanted = sum(len(each.accounts) for each in groups)
    lacking = sum(account not in held for each in groups for account in each.accounts)
    place = f"in the snapshot of {snapshot.block.named}"
    return f"{lacking} of {counted(wanted, 'account')} not {place}: not read since the list changed" if lacking else ""


def unread_of(token: Token, groups: Sequence[StandingAccounts], snapshot: Snapshot | None) -> ByBasis:
    """The larger of what is claimed of ``token`` and of what ``snapshot``, if there is one, has read of it."""
    held = snapshot.balances.get(token, {}) if snapshot else {}
    last = {
        each.standing: token.whole(total(held.get(account, BaseUnits(0)) for account in each.accounts))
        if held
        else exact.ZERO
        for each in groups
    }
    return _larger(_claimed(token, groups, snapshot), by_basis(MOST, last))


def _larger(claimed: Mapping[Standing, Decimal], by_reading: ByBasis) -> ByBasis:
    """By basis, of all that counts there or might: no row of another standing can lift it."""
    by_claim = by_basis(MOST, claimed)
    if all(map(le, by_claim.amounts, by_reading.amounts)):
        return by_reading
    return ByBasis(tuple(map(max, by_claim.amounts, by_reading.amounts)))


def _claimed(token: Token, groups: Sequence[StandingAccounts], snapshot: Snapshot | None) -> Mapping[Standing, Decimal]:
    """What the list claims; of accounts of which it says nothing, what was last read.

    Claims of a position are in its own units, and are turned into coins by its last rate; without one, one for one.
    """
    held = snapshot.balances.get(token, {}) if snapshot else {}
    rate = snapshot.rates.get(token) if snapshot else None
    claimed = {}
    for each in groups:
        amount = each.stated
        if rate is not None and token.position is not None:
            shares = int(exact.shifted(amount, token.position.decimals))
            amount = token.whole(rate.units(BaseUnits(shares)))
        if each.silent:
            read = [held.get(account) for account in each.silent]
            units = [one for one in read if one is not None]
            amount = exact.add(amount, token.whole(total(units)) if len(units) == len(read) else exact.UNBOUNDED)
        claimed[each.standing] = amount
    return claimed
