import base64
from collections.abc import Callable

import pytest
from btclib import b32, b58
from btclib.ecc import bms
from btclib.hashes import hash160
from btclib.key import PrvKeyData
from coincurve import PrivateKey
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from monitor.model import Claim, Code, Verdict, VerdictStatus
from monitor.ownership import judge
from monitor.ownership.digests import bitcoin_message, okx_message
from tests.support.ownership import (
    BITCOIN,
    MESSAGE,
    NOT_PROVEN,
    ORDER,
    claim,
    evm_signature,
    network,
    with_high_s,
)

MESSAGES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=300)
SCALARS = st.integers(1, ORDER - 1)
ADDRESSES: dict[str, Callable[[PrvKeyData], str]] = {
    "P2PKH": lambda key: b58.p2pkh(key.pub),
    "P2SH-P2WPKH": lambda key: b58.p2wpkh_p2sh(key.pub),
    "P2WPKH": lambda key: b32.p2wpkh(key.pub),
}

KEY = PrvKeyData(5)
DIGEST = bitcoin_message("Bitcoin Signed Message:\n", MESSAGE.encode())


def judged(row: Claim) -> Verdict:
    return judge(row, BITCOIN)


def signed(kind: str, key: PrvKeyData = KEY, message: str = MESSAGE) -> str:
    return bms.sign(message.encode(), key, ADDRESSES[kind](key)).b64encode()


def spelled(header: int, rest: bytes) -> str:
    return base64.b64encode(bytes((header,)) + rest).decode()


@pytest.mark.parametrize("kind", ADDRESSES)
@settings(max_examples=15, deadline=None)
@given(scalar=SCALARS, message=MESSAGES)
def test_another_librarys_signature_proves_each_address_of_its_key(kind: str, scalar: int, message: str) -> None:
    key = PrvKeyData(scalar)
    verdict = judged(claim(BITCOIN, ADDRESSES[kind](key), signed(kind, key, message), message=message))
    assert verdict.status is VerdictStatus.VERIFIED, verdict.reason
    assert verdict.reason.startswith(f"{kind}: ")


def test_an_uncompressed_key_proves_its_own_p2pkh_address_only() -> None:
    key = PrvKeyData(5, compressed=False)
    text = bms.sign(MESSAGE.encode(), key).b64encode()
    assert judged(claim(BITCOIN, b58.p2pkh(key.pub), text)).status is VerdictStatus.VERIFIED
    assert judged(claim(BITCOIN, b58.p2pkh(KEY.pub), text)).status is VerdictStatus.INVALID


@pytest.mark.parametrize("kind", ADDRESSES)
@settings(max_examples=30, deadline=None)
@given(position=st.integers(0, 64), change=st.integers(1, 255))
def test_a_signature_with_any_byte_changed_is_not_proven(kind: str, position: int, change: int) -> None:
    raw = bytearray(base64.b64decode(signed(kind)))
    raw[position] ^= change
    assume(position or not 31 <= raw[0] <= 34)  # Electrum's spelling of the same
    text = base64.b64encode(raw).decode()
    assert judged(claim(BITCOIN, ADDRESSES[kind](KEY), text)).status in NOT_PROVEN


@pytest.mark.parametrize("kind", ADDRESSES)
def test_another_message_key_or_network_makes_a_signature_invalid(kind: str) -> None:
    address, text = ADDRESSES[kind](KEY), signed(kind)
    assert judged(claim(BITCOIN, address, text, message=MESSAGE + ".")).status is VerdictStatus.INVALID
    other = judged(claim(BITCOIN, ADDRESSES[kind](PrvKeyData(6)), text))
    assert (other.code, "which is not the address's" in other.reason) == (Code.NOT_BY_ACCOUNT, True)
    litecoin = network("litecoin", "bitcoin")
    assert judge(claim(litecoin, address, text), litecoin).status is VerdictStatus.INVALID


