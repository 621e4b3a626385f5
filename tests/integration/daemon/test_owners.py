"""Contract wallets: signed by owners, verified while the chain names these, and invalid once it denies it."""

import pytest

from tests.support.daemons import MESSAGE, Row, Site, Watched, key, until, watching
from tests.support.evm import give, put_safe, swap_owner
from tests.support.nodes import AnvilFactory

pytestmark = pytest.mark.integration

SAFE = "0x" + "5a" * 20
PLAIN = "0x" + "91" * 20
OWNERS = [key(number).evm_address for number in (1, 2)]


def owned(address: str) -> Row:
    """Signed by both owners."""
    signatures = [key(number).sign_evm(MESSAGE) for number in (1, 2)]
    return Row("ethereum", "ETH", address, "", "", MESSAGE, *signatures, *OWNERS)


async def verdicts(watched: Watched) -> dict[str, str]:
    found = await watched.api("exchanges/okx/claims")
    return {row["address"]: row["verdict"] for row in found["claims"]} if found else {}


async def verified(watched: Watched) -> float | None:
    return await watched.value("por_reserve_ratio", exchange="okx", asset="ETH", basis="verified")


async def test_owners_are_confirmed_by_a_real_safe_and_denied_when_they_are_replaced(
    site: Site, anvil: AnvilFactory
) -> None:
    node = anvil()
    put_safe(node, SAFE, OWNERS, 2)
    for account in (SAFE, PLAIN):
        give(node, account, 50)
    node.mine()
    site.exchange("okx", [owned(SAFE), owned(PLAIN)], promote="200ms")
    site.owes("okx", ETH="100")
    site.network("ethereum", node.url)
    async with watching(site.write()) as watched:

        async def promoted() -> bool:
            return await verdicts(watched) == {SAFE: "verified", PLAIN: "invalid"} and await verified(watched) == 0.5

        await until(promoted)
        claims = (await watched.api("exchanges/okx/claims"))["claims"]
        assert "on chain at block" in claims[0]["reason"]
        assert await watched.value("por_claims", exchange="okx", network="ethereum", verdict="verified") == 1

        node.kill()

    async with watching(site.path) as watched:
        assert await promoted_again(watched), "what the chain confirmed is kept over a restart"

        node.start()
        put_safe(node, SAFE, OWNERS, 2)
        for account in (SAFE, PLAIN):
            give(node, account, 50)
        swap_owner(node, SAFE, OWNERS, OWNERS[1], key(3).evm_address)

        async def demoted() -> bool:
            return await verdicts(watched) == {SAFE: "invalid", PLAIN: "invalid"} and await verified(watched) == 0

        await until(demoted)
        assert await watched.value("por_reserve_ratio", exchange="okx", asset="ETH", basis="signed") == 0
        assert await watched.value("por_reserve_ratio", exchange="okx", asset="ETH", basis="listed") == 1
        assert await watched.value("por_claims", exchange="okx", network="ethereum", verdict="verified") is None


async def promoted_again(watched: Watched) -> bool:
    return await verdicts(watched) == {SAFE: "verified", PLAIN: "invalid"}


async def test_one_account_that_two_exchanges_claim_is_an_alert_for_both(site: Site, anvil: AnvilFactory) -> None:
    node = anvil()
    give(node, PLAIN, 5)
    node.mine()
    for name in ("okx", "kraken"):
        site.exchange(name, [owned(PLAIN)])
        site.owes(name, ETH="1")
    site.network("ethereum", node.url)
    async with watching(site.write()) as watched:
        await until(watched.ready)
        shared = [each for each in (await watched.api("alerts"))["alerts"] if each["name"] == "PorAccountShared"]
        assert {each["exchange"]: each["active"] for each in shared} == {"okx": True, "kraken": True}
        assert f"{PLAIN} on ethereum" in shared[0]["summary"]
        assert await watched.value("por_shared_accounts", exchange="okx", other="kraken") == 1
