"""Metrics, health, readiness, reload."""

import asyncio
import threading
from dataclasses import replace

import pytest

from monitor.model import StoreState
from tests.support import worlds
from tests.support.web import Client, Daemon


async def test_metrics_answer_before_there_is_a_world(client: Client, daemon: Daemon) -> None:
    daemon.world = None
    async with client.get("/metrics") as response:
        assert response.status == 200
        assert response.headers["Content-Type"].startswith("text/plain; version=0.0.4")
        assert "por_build_info" in await response.text()


async def test_metrics_follow_the_format_that_prometheus_asks_for(client: Client) -> None:
    headers = {"Accept": "application/openmetrics-text;version=1.0.0", "Accept-Encoding": "gzip"}
    async with client.get("/metrics", headers=headers) as response:
        assert response.headers["Content-Type"].startswith("application/openmetrics-text")
        assert response.headers["Content-Encoding"] == "gzip"
        text = await response.text()
    assert 'por_reserve_ratio{asset="BTC",basis="signed",exchange="aurora"} 0.9999996' in text
    assert text.endswith("# EOF\n")


async def test_metrics_answer_while_every_thread_for_other_work_is_taken(client: Client) -> None:
    free = threading.Event()
    others = [asyncio.create_task(asyncio.to_thread(free.wait)) for _ in range(64)]
    try:
        async with asyncio.timeout(30), client.get("/metrics") as response:
            assert response.status == 200
    finally:
        free.set()
        await asyncio.gather(*others)


async def test_healthy_says_why_not(client: Client, daemon: Daemon) -> None:
    assert (await client.get("/-/healthy")).status == 200
    daemon.stalled = "no pass has ended for 12 min"
    async with client.get("/-/healthy") as response:
        assert (response.status, await response.text()) == (503, "no pass has ended for 12 min\n")


async def test_ready_says_what_fails_nevertheless(client: Client, daemon: Daemon) -> None:
    """503 would take a monitor out of service that watches on."""
    daemon.world = replace(worlds.world(), store=StoreState(3, 1, "the history cannot be written: disk is full"))
    async with client.get("/-/ready") as response:
        text = await response.text()
        assert response.status == 200
    assert text.startswith("ready\n")
    assert "cassini: wallets refused: " in text
    assert text.endswith("the history cannot be written: disk is full\n")


async def test_ready_only_after_the_first_pass(client: Client, daemon: Daemon) -> None:
    assert (await client.get("/-/ready")).status == 200
    daemon.world = worlds.starting()
    async with client.get("/-/ready") as response:
        assert (response.status, await response.text()) == (503, "the first pass is not finished\n")
    daemon.world = None
    assert (await client.get("/-/ready")).status == 503
    assert (await client.get("/-/healthy")).status == 200, "not ready is not unhealthy"


async def test_reload_tells_every_fault_and_that_the_old_configuration_stays(client: Client, daemon: Daemon) -> None:
    assert (await client.post("/-/reload")).status == 200
    daemon.reload_error = "por.yaml:3: exchanges: is required\npor.yaml:9: web.listen: not a listen address"
    async with client.post("/-/reload") as response:
        assert response.status == 500
        text = await response.text()
    assert daemon.reload_error in text
    assert "the old configuration stays" in text
    assert daemon.reloads == 2


async def test_reload_is_never_a_get_nor_another_sites_doing(client: Client, daemon: Daemon) -> None:
    assert (await client.get("/-/reload")).status == 405
    assert (await client.post("/-/reload", headers={"Origin": "https://evil.example"})).status == 403
    assert (await client.post("/-/reload", headers={"Origin": "null"})).status == 403
    assert daemon.reloads == 0
    own = f"http://{client.host}:{client.port}"
    assert (await client.post("/-/reload", headers={"Origin": own})).status == 200


@pytest.mark.parametrize("site", ["cross-site", "same-site", "whatever"])
async def test_a_page_of_another_site_cannot_reload(client: Client, daemon: Daemon, site: str) -> None:
    assert (await client.post("/-/reload", headers={"Sec-Fetch-Site": site})).status == 403
    assert daemon.reloads == 0


@pytest.mark.parametrize("site", ["same-origin", "none"])
async def test_our_own_page_and_who_typed_the_address_can(client: Client, site: str) -> None:
    assert (await client.post("/-/reload", headers={"Sec-Fetch-Site": site})).status == 200


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:9876", "localhost.evil.example", "127.0.0.1.evil.example", "", "[::1", "10.0.0.7"],
)
async def test_a_name_that_only_now_leads_here_cannot_reload(client: Client, daemon: Daemon, host: str) -> None:
    async with client.post("/-/reload", headers={"Host": host, "Origin": f"http://{host}"}) as response:
        assert response.status in {400, 403}
    assert daemon.reloads == 0
    async with client.get("/-/healthy", headers={"Host": "evil.example"}) as response:
        assert response.status == 200, "who only reads may come by any name, as Prometheus does"


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST.:80", "127.0.0.1:9876", "[::1]:9876", "[::ffff:127.0.0.1]"])
async def test_the_loopback_is_ours_by_any_name_and_port(client: Client, host: str) -> None:
    assert (await client.post("/-/reload", headers={"Host": host})).status == 200


async def test_whatever_changes_something_is_guarded_alike(client: Client) -> None:
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        async with client.request(method, "/api/v1/exchanges", headers={"Host": "evil.example"}) as response:
            assert response.status == 403


async def test_head_works_wherever_get_does(client: Client) -> None:
    for path in ("/", "/metrics", "/-/healthy", "/-/ready", "/api/v1/exchanges", "/static/style.css"):
        async with client.head(path) as response:
            assert response.status == 200, path
            assert await response.read() == b""
