"""The built-in data: what they cover, and that they hold together."""

import csv
from collections import Counter
from pathlib import Path

import pytest

from monitor.model import Network, Token
from monitor.registry import Registry, load
from monitor.registry.addresses import AddressError, NoCodecError, decode

DATA = Path(__file__).parent.parent / "data" / "registry"

# Where the registry says what the chain says, and OKX's own table says otherwise (docs/registry.md).
OTHER_DECIMALS = {"USDT-OMNI": 8, "USDT": 8, "BABYDOGE-BSC": 9, "BETH": 9}

NOT_PLACED = {"MATIC", "OKB-X1-USDT", "USDG-XLAYER", "BABYDOGE-KIP20"}

DEFILLAMA_CHAINS = (
    *("algorand", "aptos", "arbitrum", "avax", "base", "bitcoin", "bsc", "cardano", "cosmos", "doge", "elrond", "eos"),
    *("era", "ethereum", "ethereumclassic", "ethpow", "fantom", "kava", "kcc", "linea", "litecoin", "near", "optimism"),
    *("polkadot", "polygon", "ripple", "scroll", "solana", "starknet", "sui", "tezos", "ton", "tron", "xlayer"),
    *("bitcoincash", "celo", "dogecoin", "mantle", "okexchain", "op_bnb", "plasma", "polkadot_asset_hub", "vaulta"),
)


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


OKX_IDS = rows("okx-coin-ids.csv")


@pytest.fixture(scope="module")
def registry() -> Registry:
    return load()


def test_every_coin_id_of_okx_is_placed_or_has_a_reason(registry: Registry) -> None:
    assert len(OKX_IDS) == 276
    for row in OKX_IDS:
        placement = registry.place(row["id"])
        assert (placement.token is None) == bool(placement.fault), row["id"]
        assert placement.token is None or placement.network == registry.networks[placement.token.network]


def test_coin_ids_with_an_amount_in_okx_reports_are_placed(registry: Registry) -> None:
    missing = {row["id"] for row in OKX_IDS if row["asset"] and registry.place(row["id"]).token is None}
    assert missing == NOT_PLACED


def test_coin_ids_roll_up_to_the_asset_of_okx_under_the_name_that_users_see(registry: Registry) -> None:
    for row in OKX_IDS:
        token = registry.place(row["id"]).token
        if token and row["asset"]:
            assert token.asset == registry.asset(row["asset"]), row["id"]


def test_decimals_agree_with_okx_but_where_its_table_is_wrong(registry: Registry) -> None:
    for row in OKX_IDS:
        token = registry.place(row["id"]).token
        if token and row["decimals"]:
            assert token.decimals == OTHER_DECIMALS.get(row["id"], int(row["decimals"])), row["id"]


def test_families_agree_with_the_signature_families_of_okx(registry: Registry) -> None:
    expected = {
        "UTXOCoinType": {"bitcoin"},
        "EvmCoinTye": {"evm", "filecoin", "platon"},
        "TrxCoinType": {"tron"},
        "BethCoinType": {"beacon"},
        "StarkCoinType": {"starknet"},
        "EOSCoinType": {"eos"},
        "AlgoCoinType": {"algorand"},
    }
    for row in OKX_IDS:
        network = registry.place(row["id"]).network
        if network and row["family"] in expected:
            assert network.family in expected[row["family"]], row["id"]


def test_the_real_rows_of_a_published_list_are_all_placed(registry: Registry) -> None:
    published = rows("okx-rows-2026-06-19.csv")
    assert len(published) == 28
    placed = Counter(str(registry.place(row["coin"], row["network"]).token) for row in published)
    assert "None" not in placed
    assert placed["USDC on polygon (0x2791bca1f2de4661ed88a30c99a7a9449aa84174)"] == 3
    assert placed["USDT on tron (TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t)"] == 1


@pytest.mark.parametrize("chain", DEFILLAMA_CHAINS)
def test_chains_of_the_wallet_lists_are_labels(registry: Registry, chain: str) -> None:
    assert registry.network_by_label(chain) is not None


def test_contracts_have_the_sourced_decimals_and_those_without_are_left_out(registry: Registry) -> None:
    for row in rows("token-contracts.csv"):
        network = registry.network_by_label(row["chain"])
        assert network, row
        contract = row["contract"].lower() if network.family == "evm" else row["contract"]
        found = [token.decimals for token in registry.tokens(network.name) if token.contract == contract]
        assert found == ([int(row["decimals"])] if row["decimals"] else []), row


