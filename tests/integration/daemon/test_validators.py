"""Restaked validators: the beacon chain names the EigenPod, and the pod on the execution layer names its owner.

The list is OKX's own example; the pod is on a real anvil, the beacon node a stand-in, for none is packaged.
"""

from pathlib import Path
from typing import Any

import pytest

from monitor.daemon.lists import judge_list
from monitor.devnet.nodes import Anvil
from monitor.model import Verdict, VerdictStatus
from monitor.registry import load
from monitor.settings import NetworkSettings, WalletsSettings
from tests.support.evm import give, put_pod
from tests.support.nodes import AnvilFactory
from tests.support.owner_standins import STATE_ROOT, OwnerStandIn, recorded

pytestmark = pytest.mark.integration

LIST = Path("tests/data/ownership/wallets-12-columns-staking.csv")
RESTAKED = 7
"""The line of the validator that is restaked."""
OWNER = "0x0cdcdb19a857c2ac24818ca4fdfe38cce071483e"
POD = "0x" + "70" * 20
"""Not the row's second owner: in the example that is an account with a key, which signed too."""
VALIDATORS = f"/eth/v1/beacon/states/{STATE_ROOT}/validators"


def settings(url: str, **more: Any) -> NetworkSettings:
    return NetworkSettings.model_validate({"endpoints": [{"url": url}], **more})


async def judged(beacon: str, ethereum: Anvil) -> Verdict:
    networks = {
        "ethereum-beacon": settings(beacon, behind_after="99999d"),
        "ethereum": settings(ethereum.url, block="latest"),
    }
    found = await judge_list(WalletsSettings(source=str(LIST)), load(), networks, lambda *_: None)
    rows = {claim.line: verdict for claim, verdict in zip(found.claims, found.verdicts, strict=True)}
    return rows[RESTAKED]


async def test_a_restaked_validator_is_verified_while_both_chains_lead_to_the_signer(anvil: AnvilFactory) -> None:
    node = anvil(1)
    put_pod(node, POD, OWNER)
    node.mine()
    beacon = OwnerStandIn(recorded("beacon"))
    credentials = {"pubkey": "0x" + "cd" * 48, "withdrawal_credentials": "0x02" + "00" * 11 + POD[2:]}
    beacon.answers[VALIDATORS]["data"] = [{"index": "42", "balance": "32000000000", "validator": credentials}]
    async with beacon.serving() as url:
        verdict = await judged(url, node)
        assert verdict.status is VerdictStatus.VERIFIED
        assert f"on chain at block 11585044: its withdrawal credentials name {POD}; ethereum at block" in verdict.reason
        assert verdict.reason.endswith(f"podOwner() is the signer {OWNER}")

        put_pod(node, POD, "0x" + "11" * 20)
        node.mine()
        verdict = await judged(url, node)
        assert verdict.status is VerdictStatus.INVALID
        assert f"podOwner() is 0x{'11' * 20}, who did not sign" in verdict.reason

        elsewhere = "0x" + "22" * 20
        give(node, elsewhere, 1)
        node.mine()
        credentials["withdrawal_credentials"] = "0x01" + "00" * 11 + elsewhere[2:]
        verdict = await judged(url, node)
        assert verdict.status is VerdictStatus.INVALID
        assert "there is no contract at this account" in verdict.reason

        node.kill()
        verdict = await judged(url, node)
        assert verdict.status is VerdictStatus.UNBOUND
        assert "not confirmed on chain: refused" in verdict.reason
