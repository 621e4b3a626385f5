"""The page says the truth in HTML: without a script, and with nothing that a document could smuggle in."""

import re
from dataclasses import replace

import pytest
from aiohttp.test_utils import TestClient, TestServer
from msgspec import structs

from monitor.model import Gap, Height, Heights, Prices, ReloadState, frozen
from monitor.web.app import create_app
from tests.support import worlds
from tests.support.web import Client, Daemon, client_of

ASSETS = "/exchanges/aurora/assets"


async def page(client: Client, path: str = "/exchanges/aurora") -> str:
    async with client.get(path) as response:
        assert response.status == 200
        assert response.content_type == "text/html"
        return " ".join((await response.text()).replace("\N{NO-BREAK SPACE}", " ").split())


async def test_the_answer_comes_first(client: Client) -> None:
    answer = "1 of 3 assets covered; BTC not covered at 99.99 %"
    text = await page(client)
    assert text.index(answer) < text.index("<section")
    assert answer in await page(client, "/")


async def test_a_ratio_just_under_its_limit_is_never_shown_as_full(client: Client, daemon: Daemon) -> None:
    daemon.world = replace(worlds.world(), assessments=frozen({"aurora": worlds.aurora()}))
    text = await page(client)
    assert "99.99 %" in text
    assert ">100.00 %<" not in text


async def test_each_number_is_traced_to_its_block(client: Client) -> None:
    text = await page(client, f"{ASSETS}/BTC")
    assert "940123" in text
    assert f"0x{940_123:064x}" in text
    assert '<time datetime="2026-03-14T14:55:38Z">2026-03-14 14:55:38 UTC</time>' in text
    assert 'value="1545000.123456789012345678"' in await page(client), "every digit is there for those who look"


async def test_a_window_shows_its_first_and_its_last_block(client: Client) -> None:
    text = await page(client, f"{ASSETS}/USDT")
    assert re.search(r'80999940</span> of .{1,99} to<br> <span class="figures">81000000</span> of', text)


async def test_what_is_no_coin_in_a_wallet_is_told_apart_with_its_rate(client: Client) -> None:
    text = await page(client, f"{ASSETS}/ETH")
    assert text.count("no coins in a wallet") == 1
    assert "wstETH on ethereum" in text
    assert "staked through an issuer" in text
    assert "1.25</data> ETH each, by <code>getStETHByWstETH(uint256)</code>" in text


async def test_what_is_unknown_is_named_with_its_reason(client: Client) -> None:
    assert "tron: not read by this monitor (900,000,000.0000 claimed)" in await page(client)
    text = await page(client, f"{ASSETS}/USDT")
    assert "Stale, not counted" in text
    assert "at least</span> <data value=" in text


async def test_alerts_lead_to_what_they_mean_or_to_their_runbook(client: Client, daemon: Daemon) -> None:
    assert 'href="/glossary#PorRatioBelowLimit"' in await page(client)
    assert 'id="PorRatioBelowLimit"' in await page(client, "/glossary")
    daemon.runbook_url = "https://docs.example/alerts/{alert}"
    async with client_of(daemon) as other:
        assert 'href="https://docs.example/alerts/PorRatioBelowLimit"' in await page(other)


async def test_what_an_issuer_has_frozen_is_named(client: Client) -> None:
    text = re.sub(r"</?data[^>]*>", "", await page(client, "/exchanges/aurora/assets/USDT"))
    assert "12,500.0000 USDT on ethereum are frozen by the issuer of the token: nobody can move them" in text
    assert "are frozen by" not in await page(client, "/exchanges/aurora/assets/ETH")


async def test_how_old_the_signatures_are_is_said_with_what_that_means(client: Client) -> None:
    text = await page(client)
    assert "The oldest is known here since <time" in text
    assert "1 of 4 are new with the current list" in text


async def test_the_ratio_of_the_report_stands_beside_that_of_now(client: Client) -> None:
    text = await page(client, f"{ASSETS}/BTC")
    assert re.search(r"99\.99 %</data></strong>.*In its own report</a>: <data [^>]*>104\.30 %</data>", text)
    assert "In its own report" not in await page(client, f"{ASSETS}/USDT")


async def test_dollars_are_at_least_so_much_and_name_what_they_lack(client: Client, daemon: Daemon) -> None:
    text = re.sub(r"</?data[^>]*>", "", await page(client))
    assert "<li>Held at least $9,490,047,686.89, without USDT.</li>" in text
    assert "<li>Owed, AUR left out, at least $9,400,050,000.00, without USDT.</li>" in text
    short = "at least $9,490,047,686.89 held and at least $9,400,050,000.00 owed, without USDT."
    assert f"In US dollars: {short}" in await page(client, "/")
    assert "$64,000.5000" in text
    assert "Chainlink BTC / USD on ethereum<br><span" in text
    assert "of <time datetime=" in text
    assert "USDT / USD on ethereum: it answers 0" in text
    daemon.world = replace(worlds.world(), prices=None)
    assert "dollars" not in await page(client) + await page(client, "/")
    assert "dollars" not in await page(client, f"{ASSETS}/BTC")


