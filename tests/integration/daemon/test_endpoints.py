"""Endpoints that die, hang, lie or sit on another chain: nothing is lost, nothing is zero, and the alert is right."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web

from tests.support.daemons import Site, TurnableClock, Watched, signed, until, watching
from tests.support.evm import give
from tests.support.nodes import AnvilFactory
from tests.support.standins import EvmStandIn

pytestmark = pytest.mark.integration

ETHEREUM = {"exchange": "okx", "network": "ethereum"}
BREACHES = {"PorRatioBelowLimit ETH", "PorRatioFalling ETH"}


@pytest.fixture
def okx(site: Site) -> Site:
    """90 ETH are owed."""
    site.exchange("okx", [signed(1)])
    site.owes("okx", ETH="90")
    return site


async def ratio(watched: Watched) -> float | None:
    return await watched.value("por_reserve_ratio", exchange="okx", asset="ETH", basis="signed")


async def taken(watched: Watched) -> float | None:
    return await watched.value("por_snapshot_success_timestamp_seconds", **ETHEREUM)


async def failures(watched: Watched) -> float:
    found = await watched.scrape()
    return sum(value for (name, _), value in found.items() if name == "por_snapshot_failures_total")


async def endpoint(watched: Watched, name: str = "node-1") -> Any:
    (found,) = [each for each in (await watched.api("endpoints"))["endpoints"] if each["name"] == name]
    return found


async def test_without_its_only_endpoint_a_snapshot_ages_until_it_is_stale_and_then_gone_and_never_zero(
    okx: Site, clock: TurnableClock, anvil: AnvilFactory
) -> None:
    node = anvil()
    give(node, signed(1).address, 99)
    node.mine()
    ages = {"stale_after": "10m", "drop_after": "30m", "behind_after": "1d"}
    okx.network("ethereum", node.url, **ages)
    rules = {"PorSnapshotStale": {"clear_after": "0s"}, "PorReserveUnknown": {"for": "0s"}}
    async with watching(okx.write(alerts={"rules": rules}), clock) as watched:
        await until(watched.ready)
        assert await ratio(watched) == pytest.approx(1.1)
        node.kill()
        before = await failures(watched)

        async def failed() -> bool:
            return await failures(watched) > before + 1

        await until(failed)
        last = await taken(watched)
        assert await ratio(watched) == pytest.approx(1.1)
        assert await watched.status("ETH") == "covered"
        assert await watched.alerts() == {}, "a failed attempt alone is no alert"
        assert (await watched.exchange())["snapshots"]["ethereum"]["failure"].startswith(
            "refused: ethereum: no endpoint"
        )
        assert await watched.value("por_endpoint_up", network="ethereum", endpoint="node-1") == 0

        clock.ahead = timedelta(minutes=11)

        async def stale() -> bool:
            return set(await watched.alerts()) == {"PorSnapshotStale", "PorEndpointDown", "PorReserveUnknown ETH"}

        await until(stale)
        assert await taken(watched) == last, "it keeps its own time"
        assert await watched.labels("por_reserve_ratio") == []
        assert await watched.value("por_reserves", asset="ETH", basis="signed", **ETHEREUM) == 99
        assert await watched.status("ETH") == "unknown"

        clock.ahead = timedelta(minutes=31)

        async def gone() -> bool:
            return await taken(watched) is None

        await until(gone)
        assert await watched.labels("por_reserves") == []
        assert await watched.value("por_reserve_ratio_lower_bound", exchange="okx", asset="ETH", basis="verified") == 0
        assert await watched.value("por_claims_unread_ratio", exchange="okx", asset="ETH", basis="verified") == 1.1
        assert await watched.labels("por_snapshot_accounts") == []
        assert await watched.status("ETH") == "unknown"
        assert not BREACHES & set(await watched.alerts())

        clock.ahead = timedelta(minutes=45)

        async def absent() -> bool:
            return "PorSnapshotAbsent" in await watched.alerts()

        await until(absent)

        node.start()  # a fresh chain
        give(node, signed(1).address, 99)
        node.mine()

        async def well() -> bool:
            return await ratio(watched) is not None and await watched.alerts() == {}

        await until(well)
        assert await ratio(watched) == pytest.approx(1.1)


async def test_with_one_of_two_endpoints_dead_no_snapshot_is_lost(okx: Site, anvil: AnvilFactory) -> None:
    first, second = anvil(), anvil()
    for node in (first, second):
        give(node, signed(1).address, 99)
        node.mine()
    okx.network("ethereum", first.url, second.url)
    async with watching(okx.write()) as watched:
        await until(watched.ready)
        for node in (first, second):
            node.kill()
            killed = await taken(watched) or 0

            async def goes_on(killed: float = killed) -> bool:
                return (await taken(watched) or 0) > killed + 1

            await until(goes_on)
            node.start()
            give(node, signed(1).address, 99)
            node.mine()

            async def both_up() -> bool:
                return all([(await endpoint(watched, name))["up"] for name in ("node-1", "node-2")])

            await until(both_up)
        assert await failures(watched) == 0
        assert await watched.alerts() == {}
        assert await ratio(watched) == pytest.approx(1.1)


async def test_an_endpoint_that_hangs_is_named_and_the_other_one_read(okx: Site, anvil: AnvilFactory) -> None:
    first, second = anvil(), anvil()
    for node in (first, second):
        give(node, signed(1).address, 99)
        node.mine()
    first.pause()
    okx.network("ethereum", first.url, second.url)
    try:
        async with watching(okx.write()) as watched:
            await until(watched.ready)
            assert await ratio(watched) == pytest.approx(1.1)
            assert (await endpoint(watched, "node-1"))["up"] is False
            assert (await endpoint(watched, "node-1"))["last_error"].startswith("timeout: node-1: ")
    finally:
        first.resume()


async def test_no_number_comes_from_an_endpoint_on_another_chain(okx: Site, anvil: AnvilFactory) -> None:
    wrong, right = anvil(5), anvil(1)
    give(wrong, signed(1).address, 1_000)
    give(right, signed(1).address, 99)
    for node in (wrong, right):
        node.mine()
    okx.network("ethereum", wrong.url)
    rules = {"PorEndpointDown": {"for": "0s"}, "PorSnapshotAbsent": {"for": "0s"}}
    async with watching(okx.write(alerts={"rules": rules})) as watched:
        await until(watched.ready)
        assert await watched.status("ETH") == "unknown"
        assert await watched.labels("por_reserves") == []
        alerts = await watched.alerts()
        assert set(alerts) == {"PorEndpointDown", "PorSnapshotAbsent"}
        assert "node-1: it is on eip155:5, but ethereum is eip155:1" in alerts["PorEndpointDown"]["summary"]
        reason = {"reason": "wrong_chain"}
        assert await watched.value("por_endpoint_failures_total", network="ethereum", endpoint="node-1", **reason)
        assert await watched.value("por_snapshot_failures_total", **ETHEREUM, **reason)

        okx.network("ethereum", wrong.url, right.url)
        okx.write()
        assert (await watched.reload())[0] == 200

        async def read() -> bool:
            return await ratio(watched) is not None

        await until(read)
        assert await ratio(watched) == pytest.approx(1.1)
        assert (await watched.exchange())["snapshots"]["ethereum"]["snapshot"]["endpoints"] == ["node-2"]


RUBBISH: dict[str, Callable[[Any], web.Response]] = {
    "a web page": lambda _: web.Response(text="<html>Welcome to nginx</html>", content_type="text/html"),
    "no JSON": lambda _: web.Response(text="{", content_type="application/json"),
    "other ids": lambda body: _answers([{"jsonrpc": "2.0", "id": 999, "result": "0x0"} for _ in _calls(body)]),
    "no numbers": lambda body: _answers([{"jsonrpc": "2.0", "id": c["id"], "result": "lots"} for c in _calls(body)]),
    "null": lambda body: _answers([{"jsonrpc": "2.0", "id": call["id"], "result": None} for call in _calls(body)]),
    "too few": lambda body: _answers([{"jsonrpc": "2.0", "id": _calls(body)[0]["id"], "result": "0x0"}][:0]),
}


def _calls(body: Any) -> list[Any]:
    return body if isinstance(body, list) else [body]


def _answers(answers: list[Any]) -> web.Response:
    return web.Response(text=json.dumps(answers), content_type="application/json")


@pytest.mark.parametrize("kind", RUBBISH)
async def test_rubbish_ends_no_good_snapshot_and_makes_no_number(okx: Site, kind: str) -> None:
    node = EvmStandIn()
    node.coins[signed(1).address] = 99 * 10**18
    async with node.serving() as url:
        okx.network("ethereum", url)
        async with watching(okx.write()) as watched:
            await until(watched.ready)
            assert await ratio(watched) == pytest.approx(1.1)

            async def talk_rubbish(body: Any) -> web.Response | None:
                chain = _calls(body)[0]["method"] == "eth_chainId"
                return None if chain else RUBBISH[kind](body)

            node.mischief = talk_rubbish
            before = await failures(watched)

            async def failed() -> bool:
                return await failures(watched) > before + 1

            await until(failed)
            last = await taken(watched)
            assert await ratio(watched) == pytest.approx(1.1)
            assert await watched.value("por_reserves", asset="ETH", basis="signed", **ETHEREUM) == 99
            state = await endpoint(watched)
            assert (state["up"], "node-1" in state["last_error"]) == (False, True)
            assert not BREACHES & set(await watched.alerts())

            node.mischief = None

            async def recovered() -> bool:
                return (await taken(watched) or 0) > (last or 0)

            await until(recovered)


async def test_two_endpoints_that_disagree_raise_an_alert_and_make_no_snapshot(okx: Site) -> None:
    honest, liar = EvmStandIn(), EvmStandIn()
    honest.coins[signed(1).address] = 99 * 10**18
    liar.coins[signed(1).address] = 9 * 10**18
    async with honest.serving() as first, liar.serving() as second:
        okx.network("ethereum", first, second, quorum=2)
        async with watching(okx.write()) as watched:
            await until(watched.ready)

            async def told() -> bool:
                return "PorEndpointsDisagree" in await watched.alerts()

            await until(told)
            summary = (await watched.alerts())["PorEndpointsDisagree"]["summary"]
            assert "ethereum/node-1" in summary
            assert "ethereum/node-2" in summary
            assert await watched.status("ETH") == "unknown"
            assert await watched.labels("por_reserves") == []


async def test_a_reload_replaces_an_endpoint_that_hangs_in_the_middle_of_a_poll(
    okx: Site, anvil: AnvilFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    hanging, well = anvil(), anvil()
    hanging.pause()
    give(well, signed(1).address, 99)
    well.mine()
    try:
        okx.network("ethereum", endpoints=[{"name": "node-1", "url": hanging.url, "timeout": "5m"}])
        async with watching(okx.write()) as watched:

            async def polling() -> bool:
                return bool(await watched.value("por_snapshot_attempts_total", **ETHEREUM))

            await until(polling)
            okx.network("ethereum", well.url)
            okx.write()
            assert (await watched.reload())[0] == 200

            async def read() -> bool:
                return await ratio(watched) is not None

            await until(read)
            assert await failures(watched) == 0, "being replaced is no failure"
        assert "job failed" not in capsys.readouterr().err
    finally:
        hanging.resume()


async def test_a_reload_that_changes_endpoints_goes_on_from_the_last_snapshot(okx: Site, anvil: AnvilFactory) -> None:
    first, second = anvil(), anvil()
    for node in (first, second):
        give(node, signed(1).address, 99)
        node.mine()
    okx.network("ethereum", first.url, interval="1h")
    async with watching(okx.write()) as watched:
        await until(watched.ready)
        last = await taken(watched)
        second.pause()
        okx.network("ethereum", second.url, interval="1h")
        okx.write()
        assert (await watched.reload())[0] == 200
        assert await taken(watched) == last
        assert await ratio(watched) == pytest.approx(1.1)
        second.resume()

        async def read_anew() -> bool:
            return (await taken(watched) or 0) > (last or 0)

        await until(read_anew)
