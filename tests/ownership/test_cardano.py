"""CIP-8 and CIP-30: what wallets sign in the name of a Cardano address."""

import json
from collections.abc import Mapping
from pathlib import Path

import cbor2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.model import Code, Verdict, VerdictStatus
from monitor.ownership import judge
from monitor.registry.addresses import decode
from tests.support.ed25519 import KEY, OTHER, Key, blake, cardano
from tests.support.ownership import MESSAGE, NOT_PROVEN, claim, network

CARDANO = network("cardano", "cardano")
VECTORS: list[dict[str, str]] = json.loads(
    (Path(__file__).parent.parent / "data" / "ownership" / "cip30.json").read_text()
)
ENTERPRISE, BASE = cardano(6, blake(KEY.public, 28)), cardano(0, blake(KEY.public, 28), b"\7" * 28)
ATOMS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=9), st.binary(max_size=70))
LABELS = st.text(max_size=8) | st.integers(-9, 9)
VALUES = st.recursive(
    ATOMS, lambda inner: st.lists(inner, max_size=5) | st.dictionaries(LABELS, inner, max_size=4), max_leaves=12
)


def judged(address: str, signature: bytes | str, *, key: str = KEY.hex, message: str = MESSAGE) -> Verdict:
    text = signature if isinstance(signature, str) else signature.hex()
    return judge(claim(CARDANO, address, text, key=key, message=message), CARDANO)


def cose_key(key: bytes, changes: Mapping[int, object] | None = None) -> str:
    return cbor2.dumps({1: 1, 3: -8, -1: 6, -2: key} | dict(changes or {})).hex()


def sign1(
    address: str = BASE,
    *,
    key: Key = KEY,
    payload: bytes = MESSAGE.encode(),
    headers: Mapping[object, object] | None = None,
    outside: object = None,
) -> bytes:
    protected = cbor2.dumps({1: -8, "address": decode(CARDANO, address).payload} | dict(headers or {}))
    signature = key.sign(cbor2.dumps(["Signature1", protected, b"", payload]))
    return cbor2.dumps([protected, {"hashed": False} if outside is None else outside, payload, signature])


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["wallet"])
def test_what_a_wallet_signed_proves_its_address(vector: dict[str, str]) -> None:
    verdict = judged(vector["address"], vector["signature"], key=vector["key"], message=vector["message"])
    assert verdict.status is VerdictStatus.VERIFIED, verdict.reason
    assert "CIP-8" in verdict.reason
    assert "payment credential of the base address" in verdict.reason


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["wallet"])
def test_what_a_wallet_signed_proves_neither_another_text_nor_address_nor_key(vector: dict[str, str]) -> None:
    address, signature, key, message = (vector[name] for name in ("address", "signature", "key", "message"))
    other = next(one for one in VECTORS if one != vector)
    assert judged(address, signature, key=key, message=message + ".").status is VerdictStatus.INVALID
    assert judged(other["address"], signature, key=key, message=message).status is VerdictStatus.INVALID
    assert judged(address, signature, key=other["key"], message=message).status is VerdictStatus.INVALID
    assert judged(address, signature[:-2] + "ff", key=key, message=message).status is VerdictStatus.INVALID


@pytest.mark.parametrize("address", [ENTERPRISE, BASE])
@pytest.mark.parametrize("key", [KEY.hex, cose_key(KEY.public), cose_key(KEY.public, {2: b"any id"})])
def test_the_key_is_given_bare_or_as_a_cose_key(address: str, key: str) -> None:
    assert judged(address, sign1(address), key=key).status is VerdictStatus.VERIFIED


def test_the_signed_address_must_be_the_rows() -> None:
    verdict = judged(ENTERPRISE, sign1(BASE))
    assert (verdict.code, "another address" in verdict.reason) == (Code.OTHER_ACCOUNT, True)


def test_a_sign1_may_stand_behind_its_own_tag_and_no_other() -> None:
    for tag, status in ((18, VerdictStatus.VERIFIED), (98, VerdictStatus.UNSUPPORTED)):
        tagged = cbor2.dumps(cbor2.CBORTag(tag, cbor2.loads(sign1())))
        assert judged(BASE, tagged).status is status