async def test_an_asset_is_told_in_dollars_with_the_source_and_block_of_its_price(
    client: Client, daemon: Daemon
) -> None:
    text = re.sub(r"</?data[^>]*>", "", await page(client, f"{ASSETS}/BTC"))
    assert "<dd>$64,000.5000, by Chainlink BTC / USD on ethereum, of <time" in text
    assert "ago)</span>, at block 24650001" in text
    assert "<dt>Held, on the basis signed</dt> <dd>$" in text
    assert "<dt>Owed</dt> <dd>$6,400,050,000.00</dd>" in text
    assert "There is no price of USDT: USDT / USD on ethereum: it answers 0." in await page(client, f"{ASSETS}/USDT")
    priced = Prices(frozen({"USDT": worlds.prices().known["KAS"]}), frozen({}))
    daemon.world = replace(worlds.world(), prices=priced)
    assert re.search(r"<dt>Held, on the basis signed</dt> <dd>at least <data", await page(client, f"{ASSETS}/USDT"))


async def test_the_source_of_everything_is_named(client: Client) -> None:
    text = await page(client)
    assert "https://aurora.example/proof-of-reserves/wallets-2026-03.zip" in text
    assert "5a" * 32 in text
    assert "12 added, 1 removed, 0 altered" in text
    assert "The newest attempt failed 1 min 5 s ago: node-2: HTTP 503" in text


async def test_it_says_what_it_does_not_prove(client: Client) -> None:
    text = await page(client)
    for said in ("left out of what is owed", "borrowed for the day, or pledged", "no meaningful assurance"):
        assert said in text


async def test_before_the_first_pass_it_says_that_nothing_is_known(client: Client, daemon: Daemon) -> None:
    daemon.world = None
    text = await page(client, "/")
    assert "No full answer yet: the monitor is starting; nothing has been read yet." in text
    assert (await client.get("/exchanges/aurora")).status == 503
    daemon.world = replace(worlds.world(), ready=False)
    text = await page(client, "/")
    assert "No full answer yet: the first pass is not finished; still to be read: xlayer of Aurora." in text
    assert "What follows is what is known so far" in text


async def test_a_failed_reload_is_shown(client: Client, daemon: Daemon) -> None:
    daemon.world = replace(worlds.world(), reload=ReloadState(False, worlds.NOW, "por.yaml:3: networks: unknown key"))
    assert "the one before it is in force: por.yaml:3: networks: unknown key" in await page(client, "/")


async def test_the_devnet_says_what_to_try(client: Client, daemon: Daemon) -> None:
    assert "devnet drain" not in await page(client, "/")
    daemon.devnet = "http://127.0.0.1:8025/"
    async with client_of(daemon) as other:
        assert "reserve-monitor devnet drain BTC 10%" in await page(other, "/")


async def test_published_text_is_text_and_never_markup(client: Client, daemon: Daemon) -> None:
    attack = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
    aurora = worlds.aurora()
    btc = structs.replace(aurora.assets["BTC"], gaps=(Gap(attack, attack),))
    hostile = replace(aurora, title=attack, messages=frozen({attack: 1}), assets=frozen({"BTC": btc}))
    daemon.world = replace(worlds.world(), assessments=frozen({"aurora": hostile}))
    text = await page(client)
    assert "<script>alert" not in text
    assert "<img src=x" not in text
    assert "&lt;script&gt;alert(1)" in text


async def test_scripts_and_styles_come_from_files_that_may_be_kept(client: Client) -> None:
    text = await page(client)
    addresses = re.findall(r'(?:src|href)="(/static/[^"]+)"', text)
    assert {address.split("?")[0].rsplit(".", 1)[1] for address in addresses} == {"css", "js", "svg"}
    for address in addresses:
        async with client.get(address) as response:
            assert response.status == 200
            assert "immutable" in response.headers["Cache-Control"]
    assert not re.search(r"<script(?![^>]*src=)|<style|\son\w+=|\sstyle=", text), "nothing inline: the CSP forbids it"


async def test_a_browser_is_told_on_a_page_why_there_is_none_and_a_program_in_a_line(client: Client) -> None:
    async with client.get("/exchanges/nobody", headers={"Accept": "text/html"}) as response:
        assert (response.status, response.content_type) == (404, "text/html")
        assert "No exchange is called nobody; there are: aurora, borealis, cassini." in await response.text()
    async with client.get("/exchanges/nobody") as response:
        assert (response.status, response.content_type) == (404, "text/plain")


@pytest.mark.parametrize(("at", "why"), [("2027-01-01", "has not come yet"), ("soon", "soon is no moment")])
async def test_a_moment_that_cannot_be_shown_is_refused(client: Client, at: str, why: str) -> None:
    async with client.get(f"/?at={at}") as response:
        assert response.status == 400
        assert why in await response.text()


