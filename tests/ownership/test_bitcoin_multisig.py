from collections.abc import Callable

import pytest
from base58 import b58encode_check
from btclib import b32, b58
from coincurve import PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.formats.bitcoin import hash160
from monitor.model import Claim, Code, Verdict, VerdictStatus
from monitor.ownership import judge
from monitor.ownership.digests import bitcoin_message, okx_message
from tests.support.ownership import BITCOIN, MESSAGE, NOT_PROVEN, claim, compact, evm_signature, multisig

DIGEST = bitcoin_message("Bitcoin Signed Message:\n", MESSAGE.encode())
KEYS = [PrivateKey(bytes((number,)) * 32) for number in (1, 2, 3, 4)]
PUBLIC = [key.public_key.format() for key in KEYS]
SIGNED = [compact(key, DIGEST, 31) for key in KEYS]
SCRIPT = multisig(2, *PUBLIC[:3])
SCRIPT_ADDRESSES: dict[str, Callable[[bytes], str]] = {
    "P2SH": b58.p2sh,
    "P2WSH": b32.p2wsh,
    "P2SH-P2WSH": b58.p2wsh_p2sh,
}
KINDS = pytest.mark.parametrize("kind", SCRIPT_ADDRESSES)


def judged(row: Claim) -> Verdict:
    return judge(row, BITCOIN)


def row(kind: str, *signatures: str, script: bytes = SCRIPT) -> Claim:
    return claim(BITCOIN, SCRIPT_ADDRESSES[kind](script), *signatures, key=script.hex())


@KINDS
@pytest.mark.parametrize("signers", [(0, 1), (2, 0), (0, 1, 2)])
def test_enough_distinct_keys_of_the_script_prove_it(kind: str, signers: tuple[int, ...]) -> None:
    verdict = judged(row(kind, *(SIGNED[signer] for signer in signers)))
    assert verdict.code is Code.SCRIPT_KEYS, verdict.reason
    assert verdict.reason == f"{kind}: {len(signers)} keys of the 2 of 3 script signed"


@KINDS
def test_one_key_signing_twice_is_named_and_invalid(kind: str) -> None:
    verdict = judged(row(kind, SIGNED[0], SIGNED[0]))
    assert verdict.status is VerdictStatus.INVALID
    assert f"key {PUBLIC[0].hex()} signed twice" in verdict.reason
    again = evm_signature(KEYS[0], okx_message(MESSAGE.encode()))
    assert f"key {PUBLIC[0].hex()} signed twice" in judged(row(kind, SIGNED[0], again)).reason


@KINDS
def test_fewer_keys_than_the_threshold_are_counted_and_invalid(kind: str) -> None:
    verdict = judged(row(kind, SIGNED[0]))
    assert (verdict.code, verdict.reason) == (Code.TOO_FEW_KEYS, "1 of 2 needed keys signed")


@KINDS
def test_every_signature_that_is_given_must_be_good(kind: str) -> None:
    loose = multisig(1, *PUBLIC[:3])
    assert judged(row(kind, SIGNED[0], script=loose)).status is VerdictStatus.VERIFIED
    for bad in (SIGNED[3], compact(KEYS[1], bytes(32), 31), "rubbish", SIGNED[0]):
        assert judged(row(kind, SIGNED[0], bad, script=loose)).status in NOT_PROVEN


@KINDS
def test_a_key_outside_the_script_is_named_and_invalid(kind: str) -> None:
    verdict = judged(row(kind, SIGNED[0], SIGNED[3]))
    assert verdict.code is Code.NOT_IN_SCRIPT
    assert f"signature 2 is by key {PUBLIC[3].hex()}, which is not in the script" in verdict.reason


@KINDS
def test_a_key_that_the_script_repeats_counts_once(kind: str) -> None:
    twice = multisig(2, PUBLIC[0], PUBLIC[0], PUBLIC[1])
    assert judged(row(kind, SIGNED[0], SIGNED[0], script=twice)).status is VerdictStatus.INVALID
    assert judged(row(kind, SIGNED[0], SIGNED[1], script=twice)).status is VerdictStatus.VERIFIED


@KINDS
@settings(max_examples=30, deadline=None)
@given(position=st.integers(0, len(SCRIPT) - 1), change=st.integers(1, 255))
def test_a_script_with_any_byte_changed_no_longer_hashes_to_the_address(kind: str, position: int, change: int) -> None:
    script = bytearray(SCRIPT)
    script[position] ^= change
    altered = claim(BITCOIN, SCRIPT_ADDRESSES[kind](SCRIPT), *SIGNED[:2], key=script.hex())
    verdict = judged(altered)
    assert (verdict.code, "does not hash to the address" in verdict.reason) == (Code.OTHER_SCRIPT, True)


