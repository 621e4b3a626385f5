"""Every Ed25519 family: fresh keys sign, then each part of the row is altered in turn."""

import base64

import base58
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.model import Claim, Code, Verdict, VerdictStatus
from monitor.ownership import judge, question
from tests.support.ed25519 import HOMES, KEY, KEYLESS, OTHER, UNTOLD, Home, Key, okx_signature
from tests.support.ownership import MESSAGE, NOT_PROVEN, claim, network

every_home = pytest.mark.parametrize("home", HOMES, ids=lambda home: home.name)
every_keyless = pytest.mark.parametrize(("family", "address"), KEYLESS.values(), ids=KEYLESS)

GOOD = okx_signature()
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=50)


def row(home: Home, *, key: str = KEY.hex, message: str = MESSAGE, signatures: tuple[str, ...] = (GOOD,)) -> Claim:
    return claim(home.on, home.address(KEY.public), *signatures, key=key, message=message)


def judged(home: Home, made: Claim) -> Verdict:
    return judge(made, home.on)


@settings(max_examples=40, deadline=None)
@given(home=st.sampled_from(HOMES), secret=st.binary(min_size=32, max_size=32), message=TEXTS)
def test_the_key_of_an_account_proves_it(home: Home, secret: bytes, message: str) -> None:
    key = Key(secret)
    made = claim(home.on, home.address(key.public), okx_signature(key, message), message=message, key=key.hex)
    verdict = judged(home, made)
    assert verdict.status is VerdictStatus.VERIFIED, verdict.reason
    assert key.public.hex() in verdict.reason
    assert verdict.code is Code.OWN_KEY
    assert question(made, home.on) is None


@every_home
def test_another_message_is_invalid(home: Home) -> None:
    verdict = judged(home, row(home, message=MESSAGE + "."))
    assert (verdict.code, "over this message" in verdict.reason) == (Code.NOT_BY_KEY, True)


@settings(max_examples=60, deadline=None)
@given(home=st.sampled_from(HOMES), position=st.integers(0, 63), change=st.integers(1, 255))
def test_a_signature_with_any_byte_changed_is_invalid(home: Home, position: int, change: int) -> None:
    raw = bytearray.fromhex(GOOD[2:])
    raw[position] ^= change
    assert judged(home, row(home, signatures=("0x" + raw.hex(),))).status is VerdictStatus.INVALID


def of_another_key(home: Home, otherwise: Code = Code.NOT_OF_ACCOUNT) -> Code:
    """What a valid signature proves of an address that the key is not known to make."""
    return Code.OTHER_MAKING if home.on.family in UNTOLD else otherwise


@every_home
def test_the_signature_of_another_key_is_invalid(home: Home) -> None:
    assert judged(home, row(home, key=OTHER.hex)).status is VerdictStatus.INVALID


@every_home
def test_another_key_is_invalid_unless_it_cannot_be_told_whose_the_account_is(home: Home) -> None:
    stranger = judged(home, row(home, key=OTHER.hex, signatures=(okx_signature(OTHER),)))
    assert stranger.code is of_another_key(home)
    assert OTHER.public.hex() in stranger.reason


@every_home
def test_another_address_is_invalid_unless_it_cannot_be_told_whose_it_is(home: Home) -> None:
    made = row(home)
    elsewhere = claim(home.on, home.address(OTHER.public), *made.signatures, key=made.key)
    assert judged(home, elsewhere).code is of_another_key(home)


@every_home
def test_a_key_is_stated_or_is_the_account(home: Home) -> None:
    verdict = judged(home, row(home, key=""))
    if home.is_key:
        assert verdict.status is VerdictStatus.VERIFIED
    else:
        assert (verdict.code, "no public key" in verdict.reason) == (Code.NO_PUBLIC_KEY, True)


@every_home
@pytest.mark.parametrize("text", [KEY.hex[:-2], KEY.hex + "00", " " + KEY.hex, "0X" + KEY.hex[2:], "key", "0x"])
def test_a_key_of_another_shape_is_unsupported(home: Home, text: str) -> None:
    assert judged(home, row(home, key=text)).status is VerdictStatus.UNSUPPORTED


@every_home
def test_hex_may_lack_its_prefix_and_may_be_of_upper_case(home: Home) -> None:
    made = row(home, key=KEY.hex[2:].upper(), signatures=(GOOD[2:].upper(),))
    assert judged(home, made).status is VerdictStatus.VERIFIED


@every_home
def test_a_signature_of_another_shape_is_unsupported(home: Home) -> None:
    for text in (GOOD[:-2], GOOD + "00", GOOD + "\n", " " + GOOD, "0x", "rubbish", "null", GOOD * 2, GOOD[:-1] + "g"):
        assert judged(home, row(home, signatures=(text,))).status is VerdictStatus.UNSUPPORTED


@every_home
def test_a_second_signature_is_unsupported(home: Home) -> None:
    assert judged(home, row(home, signatures=(GOOD, GOOD))).status is VerdictStatus.UNSUPPORTED


