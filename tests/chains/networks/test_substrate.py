"""Substrate: what counts, layouts of accounts, assets, and a relay chain whose balances moved away."""

from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.chains import AtHeight, ChainError, Depth, Reason, Tag
from monitor.chains.substrate import storage
from monitor.model import Height, Token
from tests.chains.conftest import Opener
from tests.support.networks.standin import START, Asked
from tests.support.networks.substrate import NETWORKS, RelayStandIn, SubstrateStandIn, account_info, block_hash

ONE, TWO = SubstrateStandIn.account(1), SubstrateStandIn.account(2)
DOT, (USDT, USDC) = SubstrateStandIn.coin, SubstrateStandIn.tokens
RELAY_DOT = RelayStandIn.coin
FINALIZED = Tag("finalized")
U128 = st.integers(0, 2**127)


@pytest.fixture
async def node(stack: AsyncExitStack) -> SubstrateStandIn:
    return await stack.enter_async_context(SubstrateStandIn().give([ONE]).serving())


def test_keys_are_those_of_the_pallets() -> None:
    account = bytes(range(32))
    assert storage.account_key(bytes(32)).startswith(
        "0x26aa394eea5630e07c48ae0c9558cef7b99d880ec681799c0cf30e8886371da9"
    )
    assert storage.holding_key(1337, account) == (  # as another client of Asset Hub has pinned it
        "0x682a59d51ab9e48a8c8cc418ff9708d2b99d880ec681799c0cf30e8886371da9"
        "e0956573baada8dd69fae1cff092d73739050000"
        "f39a2cad58411cd49f577e5086b8031f" + account.hex()
    )
    assert storage.metadata_key(0) == (  # Westmint's asset 0
        "0x682a59d51ab9e48a8c8cc418ff9708d2b5f3822e35ca2f31ce3526eab1363fd211d2df4e979aa105cf552e9544ebd2b500000000"
    )


@given(free=U128, reserved=U128, head=st.sampled_from([5, 8, 12, 16]))
def test_free_and_reserved_count_in_every_layout_and_frozen_is_no_third(free: int, reserved: int, head: int) -> None:
    assert storage.coins(bytes.fromhex(account_info(free, reserved, head=head)[2:])) == free + reserved


@given(st.binary(max_size=100).filter(lambda value: len(value) not in {69, 72, 76, 80}))
def test_another_layout_is_no_account(value: bytes) -> None:
    with pytest.raises(ValueError, match="an account of"):
        storage.coins(value)


def test_values_of_a_real_genesis_are_read() -> None:
    """An account of Polkadot's genesis, and one to which 100 000 and 10 DOT were written, as chopsticks tells them."""
    assert storage.coins(bytes.fromhex("0000000001" + "00" * 64)) == 0
    value = (
        "00000000010000000100000000000000"
        "0010632d5ec76b050000000000000000"
        "00e87648170000000000000000000000"
        "00000000000000000000000000000000"
        "00000000000000000000000000000080"
    )
    assert storage.coins(bytes.fromhex(value)) == 390_625 * 10**12 + 10**11


async def test_what_is_reserved_counts_beside_what_is_free(node: SubstrateStandIn, open_reader: Opener) -> None:
    node.reserved[ONE] = 10**8
    reading = await open_reader(node.network, {"url": node.url}).read({DOT: [ONE]}, FINALIZED)
    assert reading.balances == {DOT: {ONE: node.units(None, ONE, START)}}


async def test_storage_is_asked_for_at_the_blocks_hash(node: SubstrateStandIn, open_reader: Opener) -> None:
    await open_reader(node.network, {"url": node.url}).read({DOT: [ONE, TWO]}, Depth(7))
    asked = [hash_ for key, hash_ in node.calls("state_getStorage") if key != storage.NOW]
    assert asked == [block_hash(START - 7)] * 2
    assert sum(hash_ not in map(block_hash, range(START + 1)) for _, hash_ in node.calls("state_getStorage")) == 1


async def test_a_state_that_lacks_even_its_time_is_no_state_in_which_nobody_has_anything(
    node: SubstrateStandIn, open_reader: Opener
) -> None:
    node.twist = lambda asked, answer: None if asked.path == "state_getStorage" else answer
    with pytest.raises(ChainError) as caught:
        await open_reader(node.network, {"url": node.url}).read({DOT: [ONE]}, FINALIZED)
    assert caught.value.reason is Reason.MALFORMED


async def test_assets_that_are_not_what_the_registry_says_fail_by_name_and_alone(
    node: SubstrateStandIn, open_reader: Opener
) -> None:
    node.decimals["1984"] = 10
    missing, odd = (Token("X", node.network.name, contract, 6) for contract in ("77", "0xabc"))
    wanted = {token: [ONE] for token in (DOT, USDT, USDC, missing, odd)}
    reading = await open_reader(node.network, {"url": node.url}).read(wanted, FINALIZED)
    assert reading.balances == node.truth({DOT: [ONE], USDC: [ONE]}, START)
    assert reading.failed == {
        USDT: "its metadata say 10 decimals, the registry 6",
        missing: f"there is no asset 77 at block {START}",
        odd: "0xabc is no asset that can be read on Polkadot Asset Hub",
    }


async def test_a_node_without_batches_is_asked_one_by_one(node: SubstrateStandIn, open_reader: Opener) -> None:
    node.batches = False
    reading = await open_reader(node.network, {"url": node.url}).read({DOT: [ONE, TWO]}, FINALIZED)
    assert reading.balances == node.truth({DOT: [ONE, TWO]}, START)


async def test_a_relay_chain_is_read_until_its_balances_moved_and_its_zero_is_refused_from_there_on(
    stack: AsyncExitStack, open_reader: Opener
) -> None:
    node = await stack.enter_async_context(RelayStandIn().give([ONE]).serving())
    network = replace(node.network, moved_at=Height(START - 5))
    reader = open_reader(network, {"url": node.url})
    before = await reader.read({RELAY_DOT: [ONE, TWO]}, AtHeight(Height(START - 6)))
    assert before.balances == {RELAY_DOT: {ONE: node.units(None, ONE, START - 6), TWO: 0}}
    left = await reader.read({RELAY_DOT: [ONE]}, AtHeight(Height(START - 5)))
    assert left.balances == {RELAY_DOT: {ONE: node.units(None, ONE, START - 5)}}
    with pytest.raises(ChainError, match="are on its Asset Hub from block 995 on") as caught:
        await reader.read({RELAY_DOT: [ONE, TWO]}, AtHeight(Height(START - 5)))
    assert caught.value.reason is Reason.UNSUPPORTED


def test_the_registry_says_where_both_relay_chains_end() -> None:
    assert {name: network.moved_at for name, network in NETWORKS.items() if network.moved_at} == {
        "polkadot": 28_490_502,
        "kusama": 30_423_691,
    }


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        ("Client error: UnknownBlock: State already discarded for 0x12", Reason.PRUNED),
        ("UnknownBlock: Header was not found in the database", Reason.BEHIND),
        ("Internal error", Reason.RPC_ERROR),
    ],
)
async def test_what_nodes_say_instead_of_a_value_is_no_zero(
    node: SubstrateStandIn, open_reader: Opener, message: str, reason: Reason
) -> None:
    def twist(asked: Asked, answer: Any) -> Any:
        error = {"error": {"code": 4003, "message": message}}
        return error if storage.account_key(bytes(31) + b"\1") in str(asked) else answer

    node.twist = twist
    with pytest.raises(ChainError) as caught:
        await open_reader(node.network, {"url": node.url}).read({DOT: [ONE]}, FINALIZED)
    assert caught.value.reason is reason
