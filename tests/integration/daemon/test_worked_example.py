"""The whole way on real nodes: what the metrics say is what one calculates by hand."""

import asyncio
import json

import pytest

from monitor.devnet import programs
from tests.support.daemons import Row, Site, signed, unsigned, until, watching
from tests.support.evm import SILENT, give, issue
from tests.support.nodes import AnvilFactory, BitcoinFactory, PrometheusFactory

pytestmark = pytest.mark.integration

REGTEST = "bip122:0f9188f13cb7b2c71f2a335e3a4fc328"
USDT = "0xdac17f958d2ee523a2206206994597c13d831ec7"
OKX_MESSAGE = "I am an OKX address"
OKX_SIGNER = "0x0cdcdb19a857c2ac24818ca4fdfe38cce071483e"
OKX_SIGNATURE = (
    "0x07f19879aa28d51c97cddfdfecffe7ed96525545d041aee4f4386b0bf4c1a2692"
    "4b637fb02ccbb97305c13daa51a0f50b8896fb25ecbaf60020cde920d227a221b"
)
OKX = Row("ethereum", "ETH", OKX_SIGNER, message=OKX_MESSAGE, signature1=OKX_SIGNATURE)
"""A real row of OKX's."""
CONTRACT_WALLET = Row(
    "ethereum", "ETH", "0x57e2dcd253527a0f70c6a3de3556f6e6e163f19c", message=OKX_MESSAGE,
    signature1=OKX_SIGNATURE, owner1=OKX_SIGNER,
)  # fmt: skip
"""Valid for an owner that nothing ties to the account, a contract that says nothing."""


async def test_ratios_on_every_basis_equal_a_calculation_by_hand(
    site: Site, anvil: AnvilFactory, bitcoin_node: BitcoinFactory, prometheus: PrometheusFactory
) -> None:
    ethereum, bitcoin = anvil(), bitcoin_node()
    give(ethereum, OKX.address, 58)
    give(ethereum, CONTRACT_WALLET.address, 30)
    ethereum.rpc("anvil_setCode", CONTRACT_WALLET.address, SILENT)
    give(ethereum, unsigned(1).address, 25)
    issue(ethereum, USDT, signed(2).address, 1_234_567)  # 1.234567 USDT
    ethereum.mine()
    held = signed(3, "BTC", "bitcoin")
    bitcoin.fund({held.address: 105_000_001})
    rows = [OKX, OKX, CONTRACT_WALLET, unsigned(1), signed(2, "USDT"), held]
    site.exchange("okx", rows, basis="signed")
    site.owes("okx", ETH="100", USDT="1", BTC="1")
    site.network("ethereum", ethereum.url)
    login = {"user": bitcoin.user, "password": bitcoin.password}
    site.network("bitcoin", endpoints=[{"name": "node-1", "url": bitcoin.url, **login}], caip2=REGTEST)
    async with watching(site.write()) as watched:
        await until(watched.ready)

        async def ratios(name: str) -> dict[tuple[str, str], float]:
            wanted = {key: value for key, value in (await watched.scrape()).items() if key[0] == name}
            return {(dict(labels)["asset"], dict(labels)["basis"]): value for (_, labels), value in wanted.items()}

        by_hand = {
            ("ETH", "verified"): 0.58,
            ("ETH", "signed"): 0.88,
            ("ETH", "listed"): 1.13,
            ("ETH", "asserted"): 1.13,
            **{("USDT", basis): 1.234567 for basis in ("verified", "signed", "listed", "asserted")},
            **{("BTC", basis): 1.05000001 for basis in ("verified", "signed", "listed", "asserted")},
        }
        assert await ratios("por_reserve_ratio") == by_hand
        assert await ratios("por_reserve_ratio_lower_bound") == by_hand
        assert [await watched.status(asset) for asset in ("ETH", "USDT", "BTC")] == ["breach", "covered", "covered"]
        reserves = {"exchange": "okx", "asset": "ETH", "network": "ethereum", "basis": "signed"}
        assert await watched.value("por_reserves", **reserves) == 88
        assert await watched.value("por_snapshot_accounts", exchange="okx", network="ethereum") == 4
        assert list(await watched.alerts()) == ["PorRatioBelowLimit ETH"]

        height = await watched.value("por_snapshot_block_number", exchange="okx", network="ethereum")
        assert height == int(ethereum.rpc("eth_blockNumber"), 16)

        scraper = await asyncio.to_thread(prometheus, {"reserve-monitor": f"127.0.0.1:{watched.port}"})

        async def in_prometheus() -> bool:
            found = await asyncio.to_thread(scraper.query, 'por_reserve_ratio{asset="ETH",basis="signed"}')
            return [sample["value"][1] for sample in found] == ["0.88"]

        await until(in_prometheus)

        give(ethereum, OKX.address, 70)
        ethereum.mine()

        async def ratio_is_one() -> bool:
            return (await ratios("por_reserve_ratio"))["ETH", "signed"] == 1

        await until(ratio_is_one)
        assert await watched.status("ETH") == "covered"
        assert list(await watched.alerts()) == ["PorRatioBelowLimit ETH"], "it ends only a hysteresis above the limit"
        give(ethereum, OKX.address, 71)
        ethereum.mine()

        async def quiet() -> bool:
            return not await watched.alerts()

        await until(quiet)
        _, told = await watched.get("/api/v1/exchanges/okx/history?asset=ETH&step=daily")
        (day,) = json.loads(told)["steps"]
        assert day["assets"]["ETH"]["worst"] == "breach", "the history does not forget it"
        assert day["assets"]["ETH"]["upper"]["lowest"] == "0.88"


