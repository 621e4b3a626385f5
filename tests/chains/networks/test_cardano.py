"""Cardano: by ``koios`` all addresses between two looks at the tip, by ``ogmios`` in the state of one block."""

from contextlib import AsyncExitStack
from typing import Any

import pytest

from monitor.chains import AtHeight, ChainError, Depth, Reason, Tag
from monitor.model import Height, Token
from tests.chains.conftest import Opener
from tests.support.chains import happened
from tests.support.networks.cardano import KoiosStandIn, OgmiosStandIn
from tests.support.networks.standin import START, Asked

ADA = KoiosStandIn.coin
ACCOUNTS = [KoiosStandIn.account(number) for number in range(1, 18)]
ONE, TWO = ACCOUNTS[:2]
WANTED = {ADA: ACCOUNTS}
FINALIZED = Tag("finalized")


@pytest.fixture
async def node(stack: AsyncExitStack) -> KoiosStandIn:
    return await stack.enter_async_context(KoiosStandIn().give(ACCOUNTS).serving())


def about_addresses(asked: Asked) -> bool:
    return asked.path.endswith("/address_info")


async def test_requests_are_of_the_size_that_is_allowed_without_a_key(node: KoiosStandIn, open_reader: Opener) -> None:
    reading = await open_reader(node.network, {"url": node.url}).read(WANTED, FINALIZED)
    assert reading.balances == node.truth(WANTED, START)
    assert [len(each.body["_addresses"]) for each in node.asked if about_addresses(each)] == [8, 8, 4]


async def test_a_block_that_comes_meanwhile_makes_the_reading_begin_again(
    node: KoiosStandIn, open_reader: Opener
) -> None:
    moves = iter([False, True])
    node.steps = lambda asked: int(about_addresses(asked) and next(moves, False))
    reader = open_reader(node.network, {"url": node.url})
    reading = await reader.read(WANTED, FINALIZED)
    assert (reading.block.number, reading.balances) == (START + 1, node.truth(WANTED, START + 1))
    assert happened(reader.endpoints()[0]) == {"tip_moved": 1}


async def test_a_used_address_without_coins_and_one_that_was_never_used_have_nothing(
    node: KoiosStandIn, open_reader: Opener
) -> None:
    node.held.clear()
    node.known.add(ONE)
    reading = await open_reader(node.network, {"url": node.url}).read({ADA: [ONE, TWO]}, FINALIZED)
    assert reading.balances == {ADA: {ONE: 0, TWO: 0}}


async def test_a_database_that_lacks_an_address_which_is_known_tells_no_zero(
    node: KoiosStandIn, open_reader: Opener
) -> None:
    node.known.clear()
    with pytest.raises(ChainError, match="knows nothing of an address that has been in use for years") as caught:
        await open_reader(node.network, {"url": node.url}).read(WANTED, FINALIZED)
    assert caught.value.reason is Reason.MALFORMED


@pytest.mark.parametrize(
    ("choice", "reason"),
    [
        (AtHeight(Height(START - 1)), Reason.PAST_BLOCK),
        (Depth(3), Reason.PAST_BLOCK),
        (AtHeight(Height(START + 1)), Reason.BEHIND),
    ],
)
async def test_other_blocks_are_refused(node: KoiosStandIn, open_reader: Opener, choice: Any, reason: Reason) -> None:
    with pytest.raises(ChainError) as caught:
        await open_reader(node.network, {"url": node.url}).read(WANTED, choice)
    assert caught.value.reason is reason


@pytest.mark.parametrize(
    "row", [{"address": TWO, "balance": "5"}, {"address": "addr1other", "balance": "5"}, {"address": ONE, "balance": 5}]
)
async def test_answers_of_others_or_in_other_forms_are_malformed(
    node: KoiosStandIn, open_reader: Opener, row: dict[str, Any]
) -> None:
    node.held.clear()
    node.known.add(TWO)
    node.twist = lambda asked, told: [*told, row] if about_addresses(asked) else told
    with pytest.raises(ChainError) as caught:
        await open_reader(node.network, {"url": node.url}).read({ADA: [ONE, TWO]}, FINALIZED)
    assert caught.value.reason is Reason.MALFORMED


async def test_tokens_are_refused_by_name_and_alone(node: KoiosStandIn, open_reader: Opener) -> None:
    token = Token("USDM", "cardano", "c48cbb3d5e57ed56e276bc45f99ab39abe94e6cd7ac39fb402da47ad.0014df105553444d", 6)
    reading = await open_reader(node.network, {"url": node.url}).read({**WANTED, token: ACCOUNTS}, FINALIZED)
    assert reading.balances == node.truth(WANTED, START)
    assert reading.failed == {token: "tokens of Cardano are not read"}


# --- Ogmios ---


@pytest.fixture
async def ogmios(stack: AsyncExitStack) -> OgmiosStandIn:
    return await stack.enter_async_context(OgmiosStandIn().give(ACCOUNTS).serving())