PUSH = bytes((33,))
NOT_MULTISIG = {
    "no threshold": SCRIPT[1:],
    "threshold 0": b"\x00" + SCRIPT[1:],
    "threshold over n": b"\x54" + SCRIPT[1:],
    "n is wrong": SCRIPT[:-2] + b"\x52\xae",
    "n is missing": SCRIPT[:-2] + b"\xae",
    "number spelled longer than need be": b"\x01\x02" + SCRIPT[1:],
    "key pushed in a longer way": b"\x52\x4c" + SCRIPT[1:],
    "hybrid key": SCRIPT.replace(PUSH + PUBLIC[0], b"\x41\x06" + KEYS[0].public_key.format(compressed=False)[1:]),
    "key of a wrong prefix": SCRIPT.replace(PUSH + PUBLIC[0], PUSH + b"\x05" + PUBLIC[0][1:]),
    "CHECKMULTISIGVERIFY": SCRIPT[:-1] + b"\xaf",
    "something before it": b"\x51\x75" + SCRIPT,
    "something after it": SCRIPT + b"\x61",
    "single key": PUSH + PUBLIC[0] + b"\xac",
    "cut short": SCRIPT[:-3],
    "no keys": b"\x51\x51\xae",
}


@KINDS
@pytest.mark.parametrize("script", NOT_MULTISIG.values(), ids=NOT_MULTISIG)
def test_only_bare_multisig_counts(kind: str, script: bytes) -> None:
    verdict = judged(row(kind, *SIGNED[:2], script=script))
    assert (verdict.code, "not a bare multisig" in verdict.reason) == (Code.SCRIPT_NOT_JUDGED, True)


@pytest.mark.parametrize("kind", ["P2WSH", "P2SH-P2WSH"])
def test_more_than_sixteen_keys_are_read_as_the_script_must_write_them(kind: str) -> None:
    many = [PrivateKey(bytes((number,)) * 32).public_key.format() for number in range(1, 21)]
    pushed = b"".join(PUSH + key for key in many)
    script = b"\x52" + pushed + b"\x01\x14\xae"
    assert judged(row(kind, *SIGNED[:2], script=script)).status is VerdictStatus.VERIFIED
    too_many = b"\x52" + pushed + PUSH + many[0] + b"\x01\x15\xae"
    assert judged(row(kind, *SIGNED[:2], script=too_many)).status in NOT_PROVEN


@KINDS
def test_a_script_that_repeats_a_key_says_how_many_suffice(kind: str) -> None:
    twice = multisig(2, PUBLIC[0], PUBLIC[0], PUBLIC[1])
    reason = judged(row(kind, SIGNED[0], SIGNED[1], script=twice)).reason
    assert reason.endswith("keys of the 2 of 3 script signed; the script repeats a key, so that 1 key suffices")
    thrice = multisig(3, PUBLIC[0], PUBLIC[0], PUBLIC[1], PUBLIC[2])
    reason = judged(row(kind, *SIGNED[:3], script=thrice)).reason
    assert reason.endswith("; the script repeats a key, so that 2 keys suffice")
    assert judged(row(kind, *SIGNED[:2])).reason.endswith("script signed")


def test_one_key_in_two_spellings_is_verified_and_said_to_suffice() -> None:
    for key, public in zip(KEYS, PUBLIC, strict=True):  # of either parity
        script = multisig(2, public, key.public_key.format(compressed=False), PUBLIC[0])
        verdict = judged(row("P2SH", compact(key, DIGEST, 31), compact(key, DIGEST, 27), script=script))
        assert verdict.status is VerdictStatus.VERIFIED
        assert verdict.reason.endswith("; the script repeats a key, so that 1 key suffices")


def test_a_key_and_its_negative_are_two() -> None:
    negative = bytes((PUBLIC[0][0] ^ 1,)) + PUBLIC[0][1:]
    script = multisig(2, PUBLIC[0], negative, PUBLIC[1])
    assert judged(row("P2SH", SIGNED[0], SIGNED[1], script=script)).reason.endswith("script signed")


def test_a_redeem_script_too_long_to_be_pushed_is_refused() -> None:
    script = multisig(2, *(PrivateKey(bytes((number,)) * 32).public_key.format() for number in range(1, 17)))
    address = b58encode_check(b"\x05" + hash160(script)).decode()
    verdict = judged(claim(BITCOIN, address, *SIGNED[:2], key=script.hex()))
    assert (verdict.code, "more than 520 cannot be spent" in verdict.reason) == (Code.UNSPENDABLE, True)


def test_uncompressed_keys_sign_in_p2sh_and_in_no_witness_script() -> None:
    script = multisig(1, KEYS[0].public_key.format(compressed=False), PUBLIC[1])
    text = compact(KEYS[0], DIGEST, 27)
    assert judged(row("P2SH", text, script=script)).status is VerdictStatus.VERIFIED
    assert judged(row("P2SH", SIGNED[0], script=script)).status in NOT_PROVEN
    assert judged(row("P2WSH", text, script=script)).status in NOT_PROVEN


@KINDS
def test_segwit_headers_are_refused_for_keys_of_a_script(kind: str) -> None:
    for header in (35, 39):
        text = compact(KEYS[1], DIGEST, header)
        assert judged(row(kind, SIGNED[0], text)).status in NOT_PROVEN


@KINDS
def test_without_the_script_nothing_is_proven(kind: str) -> None:
    verdict = judged(claim(BITCOIN, SCRIPT_ADDRESSES[kind](SCRIPT), *SIGNED[:2]))
    assert (verdict.code, "no redeem or witness script" in verdict.reason) == (Code.NO_SCRIPT, True)


@KINDS
def test_okxs_hex_signs_for_a_key_of_a_script_beside_base64(kind: str) -> None:
    mixed = row(kind, SIGNED[0], evm_signature(KEYS[1], okx_message(MESSAGE.encode())))
    assert judged(mixed).status is VerdictStatus.VERIFIED
