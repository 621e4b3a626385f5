"""Stellar and Pi, by ``horizon``: what answers of different ledgers prove together."""

import random
from contextlib import AsyncExitStack, suppress
from typing import Any

import pytest
from aiohttp import web

from monitor.chains import AtHeight, ChainError, Depth, Reason, Tag
from monitor.model import Height, Token
from monitor.registry import load
from tests.chains.conftest import Opener
from tests.support.chains import happened
from tests.support.networks.standin import START, Asked
from tests.support.networks.stellar import StellarStandIn

XLM = StellarStandIn.coin
ACCOUNTS = [StellarStandIn.account(number) for number in range(1, 9)]
ONE, TWO, THREE = ACCOUNTS[:3]
WANTED = {XLM: ACCOUNTS}
FINALIZED = Tag("finalized")


@pytest.fixture
async def node(stack: AsyncExitStack) -> StellarStandIn:
    """Nobody's coins move, until told otherwise."""
    node = StellarStandIn().give(ACCOUNTS)
    node.moves = {account: {} for account in ACCOUNTS}
    return await stack.enter_async_context(node.serving())


def about_accounts(asked: Asked) -> bool:
    return "/accounts/" in asked.path


async def test_ledgers_may_come_as_long_as_no_account_changes(node: StellarStandIn, open_reader: Opener) -> None:
    node.steps = lambda asked: 3 * int(about_accounts(asked))
    reading = await open_reader(node.network, {"url": node.url, "concurrency": 1}).read(WANTED, FINALIZED)
    assert (reading.block.number, reading.block.hash) == (START, node.hash_of(START))
    assert reading.balances == node.truth(WANTED, START)
    assert node.tip == START + 3 * len(ACCOUNTS)


async def test_accounts_that_change_are_asked_for_first_and_only_they_need_one_ledger(
    node: StellarStandIn, open_reader: Opener
) -> None:
    node.moves[ACCOUNTS[6]] = dict.fromkeys(range(START, START + 1000), 7)
    node.steps = lambda asked: int(about_accounts(asked))
    reader = open_reader(node.network, {"url": node.url, "concurrency": 1})
    reading = await reader.read(WANTED, FINALIZED)
    assert reading.balances == node.truth(WANTED, reading.block.number)
    assert happened(reader.endpoints()[0]) == {"tip_moved": 1}
    assert [each.path for each in node.asked if about_accounts(each)][8].endswith(ACCOUNTS[6])


