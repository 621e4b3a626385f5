"""Casper, by ``casper``: main purses at one block by its hash."""

from contextlib import AsyncExitStack
from typing import Any

import pytest

from monitor.chains import ChainError, Reason, Tag
from monitor.model import Token
from tests.chains.conftest import Opener
from tests.support.networks.casper import CasperStandIn
from tests.support.networks.standin import START

CSPR = CasperStandIn.coin
ACCOUNTS = [CasperStandIn.account(number) for number in range(1, 4)]
ONE, TWO, _ = ACCOUNTS
WANTED = {CSPR: ACCOUNTS}
FINALIZED = Tag("finalized")


@pytest.fixture
async def node(stack: AsyncExitStack) -> CasperStandIn:
    return await stack.enter_async_context(CasperStandIn().give(ACCOUNTS).serving())


async def test_accounts_are_asked_for_at_the_block_s_hash_and_first_at_one_that_nobody_has(
    node: CasperStandIn, open_reader: Opener
) -> None:
    reading = await open_reader(node.network, {"url": node.url}).read(WANTED, FINALIZED)
    assert reading.balances == node.truth(WANTED, START)
    nobodys, *named = [each["state_identifier"]["BlockHash"] for each in node.calls("query_balance")]
    assert int(nobodys, 16) > START
    assert named == [f"{START:064x}"] * len(ACCOUNTS)


async def test_an_account_that_there_is_not_fails_by_name(node: CasperStandIn, open_reader: Opener) -> None:
    node.missing.add(TWO)
    reading = await open_reader(node.network, {"url": node.url}).read(WANTED, FINALIZED)
    assert reading.failed == {CSPR: f"there is no account {TWO} at block {START}"}
    assert not reading.balances


async def test_a_node_that_knows_an_account_at_a_block_that_nobody_has_is_not_believed(
    node: CasperStandIn, open_reader: Opener
) -> None:
    node.heeds = False
    node.missing.add(ONE)
    with pytest.raises(ChainError) as caught:
        await open_reader(node.network, {"url": node.url}).read(WANTED, FINALIZED)
    assert caught.value.reason is Reason.UNPINNED


@pytest.mark.parametrize("told", [{"balance": 5}, {"balance": "5.0"}, {"balance": None}, {}, {"balance": str(2**64)}])
async def test_amounts_in_other_forms_are_malformed(
    node: CasperStandIn, open_reader: Opener, told: dict[str, Any]
) -> None:
    node.twist = lambda asked, truth: told if asked.path == "query_balance" and "balance" in truth else truth
    with pytest.raises(ChainError) as caught:
        await open_reader(node.network, {"url": node.url}).read(WANTED, FINALIZED)
    assert caught.value.reason is Reason.MALFORMED


async def test_what_a_node_says_besides_is_no_zero(node: CasperStandIn, open_reader: Opener) -> None:
    error = {"error": {"code": -32018, "message": "Node request failure"}}
    node.twist = lambda asked, told: error if asked.path == "query_balance" else told
    with pytest.raises(ChainError, match="Node request failure") as caught:
        await open_reader(node.network, {"url": node.url}).read(WANTED, FINALIZED)
    assert caught.value.reason is Reason.RPC_ERROR


async def test_tokens_are_refused_by_name_and_alone(node: CasperStandIn, open_reader: Opener) -> None:
    token = Token("USDC", "casper", "hash-" + "ab" * 32, 6)
    reading = await open_reader(node.network, {"url": node.url}).read({**WANTED, token: ACCOUNTS}, FINALIZED)
    assert reading.balances == node.truth(WANTED, START)
    assert reading.failed == {token: "tokens of Casper are not read"}
