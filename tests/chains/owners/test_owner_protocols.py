"""What every protocol promises that is asked who controls an account, on the answers that its documentation gives."""

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest

from monitor.chains import ChainError, ChainReader, Reason
from monitor.chains.protocols import PROTOCOLS as REGISTERED
from monitor.model import OwnerOutcome
from tests.chains.conftest import Opener
from tests.support.owner_standins import PROTOCOLS, Failing, OwnerStandIn, Protocol, places, spoilt

CONFIRMED, REFUTED, UNDECIDED = OwnerOutcome.CONFIRMED, OwnerOutcome.REFUTED, OwnerOutcome.UNDECIDED
RUBBISH: tuple[Any, ...] = (None, [], {}, "", "rubbish", -1, True, 2**70, [[]])

Serve = Callable[..., Awaitable[tuple[OwnerStandIn, str]]]
Reader = Callable[..., ChainReader]

each_protocol = pytest.mark.parametrize("protocol", PROTOCOLS, ids=str)


@pytest.fixture
def serve(stack: AsyncExitStack) -> Serve:
    async def served(protocol: Protocol) -> tuple[OwnerStandIn, str]:
        node = OwnerStandIn(protocol.answers)
        return node, await stack.enter_async_context(node.serving())

    return served


@pytest.fixture
def reader(open_reader: Opener) -> Reader:
    """A reader of the recorded past, which nodes today would be refused for."""

    def opened(protocol: Protocol, *urls: str, **settings: Any) -> ChainReader:
        return open_reader(protocol.network, *({"url": url} for url in urls), behind_after="99999d", **settings)

    return opened


def test_every_protocol_that_confirms_owners_beside_its_balances_is_tried_here() -> None:
    confirming = {name for name, each in REGISTERED.items() if each.owners}
    assert {protocol.name for protocol in PROTOCOLS} == confirming - {"evm"}


@each_protocol
async def test_who_controls_the_account_is_confirmed_and_a_stranger_is_not(
    protocol: Protocol, serve: Serve, reader: Reader
) -> None:
    node, url = await serve(protocol)
    opened = reader(protocol, url)
    answer, *others = await opened.confirm([protocol.question, *protocol.strangers])
    assert answer.outcome is CONFIRMED, answer.reason
    assert answer.block.number > 0
    assert answer.block.hash
    assert {other.outcome for other in others} <= {REFUTED, UNDECIDED}
    assert all(other.block == answer.block for other in others)
    assert opened.endpoints()[0].up
    assert opened.endpoints()[0].protocol == protocol.name
    assert node.asked


@each_protocol
async def test_a_node_of_another_chain_is_not_asked(protocol: Protocol, serve: Serve, reader: Reader) -> None:
    node, url = await serve(protocol)
    protocol.elsewhere(node.answers)
    with pytest.raises(ChainError) as failure:
        await reader(protocol, url).confirm([protocol.question])
    assert failure.value.reason is Reason.WRONG_CHAIN


@each_protocol
async def test_a_node_that_fails_is_replaced_by_the_next_and_two_can_be_made_to_agree(
    protocol: Protocol, serve: Serve, reader: Reader
) -> None:
    (broken, first), (_, second), (_, third) = [await serve(protocol) for _ in range(3)]
    broken.answers = dict.fromkeys(broken.answers, Failing(503, {"error": "maintenance"}))
    opened = reader(protocol, first, second, third, quorum=2)
    (answer,) = await opened.confirm([protocol.question])
    assert answer.outcome is CONFIRMED
    assert [state.up for state in opened.endpoints()] == [False, True, True]


@each_protocol
async def test_a_node_whose_block_is_old_is_not_believed(protocol: Protocol, serve: Serve, open_reader: Opener) -> None:
    _, url = await serve(protocol)
    with pytest.raises(ChainError) as failure:
        await open_reader(protocol.network, {"url": url}).confirm([protocol.question])
    assert failure.value.reason is Reason.BEHIND


@each_protocol
async def test_whatever_is_in_the_place_of_an_answer_no_stranger_is_confirmed_and_nothing_else_is_raised(
    protocol: Protocol, serve: Serve, reader: Reader
) -> None:
    node, url = await serve(protocol)
    opened = reader(protocol, url)
    refused = 0
    for key, answer in protocol.answers.items():
        if callable(answer):
            continue
        for path in places(answer):
            for value in RUBBISH:
                node.answers = {**protocol.answers, key: spoilt(answer, path, value)}
                try:
                    answers = await opened.confirm(protocol.strangers)
                except ChainError:
                    refused += 1
                else:
                    assert CONFIRMED not in {answer.outcome for answer in answers}, (key, path, value)
    assert refused


@each_protocol
async def test_text_that_is_no_json_is_an_error(protocol: Protocol, serve: Serve, reader: Reader) -> None:
    for key in protocol.answers:
        node, url = await serve(protocol)
        node.answers[key] = "a page"
        with pytest.raises(ChainError) as failure:
            await reader(protocol, url).confirm([protocol.question])
        assert failure.value.reason in {Reason.MALFORMED, Reason.NOT_JSON}, key
