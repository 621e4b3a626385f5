"""A daemon on small documents of its own, watched from outside as Prometheus and people watch it."""

import asyncio
import json
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

import aiohttp
import structlog
from prometheus_client.parser import text_string_to_metric_families

from monitor.daemon.clock import SteadyClock, utc_now
from monitor.daemon.service import Daemon
from monitor.devnet.keys import Key
from tests.support.scraping import Series

MESSAGE = "I am a test address"


# --- What an exchange publishes --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """A line of the neutral layout."""

    network: str
    asset: str
    address: str
    amount: str = ""
    height: str = ""
    message: str = ""
    signature1: str = ""
    signature2: str = ""
    owner1: str = ""
    owner2: str = ""


def key(number: int) -> Key:
    return Key(f"reserve-monitor tests: {number}")


def signed(number: int, asset: str = "ETH", network: str = "ethereum", **more: str) -> Row:
    """A row that its own key has signed."""
    own = key(number)
    if network == "bitcoin":
        return Row(network, asset, own.bitcoin_address, message=MESSAGE, signature1=own.sign_bitcoin(MESSAGE), **more)
    return Row(network, asset, own.evm_address, message=MESSAGE, signature1=own.sign_evm(MESSAGE), **more)


def unsigned(number: int, asset: str = "ETH", network: str = "ethereum", **more: str) -> Row:
    own = key(number)
    return Row(network, asset, own.bitcoin_address if network == "bitcoin" else own.evm_address, **more)


def long_list(rows: int) -> list[Row]:
    """Every signature has to be recovered before it is known to be another account's."""
    signature = key(1).sign_evm(MESSAGE)
    return [Row("ethereum", "ETH", f"0x{n:040x}", message=MESSAGE, signature1=signature) for n in range(1, rows + 1)]


def list_of(rows: Iterable[Row]) -> str:
    lines = [[field.name for field in fields(Row)], *(list(asdict(row).values()) for row in rows)]
    return "".join(",".join(line) + "\n" for line in lines)


def publish(path: Path, content: str | bytes) -> None:
    """Replace the document at once, as a publisher does: no reader sees half of it."""
    new = path.with_suffix(".new")
    new.write_bytes(content.encode() if isinstance(content, str) else content)
    new.replace(path)


def owed(as_of: datetime | None = None, /, **amounts: str) -> str:
    """Liabilities in the neutral layout, as of now unless told otherwise."""
    moment = as_of or datetime.now(UTC)
    return "asset,amount,as_of\n" + "".join(
        f"{asset},{amount},{moment:%Y-%m-%dT%H:%M:%SZ}\n" for asset, amount in amounts.items()
    )


# --- Its configuration -----------------------------------------------------------------------------------------------


class Site:
    """A folder with a configuration and the documents that it names; everything is asked for several times a second."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / "monitor.yaml"
        self.sections: dict[str, Any] = {
            "exchanges": {},
            "networks": {},
            "store": {"url": f"sqlite+aiosqlite:///{folder}/history.db"},
            "web": {"listen": "127.0.0.1:0"},
        }

    def exchange(self, name: str, rows: Iterable[Row] | None = None, /, **more: Any) -> None:
        """Watch an exchange, and publish ``rows`` as its list; its liabilities are those of :meth:`owes`."""
        self.sections["exchanges"][name] = {
            "wallets": {"source": str(self.list(name)), "refresh": "100ms"},
            "liabilities": {"source": str(self.liabilities(name)), "refresh": "100ms"},
            **more,
        }
        if rows is not None:
            publish(self.list(name), list_of(rows))

    def owes(self, name: str, as_of: datetime | None = None, /, **amounts: str) -> None:
        publish(self.liabilities(name), owed(as_of, **amounts))

    def network(self, name: str, *urls: str, **more: Any) -> None:
        """Read a network at its tip; its endpoints are called node-1, node-2 and so on, each of its own party."""
        endpoints = [
            {"name": f"node-{n}", "party": f"party-{n}", "url": url, "timeout": "1s"} for n, url in enumerate(urls, 1)
        ]
        self.sections["networks"][name] = {"interval": "200ms", "block": "latest", "endpoints": endpoints, **more}

    def list(self, name: str) -> Path:
        return self.folder / f"{name}-wallets.csv"

    def liabilities(self, name: str) -> Path:
        return self.folder / f"{name}-liabilities.csv"

    def write(self, **sections: Any) -> Path:
        """Write the configuration, with further ``sections``; JSON is YAML too."""
        self.sections |= sections
        publish(self.path, json.dumps(self.sections, indent=1))
        return self.path


# --- Watching it -----------------------------------------------------------------------------------------------------


class TurnableClock(SteadyClock):
    """The real time, and what a test adds to it."""

    def __init__(self) -> None:
        self.ahead = timedelta()
        """What has passed besides."""
        self.stepped = timedelta()
        """How far somebody has put the system's clock forward."""
        super().__init__(
            lambda: utc_now() + self.ahead + self.stepped, lambda: time.monotonic() + self.ahead.total_seconds()
        )


