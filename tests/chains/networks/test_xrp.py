"""XRP Ledger: reserves, accounts that are not there, servers that are busy, follow nobody or are of another network."""

from contextlib import AsyncExitStack

import pytest

from monitor.chains import ChainError, Depth, Reason, Tag
from monitor.model import Token
from tests.chains.conftest import Opener
from tests.support.chains import happened
from tests.support.networks.standin import START, Asked
from tests.support.networks.xrp import XrpStandIn, ledger_hash

ONE, TWO = XrpStandIn.account(1), XrpStandIn.account(2)
XRP = XrpStandIn.coin
FINALIZED = Tag("finalized")


@pytest.fixture
async def node(stack: AsyncExitStack) -> XrpStandIn:
    return await stack.enter_async_context(XrpStandIn().give([ONE]).serving())


def account_calls(node: XrpStandIn) -> list[Asked]:
    return [each for each in node.asked if each.body["method"] == "account_info"]


async def test_every_question_names_the_ledger_and_one_names_a_ledger_that_nobody_has(
    node: XrpStandIn, open_reader: Opener
) -> None:
    reading = await open_reader(node.network, {"url": node.url}).read({XRP: [ONE, TWO]}, Depth(7))
    assert reading.balances == {XRP: {ONE: node.units(None, ONE, START - 7), TWO: 0}}
    nowhere, *asked = [each.body["params"][0]["ledger_hash"] for each in account_calls(node)]
    assert asked == [ledger_hash(START - 7)] * 2
    assert nowhere not in map(ledger_hash, range(START + 1))


async def test_a_server_that_does_not_name_the_ledger_in_which_an_account_is_missing_is_believed_as_it_looked(
    node: XrpStandIn, open_reader: Opener
) -> None:
    node.clio = True
    reading = await open_reader(node.network, {"url": node.url}).read({XRP: [TWO]}, FINALIZED)
    assert reading.balances == {XRP: {TWO: 0}}
    node.heeds = False
    with pytest.raises(ChainError) as caught:
        await open_reader(node.network, {"url": node.url}).read({XRP: [TWO]}, FINALIZED)
    assert caught.value.reason is Reason.UNPINNED


@pytest.mark.parametrize(
    ("error", "reason", "attempts"),
    [
        ("slowDown", Reason.RATE_LIMITED, 4),
        ("tooBusy", Reason.BUSY, 4),
        ("noNetwork", Reason.BEHIND, 4),
        ("lgrNotFound", Reason.BEHIND, 4),
        ("actMalformed", Reason.RPC_ERROR, 1),
    ],
)
async def test_what_servers_say_instead_of_a_balance_is_no_zero(
    node: XrpStandIn, open_reader: Opener, error: str, reason: Reason, attempts: int
) -> None:
    refusal = {"result": {"error": error, "status": "error"}}
    node.twist = lambda asked, answer: refusal if "account_data" in str(answer) else answer
    reader = open_reader(node.network, {"url": node.url})
    with pytest.raises(ChainError, match=error) as caught:
        await reader.read({XRP: [ONE]}, FINALIZED)
    assert caught.value.reason is reason
    assert happened(reader.endpoints()[0]) == {reason: attempts}


@pytest.mark.parametrize("account", [ONE, TWO])
async def test_an_answer_of_another_ledger_is_not_believed(node: XrpStandIn, open_reader: Opener, account: str) -> None:
    another = {"ledger_hash": ledger_hash(START - 1)}
    node.twist = lambda asked, answer: {"result": {**answer["result"], **another}} if account in str(answer) else answer
    with pytest.raises(ChainError, match="another ledger") as caught:
        await open_reader(node.network, {"url": node.url}).read({XRP: [account]}, FINALIZED)
    assert caught.value.reason is Reason.UNPINNED


async def test_a_ledger_that_is_not_validated_tells_nothing(node: XrpStandIn, open_reader: Opener) -> None:
    node.twist = lambda _, answer: {"result": {**answer["result"], "validated": False}}
    with pytest.raises(ChainError, match="not validated") as caught:
        await open_reader(node.network, {"url": node.url}).read({XRP: [ONE]}, FINALIZED)
    assert caught.value.reason is Reason.MALFORMED


async def test_a_network_that_began_with_another_ledger_is_another(node: XrpStandIn, open_reader: Opener) -> None:
    reader = open_reader(node.network, {"url": node.url})
    node.oldest_hash = ledger_hash(32570)
    with pytest.raises(ChainError, match="whose ledger 32570 is") as caught:
        await reader.read({XRP: [ONE]}, FINALIZED)
    assert caught.value.reason is Reason.WRONG_CHAIN
    node.oldest_hash = ""  # most servers keep the ledgers of some days
    assert (await open_reader(node.network, {"url": node.url}).read({XRP: [ONE]}, FINALIZED)).balances


async def test_what_others_issue_on_trust_lines_is_refused_by_name(node: XrpStandIn, open_reader: Opener) -> None:
    dollar = Token("RLUSD", "xrp", "524C555344000000000000000000000000000000.rMxCKbEDwqr76QuheSUMdEGf4B9xJ8m5De", 6)
    reading = await open_reader(node.network, {"url": node.url}).read({XRP: [ONE], dollar: [ONE]}, FINALIZED)
    assert list(reading.balances) == [XRP]
    assert "trust lines" in reading.failed[dollar]
