"""What an exchange publishes, and what becomes of it: only a good document takes the place of the last good one."""

import gzip
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from tests.support.daemons import Row, Site, TurnableClock, Watched, list_of, publish, signed, until, watching
from tests.support.published import publishing

ROWS = [signed(number) for number in range(1, 5)]
GOOD = list_of(ROWS)
HTML = "<!doctype html><html><head><title>Maintenance</title></head><body>Be back soon</body></html>"


def watched_site(site: Site, **more: object) -> None:
    site.exchange("okx", ROWS, **more)
    site.owes("okx", ETH="100")
    site.write()


async def claims(watched: Watched) -> int:
    return int(await watched.value("por_claims", exchange="okx", network="ethereum", verdict="verified") or 0)


async def active(watched: Watched, alert: str) -> bool:
    return alert in await watched.alerts()


@pytest.mark.parametrize(
    ("document", "reason", "told"),
    [
        ("", "empty", "nothing in it"),
        (GOOD[:-40], "truncated", "okx-wallets.csv"),
        (HTML, "html", "web page"),
        ("name,colour\nplum,blue\n", "layout", "docs/layouts.md"),
        (list_of(ROWS[:1]), "shrunk", "max_shrink"),
    ],
    ids=["empty", "truncated", "html", "layout", "shrunk"],
)
async def test_a_bad_list_is_refused_and_the_last_good_one_stays(
    site: Site, document: str, reason: str, told: str
) -> None:
    watched_site(site)
    async with watching(site.path) as watched:
        await until(watched.ready)
        accepted = await watched.value("por_wallet_list_timestamp_seconds", exchange="okx")
        publish(site.list("okx"), document)
        await until(lambda: active(watched, "PorListRefused"))
        alert = (await watched.alerts())["PorListRefused"]
        assert (alert["exchange"], told in alert["summary"]) == ("okx", True), alert
        assert await claims(watched) == 4
        assert await watched.value("por_wallet_list_timestamp_seconds", exchange="okx") == accepted
        failed = {"exchange": "okx", "document": "wallets", "reason": reason}
        assert (await watched.value("por_document_failures_total", **failed) or 0) >= 1
        assert await watched.value("por_document_refused", exchange="okx", document="wallets") == 1
        assert "PorListChanged" not in await watched.alerts()

        publish(site.list("okx"), GOOD)
        await until(lambda: lacks(watched, "PorListRefused"))
        assert await watched.value("por_document_refused", exchange="okx", document="wallets") == 0
        assert await claims(watched) == 4
        assert await watched.value("por_wallet_list_changes_total", exchange="okx", change="removed") == 0


async def lacks(watched: Watched, alert: str) -> bool:
    return not await active(watched, alert)


async def test_a_list_that_vanishes_is_refused_too(site: Site) -> None:
    watched_site(site)
    async with watching(site.path) as watched:
        await until(watched.ready)
        site.list("okx").unlink()
        await until(lambda: active(watched, "PorListRefused"))
        assert await claims(watched) == 4


async def test_without_any_accepted_list_nothing_is_known_and_nothing_is_zero(site: Site) -> None:
    watched_site(site)
    publish(site.list("okx"), HTML)
    async with watching(site.path) as watched:
        await until(lambda: active(watched, "PorListRefused"))

        async def judged() -> bool:
            return bool(await watched.status("ETH"))

        await until(judged)
        assert await watched.status("ETH") == "unknown"
        assert await watched.labels("por_claims") == []
        assert await watched.labels("por_wallet_list_timestamp_seconds") == []
        assert await watched.labels("por_reserves") == []
        assert await watched.labels("por_reserve_ratio") == []


async def test_added_removed_and_altered_rows_are_counted_told_and_kept(site: Site, clock: TurnableClock) -> None:
    watched_site(site)
    changed = [*ROWS[1:3], Row("ethereum", "ETH", ROWS[3].address), signed(5)]
    async with watching(site.path, clock) as watched:
        await until(watched.ready)
        assert "PorListChanged" not in await watched.alerts(), "the first list is no change"
        publish(site.list("okx"), list_of(changed))
        await until(lambda: active(watched, "PorListChanged"))
        for change in ("added", "removed", "altered"):
            assert await watched.value("por_wallet_list_changes_total", exchange="okx", change=change) == 1, change
        last = (await watched.exchange())["list"]["last_changes"]
        assert ROWS[0].address in last["removed"][0]
        assert changed[-1].address in last["added"][0]
        assert ROWS[3].address in last["altered"][0]

    async with watching(site.path, clock) as watched:
        assert await watched.value("por_wallet_list_changes_total", exchange="okx", change="added") == 1
        assert await active(watched, "PorListChanged"), "a restart does not forget it"
        clock.ahead = timedelta(hours=25)
        await until(lambda: lacks(watched, "PorListChanged"))


async def test_new_heights_and_amounts_alone_are_no_change(site: Site) -> None:
    watched_site(site)
    async with watching(site.path) as watched:
        await until(watched.ready)
        restated = [signed(number, height=str(900 + number), amount="1.5") for number in range(1, 5)]
        publish(site.list("okx"), list_of(restated))

        async def taken_up() -> bool:
            rows = (await watched.api("exchanges/okx/claims"))["claims"]
            return [row["height"] for row in rows] == [901, 902, 903, 904]

        await until(taken_up)
        assert "PorListChanged" not in await watched.alerts()


