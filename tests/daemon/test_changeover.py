"""From one configuration to the next: what may fail comes first, and nothing is closed that is still in use."""

import asyncio
import json
import sqlite3
from collections.abc import Callable, Collection, Mapping
from contextlib import closing

import pytest
from structlog.testing import capture_logs

from monitor.chains import AtHeight, BlockChoice
from monitor.daemon import hub
from monitor.daemon.exchange import ExchangeWatch
from monitor.daemon.service import Daemon
from monitor.model import Address, Reading, Token
from tests.support.daemons import Site, Watched, publish, signed, until, watching
from tests.support.readers import Reader


class Chain:
    """Opens readers, in the place of those that send requests."""

    def __init__(self) -> None:
        self.opened: list[Hanging] = []
        self.hangs: Callable[[BlockChoice], bool] = lambda _: False

    def open(self, *_: object) -> "Hanging":
        self.opened.append(Hanging(self))
        return self.opened[-1]

    async def hanging(self) -> bool:
        return bool(self.opened[0].events)

    async def opened_again(self) -> bool:
        return len(self.opened) == 2


class Hanging(Reader):
    """Remembers, in their order, when a reading that hangs began and ended, and when it was closed itself."""

    def __init__(self, chain: Chain) -> None:
        super().__init__()
        self.events: list[str] = []
        self._chain = chain

    async def read(self, wanted: Mapping[Token, Collection[Address]], at: BlockChoice) -> Reading:
        if not self._chain.hangs(at):
            return await super().read(wanted, at)
        self.events.append("begun")
        try:
            await asyncio.Event().wait()
            raise AssertionError("nobody ends it")
        finally:
            await asyncio.sleep(0)  # an endpoint tidies up after itself
            self.events.append("ended")

    async def close(self) -> None:
        self.events.append("closed")


@pytest.fixture
def chain(monkeypatch: pytest.MonkeyPatch) -> Chain:
    chain = Chain()
    monkeypatch.setattr(hub, "open_network", chain.open)
    return chain


@pytest.fixture
def okx(site: Site) -> Site:
    site.exchange("okx", [signed(1, amount="1", height="5")])
    site.owes("okx", ETH="100")
    site.network("ethereum", "http://127.0.0.1:1")
    site.write()
    return site


async def is_at(watched: Watched, number: int) -> bool:
    """Whether the snapshot that is shown is of this block."""
    snapshot = (await watched.exchange())["snapshots"]["ethereum"]["snapshot"]
    return bool(snapshot) and snapshot["block"]["number"] == number


# --- What goes -------------------------------------------------------------------------------------------------------


def removed(site: Site) -> None:
    site.sections["networks"] = {}


def replaced(site: Site) -> None:
    site.network("ethereum", "http://127.0.0.1:2")


@pytest.mark.parametrize("change", [removed, replaced])
@pytest.mark.parametrize("audit", [False, True], ids=["snapshot", "audit"])
async def test_endpoints_that_go_are_closed_when_what_is_read_through_them_has_ended(
    okx: Site, chain: Chain, change: Callable[[Site], None], *, audit: bool
) -> None:
    chain.hangs = lambda at: isinstance(at, AtHeight) is audit
    async with watching(okx.path) as watched:
        await until(chain.hanging)
        change(okx)
        okx.write()
        assert (await watched.reload())[0] == 200
        assert chain.opened[0].events == ["begun", "ended", "closed"]


async def attempts(watched: Watched, exchange: str = "okx") -> float | None:
    return await watched.value("por_snapshot_attempts_total", exchange=exchange, network="ethereum")


async def test_counters_go_with_their_network_and_never_backwards_while_it_stays(okx: Site, chain: Chain) -> None:
    async with watching(okx.path) as watched:
        await until(lambda: is_at(watched, 100))
        assert await attempts(watched)
        before = await attempts(watched) or 0
        okx.exchange("kraken", [])
        replaced(okx)
        chain.hangs = lambda _: True  # no attempt ends any more, and begins anew, but by the reload
        okx.write()
        assert (await watched.reload())[0] == 200
        assert (await attempts(watched) or 0) >= before
        assert await attempts(watched, "kraken") == 0, "what begins with its first attempt has no rate"
        removed(okx)
        okx.write()
        assert (await watched.reload())[0] == 200
        found = await watched.scrape()
        assert not [name for name, _ in found if name.startswith("por_snapshot_")]
        assert not [name for name, _ in found if name.startswith("por_endpoint_")]


