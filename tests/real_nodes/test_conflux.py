"""Conflux Core from Conflux' own node: what an account owns, at which epoch."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from monitor.chains import AtHeight, ChainError, Reason, Tag
from monitor.model import Caip2, Height, PositionKind
from tests.chains.conftest import Opener
from tests.support.real_nodes.conflux import CFX, CONFLUX, ConfluxRust, user

ACCOUNTS = [user(number.to_bytes(20, "little")) for number in range(1, 10_001)]
ONE, TWO, NEVER_USED = ACCOUNTS[:3]
LATEST = Tag("latest")


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ConfluxRust]:
    with ConfluxRust(tmp_path_factory.mktemp("conflux")) as started:
        yield started


async def test_accounts_are_read_at_the_epoch_that_is_named_whatever_came_later(
    node: ConfluxRust, open_reader: Opener
) -> None:
    then = node.pay(ONE, 10**18 + 7)
    now = node.pay(TWO, 5)
    reader = open_reader(CONFLUX, {"url": node.url})
    first = {ONE: 10**18 + 7}
    for epoch, held in ((then - 1, {}), (then, first), (now, first | {TWO: 5})):
        reading = await reader.read({CFX: ACCOUNTS[:100]}, AtHeight(Height(epoch)))
        assert reading.balances == {CFX: dict.fromkeys(ACCOUNTS[:100], 0) | held}
        closing = node.rpc("cfx_getBlockByEpochNumber", hex(epoch), False)
        assert (reading.block.number, reading.block.hash) == (epoch, closing["hash"])
    newest = await reader.read({CFX: [ONE, NEVER_USED]}, LATEST)
    assert newest.balances == {CFX: {ONE: 10**18 + 7, NEVER_USED: 0}}
    assert newest.block.number >= now


async def test_what_is_staked_or_deposited_for_storage_is_owned_and_listed_apart(
    node: ConfluxRust, open_reader: Opener
) -> None:
    node.stake(5 * 10**18)
    epoch = node.store()
    reading = await open_reader(CONFLUX, {"url": node.url}).read({CFX: [node.account, ONE]}, AtHeight(Height(epoch)))
    told = node.rpc("cfx_getAccount", node.account, hex(epoch))
    free, staked, deposited = (int(told[name], 16) for name in ("balance", "stakingBalance", "collateralForStorage"))
    assert staked >= 5 * 10**18
    assert deposited > 0
    assert reading.balances[CFX][node.account] == free + staked + deposited
    assert reading.positions == {
        CFX.part("staked", PositionKind.STAKED): {node.account: staked},
        CFX.part("collateral", PositionKind.LOCKED): {node.account: deposited},
    }


async def test_ten_thousand_accounts_are_read_whole_at_one_epoch(node: ConfluxRust, open_reader: Opener) -> None:
    node.pay(ACCOUNTS[-1], 3)
    reading = await open_reader(CONFLUX, {"url": node.url}).read({CFX: ACCOUNTS}, LATEST)
    assert reading.balances[CFX].keys() == set(ACCOUNTS)
    assert reading.balances[CFX][ACCOUNTS[-1]] == 3


async def test_an_epoch_that_there_is_not_yet_and_another_chain_are_no_zeros(
    node: ConfluxRust, open_reader: Opener
) -> None:
    future, other = AtHeight(Height(node.epoch() + 10**6)), replace(CONFLUX, caip2=Caip2("conflux:1"))
    for network, choice, reason in ((CONFLUX, future, Reason.BEHIND), (other, LATEST, Reason.WRONG_CHAIN)):
        with pytest.raises(ChainError) as caught:
            await open_reader(network, {"url": node.url}).read({CFX: [NEVER_USED]}, choice)
        assert caught.value.reason is reason


async def test_what_was_final_long_ago_is_not_read_as_the_newest(node: ConfluxRust, open_reader: Opener) -> None:
    """Nobody votes by proof of stake here, so what is final is the first epoch alone, of 1970."""
    with pytest.raises(ChainError, match=r"its block 0 \(finalized\) is \d+ minutes old") as caught:
        await open_reader(CONFLUX, {"url": node.url}).read({CFX: [NEVER_USED]}, Tag("finalized"))
    assert caught.value.reason is Reason.BEHIND
