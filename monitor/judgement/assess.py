"""From holdings, snapshots and liabilities to one answer per asset: covered, breach or unknown."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from monitor.judgement import exact
from monitor.judgement.holdings import Holdings
from monitor.judgement.phrases import counted, moment, span
from monitor.judgement.tally import Sums, Tally
from monitor.model import (
    AssetAssessment,
    Audit,
    Basis,
    Gap,
    Liabilities,
    ReserveStatus,
    SnapshotState,
    frozen,
)
from monitor.settings import ExchangeSettings


def basis_of(settings: ExchangeSettings, holdings: Holdings | None) -> Basis:
    """The basis on which an exchange's alerts act: configured, or as its list suggests."""
    return settings.basis or (holdings.default_basis if holdings else Basis.SIGNED)


def assess(
    holdings: Holdings | None,
    states: Mapping[str, SnapshotState],
    tallies: Mapping[str, Tally],
    *,
    liabilities: Liabilities | None,
    settings: ExchangeSettings,
    configured: Collection[str],
    unreadable: Collection[str] = (),
    audit: Audit | None,
    now: datetime,
) -> Mapping[str, AssetAssessment]:
    """Judge every asset that one exchange claims, owes, or has configured.

    ``holdings`` is None while no list was ever accepted. ``states`` and ``tallies`` (of the same ``holdings``, see
    :func:`~monitor.judgement.tally.tally`) are by network, ``configured`` names the networks that can be read,
    ``unreadable`` those that are configured and can only be asked for owners.
    """
    known = {token.asset for token in holdings.accounts} if holdings else set()
    known |= set(settings.assets)
    if liabilities:
        known |= {*liabilities.owed, *liabilities.unaddressed}
    judge = _Judge(
        holdings,
        states,
        tallies,
        liabilities,
        settings,
        frozenset(configured),
        frozenset(unreadable),
        audit,
        now,
        frozenset(known),
    )
    return frozen({asset: judge.asset(asset) for asset in sorted(known)})


