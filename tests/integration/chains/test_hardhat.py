"""EVM balances from a second client beside anvil: by its answers, by its proofs, and what it refuses."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.chains import AtHeight, ChainError, Reason, Tag
from monitor.model import Height
from tests.chains.conftest import Opener
from tests.support.chains import ETH, ETHEREUM, account
from tests.support.hardhat import Hardhat

pytestmark = pytest.mark.integration

ACCOUNTS = [account(number) for number in range(1, 301)]
HELD = {each: 10**18 + number if number % 2 else 0 for number, each in enumerate(ACCOUNTS)}
LATEST = Tag("latest")


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hardhat]:
    directory: Path = tmp_path_factory.mktemp("hardhat")
    with Hardhat(1, directory) as started:
        for each, units in HELD.items():
            if units:
                started.rpc("hardhat_setBalance", each, hex(units))
        for _ in range(3):
            started.rpc("hardhat_mine", "0x1")
        yield started


@pytest.mark.parametrize("verify", ["answers", "proof"])
@pytest.mark.parametrize("at", [LATEST, Tag("finalized")], ids=str)
async def test_balances_are_read_and_proven(node: Hardhat, open_reader: Opener, at: Tag, verify: str) -> None:
    reader = open_reader(ETHEREUM, {"url": node.url}, verify=verify)
    reading = await reader.read({ETH: ACCOUNTS}, at)
    assert reading.balances == {ETH: HELD}
    assert reading.block.hash == node.rpc("eth_getBlockByNumber", hex(reading.block.number), False)["hash"]
    assert reader.endpoints()[0].method == ("proof" if verify == "proof" else "override")


async def test_the_past_is_read_as_it_was(node: Hardhat, open_reader: Opener) -> None:
    before = int(node.rpc("eth_blockNumber"), 16)
    node.rpc("hardhat_mine", "0x1")
    node.rpc("hardhat_setBalance", ACCOUNTS[0], hex(7))  # in the newest block, in its place
    reader = open_reader(ETHEREUM, {"url": node.url, "archive": True})
    past = await reader.read({ETH: ACCOUNTS[:2]}, AtHeight(Height(before)))
    now = await reader.read({ETH: ACCOUNTS[:2]}, LATEST)
    node.rpc("hardhat_setBalance", ACCOUNTS[0], "0x0")
    assert [each.balances[ETH][ACCOUNTS[0]] for each in (past, now)] == [0, 7]


async def test_a_block_that_has_not_come_is_behind(node: Hardhat, open_reader: Opener) -> None:
    with pytest.raises(ChainError) as caught:
        await open_reader(ETHEREUM, {"url": node.url}).read({ETH: ACCOUNTS[:1]}, AtHeight(Height(5000)))
    assert caught.value.reason is Reason.BEHIND
