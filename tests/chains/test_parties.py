"""Endpoints of one party are one voice: they take over from each other, and never make up a quorum."""

import pytest

from monitor.chains import AtHeight, ChainError, Reason
from monitor.chains.node import Held, Wanted
from monitor.model import Block, Height, OwnerQuestion
from tests.chains.conftest import Opener
from tests.support import virtual_time
from tests.support.chains import ETH, ETHEREUM, USDT, account
from tests.support.crowds import ACCOUNTS, COINS, LATEST, WANTED, Evm, dead, honest, lying, settled, urls
from tests.support.fake_nodes import FakeNode, Fakes
from tests.support.standins import EvmStandIn


def of(parties: str, nodes: list[EvmStandIn]) -> list[dict[str, str]]:
    """Endpoints of ``parties``, one letter each."""
    return [{**url, "party": party} for url, party in zip(urls(nodes), parties, strict=True)]


async def test_one_liar_under_several_names_is_outvoted(evm: Evm, open_reader: Opener) -> None:
    nodes = await honest(evm, 5)
    for node in nodes[:3]:
        lying(node)
    reader = open_reader(ETHEREUM, *of("lllab", nodes), quorum=2)
    reading = await reader.read(WANTED, LATEST)
    assert reading.balances[ETH] == COINS
    assert set(reading.endpoints) == {"node-4", "node-5"}


async def test_one_liar_under_several_names_makes_no_snapshot_with_a_single_other(
    evm: Evm, open_reader: Opener
) -> None:
    nodes = await honest(evm, 3)
    for node in nodes[:2]:
        lying(node)
    reader = open_reader(ETHEREUM, *of("lla", nodes), quorum=2)
    for at in (LATEST, AtHeight(Height(5))):
        with pytest.raises(ChainError) as failure:
            await reader.read(WANTED, at)
        assert failure.value.reason is Reason.DISAGREEMENT


async def test_a_block_that_only_one_party_knows_is_not_read_however_many_endpoints_it_has(
    evm: Evm, open_reader: Opener
) -> None:
    nodes = await honest(evm, 4)
    for node in nodes[:2]:
        node.tip, node.fork = 200, "of its own"
    reader = open_reader(ETHEREUM, *of("llab", nodes), quorum=2)
    assert (await reader.read(WANTED, LATEST)).block.hash == nodes[2].hash_of(100)
    await settled()
    assert [state.lag for state in reader.endpoints()] == [0, 0, 0, 0]


async def test_an_endpoint_takes_over_from_another_of_its_party(evm: Evm, open_reader: Opener) -> None:
    nodes = await honest(evm, 3)
    nodes[0].mischief = dead
    reader = open_reader(ETHEREUM, *of("aab", nodes), quorum=2)
    for at in (LATEST, AtHeight(Height(5))):
        assert (await reader.read(WANTED, at)).endpoints == ("node-2", "node-3")


async def test_a_party_is_asked_once_for_balances(evm: Evm, open_reader: Opener) -> None:
    nodes = await honest(evm, 3)
    reader = open_reader(ETHEREUM, *of("aab", nodes), quorum=2)
    assert (await reader.read(WANTED, AtHeight(Height(5)))).endpoints == ("node-1", "node-3")
    assert nodes[1].asked == []


async def test_owners_and_slots_are_not_agreed_upon_by_one_party(evm: Evm, open_reader: Opener) -> None:
    nodes = await honest(evm, 3)
    nodes[2].mischief = dead
    reader = open_reader(ETHEREUM, *of("aab", nodes), quorum=2)
    question = OwnerQuestion("ethereum", account(1), (account(2),), bytes(32), (bytes(65),))
    with pytest.raises(ChainError, match="no 2 parties could read it"):
        await reader.confirm([question])
    with pytest.raises(ChainError, match="no 2 parties could read it"):
        await reader.read(WANTED, LATEST)


async def test_a_second_opinion_is_asked_of_others_first(evm: Evm, open_reader: Opener) -> None:
    nodes = await honest(evm, 3)
    for node in nodes[:2]:
        node.tokens.clear()
    reader = open_reader(ETHEREUM, *of("aab", nodes))
    reading = await reader.read({USDT: ACCOUNTS}, AtHeight(Height(5)))
    assert reading.balances[USDT] == COINS
    assert nodes[1].asked == []


# --- what has to be of the same block ---


class Elsewhere(FakeNode):
    """Tells balances of another block than it was asked for."""

    moves_to: Block | None = None
    tells = True

    async def balances(self, wanted: Wanted, block: Block) -> Held:
        at = self.moves_to or block
        if not self.tells:
            return Held(at, {}, dict.fromkeys(wanted, "it does not tell"))
        return Held(at, {token: dict.fromkeys(accounts, 1) for token, accounts in wanted.items()})


def elsewhere(count: int, quorum: int = 1) -> tuple[Fakes, list[Elsewhere]]:
    fakes = Fakes(count, node=Elsewhere, quorum=quorum)
    return fakes, [node for node in fakes.nodes if isinstance(node, Elsewhere)]


def other(block: Block, number: int = 100) -> Block:
    return Block(Height(number), "0x" + "ab" * 32, block.timestamp)


@pytest.mark.parametrize("number", [100, 101])
def test_a_second_opinion_of_another_block_counts_for_nothing(number: int) -> None:
    async def scenario() -> None:
        fakes, (first, second) = elsewhere(2)
        first.tells = False
        second.moves_to = other(await second.resolve(LATEST), number)
        reading = await fakes.reader.read({USDT: ACCOUNTS}, LATEST)
        assert set(reading.failed) == {USDT}
        assert fakes.endpoints[0].state().disagreements == 0
        second.moves_to = None
        assert (await fakes.reader.read({USDT: ACCOUNTS}, LATEST)).balances[USDT]
        await fakes.reader.close()

    virtual_time.run(scenario())


def test_the_same_balances_at_two_blocks_of_one_height_are_no_quorum() -> None:
    async def scenario() -> None:
        fakes, (_, second) = elsewhere(2, quorum=2)
        second.moves_to = other(await second.resolve(LATEST))
        with pytest.raises(ChainError) as failure:
            await fakes.reader.read(WANTED, LATEST)
        assert failure.value.reason is Reason.TIP_MOVED
        await fakes.reader.close()

    virtual_time.run(scenario())


def test_a_past_block_that_slipped_is_no_reading_of_it() -> None:
    async def scenario() -> None:
        fakes, (node,) = elsewhere(1)
        node.moves_to = other(await node.resolve(LATEST), 101)
        with pytest.raises(ChainError, match="a block came after block 100 while it was read") as failure:
            await fakes.reader.read(WANTED, AtHeight(Height(100)))
        assert failure.value.reason is Reason.TIP_MOVED
        await fakes.reader.close()

    virtual_time.run(scenario())