@dataclass(frozen=True, slots=True)
class _Judge:
    """Everything that an asset's judgement looks at."""

    holdings: Holdings | None
    states: Mapping[str, SnapshotState]
    tallies: Mapping[str, Tally]
    liabilities: Liabilities | None
    settings: ExchangeSettings
    configured: frozenset[str]
    unreadable: frozenset[str]
    audit: Audit | None
    now: datetime
    assets: frozenset[str]

    def asset(self, asset: str) -> AssetAssessment:
        limits = self.settings.limits(asset)
        basis = basis_of(self.settings, self.holdings)
        owed = self.liabilities.owed.get(asset) if self.liabilities else None
        unaddressed = self.liabilities.unaddressed.get(asset, exact.ZERO) if self.liabilities else exact.ZERO
        networks = sorted({token.network for token in self.holdings.tokens(asset)}) if self.holdings else []
        held = self.held(asset, networks)
        gaps = [*self.gaps_of_list(asset, networks), *self.gaps_of_networks(asset, networks)]
        fresh = [sums for network, sums in held.items() if not self.states[network].stale]
        certain = bool(fresh) or not (networks or gaps)  # no claim at all is a certain nothing
        totals = _totals(fresh, unaddressed) if certain else {}
        most = {} if gaps else _with_unjudged(totals, fresh)  # empty unless every network is whole and fresh
        status = _status(totals, most, owed, basis, limits.breach_below)
        if most and status is ReserveStatus.UNKNOWN:
            gaps += self.gaps_of_verdicts(asset, held)
        bounds = _over(totals, owed)
        return AssetAssessment(
            asset=asset,
            basis=basis,
            status=status,
            breach_below=limits.breach_below,
            warn_below=limits.warn_below,
            owed=owed,
            unaddressed=unaddressed,
            reserves=frozen({network: sums.bases for network, sums in held.items()}),
            totals=frozen(totals),
            ratios=frozen(bounds if most else {}),
            lower_bounds=frozen(bounds),
            report_ratios=frozen(self.report_ratios(asset, owed, unaddressed)),
            gaps=(*gaps, *self.gaps_of_liabilities(owed)),
            upper_bounds=frozen(_over(most, owed)),
            positions=tuple(
                position for network in held for position in self.tallies[network].positions.get(asset, ())
            ),
        )

    def held(self, asset: str, networks: list[str]) -> dict[str, Sums]:
        """What held snapshots say, stale ones too, where they have all that the list names."""
        found = ((network, self.tallies.get(network)) for network in networks)
        return {network: tally.sums[asset] for network, tally in found if tally and asset in tally.sums}

    def gaps_of_list(self, asset: str, networks: list[str]) -> Iterator[Gap]:
        """Claims that may hold the asset and can't be counted."""
        if self.holdings is None:
            yield Gap("", "no wallet list was accepted yet")
            return
        unknown: list[str] = []
        for claims in self.holdings.unplaced:
            told = claims.told_among(self.assets)
            if told == asset:
                count = counted(claims.claims, "claim")
                yield Gap(claims.network, f"{count} of {claims.coin} cannot be counted: {claims.reason}")
            elif not told:
                unknown.append(claims.coin)
        if unknown and not networks:
            coins = ", ".join(sorted(set(unknown))[:5])
            yield Gap("", f"no claim names it, but claims of coins that the registry does not know may: {coins}")

    def gaps_of_networks(self, asset: str, networks: list[str]) -> Iterator[Gap]:
        for network in networks:
            if reason := self.gap_of_network(asset, network):
                yield Gap(network, reason)

    def gap_of_network(self, asset: str, network: str) -> str:
        if network in self.unreadable:
            return "its balances cannot be read yet: its endpoints only confirm owners"
        if network not in self.configured:
            return "not configured: no endpoint to read it from"
        state, tally = self.states.get(network), self.tallies.get(network)
        if state is None or state.snapshot is None or tally is None:
            return "no whole snapshot" + _because(state)
        if asset in tally.missing:
            return tally.missing[asset] + _because(state)
        if state.stale:
            taken = state.snapshot.taken_at
            return f"stale: the last whole snapshot is {span(self.now - taken)} old ({moment(taken)})" + _because(state)
        return ""

    def gaps_of_verdicts(self, asset: str, held: Mapping[str, Sums]) -> Iterator[Gap]:
        """Claims that nobody can judge yet: the last thing open where all balances are known."""
        for network, sums in held.items():
            if sums.unjudged:
                yield Gap(network, f"{sums.unjudged:f} {asset} are under claims whose signatures cannot be judged yet")

    def gaps_of_liabilities(self, owed: Decimal | None) -> Iterator[Gap]:
        if self.liabilities is None:
            yield Gap("", "what is owed is not known: no liabilities were accepted yet")
        elif owed is None:
            yield Gap("", "what is owed is not known: the published liabilities do not name it")

    def report_ratios(self, asset: str, owed: Decimal | None, unaddressed: Decimal) -> dict[Basis, Decimal]:
        """The list's accounts at the list's own heights, over what is owed (design, section 4, rule 8)."""
        reserves = dict(self.audit.report_reserves.get(asset, {})) if self.audit else {}
        if reserves:
            reserves[Basis.ASSERTED] = exact.add(reserves[Basis.LISTED], unaddressed)
        return _over(reserves, owed)


def _because(state: SnapshotState | None) -> str:
    return f"; the newest attempt failed: {state.failure}" if state and state.failure else ""


def _totals(parts: list[Sums], unaddressed: Decimal) -> dict[Basis, Decimal]:
    totals = {
        basis: exact.total(sums.bases[basis] for sums in parts)
        for basis in (Basis.VERIFIED, Basis.SIGNED, Basis.LISTED)
    }
    return {**totals, Basis.ASSERTED: exact.add(totals[Basis.LISTED], unaddressed)}


def _with_unjudged(totals: Mapping[Basis, Decimal], parts: list[Sums]) -> dict[Basis, Decimal]:
    """``totals`` if every claim that could not be judged were verified; ``listed`` counts them already."""
    unjudged = exact.total(sums.unjudged for sums in parts)
    return {
        basis: exact.add(amount, unjudged) if basis in {Basis.VERIFIED, Basis.SIGNED} else amount
        for basis, amount in totals.items()
    }


def _over(reserves: Mapping[Basis, Decimal], owed: Decimal | None) -> dict[Basis, Decimal]:
    return {basis: exact.ratio(amount, owed) for basis, amount in reserves.items()} if owed else {}


def _status(
    totals: Mapping[Basis, Decimal], most: Mapping[Basis, Decimal], owed: Decimal | None, basis: Basis, limit: Decimal
) -> ReserveStatus:
    """Three answers, not two (design, section 4, rule 12)."""
    if owed is None:
        return ReserveStatus.UNKNOWN
    if owed == 0 or (totals and exact.reaches(totals[basis], limit, owed)):
        return ReserveStatus.COVERED
    return ReserveStatus.BREACH if most and not exact.reaches(most[basis], limit, owed) else ReserveStatus.UNKNOWN
