import pytest
from coincurve import PrivateKey
from eth_account import Account
from eth_account.messages import SignableMessage, encode_defunct
from eth_account.signers.local import LocalAccount
from eth_hash.auto import keccak
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.model import Code, VerdictStatus
from monitor.ownership import judge
from tests.support.ownership import ETHEREUM, MESSAGE, NOT_PROVEN, OKC, claim, evm_signature, with_high_s

MESSAGES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=200)
SECRETS = st.binary(min_size=32, max_size=32).filter(lambda secret: 0 < int.from_bytes(secret, "big") < 2**255)

KEY: LocalAccount = Account.from_key(b"\x01" * 32)
OTHER = Account.from_key(b"\x02" * 32)


def okx_form(message: str) -> SignableMessage:
    return encode_defunct(primitive=keccak(message.encode()))


def sign(signable: SignableMessage, key: LocalAccount = KEY) -> str:
    return "0x" + bytes(key.sign_message(signable).signature).hex()


GOOD = sign(okx_form(MESSAGE))


@settings(max_examples=40, deadline=None)
@given(secret=SECRETS, message=MESSAGES)
def test_a_wallets_signature_over_either_form_proves_its_own_account(secret: bytes, message: str) -> None:
    key = Account.from_key(secret)
    okx = judge(claim(ETHEREUM, key.address, sign(okx_form(message), key), message=message), ETHEREUM)
    eip191 = judge(claim(ETHEREUM, key.address, sign(encode_defunct(text=message), key), message=message), ETHEREUM)
    assert (okx.status, eip191.status) == (VerdictStatus.VERIFIED, VerdictStatus.VERIFIED)
    assert "OKX digest" in okx.reason
    assert "EIP-191" in eip191.reason


@settings(max_examples=60, deadline=None)
@given(position=st.integers(0, 64), change=st.integers(1, 255))
def test_a_signature_with_any_byte_changed_is_not_proven(position: int, change: int) -> None:
    raw = bytearray.fromhex(GOOD[2:])
    raw[position] ^= change
    assert judge(claim(ETHEREUM, KEY.address, "0x" + raw.hex()), ETHEREUM).status in NOT_PROVEN


@given(message=MESSAGES.filter(lambda message: message != MESSAGE))
def test_a_signature_over_another_message_is_invalid(message: str) -> None:
    assert judge(claim(ETHEREUM, KEY.address, GOOD, message=message), ETHEREUM).status is VerdictStatus.INVALID


def test_a_signature_of_another_account_is_invalid_and_the_reason_names_its_signer() -> None:
    verdict = judge(claim(ETHEREUM, OTHER.address, GOOD), ETHEREUM)
    assert verdict.status is VerdictStatus.INVALID
    assert f"signed by {KEY.address.lower()}, not by the account" in verdict.reason


def test_a_malleable_signature_is_refused() -> None:
    raw = bytes.fromhex(GOOD[2:])
    twin = with_high_s(raw[:64]) + bytes((55 - raw[64],))
    assert Account.recover_message(okx_form(MESSAGE), signature=raw) == KEY.address
    verdict = judge(claim(ETHEREUM, KEY.address, "0x" + twin.hex()), ETHEREUM)
    assert (verdict.code, verdict.reason) == (Code.HIGH_S, "the signature is malleable (high s)")


@pytest.mark.parametrize("shift", [-27, 2, 4])
def test_other_spellings_of_v_are_not_judged(shift: int) -> None:
    raw = bytes.fromhex(GOOD[2:])
    other = "0x" + (raw[:64] + bytes((raw[64] + shift,))).hex()
    verdict = judge(claim(ETHEREUM, KEY.address, other), ETHEREUM)
    assert verdict.status is VerdictStatus.UNSUPPORTED
    assert verdict.code is Code.HEADER_UNKNOWN


@pytest.mark.parametrize(
    "text",
    [
        *(GOOD[2:], GOOD + "00", GOOD[:-2], f" {GOOD}", "0x", "null", "0X" + GOOD[2:], "rubbish"),
        *(GOOD[:-2] + "  ", GOOD[:64] + "  " + GOOD[66:], GOOD[:-1] + "\uff11", GOOD[:-2] + "\t\n"),
    ],
)
def test_a_signature_of_another_shape_is_not_judged(text: str) -> None:
    verdict = judge(claim(ETHEREUM, KEY.address, text), ETHEREUM)
    assert verdict.status is VerdictStatus.UNSUPPORTED
    assert verdict.code is Code.UNKNOWN_FORM


@pytest.mark.parametrize(("r", "s"), [(0, 1), (1, 0), (2**256 - 1, 1), (1, 2**256 - 1)])
def test_r_and_s_must_be_in_range(r: int, s: int) -> None:
    text = "0x" + (r.to_bytes(32, "big") + s.to_bytes(32, "big")).hex() + "1b"
    assert judge(claim(ETHEREUM, KEY.address, text), ETHEREUM).code is Code.OUT_OF_RANGE


def test_an_r_that_is_on_no_point_of_the_curve_is_refused() -> None:
    text = "0x" + (5).to_bytes(32, "big").hex() + (1).to_bytes(32, "big").hex() + "1b"
    assert judge(claim(ETHEREUM, KEY.address, text), ETHEREUM).code is Code.NO_KEY


def test_a_second_signature_for_an_account_of_one_key_is_not_judged() -> None:
    verdict = judge(claim(ETHEREUM, KEY.address, GOOD, GOOD), ETHEREUM)
    assert verdict.status is VerdictStatus.UNSUPPORTED


def test_a_wrong_checksum_is_invalid_whatever_the_signature() -> None:
    wrong = "0x" + KEY.address[2:].swapcase()
    verdict = judge(claim(ETHEREUM, wrong, GOOD), ETHEREUM)
    assert verdict.status is VerdictStatus.INVALID
    assert verdict.code is Code.BAD_ADDRESS


def test_a_public_key_in_the_row_must_be_the_one_that_signed() -> None:
    public = PrivateKey(b"\x01" * 32).public_key
    for key in (public.format(), public.format(compressed=False), public.format(compressed=False)[1:]):
        assert judge(claim(ETHEREUM, KEY.address, GOOD, key=key.hex()), ETHEREUM).status is VerdictStatus.VERIFIED
    other = PrivateKey(b"\x02" * 32).public_key.format().hex()
    for stated in (other, "rubbish", public.format().hex()[:-2]):
        assert judge(claim(ETHEREUM, KEY.address, GOOD, key=stated), ETHEREUM).status in NOT_PROVEN


def test_okxs_own_header_counts_on_okc_and_nowhere_else() -> None:
    digest = keccak(b"\x14OKX Signed Message:\n" + bytes((len(MESSAGE),)) + MESSAGE.encode())
    signature = evm_signature(PrivateKey(b"\x01" * 32), digest)
    on_okc = judge(claim(OKC, KEY.address, signature), OKC)
    assert (on_okc.code, "OKX header" in on_okc.reason) == (Code.OWN_KEY, True)
    assert judge(claim(ETHEREUM, KEY.address, signature), ETHEREUM).status is VerdictStatus.INVALID
