"""The running daemon: start, reload, stop."""

import asyncio
import contextlib
import gc
import os
import signal
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Literal

import aiohttp
import structlog

from monitor import __version__, logs
from monitor.chains.opening import import_nodes
from monitor.daemon.clock import SteadyClock
from monitor.daemon.configuration import Configuration, load_web, read_configuration
from monitor.daemon.customer_files import verify_upload
from monitor.daemon.hub import Hub, Prepared
from monitor.daemon.network import NetworkWatch
from monitor.daemon.notifier import Notifier
from monitor.daemon.schedule import Job, Schedule
from monitor.daemon.service_manager import ServiceManager
from monitor.evidence.kept import newest
from monitor.metrics import Exposition, Metrics
from monitor.model import ReloadState, Step, World
from monitor.settings import ConfigurationError, ConfigurationFault, Settings
from monitor.store import Store
from monitor.web.deps import Deps
from monitor.web.server import WebServer

TICK = timedelta(seconds=5)
"""How often time alone is judged: what went stale, whose ``for`` has passed."""

_USER_AGENT = f"reserve-monitor/{__version__}"
_STALLED = timedelta(minutes=2)
_LONGEST = 4
"""Deadlines of a reading that a poll may take before it stands still: it reads, asks feeds, looks back, and writes."""
_PATIENCE = 3.0
"""Seconds that threads are given to end after the daemon has stopped."""
_DAY = timedelta(days=1)
_KEYS = timedelta(hours=6)
"""How often it is summed up whose keys were used lately; nodes are asked once a day."""
_PRICES = timedelta(minutes=5)
"""How often a file of prices is read anew."""
_LOOKED_AT = timedelta(minutes=1)
"""How often it is looked what a channel is to be told, though nothing came: the end of quiet hours."""

_log = structlog.get_logger(__name__)


