"""Litecoin from a real node: another coin of Bitcoin's family, and a node of 2021 that tells less than today's."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.chains import AtHeight, ChainError, Reason, Tag
from monitor.model import Height
from monitor.registry import load
from tests.chains.conftest import Opener
from tests.support.chains import REGTEST
from tests.support.journals import Journals
from tests.support.litecoin import LITECOIN_REGTEST, LTC, LitecoinNode
from tests.support.nodes import by_rpc

pytestmark = pytest.mark.integration

LATEST = Tag("latest")
AMOUNTS = {
    "LNz6qoXAu5XMvJVhNApjq7uz9wRnnN8jvk": 15_000_000_000,
    "MGuS9QjfPSjMfPKhqASaAqVH4xo7E76SpP": 54_600,
    "ltc1qw508d6qejxtdg4y5r3zarvary0c5xw7kgmn4n9": 123_456_789,
}
NOTHING = "LMhBhFnboX5YpwueFCzRbvEnhno5BMo2mc"
WANTED = {LTC: [*AMOUNTS, NOTHING]}


@pytest.fixture
def node(tmp_path: Path) -> Iterator[LitecoinNode]:
    with LitecoinNode(tmp_path) as started:
        yield started


async def test_accounts_of_every_form_are_read_followed_and_read_again_after_a_reorganisation(
    node: LitecoinNode, open_reader: Opener
) -> None:
    height = node.fund(AMOUNTS)
    reader = open_reader(LITECOIN_REGTEST, by_rpc(node), keeper=Journals())
    reading = await reader.read(WANTED, LATEST)
    assert reading.balances == {LTC: {**AMOUNTS, NOTHING: 0}}
    assert (reading.block.number, reading.block.hash) == (height, node.rpc("getbestblockhash"))
    node.fund({NOTHING: 100_000})
    followed = await reader.read(WANTED, LATEST)
    assert followed.balances == {LTC: {**AMOUNTS, NOTHING: 100_000}}
    for gone in (node.rpc("getbestblockhash"), node.rpc("getblockhash", height)):
        node.rpc("invalidateblock", gone)
    for _ in range(3):
        node.rpc("generateblock", node.rpc("getnewaddress"), [])
    assert (await reader.read(WANTED, LATEST)).balances == {LTC: dict.fromkeys(WANTED[LTC], 0)}


async def test_what_a_node_of_its_age_cannot_undo_it_does_not_tell_and_stays_up(
    node: LitecoinNode, open_reader: Opener
) -> None:
    height = node.fund(AMOUNTS)
    node.mine(3)
    node.fund({NOTHING: 100_000})
    reader = open_reader(LITECOIN_REGTEST, by_rpc(node))
    with pytest.raises(ChainError, match="which takes Bitcoin Core 23 or later") as caught:
        await reader.read(WANTED, AtHeight(Height(height + 1)))
    assert caught.value.reason is Reason.PRUNED
    assert (await reader.read(WANTED, LATEST)).balances[LTC][NOTHING] == 100_000


async def test_the_chains_of_the_family_are_told_apart(node: LitecoinNode, open_reader: Opener) -> None:
    node.mine()
    for network in (load().networks["litecoin"], REGTEST):
        with pytest.raises(ChainError) as caught:
            await open_reader(network, by_rpc(node)).read({}, LATEST)
        assert caught.value.reason is Reason.WRONG_CHAIN
