"""/api/v1: every digit, with the block that it comes from, and a reason for every gap."""

import csv
import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from yarl import URL

from monitor.model import World
from tests.support import worlds
from tests.support.web import Client, Daemon, judged, listing, relisted, traced

CLAIMS = "/api/v1/exchanges/aurora/claims"


async def get(client: Client, path: str, status: int = 200) -> Any:
    async with client.get(path) as response:
        assert response.status == status, await response.text()
        assert response.content_type == "application/json"
        return await response.json(loads=_loads)


def _loads(text: str) -> Any:
    def refuse(number: str) -> None:
        raise AssertionError(f"{number} is not exact: amounts and ratios are strings")

    return json.loads(text, parse_float=refuse)


async def test_the_index_names_the_routes_that_there_are(client: Client) -> None:
    routes = (await get(client, "/api/v1"))["routes"]
    for route in routes.values():
        path = route.split("?")[0].replace("{name}", "aurora")
        await get(client, path.replace("{network}", "bitcoin").replace("{account}", "bc1qaurora1"))


async def test_exchanges_are_listed_with_their_answer(client: Client) -> None:
    listed = (await get(client, "/api/v1/exchanges"))["exchanges"]
    assert [each["name"] for each in listed] == ["aurora", "borealis", "cassini"]
    assert listed[0]["assets"] == {"covered": ["ETH"], "breach": ["BTC"], "unknown": ["USDT"]}
    assert listed[0]["status"] == "breach"
    assert listed[0]["headline"].startswith("Aurora: 1 of 3 assets covered")
    assert (listed[0]["basis"], listed[0]["bounds"]["BTC"]["lower"]) == ("signed", "0.9999996")
    assert Decimal(listed[0]["bounds"]["USDT"]["upper"]) > 1 > Decimal(listed[0]["bounds"]["USDT"]["lower"])
    assert listed[0]["dollars"]["reserves"]["signed"]["without"] == ["USDT"]
    assert (await get(client, listed[0]["details"]))["exchange"]["name"] == "aurora"


async def test_an_asset_has_every_digit_and_the_block_of_each_part(client: Client) -> None:
    assets = (await get(client, "/api/v1/exchanges/aurora"))["exchange"]["assets"]
    eth = assets["ETH"]
    assert eth["totals"]["signed"] == "1545000.123456789012345678"
    assert Decimal(eth["ratios"]["signed"]) == Decimal("1545000.123456789012345678") / 1_500_000
    part = eth["networks"]["ethereum"]
    assert part["reserves"]["signed"] == "1545000.123456789012345678"
    assert part["snapshot"]["block"] == {
        "number": 24_650_001,
        "hash": f"0x{24_650_001:064x}",
        "time": "2026-03-14T14:55:38Z",
    }
    assert part["snapshot"]["stale"] is False


async def test_what_is_no_coin_in_a_wallet_is_listed_apart_with_its_rate_and_block(client: Client) -> None:
    assets = (await get(client, "/api/v1/exchanges/aurora"))["exchange"]["assets"]
    (held,) = assets["ETH"]["positions"]
    assert (held["name"], held["kind"], held["network"]) == ("wstETH", "liquid_staked", "ethereum")
    assert held["reserves"] == {"verified": "0", "signed": "12.5", "listed": "12.5"}
    assert held["rate"] == {
        "per_unit": "1.25",
        "function": "getStETHByWstETH(uint256)",
        "shares": "8000000000000000000",
        "assets": "10000000000000000000",
    }
    assert held["snapshot"]["block"]["number"] == 24_650_001
    assert assets["BTC"]["positions"] == []


async def test_what_is_unknown_is_absent_with_its_reason(client: Client) -> None:
    exchange = (await get(client, "/api/v1/exchanges/aurora"))["exchange"]
    usdt = exchange["assets"]["USDT"]
    assert usdt["ratios"] == {}
    assert usdt["gaps"] == [
        {
            "network": "bsc",
            "reason": "stale: the last whole snapshot is 2 h old (2026-03-14 13:09:26 UTC)",
            "cause": "failed",
            "claimed": "310000000",
            "unbounded": False,
        },
        {
            "network": "tron",
            "reason": "not configured: no endpoint to read it from",
            "cause": "not_configured",
            "claimed": "900000000",
            "unbounded": False,
        },
    ]
    assert usdt["unread"]["verified"] == "900000000"
    assert usdt["unread_by_cause"] == {"not_configured": "900000000", "failed": "310000000"}
    assert usdt["networks"]["bsc"]["snapshot"]["stale"] is True
    block = usdt["networks"]["bsc"]["snapshot"]["block"]
    assert (block["since"]["number"], block["number"]) == (80_999_940, 81_000_000), "of a window both are told"
    assert exchange["snapshots"]["xlayer"]["snapshot"] is None
    cassini = (await get(client, "/api/v1/exchanges/cassini"))["exchange"]
    assert cassini["liabilities"] is None
    assert "HTML page" in cassini["documents"]["wallets"]["refusal"]


