"""From what the watches hold to the World: assessments, ratios over time, alerts."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import structlog

from monitor.computing import computed
from monitor.daemon.clock import Clock
from monitor.daemon.coverage import unreadable_networks
from monitor.daemon.exchange import ExchangeWatch
from monitor.daemon.falls import RecentRatios
from monitor.daemon.lost import lost_of
from monitor.daemon.network import NetworkWatch
from monitor.daemon.notifier import Notifier
from monitor.daemon.report_days import ReportDays
from monitor.daemon.stored import written
from monitor.formats import exact
from monitor.giving_way import giving_way
from monitor.judgement import SharedFinder, Tally, assess, basis_of, tally
from monitor.judgement.alerts import AlertMemory, advance, evaluate
from monitor.model import (
    AlertLimits,
    AlertName,
    AlertState,
    Assessment,
    AssetAssessment,
    Audit,
    ControlShown,
    DayHeld,
    Fall,
    JobState,
    LostConfirmations,
    RatioPoint,
    ReloadState,
    Repeats,
    SharedAccounts,
    SignaturesGone,
    SnapshotState,
    World,
    frozen,
)
from monitor.model.packed import PackedClaims, PackedVerdicts
from monitor.settings import Settings
from monitor.store import Store

_log = structlog.get_logger(__name__)

_ALERTS = "alerts"
SIGNED = "signed"
"""Exchanges of which a list once had a signature."""


class Assessor:
    """Judges, and remembers what judging the next time needs: ratios of the last while, pending alerts."""

    def __init__(self, store: Store, now: Clock, notifier: Notifier | None = None) -> None:
        """``notifier`` tells people of the alerts; without one, nobody is told."""
        self._store = store
        self._now = now
        self._notifier = notifier
        self._tallies: dict[str, Mapping[str, Tally]] = {}
        self._shared = SharedFinder()
        self._memory = AlertMemory()
        self._states: tuple[AlertState, ...] = ()
        """The alerts of the last World."""
        self._active: frozenset[tuple[str, str, AlertName]] = frozenset()
        self._signed: frozenset[str] = frozenset()
        self._recent = RecentRatios()
        self._report_days = ReportDays(store, now)

    async def restore(self, settings: Settings) -> None:
        """Take up ratios and alerts of an earlier run, so that no alert flaps over a restart."""
        within = settings.alerts.falling.within
        async for points in self._store.ratios(self._now() - within):
            await computed(self._recent.restore, points, within)
        self._signed = frozenset(await self._store.get(SIGNED) or ())
        kept = await self._store.get(_ALERTS)
        if kept:
            now = self._now()
            self._memory = AlertMemory.from_json(kept).changed(lambda at: min(at, now))
            self._active = frozenset(key for key, alert in self._memory.alerts.items() if alert.active)

    @property
    def active(self) -> frozenset[tuple[str, str, AlertName]]:
        """The alerts that are up: exchange, asset, name."""
        return self._active

    def move(self, step: timedelta) -> None:
        """Go along with a step of the clock: alerts and ratios keep their ages."""
        self._memory = self._memory.changed(lambda at: at + step)
        self._recent.move(step)

    async def world(
        self,
        settings: Settings,
        exchanges: Mapping[str, ExchangeWatch],
        networks: Mapping[str, NetworkWatch],
        audits: Mapping[str, Audit],
        reload: ReloadState,
        *,
        configuration: Mapping[str, object] | None = None,
        signatures_gone: Mapping[str, SignaturesGone],
        controls: Mapping[str, ControlShown] = frozen({}),
        jobs: tuple[JobState, ...] = (),
        ready: bool,
    ) -> World:
        """Everything that is known now, judged."""
        await self._note_signed(exchanges)
        lists = {name: watch.judged.holdings for name, watch in exchanges.items() if watch.judged}
        shared = await computed(self._shared.find, lists)
        growth = {name: each.settings.growth for name, each in networks.items() if each.settings.growth is not None}
        days = await self._report_days.of(audits)
        now = self._now()
        standing = {  # all at once: what is read meanwhile would be dated after now
            name: {network: each.state(name, watch.accounts(network), now) for network, each in networks.items()}
            for name, watch in exchanges.items()
        }
        assessments = {}
        for name, watch in exchanges.items():
            states = standing[name]
            assessments[name] = await computed(
                self._assessment,
                watch,
                states,
                now,
                audit=audits.get(name),
                days=days.get(name, ()),
                shared=shared.get(name, ()),
                signatures_gone=signatures_gone.get(name),
                control=controls.get(name),
                growth=growth,
            )
        falls = await self._remember(assessments.values(), settings, now)
        world = World(
            at=now,
            assessments=frozen(assessments),
            endpoints=tuple(state for watch in networks.values() for state in watch.reader.endpoints()),
            alerts=(),
            reload=reload,
            ready=ready,
            jobs=jobs,
            limits=_limits(settings),
            falls=frozen(falls),
            store=self._store.state,
            channels=self._notifier.states() if self._notifier else (),
            configuration=configuration or {},
            account_series=settings.metrics.account_series,
        )
        alerts = await self._alerts(world, settings)
        return replace(world, alerts=alerts, store=self._store.state)

    async def _alerts(self, world: World, settings: Settings) -> tuple[AlertState, ...]:
        """Advance the alerts, tell the log what started and ended, and keep their memory if it changed."""
        memory, alerts, state = await computed(_advanced, self._memory, self._states, world, settings)
        active = {(alert.exchange, alert.asset, alert.name): alert for alert in alerts if alert.active}
        for key in active.keys() - self._active:
            _log.warning("alert", state="active", **_labels(active[key]))
        for exchange, asset, name in self._active - active.keys():
            _log.info("alert", state="ended", alert=name.value, exchange=exchange, asset=asset)
        self._active = frozenset(active)
        self._memory, self._states = memory, alerts
        if self._notifier:
            await self._notifier.keep(replace(world, alerts=alerts), state)
        elif state:
            await written(self._store.put(_ALERTS, state[_ALERTS]))
        return alerts

    def _assessment(
        self,
        watch: ExchangeWatch,
        states: Mapping[str, SnapshotState],
        now: datetime,
        *,
        audit: Audit | None,
        days: Collection[DayHeld],
        shared: tuple[SharedAccounts, ...],
        signatures_gone: SignaturesGone | None,
        control: ControlShown | None,
        growth: Mapping[str, Decimal],
    ) -> Assessment:
        judged, owed, settings = watch.judged, watch.owed, watch.settings
        holdings = judged.holdings if judged else None
        tallies: Mapping[str, Tally] = {}
        if holdings:
            tallies = tally(holdings, states, self._tallies.get(watch.name))
            self._tallies[watch.name] = tallies
        changed_at, last_changes = watch.last_changes or (None, None)
        basis = basis_of(settings, ever_signed=holdings is None or watch.name in self._signed)
        return Assessment(
            exchange=watch.name,
            title=settings.title or watch.name,
            at=now,
            basis=basis,
            assets=assess(
                holdings,
                states,
                tallies,
                liabilities=owed.current if owed else None,
                settings=settings,
                basis=basis,
                growth=growth,
                configured=states.keys(),
                unreadable=unreadable_networks(holdings, watch.registry) if holdings else frozen({}),
                audit=audit,
                days=days,
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
            signatures_gone=signatures_gone,
            control=control,
            lost=lost_of(judged, states) if judged else LostConfirmations(),
            repeats=judged.repeats if judged else Repeats(),
            liabilities_max_age=settings.liabilities.max_age if settings.liabilities else None,
            proof=owed.proof_state() if owed else None,
            regularity=owed.regularity() if owed else None,
            signature_ages=watch.signature_ages,
            claims=judged.claims if judged else PackedClaims(()),
            claim_verdicts=judged.verdicts if judged else PackedVerdicts(()),
            explorers=watch.registry.explorers,
            own_token=settings.own_token,
        )

    async def _note_signed(self, exchanges: Mapping[str, ExchangeWatch]) -> None:
        """Keep in mind whose lists have signatures: one that has none any more is held to them all the same."""
        signed = {name for name, watch in exchanges.items() if watch.judged and watch.judged.holdings.has_signatures}
        if signed - self._signed:
            self._signed |= signed
            await written(self._store.put(SIGNED, sorted(self._signed)))

    async def _remember(
        self, assessments: Iterable[Assessment], settings: Settings, now: datetime
    ) -> Mapping[tuple[str, str], Fall]:
        """How far each ratio fell, from what was known in the last while; then add what is known now to that."""
        points = [
            RatioPoint(
                now,
                assessment.exchange,
                asset.asset,
                _lowest_ratio(asset),
                asset.owed,
                {**dict.fromkeys(asset.not_comparable), **asset.lowest},
            )
            for assessment in assessments
            for asset in assessment.assets.values()
            if asset.comparable and asset.owed
        ]
        within = settings.alerts.falling.within
        falls = await computed(self._recent.falls, points, within)
        await written(self._store.save_ratios(await computed(self._recent.add, points, within), now - within))
        return falls


def _lowest_ratio(asset: AssetAssessment) -> Decimal | None:
    """The ratio, less what was away at the block between the last snapshots that was looked back to."""
    ratio = asset.ratios.get(asset.basis)
    if ratio is None or not asset.owed or asset.lowest == asset.comparable:
        return ratio
    away = exact.subtract(exact.total(asset.comparable.values()), exact.total(asset.lowest.values()))
    return exact.subtract(ratio, exact.ratio(away, asset.owed))


def _limits(settings: Settings) -> AlertLimits:
    alerts = settings.alerts
    return AlertLimits(alerts.unread_above, alerts.falling.drop, alerts.changed_for, alerts.bump_above)


def _advanced(
    before: AlertMemory, states: Collection[AlertState], world: World, settings: Settings
) -> tuple[AlertMemory, tuple[AlertState, ...], dict[str, Any]]:
    """The memory and the alerts of ``world``, and what of them is to be kept, if it is not the same as before.

    Of ``states``, which most alerts still are, those that are the same are taken: with many assets they are thousands
    of objects, and it takes longer than the event loop may stand still.
    """
    memory, found = advance(before, evaluate(world, settings, before), settings.alerts, world.at)
    known = {(each.exchange, each.asset, each.name): each for each in giving_way(states)}
    last = (known.get((each.exchange, each.asset, each.name)) for each in found)
    alerts = tuple(same if same == each else each for same, each in giving_way(zip(last, found, strict=True)))
    return memory, alerts, {_ALERTS: memory.as_json()} if memory != before else {}


def _labels(alert: AlertState) -> dict[str, str]:
    return {
        "alert": alert.name.value,
        "severity": alert.severity.value,
        "exchange": alert.exchange,
        "asset": alert.asset,
        "summary": alert.summary,
    }
