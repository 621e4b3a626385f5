"""Blocks that are not known yet, that are dated ahead of the clock, or whose time is told otherwise."""

import time
from datetime import timedelta
from typing import Any

import pytest

from monitor.chains import AtHeight, ChainError, Reason, Tag
from monitor.chains.protocols import furthest_ahead
from monitor.model import Height
from monitor.settings import NetworkSettings
from tests.chains.conftest import Opener
from tests.support.chains import ETH, ETHEREUM, REGTEST, happened
from tests.support.crowds import COINS, LATEST, WANTED, Evm, honest, urls
from tests.support.standins import EvmStandIn, RefusedError

DAY = 86_400


@pytest.mark.parametrize(
    ("code", "words"),
    [(-32000, "finalized block not found"), (-39001, "Unknown block"), (-32001, "block not found: finalized"), (0, "")],
)
async def test_no_finalized_block_is_one_fact_with_one_reason(
    evm: Evm, open_reader: Opener, code: int, words: str
) -> None:
    (node,) = await honest(evm, 1)

    def none(name: str, _: bool) -> None:
        if words:
            raise RefusedError(code, words)

    node.on_eth_getBlockByNumber = none  # type: ignore[method-assign]
    with pytest.raises(ChainError, match="it has no block finalized yet") as failure:
        await open_reader(ETHEREUM, {"url": node.url}).read(WANTED, Tag("finalized"))
    assert failure.value.reason is Reason.BEHIND


@pytest.mark.parametrize("at", [LATEST, Tag("finalized"), AtHeight(Height(5))])
async def test_a_block_ahead_of_the_clock_is_refused_and_others_are_asked(
    evm: Evm, open_reader: Opener, at: Any
) -> None:
    nodes = await honest(evm, 2)
    nodes[0].age = -700 * DAY
    reader = open_reader(ETHEREUM, *urls(nodes))
    reading = await reader.read(WANTED, at)
    assert (reading.endpoints, reading.balances[ETH]) == (("node-2",), COINS)
    assert happened(reader.endpoints()[0]) == {"ahead": 1}
    assert "minutes ahead of this machine's clock" in reader.endpoints()[0].last_error
    assert reader.endpoints()[0].up is False
    assert reader.endpoints()[1].standing == "good", "it is not behind for another one's sake"


@pytest.mark.parametrize(
    ("ahead", "settings", "refused"),
    [
        (120, {}, False),
        (600, {}, True),
        (600, {"ahead_after": "15m"}, False),
        (120, {"ahead_after": "60s"}, True),
        (600, {"caip2": "eip155:1"}, False),
        (600, {"caip2": "eip155:1", "ahead_after": "5m"}, True),
    ],
)
async def test_how_far_ahead_a_block_may_be_can_be_set(
    evm: Evm, open_reader: Opener, ahead: int, settings: dict[str, str], refused: bool
) -> None:
    (node,) = await honest(evm, 1)
    dated_at(node, int(time.time()) + ahead)
    reader = open_reader(ETHEREUM, {"url": node.url}, **settings)
    if refused:
        with pytest.raises(ChainError) as failure:
            await reader.read(WANTED, LATEST)
        assert failure.value.reason is Reason.AHEAD
    else:
        assert (await reader.read(WANTED, LATEST)).block.timestamp.timestamp() == node_time(node)


@pytest.mark.parametrize("liar", [0, 1])
async def test_who_tells_another_time_of_the_same_block_is_outvoted(evm: Evm, open_reader: Opener, liar: int) -> None:
    nodes = await honest(evm, 3)
    nodes[liar].age += 3600  # as an old block would look fresh, or a fresh one old
    reader = open_reader(ETHEREUM, *urls(nodes), quorum=2)
    for at in (LATEST, AtHeight(Height(5))):
        reading = await reader.read(WANTED, at)
        assert f"node-{liar + 1}" not in reading.endpoints
        true = nodes[2].on_eth_getBlockByNumber(hex(reading.block.number), False)
        assert true
        assert reading.block.timestamp.timestamp() == int(true["timestamp"], 16)
    state = reader.endpoints()[liar]
    assert state.disagreements == 1
    assert "the time of the block" in state.last_error


def dated_at(node: EvmStandIn, moment: int) -> None:
    true = node.on_eth_getBlockByNumber("latest", False)
    assert true
    node.age -= moment - int(true["timestamp"], 16)


def node_time(node: EvmStandIn) -> int:
    true = node.on_eth_getBlockByNumber("latest", False)
    return int(true["timestamp"], 16) if true else 0


def test_bitcoin_has_the_limit_of_its_own_rules() -> None:
    settings = NetworkSettings.model_validate({"endpoints": [{"url": "http://node.example"}]})
    assert furthest_ahead(REGTEST, settings) == timedelta(hours=2)