class Daemon:
    """One process: a configuration, a hub, a schedule and a server."""

    def __init__(
        self, path: Path, *, devnet: str = "", now: SteadyClock | None = None, before: Configuration | None = None
    ) -> None:
        """``before``: what is watched on by if the configuration on disk has become a bad one."""
        self._path = path
        self._before = before
        self._now = now or SteadyClock()
        self._hub: Hub | None = None
        self._schedule = Schedule()
        self._stack = contextlib.AsyncExitStack()
        self._started = asyncio.Event()
        self._reloading = asyncio.Lock()
        self._reloads: set[asyncio.Task[ReloadState]] = set()
        self._metrics = Metrics()
        self._nothing = self._metrics.render(None)
        self._server: WebServer | None = None
        self._warned: tuple[ConfigurationFault, ...] = ()
        self._devnet = devnet
        self._store: Store | None = None

    async def start(self, loaded: Callable[[], None] = lambda: None) -> None:
        """Load the configuration, open the history, serve, then begin to watch.

        ``loaded`` is called once all code is imported, and nothing made yet but settings and registry.
        Raises ConfigurationError, StoreError, or OSError when the address cannot be had; nothing is left open then.
        """
        refused = ""
        try:
            configuration = read_configuration(self._path)
        except ConfigurationError as error:
            if self._before is None:
                raise
            configuration, refused = self._before, str(error)
            _log.error("the configuration before is used on", error=refused)
        self.configuration = configuration
        self._settings = settings = configuration.settings
        registry = configuration.registry
        logs.configure(settings.log.level, settings.log.format)
        self._warn(configuration)
        here = {name: each for name, each in settings.networks.items() if not each.read_by}
        await asyncio.to_thread(import_nodes, here, registry)
        loaded()
        async with contextlib.AsyncExitStack() as stack:
            store = await Store.open(settings.store.url, alone=True, lease=settings.store.lease)
            stack.push_async_callback(store.close)
            self._store = store
            session = await stack.enter_async_context(aiohttp.ClientSession(headers={"User-Agent": _USER_AGENT}))
            self._server = server = WebServer(self._deps(store))
            notifier = (
                Notifier(store, session, self._now, page=lambda: server.address, wake=self._tell_soon)
                if store.keeps
                else None
            )
            readers = store.reading_jobs(settings.store.reader_lease)
            stack.push_async_callback(readers.close)
            hub = Hub(
                store,
                session,
                self._now,
                self._schedule.states,
                render=self._metrics.render,
                notifier=notifier,
                readers=readers,
            )
            if refused:
                hub.reload = ReloadState(successful=False, succeeded_at=self._now(), error=refused)
            stack.push_async_callback(hub.close)
            await server.start(settings.web, load_web(settings))
            stack.push_async_callback(server.stop)
            prepared = await hub.start(settings, registry)
            self._hub = hub
            stack.push_async_callback(self._schedule.stop)
            self._schedule.set(self._jobs(hub, prepared))
            self._stack = stack.pop_all()
        self._started.set()
        _log.info("watching", version=__version__, page=f"{server.address}/", keeps_history=store.keeps)

    async def stop(self) -> None:
        """End cleanly: what is under way is cancelled, what is known is already in the history."""
        _log.info("stopping")
        for reload in self._reloads:
            reload.cancel()
        await asyncio.gather(*self._reloads, return_exceptions=True)
        await self._stack.aclose()

    async def turned(self) -> None:
        """Wait until another monitor keeps the shared history, or this one does, other than at the start."""
        await self._require_store().turned()

    @property
    def address(self) -> str:
        """The page's, without a slash at its end."""
        return self._require_server().address

    @property
    def port(self) -> int:
        """Where the page is served."""
        return self._require_server().port

    def stalled(self) -> str:
        """Why the daemon does not get on: every tick makes a new World, unless something hangs."""
        world = self._world()
        if world and self._hub:
            idle = asyncio.get_running_loop().time() - self._hub.judged
            if idle > _STALLED.total_seconds():
                return f"nothing was assessed since {world.at:%Y-%m-%d %H:%M:%S} UTC"
        return ""

    async def reload(self) -> ReloadState:
        """Load the configuration again, once there is one. A bad one changes nothing, and the state says why."""
        await self._started.wait()
        reload = asyncio.create_task(self._reload(self._require_hub()))
        self._reloads.add(reload)
        reload.add_done_callback(self._reloads.discard)
        return await reload

    async def _reload(self, hub: Hub) -> ReloadState:
        async with self._reloading:
            try:
                await self._change_over(hub)
            except ConfigurationError as error:
                hub.reload = replace(hub.reload, successful=False, error=str(error))
                _log.error("reload refused", error=str(error))
            except Exception as error:  # noqa: BLE001 - whatever it is, what was watched is watched on
                hub.reload = replace(hub.reload, successful=False, error=f"{type(error).__name__}: {error}")
                _log.exception("reload failed")
            else:
                hub.reload = ReloadState(successful=True, succeeded_at=self._now())
                _log.info("configuration reloaded")
                await self._schedule.cancelled()
                await hub.let_go()
            await hub.assess()
            return hub.reload

    async def _change_over(self, hub: Hub) -> None:
        """Make the configuration on disk the one that holds.

        What may fail comes first. From the first change to the last nothing else runs, and nothing fails.
        """
        configuration = await asyncio.to_thread(read_configuration, self._path)
        settings, registry = configuration.settings, configuration.registry
        web = load_web(settings)
        prepared = await hub.prepare(settings, registry)
        self._require_server().apply(settings.web, web)
        self._schedule.set(self._jobs(hub, prepared))
        hub.adopt(prepared)
        self._restart_needed(settings)
        logs.configure(settings.log.level, settings.log.format)
        self.configuration, self._settings = configuration, settings
        self._warn(configuration)

    def _warn(self, configuration: Configuration) -> None:
        """Log what is strange about the configuration, once for as long as it stands there."""
        for warning in configuration.warnings:
            if warning not in self._warned:
                _log.warning("configuration", warning=str(warning))
        self._warned = configuration.warnings

    def _restart_needed(self, settings: Settings) -> None:
        for name, changed in (
            ("store.url", settings.store != self._settings.store),
            ("web.listen", settings.web.listen != self._settings.web.listen),
        ):
            if changed:
                _log.warning("takes effect at the next start", setting=name)

    # --- What is done, and when --------------------------------------------------------------------------------------

    def _jobs(self, hub: Hub, prepared: Prepared) -> list[Job]:
        jobs = [Job("tick", TICK, hub.assess, patience=_STALLED), Job("prune", _DAY, hub.prune)]
        if prepared.settings.prices and prepared.settings.prices.file:
            jobs.append(Job("prices", _PRICES, hub.refresh_prices))
        networks, evidence = tuple(prepared.networks.values()), prepared.settings.evidence
        for name, watch in prepared.exchanges.items():
            wallets, owed, promote = watch.settings.wallets, watch.settings.liabilities, watch.settings.promote
            jobs.append(Job(f"wallets:{name}", wallets.refresh, partial(self._refresh_wallets, name), watch))
            if owed:
                jobs.append(Job(f"liabilities:{name}", owed.refresh, partial(hub.refresh_liabilities, name), watch))
            if owed and owed.proof:
                refresh = owed.proof.refresh
                jobs.append(Job(f"proof:{name}", refresh, partial(hub.refresh_proof, name), watch, patience=_DAY))
            jobs.append(Job(f"confirm:{name}", promote, partial(hub.confirm, name), (watch, networks)))
            if evidence.folder:
                run = partial(self._keep_evidence, name)
                jobs.append(Job(f"evidence:{name}", evidence.every, run, (watch, evidence), patience=_DAY))
            if watch.settings.control_within:
                jobs.append(Job(f"keys:{name}", _KEYS, partial(hub.look_at_keys, name), (watch, networks)))
            jobs.append(Job(f"audit:{name}", promote, partial(hub.audit, name), (watch, networks), patience=_DAY))
        for channel in prepared.settings.notify:
            again = channel.resend if channel.alertmanager else _LOOKED_AT
            run = partial(hub.tell, channel.label)
            jobs.append(Job(f"notify:{channel.label}", again, run, channel, patience=_STALLED))
        jobs += [self._polling(hub, name, watch) for name, watch in prepared.networks.items()]
        return jobs

    @staticmethod
    def _polling(hub: Hub, name: str, watch: NetworkWatch) -> Job:
        """Polls at any moment of an interval: who can foresee one has the coins there just then."""
        settings = watch.settings
        patience = _LONGEST * settings.gives_up_after
        return Job(f"network:{name}", settings.interval, partial(hub.poll, name), watch, spread=1, patience=patience)

    async def _refresh_wallets(self, exchange: str) -> timedelta | None:
        hub = self._require_hub()
        watch = hub.exchanges[exchange]
        if await hub.refresh_wallets(exchange):
            about = [f"{job}:{exchange}" for job in ("confirm", "audit", "keys")]
            for key in (*about, *(f"network:{name}" for name in hub.networks)):
                self._schedule.soon(key)
        return watch.again

    async def _keep_evidence(self, exchange: str) -> timedelta | None:
        """Imported when it is wanted: most daemons sign nothing."""
        from monitor.daemon.evidence import keep  # noqa: PLC0415 - with what signs and serialises

        return await keep(self._require_hub(), exchange)

    def _tell_soon(self, channel: str) -> None:
        self._schedule.soon(f"notify:{channel}")

    # --- What the server asks for ------------------------------------------------------------------------------------

    def _deps(self, store: Store) -> Deps:
        return Deps(
            world=self._world,
            exposition=self._exposition,
            history=store.history,
            moment=store.moment,
            statuses=store.statuses,
            finest=self._finest,
            publications=store.publications,
            events=store.events,
            evidence=self._evidence,
            verify=verify_upload,
            reload=self.reload,
            stalled=self.stalled,
            devnet=self._devnet,
            runbook_url=lambda: self._settings.web.runbook_url,
            external_url=lambda: self._settings.web.external_url.rstrip("/"),
        )

    def _require_hub(self) -> Hub:
        if self._hub is None:
            raise RuntimeError("the daemon is not started")
        return self._hub

    def _require_store(self) -> Store:
        if self._store is None:
            raise RuntimeError("the daemon is not started")
        return self._store

    def _require_server(self) -> WebServer:
        if self._server is None:
            raise RuntimeError("the daemon is not started")
        return self._server

    def _exposition(self, accept: str, accept_encoding: str) -> Exposition:
        rendered = self._hub.rendered if self._hub else None
        return self._metrics.exposition(rendered or self._nothing, accept, accept_encoding)

    def _finest(self, since: datetime, until: datetime, most: int) -> Step:
        return self._settings.history.finest(since, until, self._now(), most=most)

    async def _evidence(self, exchange: str, until: datetime) -> tuple[datetime, Path] | None:
        folder = self._settings.evidence.folder
        return await asyncio.to_thread(newest, folder, exchange, until) if folder else None

    def _world(self) -> World | None:
        return self._hub.world if self._hub else None


