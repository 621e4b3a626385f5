"""From holdings, snapshots and liabilities to two bounds and one answer per asset: covered, breach or unknown."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from msgspec import structs

from monitor.formats import exact
from monitor.formats.phrases import moment, span
from monitor.judgement.bump import report_bump
from monitor.judgement.holdings import COUNTED, MOST, NOTHING, Holdings, Unplaced, by_basis, unplaced_by_asset
from monitor.judgement.tally import Tally, unread_of
from monitor.judgement.unread import uncounted, why_not_read
from monitor.model import (
    AssetAssessment,
    Audit,
    Basis,
    ByBasis,
    Cause,
    DayHeld,
    Gap,
    Liabilities,
    ReportBump,
    ReserveStatus,
    SnapshotState,
    Token,
    frozen,
)

if TYPE_CHECKING:  # judging a file by hand needs no settings, which take long to import
    from monitor.settings import ExchangeSettings

_UNLIMITED = ByBasis((exact.UNBOUNDED,) * len(COUNTED))
_NOTHING_ASSERTED = ByBasis((exact.ZERO,) * len(Basis))


def basis_of(settings: "ExchangeSettings", *, ever_signed: bool) -> Basis:
    """Tell on which basis an exchange's alerts act: configured, or the strictest that it ever gave evidence for.

    ``ever_signed``: whether any list of the exchange had a signature, be it long ago; one that has none any more must
    not loosen what it is held to (design, section 4, rule 5).
    """
    return settings.basis or (Basis.VERIFIED if ever_signed else Basis.LISTED)


def assess(
    holdings: Holdings | None,
    states: Mapping[str, SnapshotState],
    tallies: Mapping[str, Tally],
    *,
    liabilities: Liabilities | None,
    settings: "ExchangeSettings",
    basis: Basis,
    growth: Mapping[str, Decimal],
    configured: Collection[str],
    unreadable: Mapping[str, str] = frozen({}),
    audit: Audit | None,
    days: Collection[DayHeld] = (),
    now: datetime,
) -> Mapping[str, AssetAssessment]:
    """Judge every asset that one exchange claims, owes, or has configured.

    ``holdings`` is None while no list was ever accepted. ``states`` and ``tallies`` (of the same ``holdings``, see
    :func:`~monitor.judgement.tally.tally`) are by network, ``configured`` names the networks that can be read,
    ``unreadable`` says of others why no node can be asked about their balances. ``growth`` is by network where it is
    not the exchange's. ``days`` are those around the report of ``audit``.
    """
    named = set(settings.assets)
    if liabilities:
        named |= {*liabilities.owed, *liabilities.unaddressed}
    tokens: defaultdict[str, list[Token]] = defaultdict(list)
    for token in holdings.accounts if holdings else ():
        tokens[token.asset].append(token)
    known = named | tokens.keys()
    judge = _Judge(
        holdings,
        tokens,
        states,
        tallies,
        liabilities,
        settings,
        basis,
        growth,
        frozenset(configured),
        unreadable,
        audit,
        days,
        now,
        unplaced_by_asset(holdings.unplaced if holdings else (), known),
        frozenset(named | holdings.named if holdings else named),
    )
    return frozen({asset: judge.asset(asset) for asset in sorted(known)})


@dataclass(slots=True)
class _Parts:
    """What the networks of one asset come to: what is known, and what is left open."""

    held: dict[str, ByBasis] = field(default_factory=dict)
    """By network, from held snapshots, stale ones too, where all tokens of the asset are in them."""
    comparable: dict[str, Decimal] = field(default_factory=dict)
    lowest: dict[str, Decimal] = field(default_factory=dict)
    known: ByBasis = NOTHING
    unjudged: ByBasis = NOTHING
    unread: ByBasis = NOTHING
    grown: ByBasis = NOTHING
    """``unread``, times what it may have grown since."""
    fresh: bool = False
    """Whether anything was read."""
    nameless: bool = False
    """Whether nobody knows what asset is meant: then nobody knows what is held of it."""
    unjudged_on: dict[str, Decimal] = field(default_factory=dict)
    """By network, on the acting basis."""
    gaps: defaultdict[Gap, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    """Each without its coins, to those that are claimed there on the acting basis."""

    def leave_open(self, gap: Gap, claimed: ByBasis, growth: Decimal) -> None:
        self.unread = self.unread.plus(claimed)
        self.grown = self.grown.plus(ByBasis(tuple(exact.times(amount, growth) for amount in claimed.amounts)))
        place = structs.replace(gap, claimed=None)
        self.gaps[place] = exact.add(self.gaps[place], gap.claimed or exact.ZERO)

    def told_gaps(self) -> Iterator[Gap]:
        for place, claimed in self.gaps.items():
            yield structs.replace(place, claimed=claimed)


@dataclass(frozen=True, slots=True)
class _Judge:
    """Everything that an asset's judgement looks at."""

    holdings: Holdings | None
    tokens: Mapping[str, Sequence[Token]]
    """Of ``holdings``, by asset."""
    states: Mapping[str, SnapshotState]
    tallies: Mapping[str, Tally]
    liabilities: Liabilities | None
    settings: "ExchangeSettings"
    basis: Basis
    growth: Mapping[str, Decimal]
    configured: frozenset[str]
    unreadable: Mapping[str, str]
    audit: Audit | None
    days: Collection[DayHeld]
    now: datetime
    unplaced_by_asset: Mapping[str, Sequence[Unplaced]]
    """Claims that cannot be counted, by the asset that they are of; empty where nothing tells."""
    named: frozenset[str]
    """The assets that the list, the liabilities or the configuration names."""

    @property
    def counting(self) -> Basis:
        """The acting basis, of what has an account."""
        return self.basis.of_accounts

    def asset(self, asset: str) -> AssetAssessment:
        limits = self.settings.limits(asset)
        owed = self.liabilities.owed.get(asset) if self.liabilities else None
        unaddressed = self.liabilities.unaddressed.get(asset, exact.ZERO) if self.liabilities else exact.ZERO
        tokens = self.tokens.get(asset, ())
        parts = self.parts(asset, tokens)
        parts.nameless = not tokens and self.liabilities is not None and asset in self.liabilities.unknown_names
        gaps = [*self.gap_of_list(), *self.gap_of_name(asset, parts), *parts.told_gaps()]
        certain = _with_asserted(parts.known, unaddressed)
        most = self.most(parts, unaddressed)
        lower = _over(certain, owed)
        upper = lower if most.amounts == certain.amounts else _over(most, owed)
        status = _status(certain, most, owed, self.basis, limits.breach_below)
        if status is ReserveStatus.UNKNOWN and owed is not None:
            gaps += self.gaps_of_verdicts(asset, parts)
        positions = [
            held
            for token in tokens
            if (tally := self.tallies.get(token.network)) and self.shown(token)
            for held in tally.positions.get(token, ())
        ]
        bump = self.bump(asset)
        return AssetAssessment(
            asset=asset,
            basis=self.basis,
            status=status,
            breach_below=limits.breach_below,
            warn_below=limits.warn_below,
            owed=owed,
            unaddressed=unaddressed,
            reserves=frozen(parts.held),
            totals=certain if parts.fresh or not (tokens or gaps) else ByBasis(),  # no claim is a certain nothing
            ratios=ByBasis() if self.holdings is None or parts.gaps or parts.nameless else lower,
            lower_bounds=lower,
            report_ratios=self.report_ratios(asset, owed, unaddressed),
            gaps=(*gaps, *self.gaps_of_liabilities(owed)),
            upper_bounds=upper,
            unjudged=_with_asserted(parts.unjudged, exact.ZERO),
            unread=_with_asserted(parts.unread, exact.ZERO),
            comparable=frozen(parts.comparable),
            lowest=frozen(parts.lowest),
            not_comparable=frozenset(gap.network for gap in parts.gaps if gap.network) - parts.comparable.keys(),
            positions=tuple(held for held in positions if not held.token.is_frozen),
            frozen=tuple(held for held in positions if held.token.is_frozen),
            implied=asset not in self.named,
            whole=bool(tokens) and not parts.gaps,
            accounts=self.holdings.digests[asset][self.counting] if self.holdings and tokens else "",
            bump=bump if isinstance(bump, ReportBump) else None,
            bump_unknown=bump if isinstance(bump, str) else "",
        )

    # --- The networks of an asset -----------------------------------------------------------------------------------

    def parts(self, asset: str, tokens: Collection[Token]) -> _Parts:
        """What is known of ``tokens``, and what is left open, with what is claimed under other names."""
        parts = _Parts()
        by_network: defaultdict[str, list[Token]] = defaultdict(list)
        for token in sorted(tokens, key=lambda each: (each.network, each.contract or "")):
            by_network[token.network].append(token)
        for network, forms in by_network.items():
            self.network(parts, network, forms)
        self.unplaced(parts, asset, alone=not tokens)
        return parts

    def network(self, parts: _Parts, network: str, tokens: Sequence[Token]) -> None:
        """Add what one network holds, token by token: one that cannot be read leaves the others as they are."""
        held, counting = NOTHING, self.counting
        comparable = unjudged = exact.ZERO
        shown = True
        for token in tokens:
            tally = self.tallies.get(network)
            sums = tally.sums.get(token) if tally else None
            if sums and self.shown(token):
                held = held.plus(sums) if len(tokens) > 1 else sums
            else:
                shown = False
            if found := self.gap_of(token, tally):
                cause, reason = found
                claimed = self.left_open(token, tally)
                growth = self.growth.get(network, self.settings.growth)
                parts.leave_open(Gap(network, reason, claimed[counting], cause), claimed, growth)
            elif sums and tally:
                parts.fresh = True
                parts.known = parts.known.plus(sums)
                parts.unjudged = parts.unjudged.plus(tally.unjudged[token])
                open_ = tally.unjudged[token][counting]
                unjudged = exact.add(unjudged, open_)
                comparable = exact.add(comparable, sums[counting], open_)
        parts.unjudged_on[network] = unjudged
        if shown:
            parts.held[network] = held
        if not any(gap.network == network for gap in parts.gaps):
            parts.comparable[network] = comparable
            was_away = self.tallies[network].away.get(tokens[0].asset, {}) if network in self.tallies else {}
            parts.lowest[network] = exact.subtract(comparable, was_away.get(counting, exact.ZERO))

    def left_open(self, token: Token, tally: Tally | None) -> ByBasis:
        """What is only claimed of ``token``; unbounded until its network was tried, lest every start be a breach."""
        state = self.states.get(token.network)
        if state is not None and not state.attempted:
            return _UNLIMITED
        return tally.unread[token] if tally else self.claimed(token)

    def claimed(self, token: Token) -> ByBasis:
        """What the list itself claims of a token that is not read anywhere."""
        if self.holdings is None:
            raise ValueError("tokens come from a list")
        return unread_of(token, self.holdings.accounts[token], None)

    def shown(self, token: Token) -> bool:
        """Whether what was last read of ``token`` has not been dropped for its age."""
        state = self.states.get(token.network)
        return state is not None and state.snapshot is not None and state.of(token) is not None

    def gap_of(self, token: Token, tally: Tally | None) -> tuple[Cause, str] | None:
        """Why what ``token`` holds does not count; None where it does."""
        if found := why_not_read(token.network, self.configured, self.unreadable):
            return found
        reason = self.failure_of(token, tally)
        return (Cause.FAILED, reason) if reason else None

    def failure_of(self, token: Token, tally: Tally | None) -> str:
        """Why there is no whole, fresh snapshot of ``token``; empty where there is."""
        state = self.states.get(token.network)
        if state is None or state.last is None or tally is None:
            return "no whole snapshot" + _because(state, token)
        if token in tally.missing:
            return tally.missing[token] + _because(state, token)
        if not state.fresh(token, self.now):
            snapshot = state.of(token)
            taken = snapshot.taken_at if snapshot else self.now
            return f"stale: the last whole snapshot is {span(self.now - taken)} old ({moment(taken)})" + _because(
                state, token
            )
        return ""

    def unplaced(self, parts: _Parts, asset: str, *, alone: bool) -> None:
        """Add what is claimed where the registry knows no network or token.

        ``alone``: no other claim names the asset; then one whose coin id tells nothing may be meant for it.
        """
        for told in (asset, "") if alone else (asset,):
            for claims in self.unplaced_by_asset.get(told, ()):
                reason = uncounted(claims)
                self.leave_unplaced(parts, claims, reason if told else f"no claim names it, but {reason}")

    def leave_unplaced(self, parts: _Parts, claims: Unplaced, reason: str) -> None:
        claimed = by_basis(MOST, claims.stated)
        growth = self.growth.get(claims.network, self.settings.growth)
        gap = Gap(claims.network, reason, claimed[self.counting], claims.cause)
        parts.leave_open(gap, claimed, growth)

    # --- Bounds and reasons -----------------------------------------------------------------------------------------

    def most(self, parts: _Parts, unaddressed: Decimal) -> ByBasis:
        """The most that there can be, at the exchange's own word for what was not read (rule 12)."""
        unlimited = self.holdings is None or parts.nameless or (self.settings.unread == "unbounded" and parts.gaps)
        found = _UNLIMITED if unlimited else parts.known.plus(parts.unjudged).plus(parts.grown)
        return _with_asserted(found, unaddressed)

    def gap_of_list(self) -> Iterator[Gap]:
        if self.holdings is None:
            yield Gap("", "no wallet list was accepted yet")

    def gap_of_name(self, asset: str, parts: _Parts) -> Iterator[Gap]:
        if parts.nameless:
            yield Gap("", f"no claim names {asset}, and the registry knows no asset by this name: see docs/registry.md")

    def gaps_of_verdicts(self, asset: str, parts: _Parts) -> Iterator[Gap]:
        """Claims that were read, and that nobody can judge yet."""
        for network, amount in parts.unjudged_on.items():
            if amount:
                yield Gap(network, f"{amount:f} {asset} are under claims whose ownership could not be judged yet")

    def gaps_of_liabilities(self, owed: Decimal | None) -> Iterator[Gap]:
        if self.liabilities is None:
            yield Gap("", "what is owed is not known: no liabilities were accepted yet")
        elif owed is None:
            yield Gap("", "what is owed is not known: the published liabilities do not name it")

    def report_ratios(self, asset: str, owed: Decimal | None, unaddressed: Decimal) -> ByBasis:
        """The list's accounts at the list's own heights, over what is owed (design, section 4, rule 8)."""
        reserves = self.audit.report_reserves.get(asset, {}) if self.audit else {}
        return _over(_with_asserted(reserves, unaddressed), owed) if reserves else ByBasis()

    def bump(self, asset: str) -> ReportBump | str:
        """The report's reserves beside the days around, or why that is not known; empty where the former are not."""
        if self.audit is None or not self.audit.report_reserves.get(asset):
            return ""
        return report_bump(asset, self.counting, self.audit, self.days)


