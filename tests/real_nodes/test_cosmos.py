"""Cosmos from a real node: balances at heights with and without proofs, what is staked, and what it does not keep."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.chains import AtHeight, ChainError, Reason, Tag
from monitor.model import Height
from monitor.registry import load
from monitor.registry.addresses.encodings.bech32 import encode_account
from tests.chains.conftest import Opener
from tests.support.real_nodes.cosmos import ATOM, COSMOS, KEPT, USDC, CosmosNode, Waiting
from tests.support.waiting import eventually

FINALIZED = Tag("finalized")


def account(number: int) -> str:
    return encode_account("cosmos", number.to_bytes(20, "big"))


LISTED = "cosmos155svs6sgxe55rnvs6ghprtqu0mh69kehrn0dqr"  # of a published list
ACCOUNTS = [LISTED, *map(account, range(1, 10_000))]
HELD = {
    ATOM: {each: 123_456_789 + number if number % 3 else 0 for number, each in enumerate(ACCOUNTS, 1)},
    USDC: {each: 10**12 + number for number, each in enumerate(ACCOUNTS[:50]) if number % 2},
}


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CosmosNode]:
    with CosmosNode(tmp_path_factory.mktemp("cosmos"), HELD) as started:
        yield started


@pytest.mark.parametrize("verify", ["answers", "proof"])
async def test_ten_thousand_accounts_are_read_whole_told_or_proven_to_be_there_or_not(
    node: CosmosNode, open_reader: Opener, verify: str
) -> None:
    reader = open_reader(COSMOS, {"url": node.url, "timeout": "60s"}, verify=verify, deadline="5m")
    reading = await reader.read({ATOM: ACCOUNTS, USDC: ACCOUNTS[:100]}, FINALIZED)
    assert reading.balances == {ATOM: HELD[ATOM], USDC: dict.fromkeys(ACCOUNTS[:100], 0) | HELD[USDC]}


@pytest.mark.parametrize("verify", ["answers", "proof"])
async def test_past_heights_are_read_as_they_were(node: CosmosNode, open_reader: Opener, verify: str) -> None:
    new = account(20_000 + len(verify))
    height = node.send(new, 7)
    eventually(lambda: node.height() > height + 1)
    reader = open_reader(COSMOS, {"url": node.url}, verify=verify)
    for at, units in ((height - 1, 0), (height, 7)):
        reading = await reader.read({ATOM: [new, LISTED]}, AtHeight(Height(at)))
        assert reading.balances == {ATOM: {new: units, LISTED: HELD[ATOM][LISTED]}}
        assert reading.block.number == at


async def test_what_is_staked_and_what_is_on_its_way_back_counts_and_is_listed_apart(
    node: CosmosNode, open_reader: Opener
) -> None:
    height = node.unstake(10_000_000)
    eventually(lambda: node.height() > height + 1)
    reader = open_reader(COSMOS, {"url": node.url})
    for at, staked in (
        (height - 1, {"delegated ATOM": 100_000_000}),
        (height, {"delegated ATOM": 90_000_000, "unbonding ATOM": 10_000_000}),
    ):
        reading = await reader.read({ATOM: [node.account]}, AtHeight(Height(at)))
        parts = {part.position and part.position.name: held[node.account] for part, held in reading.positions.items()}
        assert parts == staked
        assert reading.balances[ATOM][node.account] == node.bank(node.account, at) + 100_000_000


async def test_states_that_it_keeps_no_more_and_blocks_to_come_are_no_zeros(
    node: CosmosNode, open_reader: Opener
) -> None:
    reader = open_reader(COSMOS, {"url": node.url})
    eventually(lambda: node.height() > 2 * KEPT)
    for at, reason in ((2, Reason.PRUNED), (node.height() + 10_000, Reason.BEHIND)):
        with pytest.raises(ChainError) as caught:
            await reader.read({ATOM: [LISTED, account(30_000)]}, AtHeight(Height(at)))
        assert caught.value.reason is reason


async def test_another_chain_is_refused(node: CosmosNode, open_reader: Opener) -> None:
    with pytest.raises(ChainError) as caught:
        await open_reader(load().networks["celestia"], {"url": node.url}).read({}, FINALIZED)
    assert caught.value.reason is Reason.WRONG_CHAIN


async def test_a_node_that_waits_for_blocks_of_others_is_behind(
    node: CosmosNode, open_reader: Opener, tmp_path: Path
) -> None:
    with Waiting(tmp_path, node) as other:
        with pytest.raises(ChainError, match="still syncing") as caught:
            await open_reader(COSMOS, {"url": other.url}).read({ATOM: [LISTED]}, FINALIZED)
        assert caught.value.reason is Reason.BEHIND
