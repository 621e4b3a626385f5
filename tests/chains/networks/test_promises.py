"""What every network promises whose nodes are stood in for: whole readings at one block, and else a refusal."""

import itertools
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest
from aiohttp import web

from monitor.chains import AtHeight, ChainError, Depth, Reason, Tag
from monitor.chains.node import Wanted
from monitor.chains.protocols import PROTOCOLS, serving
from monitor.model import Height, Reading
from tests.chains.conftest import Opener
from tests.support.chains import happened
from tests.support.networks.aelf import AelfStandIn
from tests.support.networks.algorand import AlgorandStandIn
from tests.support.networks.antelope import AntelopeStandIn
from tests.support.networks.aptos import AptosStandIn
from tests.support.networks.cardano import KoiosStandIn, OgmiosStandIn
from tests.support.networks.casper import CasperStandIn
from tests.support.networks.conflux import ConfluxStandIn
from tests.support.networks.cosmos import CosmosStandIn
from tests.support.networks.filecoin import FilecoinStandIn
from tests.support.networks.flow import FlowStandIn
from tests.support.networks.hedera import HederaStandIn
from tests.support.networks.icon import IconStandIn
from tests.support.networks.internet_computer import RosettaStandIn
from tests.support.networks.iota import IotaStandIn
from tests.support.networks.multiversx import MultiversxStandIn
from tests.support.networks.near import NearStandIn
from tests.support.networks.stacks import StacksStandIn
from tests.support.networks.standin import START, Asked, NetworkStandIn
from tests.support.networks.starknet import StarknetStandIn
from tests.support.networks.stellar import StellarStandIn
from tests.support.networks.substrate import SubstrateStandIn
from tests.support.networks.sui import SuiStandIn
from tests.support.networks.tezos import TezosStandIn
from tests.support.networks.ton import TonStandIn
from tests.support.networks.xrp import XrpStandIn
from tests.support.owner_standins import places, spoilt

STANDINS: tuple[type[NetworkStandIn], ...] = (
    SubstrateStandIn,
    NearStandIn,
    StarknetStandIn,
    XrpStandIn,
    AptosStandIn,
    TonStandIn,
    SuiStandIn,
    IotaStandIn,
    AlgorandStandIn,
    TezosStandIn,
    FilecoinStandIn,
    AntelopeStandIn,
    HederaStandIn,
    StellarStandIn,
    ConfluxStandIn,
    AelfStandIn,
    KoiosStandIn,
    OgmiosStandIn,
    FlowStandIn,
    IconStandIn,
    RosettaStandIn,
    StacksStandIn,
    CasperStandIn,
    MultiversxStandIn,
    CosmosStandIn,
)
FINALIZED = Tag("finalized")
RUBBISH: tuple[Any, ...] = (None, [], {}, "", "rubbish", -1, True, 2**70, [[]], 1e18, "-5", "2026-01-01T00:00:00")

Started = Callable[[], Awaitable[NetworkStandIn]]

each_network = pytest.mark.parametrize("kind", STANDINS, ids=lambda kind: kind.network.name)
each_pinned = pytest.mark.parametrize(
    "kind", [kind for kind in STANDINS if kind.pins], ids=lambda kind: kind.network.name
)


each_windowed = pytest.mark.parametrize(
    "kind",
    [kind for kind in STANDINS if PROTOCOLS[kind.protocol or next(iter(serving(kind.network)))].windows],
    ids=lambda kind: kind.network.name,
)


def wanted_of(kind: type[NetworkStandIn], count: int) -> Wanted:
    accounts = [kind.account(number) for number in range(1, count + 1)]
    return dict.fromkeys((kind.coin, *kind.tokens), accounts)


@pytest.fixture
def start(kind: type[NetworkStandIn], stack: AsyncExitStack) -> Started:
    """``await start()``: another node, with something in every other account."""

    async def started() -> NetworkStandIn:
        accounts = [kind.account(number) for number in range(1, 101)]
        return await stack.enter_async_context(kind().give(accounts).serving())

    return started