def test_the_hash_of_the_key_that_pays_names_its_addresses_and_no_other_hash_does() -> None:
    own, foreign = (blake(key.public, 28) for key in (KEY, OTHER))
    for address in (BASE, ENTERPRISE):
        assert judged(address, sign1(headers={"address": own})).status is VerdictStatus.VERIFIED
        assert judged(address, sign1(headers={"address": foreign})).status is VerdictStatus.INVALID
    script = cardano(7, own)
    assert judged(script, sign1(headers={"address": own})).status is VerdictStatus.INVALID


def test_a_hashed_payload_stands_for_its_message() -> None:
    hashed = blake(MESSAGE.encode(), 28)
    assert judged(BASE, sign1(payload=hashed, outside={"hashed": True})).status is VerdictStatus.VERIFIED
    assert judged(BASE, sign1(payload=hashed)).status is VerdictStatus.INVALID
    assert judged(BASE, sign1(outside={"hashed": True})).status is VerdictStatus.INVALID


def test_a_key_that_did_not_sign_or_that_is_not_the_addresss_is_not_proven() -> None:
    assert judged(BASE, sign1(key=OTHER)).code is Code.NOT_BY_KEY
    assert judged(BASE, sign1(key=OTHER), key=OTHER.hex).code is Code.NOT_OF_ACCOUNT
    assert judged(BASE, sign1(), key="").status in NOT_PROVEN


@pytest.mark.parametrize("kind", [1, 3, 7])
def test_an_address_of_a_script_stays_unbound(kind: int) -> None:
    address = cardano(kind, b"\7" * 28, b"" if kind == 7 else b"\7" * 28)
    verdict = judged(address, sign1(address))
    assert (verdict.code, "script" in verdict.reason) == (Code.UNBOUND_KEY, True)


def test_a_key_whose_hash_is_only_the_staking_credential_does_not_prove_the_address() -> None:
    address = cardano(0, b"\7" * 28, blake(KEY.public, 28))
    assert judged(address, sign1(address)).status is VerdictStatus.INVALID


@pytest.mark.parametrize(
    "signature",
    [
        sign1() + b"\0",
        sign1()[:-1],
        sign1(headers={1: -7}),
        sign1(headers={2: ["address"]}),
        sign1(headers={"address": "text"}),
        sign1(outside={"hashed": 0}),
        sign1(outside=[]),
        b"\xd2\xd2" + sign1(),
        cbor2.dumps([b"", {}, b"", b""]),
        b"\x9f" + sign1()[1:] + b"\xff",
        b"\x98\x04" + sign1()[1:],
        b"",
        b"\x81" * 5000,
    ],
)
def test_what_is_no_cose_sign1_of_cip_8_is_unsupported(signature: bytes) -> None:
    verdict = judged(BASE, "0x" + signature.hex())
    assert verdict.status is VerdictStatus.UNSUPPORTED
    assert verdict.code is not Code.DEFECT


@pytest.mark.parametrize(
    "key",
    [
        cose_key(KEY.public, {1: 2}),
        cose_key(KEY.public, {3: -7}),
        cose_key(KEY.public, {-1: 4}),
        cose_key(KEY.public[:-1]),
        cose_key(KEY.public, {4: [2]}),
        cose_key(KEY.public) + "00",
        cose_key(KEY.public)[:-2],
    ],
)
def test_what_is_no_cose_key_of_ed25519_is_unsupported(key: str) -> None:
    assert judged(BASE, sign1(), key=key).status is VerdictStatus.UNSUPPORTED


@settings(max_examples=100, deadline=None)
@given(bit=st.integers(0, 8 * len(sign1()) - 1))
def test_a_cose_sign1_with_any_bit_changed_is_not_proven(bit: int) -> None:
    raw = bytearray(sign1())
    raw[bit // 8] ^= 1 << bit % 8
    verdict = judged(BASE, bytes(raw))
    assert (verdict.status in NOT_PROVEN, verdict.code is Code.DEFECT) == (True, False)


@pytest.mark.parametrize("outside", [{}, {"hashed": False}])
def test_a_payload_is_not_hashed_unless_it_is_said(outside: Mapping[str, bool]) -> None:
    assert judged(BASE, sign1(outside=outside)).status is VerdictStatus.VERIFIED


@settings(max_examples=200, deadline=None)
@given(value=VALUES)
def test_no_cbor_whatever_raises(value: object) -> None:
    data = cbor2.dumps(value)
    for verdict in (judged(BASE, data), judged(BASE, sign1(), key=data.hex())):
        assert verdict.status in NOT_PROVEN
        assert verdict.code is not Code.DEFECT
