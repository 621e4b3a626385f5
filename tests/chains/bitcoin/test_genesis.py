import pytest

from monitor.chains.bitcoin.genesis import caip2_of

REGTEST = "0f9188f13cb7b2c71f2a335e3a4fc328"
GENESIS = {0: "000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f"}
BITCOIN = GENESIS | {
    840_000: "0000000000000000000320283a032748cef8227873ff4872689bf23f1cda83a5",
}
CASH = GENESIS | {
    478_560: "000000000000000000b15ad892af8f6aca4462d46d0b6e5884cadc033c8f257b",
    556_767: "0000000000000000004626ff6e3b936941d341c5932ece4357eeccac44e6d56c",
    661_648: "0000000000000000029e471c41818d24b8b74c911071c4ef0b4a0509f9b5a8ce",
    840_000: "00" * 32,
}


@pytest.mark.parametrize(
    ("blocks", "chain"),
    [
        (BITCOIN, "bip122:000000000019d6689c085ae165831e93"),
        (GENESIS, "bip122:000000000019d6689c085ae165831e93"),
        (CASH, "bip122:000000000000000000b15ad892af8f6a"),
        (
            CASH | {556_767: "000000000000000001d956714215d96ffc00e0afda4cd0a96c96f8d802b1662b"},
            "bsv:mainnet",
        ),
        (
            CASH | {661_648: "000000000000000004284c9d8b2c8ff731efeaec6be50729bdc9bd07f910757d"},
            "bip122:000000000000000004284c9d8b2c8ff7",
        ),
        (GENESIS | {840_000: "ab" * 32}, "bip122:" + "ab" * 16),
        (
            {0: "0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206"},
            "bip122:0f9188f13cb7b2c71f2a335e3a4fc328",
        ),
        ({}, "bip122:"),
    ],
)
async def test_forks_are_told_from_bitcoin_though_they_share_its_genesis(blocks: dict[int, str], chain: str) -> None:
    async def hash_at(height: int) -> str | None:
        return blocks.get(height)

    assert await caip2_of(hash_at) == chain
