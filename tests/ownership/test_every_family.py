"""Every family that is judged: a row that a fresh key signed is proven, and with any part altered it is not."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from hashlib import sha256

import fast_stark_crypto as stark
import pytest
from base58 import b58encode
from btclib.hashes import hash160, ripemd160
from coincurve import PrivateKey
from eth_hash.auto import keccak
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from py_arkworks_bls12381 import G1Point, G2Point, Scalar

from monitor.model import Claim, Code, VerdictStatus
from monitor.ownership import judge
from monitor.ownership.families import FAMILIES
from monitor.ownership.families.starknet import message as starknet_message
from monitor.registry import load
from tests.support import ed25519, keys
from tests.support.keys import Key
from tests.support.ownership import MESSAGE, NOT_PROVEN, claim, compact

NETWORKS = load().networks

Maker = Callable[[int, str], Claim]
"""A good row from the number of a key and the message."""


def secret(number: int) -> bytes:
    return number.to_bytes(32, "big")


def sized(data: bytes) -> bytes:
    """Behind the length as Bitcoin writes it."""
    if len(data) < 0xFD:
        return bytes((len(data),)) + data
    if len(data) <= 0xFFFF:
        return b"\xfd" + len(data).to_bytes(2, "little") + data
    return b"\xfe" + len(data).to_bytes(4, "little") + data


def okx(message: str) -> bytes:
    return sized(b"OKX Signed Message:\n") + sized(message.encode())


def envelope(chain: str, message: str) -> bytes:
    return keccak(f"\x19{chain} Signed Message:\n32".encode() + keccak(message.encode()))


# --- Who signs what --------------------------------------------------------------------------------------------------


def hashed_key(
    network: str, address: Callable[[Key], str], digest: Callable[[str], bytes] = lambda message: keccak(okx(message))
) -> Maker:
    """Accounts that are the hash of a secp256k1 key."""

    def make(number: int, message: str) -> Claim:
        key = Key(secret(number))
        signature = "0x" + key.sign(digest(message)).hex()
        return claim(NETWORKS[network], address(key), signature, message=message)

    return make


def edwards(network: str, address: Callable[[bytes], str]) -> Maker:
    """Ed25519 over OKX's header."""

    def make(number: int, message: str) -> Claim:
        key = ed25519.Key(secret(number))
        signature = "0x" + key.sign(okx(message)).hex()
        return claim(NETWORKS[network], address(key.public), signature, key=key.hex, message=message)

    return make


def bitcoin(number: int, message: str) -> Claim:
    key = PrivateKey(secret(number))
    digest = sha256(sha256(sized(b"Bitcoin Signed Message:\n") + sized(message.encode())).digest()).digest()
    address = keys.p2pkh("00", key.public_key.format())
    return claim(NETWORKS["bitcoin"], address, compact(key, digest, 31), message=message)


def beacon(number: int, message: str) -> Claim:
    suite = b"BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_"
    signature = G2Point.hash_to_curve(envelope("Ethereum", message), suite) * Scalar(number)
    key = (G1Point() * Scalar(number)).to_compressed_bytes()
    return claim(
        NETWORKS["ethereum-beacon"], f"0x{key.hex()}", f"0x{signature.to_compressed_bytes().hex()}", message=message
    )


def eos(number: int, message: str) -> Claim:
    key = Key(secret(number))
    raw = key.sign(sha256(okx(message)).digest(), 31)
    signed = raw[64:] + raw[:64]
    signature = "SIG_K1_" + b58encode(signed + ripemd160(signed + b"K1")[:4]).decode()
    stated = "EOS" + b58encode(key.compressed + ripemd160(key.compressed)[:4]).decode()
    return claim(NETWORKS["eos"], f"okbwallet{number}tr", signature, key=stated, message=message)


def flow(number: int, message: str) -> Claim:
    key = Key(secret(number))
    signature = "0x" + key.sign(keccak(okx(message))).hex()
    return claim(NETWORKS["flow"], "0xe467b9dd11fa00df", signature, key=key.x_y.hex(), message=message)


def starknet(number: int, message: str) -> Claim:
    account = f"0x03b{number}" + "7" * 60
    r, s = stark.sign(number, starknet_message.digest(message, int(account, 16)))
    key = stark.get_public_key(number)
    return claim(NETWORKS["starknet"], account, f"{r:064x}{s:064x}", key=f"{key:#x}", message=message)


MAKERS: Mapping[str, Maker] = {
    "aelf": hashed_key("aelf", keys.aelf),
    "beacon": beacon,
    "bitcoin": bitcoin,
    "conflux": hashed_key("conflux", keys.conflux_user),
    "cosmos": hashed_key("cosmos", lambda key: keys.cosmos("cosmos", key)),
    "eos": eos,
    "evm": hashed_key("ethereum", keys.evm, lambda message: envelope("Ethereum", message)),
    "filecoin": hashed_key("filecoin", keys.filecoin_native),
    "flow": flow,
    "harmony": hashed_key("harmony", keys.evm),
    "icon": hashed_key("icon", keys.icon),
    "nuls": hashed_key("nuls", lambda key: keys.nuls(hash160(key.compressed))),
    "platon": hashed_key("platon", keys.evm, lambda message: envelope("Ethereum", message)),
    "stacks": hashed_key("stacks", lambda key: keys.stacks(key.compressed)),
    "starknet": starknet,
    "tron": hashed_key("tron", keys.tron, lambda message: envelope("TRON", message)),
    "xrp": hashed_key("xrp", lambda key: keys.xrp(key.compressed)),
    **{home.on.family: edwards(home.on.name, home.address) for home in ed25519.HOMES},
    **{
        family: edwards(family, lambda _key, address=ed25519.KEYLESS[family][1]: address)  # type: ignore[misc]
        for family in ("hedera", "iost", "pocket", "venom")
    },
}
UNBOUND = {"eos", "flow", "hedera", "iost", "pocket", "starknet", "venom"}
"""Families whose accounts hold nothing of a key."""
NAMES_ITS_ACCOUNT = "starknet"
"""Nothing binds its key, but what is signed names the account."""

