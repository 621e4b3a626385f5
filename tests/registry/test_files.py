"""Registry files of operators: merged with the built-in ones, and refused with file and entry when they are wrong."""

import re
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from monitor.model import BalanceSlot, Caip2, Network
from monitor.registry import Registry, RegistryError, load

Extend = Callable[[str], Registry]
Faults = Callable[[str], tuple[str, ...]]

USDT = "0xdAC17F958D2ee523a2206206994597C13D831ec7"
MISSPELT = "0xDAC17F958D2ee523a2206206994597C13D831ec7"

DOCUMENTATION = Path(__file__).parents[2] / "docs" / "registry.md"


@pytest.fixture
def extended(tmp_path: Path) -> Extend:
    """A function that loads the registry with one more file of the given YAML."""

    def extend(text: str) -> Registry:
        path = tmp_path / "own.yaml"
        path.write_text(dedent(text), encoding="utf-8")
        return load([path])

    return extend


@pytest.fixture
def faults(extended: Extend, tmp_path: Path) -> Faults:
    """A function that returns what is wrong with the given YAML."""

    def read(text: str) -> tuple[str, ...]:
        with pytest.raises(RegistryError) as caught:
            extended(text)
        return tuple(fault.removeprefix(f"{tmp_path}/") for fault in caught.value.faults)

    return read


def documented_example() -> str:
    blocks = re.findall(r"```yaml\n(.*?)```", DOCUMENTATION.read_text(encoding="utf-8"), re.DOTALL)
    return str(next(block for block in blocks if "networks:" in block))


def test_files_that_say_the_same_make_equal_registries(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    text = "networks:\n  own: {title: Own, caip2: 'eip155:99', family: evm, labels: [OWNCHAIN]}\n"
    own.write_text(text)
    first = load((own,))
    own.write_text(f"# a remark\n{text}")
    assert load((own,)) == first
    own.write_text(text.replace("Own,", "Another,"))
    assert load((own,)) != first


def test_the_documented_example_does_what_the_page_says(extended: Extend) -> None:
    registry = extended(documented_example())
    assert registry.networks["ink"] == Network("ink", Caip2("eip155:57073"), "evm", "Ink")
    assert registry.network_by_label("eth-mainnet") == registry.networks["ethereum"]
    assert str(registry.place("EUROC", "ETH-MAINNET").token).startswith("EURC on ethereum (0x1abaea1f")
    assert str(registry.place("INK-ETH").token) == "ETH on ink"
    assert str(registry.place("OKB-X1-USDT").token) == "USDT on xlayer (0x779ded0c9e1022225f8e0630b35a9b54be713736)"
    assert str(registry.place("USDC", "MATIC").token) == "USDC on polygon (0x3c499c542cef5e3811e1192ce70d8cc03d5c3359)"
    assert "not confirmed yet" in registry.place("EURC-SPL").fault


def test_the_documentation_names_every_key() -> None:
    from monitor.registry import files, parameters

    page = DOCUMENTATION.read_text(encoding="utf-8")
    for section in (
        *(files.RegistryFile, files.NetworkEntry, files.NativeEntry, files.HeldAsEntry, files.TokenEntry),
        *(parameters.ParametersEntry, parameters.AddressesEntry, parameters.CheckpointEntry),
        *(files.SlotEntry, files.PositionEntry, files.RateEntry, files.HoldingEntry, files.CoinEntry),
    ):
        assert [key for key in section.model_fields if f"`{key}`" not in page] == []


def test_extensions_leave_the_built_in_registry_alone(extended: Extend) -> None:
    extended("networks: {ink: {caip2: 'eip155:57073', family: evm, title: Ink}}")
    assert "ink" not in load().networks


def test_several_files_are_merged(tmp_path: Path) -> None:
    network, token = tmp_path / "network.yaml", tmp_path / "token.yaml"
    network.write_text("networks: {ink: {caip2: 'eip155:57073', family: evm, title: Ink}}")
    token.write_text(
        "tokens: {ink: [{asset: USDT, contract: '0x0200c29006150606b650577bbe7b6248f58470c1', decimals: 6}]}"
    )
    assert load([network, token]).place("USDT", "Ink").fault == ""


def test_an_empty_file_adds_nothing(extended: Extend) -> None:
    assert extended("# nothing yet\n").networks == load().networks


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("networks: {x: {caip2: 'eip155:9', family: evm}}", "own.yaml: networks.x.title: is required"),
        (
            "networks: {x: {caip2: 'eip155:9', family: evm, title: X, chain: 9}}",
            "own.yaml: networks.x.chain: unknown key; see docs/registry.md for those that there are",
        ),
        (
            "network: {}",
            "own.yaml: network: unknown key; see docs/registry.md for those that there are",
        ),
        ("- networks", "own.yaml: is not a mapping of keys to values"),
        (
            "tokens: {ethereum: [{asset: X, contract: 0xdac17f958d2ee523a2206206994597c13d831ec7, decimals: 6}]}",
            "own.yaml: tokens.ethereum[0].contract: is not text; put it in quotes",
        ),
        (
            "tokens: {ethereum: [{asset: X, decimals: '6'}]}",
            "own.yaml: tokens.ethereum[0].decimals: Input should be a valid integer",
        ),
        (
            "tokens: {ethereum: [{asset: X, decimals: -1}]}",
            "own.yaml: tokens.ethereum[0].decimals: Input should be greater than or equal to 0",
        ),
        (
            "coins: {X: {}}",
            "own.yaml: coins.X: needs a `network`, or a `reason` why none is known",
        ),
        (
            "coins: {X: {network: ethereum, asset: USDT, reason: no}}",
            "own.yaml: coins.X.reason: is not text; put it in quotes",
        ),
        (
            "coins: {X: {network: ethereum, contract: '0x1', reason: 'not sure'}}",
            "own.yaml: coins.X: a coin that is placed needs no `reason`: keep that, or the `contract`",
        ),
        ("coins:\n  X: {network: base}\n  X: {network: bnb}", "own.yaml:3: `X` stands twice; keep one"),
        ("coins: {X: {reason: 2026-02-30}}", "own.yaml: day is out of range for month"),
    ],
)
def test_what_a_file_says_wrongly_is_told_with_its_place(faults: Faults, text: str, fault: str) -> None:
    assert faults(text) == (fault,)


