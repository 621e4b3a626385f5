"""What must never be contradicted: each step of a simulation, checked against what its chains really hold."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from monitor.formats import exact
from monitor.model import (
    Address,
    AlertName,
    Assessment,
    AssetAssessment,
    Basis,
    ReserveStatus,
    Snapshot,
    SnapshotState,
    Token,
    World,
)
from tests.support.simulated_chains import FINALITY, elapsed, now
from tests.support.simulated_events import Faults
from tests.support.simulated_lists import Meaning
from tests.support.simulation import BEHIND_AFTER, DEADLINE, LONGEST_PAUSE, STALE_AFTER, Simulation

GROWTH = Decimal(2)
POLLED = LONGEST_PAUSE + DEADLINE.total_seconds() + 5
"""Seconds within which a network with one faulty endpoint at a time has a new snapshot."""
_OLDEST = STALE_AFTER + DEADLINE + BEHIND_AFTER
"""How old the block of what counts can be: frozen nodes are refused after BEHIND_AFTER."""


Held = Mapping[str, Decimal | None]
"""By network that is claimed on: what may count there, at its block, or between the last two where less was there. None
where not every token is fresh."""


@dataclass
class Seen:
    """An asset at one step, by what the chains hold."""

    certain: Decimal
    """At the very blocks of fresh snapshots, in the accounts that count."""
    real: Decimal
    """In all accounts that may count: at those blocks, and where nothing is fresh, now."""
    withstood: bool
    """Whether what is not read is within what the list or the last reading say of it, times the growth."""
    held: Held


class Truth:
    """Checks the Worlds of ``simulation``, one after the other."""

    def __init__(self, simulation: Simulation, faults: Mapping[str, Faults]) -> None:
        self._simulation = simulation
        self._faults = faults
        self._points: defaultdict[str, list[tuple[float, Held]]] = defaultdict(list)
        self._alerts: defaultdict[tuple[str, AlertName], bool] = defaultdict(bool)
        self.statuses: Counter[ReserveStatus] = Counter()
        self.not_withstood = 0
        self.falls = 0
        self.due = 0
        """Steps at which nothing but a breach was right."""

    def check(self, world: World) -> None:
        assessment = world.assessments["okx"]
        for asset, owed in self._simulation.owed.items():
            self._check(world, assessment, assessment.assets[asset], owed)

    def _check(self, world: World, assessment: Assessment, asset: AssetAssessment, owed: Decimal) -> None:
        basis = assessment.basis
        meaning = Meaning(self._simulation.exchange.rows, basis)
        seen = self._seen(meaning, assessment, asset.asset)
        self.statuses[asset.status] += 1
        assert asset.lower_bounds[basis] == exact.ratio(seen.certain, owed), "what is certain is what was there"
        assert (asset.status is ReserveStatus.COVERED) == (seen.certain >= owed)
        self.not_withstood += not seen.withstood
        if seen.withstood:
            assert asset.upper_bounds[basis] >= exact.ratio(seen.real, owed)
            assert asset.status is not ReserveStatus.BREACH or seen.real < owed, "nobody is accused wrongly"
        if self._must_be_a_breach(meaning, assessment, asset.asset, owed):
            self.due += 1
            assert asset.status is ReserveStatus.BREACH, "a hole pages in time"
        self._check_limit_alert(world, asset, basis)
        self._check_fall(world, asset.asset, seen, owed)

    # --- What is there --------------------------------------------------------------------------------------------

    def _seen(self, meaning: Meaning, assessment: Assessment, asset: str) -> Seen:
        whole = self._simulation.whole
        seen = Seen(exact.ZERO, exact.ZERO, withstood=True, held={})
        held: defaultdict[str, Decimal] = defaultdict(Decimal)
        dips: defaultdict[str, Decimal] = defaultdict(Decimal)
        torn = set()
        for token in meaning.tokens(asset):
            state = assessment.snapshots.get(token.network)
            last = state.of(token) if state else None
            perhaps = meaning.perhaps(token)
            if last and self._is_fresh(last, token, meaning):
                assert state
                there = whole(token, perhaps, last.block.number)
                seen.certain += whole(token, meaning.counting(token), last.block.number)
                held[token.network] += there
                dips[token.network] += self._dip(token, perhaps, state, last)
            else:
                torn.add(token.network)
                there = whole(token, perhaps)
                seen.withstood &= there <= GROWTH * self._most_said(meaning, token, last)
            seen.real += there
        whole_ones = {network: held[network] - max(dips[network], exact.ZERO) for network in held.keys() - torn}
        seen.held = {**dict.fromkeys(torn), **whole_ones}
        return seen

    def _is_fresh(self, last: Snapshot, token: Token, meaning: Meaning) -> bool:
        if now() - last.taken_at > STALE_AFTER or not meaning.said[token].keys() <= last.balances[token].keys():
            return False
        chain, block = self._simulation.chain(token), last.block
        assert (block.hash, block.timestamp) == (chain.hash(block.number), chain.made_at(block.number)), "a true block"
        assert now() - block.timestamp <= _OLDEST, "whoever is frozen keeps nothing covered"
        return True

    def _dip(self, token: Token, accounts: list[Address], state: SnapshotState, last: Snapshot) -> Decimal:
        """How much was away at the block that was looked back at, and there in the snapshots before and after."""
        if state.low is None or last is not state.last or token not in state.low.then:
            return exact.ZERO
        looked = [account for account in accounts if account in state.low.then[token]]
        blocks = self._simulation.replaced[token.network], state.low.block.number, last.block.number
        before, then, after = (self._simulation.whole(token, looked, number) for number in blocks)
        return min(before, after) - then

    def _most_said(self, meaning: Meaning, token: Token, last: Snapshot | None) -> Decimal:
        """The larger of what is claimed and of what was last read, or there then."""
        read = last.balances[token] if last else {}
        accounts = meaning.perhaps(token)
        if any(meaning.said[token][each].claimed is None and each not in read for each in accounts):
            return exact.UNBOUNDED
        number = last.block.number if last else 0
        silent = [each for each in accounts if meaning.said[token][each].claimed is None]
        claimed = sum((meaning.said[token][each].claimed or exact.ZERO for each in accounts), exact.ZERO)
        there = self._simulation.whole(token, [each for each in accounts if each in read], number)
        return max(claimed + self._simulation.whole(token, silent, number), there)

    # --- What must come in time -----------------------------------------------------------------------------------

    def _must_be_a_breach(self, meaning: Meaning, assessment: Assessment, asset: str, owed: Decimal) -> bool:
        """Whether too little was there for so long that it must have been seen, whatever rows and endpoints say."""
        if elapsed() - self._simulation.exchange.listed_at < POLLED:
            return False
        tokens = meaning.tokens(asset)
        nowhere = [each for name, claims in meaning.nowhere.items() if name == asset or not tokens for each in claims]
        if None in nowhere:
            return False
        most = GROWTH * sum((each for each in nowhere if each), exact.ZERO)
        return exact.add(most, *(self._most_seen(meaning, assessment, token) for token in tokens)) < owed

    def _most_seen(self, meaning: Meaning, assessment: Assessment, token: Token) -> Decimal:
        """The most that can have been read of ``token`` lately; where it may not be read, the most that is said."""
        accounts, faults = meaning.perhaps(token), self._faults.get(token.network)
        if faults and not faults.crowded:
            refused = self._simulation.chain(token).refusing.get(token.contract, 0)
            if elapsed() - max(faults.crowded_at, refused) > _settled(token):
                return self._highest(token, accounts)
        state = assessment.snapshots.get(token.network)
        said = self._most_said(meaning, token, state.of(token) if state else None)
        return max(GROWTH * said, self._highest(token, accounts) if faults else said)

    def _highest(self, token: Token, accounts: list[Address]) -> Decimal:
        """The most that ``accounts`` had at once, in whatever a snapshot that settled since may be of."""
        chain = self._simulation.chain(token)
        first = chain.head(elapsed() - _settled(token)) - FINALITY - 2
        return max(self._simulation.whole(token, accounts, number) for number in chain.moments(token, accounts, first))

    # --- Alerts ---------------------------------------------------------------------------------------------------

    def _check_limit_alert(self, world: World, asset: AssetAssessment, basis: Basis) -> None:
        key = asset.asset, AlertName.RATIO_BELOW_LIMIT
        hysteresis = self._simulation.settings.alerts.hysteresis
        if asset.status is ReserveStatus.BREACH:
            self._alerts[key] = True
        elif asset.status is ReserveStatus.COVERED and asset.lower_bounds[basis] >= asset.breach_below + hysteresis:
            self._alerts[key] = False
        assert _active(world, *key) == self._alerts[key], "unknown neither pages nor ends a page"

    def _check_fall(self, world: World, asset: str, seen: Seen, owed: Decimal) -> None:
        allowed, key = self._simulation.settings.alerts.falling, (asset, AlertName.RATIO_FALLING)
        found = world.falls.get(("okx", asset))
        within = allowed.within.total_seconds()
        points = self._points[asset] = [each for each in self._points[asset] if elapsed() - each[0] < within + _TURN]
        drops = [(at, then, _drop(then, seen.held) / owed) for at, then in points]
        if found is not None:
            most = max((drop for _, _, drop in drops), default=exact.ZERO)
            assert found.drop <= most + _ROUNDING, "an outage is no fall"
        sure = within - within / 10 - 2 * within / 60  # what is remembered is thinned out
        alike = [drop for at, then, drop in drops if _alike(then, seen.held) and elapsed() - at <= sure]
        assert not alike or (found and max(alike) <= found.drop + _ROUNDING), "a fall shows"
        points.append((elapsed(), seen.held))
        if found is not None:
            self._alerts[key] = found.drop > allowed.drop
            self.falls += found.drop > allowed.drop
        assert _active(world, *key) == self._alerts[key]


_ROUNDING = Decimal("1e-20")


def _settled(token: Token) -> float:
    """Seconds of calm after which what is known is of the time since: single endpoints may be behind for a while."""
    return POLLED + (BEHIND_AFTER.total_seconds() if token.network == "arbitrum" else 20)


def _drop(then: Held, since: Held) -> Decimal:
    """How much less there is on the networks that were read, both times; where nothing is claimed there is nothing."""
    return sum((_told(then, each) - _told(since, each) for each in _read(then, since)), exact.ZERO)


def _read(then: Held, since: Held) -> set[str]:
    return {each for each in {*then, *since} if then.get(each, 0) is not None and since.get(each, 0) is not None}


def _told(held: Held, network: str) -> Decimal:
    return held.get(network) or exact.ZERO


def _alike(then: Held, since: Held) -> bool:
    """Whether the same networks were read, and some were."""
    return then.keys() == since.keys() and _read(then, then) == _read(since, since) != set()


def _active(world: World, asset: str, name: AlertName) -> bool:
    return next(each.active for each in world.alerts if (each.asset, each.name) == (asset, name))


_TURN = 0.001
"""Seconds that the clock that jumps may be off by."""