async def test_an_asset_on_two_networks_is_known_only_when_both_are(site: Site, anvil: AnvilFactory) -> None:
    ethereum, arbitrum = anvil(1), anvil(42161)
    for node in (ethereum, arbitrum):
        give(node, signed(1).address, 60)
        node.mine()
    site.exchange("okx", [signed(1), signed(1, network="arbitrum")])
    site.owes("okx", ETH="100")
    site.network("ethereum", ethereum.url)
    async with watching(site.write()) as watched:
        await until(watched.ready)
        assert await watched.status("ETH") == "unknown"
        assert await watched.labels("por_reserve_ratio") == []
        assert await watched.value("por_reserve_ratio_lower_bound", exchange="okx", asset="ETH", basis="signed") == 0.6
        assert "PorRatioBelowLimit ETH" not in await watched.alerts()
        (gap,) = (await watched.exchange())["assets"]["ETH"]["gaps"]
        reason = "not configured: no endpoint to read it from"
        told = {"network": "arbitrum", "reason": reason, "cause": "not_configured"}
        assert gap == told | {"claimed": None, "unbounded": True}

        site.network("arbitrum", arbitrum.url)
        site.write()
        assert (await watched.reload())[0] == 200

        async def known() -> bool:
            return await watched.value("por_reserve_ratio", exchange="okx", asset="ETH", basis="signed") == 1.2

        await until(known)


async def test_promtool_has_nothing_to_say_about_a_live_exposition(site: Site, anvil: AnvilFactory) -> None:
    node = anvil()
    site.exchange("okx", [signed(1), unsigned(2)])
    site.owes("okx", ETH="1")
    site.network("ethereum", node.url)
    async with watching(site.write()) as watched:
        await until(watched.ready)
        _, exposition = await watched.get("/metrics")
    check = await asyncio.create_subprocess_exec(
        programs.promtool(), "check", "metrics", stdin=-1, stdout=-1, stderr=asyncio.subprocess.STDOUT
    )
    told, _ = await check.communicate(exposition.encode())
    assert (check.returncode, told.decode()) == (0, "")
