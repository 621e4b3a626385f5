"""A reader: reads the networks that say `read_by: NAME`, for the monitors that judge, over the database of all.

It judges nothing, opens no port, and keeps nothing but the journals of what its endpoints follow. Of several processes
of one name one reads, and the others follow it: two would ask each node twice as often as its `rate` allows, and each
follow every chain by itself.
"""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import structlog

from monitor import __version__, logs
from monitor.chains import ChainError, ChainReader, Reason
from monitor.chains.opening import configured_network, import_nodes, open_network
from monitor.computing import computed
from monitor.daemon import reading_forms as forms
from monitor.daemon.configuration import Configuration, check_reader, read_configuration
from monitor.daemon.service_manager import ServiceManager
from monitor.daemon.stored import StoredJournals
from monitor.formats import SECRETS
from monitor.model import Network
from monitor.registry import Registry
from monitor.settings import ConfigurationError, NetworkSettings
from monitor.store import Lease, LeaseLostError, ReadingJob, ReadingJobs, Store, StoreError, rung_or_late

_log = structlog.get_logger(__name__)


async def serve_reader(path: Path, name: str) -> None:
    """Answer for the reader called ``name`` until SIGTERM or SIGINT; SIGHUP begins anew, by the configuration on disk.

    Raises ConfigurationError, also where no network is read by it, or StoreError.
    """
    configuration = _configuration(path, name)
    logs.configure(configuration.settings.log.level, configuration.settings.log.format)
    signals: asyncio.Queue[int] = asyncio.Queue()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, signals.put_nowait, number)
    manager = ServiceManager()
    alive = asyncio.create_task(manager.keep_alive(str))
    again = True
    while again:
        reading = asyncio.create_task(read_for(configuration, name, manager.ready))
        signalled = asyncio.create_task(signals.get())
        await asyncio.wait((reading, signalled), return_when=asyncio.FIRST_COMPLETED)
        again = signalled.done() and signalled.result() == signal.SIGHUP
        (manager.reloading if again else manager.stopping)()
        for task in (signalled, reading):
            task.cancel()
        with suppress(asyncio.CancelledError):
            await reading
        if again:
            configuration = _reread(path, name) or configuration
    alive.cancel()


def _configuration(path: Path, name: str) -> Configuration:
    configuration = read_configuration(path)
    check_reader(configuration.settings, name, path)
    return configuration


def _reread(path: Path, name: str) -> Configuration | None:
    try:
        return _configuration(path, name)
    except ConfigurationError as error:
        _log.error("the configuration before is used on", error=str(error))
        return None


async def read_for(configuration: Configuration, name: str, told: Callable[[str], None]) -> None:
    """Answer whenever no other process of this name does, until cancelled; ``told`` which of the two it is.

    Raises StoreError at the start.
    """
    settings, registry = configuration.settings, configuration.registry
    networks = {network: each for network, each in settings.networks.items() if each.read_by == name}
    await asyncio.to_thread(import_nodes, networks, registry)
    async with AsyncExitStack() as stack:
        store = await Store.open(settings.store.url, silent=settings.store.reader_lease)
        stack.push_async_callback(store.close)
        jobs = store.reading_jobs(settings.store.reader_lease)
        stack.push_async_callback(jobs.close)
        lease = await stack.enter_async_context(jobs.leased(name))
        while True:
            lease.turned.clear()
            if lease.held:
                told(f"Reading {', '.join(networks)} as {name}")
                _log.info("reading", reader=name, version=__version__, networks=sorted(networks))
                async with _opened(networks, registry, store) as readers:
                    await _Desk(name, jobs, lease, readers).work()
            else:
                told(f"Standing by: another process reads as {name}")
                _log.info("standing by", reader=name)
                await lease.turned.wait()


@asynccontextmanager
async def _opened(
    networks: Mapping[str, NetworkSettings], registry: Registry, store: Store
) -> AsyncIterator[dict[str, tuple[Network, ChainReader]]]:
    """The readers of ``networks``, which go on from what the last one of this name has followed."""
    present = {(name, each.label) for name, settings in networks.items() for each in settings.endpoints}
    await store.forget_journals(lambda name, endpoint: name in networks and (name, endpoint) not in present)
    readers: dict[str, tuple[Network, ChainReader]] = {}
    for name, settings in networks.items():
        network = configured_network(name, settings, registry)
        keeper, slots = StoredJournals(store, name), registry.balance_slots(name)
        readers[name] = network, open_network(network, settings, keeper, slots)
    try:
        yield readers
    finally:
        await asyncio.gather(*(reader.close() for _, reader in readers.values()))


