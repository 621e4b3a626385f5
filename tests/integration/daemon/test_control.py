"""Coins count for those who control them, as the chain says: strangers' accounts, validators, lost Safes."""

import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp.test_utils import RawTestServer

from tests.support.beacon import GWEI, BeaconStandIn, Staked, credentials
from tests.support.daemons import Site, TurnableClock, Watched, publish, until, watching
from tests.support.evm import give, put_administered, put_safe, swap_owner
from tests.support.nodes import AnvilFactory
from tests.support.proxies import Poisoned

from .test_owners import OWNERS, SAFE, owned, verdicts

pytestmark = pytest.mark.integration

CASES = Path("tests/data/cases")
STRANGER = "0x" + "44" * 20
SIGNER = "0x0cdcdb19a857c2ac24818ca4fdfe38cce071483e"
CONTRACT = "0x" + "c0" * 20
DAY = timedelta(days=1)


async def test_a_strangers_account_beside_a_throwaway_signature_is_nobodys_proof(
    site: Site, anvil: AnvilFactory
) -> None:
    node = anvil()
    give(node, STRANGER, 100)
    node.mine()
    site.exchange("okx", audit=False)
    publish(site.list("okx"), (CASES / "strangers-account" / "list.csv").read_bytes())
    site.owes("okx", ETH="90")
    site.network("ethereum", node.url)
    async with watching(site.write()) as watched:

        async def refuted() -> bool:
            return await verdicts(watched) == {STRANGER: "invalid"} and await watched.status("ETH") == "breach"

        await until(refuted)
        (claim,) = (await watched.api("exchanges/okx/claims"))["claims"]
        assert "there is no contract at this account" in claim["reason"]


def staking_archive(path: Path) -> None:
    """OKX's list and the file of its validators, in one archive."""
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted((CASES / "staking-rows").iterdir()):
            archive.write(file, file.name)


async def test_validators_count_for_the_account_that_signed_and_gets_their_coins(
    site: Site, anvil: AnvilFactory
) -> None:
    node, beacon = anvil(), BeaconStandIn()
    give(node, SIGNER, 0.8)
    node.mine()
    beacon.validators = [Staked("0x" + byte * 48, 32 * GWEI, credentials(SIGNER)) for byte in ("ab", "cd")]
    async with RawTestServer(beacon.handle, host="127.0.0.1") as server:
        archive = site.folder / "list.zip"
        staking_archive(archive)
        site.exchange("okx", basis="verified", audit=False, promote="200ms")
        site.sections["exchanges"]["okx"]["wallets"] |= {"source": str(archive), "format": "okx"}
        site.owes("okx", ETH="60")
        site.network("ethereum", node.url)
        site.network("ethereum-beacon", str(server.make_url("/")), behind_after="99999d")
        async with watching(site.write()) as watched:

            async def covered() -> bool:
                held = await watched.value("por_reserve_ratio", exchange="okx", asset="ETH", basis="verified")
                return held == pytest.approx(1.08) and await watched.status("ETH") == "covered"

            await until(covered)
            assert await watched.value("por_claims", exchange="okx", network="ethereum-beacon", verdict="verified") == 2

            beacon.validators[0].credentials = credentials(STRANGER)

            async def denied() -> bool:
                return "PorConfirmationLost" in await watched.alerts() and await watched.status("ETH") == "breach"

            await until(denied)
            summary = (await watched.alerts())["PorConfirmationLost"]["summary"]
            assert "1 claim no longer confirmed by the chain, holding 32 ETH" in summary


async def test_a_contract_that_cannot_be_asked_holds_nobody_else_up(site: Site, anvil: AnvilFactory) -> None:
    node = anvil()
    put_safe(node, SAFE, OWNERS, 2)
    put_administered(node, CONTRACT, OWNERS[0])
    for account in (SAFE, CONTRACT):
        give(node, account, 50)
    node.mine()
    async with Poisoned(node.url, CONTRACT).serving() as url:
        site.exchange("okx", [owned(CONTRACT), owned(SAFE)], promote="200ms", basis="verified")
        site.owes("okx", ETH="40")
        site.network("ethereum", url)
        async with watching(site.write()) as watched:

            async def promoted() -> bool:
                found = await verdicts(watched)
                return found == {CONTRACT: "unbound", SAFE: "verified"} and await watched.status("ETH") == "covered"

            await until(promoted)
            swap_owner(node, SAFE, OWNERS, OWNERS[1], "0x" + "0e" * 20)

            async def withdrawn() -> bool:
                found = await verdicts(watched)
                return found == {CONTRACT: "unbound", SAFE: "invalid"} and await watched.status("ETH") != "covered"

            await until(withdrawn)


async def lost(watched: Watched) -> bool:
    return await verdicts(watched) == {SAFE: "unbound"} and "PorConfirmationLost" in await watched.alerts()


async def test_what_was_confirmed_grows_old_over_restarts_too(site: Site, anvil: AnvilFactory) -> None:
    node, clock = anvil(), TurnableClock()
    put_safe(node, SAFE, OWNERS, 2)
    give(node, SAFE, 50)
    node.mine()
    site.exchange("okx", [owned(SAFE)], promote="200ms")
    site.owes("okx", ETH="40")
    site.network("ethereum", node.url)
    async with watching(site.write(), clock) as watched:

        async def promoted() -> bool:
            return await verdicts(watched) == {SAFE: "verified"}

        await until(promoted)
        node.kill()
        clock.ahead += DAY - timedelta(minutes=5)
        assert await promoted()
    async with watching(site.path, clock) as watched:
        await until(promoted)
        clock.ahead += timedelta(minutes=6)
        await until(lambda: lost(watched))
        summary = (await watched.alerts())["PorConfirmationLost"]["summary"]
        assert "1 claim confirmed too long ago" in summary
        assert await watched.value("por_confirmations_lost", exchange="okx", cause="old") == 1
    async with watching(site.path, clock) as watched:
        await until(lambda: lost(watched))
