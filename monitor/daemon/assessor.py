"""From what the watches hold to the World: assessments, ratios over time, alerts."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import structlog

from monitor.daemon.clock import Clock
from monitor.daemon.exchange import ExchangeWatch
from monitor.daemon.network import NetworkWatch
from monitor.judgement import Holdings, Tally, assess, basis_of, shared_accounts, tally
from monitor.judgement.alerts import AlertMemory, Evidence, advance, evaluate
from monitor.model import (
    AlertName,
    AlertState,
    Assessment,
    Audit,
    Basis,
    JobState,
    RatioPoint,
    ReloadState,
    SharedAccounts,
    Snapshot,
    SnapshotState,
    World,
    frozen,
)
from monitor.settings import Settings
from monitor.store import Store, StoreError

_log = structlog.get_logger(__name__)

_ALERTS = "alerts"
_POINTS_WITHIN = 10
"""A constant ratio has at least so many points in the window of PorRatioFalling."""


class Assessor:
    """Judges, and remembers what judging the next time needs: sums, ratios of the last while, pending alerts."""

    def __init__(self, store: Store, now: Clock) -> None:
        self._store = store
        self._now = now
        self._tallies: dict[str, Mapping[str, Tally]] = {}
        self._lists: dict[str, Holdings] = {}
        self._shared: Mapping[str, tuple[SharedAccounts, ...]] = {}
        self._memory = AlertMemory()
        self._active: frozenset[tuple[str, str, AlertName]] = frozenset()
        self._ratios: deque[RatioPoint] = deque()
        self._last_point: dict[tuple[str, str], RatioPoint] = {}

    async def restore(self, settings: Settings) -> None:
        """Take up ratios and alerts of an earlier run, so that no alert flaps over a restart."""
        self._ratios.extend(await self._store.ratios(self._now() - settings.alerts.falling.within))
        self._last_point = {(point.exchange, point.asset): point for point in self._ratios}
        kept = await self._store.get(_ALERTS)
        if kept:
            now = self._now()
            self._memory = AlertMemory.from_json(kept).changed(lambda at: min(at, now))
            self._active = frozenset(key for key, alert in self._memory.alerts.items() if alert.active)

    def move(self, step: timedelta) -> None:
        """Go along with a step of the clock: alerts and ratios keep their ages."""
        self._memory = self._memory.changed(lambda at: at + step)
        self._ratios = deque(replace(point, at=point.at + step) for point in self._ratios)
        self._last_point = {key: replace(point, at=point.at + step) for key, point in self._last_point.items()}

    def sums(self, snapshot: Snapshot) -> dict[str, Decimal]:
        """What ``snapshot`` holds per asset, all listed accounts together."""
        tallied = self._tallies.get(snapshot.exchange, {}).get(snapshot.network)
        if tallied is None or tallied.snapshot.balances is not snapshot.balances:
            return {}
        return {asset: sums.bases[Basis.LISTED] for asset, sums in tallied.sums.items()}

    async def world(
        self,
        settings: Settings,
        exchanges: Mapping[str, ExchangeWatch],
        networks: Mapping[str, NetworkWatch],
        audits: Mapping[str, Audit],
        reload: ReloadState,
        *,
        jobs: tuple[JobState, ...] = (),
        ready: bool,
    ) -> World:
        """Everything that is known now, judged."""
        shared = await asyncio.to_thread(self._shared_accounts, exchanges)
        now = self._now()
        readable = {network: each for network, each in networks.items() if each.readable}
        standing = {  # all at once: what is read meanwhile would be dated after now
            name: {network: each.state(name, watch.wanted(network), now) for network, each in readable.items()}
            for name, watch in exchanges.items()
        }
        unreadable = networks.keys() - readable.keys()
        assessments = {}
        for name, watch in exchanges.items():
            states = standing[name]
            assessments[name] = await asyncio.to_thread(
                self._assessment, watch, states, audits.get(name), shared.get(name, ()), now, unreadable=unreadable
            )
        await self._remember(assessments.values(), settings, now)
        endpoints = tuple(state for watch in networks.values() for state in watch.reader.endpoints())
        evidence = Evidence(assessments, endpoints, reload, tuple(self._ratios), ready, jobs)
        return World(
            at=now,
            assessments=frozen(assessments),
            endpoints=endpoints,
            alerts=await self._alerts(evidence, settings, now),
            reload=reload,
            ready=ready,
            jobs=jobs,
        )

    async def _alerts(self, evidence: Evidence, settings: Settings, now: datetime) -> tuple[AlertState, ...]:
        """Advance the alerts, tell the log what started and ended, and keep their memory if it changed."""
        memory, alerts = await asyncio.to_thread(_advanced, self._memory, evidence, settings, now)
        active = {(alert.exchange, alert.asset, alert.name): alert for alert in alerts if alert.active}
        for key in active.keys() - self._active:
            _log.warning("alert", state="active", **_labels(active[key]))
        for exchange, asset, name in self._active - active.keys():
            _log.info("alert", state="ended", alert=name.value, exchange=exchange, asset=asset)
        self._active = frozenset(active)
        if memory != self._memory:
            await _kept(self._store.put(_ALERTS, memory.as_json()))
            self._memory = memory
        return alerts

    def _assessment(
        self,
        watch: ExchangeWatch,
        states: Mapping[str, SnapshotState],
        audit: Audit | None,
        shared: tuple[SharedAccounts, ...],
        now: datetime,
        *,
        unreadable: Collection[str],
    ) -> Assessment:
        judged, owed, settings = watch.judged, watch.owed, watch.settings
        holdings = judged.holdings if judged else None
        tallies: Mapping[str, Tally] = {}
        if holdings:
            tallies = tally(holdings, states, self._tallies.get(watch.name))
            self._tallies[watch.name] = tallies
        changed_at, last_changes = watch.last_changes or (None, None)
        return Assessment(
            exchange=watch.name,
            title=settings.title or watch.name,
            at=now,
            basis=basis_of(settings, holdings),
            assets=assess(
                holdings,
                states,
                tallies,
                liabilities=owed.current if owed else None,
                settings=settings,
                configured=states.keys(),
                unreadable=unreadable,
                audit=audit,
                now=now,
            ),
            snapshots=frozen(states),
            verdicts=frozen(judged.counts if judged else {}),
            documents=frozen(watch.document_states()),
            liabilities=owed.current if owed else None,
            listed_at=judged.accepted_at if judged else None,
            messages=frozen(judged.messages if judged else {}),
            changes=frozen(watch.changes),
            last_changes=last_changes,
            changed_at=changed_at,
            differences=judged.differences if judged else (),
            audit=audit,
            shared=shared,
            liabilities_max_age=settings.liabilities.max_age if settings.liabilities else None,
            proof=owed.proof_state() if owed else None,
            regularity=owed.regularity() if owed else None,
        )

    def _shared_accounts(self, exchanges: Mapping[str, ExchangeWatch]) -> Mapping[str, tuple[SharedAccounts, ...]]:
        """Accounts that two exchanges claim; compared again only when a list has changed."""
        lists = {name: watch.judged.holdings for name, watch in exchanges.items() if watch.judged}
        if {name: id(each) for name, each in lists.items()} != {name: id(each) for name, each in self._lists.items()}:
            self._lists, self._shared = lists, shared_accounts(lists)
        return self._shared

    async def _remember(self, assessments: Iterable[Assessment], settings: Settings, now: datetime) -> None:
        """Add the acting ratios that changed to the history, and let go of those too old to be compared with.

        A ratio that stays the same is noted now and then too: what held before a fall must be among the points.
        """
        points = [
            RatioPoint(now, assessment.exchange, asset.asset, asset.ratios[asset.basis])
            for assessment in assessments
            for asset in assessment.assets.values()
            if asset.basis in asset.ratios
        ]
        within = settings.alerts.falling.within
        new = [point for point in points if self._is_news(point, within / _POINTS_WITHIN)]
        self._last_point.update({(point.exchange, point.asset): point for point in new})
        self._ratios.extend(new)
        while self._ratios and now - self._ratios[0].at > within:
            self._ratios.popleft()
        await _kept(self._store.save_ratios(new))

    def _is_news(self, point: RatioPoint, pause: timedelta) -> bool:
        last = self._last_point.get((point.exchange, point.asset))
        return last is None or last.ratio != point.ratio or point.at - last.at >= pause


def _advanced(
    memory: AlertMemory, evidence: Evidence, settings: Settings, now: datetime
) -> tuple[AlertMemory, tuple[AlertState, ...]]:
    """The memory and the alerts at ``now``. With many assets it takes longer than the event loop may stand still."""
    return advance(memory, evaluate(evidence, settings, memory, now), settings.alerts, now)


async def _kept(writing: Awaitable[None]) -> None:
    """Write to the history; a disk that is full must not keep the present from being seen and its alerts from going."""
    try:
        await writing
    except StoreError as error:
        _log.error("the history was not written", error=str(error))


def _labels(alert: AlertState) -> dict[str, str]:
    return {
        "alert": alert.name.value,
        "severity": alert.severity.value,
        "exchange": alert.exchange,
        "asset": alert.asset,
        "summary": alert.summary,
    }