@each_network
@pytest.mark.parametrize("count", [1, 100])
async def test_all_balances_are_read_at_one_block_and_who_holds_nothing_has_zero(
    kind: type[NetworkStandIn], start: Started, open_reader: Opener, count: int
) -> None:
    node, wanted = await start(), wanted_of(kind, count)
    reading = await open_reader(kind.network, node.endpoint).read(wanted, FINALIZED)
    assert reading.balances == node.truth(wanted, reading.block.number)
    assert not reading.failed
    if count > 1:
        assert 0 in reading.balances[kind.coin].values()


@each_network
async def test_ten_thousand_accounts_are_read(
    kind: type[NetworkStandIn], open_reader: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = {kind.coin: [kind.account(number) for number in range(1, 10_001)]}
    node = kind().give(list(wanted[kind.coin]))
    reader = open_reader(kind.network, node.directly(monkeypatch), deadline="10m")
    reading = await reader.read(wanted, FINALIZED)
    assert reading.balances == node.truth(wanted, reading.block.number)


@each_pinned
async def test_blocks_that_come_meanwhile_change_nothing(
    kind: type[NetworkStandIn], start: Started, open_reader: Opener
) -> None:
    node, wanted = await start(), wanted_of(kind, 20)
    counter = itertools.count()
    node.steps = lambda _: int(next(counter) % 3 == 2)
    reading = await open_reader(kind.network, node.endpoint).read(wanted, FINALIZED)
    assert reading.balances == node.truth(wanted, reading.block.number)
    assert node.tip > reading.block.number


@each_pinned
async def test_a_past_block_is_read_and_one_whose_state_is_gone_is_pruned(
    kind: type[NetworkStandIn], start: Started, open_reader: Opener
) -> None:
    node, wanted = await start(), wanted_of(kind, 3)
    reader = open_reader(kind.network, node.endpoint, behind_after="1h")
    past = await reader.read(wanted, AtHeight(Height(START - 100)))
    assert past.block.number == START - 100
    assert past.balances == node.truth(wanted, START - 100)
    node.oldest = START - 99
    with pytest.raises(ChainError) as caught:
        await reader.read(wanted, AtHeight(Height(START - 100)))
    assert caught.value.reason is Reason.PRUNED


@each_pinned
async def test_a_block_that_has_not_come_yet_is_behind(
    kind: type[NetworkStandIn], start: Started, open_reader: Opener
) -> None:
    node = await start()
    with pytest.raises(ChainError) as caught:
        await open_reader(kind.network, node.endpoint).read(wanted_of(kind, 1), AtHeight(Height(START + 5)))
    assert caught.value.reason is Reason.BEHIND


@each_pinned
async def test_a_server_that_does_not_look_at_the_block_is_not_believed(
    kind: type[NetworkStandIn], start: Started, open_reader: Opener
) -> None:
    node = await start()
    node.heeds = False
    reader = open_reader(kind.network, node.endpoint)
    with pytest.raises(ChainError) as caught:
        await reader.read(wanted_of(kind, 3), Depth(3))
    assert caught.value.reason is Reason.UNPINNED
    assert reader.endpoints()[0].up is False


@each_windowed
async def test_where_a_window_is_allowed_the_lower_of_two_readings_counts_and_both_blocks_are_named(
    kind: type[NetworkStandIn], start: Started, open_reader: Opener
) -> None:
    node, wanted = await start(), wanted_of(kind, 41)
    node.age = 3600  # seconds, one for each block that is to come
    node.steps = lambda _: 1
    with pytest.raises(ChainError) as caught:
        await open_reader(kind.network, node.endpoint).read(wanted, Tag("latest"))
    assert caught.value.reason is Reason.TIP_MOVED
    reader = open_reader(kind.network, node.endpoint, window="20s")
    reading = await reader.read(wanted, Tag("latest"))
    assert reading.block.since is not None
    lowest, highest = (node.truth(wanted, each.number) for each in (reading.block.since, reading.block))
    for token, accounts in reading.balances.items():
        for account, units in accounts.items():
            assert lowest[token][account] <= units <= highest[token][account]
            assert units == 0 or units < highest[token][account], "it is of the first pass"
    node.steps = lambda _: 0
    whole = await reader.read(wanted, Tag("latest"))
    assert (whole.block.since, whole.balances) == (None, node.truth(wanted, node.tip))


@each_network
async def test_another_chain_is_not_asked_for_balances(
    kind: type[NetworkStandIn], start: Started, open_reader: Opener
) -> None:
    node = await start()
    node.elsewhere = True
    with pytest.raises(ChainError) as caught:
        await open_reader(kind.network, node.endpoint).read(wanted_of(kind, 1), FINALIZED)
    assert caught.value.reason is Reason.WRONG_CHAIN


@each_network
async def test_a_node_that_stopped_following_its_chain_is_behind(
    kind: type[NetworkStandIn], start: Started, open_reader: Opener
) -> None:
    node = await start()
    node.age = 4 * 3600
    with pytest.raises(ChainError) as caught:
        await open_reader(kind.network, node.endpoint).read(wanted_of(kind, 1), FINALIZED)
    assert caught.value.reason is Reason.BEHIND


@each_network
async def test_a_rate_limit_is_one_and_its_pause_is_kept(
    kind: type[NetworkStandIn], start: Started, open_reader: Opener
) -> None:
    node = await start()
    node.instead = lambda _: web.Response(status=429, headers={"Retry-After": "300"})
    with pytest.raises(ChainError) as caught:
        await open_reader(kind.network, node.endpoint).read(wanted_of(kind, 1), FINALIZED)
    assert caught.value.reason is Reason.RATE_LIMITED
    assert len(node.asked) == 1


@each_network
async def test_a_page_is_no_answer(kind: type[NetworkStandIn], start: Started, open_reader: Opener) -> None:
    node = await start()
    node.instead = lambda _: web.Response(text="<html>", content_type="text/html")
    with pytest.raises(ChainError) as caught:
        await open_reader(kind.network, node.endpoint).read(wanted_of(kind, 1), FINALIZED)
    assert caught.value.reason is Reason.NOT_JSON


@each_network
async def test_another_node_takes_over_and_two_can_be_made_to_agree(
    kind: type[NetworkStandIn], start: Started, open_reader: Opener
) -> None:
    broken, second, third = [await start() for _ in range(3)]
    broken.instead = lambda _: web.Response(status=503)
    wanted = wanted_of(kind, 3)
    reader = open_reader(kind.network, *(node.endpoint for node in (broken, second, third)), quorum=2)
    reading = await reader.read(wanted, FINALIZED)
    assert reading.endpoints == ("node-2", "node-3")
    assert reading.balances == second.truth(wanted, reading.block.number)
    third.held[kind.coin.contract, kind.account(1)] += 1
    with pytest.raises(ChainError) as caught:
        await reader.read(wanted, FINALIZED)
    assert caught.value.reason is Reason.DISAGREEMENT


@each_network
async def test_whatever_is_in_the_place_of_an_answer_is_refused_or_makes_no_difference(
    kind: type[NetworkStandIn], open_reader: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = wanted_of(kind, 2)
    node = kind().give([kind.account(1)])
    reader = open_reader(kind.network, node.directly(monkeypatch))
    answers: dict[Asked, Any] = {}
    node.twist = answers.setdefault
    truth = await reader.read(wanted, FINALIZED)
    assert truth.balances == node.truth(wanted, truth.block.number)
    refused: list[str] = []
    for asked, answer in answers.items():
        for path in places(answer):
            for value in RUBBISH:
                if not path and value in kind.nothing:
                    continue
                node.twist = _spoiling(asked, path, value)
                try:
                    reading = await reader.read(wanted, FINALIZED)
                except ChainError as error:
                    refused.append(str(error))
                else:
                    assert _same(reading, truth), (asked, path, value)
    assert refused
    assert not [each for each in refused if "defect" in each]
    assert not happened(reader.endpoints()[0]).keys() & {Reason.TIMEOUT, Reason.REFUSED}


def _spoiling(asked: Asked, path: tuple[Any, ...], value: Any) -> Callable[[Asked, Any], Any]:
    return lambda each, document: spoilt(document, path, value) if each == asked else document


def _same(reading: Reading, truth: Reading) -> bool:
    """Whether it tells nothing else: tokens that it does not tell at all say so by name."""
    told = {token: truth.balances[token] for token in truth.balances if token not in reading.failed}
    return reading.block.number == truth.block.number and reading.balances == told