def test_what_is_not_yaml_is_told_with_its_line(faults: Faults) -> None:
    (fault,) = faults("coins:\n  X: }\n")
    assert fault.startswith("own.yaml:2: ")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (
            "networks: {ethereum: {caip2: 'eip155:9', family: evm, title: Other}}",
            "own.yaml: networks.ethereum: this network stands already in networks.yaml: networks.ethereum",
        ),
        (
            "networks: {other: {caip2: 'eip155:1', family: evm, title: Other}}",
            "own.yaml: networks.other: this CAIP-2 id stands already in networks.yaml: networks.ethereum",
        ),
        (
            "networks: {other: {caip2: 'eip155:9', family: evm, title: Other, labels: [arb]}}",
            "own.yaml: networks.other: the label arb is arbitrum's already",
        ),
        ("labels: {ARB: base}", "own.yaml: labels.ARB: the label ARB is arbitrum's already"),
        ("labels: {ARB2: nowhere}", "own.yaml: labels.ARB2: there is no network nowhere: add it under `networks:`"),
        (
            "tokens: {nowhere: [{asset: X, decimals: 6}]}",
            "own.yaml: tokens.nowhere: there is no network nowhere: add it under `networks:`",
        ),
        (
            "tokens: {ethereum: [{asset: X, contract: '0xdAC17F958D2ee523a2206206994597C13D831ec7', decimals: 6}]}",
            "own.yaml: tokens.ethereum: X: this token stands already in tokens.yaml: tokens.ethereum: USDT",
        ),
        (
            "tokens: {ecash: [{asset: XEC, decimals: 8}]}",
            "own.yaml: tokens.ecash: XEC: this token stands already in networks.yaml: networks.ecash",
        ),
        (
            f"tokens: {{ethereum: [{{asset: X, contract: '{MISSPELT}', decimals: 6}}]}}",
            f"own.yaml: tokens.ethereum: X: contract {MISSPELT}: its EIP-55 checksum does not match: expected {USDT}",
        ),
        (
            "tokens: {base: [{asset: RIPPLE, decimals: 6}]}",
            "own.yaml: tokens.base: RIPPLE is a name of XRP already",
        ),
        (
            "networks: {x: {caip2: 'x-chain:1', family: x, title: X, native: {asset: MATIC, decimals: 18}}}",
            "own.yaml: networks.x: MATIC is a name of POL already",
        ),
        ("assets: {USDX: [USDT]}", "own.yaml: assets.USDX: USDT is a name of USDT already"),
        ("assets: {XRP2: [ripple]}", "own.yaml: assets.XRP2: ripple is a name of XRP already"),
        (
            "staking: {ETH: ethereum}",
            "own.yaml: staking.ETH: this staking network stands already in coins.yaml: staking.ETH",
        ),
        ("staking: {SOL: base}", "own.yaml: staking.SOL: base has 0 tokens SOL: add it under `tokens:`"),
        (
            "coins: {eth_arbitrum: {network: base}}",
            "own.yaml: coins.eth_arbitrum: this coin id is known already: ETH on arbitrum",
        ),
        (
            "coins: {FAN: {reason: 'nobody knows'}}",
            "own.yaml: coins.FAN: this coin id is known already: which chain this is is not published",
        ),
        (
            "coins: {X: {network: starknet}}",
            "own.yaml: coins.X: starknet has no native coin: name the `asset` or the `contract`",
        ),
        ("coins: {X: {network: base, asset: XRP}}", "own.yaml: coins.X: base has 0 tokens XRP: add it under `tokens:`"),
        (
            "coins: {X: {network: polygon, asset: USDC}}",
            "own.yaml: coins.X: polygon has 2 tokens USDC: name the `contract`",
        ),
        (
            f"coins: {{X: {{network: ethereum, contract: '{MISSPELT}'}}}}",
            f"own.yaml: coins.X: contract {MISSPELT}: its EIP-55 checksum does not match: expected {USDT}",
        ),
        ("coins: {X: {network: nowhere}}", "own.yaml: coins.X: there is no network nowhere: add it under `networks:`"),
        ("coins: {X@base: {network: bnb}}", "own.yaml: coins.X@base: is for base, but its network is bnb"),
    ],
)
def test_what_contradicts_the_registry_is_told_with_both_places(faults: Faults, text: str, fault: str) -> None:
    assert faults(text) == (fault,)


