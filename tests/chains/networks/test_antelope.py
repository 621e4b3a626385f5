"""Vaulta (EOS) and WAX, by ``antelope``: all that an account has, in one state of the node."""

from contextlib import AsyncExitStack
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from monitor.chains import AtHeight, ChainError, Depth, Reason, Tag
from monitor.chains.antelope import node as antelope_node
from monitor.chains.antelope.api import amount, number_of
from monitor.chains.antelope.holdings import RexPool
from monitor.model import Height, Token
from monitor.registry import load
from tests.chains.conftest import Opener
from tests.support.chains import happened
from tests.support.networks.antelope import A, AntelopeStandIn
from tests.support.networks.standin import START, Asked

EOS = AntelopeStandIn.coin
ACCOUNTS = [AntelopeStandIn.account(number) for number in range(1, 7)]
ONE, TWO = ACCOUNTS[:2]
WANTED = {EOS: ACCOUNTS, A: ACCOUNTS}
FINALIZED, LATEST = Tag("finalized"), Tag("latest")


@pytest.fixture
async def node(stack: AsyncExitStack) -> AntelopeStandIn:
    return await stack.enter_async_context(AntelopeStandIn().give(ACCOUNTS).serving())


def asks(name: str) -> Any:
    return lambda asked: asked.path.endswith(name)


async def test_the_renamed_coin_and_the_old_one_are_each_counted_once(
    node: AntelopeStandIn, open_reader: Opener
) -> None:
    reading = await open_reader(node.network, {"url": node.url}).read(WANTED, FINALIZED)
    assert reading.balances == node.truth(WANTED, START)
    assert reading.balances[EOS][ONE] != reading.balances[A][ONE] > 0


async def test_what_is_staked_for_others_on_its_way_back_and_in_rex_counts_too(
    node: AntelopeStandIn, open_reader: Opener
) -> None:
    node.staked_for[ONE] = {TWO: 5_0000, "eosio": 7_0000, "somebodyelse": 1}
    node.refunds[ONE] = 3_0000
    node.funds[ONE] = 2_0000
    node.shares[ONE], node.pool = 9_999, (1_0000_0000, 9_000_0000)
    reading = await open_reader(node.network, {"url": node.url}).read(WANTED, FINALIZED)
    more = 12_0001 + 2 * 3_0000 + 2_0000 + 9_999 * 1_0000_0000 // 9_000_0000
    truth = node.truth(WANTED, START)
    assert reading.balances == {EOS: {**truth[EOS], ONE: truth[EOS][ONE] + more}, A: truth[A]}
    told = {token.position.name: held.get(ONE) for token, held in reading.positions.items() if token.position}
    shares = 9_999 * 1_0000_0000 // 9_000_0000
    staked = truth[EOS][ONE] // 2 + 12_0001
    assert told == {"staked EOS": staked, "unstaking EOS": 2 * 3_0000, "REX EOS": shares, "REX fund EOS": 2_0000}


async def test_what_others_staked_for_an_account_is_theirs(node: AntelopeStandIn, open_reader: Opener) -> None:
    node.staked_for["somebodyelse"] = {TWO: 10**9}
    reading = await open_reader(node.network, {"url": node.url}).read({EOS: [TWO]}, FINALIZED)
    assert reading.balances == {EOS: {TWO: 0}}


async def test_a_chain_without_rex_has_none(node: AntelopeStandIn, open_reader: Opener) -> None:
    node.pool = None
    reading = await open_reader(node.network, {"url": node.url}).read(WANTED, FINALIZED)
    assert reading.balances == node.truth(WANTED, START)
    node.shares[ONE] = 1
    with pytest.raises(ChainError, match="a REX pool that has none") as caught:
        await open_reader(node.network, {"url": node.url}).read(WANTED, FINALIZED)
    assert caught.value.reason is Reason.MALFORMED


async def test_coins_of_which_an_account_says_nothing_are_no_zero_where_their_contract_has_some(
    node: AntelopeStandIn, open_reader: Opener
) -> None:
    def silent(asked: Asked, told: Any) -> Any:
        return {name: value for name, value in told.items() if name != "core_liquid_balance"} if told else told

    node.twist = lambda asked, told: silent(asked, told) if asks("get_account")(asked) else told
    with pytest.raises(ChainError, match=f"get_account {ONE} tells no core_liquid_balance, and eosio.token") as caught:
        await open_reader(node.network, {"url": node.url}).read({EOS: [TWO, ONE]}, FINALIZED)
    assert caught.value.reason is Reason.MALFORMED
    reading = await open_reader(node.network, {"url": node.url}).read({EOS: [TWO]}, FINALIZED)
    assert reading.balances == {EOS: {TWO: 0}}, "its contract has nothing either"


