from __future__ import annotations

import pytest
from bitcoin.base58 import CBase58Data
from bitcoin.segwit_addr import encode as encode_segwit
from hypothesis import given
from hypothesis import strategies as st

from monitor.registry.addresses import Decoded
from monitor.registry.addresses.bitcoin import script_pubkey
from monitor.registry.addresses.decoded import AddressError
from monitor.registry.addresses.encodings import bech32
from tests.support.addresses import accepted, refusal

# BIP-173 and BIP-350, "Test vectors for v0-v16 native segregated witness addresses": address and output script.
VALID_SEGWIT = [
    ("BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4", "0014751e76e8199196d454941c45d1b3a323f1433bd6", "p2wpkh"),
    (
        "bc1pw508d6qejxtdg4y5r3zarvary0c5xw7kw508d6qejxtdg4y5r3zarvary0c5xw7kt5nd6y",
        "5128751e76e8199196d454941c45d1b3a323f1433bd6751e76e8199196d454941c45d1b3a323f1433bd6",
        "witness_v1",
    ),
    ("BC1SW50QGDZ25J", "6002751e", "witness_v16"),
    ("bc1zw508d6qejxtdg4y5r3zarvaryvaxxpcs", "5210751e76e8199196d454941c45d1b3a323", "witness_v2"),
    (
        "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0",
        "512079be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798",
        "p2tr",
    ),
]

# The same for the test net, which no network of the registry is; address, version and program.
VALID_TEST_NET = [
    (
        "tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3q0sl5k7",
        0,
        "1863143c14c5166804bd19203356da136c985678cd4d27a1b8c6329604903262",
    ),
    (
        "tb1qqqqqp399et2xygdj5xreqhjjvcmzhxw4aywxecjdzew6hylgvsesrxh6hy",
        0,
        "000000c4a5cad46221b2a187905e5266362b99d5e91c6ce24d165dab93e86433",
    ),
    (
        "tb1pqqqqp399et2xygdj5xreqhjjvcmzhxw4aywxecjdzew6hylgvsesf3hn0c",
        1,
        "000000c4a5cad46221b2a187905e5266362b99d5e91c6ce24d165dab93e86433",
    ),
]

# The invalid ones of both BIPs, with a word of our reason.
INVALID_SEGWIT = [
    ("tc1qw508d6qejxtdg4y5r3zarvary0c5xw7kg3g4ty", "base58"),
    ("tc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vq5zuyut", "base58"),
    ("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5", "checksum"),
    ("BC13W508D6QEJXTDG4Y5R3ZARVARY0C5XW7KN40WF2", "BIP-350 calls for bech32m"),
    ("bc1rw5uspcuh", "BIP-350 calls for bech32m"),
    ("bc10w508d6qejxtdg4y5r3zarvary0c5xw7kw508d6qejxtdg4y5r3zarvary0c5xw7kw5rljs90", "BIP-350 calls for bech32m"),
    ("BC1QR508D6QEJXTDG4Y5R3ZARVARYV98GJ9P", "has 16 bytes, not 20 or 32"),
    ("tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3q0sL5k7", "mixed case"),
    ("bc1zw508d6qejxtdg4y5r3zarvaryvqyzf3du", "BIP-350 calls for bech32m"),
    ("tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3pjxtptv", "bits that belong to no byte"),
    ("bc1gmk9yu", "empty data"),
    ("bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqh2y7hd", "BIP-350 calls for bech32m"),
    ("tb1z0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqglt7rf", "BIP-350 calls for bech32m"),
    ("BC1S0XLXVLHEMJA6C4DQV22UAPCTQUPFHLXM9H8Z3K2E72Q4K9HCZ7VQ54WELL", "BIP-350 calls for bech32m"),
    ("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kemeawh", "BIP-350 calls for bech32 for"),
    ("tb1q0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vq24jc47", "BIP-350 calls for bech32 for"),
    ("bc1p38j9r5y49hruaue7wxjce0updqjuyyx0kh56v8s25huc6995vvpql3jow4", "character"),
    ("BC130XLXVLHEMJA6C4DQV22UAPCTQUPFHLXM9H8Z3K2E72Q4K9HCZ7VQ7ZWS8R", "witness version is 17"),
    ("bc1pw5dgrnzv", "has 1 bytes, not 2 to 40"),
    ("bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7v8n0nx0muaewav253zgeav", "has 41 bytes, not 2 to 40"),
    ("tb1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vq47Zagq", "mixed case"),
    ("bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7v07qwwzcrf", "bits that belong to no byte"),
    ("tb1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vpggkg4j", "bits that belong to no byte"),
]