async def until(condition: Callable[[], Awaitable[object]], *, within: float = 60) -> None:
    """Ask until ``condition`` is true; AssertionError when it is not within so many seconds."""
    deadline = time.monotonic() + within
    while not await condition():
        assert time.monotonic() < deadline, f"still not so after {within:g} s"
        await asyncio.sleep(0.02)


class Watched:
    """A daemon as seen over HTTP."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._session = aiohttp.ClientSession(f"http://127.0.0.1:{port}")

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()

    async def get(self, path: str) -> tuple[int, str]:
        """Status and body; 0 while nothing listens."""
        try:
            async with self._session.get(path) as response:
                return response.status, await response.text()
        except aiohttp.ClientConnectionError:
            return 0, ""

    async def reload(self) -> tuple[int, str]:
        async with self._session.post("/-/reload") as response:
            return response.status, await response.text()

    async def ready(self) -> bool:
        return (await self.get("/-/ready"))[0] == 200

    async def scrape(self) -> Series:
        status, text = await self.get("/metrics")
        if status != 200:
            return {}
        samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
        return {(sample.name, frozenset(sample.labels.items())): sample.value for sample in samples}

    async def value(self, name: str, **labels: str) -> float | None:
        return (await self.scrape()).get((name, frozenset(labels.items())))

    async def labels(self, name: str) -> list[dict[str, str]]:
        return [dict(labels) for found, labels in await self.scrape() if found == name]

    async def status(self, asset: str, exchange: str = "okx") -> str:
        """covered, breach or unknown; empty when the asset is not known."""
        found = [
            dict(labels)["status"]
            for (name, labels), value in (await self.scrape()).items()
            if name == "por_reserve_status" and value == 1 and {("exchange", exchange), ("asset", asset)} <= labels
        ]
        assert len(found) <= 1, "one status holds"
        return found[0] if found else ""

    async def api(self, path: str) -> Any:
        status, text = await self.get(f"/api/v1/{path}")
        return json.loads(text) if status == 200 else None

    async def exchange(self, name: str = "okx") -> Any:
        found = await self.api(f"exchanges/{name}")
        return found["exchange"] if found else None

    async def alerts(self) -> dict[str, Any]:
        """Those that are active, by their name; for an asset's, ``name asset``."""
        found = await self.api("alerts")
        return {
            " ".join(filter(None, (alert["name"], alert["asset"]))): alert
            for alert in (found["alerts"] if found else ())
            if alert["active"]
        }


@asynccontextmanager
async def watching(configuration: Path, now: SteadyClock | None = None) -> AsyncIterator[Watched]:
    """A daemon in this process, from its start to its clean stop."""
    daemon = Daemon(configuration, now=now)
    await daemon.start()
    try:
        async with Watched(daemon.port) as watched:
            yield watched
    finally:
        await daemon.stop()


@contextmanager
def logging_restored() -> Iterator[None]:
    """What a daemon sets up for its process' logs ends with the block."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    loggers = {name: logging.getLogger(name).level for name in logging.Logger.manager.loggerDict}
    try:
        yield
    finally:
        structlog.reset_defaults()
        root.handlers[:], root.level = handlers, level
        for name in logging.Logger.manager.loggerDict:
            logging.getLogger(name).setLevel(loggers.get(name, logging.NOTSET))
