from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Any

import pytest

from monitor.chains import ChainError, ChainReader, Reason
from monitor.model import OwnerAnswer, OwnerOutcome, OwnerQuestion
from tests.chains.conftest import Opener
from tests.support.owner_standins import NETWORKS, STATE_ROOT, VALIDATOR, WITHDRAWAL, Failing, OwnerStandIn, recorded

CONFIRMED, UNDECIDED = OwnerOutcome.CONFIRMED, OwnerOutcome.UNDECIDED
BEACON = NETWORKS["ethereum-beacon"]
QUESTION = OwnerQuestion("ethereum-beacon", VALIDATOR, (WITHDRAWAL,), bytes(32), (bytes(65),))
STRANGER = replace(QUESTION, signers=("0x" + "11" * 20,))
FINALIZED = "/eth/v1/beacon/headers/finalized"
HEADER = "/eth/v1/beacon/headers/11585044"
VALIDATORS = f"/eth/v1/beacon/states/{STATE_ROOT}/validators"


class World:
    """A beacon node with the documented answers, and its reader."""

    def __init__(self, node: OwnerStandIn, url: str, open_reader: Opener) -> None:
        self.node = node
        self._url = url
        self._open = open_reader

    def reader(self, batch: int = 100, **settings: Any) -> ChainReader:
        return self._open(BEACON, {"url": self._url, "batch": batch}, behind_after="99999d", **settings)

    async def ask(self, question: OwnerQuestion, **settings: Any) -> OwnerAnswer:
        (answer,) = await self.reader(**settings).confirm([question])
        return answer

    def credentials(self, value: str) -> None:
        self.node.answers[VALIDATORS]["data"][0]["validator"]["withdrawal_credentials"] = value


@pytest.fixture
async def world(stack: AsyncExitStack, open_reader: Opener) -> World:
    node = OwnerStandIn(recorded("beacon"))
    return World(node, await stack.enter_async_context(node.serving()), open_reader)


@pytest.mark.parametrize("prefix", ["01", "02"])
async def test_an_owner_whom_the_withdrawal_credentials_name_is_confirmed(world: World, prefix: str) -> None:
    world.credentials(f"0x{prefix}" + "00" * 11 + WITHDRAWAL[2:].upper())
    answer = await world.ask(QUESTION)
    assert answer.outcome is CONFIRMED
    assert answer.reason == f"its withdrawal credentials name the signer {WITHDRAWAL}"
    assert (answer.block.number, answer.block.timestamp.timestamp()) == (11585044, 1606824023 + 12 * 11585044)
    assert answer.referred is None


async def test_another_withdrawal_address_is_left_to_the_execution_layer(world: World) -> None:
    answer = await world.ask(STRANGER)
    assert answer.outcome is UNDECIDED
    assert answer.referred == replace(STRANGER, network="ethereum", account=WITHDRAWAL)


@pytest.mark.parametrize("credentials", ["0x00" + "ab" * 31, "0x03" + "00" * 11 + WITHDRAWAL[2:], "0x01" + "ab" * 31])
async def test_credentials_that_name_no_account_confirm_nobody(world: World, credentials: str) -> None:
    world.credentials(credentials)
    answer = await world.ask(QUESTION)
    assert (answer.outcome, answer.referred) == (UNDECIDED, None)
    assert "name no account" in answer.reason


async def test_a_validator_that_the_chain_does_not_know_confirms_nobody(world: World) -> None:
    world.node.answers[VALIDATORS]["data"] = []
    answer = await world.ask(QUESTION)
    assert (answer.outcome, answer.referred) == (UNDECIDED, None)
    assert "knows no such validator" in answer.reason


async def test_many_validators_are_asked_for_in_parts(world: World) -> None:
    many = [replace(QUESTION, account=f"0x{number:096x}") for number in range(1 << 381, (1 << 381) + 150)]
    credentials = "0x01" + "00" * 11 + WITHDRAWAL[2:]

    def known(body: dict[str, list[str]]) -> dict[str, Any]:
        items = [
            {"index": "1", "balance": "0", "validator": {"pubkey": value, "withdrawal_credentials": credentials}}
            for value in reversed(body["ids"])
            if value not in ("0", many[77].account)
        ]
        return {"execution_optimistic": False, "data": items}

    world.node.answers[VALIDATORS] = known
    answers = await world.reader(batch=6).confirm([*many, many[0]])
    assert [number for number, answer in enumerate(answers) if answer.outcome is not CONFIRMED] == [77]
    assert [len(body["ids"]) for body in world.node.bodies[VALIDATORS]] == [1, 60, 60, 30]


@pytest.mark.parametrize("block", ["finalized", "safe"])
async def test_a_final_block_is_asked_for_by_that_name(world: World, block: str) -> None:
    await world.ask(QUESTION, block=block)
    assert FINALIZED in world.node.asked


async def test_the_head_and_slots_under_it_can_be_chosen(world: World) -> None:
    world.node.answers["/eth/v1/beacon/headers/head"] = world.node.answers.pop(FINALIZED)
    assert (await world.ask(QUESTION, block="latest")).outcome is CONFIRMED
    world.node.answers["/eth/v1/beacon/headers/head"]["data"]["header"]["message"]["slot"] = "11585048"
    assert (await world.ask(QUESTION, block=4)).outcome is CONFIRMED
    with pytest.raises(ChainError, match="a slot can also be empty") as failure:
        await world.ask(QUESTION, block=5)
    assert failure.value.reason is Reason.BEHIND


async def test_the_length_of_a_slot_may_come_in_milliseconds(world: World) -> None:
    world.node.answers["/eth/v1/config/spec"] = {"data": {"SLOT_DURATION_MS": "6000"}}
    assert (await world.ask(QUESTION)).block.timestamp.year == 2023


@pytest.mark.parametrize("path", [FINALIZED, HEADER, VALIDATORS])
async def test_an_optimistic_node_is_behind(world: World, path: str) -> None:
    world.node.answers[path]["execution_optimistic"] = True
    with pytest.raises(ChainError, match="optimistic") as failure:
        await world.ask(QUESTION)
    assert failure.value.reason is Reason.BEHIND


async def test_a_slot_that_got_another_block_meanwhile_is_not_believed(world: World) -> None:
    world.node.answers[HEADER]["data"]["root"] = "0x" + "77" * 32
    with pytest.raises(ChainError, match="has another block") as failure:
        await world.ask(QUESTION)
    assert failure.value.reason is Reason.TIP_MOVED


async def test_a_state_that_is_gone_is_pruned(world: World) -> None:
    world.node.answers[VALIDATORS] = Failing(404, {"code": 404, "message": "State not found"})
    with pytest.raises(ChainError, match="no state of slot 11585044") as failure:
        await world.ask(QUESTION)
    assert failure.value.reason is Reason.PRUNED


async def test_validators_that_were_not_asked_for_or_come_twice_are_rubbish(world: World) -> None:
    (found,) = world.node.answers[VALIDATORS]["data"]
    world.node.answers[VALIDATORS]["data"] = [found, found]
    with pytest.raises(ChainError, match="came twice") as failure:
        await world.ask(QUESTION)
    assert failure.value.reason is Reason.MALFORMED
    world.node.answers[VALIDATORS]["data"] = [found]
    with pytest.raises(ChainError, match="was not asked for"):
        await world.ask(replace(QUESTION, account="0x" + "b1" * 48))
