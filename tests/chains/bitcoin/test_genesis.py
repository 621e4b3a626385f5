"""Which chain an endpoint is on: forks share the genesis of what they split from."""

from dataclasses import replace

import pytest

from monitor.chains.bitcoin.genesis import caip2_of
from monitor.model import Caip2, Checkpoint, Height, Network
from monitor.registry import load

NETWORKS = load().networks
GENESIS = {0: "000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f"}
BITCOIN = GENESIS | {840_000: "0000000000000000000320283a032748cef8227873ff4872689bf23f1cda83a5"}
CASH = GENESIS | {
    478_560: "000000000000000000b15ad892af8f6aca4462d46d0b6e5884cadc033c8f257b",
    556_767: "0000000000000000004626ff6e3b936941d341c5932ece4357eeccac44e6d56c",
    661_648: "0000000000000000029e471c41818d24b8b74c911071c4ef0b4a0509f9b5a8ce",
    840_000: "00" * 32,
}
SV = CASH | {
    556_767: "000000000000000001d956714215d96ffc00e0afda4cd0a96c96f8d802b1662b",
    661_648: "11" * 32,
}
ECASH = CASH | {661_648: "000000000000000004284c9d8b2c8ff731efeaec6be50729bdc9bd07f910757d"}
DIAMOND = BITCOIN | {
    495_867: "458535405446053c9db6a16ec7e5b022429fedde605ce81bb24c6cfe6f43fc89",
    840_000: "22" * 32,
}
CHAINS = {
    "bitcoin": BITCOIN,
    "bitcoin-cash": CASH,
    "bitcoin-sv": SV,
    "ecash": ECASH,
    "bitcoin-diamond": DIAMOND,
}
LITECOIN = {
    0: "12a765e31ffd4059bada1e25190f6e98c99d9714d334efa41a195a7e7e04bfe2",
    1_371_112: "33" * 32,
    2_772_730: "80cdb35c080484df5bf384b311fde3c4694d3405765bc0f596e9eb369ff286e5",
}
LITECOIN_CASH = LITECOIN | {
    1_371_112: "00000000de1e4e93317241177b5f1d72fc151c6e76815e9b0be4961dfd309d60",
    2_772_730: "44" * 32,
}


async def identified(network: Network, blocks: dict[int, str]) -> str:
    """The chain that ``network`` finds behind an endpoint with ``blocks``."""

    async def hash_at(height: int) -> str | None:
        return blocks.get(height)

    return await caip2_of(network, hash_at)


@pytest.mark.parametrize("chain", CHAINS)
@pytest.mark.parametrize("name", CHAINS)
async def test_each_chain_is_called_by_its_name_whatever_was_expected(name: str, chain: str) -> None:
    assert await identified(NETWORKS[name], CHAINS[chain]) == NETWORKS[chain].caip2


@pytest.mark.parametrize("name", CHAINS)
async def test_a_chain_that_is_behind_the_splits_is_not_refused_for_them(name: str) -> None:
    assert await identified(NETWORKS[name], GENESIS) == NETWORKS[name].caip2


async def test_a_fork_that_is_still_behind_the_checkpoint_of_what_is_expected_is_told_by_its_own() -> None:
    behind = {height: block for height, block in SV.items() if height < 661_648}
    assert await identified(NETWORKS["bitcoin"], behind) == "bsv:mainnet"
    assert await identified(NETWORKS["bitcoin-cash"], behind) == "bsv:mainnet"


async def test_a_fork_that_the_registry_does_not_know_is_called_after_its_block() -> None:
    assert await identified(NETWORKS["bitcoin"], GENESIS | {840_000: "ab" * 32}) == "bip122:" + "ab" * 16


async def test_forks_of_other_coins_are_told_apart_too() -> None:
    litecoin = NETWORKS["litecoin"]
    assert await identified(litecoin, LITECOIN) == litecoin.caip2
    assert await identified(litecoin, LITECOIN_CASH) == "bip122:" + "44" * 16


async def test_a_later_fork_of_a_coin_is_told_from_it_though_it_has_the_coins_own_checkpoint() -> None:
    litecoin = NETWORKS["litecoin"]
    assert litecoin.parameters
    kin = ((Caip2("fork:mainnet"), Checkpoint(Height(3_000_000), "ee" * 32)),)
    watched = replace(litecoin, parameters=replace(litecoin.parameters, kin=kin))
    assert await identified(watched, LITECOIN | {3_000_000: "dd" * 32}) == litecoin.caip2
    assert await identified(watched, LITECOIN | {3_000_000: "ee" * 32}) == "fork:mainnet"


@pytest.mark.parametrize("name", ["bitcoin", "bitcoin-sv", "dogecoin"])
async def test_another_genesis_is_another_chain(name: str) -> None:
    regtest = "0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206"
    assert await identified(NETWORKS[name], {0: regtest}) == f"bip122:{regtest[:32]}"
    assert await identified(NETWORKS[name], {}) == "bip122:"


async def test_one_look_at_the_checkpoint_tells_a_coin_without_later_kin() -> None:
    asked = []

    async def hash_at(height: int) -> str | None:
        asked.append(height)
        return BITCOIN.get(height)

    assert await caip2_of(NETWORKS["bitcoin"], hash_at) == NETWORKS["bitcoin"].caip2
    assert asked == [0, 840_000]
