"""Balances of one snapshot, summed by asset and by what the claims count for."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from monitor.judgement import exact
from monitor.judgement.holdings import Holdings, Standing
from monitor.judgement.phrases import counted
from monitor.model import Address, Basis, PositionHeld, Snapshot, SnapshotState, Token, frozen


@dataclass(frozen=True, slots=True)
class Sums:
    """Whole coins of one asset on one network, by basis."""

    bases: Mapping[Basis, Decimal]
    """``verified``, ``signed`` and ``listed``; each contains the one before."""
    unjudged: Decimal
    """The part of ``listed`` under claims that could not be judged: if they were, it might be signed or verified."""


@dataclass(frozen=True, slots=True)
class Tally:
    """What ``snapshot`` holds for ``holdings``."""

    holdings: Holdings
    snapshot: Snapshot
    sums: Mapping[str, Sums]
    """By asset, where the snapshot has every account that the list names now."""
    missing: Mapping[str, str]
    """Asset to the reason why it is not in ``sums``."""
    positions: Mapping[str, tuple[PositionHeld, ...]]
    """By asset of ``sums``, what of it is no coin in a wallet."""


def tally(
    holdings: Holdings, states: Mapping[str, SnapshotState], previous: Mapping[str, Tally] | None = None
) -> Mapping[str, Tally]:
    """Sum up every held snapshot, by network, stale ones too.

    A million additions take a while, so what is in ``previous`` for the same holdings and snapshot is taken from there.
    """
    known = previous or {}
    tallies = {}
    for network, state in states.items():
        if state.snapshot is not None:
            last = known.get(network)
            same = last is not None and last.holdings is holdings and last.snapshot is state.snapshot
            tallies[network] = last if last is not None and same else _tally(holdings, state.snapshot)
    return frozen(tallies)


def _tally(holdings: Holdings, snapshot: Snapshot) -> Tally:
    parts: dict[str, dict[Standing, Decimal]] = {}
    missing: dict[str, str] = {}
    positions: defaultdict[str, list[PositionHeld]] = defaultdict(list)
    for token, standings in holdings.accounts.items():
        if token.network != snapshot.network:
            continue
        if reason := _unread(token, standings, snapshot):
            missing[token.asset] = reason
            continue
        held, part = snapshot.balances[token], parts.setdefault(token.asset, {})
        amounts = {
            standing: token.whole(sum(map(held.__getitem__, accounts))) for standing, accounts in standings.items()
        }
        for standing, amount in amounts.items():
            part[standing] = exact.add(part.get(standing, exact.ZERO), amount)
        if token.position:
            positions[token.asset].append(PositionHeld(token, sums_of(amounts).bases, snapshot.rates.get(token)))
    sums = {asset: sums_of(part) for asset, part in parts.items() if asset not in missing}
    apart = {asset: tuple(each) for asset, each in positions.items() if asset in sums}
    return Tally(holdings, snapshot, frozen(sums), frozen(missing), frozen(apart))


def _unread(token: Token, standings: Mapping[Standing, tuple[Address, ...]], snapshot: Snapshot) -> str:
    held = snapshot.balances.get(token)
    place = f"in the snapshot of block {snapshot.block.number}"
    if held is None:
        return f"{token.contract or 'the native coin'} is not {place}: it could not be told, or is new in the list"
    wanted = sum(map(len, standings.values()))
    lacking = sum(account not in held for accounts in standings.values() for account in accounts)
    return f"{lacking} of {counted(wanted, 'account')} not {place}: not read since the list changed" if lacking else ""


def sums_of(part: Mapping[Standing, Decimal]) -> Sums:
    """The sums on each basis from those of each standing."""
    verified = part.get(Standing.VERIFIED, exact.ZERO)
    signed = exact.add(verified, part.get(Standing.SIGNED, exact.ZERO))
    unjudged = part.get(Standing.UNSUPPORTED, exact.ZERO)
    listed = exact.add(signed, unjudged, part.get(Standing.LISTED, exact.ZERO))
    return Sums(frozen({Basis.VERIFIED: verified, Basis.SIGNED: signed, Basis.LISTED: listed}), unjudged)