def test_a_row_on_a_chain_of_another_kind_is_never_proven() -> None:
    for home in HOMES:
        for other in HOMES:
            if home.on.family == other.on.family or {home.on.family, other.on.family} == {"sui", "iota"}:
                continue
            made = claim(other.on, home.address(KEY.public), GOOD, key=KEY.hex)
            verdict = judge(made, other.on)
            assert verdict.status is not VerdictStatus.VERIFIED, (home.name, other.name)


def test_suis_address_is_not_iotas() -> None:
    on = {home.name: home for home in HOMES}
    made = claim(on["iota"].on, on["sui"].address(KEY.public), GOOD, key=KEY.hex)
    assert judge(made, on["iota"].on).status is VerdictStatus.INVALID


def owned(home: Home, *owners: str, signatures: tuple[str, ...] = (GOOD,)) -> Verdict:
    account = home.address(OTHER.public)
    return judge(claim(home.on, account, *signatures, key=KEY.hex, owners=owners), home.on)


@every_home
def test_the_key_of_a_named_owner_leaves_the_account_unbound(home: Home) -> None:
    verdict = owned(home, home.address(KEY.public))
    assert (verdict.code, "nothing in the list ties" in verdict.reason) == (Code.OWNERS_SIGNED, True)


@every_home
def test_the_key_of_somebody_else_than_the_named_owner_is_invalid_unless_that_cannot_be_told(home: Home) -> None:
    third = Key(b"\x03" * 32)
    assert owned(home, home.address(third.public)).code is of_another_key(home, Code.NOT_OF_OWNER)


@every_home
def test_an_owner_who_is_the_account_proves_it(home: Home) -> None:
    address = home.address(KEY.public)
    made = claim(home.on, address, GOOD, key=KEY.hex, owners=[address])
    assert judge(made, home.on).code is Code.OWN_KEY_AS_OWNER


@every_home
def test_owners_and_signatures_must_stand_in_the_same_columns(home: Home) -> None:
    address = home.address(KEY.public)
    assert owned(home, "", address, signatures=("", GOOD)).status is VerdictStatus.UNBOUND
    assert owned(home, "", address).code is Code.OWNER_UNSIGNED
    assert owned(home, address, address).code is Code.OWNER_UNSIGNED
    assert owned(home, address, signatures=("", GOOD)).code is Code.OWNER_UNSIGNED
    assert owned(home, address, signatures=(GOOD, GOOD)).code is Code.WRONG_COUNT
    assert owned(home, "rubbish!").code is Code.BAD_OWNER


@every_keyless
def test_a_key_stated_for_an_account_that_no_key_makes_is_unbound(family: str, address: str) -> None:
    on = network(family, family)
    verdict = judge(claim(on, address, GOOD, key=KEY.hex), on)
    assert (verdict.code in {Code.UNBOUND_KEY, Code.OTHER_MAKING}, KEY.public.hex() in verdict.reason) == (True, True)


@every_keyless
def test_a_wrong_signature_for_an_account_that_no_key_makes_is_not_proven(family: str, address: str) -> None:
    on = network(family, family)
    for changed in (
        claim(on, address, GOOD, key=OTHER.hex),
        claim(on, address, GOOD, key=KEY.hex, message="another"),
        claim(on, address, GOOD[:-2] + "00", key=KEY.hex),
        claim(on, address, GOOD),
    ):
        assert judge(changed, on).status in NOT_PROVEN


LENGTHS = st.sampled_from([0, 1, 31, 32, 33, 48, 63, 64, 65, 96, 97, 98])
BYTES = LENGTHS.flatmap(lambda size: st.binary(min_size=size, max_size=size))
CELLS = st.one_of(
    st.just(""),
    BYTES.map(bytes.hex),
    BYTES.map(lambda raw: "0x" + raw.hex()),
    BYTES.map(lambda raw: base64.b64encode(raw).decode()),
    st.text(max_size=100),
    st.sampled_from([GOOD, KEY.hex, "84" * 70, "a1" * 40, "edpk" + "1" * 50, "edsig" + "1" * 95, "z" * 88]),
)
PLACES = [(home.on, home.address(KEY.public)) for home in HOMES] + [
    (network(family, family), address) for family, address in KEYLESS.values()
]


@settings(max_examples=400, deadline=None)
@given(place=st.sampled_from(PLACES), signature=CELLS, key=CELLS, owner=CELLS, message=st.text(min_size=1, max_size=30))
def test_no_row_whatever_raises(place: tuple[object, str], signature: str, key: str, owner: str, message: str) -> None:
    on, address = place
    made = claim(on, address, signature, key=key, owners=[owner], message=message)  # type: ignore[arg-type]
    verdict = judge(made, on)  # type: ignore[arg-type]
    assert verdict.reason
    assert verdict.code is not Code.DEFECT


def test_an_iost_key_may_be_written_in_base58() -> None:
    on = network("iost", "iost")
    for text, status in (
        (base58.b58encode(KEY.public).decode(), VerdictStatus.UNBOUND),
        (base58.b58encode(OTHER.public).decode(), VerdictStatus.INVALID),
        (base58.b58encode(KEY.public[:31]).decode(), VerdictStatus.UNSUPPORTED),
        (base58.b58encode(KEY.public).decode() + " ", VerdictStatus.UNSUPPORTED),
    ):
        assert judge(claim(on, "okx_wallet1", GOOD, key=text), on).status is status, text