class _Desk:
    """Takes what is asked and answers it, while the lease is held."""

    def __init__(
        self, name: str, jobs: ReadingJobs, lease: Lease, readers: Mapping[str, tuple[Network, ChainReader]]
    ) -> None:
        self._name = name
        self._jobs = jobs
        self._lease = lease
        self._readers = readers
        self._running: dict[str, asyncio.Task[None]] = {}
        self._failure = ""

    async def work(self) -> None:
        """Do so until the lease is lost; what is under way then is given up."""
        try:
            with self._jobs.asked(self._name) as rung, suppress(LeaseLostError):
                while True:
                    await self._look()
                    await rung_or_late(rung)
        finally:
            for task in self._running.values():
                task.cancel()
            await asyncio.gather(*self._running.values(), return_exceptions=True)

    async def _look(self) -> None:
        """Begin what is new, and give up what nobody waits for any more."""
        self._running = {job: task for job, task in self._running.items() if not task.done()}
        try:
            new, counts = await self._jobs.take(self._name, self._lease, self._running.keys())
        except StoreError as error:
            self._note(str(error))
            return
        self._note("")
        for job, task in self._running.items():
            if job not in counts:
                task.cancel()
        for each in new:
            self._running[each.id] = asyncio.create_task(self._answer(each))

    def _note(self, failure: str) -> None:
        if failure and not self._failure:
            _log.warning("nothing can be taken", reader=self._name, error=failure)
        self._failure = failure

    async def _answer(self, job: ReadingJob) -> None:
        """Do one job. Where the answer cannot be written the job is found again, and done anew."""
        known = self._readers.get(job.network)
        try:
            answer = await answered(job, *known) if known else forms.Answer(digest=forms.digest_of(job.request))
            await self._jobs.answer(job.id, await computed(forms.pack, answer), self._lease)
        except (StoreError, LeaseLostError) as error:
            _log.warning("an answer is not written", network=job.network, error=str(error))


async def answered(job: ReadingJob, network: Network, reader: ChainReader) -> forms.Answer:
    """The answer to a job, which tells of a failure what a person needs to know, and no secret."""
    told: dict[str, Any]
    try:
        request = await computed(forms.unpack, job.request, forms.Request)
        told = await _told(job.kind, request, reader) if request.chain == network.caip2 else {}
    except ChainError as error:
        told = {"failure": forms.Failure.of(error)}
    except ValueError as error:
        told = {"failure": forms.Failure(Reason.MALFORMED, f"what was asked is refused: {error}")}
    except Exception as error:  # noqa: BLE001 - whoever waits for it must know, and other jobs go on
        _log.exception("a job met a defect", network=job.network, kind=job.kind)
        fault = f"the reader met a defect ({type(error).__name__}), see its log"
        told = {"failure": forms.Failure(Reason.MALFORMED, fault)}
    endpoints = tuple(replace(each, last_error=SECRETS.mask(each.last_error)) for each in reader.endpoints())
    return forms.Answer(digest=forms.digest_of(job.request), chain=network.caip2, endpoints=endpoints, **told)


async def _told(kind: str, request: forms.Request, reader: ChainReader) -> dict[str, Any]:
    """The field of an answer of this kind. Raises ChainError, and ValueError where it is none of ours."""
    match kind:
        case "read":
            reading = await reader.read(dict(request.accounts), request.choice)
            return {"told": await computed(forms.Told.of, reading, request.accounts)}
        case "confirm":
            return {"owners": await reader.confirm(request.questions)}
        case "quote":
            prices = await reader.quote(request.addresses, request.choice)
            return {"prices": replace(prices, answers=dict(prices.answers))}
        case "sent":
            sent = await reader.sent(request.addresses, request.choice)
            return {"sent": replace(sent, counts=dict(sent.counts))}
    raise ValueError(f"there is no job {kind}")