async def test_bad_liabilities_are_refused_and_the_last_good_ones_stay(site: Site) -> None:
    watched_site(site)
    async with watching(site.path) as watched:
        await until(watched.ready)
        publish(site.liabilities("okx"), "asset,amount,as_of\nETH,a lot,2026-06-01\n")
        await until(lambda: active(watched, "PorLiabilitiesRefused"))
        summary = (await watched.alerts())["PorLiabilitiesRefused"]["summary"]
        assert "okx-liabilities.csv:2" in summary
        assert await watched.value("por_liabilities", exchange="okx", asset="ETH") == 100
        site.owes("okx", ETH="90")
        await until(lambda: lacks(watched, "PorLiabilitiesRefused"))
        assert await watched.value("por_liabilities", exchange="okx", asset="ETH") == 90


async def test_documents_that_could_not_be_had_are_asked_for_long_before_their_refresh(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitor.daemon.documents._FIRST", timedelta(milliseconds=20))
    watched_site(site)
    for document in ("wallets", "liabilities"):
        site.sections["exchanges"]["okx"][document]["refresh"] = "6h"
    publish(site.list("okx"), HTML)
    publish(site.liabilities("okx"), HTML)
    async with watching(site.write()) as watched:
        await until(lambda: active(watched, "PorListRefused"))
        await until(lambda: active(watched, "PorLiabilitiesRefused"))
        publish(site.list("okx"), GOOD)
        site.owes("okx", ETH="100")
        await until(lambda: lacks(watched, "PorListRefused"))
        await until(lambda: lacks(watched, "PorLiabilitiesRefused"))
        assert await claims(watched) == 4


async def test_liabilities_grow_old_by_themselves(site: Site, clock: TurnableClock) -> None:
    watched_site(site)
    site.owes("okx", datetime.now(UTC) - timedelta(days=34), ETH="100")
    async with watching(site.path, clock) as watched:
        await until(watched.ready)
        assert "PorLiabilitiesOld" not in await watched.alerts()
        clock.ahead = timedelta(days=2)
        await until(lambda: active(watched, "PorLiabilitiesOld"))


async def test_a_wrong_signature_raises_an_alert_and_counts_as_listed_only(site: Site) -> None:
    forged = Row("ethereum", "ETH", signed(9).address, message="I am a test address", signature1=ROWS[0].signature1)
    site.exchange("okx", [*ROWS, forged])
    site.owes("okx", ETH="100")
    async with watching(site.write()) as watched:
        await until(lambda: active(watched, "PorOwnershipInvalid"))
        assert await watched.value("por_claims", exchange="okx", network="ethereum", verdict="invalid") == 1


async def test_only_the_messages_of_the_configuration_are_accepted(site: Site) -> None:
    watched_site(site)
    site.sections["exchanges"]["okx"]["wallets"]["messages"] = ["I am an OKX address"]
    async with watching(site.write()) as watched:
        await until(watched.ready)
        assert await watched.value("por_claims", exchange="okx", network="ethereum", verdict="invalid") == 4
        assert await watched.labels("por_reserves") == []


async def test_what_was_judged_once_is_not_judged_again_after_a_restart(site: Site) -> None:
    watched_site(site)
    async with watching(site.path) as watched:
        await until(watched.ready)
    with closing(sqlite3.connect(site.folder / "history.db")) as history:
        assert history.execute("UPDATE verdicts SET reason = 'as the history says'").rowcount == 4
        history.commit()
    async with watching(site.path) as watched:
        rows = (await watched.api("exchanges/okx/claims"))["claims"]
        assert {row["reason"] for row in rows} == {"as the history says"}


async def test_kept_documents_that_the_configuration_cannot_read_any_more_are_fetched_anew(site: Site) -> None:
    """A smaller limit or another layout must not keep the daemon from starting."""
    watched_site(site)
    for path in (site.list("okx"), site.liabilities("okx")):
        publish(path, gzip.compress(path.read_bytes()))
    async with watching(site.path) as watched:
        await until(watched.ready)
        assert await watched.value("por_liabilities", exchange="okx", asset="ETH") == 100
    for document in ("wallets", "liabilities"):
        site.sections["exchanges"]["okx"][document]["max_expanded"] = 10
    async with watching(site.write()) as watched:
        assert await watched.value("por_liabilities", exchange="okx", asset="ETH") == 100, "what was owed is still owed"
        await until(lambda: active(watched, "PorListRefused"))
        await until(lambda: active(watched, "PorLiabilitiesRefused"))


@pytest.mark.parametrize("document", ["wallets", "liabilities"])
async def test_the_same_bytes_under_a_new_etag_are_fetched_once_more_and_not_at_every_refresh(
    site: Site, document: str
) -> None:
    watched_site(site)
    path = site.list("okx") if document == "wallets" else site.liabilities("okx")
    async with publishing() as publisher:

        async def not_modified() -> bool:
            return 304 in publisher.statuses

        source = publisher.put("/document.csv", path.read_bytes(), ETag='"1"')
        site.sections["exchanges"]["okx"][document]["source"] = source
        async with watching(site.write()) as watched:
            await until(not_modified)
            publisher.put("/document.csv", path.read_bytes(), ETag='"2"')
            publisher.statuses.clear()
            await until(not_modified)
            assert publisher.statuses.count(200) == 1
            assert await watched.value("por_document_refused", exchange="okx", document=document) == 0
        publisher.statuses.clear()
        async with watching(site.path):
            await until(not_modified)
        assert 200 not in publisher.statuses, "a restart does not forget it"