async def test_an_endpoint_that_cannot_be_closed_is_told_and_the_new_configuration_holds(
    okx: Site, chain: Chain, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def fail(_: Hanging) -> None:
        raise OSError("the socket is gone")

    async with watching(okx.path) as watched:
        await until(watched.ready)
        removed(okx)
        okx.write()
        with monkeypatch.context() as patched:
            patched.setattr(Hanging, "close", fail)
            assert (await watched.reload())[0] == 200
        assert "the socket is gone" in capsys.readouterr().err
        assert (await watched.exchange())["snapshots"] == {}


async def test_a_snapshot_that_comes_while_the_next_configuration_is_made_ready_is_not_lost(
    okx: Site, chain: Chain, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_end, restore = asyncio.Event(), ExchangeWatch.restore

    async def slowly(watch: ExchangeWatch) -> None:
        await restore(watch)
        if watch.name == "kraken":
            await may_end.wait()

    monkeypatch.setattr(ExchangeWatch, "restore", slowly)
    async with watching(okx.path) as watched:
        await until(lambda: is_at(watched, 100))
        okx.exchange("kraken", [signed(2)])
        okx.owes("kraken", ETH="1")
        replaced(okx)
        okx.write()
        reload = asyncio.create_task(watched.reload())
        await until(chain.opened_again)
        chain.opened[0].height = 101
        await until(lambda: is_at(watched, 101))
        chain.hangs = lambda _: True  # the next reading does not hide what was lost
        may_end.set()
        assert (await reload)[0] == 200
        assert await is_at(watched, 101)


async def test_what_was_read_of_another_chain_is_not_shown_after_a_restart(okx: Site, chain: Chain) -> None:
    """The network's name is the same, the coins are others."""
    async with watching(okx.path) as watched:
        await until(lambda: is_at(watched, 100))
        chain.opened[0].height = 101
        await until(lambda: is_at(watched, 101))  # so that the first one is in the history
    chain.hangs = lambda _: True
    async with watching(okx.path) as watched:
        assert (await watched.exchange())["snapshots"]["ethereum"]["snapshot"]
        assert await watched.labels("por_reserves")
    okx.sections["networks"]["ethereum"]["caip2"] = "eip155:31337"
    async with watching(okx.write()) as watched:
        assert (await watched.exchange())["snapshots"]["ethereum"]["snapshot"] is None
        assert await watched.labels("por_reserves") == []


# --- What fails ------------------------------------------------------------------------------------------------------


async def history(site: Site, statement: str) -> None:
    def execute() -> None:
        with closing(sqlite3.connect(site.folder / "history.db")) as database:
            database.execute(statement)
            database.commit()

    await asyncio.to_thread(execute)  # the daemon must be able to end its own transactions meanwhile


async def test_whatever_fails_on_the_way_leaves_the_old_configuration_running_and_is_told(
    okx: Site, chain: Chain
) -> None:
    users = okx.folder / "web.yml"
    publish(users, "{}")
    okx.write(web={"listen": "127.0.0.1:0", "config_file": str(users)})
    async with watching(okx.path) as watched:
        await until(watched.ready)
        before = await watched.api("config")
        loaded = await watched.value("por_config_reload_success_timestamp_seconds")
        publish(users, json.dumps({"basic_auth_users": {"watcher": "$2b$04$" + "a" * 53}}))
        okx.exchange("kraken", [signed(2)])
        okx.owes("kraken", ETH="1")
        replaced(okx)
        okx.write()
        await history(okx, "ALTER TABLE changes RENAME TO lost")
        with capture_logs() as logs:
            status, answer = await watched.reload()
        assert status == 500
        assert "the old configuration stays" in answer
        assert "no such table: changes" in answer
        assert [log["log_level"] for log in logs if log["event"] == "reload failed"] == ["error"]
        assert await watched.value("por_config_last_reload_successful") == 0
        assert await watched.value("por_config_reload_success_timestamp_seconds") == loaded
        assert "no such table" in (await watched.alerts())["PorConfigReloadFailed"]["summary"]
        assert await watched.api("config") == before
        assert {labels["exchange"] for labels in await watched.labels("por_claims")} == {"okx"}
        assert chain.opened[0].events == []
        chain.opened[0].height = 101
        await until(lambda: is_at(watched, 101))

        await history(okx, "ALTER TABLE lost RENAME TO changes")
        assert (await watched.reload())[0] == 200
        assert chain.opened[0].events == ["closed"]
        assert (await watched.get("/metrics"))[0] == 401, "the users of the new configuration"


async def test_a_reload_that_is_under_way_ends_with_the_daemon(okx: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    begun = asyncio.Event()

    async def forever(_: ExchangeWatch) -> None:
        begun.set()
        await asyncio.Event().wait()

    daemon = Daemon(okx.path)
    await daemon.start()
    monkeypatch.setattr(ExchangeWatch, "restore", forever)
    okx.exchange("kraken", [signed(2)])
    okx.write()
    reload = asyncio.create_task(daemon.reload())
    await begun.wait()
    with capture_logs() as logs:
        await daemon.stop()
    assert reload.done()
    assert [log["event"] for log in logs] == ["stopping"]
    with pytest.raises(asyncio.CancelledError):
        await reload
