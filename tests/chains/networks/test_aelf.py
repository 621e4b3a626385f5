"""aelf, by ``aelf``: questions that are signed, and one block for all answers."""

import json
from contextlib import AsyncExitStack
from typing import Any

import pytest
from aiohttp import web
from coincurve import PrivateKey

from monitor.chains import AtHeight, ChainError, Depth, Reason, Tag
from monitor.chains.aelf import calls
from monitor.chains.aelf import node as aelf_node
from monitor.chains.protobuf import field
from monitor.formats.bitcoin import sha256d
from monitor.model import Height, Token
from tests.chains.conftest import Opener
from tests.support.chains import happened
from tests.support.networks.aelf import AelfStandIn
from tests.support.networks.standin import START, Asked

ELF = AelfStandIn.coin
ACCOUNTS = [AelfStandIn.account(number) for number in range(1, 4)]
ONE, TWO, _ = ACCOUNTS
WANTED = {ELF: ACCOUNTS}
FINALIZED = Tag("finalized")


@pytest.fixture
async def node(stack: AsyncExitStack) -> AelfStandIn:
    return await stack.enter_async_context(AelfStandIn().give(ACCOUNTS).serving())


def executes(asked: Asked) -> bool:
    return asked.path.endswith("/executeTransaction")


def test_accounts_are_made_from_keys_as_aelfs_documentation_shows() -> None:
    key = PrivateKey(bytes.fromhex("2229945cf294431183fd1d8101e27b17a1a590d3a1f7f2b9299850b24262ed8a"))
    account = sha256d(key.public_key.format(compressed=False))
    assert account == calls.of("Q3t34SAEsxAQrSQidTRzDonWNTPpSTgH8bqu8pQUGCSWRPdRC")


async def test_digits_count_with_and_without_quotes(node: AelfStandIn, open_reader: Opener) -> None:
    reader = open_reader(node.network, {"url": node.url})
    quoted = await reader.read(WANTED, FINALIZED)

    def bare(asked: Asked) -> web.Response | None:
        return web.Response(text=json.loads(json.dumps(node.answer(asked)))) if executes(asked) else None

    node.instead = bare
    assert (await reader.read(WANTED, FINALIZED)).balances == quoted.balances == node.truth(WANTED, START)


async def test_a_block_that_comes_meanwhile_makes_the_reading_begin_again(
    node: AelfStandIn, open_reader: Opener
) -> None:
    moves = iter([True])
    node.steps = lambda asked: int(executes(asked) and next(moves, False))
    reader = open_reader(node.network, {"url": node.url})
    reading = await reader.read(WANTED, FINALIZED)
    assert (reading.block.number, reading.balances) == (START + 1, node.truth(WANTED, START + 1))
    assert happened(reader.endpoints()[0]) == {"tip_moved": 1}


async def test_a_reading_that_is_to_be_final_waits_until_its_block_is(
    node: AelfStandIn, open_reader: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(aelf_node, "_BLOCK_TIME", 0)
    node.reversible = 4
    read: list[Asked] = []

    def comes(asked: Asked) -> int:
        if executes(asked):
            read.clear()
        elif asked.path.endswith("/chainStatus"):
            read.append(asked)
        return int(len(read) > 1 and bool([each for each in node.asked if executes(each)]))

    node.steps = comes
    reading = await open_reader(node.network, {"url": node.url}).read(WANTED, FINALIZED)
    assert reading.balances == node.truth(WANTED, reading.block.number)
    assert node.tip - node.reversible >= reading.block.number


async def test_a_block_that_was_replaced_before_it_was_final_is_not_counted(
    node: AelfStandIn, open_reader: Opener
) -> None:
    other = "cd" * 32
    node.twist = lambda asked, told: told | {"BlockHash": other} if asked.path.endswith("ByHeight") else told
    with pytest.raises(ChainError, match=f"became {other}") as caught:
        await open_reader(node.network, {"url": node.url}).read(WANTED, FINALIZED)
    assert caught.value.reason is Reason.TIP_MOVED
    reading = await open_reader(node.network, {"url": node.url}).read(WANTED, Tag("latest"))
    assert reading.balances == node.truth(WANTED, START), "the newest block may be replaced"


@pytest.mark.parametrize(
    ("choice", "reason"),
    [
        (AtHeight(Height(START - 1)), Reason.PAST_BLOCK),
        (Depth(3), Reason.PAST_BLOCK),
        (AtHeight(Height(START + 1)), Reason.BEHIND),
    ],
)
async def test_other_blocks_are_refused(node: AelfStandIn, open_reader: Opener, choice: Any, reason: Reason) -> None:
    with pytest.raises(ChainError) as caught:
        await open_reader(node.network, {"url": node.url}).read(WANTED, choice)
    assert caught.value.reason is reason


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        field(1, b"ELF"),
        field(1, b"USDT") + field(2, field(1, calls.of(ONE))) + field(3, 5),
        field(1, b"ELF") + field(2, field(1, calls.of(TWO))) + field(3, 5),
        field(1, b"ELF") + field(2, field(1, calls.of(ONE))) + field(3, 2**64 - 1),
        field(1, b"ELF") + field(2, field(1, calls.of(ONE))) + field(3, 5) + field(3, 6),
    ],
)
async def test_answers_of_others_or_in_other_forms_are_malformed(
    node: AelfStandIn, open_reader: Opener, answer: bytes
) -> None:
    node.twist = lambda asked, told: answer.hex() if executes(asked) else told
    with pytest.raises(ChainError) as caught:
        await open_reader(node.network, {"url": node.url}).read({ELF: [ONE]}, FINALIZED)
    assert caught.value.reason is Reason.MALFORMED


async def test_tokens_are_refused_by_name_and_alone(node: AelfStandIn, open_reader: Opener) -> None:
    token = Token("USDT", "aelf", "USDT", 6)
    reading = await open_reader(node.network, {"url": node.url}).read({**WANTED, token: ACCOUNTS}, FINALIZED)
    assert reading.balances == node.truth(WANTED, START)
    assert reading.failed == {token: "tokens of aelf are not read"}
