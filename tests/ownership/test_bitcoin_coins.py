"""Every coin of Bitcoin's kin, judged with its own message header and its own address parameters."""

import base64
from dataclasses import dataclass
from hashlib import sha256

import pytest
from base58 import b58encode_check
from btclib import bech32
from btclib.hashes import hash160
from coincurve import PrivateKey

from monitor.model import Claim, VerdictStatus
from monitor.ownership import judge
from monitor.ownership.digests import bitcoin_message
from monitor.registry import load
from monitor.registry.addresses.encodings import cashaddr
from monitor.registry.addresses.encodings.cashaddr import CASHADDR_ALPHABET
from tests.support.keys import five_bits
from tests.support.ownership import MESSAGE, NOT_PROVEN, claim, compact, multisig

NETWORKS = load().networks
KEY, SECOND = PrivateKey((5).to_bytes(32, "big")), PrivateKey((6).to_bytes(32, "big"))
PUBLIC = KEY.public_key.format()
SCRIPT = multisig(2, PUBLIC, SECOND.public_key.format())
BITCOIN_HEADER = "Bitcoin Signed Message:\n"


@dataclass(frozen=True)
class Coin:
    """What a coin's node has: its header, and the versions and prefixes of its addresses."""

    header: str
    p2pkh: str
    p2sh: str
    bech32: str = ""
    cashaddr: str = ""


COINS = {
    "bitcoin": Coin(BITCOIN_HEADER, "00", "05", bech32="bc"),
    "bitcoin-cash": Coin(BITCOIN_HEADER, "00", "05", cashaddr="bitcoincash"),
    "bitcoin-diamond": Coin("Bitcoindiamond Signed Message:\n", "00", "05", bech32="bcd"),
    "bitcoin-gold": Coin("Bitcoin Gold Signed Message:\n", "26", "17", bech32="btg"),
    "bitcoin-sv": Coin(BITCOIN_HEADER, "00", "05"),
    "dash": Coin("DarkCoin Signed Message:\n", "4c", "10"),
    "digibyte": Coin("DigiByte Signed Message:\n", "1e", "3f", bech32="dgb"),
    "dogecoin": Coin("Dogecoin Signed Message:\n", "1e", "16"),
    "ecash": Coin(BITCOIN_HEADER, "00", "05", cashaddr="ecash"),
    "horizen": Coin("Zcash Signed Message:\n", "2089", "2096"),
    "litecoin": Coin("Litecoin Signed Message:\n", "30", "32", bech32="ltc"),
    "qtum": Coin("Qtum Signed Message:\n", "3a", "32", bech32="qc"),
    "ravencoin": Coin("Raven Signed Message:\n", "3c", "7a"),
    "zcash": Coin("Zcash Signed Message:\n", "1cb8", "1cbd"),
}
EACH = pytest.mark.parametrize("name", COINS)
SEGWIT = pytest.mark.parametrize("name", [name for name, coin in COINS.items() if coin.bech32])
CASH = pytest.mark.parametrize("name", [name for name, coin in COINS.items() if coin.cashaddr])


def address(version: str, payload: bytes) -> str:
    return b58encode_check(bytes.fromhex(version) + payload).decode()


def sign(header: str, key: PrivateKey = KEY, kind: int = 31) -> str:
    return compact(key, bitcoin_message(header, MESSAGE.encode()), kind)


def witness(prefix: str, program: bytes) -> str:
    return bech32.encode(prefix, [0, *five_bits(program)], bech32.BECH32_1_CONST).decode()


def row(name: str, text: str, *signatures: str, key: str = "") -> Claim:
    return claim(NETWORKS[name], text, *signatures, key=key)


def status(name: str, text: str, *signatures: str, key: str = "") -> VerdictStatus:
    return judge(row(name, text, *signatures, key=key), NETWORKS[name]).status


def test_the_table_above_has_every_coin_that_is_judged() -> None:
    headers = {name: network.parameters.message_headers[0] for name, network in NETWORKS.items() if network.parameters}
    del headers["decred"]  # test_decred.py
    assert {name: coin.header for name, coin in COINS.items()} == headers


@EACH
def test_a_key_proves_its_p2pkh_address_under_the_coins_own_header(name: str) -> None:
    coin = COINS[name]
    own = address(coin.p2pkh, hash160(PUBLIC))
    assert status(name, own, sign(coin.header)) is VerdictStatus.VERIFIED
    assert status(name, own, sign("Foreign Signed Message:\n")) is VerdictStatus.INVALID
    assert status(name, own, sign(coin.header, SECOND)) is VerdictStatus.INVALID
    assert status(name, own, sign(coin.header), key=PUBLIC.hex()) is VerdictStatus.VERIFIED


@EACH
def test_the_uncompressed_key_has_an_address_of_its_own(name: str) -> None:
    """OKX's tool refuses it; a header of 27 to 30 says that the key is hashed uncompressed, and only then is it."""
    coin = COINS[name]
    whole = address(coin.p2pkh, hash160(KEY.public_key.format(compressed=False)))
    assert status(name, whole, sign(coin.header, kind=27)) is VerdictStatus.VERIFIED
    assert status(name, whole, sign(coin.header, kind=31)) is VerdictStatus.INVALID
    assert status(name, address(coin.p2pkh, hash160(PUBLIC)), sign(coin.header, kind=27)) is VerdictStatus.INVALID