def test_all_faults_are_told_at_once(faults: Faults) -> None:
    told = faults(
        """
        labels: {ARB: base}
        coins: {X: {network: nowhere}, BTC: {network: base}}
        """
    )
    assert len(told) == 3


def test_every_unreadable_file_is_named(tmp_path: Path) -> None:
    binary = tmp_path / "binary.yaml"
    binary.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(RegistryError) as caught:
        load([tmp_path / "absent.yaml", binary])
    absent, unreadable = caught.value.faults
    assert "absent.yaml: cannot be read" in absent
    assert "binary.yaml: cannot be read" in unreadable


def test_a_coin_id_may_name_its_contract_in_any_right_spelling(extended: Extend) -> None:
    registry = extended(f"coins: {{TETHER: {{network: ethereum, contract: '{USDT}'}}}}")
    assert registry.place("TETHER").token == registry.place("USDT", "ethereum").token


def test_contracts_of_an_extension_are_kept_in_lower_case(extended: Extend) -> None:
    registry = extended(documented_example())
    assert [token.contract for token in registry.tokens("ink")] == [None, "0x0200c29006150606b650577bbe7b6248f58470c1"]


def test_a_token_may_say_where_its_contract_keeps_balances(extended: Extend) -> None:
    registry = extended(
        """
        tokens:
          ethereum:
            - {asset: AAA, contract: "0x00000000000000000000000000000000000000aa", decimals: 6, balance_slot: 3}
            - {asset: BBB, contract: "0x00000000000000000000000000000000000000bb", decimals: 6,
               balance_slot: {slot: 0x52c63247e1f47db19d5ce0460030c497f067ca4cebf71ba98eeadabe20bace00, bits: 128}}
            - {asset: CCC, contract: "0x00000000000000000000000000000000000000cc", decimals: 6,
               balance_slot: {slot: 0, vyper: true}}
            - {asset: DDD, contract: "0x00000000000000000000000000000000000000dd", decimals: 6}
        """
    )
    slots = {contract[-2:]: slot for contract, slot in registry.balance_slots("ethereum").items()}
    storage = 0x52C63247E1F47DB19D5CE0460030C497F067CA4CEBF71BA98EEADABE20BACE00
    assert (slots["aa"], slots["bb"]) == (BalanceSlot(3), BalanceSlot(storage, bits=128))
    assert (slots["cc"], "dd" in slots) == (BalanceSlot(0, vyper=True), False)
    assert slots["48"] == BalanceSlot(9, bits=255), "USDC packs its blacklist into the top bit"
    assert registry.balance_slots("bitcoin") == {}


def test_a_balance_slot_is_a_place_in_the_storage_of_an_evm_contract(faults: Faults) -> None:
    assert faults("tokens: {ethereum: [{asset: AAA, decimals: 6, balance_slot: 1}]}") == (
        "own.yaml: tokens.ethereum[0]: a `balance_slot` is in the storage of a contract: name the `contract`",
    )
    tron = "TXYZopYRdj2D9XRtbG411XZZ3kM5VkAeBf"
    assert faults(f"tokens: {{tron: [{{asset: AAA, decimals: 6, contract: {tron}, balance_slot: 1}}]}}") == (
        "own.yaml: tokens.tron: AAA: balances are proven on EVM networks only, and tron is none",
    )
    for slot in (
        "-1",
        "{slot: 1, bits: 0}",
        "{slot: 1, bits: 257}",
        str(2**256),
        "one",
        "true",
        "{slot: 1, side: left}",
    ):
        entry = (
            f'{{asset: AAA, decimals: 6, contract: "0x00000000000000000000000000000000000000aa", balance_slot: {slot}}}'
        )
        assert all("balance_slot" in fault for fault in faults(f"tokens: {{ethereum: [{entry}]}}"))