def about(method: str) -> Any:
    return lambda asked: asked.path == method


async def test_all_questions_are_about_the_state_that_is_held_whatever_comes(
    ogmios: OgmiosStandIn, open_reader: Opener
) -> None:
    ogmios.steps = lambda asked: int(asked.path in ("acquireLedgerState", "queryLedgerState/utxo"))
    reading = await open_reader(ogmios.network, {**ogmios.endpoint, "batch": 5}).read(WANTED, FINALIZED)
    assert (reading.block.number, reading.balances) == (START, ogmios.truth(WANTED, START))
    asked = [len(each.body["addresses"]) for each in ogmios.asked if about("queryLedgerState/utxo")(each)]
    assert asked == [5, 5, 5, 2]
    assert ogmios.tip == START + 6


async def test_koios_and_ogmios_agree_at_one_block(
    node: KoiosStandIn, ogmios: OgmiosStandIn, open_reader: Opener
) -> None:
    reading = await open_reader(node.network, node.endpoint, ogmios.endpoint, quorum=2).read(WANTED, FINALIZED)
    assert (reading.agreed, reading.balances) == (2, node.truth(WANTED, START))


async def test_a_server_that_hands_out_another_state_is_not_believed(
    ogmios: OgmiosStandIn, open_reader: Opener
) -> None:
    ogmios.heeds = False
    with pytest.raises(ChainError, match="which nobody has") as caught:
        await open_reader(ogmios.network, ogmios.endpoint).read(WANTED, FINALIZED)
    assert caught.value.reason is Reason.UNPINNED


async def test_a_state_that_is_not_held_to_the_end_is_not_believed(ogmios: OgmiosStandIn, open_reader: Opener) -> None:
    def slips(asked: Asked, told: Any) -> Any:
        ogmios.acquired += about("queryLedgerState/utxo")(asked)
        return told

    ogmios.twist = slips
    with pytest.raises(ChainError, match=r"asked for the state of .* it is in that of") as caught:
        await open_reader(ogmios.network, ogmios.endpoint).read(WANTED, FINALIZED)
    assert caught.value.reason is Reason.UNPINNED


async def test_a_block_that_left_the_chain_is_chosen_anew(ogmios: OgmiosStandIn, open_reader: Opener) -> None:
    leaves = iter([True])

    def leave(asked: Asked) -> int:
        if about("acquireLedgerState")(asked) and next(leaves, False):
            ogmios.replaced[START] = "ef" * 32
            return 1
        return 0

    ogmios.steps = leave
    reader = open_reader(ogmios.network, ogmios.endpoint)
    reading = await reader.read(WANTED, FINALIZED)
    assert (reading.block.number, reading.balances) == (START + 1, ogmios.truth(WANTED, START + 1))
    assert happened(reader.endpoints()[0]) == {"tip_moved": 1}


@pytest.mark.parametrize(
    ("choice", "reason"),
    [(AtHeight(Height(START - 1)), Reason.PAST_BLOCK), (AtHeight(Height(START + 1)), Reason.BEHIND)],
)
async def test_other_blocks_are_refused_by_ogmios_too(
    ogmios: OgmiosStandIn, open_reader: Opener, choice: Any, reason: Reason
) -> None:
    with pytest.raises(ChainError) as caught:
        await open_reader(ogmios.network, ogmios.endpoint).read(WANTED, choice)
    assert caught.value.reason is reason


@pytest.mark.parametrize("change", ["another's", "twice"])
async def test_outputs_of_others_or_told_twice_are_malformed(
    ogmios: OgmiosStandIn, open_reader: Opener, change: str
) -> None:
    ogmios.extra = ogmios._outputs(ACCOUNTS[2] if change == "another's" else ONE)[:1]
    with pytest.raises(ChainError, match=r"another address than was asked for, or of output .* twice") as caught:
        await open_reader(ogmios.network, ogmios.endpoint).read({ADA: [ONE, TWO]}, FINALIZED)
    assert caught.value.reason is Reason.MALFORMED


async def test_a_conversation_that_is_cut_is_begun_anew(ogmios: OgmiosStandIn, open_reader: Opener) -> None:
    cuts = iter([True])
    ogmios.cuts = lambda asked: about("queryLedgerState/utxo")(asked) and next(cuts, False)
    reader = open_reader(ogmios.network, ogmios.endpoint)
    assert (await reader.read(WANTED, FINALIZED)).balances == ogmios.truth(WANTED, START)
    assert happened(reader.endpoints()[0]) == {"refused": 1}


async def test_an_answer_to_another_question_is_malformed(ogmios: OgmiosStandIn, open_reader: Opener) -> None:
    ogmios.shifted = 1
    with pytest.raises(ChainError, match="the ids of others") as caught:
        await open_reader(ogmios.network, ogmios.endpoint).read(WANTED, FINALIZED)
    assert caught.value.reason is Reason.MALFORMED