@EACH
def test_a_multisig_address_needs_distinct_keys_of_its_script(name: str) -> None:
    coin = COINS[name]
    script_address, first, second = (
        address(coin.p2sh, hash160(SCRIPT)),
        sign(coin.header),
        sign(coin.header, SECOND),
    )
    assert status(name, script_address, first, second, key=SCRIPT.hex()) is VerdictStatus.VERIFIED
    assert status(name, script_address, first, first, key=SCRIPT.hex()) in NOT_PROVEN
    assert status(name, script_address, first, key=SCRIPT.hex()) in NOT_PROVEN
    assert status(name, script_address, first, second) in NOT_PROVEN


@SEGWIT
def test_segregated_witness_addresses_are_proven_with_the_headers_of_bip_137(name: str) -> None:
    coin = COINS[name]
    single, script = witness(coin.bech32, hash160(PUBLIC)), witness(coin.bech32, sha256(SCRIPT).digest())
    nested = address(coin.p2sh, hash160(b"\x00\x14" + hash160(PUBLIC)))
    signed, both = sign(coin.header, kind=39), (sign(coin.header), sign(coin.header, SECOND))
    assert status(name, single, signed) is VerdictStatus.VERIFIED
    assert status(name, nested, sign(coin.header, kind=35)) is VerdictStatus.VERIFIED
    assert status(name, script, *both, key=SCRIPT.hex()) is VerdictStatus.VERIFIED
    assert status(name, single, sign(coin.header, SECOND, 39)) is VerdictStatus.INVALID
    assert status(name, script, *both, key=multisig(1, PUBLIC).hex()) is VerdictStatus.INVALID


@CASH
def test_cash_addresses_are_proven_as_their_old_spelling_is(name: str) -> None:
    coin = COINS[name]
    single = cashaddr.encode(coin.cashaddr, b"\x00" + hash160(PUBLIC), CASHADDR_ALPHABET)
    script = cashaddr.encode(coin.cashaddr, b"\x08" + hash160(SCRIPT), CASHADDR_ALPHABET)
    both = (sign(coin.header), sign(coin.header, SECOND))
    for spelling in (single, single.removeprefix(f"{coin.cashaddr}:")):
        assert status(name, spelling, sign(coin.header)) is VerdictStatus.VERIFIED
    assert row(name, single).account == row(name, address("00", hash160(PUBLIC))).account
    assert status(name, script, *both, key=SCRIPT.hex()) is VerdictStatus.VERIFIED
    assert status(name, single, sign(coin.header, SECOND)) is VerdictStatus.INVALID
    assert status(name, script, both[0], both[0], key=SCRIPT.hex()) is VerdictStatus.INVALID
    foreign = cashaddr.encode("bchtest", b"\x00" + hash160(PUBLIC), CASHADDR_ALPHABET)
    assert status(name, foreign, sign(coin.header)) is VerdictStatus.INVALID


@EACH
def test_an_address_with_another_coins_parameters_is_invalid_whatever_signed(name: str) -> None:
    """OKX's tool passes what does not decode (Zcash, Horizen, DigiByte's scripts); here it is a finding."""
    coin = COINS[name]
    shared = {other for other, their in COINS.items() if their.p2pkh == coin.p2pkh}
    for other, their in COINS.items():
        if other not in shared:
            assert status(name, address(their.p2pkh, hash160(PUBLIC)), sign(coin.header)) is VerdictStatus.INVALID
    broken = address(coin.p2pkh, hash160(PUBLIC))
    broken = broken[:-1] + ("1" if broken[-1] != "1" else "2")
    assert status(name, broken, sign(coin.header)) is VerdictStatus.INVALID


def test_horizen_also_takes_the_header_that_okxs_tool_holds_for_it() -> None:
    own = address("2089", hash160(PUBLIC))
    assert status("horizen", own, sign(BITCOIN_HEADER)) is VerdictStatus.VERIFIED
    assert status("zcash", address("1cb8", hash160(PUBLIC)), sign(BITCOIN_HEADER)) is VerdictStatus.INVALID


def test_a_signature_of_another_shape_is_unsupported_where_bip_322_does_not_exist() -> None:
    text = base64.b64encode(bytes(64)).decode()
    assert status("dogecoin", address("1e", hash160(PUBLIC)), text) is VerdictStatus.UNSUPPORTED


def test_an_address_of_a_form_without_a_rule_is_unsupported() -> None:
    future = "bc1pw508d6qejxtdg4y5r3zarvary0c5xw7kw508d6qejxtdg4y5r3zarvary0c5xw7kt5nd6y"  # BIP 350
    assert status("bitcoin", future, sign(BITCOIN_HEADER)) is VerdictStatus.UNSUPPORTED


def test_prefixes_of_test_nets_and_sister_coins_are_not_the_coins_own() -> None:
    program = hash160(PUBLIC)
    for prefix in ("tb", "ltc", "bcrt"):
        assert status("bitcoin", witness(prefix, program), sign(BITCOIN_HEADER, kind=39)) is VerdictStatus.INVALID
