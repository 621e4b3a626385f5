"""The first seconds: metrics at once, readiness only after a first pass, and nothing that blocks."""

import asyncio
import socket
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import RawTestServer

from monitor.daemon.configuration import read_configuration
from monitor.daemon.service import Daemon
from monitor.model import ReserveStatus, Step
from monitor.settings import ConfigurationError
from monitor.store import Store, StoreError
from tests.support.daemons import Site, Watched, list_of, long_list, publish, signed, until, watching

STORE_TESTS = Path(__file__).parent.parent / "store"


async def test_metrics_answer_while_the_first_documents_hang_and_readiness_waits_for_them(site: Site) -> None:
    may_answer = asyncio.Event()

    async def hang(_: web.BaseRequest) -> web.Response:
        await may_answer.wait()
        return web.Response(text=list_of([signed(1)]))

    async with RawTestServer(hang, host="127.0.0.1") as server:
        site.exchange("okx")
        site.owes("okx", ETH="1")
        site.sections["exchanges"]["okx"]["wallets"]["source"] = str(server.make_url("/wallets.csv"))
        async with watching(site.write()) as watched:
            try:
                assert (await watched.get("/metrics"))[0] == 200
                assert len(await watched.labels("por_build_info")) == 1
                assert await watched.value("por_document_fetches_total", exchange="okx", document="wallets") == 0
                assert (await watched.get("/-/healthy"))[0] == 200
                status, reason = await watched.get("/-/ready")
                assert (status, bool(reason.strip())) == (503, True)
            finally:
                may_answer.set()
            await until(watched.ready)
            assert await watched.value("por_document_fetches_total", exchange="okx", document="wallets") == 1


async def test_an_exchange_whose_documents_are_refused_does_not_keep_the_daemon_from_being_ready(site: Site) -> None:
    site.exchange("okx")
    async with watching(site.write()) as watched:
        await until(watched.ready)
        assert await watched.value("por_document_fetches_total", exchange="okx", document="liabilities") == 1


async def test_scrapes_are_answered_while_a_long_list_is_judged(site: Site) -> None:
    site.exchange("okx", long_list(20_000))
    site.owes("okx", ETH="1")
    async with watching(site.write()) as watched:
        answered = 0
        while await _invalid(watched) is None:
            answered += 1
        assert answered > 5
        assert await _invalid(watched) == 20_000
        await until(watched.ready)


async def test_the_history_of_0_1_0_is_gone_on_with(site: Site) -> None:
    """Nothing is published any more; what that version kept is shown, and its days are added to."""
    with closing(sqlite3.connect(site.folder / "history.db")) as database:
        database.executescript((STORE_TESTS / "history-0.1.0.sql").read_text(encoding="utf-8"))
    site.exchange("okx")
    async with watching(site.write()) as watched:
        assert await watched.value("por_claims", exchange="okx", network="ethereum", verdict="verified") == 2
        assert await watched.value("por_liabilities", exchange="okx", asset="ETH") == 100
        assert await watched.value("por_wallet_list_changes_total", exchange="okx", change="added") == 1
    store = await Store.open(site.sections["store"]["url"])
    days = await store.history("okx", Step.DAILY)
    assert [each.at.date().isoformat() for each in days[:3]] == ["2026-10-20", "2026-11-27", "2026-11-29"]
    assert days[-1].assets["ETH"].worst is ReserveStatus.UNKNOWN
    await store.close()


async def _invalid(watched: Watched) -> float | None:
    return await watched.value("por_claims", exchange="okx", network="ethereum", verdict="invalid")


async def test_a_reload_that_comes_too_early_waits_for_the_start(site: Site) -> None:
    site.exchange("okx", [signed(1)])
    site.owes("okx", ETH="1")
    daemon = Daemon(site.write())
    reload = asyncio.create_task(daemon.reload())
    await daemon.start()
    try:
        assert (await reload).successful
    finally:
        await daemon.stop()


async def test_one_that_begins_anew_by_itself_goes_on_by_the_last_good_configuration(site: Site) -> None:
    site.exchange("okx", [signed(1)])
    before = read_configuration(site.write())
    publish(site.path, "exchanges: {}\n")
    daemon = Daemon(site.path, before=before)
    await daemon.start()
    try:
        async with Watched(daemon.port) as watched:
            await until(watched.ready)
            assert await watched.value("por_config_last_reload_successful") == 0
    finally:
        await daemon.stop()


async def test_a_daemon_that_cannot_start_leaves_nothing_open(site: Site, tmp_path: Path) -> None:
    publish(site.path, "exchanges: {}\n")
    with pytest.raises(ConfigurationError):
        await Daemon(site.path).start()
    site.exchange("okx", [signed(1)])
    site.write(store={"url": "sqlite+aiosqlite:////proc/no/such/place.db"})
    with pytest.raises((StoreError, OSError)):
        await Daemon(site.path).start()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
        site.write(store={"url": f"sqlite+aiosqlite:///{tmp_path}/h.db"}, web={"listen": listen})
        with pytest.raises(OSError, match="address already in use"):
            await Daemon(site.path).start()
    assert not (tmp_path / "h.db-wal").exists(), "the history was closed"


async def test_a_second_daemon_on_the_same_history_does_not_start(site: Site) -> None:
    site.exchange("okx", [signed(1)])
    site.owes("okx", ETH="1")
    async with watching(site.write()) as watched:
        with pytest.raises(StoreError, match=r"history\.db: another reserve-monitor uses it .* stop that one first"):
            await Daemon(site.path).start()
        await until(watched.ready)
        assert await watched.value("por_store_failing") == 0
    async with watching(site.path) as watched:
        await until(watched.ready)


async def test_a_warning_of_the_configuration_is_logged_once(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    site.exchange("okx", [signed(1)], assets={"NEVERCOIN": {"warn_below": "1.02"}})
    site.write()
    async with watching(site.path) as watched:
        assert (await watched.reload())[0] == 200
        site.write(metrics={"account_series": 1})
        assert (await watched.reload())[0] == 200
    logged = [line for line in capsys.readouterr().err.splitlines() if "assets.NEVERCOIN" in line]
    assert len(logged) == 1
    assert "no asset is known by this name" in logged[0]


async def test_all_code_is_imported_before_anything_is_made(site: Site) -> None:
    """What is there then, the collector passes over for good; and an import of a second stops whoever is watched."""
    site.exchange("okx", [signed(1)])
    site.network("ethereum", "http://127.0.0.1:1")
    seen: list[tuple[bool, bool]] = []
    daemon = Daemon(site.write())

    def loaded() -> None:
        seen.append(("monitor.chains.evm.node" in sys.modules, (site.folder / "history.db").exists()))

    await daemon.start(loaded)
    await daemon.stop()
    assert seen == [(True, False)]
