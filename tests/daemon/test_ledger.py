"""Liabilities in the daemon: what a report named stays owed, and no report goes back in time."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.support.daemons import Site, Watched, signed, until, watching
from tests.support.published import publishing, zipped

NOW = datetime.now(UTC).replace(microsecond=0)
DAY = timedelta(days=1)
TREE = (Path(__file__).parents[1] / "data" / "proofs" / "trees" / "merkle-v2-tree.txt").read_text()


def watched_site(site: Site, **more: Any) -> None:
    liabilities = {"source": str(site.liabilities("okx")), "refresh": "100ms", **more}
    site.exchange("okx", [signed(1)], liabilities=liabilities)
    site.write()


def owed(watched: Watched, asset: str, amount: float | None) -> Any:
    async def holds() -> bool:
        return await watched.value("por_liabilities", exchange="okx", asset=asset) == amount

    return holds


def alerting(watched: Watched, name: str, *, active: bool = True) -> Any:
    async def holds() -> bool:
        return (name in await watched.alerts()) is active

    return holds


async def carried(watched: Watched) -> dict[str, str]:
    return dict((await watched.exchange())["liabilities"]["carried"])


async def test_an_asset_that_goes_from_the_report_stays_owed_over_restarts(site: Site) -> None:
    watched_site(site)
    site.owes("okx", NOW - 3 * DAY, BTC="7", ETH="100")
    async with watching(site.path) as watched:
        await until(owed(watched, "BTC", 7))
        site.owes("okx", NOW - 2 * DAY, ETH="101")
        await until(owed(watched, "ETH", 101))
        assert await watched.value("por_liabilities", exchange="okx", asset="BTC") == 7
    async with watching(site.path) as watched:
        await until(owed(watched, "BTC", 7))
        first = (NOW - 3 * DAY).timestamp()
        name = "por_liabilities_carried_timestamp_seconds"
        assert await watched.value(name, exchange="okx", asset="BTC") == first
        assert await carried(watched) == {"BTC": f"{NOW - 3 * DAY:%Y-%m-%dT%H:%M:%SZ}"}
        assert await watched.status("BTC") == "breach"
        site.owes("okx", NOW - DAY, ETH="101", XBT="8")
        await until(owed(watched, "BTC", 8))
        assert not await carried(watched)


async def test_it_goes_when_the_operator_drops_it_by_any_of_its_names(site: Site) -> None:
    watched_site(site)
    site.owes("okx", NOW - 3 * DAY, BTC="7", ETH="100")
    async with watching(site.path) as watched:
        await until(owed(watched, "BTC", 7))
        site.owes("okx", NOW - 2 * DAY, ETH="101")
        await until(owed(watched, "ETH", 101))
        watched_site(site, dropped=["xbt"])
        assert (await watched.reload())[0] == 200
        await until(owed(watched, "BTC", None))
        assert await watched.value("por_liabilities", exchange="okx", asset="ETH") == 101


async def test_what_grows_old_unnamed_is_told(site: Site) -> None:
    watched_site(site, max_age="10d")
    site.owes("okx", NOW - 11 * DAY, BTC="7", ETH="100")
    async with watching(site.path) as watched:
        await until(alerting(watched, "PorLiabilitiesOld"))
        site.owes("okx", NOW - 2 * DAY, BTC="7")
        await until(owed(watched, "BTC", 7))

        async def told() -> bool:
            alert = (await watched.alerts()).get("PorLiabilitiesOld", {"summary": ""})
            return "ETH, which no report names since" in alert["summary"]

        await until(told)


async def test_much_less_owed_counts_and_alerts(site: Site) -> None:
    watched_site(site)
    site.owes("okx", NOW - 3 * DAY, ETH="100", BTC="7")
    async with watching(site.path) as watched:
        await until(owed(watched, "ETH", 100))
        site.owes("okx", NOW - 2 * DAY, ETH="10", BTC="0")
        await until(alerting(watched, "PorLiabilitiesFell"))
        summary = (await watched.alerts())["PorLiabilitiesFell"]["summary"]
        assert f"100 ETH as of {NOW - 3 * DAY:%Y-%m-%d}" in summary
        assert f"10 as of {NOW - 2 * DAY:%Y-%m-%d}" in summary
        assert "7 BTC" in summary
        assert await watched.value("por_liabilities", exchange="okx", asset="ETH") == 10
    async with watching(site.path) as watched:
        await until(alerting(watched, "PorLiabilitiesFell"))
        site.owes("okx", NOW - DAY, ETH="100", BTC="7")
        await until(alerting(watched, "PorLiabilitiesFell", active=False))


async def test_an_older_report_never_replaces_a_newer_one(site: Site) -> None:
    watched_site(site)
    site.owes("okx", NOW - 2 * DAY, ETH="100")
    async with watching(site.path) as watched:
        await until(owed(watched, "ETH", 100))
    site.owes("okx", NOW - 3 * DAY, ETH="1")
    async with watching(site.path) as watched:
        await until(alerting(watched, "PorLiabilitiesRefused"))
        assert "an older one never replaces it" in (await watched.alerts())["PorLiabilitiesRefused"]["summary"]
        assert await watched.value("por_liabilities", exchange="okx", asset="ETH") == 100
        assert await watched.value(
            "por_document_failures_total", exchange="okx", document="liabilities", reason="older"
        )
        site.owes("okx", NOW - DAY, ETH="101")
        await until(owed(watched, "ETH", 101))
        await until(alerting(watched, "PorLiabilitiesRefused", active=False))


async def test_a_proof_dated_by_its_server_in_the_future_or_the_past_is_refused(site: Site) -> None:
    archive = zipped({"tree.txt": TREE})
    async with publishing() as publisher:

        def serve(moment: datetime, content: bytes) -> str:
            stamp = f"{moment:%a, %d %b %Y %H:%M:%S GMT}"
            return publisher.put("/proof.zip", content, ETag=f'"{stamp}"', **{"Last-Modified": stamp})

        watched_site(site, source=serve(NOW + DAY, archive), format="proof")
        async with watching(site.path) as watched:
            await until(alerting(watched, "PorLiabilitiesRefused"))
            assert "still to come" in (await watched.alerts())["PorLiabilitiesRefused"]["summary"]
            assert await watched.value("por_liabilities", exchange="okx", asset="USDT") is None
            serve(NOW - 2 * DAY, archive)
            await until(owed(watched, "USDT", 1.42045977))
            await until(alerting(watched, "PorLiabilitiesRefused", active=False))
            serve(NOW - 9 * DAY, zipped({"other.txt": TREE}))
            await until(alerting(watched, "PorLiabilitiesRefused"))
            moment = (NOW - 2 * DAY).timestamp()
            assert await watched.value("por_liabilities_timestamp_seconds", exchange="okx") == moment


async def test_no_more_assets_come_into_force_than_can_be_watched(site: Site) -> None:
    watched_site(site)
    site.owes("okx", NOW - 3 * DAY, **{f"A{number}": "1" for number in range(3_000)})
    async with watching(site.path) as watched:
        await until(owed(watched, "A0", 1))
        site.owes("okx", NOW - 2 * DAY, **{f"B{number}": "1" for number in range(2_001)})
        await until(alerting(watched, "PorLiabilitiesRefused"))
        assert "5001 assets would be owed" in (await watched.alerts())["PorLiabilitiesRefused"]["summary"]
        assert await watched.value("por_liabilities", exchange="okx", asset="B0") is None
