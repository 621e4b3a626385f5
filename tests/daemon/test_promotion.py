"""From a published row to its verdict with the chains asked: OKX's own examples, on stand-ins for the nodes."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
import stamina

from monitor.daemon.lists import judge_list
from monitor.model import Code, Verdict, VerdictStatus
from monitor.registry import load
from monitor.settings import NetworkSettings, WalletsSettings
from tests.support.owner_standins import PROTOCOLS, STATE_ROOT, WITHDRAWAL, OwnerStandIn

REGISTRY = load()
LISTS = Path(__file__).parent.parent / "data" / "ownership"
ANSWERS = {protocol.network.name: protocol.answers for protocol in PROTOCOLS}
STARKNET_ROW, EOS_ROW, APTOS_ROW = 3, 10, 20
"""Lines of the examples."""

Serve = Callable[[str], Any]


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    with stamina.set_testing(True, attempts=4, cap=True):
        async with AsyncExitStack() as stack:

            async def served(network: str) -> tuple[OwnerStandIn, str]:
                node = OwnerStandIn(ANSWERS[network])
                return node, await stack.enter_async_context(node.serving())

            yield served


async def judged(name: str, line: int, **urls: str) -> Verdict:
    networks = {
        network: NetworkSettings.model_validate({"endpoints": [{"url": url}], "behind_after": "99999d"})
        for network, url in urls.items()
    }
    found = await judge_list(WalletsSettings(source=str(LISTS / name)), REGISTRY, networks, lambda *_: None)
    rows = {claim.line: verdict for claim, verdict in zip(found.claims, found.verdicts, strict=True)}
    return rows[line]


async def test_a_rotated_aptos_account_is_verified_while_the_chain_names_its_new_key(serve: Serve) -> None:
    aptos, url = await serve("aptos")
    assert (await judged("wallets-11-columns.csv", APTOS_ROW)).status is VerdictStatus.UNBOUND
    account = "/accounts/0x" + "deadbeef" * 8
    key = "0x5bb5d85934c7587a22960ef72e9d8cd5313a60447e57a2183b1aae285d90352e"
    aptos.answers[account] = {"sequence_number": "1", "authentication_key": key}
    verdict = await judged("wallets-11-columns.csv", APTOS_ROW, aptos=url)
    assert verdict.status is VerdictStatus.VERIFIED
    assert "on chain at block 168339071: its authentication key is that of the key that signed" in verdict.reason
    aptos.answers[account]["authentication_key"] = "0x" + "cc" * 32
    refuted = await judged("wallets-11-columns.csv", APTOS_ROW, aptos=url)
    assert refuted.status is VerdictStatus.INVALID
    assert "which is not that of the key that signed" in refuted.reason


async def test_an_account_that_no_node_tells_about_stays_unbound_and_says_so(serve: Serve) -> None:
    starknet, url = await serve("starknet")
    starknet.answers["starknet_call"] = {"error": {"code": -32603, "message": "Internal error"}}
    verdict = await judged("wallets-audit-layout.csv", STARKNET_ROW, starknet=url)
    assert verdict.code is Code.CHAIN_SILENT
    assert "not confirmed on chain: rpc_error" in verdict.reason


async def test_keys_of_rows_without_owners_are_confirmed_too(serve: Serve) -> None:
    starknet, starknet_url = await serve("starknet")
    eos, eos_url = await serve("eos")
    starknet.answers["starknet_call"] = ["0x6459074aa056e6dfb18539e414720ca7518b4d9b6d9a9fa0a3a64b8e2287963"]
    account = eos.answers["/v1/chain/get_account"]
    account["account_name"] = "okbwallet1tr"
    [active, _] = account["permissions"]
    active["required_auth"]["keys"][0]["key"] = "EOS7nGMZSQxyvJkH5WDnuGsSQMp7yCRYA5AX4GMAXh6WtmqnMT79X"
    urls = {"starknet": starknet_url, "eos": eos_url}
    for line, reason in ((STARKNET_ROW, "get_public_key is the key"), (EOS_ROW, "weigh 1 of the 1 that active needs")):
        verdict = await judged("wallets-audit-layout.csv", line, **urls)
        assert (verdict.status, reason in verdict.reason) == (VerdictStatus.VERIFIED, True), verdict.reason


async def test_validators_of_a_signer_are_verified_and_others_need_the_execution_layer(serve: Serve) -> None:
    beacon, url = await serve("ethereum-beacon")
    validators = beacon.answers[f"/eth/v1/beacon/states/{STATE_ROOT}/validators"]["data"]
    signer = "0cdcdb19a857c2ac24818ca4fdfe38cce071483e"
    validators[:] = [
        {
            "index": "42",
            "balance": "32000000000",
            "validator": {"pubkey": "0x" + byte * 48, "withdrawal_credentials": "0x01" + "00" * 11 + address},
        }
        for byte, address in (("ab", signer), ("cd", WITHDRAWAL[2:]))
    ]
    direct = await judged("wallets-12-columns-staking.csv", 6, **{"ethereum-beacon": url})
    assert direct.status is VerdictStatus.VERIFIED
    assert f"its withdrawal credentials name the signer 0x{signer}" in direct.reason
    podded = await judged("wallets-12-columns-staking.csv", 7, **{"ethereum-beacon": url})
    assert (podded.status, podded.answered) == (VerdictStatus.UNBOUND, False)
    assert f"name {WITHDRAWAL}; nobody could be asked" in podded.reason
    assert "ethereum is not configured" in podded.reason