async def test_where_people_reach_the_pages_is_what_they_cite(daemon: Daemon) -> None:
    deps = replace(daemon.deps(), external_url=lambda: "https://por.example")
    async with TestClient(TestServer(create_app(deps))) as client:
        text = await page(client)
    assert "https://por.example/exchanges/aurora?at=2026-03-14T15:09:26Z" in text
    assert 'og:url" content="https://por.example/exchanges/aurora"' in text


async def test_the_navigation_leads_to_pages_that_there_are(client: Client) -> None:
    text = await page(client)
    for address in set(re.findall(r'<a href="(/[^"#]*)', text)):
        assert (await client.get(address)).status == 200, address
    assert '<span aria-current="page">Aurora</span>' in text
    assert "http://127.0.0.1" in text[text.index("How to cite") :]
    assert "/exchanges/aurora?at=2026-03-14T15:09:26Z" in text


async def test_only_the_files_of_the_page_are_served(client: Client) -> None:
    for path in ("/static/base.html", "/static/..%2fapp.py", "/static/../app.py", "/nothing"):
        assert (await client.get(path)).status == 404


async def test_every_answer_has_the_security_headers(client: Client) -> None:
    for path in ("/", "/metrics", "/nothing", "/api/v1/nothing"):
        headers = (await client.get(path)).headers
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "deny"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["Server"] == "reserve-monitor"


async def test_what_is_claimed_twice_is_named_and_counted_once(client: Client) -> None:
    text = await page(client)
    assert "1 row claims again what an earlier row claims; it counts once." in text
    assert "Lines 2, 7 of a.csv: bc1qaurora1 on bitcoin is claimed 2 times" in text


async def test_a_report_of_several_heights_says_so_and_why_there_is_no_ratio(client: Client, daemon: Daemon) -> None:
    aurora = worlds.aurora()
    assert aurora.audit is not None
    audit = replace(
        aurora.audit,
        heights=frozen({"bitcoin": Heights(2, Height(900_000), Height(900_003))}),
        report_unknown=frozen({"USDT": "tron at height 5: pruned"}),
    )
    daemon.world = replace(worlds.world(), assessments=frozen({"aurora": replace(aurora, audit=audit)}))
    text = await page(client)
    assert "The rows of bitcoin name 2 heights, 3 blocks apart (900000 to 900003)" in text
    assert "No ratio of the report: USDT (tron at height 5: pruned)." in text


async def test_whose_keys_were_used_is_told_with_what_is_not_known(client: Client) -> None:
    async def told(asset: str) -> str:
        return " ".join(re.sub("<[^>]*>", "", await page(client, f"/exchanges/aurora/assets/{asset}")).split())

    ether, bitcoin = await told("ETH"), await told("BTC")
    assert "64.72 % of the ETH read here lies on accounts whose key was used since 2025-12-14" in ether
    assert "32.36 % lies where neither happened. Of 2.91 % nothing is known: 45,000.0000 on contracts, 0.1234" in ether
    assert "Of no BTC read here is it known whether the key of its account was used since" in bitcoin
    assert "Summed up" not in await told("USDT"), "of which nobody looked"
    answer = (await (await client.get("/api/v1/exchanges/aurora")).json())["exchange"]
    assert answer["control"]["networks"]["bsc"]["untold"].startswith("unsupported: ")
    assert answer["control"]["networks"]["ethereum"]["asked"]["number"] == 24_650_001
    found = answer["assets"]["ETH"]["control"]
    assert found["unknown_by_reason"] == {"code": "45000", "not_asked": "0.123456789012345678"}
    assert (found["shown"], found["not_shown"], found["unknown"]) == ("1000000", "500000", "45000.123456789012345678")
    assert answer["assets"]["USDT"]["control"] is None


async def test_the_report_is_shown_beside_the_days_around_or_why_it_is_not(client: Client, daemon: Daemon) -> None:
    told = " ".join(re.sub("<[^>]*>", "", await page(client, "/exchanges/aurora/assets/BTC")).split())
    assert "held 104,300.0000 BTC; in the days around, 98,000.0000 (the median of 6 of seven days): 106.42 %" in told
    answer = await (await client.get("/api/v1/exchanges/aurora")).json()
    bump = answer["exchange"]["assets"]["BTC"]["report_bump"]
    assert (bump["held"], bump["usual"], bump["days"]) == ("104300", "98000", 6)
    aurora = worlds.aurora()
    btc = structs.replace(aurora.assets["BTC"], bump=None, bump_unknown="too few days")
    changed = replace(aurora, assets=frozen({**aurora.assets, "BTC": btc}))
    daemon.world = replace(worlds.world(), assessments=frozen({"aurora": changed}))
    assert ">report's day</a> alone: too few days." in await page(client, "/exchanges/aurora/assets/BTC")
