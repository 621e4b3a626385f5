"""Validators from a real beacon node: which state, whose balance, and what it does not know."""

from collections.abc import AsyncIterator, Iterator

import pytest

from monitor.chains import ChainError, Depth, Reason, Tag
from monitor.model import Network
from tests.chains.conftest import Opener
from tests.support.beacon import BEACON, STAKED, key
from tests.support.chains import account
from tests.support.real_nodes.lodestar import VALIDATORS, Lodestar, today
from tests.support.waiting import eventually

FINALIZED = Tag("finalized")


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lodestar]:
    with Lodestar(tmp_path_factory.mktemp("lodestar")) as started:
        eventually(lambda: started.slot("finalized"), within=200)
        yield started


@pytest.fixture
async def url(node: Lodestar) -> AsyncIterator[str]:
    async with today(node) as served:
        yield served


def told(node: Lodestar, state: int | str) -> dict[str, int]:
    """Every validator's balance in a state, as the node itself lists them."""
    listed = node.get(f"/eth/v1/beacon/states/{state}/validators")
    return {each["validator"]["pubkey"]: int(each["balance"]) for each in listed}


async def test_validators_are_read_at_the_final_slot_and_at_an_older_one(
    node: Lodestar, url: str, open_reader: Opener
) -> None:
    keys = list(told(node, "head"))
    assert len(keys) == VALIDATORS
    reader = open_reader(node.network, {"url": url})
    for choice in (FINALIZED, Tag("latest"), Depth(3)):
        reading = await reader.read({STAKED: keys}, choice)
        header = node.get(f"/eth/v1/beacon/headers/{reading.block.number}")
        assert reading.block.hash == header["root"]
        assert reading.balances == {STAKED: told(node, header["header"]["message"]["state_root"])}
        assert any(units % 10**9 for units in reading.balances[STAKED].values()), "rewards are part of it"


async def test_a_node_that_finds_no_validator_by_its_index_tells_nothing_of_an_address(
    node: Lodestar, url: str, open_reader: Opener
) -> None:
    """As this version does: it would be a chain on which nobody has staked anything."""
    with pytest.raises(ChainError, match="there is no validator 0") as caught:
        await open_reader(node.network, {"url": url}).read({STAKED: [account(1)]}, FINALIZED)
    assert caught.value.reason is Reason.MALFORMED


async def test_a_key_that_is_no_validator_fails_by_name(node: Lodestar, url: str, open_reader: Opener) -> None:
    one, stranger = min(told(node, "head")), key(1)
    reading = await open_reader(node.network, {"url": url}).read({STAKED: [one, stranger]}, FINALIZED)
    assert reading.balances == {}
    assert f"knows no validator {stranger}" in reading.failed[STAKED]


@pytest.mark.parametrize("elsewhere", [True, False], ids=["another chain", "an old version"])
async def test_a_chain_of_its_own_and_answers_without_what_is_needed_are_refused(
    node: Lodestar, url: str, open_reader: Opener, elsewhere: bool
) -> None:
    network: Network = BEACON if elsewhere else node.network
    with pytest.raises(ChainError) as caught:
        await open_reader(network, {"url": url if elsewhere else node.url}).read({STAKED: [key(1)]}, FINALIZED)
    assert caught.value.reason is (Reason.WRONG_CHAIN if elsewhere else Reason.MALFORMED)