@pytest.mark.parametrize("seed", range(20))
async def test_whatever_moves_meanwhile_the_balances_are_those_of_the_ledger_that_is_named(
    open_reader: Opener, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    chance = random.Random(seed)
    node = StellarStandIn().give(ACCOUNTS)
    node.moves = {account: {} for account in ACCOUNTS}
    node.held = {(None, account): 10**9 for account in ACCOUNTS}

    def transfers(_: Asked) -> int:
        if chance.random() > 0.3:
            return 0
        ledger = node.tip + 1
        payer, payee = chance.sample(ACCOUNTS[:3], 2)
        for account, units in ((payer, -chance.randrange(10**8)), (payee, chance.randrange(10**8))):
            node.moves[account][ledger] = units
        node.lags = chance.choice([0, 0, 0, 1])
        return 1

    node.steps = transfers
    reader = open_reader(node.network, node.directly(monkeypatch) | {"concurrency": 1})
    told = 0
    for _ in range(10):
        with suppress(ChainError):
            reading = await reader.read(WANTED, FINALIZED)
            assert reading.balances == node.truth(WANTED, reading.block.number)
            told += 1
    assert told
    assert happened(reader.endpoints()[0]).keys() <= {Reason.TIP_MOVED, Reason.BEHIND}


async def test_a_past_ledger_is_told_of_accounts_that_did_not_change_since(
    node: StellarStandIn, open_reader: Opener
) -> None:
    node.moves[ONE] = {START - 150: 5, START - 100: 6}
    reader = open_reader(node.network, {"url": node.url})
    reading = await reader.read(WANTED, AtHeight(Height(START - 100)))
    assert reading.balances == node.truth(WANTED, START - 100)
    with pytest.raises(ChainError, match=f"{ONE} changed in ledger {START - 100}") as caught:
        await reader.read(WANTED, AtHeight(Height(START - 101)))
    assert caught.value.reason is Reason.PAST_BLOCK
    node.oldest = START - 99
    with pytest.raises(ChainError) as caught:
        await reader.read(WANTED, AtHeight(Height(START - 100)))
    assert caught.value.reason is Reason.PRUNED


async def test_a_later_ledger_is_behind_and_depths_are_refused(node: StellarStandIn, open_reader: Opener) -> None:
    reader = open_reader(node.network, {"url": node.url})
    for choice, reason in ((AtHeight(Height(START + 1)), Reason.BEHIND), (Depth(3), Reason.PAST_BLOCK)):
        with pytest.raises(ChainError) as caught:
            await reader.read(WANTED, choice)
        assert caught.value.reason is reason


async def test_an_account_that_there_is_not_is_zero_at_the_very_ledger_that_says_so(
    node: StellarStandIn, open_reader: Opener
) -> None:
    node.missing = {TWO}
    node.steps = lambda asked: int(about_accounts(asked))
    reading = await open_reader(node.network, {"url": node.url, "concurrency": 1}).read(WANTED, FINALIZED)
    assert reading.balances == {XLM: {**node.truth(WANTED, START)[XLM], TWO: 0}}
    said = [each.path for each in node.asked if about_accounts(each)]
    assert (said[1].endswith(TWO), said[8].endswith(TWO)) == (True, True), "it was asked for first at the second try"


async def test_a_gateways_own_404_is_no_zero(node: StellarStandIn, open_reader: Opener) -> None:
    def gateways(asked: Asked) -> Any:
        document = '{"message": "no Route matched with those values"}'
        headers = {"Latest-Ledger": f"{START}"}
        return web.Response(status=404, text=document, headers=headers) if about_accounts(asked) else None

    node.instead = gateways
    with pytest.raises(ChainError) as caught:
        await open_reader(node.network, {"url": node.url}).read(WANTED, FINALIZED)
    assert caught.value.reason is Reason.MALFORMED


async def test_an_answer_that_names_no_ledger_is_not_believed(node: StellarStandIn, open_reader: Opener) -> None:
    node.named = False
    with pytest.raises(ChainError, match="Latest-Ledger") as caught:
        await open_reader(node.network, {"url": node.url}).read(WANTED, FINALIZED)
    assert caught.value.reason is Reason.UNPINNED


@pytest.mark.parametrize("latest", ["", "-1", "1e3", " 1000", "1000.0", "1000" + "0" * 10])
async def test_what_is_no_ledgers_number_is_not_cut_to_one(
    node: StellarStandIn, open_reader: Opener, monkeypatch: pytest.MonkeyPatch, latest: str
) -> None:
    monkeypatch.setattr(node, "headers", lambda _: {"Latest-Ledger": latest})
    with pytest.raises(ChainError, match="Latest-Ledger") as caught:
        await open_reader(node.network, node.directly(monkeypatch)).read(WANTED, FINALIZED)
    assert caught.value.reason is Reason.UNPINNED


async def test_answers_from_before_the_ledger_that_was_named_are_behind(
    node: StellarStandIn, open_reader: Opener
) -> None:
    node.lags = 1
    with pytest.raises(ChainError, match=f"it stands at ledger {START - 1}, not at {START} yet") as caught:
        await open_reader(node.network, {"url": node.url}).read(WANTED, FINALIZED)
    assert caught.value.reason is Reason.BEHIND


async def test_two_of_different_parties_agree_where_nothing_changes(
    node: StellarStandIn, open_reader: Opener, stack: AsyncExitStack
) -> None:
    other = StellarStandIn().give(ACCOUNTS)
    other.moves, other.tip = node.moves, START + 2
    await stack.enter_async_context(other.serving())
    reader = open_reader(node.network, {"url": node.url}, {"url": other.url}, quorum=2)
    reading = await reader.read(WANTED, FINALIZED)
    assert (reading.agreed, reading.block.number) == (2, START)


@pytest.mark.parametrize(
    "changed",
    [
        {"account_id": TWO},
        {"balances": []},
        {"balances": [{"asset_type": "native", "balance": "1.0000000"}] * 2},
        {"balances": [{"asset_type": "native", "balance": "1.000000"}]},
        {"balances": [{"asset_type": "native", "balance": "-1.0000000"}]},
        {"last_modified_ledger": START + 1},
    ],
)
async def test_answers_of_others_or_in_other_forms_are_malformed(
    node: StellarStandIn, open_reader: Opener, changed: dict[str, Any]
) -> None:
    node.twist = lambda asked, told: told | changed if asked.path.endswith(ONE) else told
    with pytest.raises(ChainError) as caught:
        await open_reader(node.network, {"url": node.url}).read(WANTED, FINALIZED)
    assert caught.value.reason is Reason.MALFORMED


async def test_pi_runs_the_same_code_on_a_chain_of_its_own(node: StellarStandIn, open_reader: Opener) -> None:
    pi, coin = load().networks["pi"], Token("PI", "pi", None, 7)
    with pytest.raises(ChainError) as caught:
        await open_reader(pi, {"url": node.url}).read({coin: ACCOUNTS}, FINALIZED)
    assert caught.value.reason is Reason.WRONG_CHAIN
    node.passphrase = "Pi Network"
    reading = await open_reader(pi, {"url": node.url}).read({coin: ACCOUNTS}, FINALIZED)
    assert reading.balances[coin] == node.truth(WANTED, START)[XLM]


async def test_tokens_are_refused_by_name_and_alone(node: StellarStandIn, open_reader: Opener) -> None:
    token = Token("USDC", "stellar", "USDC-GA5ZSEJYB37JRC5AVCIA5MOP4RHTM335X2KGX3IHOJAPP5RE34K4KZVN", 7)
    reading = await open_reader(node.network, {"url": node.url}).read({**WANTED, token: ACCOUNTS}, FINALIZED)
    assert reading.balances == node.truth(WANTED, START)
    assert reading.failed == {token: "tokens of Stellar are not read"}