def test_every_token_is_on_a_network_that_is_known_and_stands_there_once(registry: Registry) -> None:
    for name, network in registry.networks.items():
        tokens = registry.tokens(name)
        assert all(token.network == name == network.name for token in tokens)
        assert len({(token.asset, token.contract) for token in tokens}) == len(tokens)
        assert registry.native(name) in (*tokens[:1], None)


def test_evm_contracts_are_kept_in_lower_case(registry: Registry) -> None:
    contracts = [
        token.contract
        for name, network in registry.networks.items()
        if network.family == "evm"
        for token in registry.tokens(name)
        if token.contract
    ]
    assert len(contracts) > 60
    assert all(contract == contract.lower() and len(contract) == 42 for contract in contracts)


def test_networks_are_told_apart_by_their_caip2_id(registry: Registry) -> None:
    assert len({network.caip2 for network in registry.networks.values()}) == len(registry.networks) > 140


@pytest.mark.parametrize(
    ("name", "caip2"),
    [
        ("bitcoin", "bip122:000000000019d6689c085ae165831e93"),
        ("litecoin", "bip122:12a765e31ffd4059bada1e25190f6e98"),
        ("ethereum", "eip155:1"),
        ("xlayer", "eip155:196"),
        ("zksync", "eip155:324"),
        ("solana", "solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp"),
        ("polkadot", "polkadot:91b171bb158e2d3848fa23a9f1c25182"),
        ("stellar", "stellar:pubnet"),
        ("xrp", "xrpl:0"),
    ],
)
def test_published_chain_ids(registry: Registry, name: str, caip2: str) -> None:
    assert registry.networks[name].caip2 == caip2


def has_codec(network: Network) -> bool:
    try:
        decode(network, "-")
    except AddressError as error:
        return not isinstance(error, NoCodecError)
    return True


def test_an_address_codec_exists_for_the_families_of_real_lists(registry: Registry) -> None:
    without = {network.name for network in registry.networks.values() if not has_codec(network)}
    named = {network.name for chain in DEFILLAMA_CHAINS if (network := registry.network_by_label(chain))}
    placed = {network.name for row in OKX_IDS if row["asset"] and (network := registry.place(row["id"]).network)}
    assert len(placed) > 30
    assert without.isdisjoint(named | placed)


def test_the_registry_and_the_address_codecs_agree_on_names(registry: Registry) -> None:
    samples = {
        "bitcoin": "bc1q82aks5ft2at48wp0sa6rr5vtzutvgzr8azts6w8nlu0dqc2dx24qvzwspk",
        "dogecoin": "AB98NMrZQ48RAj7jRS7L7AcT6d8SCvu2Uq",
        "polkadot": "12Z1EpgUskkbinZ47CdiUSdBMSvh4FVhgr6iDKfiyvEFndEa",
        "cardano": "addr1v9500j9f8sgnw9uftxmuc429kyy2mduuaj3649rw779v8ks4nyrxz",
        "cosmos": "cosmos1h9ymfm2fxrqgd257dlw5nku3jgqjgpl59sm5ns",
        "okc": "0x5f504cd119640d5167c003ce9e4250895374b24f",
    }
    for name, address in samples.items():
        assert decode(registry.networks[name], address).canonical


@pytest.mark.parametrize(
    ("names", "asset"),
    [
        (("RIPPLE", "XRP", "xrp"), "XRP"),
        (("BCHN", "BCH"), "BCH"),
        (("BCHSV", "BSV"), "BSV"),
        (("TONCOIN-NEW", "TONCOIN_NEW", "Toncoin"), "TON"),
        (("APTOS", "APT"), "APT"),
        (("OPTIMISM", "OP"), "OP"),
        (("MATIC", "POL"), "POL"),
        (("cbBTC",), "CBBTC"),
        (("USDT",), "USDT"),
        ((" newcoin ",), "NEWCOIN"),
    ],
)
def test_lists_and_liabilities_meet_under_one_name_of_an_asset(
    registry: Registry, names: tuple[str, ...], asset: str
) -> None:
    assert {registry.asset(name) for name in names} == {asset}


def test_coins_that_differ_by_redenomination_are_not_one_asset(registry: Registry) -> None:
    assert registry.asset("BCHA") != registry.asset("XEC")  # 1 BCHA = 1 000 000 XEC
    assert registry.asset("ERD") != registry.asset("EGLD")  # 1 EGLD = 1 000 ERD


def test_native_coins(registry: Registry) -> None:
    assert registry.native("bitcoin") == Token("BTC", "bitcoin", None, 8)
    assert registry.native("starknet") is None
    assert registry.native("nowhere") is None
    assert registry.tokens("nowhere") == ()


def test_the_built_in_registry_is_read_once() -> None:
    assert load() is load()