async def test_sources_are_named_with_their_digest(client: Client) -> None:
    exchange = (await get(client, "/api/v1/exchanges/aurora"))["exchange"]
    assert exchange["liabilities"]["document"]["sha256"] == "c3" * 32
    assert exchange["liabilities"]["owed"]["BTC"] == "100000"
    assert exchange["list"]["verdicts"]["bitcoin"] == {
        "verified": 1,
        "unbound": 1,
        "invalid": 0,
        "unsigned": 1,
        "unsupported": 0,
    }
    assert exchange["audit"]["mismatches"][0]["claimed"] == "545010"


async def test_endpoints_alerts_and_channels(client: Client) -> None:
    endpoints = (await get(client, "/api/v1/endpoints"))["endpoints"]
    assert [each["up"] for each in endpoints] == [True, True, None, False]
    assert [each["method"] for each in endpoints] == ["follow", "override", None, None]
    assert endpoints[0]["work"] == {"what": "scanning the unspent outputs", "percent": 25}
    assert endpoints[0]["difference"] == "at block 940100: 1 output not followed, such as 00:1"
    known = {name: endpoints[1][name] for name in ("standing", "head", "lag", "archive")}
    assert known == {"standing": "behind", "head": 21_500_000, "lag": 1, "archive": True}
    alerts = (await get(client, "/api/v1/alerts"))["alerts"]
    assert alerts[0]["active"] is True
    assert alerts[0]["since"] == "2026-03-14T14:38:26Z"
    slack, ops = (await get(client, "/api/v1/channels"))["channels"]
    assert (slack["sent"], slack["failure"], slack["sent_at"]) == (12, None, "2026-03-14T14:38:26Z")
    assert (ops["kind"], ops["waiting"], ops["failures"]["unreachable"]) == ("alertmanager", 3, 4)


async def test_the_configuration_is_the_masked_one(client: Client) -> None:
    assert await get(client, "/api/v1/config") == {"config": {"store": {"url": "postgresql://***@db/por"}}}


async def test_claims_are_paged_to_the_end_without_loss(client: Client, daemon: Daemon) -> None:
    daemon.world = listing(judged(25))
    lines: list[int] = []
    offset: int | None = 0
    while offset is not None:
        page = await get(client, f"/api/v1/exchanges/aurora/claims?limit=10&offset={offset}")
        lines += [each["line"] for each in page["claims"]]
        offset = page["next"]
    assert lines == list(range(2, 27))


async def test_a_full_last_page_has_no_next(client: Client, daemon: Daemon) -> None:
    daemon.world = listing(judged(10))
    assert (await get(client, "/api/v1/exchanges/aurora/claims?limit=10"))["next"] is None


async def test_claims_are_filtered_before_they_are_paged(client: Client, daemon: Daemon) -> None:
    daemon.world = listing(judged(9))
    page = await get(client, "/api/v1/exchanges/aurora/claims?verdict=invalid&offset=1&limit=2")
    assert [each["line"] for each in page["claims"]] == [5, 7]
    assert page["next"] == 3
    assert [each["code"] for each in page["claims"]] == ["bad_address"] * 2
    assert len((await get(client, f"{CLAIMS}?code=bad_address"))["claims"]) == 4
    assert (await get(client, "/api/v1/exchanges/aurora/claims?network=tron"))["claims"] == []
    assert len((await get(client, "/api/v1/exchanges/aurora/claims?asset=BTC"))["claims"]) == 9


async def pages(client: Client, daemon: Daemon, replaced: World, query: str = "") -> list[Any]:
    """All pages by cursor, two rows each; after the first one the list is ``replaced``."""
    found = [await get(client, f"{CLAIMS}?limit=2{query}")]
    daemon.world = replaced
    while found[-1]["cursor"] is not None:
        found.append(await get(client, f"{CLAIMS}?limit=2{query}&cursor={found[-1]['cursor']}"))
    return found