def _because(state: SnapshotState | None, token: Token) -> str:
    """Why ``token`` was not read lately: not for what the chain said of others."""
    failure = (state.untold.get(token, "") if state.untold else state.failure) if state else ""
    return f"; the newest attempt failed: {failure}" if failure else ""


def _with_asserted(sums: Mapping[Basis, Decimal], unaddressed: Decimal) -> ByBasis:
    if sums is NOTHING and not unaddressed:
        return _NOTHING_ASSERTED
    return ByBasis((*(sums[basis] for basis in COUNTED), exact.add(sums[Basis.LISTED], unaddressed)))


def _over(reserves: ByBasis, owed: Decimal | None) -> ByBasis:
    return ByBasis(tuple(exact.ratio(amount, owed) for amount in reserves.amounts)) if owed else ByBasis()


def _status(
    certain: Mapping[Basis, Decimal], most: Mapping[Basis, Decimal], owed: Decimal | None, basis: Basis, limit: Decimal
) -> ReserveStatus:
    """Three answers, from two bounds (design, section 4, rule 12)."""
    if owed is None:
        return ReserveStatus.UNKNOWN
    if exact.reaches(certain[basis], limit, owed):
        return ReserveStatus.COVERED
    return ReserveStatus.UNKNOWN if exact.reaches(most[basis], limit, owed) else ReserveStatus.BREACH