# Versions from facts that every coin's node states: coin, version of P2PKH and of P2SH, prefix of bech32.
COINS = [
    ("bitcoin", "00", "05", "bc"),
    ("bitcoin-diamond", "00", "05", "bcd"),
    ("bitcoin-gold", "26", "17", "btg"),
    ("bitcoin-sv", "00", "05", ""),
    ("dash", "4c", "10", ""),
    ("digibyte", "1e", "3f", "dgb"),
    ("dogecoin", "1e", "16", ""),
    ("horizen", "2089", "2096", ""),
    ("litecoin", "30", "32", "ltc"),
    ("qtum", "3a", "32", "qc"),
    ("ravencoin", "3c", "7a", ""),
    ("zcash", "1cb8", "1cbd", ""),
]

hashes = st.binary(min_size=20, max_size=20)


def base58(version: str, payload: bytes) -> str:
    head = bytes.fromhex(version)
    return str(CBase58Data.from_bytes(head[1:] + payload, head[0]))


@pytest.mark.parametrize(("text", "script", "form"), VALID_SEGWIT)
def test_the_valid_segwit_addresses_of_the_bips_give_their_scripts(text: str, script: str, form: str) -> None:
    decoded = accepted("bitcoin", text)
    assert (decoded.canonical, decoded.form) == (text.lower(), form)
    assert script_pubkey(decoded).hex() == script


@pytest.mark.parametrize(("text", "version", "program"), VALID_TEST_NET)
def test_the_test_net_addresses_of_the_bips_decode_but_belong_to_no_coin(text: str, version: int, program: str) -> None:
    assert bech32.decode_witness(text) == ("tb", version, bytes.fromhex(program))
    assert refusal("bitcoin", text) == "is an address of a test net"


@pytest.mark.parametrize(("text", "reason"), INVALID_SEGWIT)
def test_the_invalid_segwit_addresses_of_the_bips_are_refused_for_their_reason(text: str, reason: str) -> None:
    assert reason in refusal("bitcoin", text)


@pytest.mark.parametrize(("text", "reason"), INVALID_SEGWIT)
def test_they_are_invalid_whatever_their_prefix(text: str, reason: str) -> None:
    if reason != "base58":
        with pytest.raises(AddressError, match=reason.replace("(", "\\(")):
            bech32.decode_witness(text)


@pytest.mark.parametrize(("name", "p2pkh", "p2sh", "prefix"), COINS)
@given(payload=hashes)
def test_every_coin_reads_its_own_addresses(name: str, p2pkh: str, p2sh: str, prefix: str, payload: bytes) -> None:
    text = base58(p2pkh, payload)
    assert accepted(name, text) == (text, "p2pkh", payload)
    text = base58(p2sh, payload)
    assert accepted(name, text) == (text, "p2sh", payload)
    if prefix:
        text = encode_segwit(prefix, 0, payload)
        assert accepted(name, text) == accepted(name, text.upper()) == (text, "p2wpkh", payload)


@pytest.mark.parametrize(("name", "p2pkh", "p2sh", "prefix"), COINS)
def test_every_coin_refuses_addresses_that_only_other_coins_have(name: str, p2pkh: str, p2sh: str, prefix: str) -> None:
    payload = bytes(range(20))
    old = {"litecoin", "digibyte"} & {name}  # they read the version 05 as well
    for other, other_p2pkh, other_p2sh, other_prefix in COINS:
        if other_p2pkh not in (p2pkh, p2sh):
            assert "is an address of " in refusal(name, base58(other_p2pkh, payload))
        if other_p2sh not in (p2pkh, p2sh) and not (old and other_p2sh == "05"):
            assert "is an address of " in refusal(name, base58(other_p2sh, payload))
        if other_prefix and other_prefix != prefix:
            assert refusal(name, encode_segwit(other_prefix, 0, payload)) == f"is an address of {other}"


