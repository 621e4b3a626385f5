"""A reader as a process: it begins anew on SIGHUP, ends on SIGTERM, and says what it cannot go on without."""

import asyncio
import signal
from collections.abc import Callable
from datetime import timedelta

import pytest

from monitor.daemon import reader_service
from monitor.daemon.configuration import Configuration
from monitor.daemon.reader_service import serve_reader
from monitor.settings import ConfigurationError
from monitor.store import StoreError
from tests.support.daemons import Site, publish
from tests.support.service_managers import ServiceManagerStandIn


def configure(site: Site, interval: str) -> None:
    site.exchange("okx")
    site.network("ethereum", "http://127.0.0.1:1", interval=interval, read_by="east")
    site.write(store={"url": "postgresql+asyncpg://x@127.0.0.1:1/x"})


async def test_it_begins_anew_by_what_is_on_disk_and_ends_when_it_is_told_to(
    site: Site, monkeypatch: pytest.MonkeyPatch, service_manager: ServiceManagerStandIn
) -> None:
    begun: asyncio.Queue[timedelta] = asyncio.Queue()

    async def read(configuration: Configuration, name: str, told: Callable[[str], None]) -> None:
        told(f"Reading as {name}")
        begun.put_nowait(configuration.settings.networks["ethereum"].interval)
        await asyncio.Event().wait()

    monkeypatch.setattr(reader_service, "read_for", read)
    monkeypatch.setenv("NOTIFY_SOCKET", service_manager.address)
    configure(site, "8s")
    serving = asyncio.create_task(serve_reader(site.path, "east"))
    assert await begun.get() == timedelta(seconds=8)
    configure(site, "9s")
    signal.raise_signal(signal.SIGHUP)
    assert await begun.get() == timedelta(seconds=9)
    for bad in ("exchanges: {", site.path.read_text().replace("east", "west")):
        publish(site.path, bad)
        signal.raise_signal(signal.SIGHUP)
        assert await begun.get() == timedelta(seconds=9), "the one before holds"
    signal.raise_signal(signal.SIGTERM)
    await asyncio.wait_for(serving, 10)


async def test_it_ends_where_it_cannot_begin(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    async def read(*_: object) -> None:
        raise StoreError("the database is away")

    monkeypatch.setattr(reader_service, "read_for", read)
    configure(site, "8s")
    with pytest.raises(StoreError, match="is away"):
        await serve_reader(site.path, "east")
    with pytest.raises(ConfigurationError, match="no network says `read_by: west`; the readers are east"):
        await serve_reader(site.path, "west")