@pytest.mark.parametrize("kind", ADDRESSES)
def test_the_header_must_name_the_kind_of_the_address_or_be_electrums(kind: str) -> None:
    raw = base64.b64decode(signed(kind))
    own, electrum = (raw[0] - 27) // 4, 1
    for group in range(4):
        text = spelled(27 + 4 * group + (raw[0] - 27) % 4, raw[1:])
        status = judged(claim(BITCOIN, ADDRESSES[kind](KEY), text)).status
        assert status in ({VerdictStatus.VERIFIED} if group in {own, electrum} else NOT_PROVEN), group


@pytest.mark.parametrize(
    "address", ["3DYoBqQ5N6dADzyQjy9FT1Ls4amiYVaqTG", "bc1qq2tmmcngng78nllq2pvrkchcdukemtj56uyue0"]
)
def test_electrums_own_vectors_for_segwit_addresses_are_verified(address: str) -> None:
    """Electrum, tests/test_bitcoin.py: one key, one signature with header 31, both kinds of segwit address."""
    text = "HyFaND+87TtVbRhkTfT3mPNBCQcJ32XXtNZGW8sFldJsNpOPCegEmdcCf5Thy18hdMH88GLxZLkOby/EwVUuSeA="
    assert judged(claim(BITCOIN, address, text, message="Electrum")).status is VerdictStatus.VERIFIED
    assert judged(claim(BITCOIN, address, text, message="heyheyhey")).status in NOT_PROVEN
    for other in (ADDRESSES["P2SH-P2WPKH"](KEY), ADDRESSES["P2WPKH"](KEY)):
        assert judged(claim(BITCOIN, other, text, message="Electrum")).status in NOT_PROVEN
    raw = base64.b64decode(text)
    malleable = spelled(31 + ((raw[0] - 31) ^ 1), with_high_s(raw[1:]))
    verdict = judged(claim(BITCOIN, address, malleable, message="Electrum"))
    assert (verdict.code, verdict.reason) == (Code.HIGH_S, "the signature is malleable (high s)")


def test_an_uncompressed_key_proves_no_segwit_address_even_one_made_of_it() -> None:
    key = PrvKeyData(5, compressed=False)
    text = bms.sign(MESSAGE.encode(), key).b64encode()
    program = bytes.fromhex("0014") + hash160(key.pub.sec)
    for address in (b58.p2sh(program), b32.address_from_witness(0, program[2:])):
        verdict = judged(claim(BITCOIN, address, text))
        assert (verdict.code, "uncompressed key" in verdict.reason) == (Code.HEADER_MISFIT, True)


@pytest.mark.parametrize("header", [0, 26, 43, 255])
def test_headers_that_bip_137_does_not_know_are_not_judged(header: int) -> None:
    text = spelled(header, base64.b64decode(signed("P2PKH"))[1:])
    verdict = judged(claim(BITCOIN, ADDRESSES["P2PKH"](KEY), text))
    assert (verdict.code, "27 to 42" in verdict.reason) == (Code.HEADER_UNKNOWN, True)


@pytest.mark.parametrize("header", [27, 42])
def test_the_first_and_the_last_header_of_bip_137_are_read(header: int) -> None:
    text = spelled(header, base64.b64decode(signed("P2PKH"))[1:])
    assert "27 to 42" not in judged(claim(BITCOIN, ADDRESSES["P2PKH"](KEY), text)).reason


@pytest.mark.parametrize(("v", "read"), [(26, False), (27, True), (34, True), (35, False)])
def test_v_of_okxs_hex_is_from_27_to_34(v: int, read: bool) -> None:
    text = evm_signature(PrivateKey((5).to_bytes(32, "big")), okx_message(MESSAGE.encode()))[:-2] + f"{v:02x}"
    verdict = judged(claim(BITCOIN, ADDRESSES["P2PKH"](KEY), text))
    assert ("only 27 to 34" in verdict.reason) is not read


def test_a_malleable_signature_is_refused() -> None:
    raw = base64.b64decode(signed("P2PKH"))
    twin = spelled(31 + ((raw[0] - 31) ^ 1), with_high_s(raw[1:]))
    verdict = judged(claim(BITCOIN, ADDRESSES["P2PKH"](KEY), twin))
    assert (verdict.code, verdict.reason) == (Code.HIGH_S, "the signature is malleable (high s)")


GOOD = signed("P2PKH")