async def test_a_cursor_leads_to_the_end_without_loss(client: Client, daemon: Daemon) -> None:
    daemon.world = listing(judged(9))
    found = await pages(client, daemon, daemon.world, "&verdict=verified")
    assert [each["line"] for page in found for each in page["claims"]] == [2, 4, 6, 8, 10]
    assert [(page["offset"], page["next"]) for page in found] == [(0, 2), (2, 4), (4, None)]


async def test_a_verdict_that_changes_meanwhile_moves_no_row(client: Client, daemon: Daemon) -> None:
    """By offset, the row after it would be passed over."""
    rows = judged(9)
    daemon.world = listing(rows)
    confirmed = listing([(rows[0][0], rows[1][1]), *rows[1:]])
    found = await pages(client, daemon, confirmed, "&verdict=verified")
    assert [each["line"] for page in found for each in page["claims"]] == [2, 4, 6, 8, 10]


@pytest.mark.parametrize(
    "replaced", [listing(judged(8)), relisted(listing(judged(9)), "0d" * 32)], ids=["other rows", "other document"]
)
async def test_a_cursor_of_a_list_that_was_replaced_says_so(client: Client, daemon: Daemon, replaced: World) -> None:
    daemon.world = listing(judged(9))
    cursor = (await get(client, f"{CLAIMS}?limit=2"))["cursor"]
    daemon.world = replaced
    assert "begin again without a cursor" in (await get(client, f"{CLAIMS}?cursor={cursor}", 410))["error"]


async def test_a_cursor_is_good_for_the_rows_that_it_was_made_for(client: Client, daemon: Daemon) -> None:
    daemon.world = listing(judged(9))
    cursor = (await get(client, f"{CLAIMS}?limit=2&verdict=invalid"))["cursor"]
    await get(client, f"{CLAIMS}?limit=2&cursor={cursor}", 410)
    await get(client, f"/api/v1/exchanges/borealis/claims?verdict=invalid&cursor={cursor}", 410)
    assert "give one of them" in (await get(client, f"{CLAIMS}?offset=0&verdict=invalid&cursor={cursor}", 400))["error"]


async def test_claims_are_searched_and_put_in_order(client: Client, daemon: Daemon) -> None:
    daemon.world = listing(judged(5))
    assert len((await get(client, f"{CLAIMS}?search=QAURORA0"))["claims"]) == 2
    assert (await get(client, f"{CLAIMS}?search=aurora2"))["claims"] == []
    page = await get(client, f"{CLAIMS}?search=aurora1&reason=p2wpkh&order=balance&limit=2")
    assert ([each["line"] for each in page["claims"]], page["total"], page["next"]) == ([2, 4], 3, 2)
    page = await get(client, f"{CLAIMS}?search=aurora1&reason=p2wpkh&order=balance&cursor={page['cursor']}")
    assert ([each["line"] for each in page["claims"]], page["offset"]) == ([6], 2)
    by_verdict = await get(client, f"{CLAIMS}?order=verdict")
    assert [each["line"] for each in by_verdict["claims"]] == [2, 4, 6, 3, 5]
    assert "order is one of" in (await get(client, f"{CLAIMS}?order=size", 400))["error"]


async def test_a_claim_leads_to_an_explorer_of_its_chain_where_its_address_decodes(
    client: Client, daemon: Daemon
) -> None:
    rows = judged(2)
    daemon.world = listing([(replace(rows[0][0], account='a/"b', message="I am Aurora"), rows[0][1]), rows[1]])
    aurora = replace(daemon.world.assessments["aurora"], explorers={"bitcoin": "https://explorer.example/a/{account}"})
    daemon.world = replace(daemon.world, assessments={"aurora": aurora})
    good, bad = (await get(client, CLAIMS))["claims"]
    assert (good["explorer"], good["message"]) == ("https://explorer.example/a/a%2F%22b", "I am Aurora")
    assert (bad["explorer"], bad["message"]) == (None, None)


