"""Hedera, by ``hedera-mirror``: which snapshot is told, and who is in none."""

from contextlib import AsyncExitStack
from typing import Any

import pytest

from monitor.chains import AtHeight, ChainError, Depth, Reason, Tag
from monitor.model import Height, Token
from tests.chains.conftest import Opener
from tests.support.networks.hedera import TREASURY, HederaStandIn, written
from tests.support.networks.standin import START, Asked

HBAR = HederaStandIn.coin
ACCOUNTS = [HederaStandIn.account(number) for number in range(1, 5)]
ONE, TWO, THREE = ACCOUNTS[:3]
WANTED = {HBAR: ACCOUNTS}
FINALIZED = Tag("finalized")


@pytest.fixture
async def node(stack: AsyncExitStack) -> HederaStandIn:
    return await stack.enter_async_context(HederaStandIn().give(ACCOUNTS).serving())


def told_of(asked: Asked) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in asked.query:
        found.setdefault(name, []).append(value)
    return found


async def test_the_moment_is_that_of_the_last_snapshot_and_not_the_present(
    node: HederaStandIn, open_reader: Opener
) -> None:
    node.tip, node.every = START + 12, 10
    reading = await open_reader(node.network, {"url": node.url}).read(WANTED, FINALIZED)
    assert (reading.block.number, reading.block.hash) == (START + 10, node.hash_of(START + 10)[:66])
    assert reading.balances == node.truth(WANTED, START + 10)
    [asked] = [told_of(each) for each in node.asked if each.path.endswith("/balances")][1:]
    assert asked["timestamp"] == [written(node.end(START + 10))]


async def test_a_block_without_a_snapshot_is_not_told_by_the_one_before(
    node: HederaStandIn, open_reader: Opener
) -> None:
    node.every = 10
    reader = open_reader(node.network, {"url": node.url})
    assert (await reader.read(WANTED, AtHeight(Height(START - 20)))).balances == node.truth(WANTED, START - 20)
    for choice in (AtHeight(Height(START - 15)), Depth(15)):
        with pytest.raises(ChainError, match=f"no snapshot after block {START - 15}; the last before is of") as caught:
            await reader.read(WANTED, choice)
        assert caught.value.reason is Reason.PAST_BLOCK


async def test_a_snapshot_that_was_just_told_of_and_is_not_there_is_behind(
    node: HederaStandIn, open_reader: Opener
) -> None:
    def older(asked: Asked, told: Any) -> Any:
        asks = asked.path.endswith("/balances") and not told_of(asked)["timestamp"][0].startswith("lte:")
        return told | {"timestamp": written(node.end(START - 1))} if asks else told

    node.twist = older
    with pytest.raises(ChainError, match="now has none after") as caught:
        await open_reader(node.network, {"url": node.url}).read(WANTED, FINALIZED)
    assert caught.value.reason is Reason.BEHIND


async def test_a_hundred_accounts_at_the_most_are_asked_for_and_always_the_treasury(
    node: HederaStandIn, open_reader: Opener
) -> None:
    accounts = [HederaStandIn.account(number) for number in range(1, 251)]
    reading = await open_reader(node.network, {"url": node.url, "batch": 500}).read({HBAR: accounts}, FINALIZED)
    assert reading.balances == node.truth({HBAR: accounts}, START)
    asked = [told_of(each)["account.id"] for each in node.asked if each.path.endswith("/balances")]
    assert [len(each) for each in asked] == [1, 100, 100, 53]
    assert all(TREASURY in each for each in asked)


async def test_an_account_in_no_snapshot_has_nothing_if_it_was_made_later_or_deleted(
    node: HederaStandIn, open_reader: Opener
) -> None:
    node.absent = {ONE, TWO, THREE}
    node.accounts = {
        THREE: {"created_timestamp": None, "deleted": True},
        ONE: {"created_timestamp": written(node.end(START) + 1)},
        TWO: {"created_timestamp": "1600000000.000000001", "deleted": True},
    }
    reading = await open_reader(node.network, {"url": node.url}).read(WANTED, FINALIZED)
    assert reading.balances == {HBAR: {**node.truth(WANTED, START)[HBAR], ONE: 0, TWO: 0, THREE: 0}}


async def test_an_account_that_there_is_not_is_no_zero(node: HederaStandIn, open_reader: Opener) -> None:
    node.absent = {TWO}
    reading = await open_reader(node.network, {"url": node.url}).read(WANTED, FINALIZED)
    assert (reading.balances, reading.failed) == ({}, {HBAR: f"the ledger knows no account {TWO}"})


async def test_a_number_that_mirror_nodes_cannot_take_fails_by_name_and_is_not_asked_for(
    node: HederaStandIn, open_reader: Opener
) -> None:
    number = f"0.0.{2**38}"
    reading = await open_reader(node.network, {"url": node.url}).read({HBAR: [ONE, number]}, FINALIZED)
    assert reading.failed == {HBAR: f"the ledger knows no account {number}"}
    assert not [asked for asked in node.asked if number in str(asked)]


async def test_an_account_that_a_snapshot_lacks_though_it_exists_is_no_zero(
    node: HederaStandIn, open_reader: Opener
) -> None:
    node.absent, node.accounts = {TWO}, {TWO: {"created_timestamp": "1600000000.000000001"}}
    with pytest.raises(
        ChainError, match=r"it exists since 1600000000\.000000001, and is not in the snapshot"
    ) as caught:
        await open_reader(node.network, {"url": node.url}).read(WANTED, FINALIZED)
    assert caught.value.reason is Reason.MALFORMED


async def test_a_mirror_node_without_the_block_that_tells_its_ledger_is_not_asked(
    node: HederaStandIn, open_reader: Opener
) -> None:
    node.known = "1656461547.557609268"
    with pytest.raises(ChainError, match=r"whose block 34305852 ended at 1656461547\.557609268") as caught:
        await open_reader(node.network, {"url": node.url}).read(WANTED, FINALIZED)
    assert caught.value.reason is Reason.WRONG_CHAIN


@pytest.mark.parametrize(
    "changed",
    [
        {"balances": [{"account": TREASURY, "balance": 1, "tokens": []}, {"account": "0.0.9", "balance": 5}]},
        {"balances": [{"account": ONE, "balance": 1, "tokens": []}]},
        {"balances": [{"account": TREASURY, "balance": "1"}]},
        {"timestamp": "1656461547"},
        {"timestamp": None},
    ],
)
async def test_answers_of_others_or_in_other_forms_are_malformed(
    node: HederaStandIn, open_reader: Opener, changed: dict[str, Any]
) -> None:
    node.twist = lambda asked, told: told | changed if asked.path.endswith("/balances") else told
    with pytest.raises(ChainError) as caught:
        await open_reader(node.network, {"url": node.url}).read(WANTED, FINALIZED)
    assert caught.value.reason is Reason.MALFORMED


async def test_tokens_are_refused_by_name_and_alone(node: HederaStandIn, open_reader: Opener) -> None:
    token = Token("USDC", "hedera", "0.0.456858", 6)
    reading = await open_reader(node.network, {"url": node.url}).read({**WANTED, token: ACCOUNTS}, FINALIZED)
    assert reading.balances == node.truth(WANTED, START)
    assert reading.failed == {token: "tokens of Hedera are not read"}
