"""The whole way of what is no coin in a wallet. The EVM node is real, the beacon node a stand-in: none is packaged."""

from typing import Any

import pytest

from tests.support.beacon import GWEI, BeaconStandIn, Staked, credentials, key
from tests.support.daemons import MESSAGE, Site, Watched, publish, until, watching
from tests.support.daemons import key as signer
from tests.support.evm import ACCRUING, give, hold, put_position
from tests.support.nodes import AnvilFactory
from tests.support.positions import CUSDT

pytestmark = pytest.mark.integration

WALLET, LENDER, STAKER = signer(1), signer(2), signer(3)
FACTOR = 225_000_000_000_000
BEACON = {"exchange": "okx", "asset": "ETH", "network": "ethereum-beacon"}
LENT = {"exchange": "okx", "asset": "USDT", "network": "ethereum"}


def rows() -> str:
    """A wallet, one that lends, a validator by its key, and the address to which it and two more pay out."""
    own = {each: each.sign_evm(MESSAGE) for each in (WALLET, LENDER, STAKER)}
    lines = [
        "network,kind,asset,token,address,amount,height,message,signature",
        f"ethereum,,ETH,,{WALLET.evm_address},,,{MESSAGE},{own[WALLET]}",
        f"ethereum,,USDT,{CUSDT.contract},{LENDER.evm_address},,,{MESSAGE},{own[LENDER]}",
        f"ethereum,staking,ETH,,{key(1)},32,1,,",
        f"ethereum,staking,ETH,,{STAKER.evm_address},96,2,{MESSAGE},{own[STAKER]}",
    ]
    return "\n".join(lines) + "\n"


def beacon() -> BeaconStandIn:
    """Whose execution blocks are numbered like anvil's; slot 101 carries block 1."""
    paid_to = credentials(STAKER.evm_address.lower())
    validators = [Staked(key(number), 32 * GWEI + number, paid_to) for number in (1, 2, 3)]
    return BeaconStandIn(tip=400, final=300, behind=100, validators=validators)


async def _at(watched: Watched, slot: int) -> bool:
    return await watched.value("por_snapshot_block_number", exchange="okx", network="ethereum-beacon") == slot


async def _positions(watched: Watched) -> dict[str, Any]:
    """By asset, each of which has one."""
    found = await watched.exchange()
    held = {name: asset["positions"] for name, asset in found["assets"].items() if asset["positions"]} if found else {}
    return {name: each for name, (each,) in held.items()}


async def test_positions_are_counted_shown_apart_and_kept(site: Site, anvil: AnvilFactory) -> None:
    node = anvil()
    give(node, WALLET.evm_address, 10)
    put_position(node, str(CUSDT.contract), "exchangeRateCurrent()", ACCRUING)
    hold(node, str(CUSDT.contract), "0x0", FACTOR)
    hold(node, str(CUSDT.contract), LENDER.evm_address, 4_000 * 10**8)
    node.mine(7)
    lent = 4_000 * 10**8 * (FACTOR + 7) // 10**18
    publish(site.list("okx"), rows())
    site.exchange("okx")
    site.owes("okx", ETH="100", USDT="80")
    site.network("ethereum", node.url)
    async with beacon().serving() as url:
        site.network("ethereum-beacon", url)
        async with watching(site.write()) as watched:
            await until(watched.ready)
            await until(lambda: _at(watched, 107))

            assert await watched.value("por_reserves", basis="listed", **BEACON) == 96.000000006
            staked = {"position": "validators", **BEACON}
            assert await watched.value("por_reserves_positions", basis="listed", **staked) == 96.000000006
            assert await watched.value("por_reserves_positions", basis="verified", **staked) == 64.000000005
            assert await watched.value("por_reserves", basis="listed", **LENT) == lent / 10**6
            assert (
                await watched.value("por_reserves_positions", position="cUSDT", basis="signed", **LENT) == lent / 10**6
            )
            assert {each["position"] for each in await watched.labels("por_reserves_positions")} == {
                "validators",
                "cUSDT",
            }

            assert [await watched.status(asset) for asset in ("ETH", "USDT")] == ["breach", "covered"]
            before = await _positions(watched)
            assert before["USDT"]["rate"] == {
                "per_unit": "0.0225000000000007",
                "function": "exchangeRateCurrent()",
                "shares": str(10**18),
                "assets": str(FACTOR + 7),
            }
            assert before["USDT"]["snapshot"]["block"]["number"] == 7
            assert before["ETH"]["snapshot"]["block"]["number"] == 107, "the slot that carries block 7"
            _, page = await watched.get("/exchanges/okx/assets/USDT")
            assert "Contained in the above, and no coins in a wallet" in page
            assert "cUSDT on ethereum" in page
            audit = (await watched.exchange())["audit"]
            assert [(each["claimed"], each["found"]) for each in audit["mismatches"]] == [
                ("32", "32.000000001"),
                ("96", "96.000000006"),
            ]
    node.kill()
    async with watching(site.write()) as restarted:
        await until(lambda: _positions(restarted))
        after = await _positions(restarted)
        assert {name: each["reserves"] for name, each in after.items()} == {
            name: each["reserves"] for name, each in before.items()
        }
        assert after["USDT"]["rate"] == before["USDT"]["rate"]
