"""MultiversX, by ``multiversx``: the blocks of shards that one hyperblock names."""

from contextlib import AsyncExitStack
from typing import Any

import pytest

from monitor.chains import ChainError, Reason, Tag
from monitor.chains.multiversx.gateway import _shard
from monitor.model import Token
from monitor.registry.addresses.encodings import bech32
from tests.chains.conftest import Opener
from tests.support.networks.multiversx import MultiversxStandIn
from tests.support.networks.standin import START

EGLD = MultiversxStandIn.coin
ACCOUNTS = [MultiversxStandIn.account(number) for number in range(1, 20)]
ONE, TWO, *_ = ACCOUNTS
WANTED = {EGLD: ACCOUNTS}
FINALIZED = Tag("finalized")


@pytest.fixture
async def node(stack: AsyncExitStack) -> MultiversxStandIn:
    return await stack.enter_async_context(MultiversxStandIn().give(ACCOUNTS).serving())


@pytest.mark.parametrize(("last", "shard"), [(0, 0), (1, 1), (2, 2), (3, 1), (0xFF, 1), (0xFC, 0), (0xFE, 2)])
def test_the_last_bits_of_a_key_say_its_shard(last: int, shard: int) -> None:
    assert _shard(bytes([7] * 31 + [last]), 3) == shard


async def test_each_account_is_asked_for_at_the_block_of_its_shard(
    node: MultiversxStandIn, open_reader: Opener
) -> None:
    reading = await open_reader(node.network, {"url": node.url}).read(WANTED, FINALIZED)
    assert (reading.block.number, reading.balances) == (START, node.truth(WANTED, START))
    about = [each for each in node.asked if "/address/" in each.path]
    asked = {each.path.rpartition("/")[2]: dict(each.query)["blockHash"] for each in about}
    assert asked == {each: node.shard_hash(node.shard_of(each), START) for each in ACCOUNTS}
    assert {node.shard_of(each) for each in ACCOUNTS} == {0, 1, 2}


async def test_where_a_hyperblock_has_no_block_of_a_shard_the_one_before_it_has(
    node: MultiversxStandIn, open_reader: Opener
) -> None:
    node.without = {START: {1}, START - 1: {0, 1}}
    reading = await open_reader(node.network, {"url": node.url}).read(WANTED, FINALIZED)
    newest = {0: START, 1: START - 2, 2: START}
    assert reading.balances[EGLD] == {
        each: node.truth(WANTED, newest[node.shard_of(each)])[EGLD][each] for each in ACCOUNTS
    }


async def test_a_shard_that_stands_still_is_behind(node: MultiversxStandIn, open_reader: Opener) -> None:
    node.without = {START - below: {2} for below in range(20)}
    with pytest.raises(ChainError, match="a shard has no block in the last") as caught:
        await open_reader(node.network, {"url": node.url}).read(WANTED, FINALIZED)
    assert caught.value.reason is Reason.BEHIND


async def test_contracts_of_the_metachain_fail_by_name(node: MultiversxStandIn, open_reader: Opener) -> None:
    contract = bech32.encode_account("erd", bytes(8) + b"\x00\x01" + bytes(19) + b"\x01\xff\xff")
    reading = await open_reader(node.network, {"url": node.url}).read({EGLD: [ONE, contract]}, FINALIZED)
    assert reading.failed == {EGLD: f"{contract} is a contract of the metachain, whose coins are not read"}
    assert not reading.balances


@pytest.mark.parametrize("changed", [{"address": TWO}, {"balance": 5}, {"balance": "-5"}, {"balance": str(2**128)}])
async def test_answers_of_others_or_in_other_forms_are_malformed(
    node: MultiversxStandIn, open_reader: Opener, changed: dict[str, Any]
) -> None:
    def twist(asked: Any, told: Any) -> Any:
        if not asked.path.endswith(ONE):
            return told
        return told | {"data": told["data"] | {"account": told["data"]["account"] | changed}}

    node.twist = twist
    with pytest.raises(ChainError) as caught:
        await open_reader(node.network, {"url": node.url}).read(WANTED, FINALIZED)
    assert caught.value.reason is Reason.MALFORMED


async def test_tokens_are_refused_by_name_and_alone(node: MultiversxStandIn, open_reader: Opener) -> None:
    token = Token("USDC", "multiversx", "USDC-c76f1f", 6)
    reading = await open_reader(node.network, {"url": node.url}).read({**WANTED, token: ACCOUNTS}, FINALIZED)
    assert reading.balances == node.truth(WANTED, START)
    assert reading.failed == {token: "tokens of MultiversX are not read"}