async def test_a_spreadsheet_gets_all_rows_and_no_formula(client: Client, daemon: Daemon) -> None:
    rows = judged(5)
    rows[1] = (replace(rows[1][0], coin="=HYPERLINK(1)"), rows[1][1])
    rows[2] = (replace(rows[2][0], network="bsc", token=worlds.USDT_BSC, account="0xcc"), rows[2][1])
    daemon.world = listing(rows)
    found: list[dict[str, str]] = []
    path: str | None = f"{CLAIMS}?format=csv&limit=2&offset=0"
    while path is not None:
        async with client.get(path) as response:
            assert response.content_type == "text/csv"
            found += csv.DictReader((await response.text()).splitlines())
            path = str(URL(response.links["next"]["url"]).relative()) if response.links else None
    assert [each["line"] for each in found] == ["2", "3", "4", "5", "6"]
    assert (found[1]["coin"], found[1]["balance"]) == ("'=HYPERLINK(1)", "")
    good = found[0]
    assert (good["verdict"], good["code"], good["balance"], good["block_number"]) == (
        "verified",
        "own_key",
        "94000",
        "940123",
    )
    window = found[2]
    assert (window["balance"], window["block_since"], window["block_number"]) == ("310000000", "80999940", "81000000")


async def test_a_claim_is_shown_with_what_its_account_holds_at_which_block(client: Client, daemon: Daemon) -> None:
    daemon.world = listing(judged(2))
    good, bad = (await get(client, "/api/v1/exchanges/aurora/claims"))["claims"]
    assert good["verdict"] == "verified"
    assert good["balance"]["amount"] == "94000"
    assert good["balance"]["block"]["number"] == 940_123
    assert bad["fault"] == "wrong checksum"
    assert bad["balance"] is None


async def test_a_balance_is_shown_with_the_outputs_that_it_consists_of(client: Client, daemon: Daemon) -> None:
    path = "/api/v1/exchanges/aurora/networks/bitcoin/accounts/bc1qaurora1"
    assert (await get(client, path))["outputs"] is None
    daemon.world = traced()
    found = await get(client, path)
    assert found["balances"] == [{"asset": "BTC", "contract": None, "amount": "94000"}]
    assert (found["outputs"]["total"], found["outputs"]["block"]["number"]) == ("94000", 940_123)
    assert found["snapshot"]["block"]["number"] == 940_123
    assert found["outputs"]["unspent"] == [
        {"txid": "ab" * 32, "index": 1, "height": 7, "amount": "93999.99999999"},
        {"txid": "cd" * 32, "index": 0, "height": 940_000, "amount": "0.00000001"},
    ]


@pytest.mark.parametrize(
    ("path", "status", "told"),
    [
        ("/api/v1/exchanges/nobody", 404, "there are: aurora, borealis, cassini"),
        ("/api/v1/nothing", 404, "Not Found"),
        ("/api/v1/exchanges/cassini/claims", 404, "no wallet list of cassini has been read yet"),
        ("/api/v1/exchanges/aurora/networks/bitcoin/accounts/bc1q", 404, "on bitcoin has an account bc1q"),
        ("/api/v1/exchanges/aurora/networks/mars/accounts/bc1qaurora1", 404, "on mars has an account"),
        ("/api/v1/exchanges/aurora/claims?limit=0", 400, "limit is a whole number from 1 to 1000"),
        ("/api/v1/exchanges/aurora/claims?offset=-1", 400, "offset is a whole number"),
        ("/api/v1/exchanges/aurora/claims?limit=٣", 400, "limit is a whole number"),
        ("/api/v1/exchanges/aurora/claims?verdict=good", 400, "verified"),
        ("/api/v1/exchanges/aurora/claims?code=bad", 400, "bad_address"),
        ("/api/v1/exchanges/aurora/claims?format=xls", 400, "format is one of json, csv"),
        ("/api/v1/exchanges/aurora/claims?cursor=7", 400, "cursor is what the page before gave"),
        ("/api/v1/exchanges/aurora/claims?page=2", 400, "unknown parameter: page"),
    ],
)
async def test_errors_are_json_and_say_what_to_do(client: Client, path: str, status: int, told: str) -> None:
    assert told in (await get(client, path, status))["error"]


async def test_before_there_is_a_world_the_api_says_so(client: Client, daemon: Daemon) -> None:
    daemon.world = None
    assert "nothing has been read yet" in (await get(client, "/api/v1/exchanges", 503))["error"]


async def test_a_wrong_method_is_a_json_error_too(client: Client) -> None:
    async with client.post("/api/v1/exchanges") as response:
        assert response.status == 405
        assert set(response.headers["Allow"].split(",")) == {"GET", "HEAD"}
        assert (await response.json())["error"] == "Method Not Allowed"