async def test_an_account_of_an_older_block_than_the_pass_began_with_is_refused_in_a_window_too(
    node: AntelopeStandIn, open_reader: Opener
) -> None:
    node.twist = lambda asked, told: told | {"head_block_num": START - 1} if asks("get_account")(asked) else told
    with pytest.raises(ChainError, match=f"at block {START - 1}, not at {START}"):
        await open_reader(node.network, {"url": node.url}, window="20s").read(WANTED, FINALIZED)


async def test_wax_is_called_otherwise_on_its_chain(node: AntelopeStandIn, open_reader: Opener) -> None:
    node.elsewhere = True
    node.held.clear()
    node.pool = None
    wax = Token("WAXP", "wax", None, 8)
    await open_reader(load().networks["wax"], {"url": node.url}).read({wax: [ONE]}, FINALIZED)
    assert {each.body["expected_core_symbol"] for each in node.asked if asks("get_account")(each)} == {"8,WAX"}


async def test_an_account_that_there_is_not_is_no_zero(node: AntelopeStandIn, open_reader: Opener) -> None:
    node.missing = {TWO}
    wanted = {EOS: ACCOUNTS, A: [ONE]}
    reading = await open_reader(node.network, {"url": node.url}).read(wanted, FINALIZED)
    assert reading.balances == node.truth({A: [ONE]}, START)
    assert reading.failed == {EOS: f"the chain knows no account {TWO}"}


async def test_tokens_that_are_not_what_the_registry_says_fail_by_name_and_alone(
    node: AntelopeStandIn, open_reader: Opener
) -> None:
    other, third = structs.replace(A, contract="core.other"), structs.replace(A, contract="core.third")
    node.supplies["core.third"] = {"A": "1.00 A"}
    wanted = {**WANTED, other: ACCOUNTS, third: ACCOUNTS}
    reading = await open_reader(node.network, {"url": node.url}).read(wanted, FINALIZED)
    assert reading.balances == node.truth(WANTED, START)
    assert reading.failed == {
        other: "core.other has no token A",
        third: "its supply has 2 decimals, the registry 4",
    }


# --- one state ---


async def test_a_block_that_comes_meanwhile_makes_the_reading_begin_again(
    node: AntelopeStandIn, open_reader: Opener
) -> None:
    moves = iter([True, True])
    node.steps = lambda asked: int(asks("get_currency_balance")(asked) and next(moves, False))
    reader = open_reader(node.network, {"url": node.url})
    reading = await reader.read(WANTED, FINALIZED)
    assert (reading.block.number, reading.balances) == (START + 2, node.truth(WANTED, START + 2))
    assert happened(reader.endpoints()[0])["tip_moved"] >= 1


async def test_an_account_at_another_block_than_the_looks_is_not_believed(
    node: AntelopeStandIn, open_reader: Opener
) -> None:
    node.twist = lambda asked, told: told | {"head_block_num": START - 1} if asks("get_account")(asked) else told
    with pytest.raises(ChainError, match=f"at block {START - 1}, not at {START}") as caught:
        await open_reader(node.network, {"url": node.url}).read(WANTED, FINALIZED)
    assert caught.value.reason is Reason.TIP_MOVED