@pytest.mark.parametrize(
    "text", [GOOD[:-1], GOOD + "=", GOOD + "\n", f" {GOOD}", GOOD[:-4], GOOD + GOOD, "%" + GOOD[1:]]
)
def test_base64_is_read_strictly(text: str) -> None:
    assert judged(claim(BITCOIN, ADDRESSES["P2PKH"](KEY), text)).status is VerdictStatus.UNSUPPORTED


def test_base64_with_stray_bits_before_its_padding_is_not_judged() -> None:
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    stray = GOOD[:-2] + alphabet[alphabet.index(GOOD[-2]) ^ 1] + "="
    assert base64.b64decode(stray) == base64.b64decode(GOOD)
    assert judged(claim(BITCOIN, ADDRESSES["P2PKH"](KEY), stray)).status is VerdictStatus.UNSUPPORTED


def test_a_wrong_checksum_is_invalid_whatever_the_signature() -> None:
    address = ADDRESSES["P2PKH"](KEY)
    verdict = judged(claim(BITCOIN, address[:-1] + ("a" if address[-1] != "a" else "b"), GOOD))
    assert verdict.status is VerdictStatus.INVALID
    assert verdict.code is Code.BAD_ADDRESS


def test_a_second_signature_for_an_address_of_one_key_is_not_judged() -> None:
    verdict = judged(claim(BITCOIN, ADDRESSES["P2PKH"](KEY), GOOD, GOOD))
    assert (verdict.code, "one key" in verdict.reason) == (Code.WRONG_COUNT, True)


def test_a_taproot_address_cannot_be_proven_by_a_recoverable_signature() -> None:
    verdict = judged(claim(BITCOIN, b32.p2tr(KEY.pub.sec[1:]), GOOD))
    assert (verdict.code, "BIP-322" in verdict.reason) == (Code.UNKNOWN_FORM, True)


@pytest.mark.parametrize("kind", ADDRESSES)
def test_a_script_or_key_in_the_row_must_belong_to_the_address(kind: str) -> None:
    address, text, key = ADDRESSES[kind](KEY), signed(kind), KEY.pub.sec
    hashed = bytes.fromhex("76a914") + b58_hash(KEY) + bytes.fromhex("88ac")
    other = bytes.fromhex("76a914") + b58_hash(PrvKeyData(6)) + bytes.fromhex("88ac")
    redeem = bytes.fromhex("0014") + b58_hash(KEY)
    fitting = {"P2PKH": hashed, "P2WPKH": redeem, "P2SH-P2WPKH": redeem}[kind]
    for stated in (key, fitting):
        assert judged(claim(BITCOIN, address, text, key=stated.hex())).status is VerdictStatus.VERIFIED
    foreign = redeem if kind == "P2PKH" else hashed
    for wrong in (other.hex(), foreign.hex(), "rubbish", key.hex()[:-2]):
        assert judged(claim(BITCOIN, address, text, key=wrong)).status in NOT_PROVEN


def b58_hash(key: PrvKeyData) -> bytes:
    return b32.witness_from_address(b32.p2wpkh(key.pub))[1]


def test_okxs_hex_signs_for_compressed_keys_over_its_own_header() -> None:
    okx = okx_message(MESSAGE.encode())
    key = PrivateKey((5).to_bytes(32, "big"))
    text = evm_signature(key, okx)
    address = ADDRESSES["P2PKH"](KEY)
    assert judged(claim(BITCOIN, address, text)).status is VerdictStatus.VERIFIED
    as_compressed = text[:-2] + f"{int(text[-2:], 16) + 4:02x}"
    assert judged(claim(BITCOIN, address, as_compressed)).status is VerdictStatus.VERIFIED
    for bad in (evm_signature(key, DIGEST), text[:-2] + "00", text[:-2] + "23", text + "00", text[:-2]):
        assert judged(claim(BITCOIN, address, bad)).status in NOT_PROVEN


def test_owners_are_not_judged_here() -> None:
    verdict = judged(claim(BITCOIN, ADDRESSES["P2PKH"](KEY), GOOD, owners=["1BoatSLRHtKNngkdXEeobR76b53LETtpyT"]))
    assert verdict.code is Code.OWNERS_NOT_JUDGED
