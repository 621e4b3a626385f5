"""Where rows of published lists belong."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model import ClaimKind, Position, PositionKind, Token
from monitor.registry import Placement, Registry, load

REGISTRY = load()

NATIVE_USDC = "0x3c499c542cef5e3811e1192ce70d8cc03d5c3359"
BRIDGED_USDC = "0x2791bca1f2de4661ed88a30c99a7a9449aa84174"


def placed(coin: str, label: str = "", kind: ClaimKind = ClaimKind.ACCOUNT) -> Token:
    placement = REGISTRY.place(coin, label, kind)
    assert placement.token, placement.fault
    assert placement.network
    assert placement.network.name == placement.token.network
    assert not placement.fault
    return placement.token


def refused(coin: str, label: str = "", kind: ClaimKind = ClaimKind.ACCOUNT) -> Placement:
    placement = REGISTRY.place(coin, label, kind)
    assert placement.token is None
    return placement


@pytest.mark.parametrize(
    ("coin", "expected"),
    [
        ("BTC", "BTC on bitcoin"),
        (" btc ", "BTC on bitcoin"),
        ("ETH", "ETH on ethereum"),
        ("ETH-ARBITRUM", "ETH on arbitrum"),
        ("ETH_ARBITRUM", "ETH on arbitrum"),
        ("STARKNET-ETH", "ETH on starknet (0x049d36570d4e46f48e99674bd3fcc84644ddd6b96f7c741b1562b82f9e004dc7)"),
        ("USDT-TRC20", "USDT on tron (TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t)"),
        ("USDT", "USDT on bitcoin (omni:31)"),
        ("USDC", "USDC on ethereum (0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48)"),
        ("POLY-USDC", f"USDC on polygon ({BRIDGED_USDC})"),
        ("POLY-USDC-3359", f"USDC on polygon ({NATIVE_USDC})"),
        ("ETCK-KIP20", "ETC on okc (0x99970778e2715bbc9cf8fb83d10dcbc2d2d551a3)"),
        ("OPTIMISM", "OP on optimism (0x4200000000000000000000000000000000000042)"),
        ("RIPPLE", "XRP on xrp"),
        ("BCHN", "BCH on bitcoin-cash"),
        ("BCHA", "BCHA on ecash"),
        ("TONCOIN-NEW", "TON on ton"),
        ("APTOS-FA", "APT on aptos"),
        ("ASSET-HUB", "DOT on polkadot-asset-hub"),
        ("FIL-EVM", "FIL on filecoin"),
        ("BETH", "BETH on ethereum-beacon (validators)"),
        ("OKT", "OKT on okc"),
        ("LUNC", "LUNC on terra-classic"),
        ("A", "A on eos (core.vaulta)"),
    ],
)
def test_a_coin_id_alone_names_its_token(coin: str, expected: str) -> None:
    assert str(placed(coin)) == expected


@pytest.mark.parametrize(
    ("coin", "label", "expected"),
    [
        ("USDT", "ETH", "USDT on ethereum (0xdac17f958d2ee523a2206206994597c13d831ec7)"),
        ("USDT", "BTC", "USDT on bitcoin (omni:31)"),
        ("USDT", "OMNI", "USDT on bitcoin (omni:31)"),
        ("USDT", "Arbitrum One", "USDT on arbitrum (0xfd086bc7cd5c481dcc9c85ebe478a1c0b69fcbb9)"),
        ("ETH", "ARBITRUM", "ETH on arbitrum"),
        ("ETH", "STARKNET", "ETH on starknet (0x049d36570d4e46f48e99674bd3fcc84644ddd6b96f7c741b1562b82f9e004dc7)"),
        ("ETC", "OKC", "ETC on okc (0x99970778e2715bbc9cf8fb83d10dcbc2d2d551a3)"),
        ("RIPPLE", "OKC", "XRP on okc (0xa715f624eb32c6c960b0e044b10cde585d5f5984)"),
        ("DOT", "ASSET-HUB", "DOT on polkadot-asset-hub"),
        ("TRX", "TRON", "TRX on tron"),
        ("EOS", "Vaulta", "EOS on eos"),
        ("MATIC", "POLYGON", "POL on polygon"),
        ("MATIC", "ETH", "POL on ethereum (0x7d1afa7b718fb893db30a3abc0cfc608aacfebb0)"),
        ("BCHA", "XEC", "BCHA on ecash"),
        ("XEC", "XEC", "XEC on ecash"),
        ("USDC.e", "polygon", f"USDC on polygon ({BRIDGED_USDC})"),
        (NATIVE_USDC.upper().replace("0X", "0x"), "polygon", f"USDC on polygon ({NATIVE_USDC})"),
        ("TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t", "tron", "USDT on tron (TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t)"),
    ],
)
def test_an_asset_means_its_token_on_the_labelled_network(coin: str, label: str, expected: str) -> None:
    assert str(placed(coin, label)) == expected


def test_an_id_with_its_network_decides_also_beside_a_label_that_is_not_known() -> None:
    assert placed("USDT-TRC20", "Tronics") == placed("USDT-TRC20")


def test_an_id_and_a_label_of_another_network_are_refused_with_both_names() -> None:
    placement = refused("USDT-TRC20", "ETH")
    assert placement.network is None
    assert "tron" in placement.fault
    assert "ethereum" in placement.fault


def test_labels_that_are_usual_beside_an_id_do_not_conflict_with_it() -> None:
    assert placed("BETH", "ETH") == placed("BETH")
    assert placed("ASSET-HUB", "DOT") == placed("ASSET-HUB")


def test_an_asset_on_a_network_that_is_not_known_is_never_guessed() -> None:
    placement = refused("BTC", "Lightning")
    assert placement == Placement(
        None,
        None,
        "the network Lightning of BTC is not known: add it under `labels:` in a file named under `registry:`",
    )


def test_bridged_and_native_tokens_of_one_name_are_ambiguous_and_named() -> None:
    placement = refused("USDC", "POLYGON")
    assert placement.network == REGISTRY.networks["polygon"]
    assert BRIDGED_USDC in placement.fault
    assert NATIVE_USDC in placement.fault
    assert "`USDC@polygon`" in placement.fault


def test_either_usdt_of_x_layer_has_to_be_named() -> None:
    assert "two USDT contracts" in refused("OKB-X1-USDT").fault
    assert "one of 2 tokens" in refused("USDT", "XLAYER").fault
    assert placed("USDT0", "XLAYER").contract == "0x779ded0c9e1022225f8e0630b35a9b54be713736"


def test_a_token_that_is_not_known_keeps_its_network_and_says_what_to_add() -> None:
    assert refused("FOO", "ETH") == Placement(
        REGISTRY.networks["ethereum"],
        None,
        "FOO on ethereum is not known: add the token under `tokens:` in a file named under `registry:`",
    )


def test_an_id_that_is_known_by_name_only_says_why_also_beside_a_network() -> None:
    assert "first chain" in refused("LSK").fault
    assert "first chain" in refused("LSK", "LISK").fault


def test_the_name_of_a_network_is_not_a_coin() -> None:
    placement = refused("XLAYER")
    assert placement.network == REGISTRY.networks["xlayer"]
    assert placement.fault == "XLAYER names the network xlayer, not a coin: name that too"


def test_a_native_coin_of_two_networks_needs_one() -> None:
    assert refused("BNB").fault == "BNB is native to bnb and opbnb: the list must name the network"
    assert placed("BNB", "opBNB").network == "opbnb"


@pytest.mark.parametrize("coin", ["", "  ", "\t"])
def test_a_row_without_a_coin_is_refused(coin: str) -> None:
    assert refused(coin, "ETH") == Placement(None, None, "the row names no coin")


@pytest.mark.parametrize("kind", [ClaimKind.STAKING, ClaimKind.RESTAKING])
@pytest.mark.parametrize("label", ["", "ETH", "Beacon", "Somewhere"])
def test_staked_ether_is_on_the_beacon_chain(kind: ClaimKind, label: str) -> None:
    validators = Position("validators", PositionKind.STAKED, 9)
    assert placed("ETH", label, kind) == Token("ETH", "ethereum-beacon", None, 9, validators)


def test_staking_elsewhere_is_refused() -> None:
    assert "TRX" not in refused("ETH", "TRX", ClaimKind.STAKING).fault
    assert "tron" in refused("ETH", "TRX", ClaimKind.STAKING).fault
    assert "`staking:`" in refused("SOL", "SOL", ClaimKind.STAKING).fault


def test_faults_stay_on_one_short_line_whatever_the_row_says() -> None:
    fault = refused("evil\ncoin\x1b[31m" + "x" * 10_000, "\x00\n").fault
    assert fault.isprintable()
    assert len(fault) < 300


KNOWN_COINS = st.sampled_from(
    ["ETH", "USDT", "BTC", "USDC", "USDT-TRC20", "BETH", "MATIC", "OKB-X1-USDT", "XRP", "ERD"]
)
KNOWN_LABELS = st.sampled_from(["", *(network.name for network in REGISTRY.networks.values())])


@given(st.one_of(st.text(), KNOWN_COINS), st.one_of(st.text(), KNOWN_LABELS), st.sampled_from(ClaimKind))
def test_any_row_is_either_placed_whole_or_faulted(coin: str, label: str, kind: ClaimKind) -> None:
    placement = REGISTRY.place(coin, label, kind)
    assert (placement.token is None) == bool(placement.fault)
    if placement.token:
        assert placement.network == REGISTRY.networks[placement.token.network]
        assert placement.token in REGISTRY.tokens(placement.token.network)


@given(KNOWN_COINS, KNOWN_LABELS)
def test_spelling_does_not_matter(coin: str, label: str) -> None:
    spelt = REGISTRY.place(coin.lower().replace("-", "_"), f" {label.upper()} ")
    expected = REGISTRY.place(coin, label)
    assert (spelt.network, spelt.token) == (expected.network, expected.token)


@given(st.sampled_from(list(REGISTRY.networks)), st.data())
def test_every_contract_names_its_own_token(network: str, data: st.DataObject) -> None:
    tokens = [token for token in REGISTRY.tokens(network) if token.contract]
    if tokens:
        token = data.draw(st.sampled_from(tokens))
        assert token.contract
        assert placed(token.contract, network) == token


def test_a_registry_without_data_faults_everything() -> None:
    from monitor.registry.book import Tables

    empty = Registry(Tables())
    assert empty.place("BTC", "BTC").token is None
    assert empty.place("BTC").token is None
    assert empty.networks == {}


@pytest.mark.parametrize(
    ("coin", "relay", "hub", "moved"),
    [("DOT", "polkadot", "polkadot-asset-hub", 28_490_502), ("KSM", "kusama", "kusama-asset-hub", 30_423_691)],
)
def test_a_coin_whose_chain_moved_is_placed_by_height(coin: str, relay: str, hub: str, moved: int) -> None:
    for label in ("", coin, relay):
        placement = REGISTRY.place(coin, label)
        before, at, now = (REGISTRY.at_height(placement, height) for height in (moved - 1, moved, None))
        assert before.token == REGISTRY.native(relay)
        assert at.token == now.token == REGISTRY.native(hub)
        assert now.network == REGISTRY.networks[hub]
    there = REGISTRY.place(coin, hub)
    assert REGISTRY.at_height(there, 9_000_000) == there, "the new chain's own heights"


def test_what_did_not_move_stays_at_every_height() -> None:
    for placement in (REGISTRY.place("BTC"), REGISTRY.place("USDT-TRC20"), REGISTRY.place("NOSUCH")):
        assert REGISTRY.at_height(placement, 1) == REGISTRY.at_height(placement, None) == placement
