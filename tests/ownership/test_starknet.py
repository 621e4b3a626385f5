"""Starknet: typed data that names the account, signed on the Stark curve. Signers: a library of Rust, not ours."""

import fast_stark_crypto as stark
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.model import Code, Verdict, VerdictStatus
from monitor.ownership import judge
from monitor.ownership.families.starknet import curve, message
from monitor.ownership.family import NotJudged
from tests.support.ownership import MESSAGE, NOT_PROVEN, claim, network

STARKNET = network("starknet", "starknet")
ACCOUNT, OTHER_ACCOUNT = "0x03b" + "7" * 61, "0x02c" + "7" * 61
ORDER = 0x800000000000010FFFFFFFFFFFFFFFFB781126DCAE7B2321E66A241ADC64D2F
SECRET = 0x1234567890ABCDEF
KEY = stark.get_public_key(SECRET)
ELEMENTS = st.integers(0, curve.FIELD - 1)


def sign(text: str = MESSAGE, account: str = ACCOUNT, secret: int = SECRET) -> str:
    r, s = stark.sign(secret, message.digest(text, int(account, 16)))
    return f"{r:064x}{s:064x}"


GOOD = sign()


def judged(signature: str, *, account: str = ACCOUNT, key: str = f"{KEY:#x}", text: str = MESSAGE) -> Verdict:
    return judge(claim(STARKNET, account, signature, key=key, message=text), STARKNET)


@settings(max_examples=15, deadline=None)
@given(secret=st.integers(1, ORDER - 1), text=st.text("abc XYZ-_.:", min_size=1, max_size=31))
def test_a_stated_key_that_signed_for_the_account_leaves_it_unbound(secret: int, text: str) -> None:
    verdict = judged(sign(text, secret=secret), key=f"{stark.get_public_key(secret):x}", text=text)
    assert verdict.status is VerdictStatus.UNBOUND, verdict.reason
    assert (verdict.code, "only its contract knows its key" in verdict.reason) == (Code.UNBOUND_KEY, True)


def test_the_signature_is_over_this_account_this_text_and_by_this_key() -> None:
    assert judged(GOOD).status is VerdictStatus.UNBOUND
    for altered in (
        judged(GOOD, account=OTHER_ACCOUNT),
        judged(GOOD, text=MESSAGE + "."),
        judged(GOOD, key=f"{stark.get_public_key(SECRET + 1):#x}"),
    ):
        assert (altered.code, "not by key" in altered.reason) == (Code.NOT_BY_KEY, True)


@settings(max_examples=20, deadline=None)
@given(position=st.integers(0, 127), change=st.integers(1, 15))
def test_a_signature_with_any_digit_changed_is_not_proven(position: int, change: int) -> None:
    digit = f"{int(GOOD[position], 16) ^ change:x}"
    assert judged(GOOD[:position] + digit + GOOD[position + 1 :]).status in NOT_PROVEN


def test_leading_zeros_of_key_and_s_may_be_missing() -> None:
    secret = next(secret for secret in range(1, 99) if sign(secret=secret)[64:66] == "00")
    signature, key = sign(secret=secret), stark.get_public_key(secret)
    for spelled in (signature, signature[:64] + signature[64:].lstrip("0"), "0x" + signature, signature.upper()):
        for stated in (f"{key:x}", f"0x{key:064x}"):
            assert judged(spelled, key=stated).status is VerdictStatus.UNBOUND


@pytest.mark.parametrize(
    "signature", ["", "0x", GOOD[:64], GOOD + "0", GOOD[:-1] + "g", " " + GOOD, "null", "0" * 128, "f" * 128]
)
def test_a_signature_of_another_shape_or_range_is_not_proven(signature: str) -> None:
    verdict = judge(claim(STARKNET, ACCOUNT, signature or "-", key=f"{KEY:#x}"), STARKNET)
    assert (verdict.status in NOT_PROVEN, verdict.code is Code.DEFECT) == (True, False)


@pytest.mark.parametrize("key", ["", "0x", "key", "1" * 65, f"{curve.FIELD:x}", f"{curve.FIELD + KEY:x}", "f" * 64])
def test_a_key_that_is_no_x_coordinate_is_not_proven(key: str) -> None:
    assert judged(GOOD, key=key).status in NOT_PROVEN