async def test_a_reading_that_is_to_be_final_waits_until_its_block_is(
    node: AntelopeStandIn, open_reader: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(antelope_node, "_BLOCK_TIME", 0)
    node.reversible = 3
    # A block comes with each look that follows upon another: not with the one after the balances.
    node.steps = lambda asked: int(
        asks("get_info")(asked) and asks("get_info")(node.asked[max(0, len(node.asked) - 2)])
    )
    reading = await open_reader(node.network, {"url": node.url}).read(WANTED, FINALIZED)
    assert reading.balances == node.truth(WANTED, reading.block.number)
    assert node.tip - node.reversible >= reading.block.number
    assert asks("get_block_info")(node.asked[-1])


async def test_a_block_that_was_replaced_before_it_was_final_is_not_counted(
    node: AntelopeStandIn, open_reader: Opener
) -> None:
    other = f"{START:08x}" + "cd" * 28
    node.twist = lambda asked, told: told | {"id": other} if asks("get_block_info")(asked) else told
    with pytest.raises(ChainError, match=f"became {other}") as caught:
        await open_reader(node.network, {"url": node.url}).read(WANTED, FINALIZED)
    assert caught.value.reason is Reason.TIP_MOVED
    reading = await open_reader(node.network, {"url": node.url}).read(WANTED, LATEST)
    assert reading.balances == node.truth(WANTED, START), "the newest block may be replaced"


@pytest.mark.parametrize("choice", [AtHeight(Height(START - 1)), Depth(3)])
async def test_past_blocks_are_refused(node: AntelopeStandIn, open_reader: Opener, choice: Any) -> None:
    with pytest.raises(ChainError, match=f"only its newest state, that of {START}") as caught:
        await open_reader(node.network, {"url": node.url}).read(WANTED, choice)
    assert caught.value.reason is Reason.PAST_BLOCK


async def test_a_later_block_is_behind(node: AntelopeStandIn, open_reader: Opener) -> None:
    reader = open_reader(node.network, {"url": node.url})
    assert (await reader.read(WANTED, AtHeight(Height(START)))).block.number == START
    with pytest.raises(ChainError) as caught:
        await reader.read(WANTED, AtHeight(Height(START + 1)))
    assert caught.value.reason is Reason.BEHIND


# --- words ---


@pytest.mark.parametrize(
    ("name", "changed"),
    [
        ("get_account", {"account_name": TWO}),
        ("get_account", {"core_liquid_balance": "1.0000 A"}),
        ("get_table_rows", {"more": True}),
        ("get_table_rows", {"more": None}),
        (
            "get_table_rows",
            {"rows": [{"from": TWO, "to": ONE, "net_weight": "1.0000 EOS", "cpu_weight": "0.0000 EOS"}]},
        ),
    ],
)
async def test_answers_that_contradict_themselves_are_malformed(
    node: AntelopeStandIn, open_reader: Opener, name: str, changed: dict[str, Any]
) -> None:
    def twist(asked: Asked, told: Any) -> Any:
        concerned = asks(name)(asked) and asked.body.get("table", "delband") == "delband"
        return told | changed if concerned else told

    node.twist = twist
    with pytest.raises(ChainError) as caught:
        await open_reader(node.network, {"url": node.url}).read({EOS: [ONE]}, FINALIZED)
    assert caught.value.reason is Reason.MALFORMED


async def test_a_stake_that_two_answers_tell_otherwise_is_of_two_states(
    node: AntelopeStandIn, open_reader: Opener
) -> None:
    node.twist = lambda asked, told: told | {"rows": []} if "delband" in str(asked) else told
    with pytest.raises(ChainError, match="staked for itself, and get_account") as caught:
        await open_reader(node.network, {"url": node.url}).read({EOS: [ONE]}, FINALIZED)
    assert caught.value.reason is Reason.TIP_MOVED


@pytest.mark.parametrize(
    ("name", "number"),
    [("eosio", 6138663577826885632), ("a", 3458764513820540928), ("1", 576460752303423488)],
)
def test_names_are_numbers_on_the_chain(name: str, number: int) -> None:
    assert number_of(name) == number


@given(st.integers(0, 2**62 - 1), st.integers(0, 18))
def test_amounts_are_read_exactly(units: int, decimals: int) -> None:
    digits = f"{units:0{decimals + 1}}"
    whole, part = digits[: len(digits) - decimals], digits[len(digits) - decimals :]
    assert amount(f"{whole}{'.' if decimals else ''}{part} EOS", "EOS", decimals) == units


@pytest.mark.parametrize(
    "value",
    [
        "1.0000",
        "1.0000 A",
        "1.000 EOS",
        "1.00000 EOS",
        "-1.0000 EOS",
        "1 EOS",
        "1.0000 EOS ",
        "",
        None,
        1,
        "٣.0000 EOS",
    ],
)
def test_what_is_no_amount_of_the_coin_is_refused(value: Any) -> None:
    with pytest.raises((ValueError, TypeError)):
        amount(value, "EOS", 4)


def test_shares_are_worth_what_the_contract_would_pay_rounded_down() -> None:
    assert [RexPool(7, 3).worth(shares) for shares in (0, 1, 2, 3)] == [0, 2, 4, 7]
    assert RexPool().worth(0) == 0