each = pytest.mark.parametrize("family", sorted(FAMILIES))


def status(row: Claim) -> VerdictStatus:
    verdict = judge(row, NETWORKS[row.network or ""])
    assert verdict.code is not Code.DEFECT
    return verdict.status


def good(family: str) -> VerdictStatus:
    return VerdictStatus.UNBOUND if family in UNBOUND else VerdictStatus.VERIFIED


def test_every_family_has_its_signer_here() -> None:
    assert set(MAKERS) == set(FAMILIES)
    assert {family: NETWORKS[make(1, MESSAGE).network or ""].family for family, make in MAKERS.items()} == {
        family: family for family in FAMILIES
    }


@each
@settings(max_examples=6, deadline=None)
@given(number=st.integers(1, 5), text=st.text("abc XYZ-_.", min_size=1, max_size=31))
def test_what_a_fresh_key_signs_is_proven(family: str, number: int, text: str) -> None:
    assert status(MAKERS[family](number, text)) is good(family)


TEXTS = ["ä€😀", "x" * 252, "x" * 253, "ж" * 300, "long " * 14_000, "line\nline\r\n", " "]


@each
def test_a_message_of_any_length_and_alphabet_is_signed_whole(family: str) -> None:
    for text in TEXTS:
        if family == "starknet" and (len(text) > 31 or not text.isascii()):
            continue  # its form covers no such text: test_starknet.py
        row = MAKERS[family](1, text)
        assert status(row) is good(family), text[:10]
        assert status(replace(row, message=text[:-1] + "!")) is VerdictStatus.INVALID, text[:10]
        assert status(replace(row, message=text + " ")) is VerdictStatus.INVALID, text[:10]


@each
def test_each_part_of_another_row_makes_it_invalid(family: str) -> None:
    row, other = MAKERS[family](1, MESSAGE), MAKERS[family](2, MESSAGE)
    altered = [replace(row, message=MESSAGE.upper()), replace(row, signatures=other.signatures)]
    if row.key:
        altered.append(replace(row, key=other.key))
    if family not in UNBOUND | ed25519.UNTOLD or family == NAMES_ITS_ACCOUNT:
        altered.append(replace(row, address=other.address, account=other.account))
    assert {status(one) for one in altered} == {VerdictStatus.INVALID}


@each
def test_nothing_stands_around_a_signature(family: str) -> None:
    row = MAKERS[family](1, MESSAGE)
    [signature] = row.signatures
    texts = [signature + after for after in ("00", " ", "\n", "\0", "=", signature)] + [" " + signature, "null", "\\N"]
    if family != "starknet":  # whose hex is written with or without it
        texts.append("0x" + signature)
    assert {status(replace(row, signatures=(text,))) for text in texts} == {VerdictStatus.UNSUPPORTED}


@each
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_a_signature_with_any_character_changed_is_not_proven(family: str, data: st.DataObject) -> None:
    row = MAKERS[family](1, MESSAGE)
    text = row.signatures[0]
    position = data.draw(st.integers(2, len(text) - 1))
    character = data.draw(st.sampled_from("0123456789abcdefGHJKLMNPQRSTUVWXYZ+/=_ \n"))
    assume(character.lower() != text[position].lower())
    assert status(replace(row, signatures=(text[:position] + character + text[position + 1 :],))) in NOT_PROVEN


@each
def test_a_row_has_its_signatures_once(family: str) -> None:
    row = MAKERS[family](1, MESSAGE)
    assert status(replace(row, signatures=())) is VerdictStatus.UNSIGNED
    assert status(replace(row, signatures=("", ""))) is VerdictStatus.UNSIGNED
    assert status(replace(row, signatures=row.signatures * 2)) is VerdictStatus.UNSUPPORTED


SAME_ACCOUNTS = {"beacon", "evm", "filecoin", "harmony", "platon"}
"""The account of one key (of validators: the withdrawal address) is the same 20 bytes on all of them, and what is
signed is the same too."""


@each
def test_on_a_network_of_another_family_it_is_not_verified(family: str) -> None:
    row = MAKERS[family](1, MESSAGE)
    for name, network in NETWORKS.items():
        if network.family not in FAMILIES or network.family == family or {family, network.family} <= SAME_ACCOUNTS:
            continue
        if name == "injective" and family in SAME_ACCOUNTS:  # of Cosmos' family, with the accounts of EVM networks
            continue
        assert status(replace(row, network=name)) is not VerdictStatus.VERIFIED, name


@each
def test_an_owner_who_has_not_signed_proves_nothing(family: str) -> None:
    row, other = MAKERS[family](1, MESSAGE), MAKERS[family](2, MESSAGE)
    if other.address == row.address:
        return  # accounts without keys cannot own
    owned = status(replace(row, owners=(other.address,)))
    untold = {VerdictStatus.UNBOUND} if family in ed25519.UNTOLD else set()
    assert owned in {VerdictStatus.INVALID, VerdictStatus.UNSUPPORTED} | untold