def test_base58_that_begins_like_bech32_is_base58() -> None:
    assert accepted("qtum", "Qc1aJicNdHnuSBs2Pq8TTUYmypdfMWoqMH").form == "p2pkh"


@pytest.mark.parametrize(("form", "payload", "script"), [
    ("p2pkh", "11" * 20, "76a914" + "11" * 20 + "88ac"),
    ("p2sh", "22" * 20, "a914" + "22" * 20 + "87"),
    ("p2sh32", "33" * 32, "aa20" + "33" * 32 + "87"),
    ("p2wpkh", "44" * 20, "0014" + "44" * 20),
    ("p2wsh", "55" * 32, "0020" + "55" * 32),
    ("p2tr", "66" * 32, "5120" + "66" * 32),
    ("witness_v16", "7788", "60027788"),
])  # fmt: skip
def test_each_form_has_its_output_script(form: str, payload: str, script: str) -> None:
    assert script_pubkey(Decoded("", form, bytes.fromhex(payload))).hex() == script


def test_an_account_of_another_family_has_no_output_script() -> None:
    with pytest.raises(ValueError, match="'validator' has no output script"):
        script_pubkey(Decoded("0x", "validator", b""))


def test_two_spellings_of_a_script_hash_are_one_account_of_litecoin() -> None:
    # The second is how Litecoin Core spelled the first before 2017, and still reads it.
    new, old = "MJVnbkcnEGGCKXyfhsjuYS69DBVHux1G2C", "3CHeHsCpH9QmX2hmbzkZinqjtUtqseNWrV"
    assert accepted("litecoin", old) == accepted("litecoin", new)
    assert accepted("litecoin", old).canonical == new
    assert accepted("bitcoin", old).canonical == old
    assert refusal("bitcoin", new) == "is an address of litecoin or qtum"


@pytest.mark.parametrize(
    ("text", "form"),
    [("DsUZxxoHJSty8DCfwfartwTYbuhmVct7tJu", "p2pkh"), ("DcuQKx8BES9wU7C6Q5VmLBjw436r27hayjS", "p2sh")],
)
def test_decred_is_checked_with_its_own_hash(text: str, form: str) -> None:
    assert accepted("decred", text).form == form
    assert "checksum" in refusal("decred", text[:-1] + "v")
    assert "checksum" in refusal("decred", base58("073f", bytes(20)))  # right but for Bitcoin's double SHA-256


SPROUT = "zcBqWB8VDjVER7uLKb4oHp2v54v2a1jKd9o4FY7mdgQ3gDfG8MiZLvdQga8JK3t58yjXGjQHzMzkGUxSguSs6ZzqpgTNiZG"


@pytest.mark.parametrize(
    ("name", "text", "word"),
    [
        ("litecoin", "ltcmweb1qqvz6a5zjh0rpc2lgnvrk9rl73qvzqz0q0t0u2m0q4vdl3g3mjxrz2q0", "confidential (MWEB)"),
        ("zcash", "zs1z7rejlpsa98s2rrrfkwmaxu53e4ue0ulcrw0h4x5g8jl04tak0d3mm47vdtahatqrlkngh9sly", "Sapling"),
        ("zcash", "u1l8xunezsvhq8fgzfl7404m450nwnd76zshscn6nfys7vyz2ywyh4cc5daaq0c7q2su5lqfh23sp7fkf3k", "unified"),
        ("zcash", SPROUT, "Sprout"),
        ("horizen", SPROUT, "Sprout"),
    ],
)
def test_addresses_whose_balance_no_one_can_read_are_refused_by_name(name: str, text: str, word: str) -> None:
    reason = refusal(name, text)
    assert word in reason
    assert "its balance cannot be read from the chain" in reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn", "is an address of a test net"),
        ("2MzQwSSnBHWHqSAqtTVQ6v47XtaisrJa1Vc", "is an address of a test net"),
        ("5HpHagT65TZzG1PH3CSu63k8DbpvD8s5ip4nEB3kEsreAnchuDf", "is no address of bitcoin"),  # a private key
        ("1DcT5Wij5tfb3oVViF8mA8p4WrG98ahZP0", "outside the alphabet"),
        ("111111111", "base58 checksum does not match"),
        ("qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a", "base58"),
    ],
)
def test_other_base58_is_refused_with_what_it_is(text: str, reason: str) -> None:
    assert reason in refusal("bitcoin", text)