def test_a_number_that_no_point_has_for_its_x_is_no_key() -> None:
    absent = next(x for x in range(1, 99) if pow(x**3 + x + curve.BETA, (curve.FIELD - 1) // 2, curve.FIELD) != 1)
    assert judged(GOOD, key=f"{absent:x}").code is Code.KEY_NOT_JUDGED


def test_r_and_s_are_in_range() -> None:
    digest = message.digest(MESSAGE, int(ACCOUNT, 16))
    r, s = stark.sign(SECRET, digest)
    assert curve.verifies(KEY, (r, s), digest)
    assert curve.verifies(KEY, (r, ORDER - s), digest), "Starknet takes either sign of the key's point"
    for wrong in ((0, s), (r, 0), (2**251, s), (r, ORDER), (r, ORDER + s)):
        with pytest.raises(NotJudged):
            curve.verifies(KEY, wrong, digest)


def test_infinity_is_no_signature() -> None:
    """With the key -z/r·G both terms cancel; the library writes infinity as (5, 0), and r is 5 here."""
    digest = 1234
    key = stark.get_public_key(-digest * pow(5, -1, ORDER) % ORDER)
    assert not curve.verifies(key, (5, 7), digest)


@settings(max_examples=25, deadline=None)
@given(first=ELEMENTS, second=ELEMENTS)
def test_the_pedersen_hash_is_starknets(first: int, second: int) -> None:
    assert curve.pedersen(first, second) == stark.pedersen_hash(first, second)


@pytest.mark.parametrize("pair", [(0, 0), (1, 0), (0, 1), (2**248 - 1, 2**248), (curve.FIELD - 1, curve.FIELD - 1)])
def test_the_pedersen_hash_is_starknets_at_the_edges(pair: tuple[int, int]) -> None:
    assert curve.pedersen(*pair) == stark.pedersen_hash(*pair)


@pytest.mark.parametrize("text", ["a" * 32, "é", "ж", "a" * 200, f"{curve.FIELD}"[:77], f"{curve.FIELD:#x}", "0" * 65])
def test_a_text_that_the_form_does_not_cover_is_not_judged(text: str) -> None:
    verdict = judged(GOOD, text=text)
    assert verdict.code is Code.MESSAGE_TOO_LONG


@pytest.mark.parametrize(("text", "same"), [("17", "0x11"), ("0x48656C6C6F", "Hello")])
def test_a_text_that_reads_as_a_number_stands_for_it(text: str, same: str) -> None:
    assert message.digest(text, 1) == message.digest(same, 1)


def test_a_second_signature_is_unsupported_and_owners_are_not_judged() -> None:
    twice = claim(STARKNET, ACCOUNT, GOOD, GOOD, key=f"{KEY:#x}")
    assert judge(twice, STARKNET).status is VerdictStatus.UNSUPPORTED
    owned = claim(STARKNET, ACCOUNT, GOOD, key=f"{KEY:#x}", owners=[OTHER_ACCOUNT])
    assert judge(owned, STARKNET).status is VerdictStatus.UNSUPPORTED


@settings(max_examples=60, deadline=None)
@given(
    signature=st.text("0123456789abcdefx", min_size=1, max_size=130),
    key=st.text("0123456789abcdefx", max_size=66),
    text=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40),
)
def test_no_row_whatever_raises(signature: str, key: str, text: str) -> None:
    assert judged(signature, key=key, text=text).code is not Code.DEFECT


@pytest.mark.parametrize("digits", ["0x5", "5", "0x" + "f" * 62, "9" * 64])
def test_a_number_is_the_field_element_itself(digits: str) -> None:
    assert judged(sign(digits), text=digits).status is VerdictStatus.UNBOUND


@pytest.mark.parametrize("digits", [f"{curve.FIELD + 5:#x}", f"{curve.FIELD + 5}", "0x" + "f" * 63])
def test_a_number_beyond_the_field_is_not_taken_for_what_is_left_of_it(digits: str) -> None:
    assert judged(sign("5"), text=digits).status is VerdictStatus.UNSUPPORTED


@pytest.mark.parametrize(("text", "held"), [("x" * 31, True), ("x" * 32, False), ("é" * 3, False), ("1" * 64, True)])
def test_a_text_is_held_by_one_field_element(text: str, held: bool) -> None:
    if held:
        assert judged(sign(text), text=text).status is VerdictStatus.UNBOUND
    else:
        assert judged(GOOD, text=text).status is VerdictStatus.UNSUPPORTED