async def serve(path: Path, *, devnet: str = "", started: Callable[[str], None] = lambda _: None) -> None:
    """Run the daemon until SIGTERM or SIGINT, which also end its start; SIGHUP reloads.

    ``devnet`` is the address of the devnet's inbox, where it watches that; ``started`` is called with the page's.
    Where the history is shared, it begins anew when it takes that over, or has lost it: from what is kept, as after
    a kill.
    """
    manager = ServiceManager()
    loop, asked = asyncio.get_running_loop(), asyncio.Event()
    reloads: set[asyncio.Task[ReloadState]] = set()
    stop = asyncio.create_task(asked.wait())

    def watching() -> str:
        return f"Watching; the page is at {daemon.address}/"

    def stalled() -> str:
        return daemon.stalled()

    async def reread() -> ReloadState:
        manager.reloading()
        state = await daemon.reload()
        manager.ready(watching() if state.successful else "The configuration on disk is wrong; the one before it holds")
        return state

    def reload() -> None:
        task = asyncio.create_task(reread())
        reloads.add(task)
        task.add_done_callback(reloads.discard)

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, asked.set)
    loop.add_signal_handler(signal.SIGHUP, reload)
    before, alive = None, None
    while await _has_started(daemon := Daemon(path, devnet=devnet, before=before), stop):
        manager.ready(watching())
        if alive is None:
            alive = asyncio.create_task(manager.keep_alive(stalled))
            started(f"{daemon.address}/")
        turned = asyncio.create_task(daemon.turned())
        try:
            await asyncio.wait((turned, stop), return_when=asyncio.FIRST_COMPLETED)
        finally:
            turned.cancel()
            if asked.is_set():
                manager.stopping()
            await daemon.stop()
        before = daemon.configuration
    if alive:
        alive.cancel()
    _leave_threads_behind()


async def _has_started(daemon: Daemon, stop: asyncio.Task[Literal[True]]) -> bool:
    """Start ``daemon``, unless ``stop`` comes first."""
    start = asyncio.create_task(daemon.start(_let_collector_pass_over))
    await asyncio.wait((start, stop), return_when=asyncio.FIRST_COMPLETED)
    if start.cancel():
        await asyncio.wait((start,))
        return False
    await start
    return True


def _let_collector_pass_over() -> None:
    """Spare all that there is now, mostly modules, from the collector: they stay.

    Each full collection would go through them, a tenth of a second every few seconds in which no scrape is answered.
    Not later: what is made then and goes again would be kept for good where it is part of a cycle.
    """
    gc.collect()
    gc.freeze()


def _leave_threads_behind() -> None:
    """End the process soon, even if a thread still reads a list of millions of rows or from a disk that hangs.

    Python would wait for it. Nothing that it finds is of use any more: what is known is in the history.
    """
    end = threading.Timer(_PATIENCE, os._exit, (0,))
    end.daemon = True
    end.start()
