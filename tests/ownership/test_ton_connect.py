"""TON Connect's signData: a real response, each part of it altered in turn, and what is not judged."""

import base64
import json
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model import Code, Verdict, VerdictStatus
from monitor.ownership import judge, question
from monitor.ownership.families.ton.wallets import WALLETS
from tests.support.ed25519 import KEY, OTHER, Key
from tests.support.ownership import MESSAGE, NOT_PROVEN, claim, network

TON = network("ton", "ton")

# tonutils, examples/tonconnect: made by a wallet
TONUTILS: dict[str, Any] = {
    "address": "0:83ae019a23a8162beaa5cb0ebdc56668b2eac6c6ba51808812915b206a152dc5",
    "signature": "D802ocFTDfQsBtG8RDOI7jiBAfhr9J0GJxArXmbspB6WfzcyVsX/+iTjdCPObLEX9fAT/QE9EkeFusUvwAnoDA==",
    "timestamp": 1754503448,
    "domain": "github.com",
    "payload": {"type": "text", "text": "Hello from tonutils!"},
}
TONUTILS_KEY = "79c446597dbf81b9987e9059de95dc557bcd9e2c431a6db1677768783d0b99f7"


def response(key: Key = KEY, text: str = MESSAGE, *, wallet: str = "v4r2", domain: str = "okx.com") -> dict[str, Any]:
    """As a wallet answers; the bytes are put together without the monitor's own code."""
    [address] = [one.address(key.public) for one in WALLETS if one.name == wallet]
    numbers = (
        len(domain).to_bytes(4, "big"),
        (1_700_000_000).to_bytes(8, "big"),
        len(text.encode()).to_bytes(4, "big"),
    )
    site, time, size = numbers
    account = bytes(4) + bytes.fromhex(address[2:])
    signed = b"\xff\xffton-connect/sign-data/" + account + site + domain.encode() + time + b"txt" + size + text.encode()
    return {
        "signature": base64.b64encode(key.sign(sha256(signed).digest())).decode(),
        "address": address,
        "timestamp": 1_700_000_000,
        "domain": domain,
        "payload": {"type": "text", "text": text},
    }


def judged(
    answer: object, address: str = "", key: str = KEY.hex, message: str = MESSAGE, owners: tuple[str, ...] = ()
) -> Verdict:
    text = answer if isinstance(answer, str) else json.dumps(answer)
    address = address or response()["address"]
    return judge(claim(TON, address, text, key=key, message=message, owners=owners), TON)


def test_a_wallets_own_vector_is_verified() -> None:
    message = TONUTILS["payload"]["text"]
    verdict = judged(TONUTILS, TONUTILS["address"], TONUTILS_KEY, message)
    assert verdict.status is VerdictStatus.VERIFIED, verdict.reason
    assert "TON Connect, for github.com" in verdict.reason
    assert "v5r1" in verdict.reason
    assert judged(TONUTILS, TONUTILS["address"], TONUTILS_KEY, message + " ").status is VerdictStatus.INVALID
    for part in ({"timestamp": 1754503449}, {"domain": "github.con"}, {"domain": "gist.github.com"}):
        assert judged(TONUTILS | part, TONUTILS["address"], TONUTILS_KEY, message).status is VerdictStatus.INVALID


@given(text=st.text(st.characters(exclude_categories=["Cs"]), min_size=1), wallet=st.sampled_from(WALLETS))
def test_a_text_of_any_alphabet_proves_the_account_of_each_wallet(text: str, wallet: Any) -> None:
    answer = response(text=text, wallet=wallet.name)
    verdict = judged(answer, answer["address"], message=text)
    assert verdict.status is VerdictStatus.VERIFIED, verdict.reason


def test_the_address_may_be_written_in_its_friendly_form() -> None:
    body = b"\x11\x00" + bytes.fromhex(TONUTILS["address"][2:])
    friendly = base64.urlsafe_b64encode(body + crc16(body).to_bytes(2, "big")).decode()
    answer = TONUTILS | {"address": friendly}
    verdict = judged(answer, TONUTILS["address"], TONUTILS_KEY, TONUTILS["payload"]["text"])
    assert verdict.status is VerdictStatus.VERIFIED, verdict.reason


def crc16(data: bytes) -> int:
    remainder = 0
    for byte in data:
        remainder ^= byte << 8
        for _ in range(8):
            remainder = (remainder << 1 ^ (0x1021 if remainder & 0x8000 else 0)) & 0xFFFF
    return remainder


GOOD = response()


@pytest.mark.parametrize(
    "part",
    [
        {"timestamp": 1_700_000_001},
        {"timestamp": -1},
        {"timestamp": 1 << 63},
        {"timestamp": 1_700_000_000.0},
        {"timestamp": "1700000000"},
        {"timestamp": True},
        {"domain": "okx.org"},
        {"domain": ""},
        {"domain": "ökx.com"},
        {"domain": {"lengthBytes": 7, "value": "okx.com"}},
        {"address": response(OTHER)["address"]},
        {"address": response(wallet="v3r2")["address"]},
        {"address": "-1" + GOOD["address"][1:]},
        {"address": "rubbish"},
        {"address": None},
        {"payload": {"type": "text", "text": MESSAGE + "."}},
        {"payload": {"type": "text", "text": 1}},
        {"payload": {"type": "text", "text": MESSAGE, "more": ""}},
        {"payload": {"type": "txt", "text": MESSAGE}},
        {"payload": {"type": 1}},
        {"payload": MESSAGE},
        {"signature": response(OTHER)["signature"]},
        {"signature": GOOD["signature"][:-4]},
        {"signature": GOOD["signature"] + "\n"},
        {"signature": base64.b64decode(GOOD["signature"]).hex()},
        {"signature": None},
        {"more": ""},
    ],
)
def test_a_response_with_any_part_altered_is_not_proven(part: dict[str, Any]) -> None:
    assert judged(GOOD).status is VerdictStatus.VERIFIED
    assert judged(GOOD | part).status in NOT_PROVEN


def of_site(**request: object) -> dict[str, Any]:
    """A response whose payload repeats more of the site's request, which is not signed."""
    return GOOD | {"payload": GOOD["payload"] | request}


def test_a_payload_may_name_network_and_sender_and_must_name_those_of_the_row() -> None:
    for request in ({"network": "-239"}, {"from": GOOD["address"]}, {"network": "-239", "from": GOOD["address"]}):
        assert judged(of_site(**request)).status is VerdictStatus.VERIFIED
    for request in ({"network": "-3"}, {"network": -239}):
        assert judged(of_site(**request)).code is Code.OTHER_CHAIN
    assert judged(of_site(**{"from": response(OTHER)["address"]})).code is Code.OTHER_ACCOUNT
    for request in ({"from": ""}, {"from": None}, {"from": "rubbish"}, {"more": ""}):
        assert judged(of_site(**request)).code is Code.OBJECT_UNREAD


def test_a_response_may_stand_in_the_answer_of_the_bridge() -> None:
    assert judged({"result": of_site(network="-239"), "id": "1"}).status is VerdictStatus.VERIFIED
    assert judged({"result": response(OTHER), "id": "1"}).status is VerdictStatus.INVALID


def test_another_key_message_or_account_in_the_row_is_invalid() -> None:
    assert judged(GOOD, key=OTHER.hex).status is VerdictStatus.INVALID
    assert judged(GOOD, key="").code is Code.NO_PUBLIC_KEY
    assert judged(GOOD, message=MESSAGE + ".").code is Code.OTHER_MESSAGE
    assert judged(GOOD, response(OTHER)["address"]).code is Code.OTHER_ACCOUNT
    assert judged(response(OTHER), response(OTHER)["address"]).status is VerdictStatus.INVALID


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "{}",
        "{" * 5_000,
        '{"a":' * 20_000,
        json.dumps(GOOD) + "}",
        json.dumps(GOOD) + " " * 100_000,
        json.dumps(GOOD)[:-1] + ', "domain": "okx.com"}',
        " " + json.dumps(GOOD),
        '{"signature": "\\ud800"}',
    ],
)
def test_what_is_no_response_is_unsupported(text: str) -> None:
    verdict = judged(text)
    assert (verdict.status, verdict.code is Code.DEFECT) == (VerdictStatus.UNSUPPORTED, False)


def test_a_login_and_payloads_that_nobody_can_read_are_not_judged() -> None:
    """The login is real: a proof that a wallet made for a site."""
    proof = {
        "timestamp": 1734030159,
        "domain": {"lengthBytes": 39, "value": "589a-2a12-5940-76ab-00-2.ngrok-free.app"},
        "payload": "f886105227e5418f97a9f1cb8feb4ab600000000675b3596",
        "signature": "jKTZXgsKzA6AgV9C2FVq3vhJmXzweLcYvff/GGzYxwoNuYpsf0ZLtv76sbaYLLgECMuWmjtvIlfBiYZ5E7vaBw==",
    }
    for login in (proof, proof | {"state_init": ""}, {"name": "ton_proof", "proof": proof}):
        verdict = judged(login, message=str(proof["payload"]))
        assert (verdict.code, "ton_proof" in verdict.reason) == (Code.PROOF_NOT_JUDGED, True)
    for payload in ({"type": "binary", "bytes": "AA=="}, {"type": "cell", "schema": "", "cell": ""}):
        assert judged(GOOD | {"payload": payload}).status is VerdictStatus.UNSUPPORTED


def test_the_response_of_a_named_owners_wallet_leaves_the_account_unbound() -> None:
    account, owner = response(OTHER)["address"], GOOD["address"]
    assert judged(GOOD, account, owners=(owner,)).status is VerdictStatus.UNBOUND
    asked = question(claim(TON, account, json.dumps(GOOD), key=KEY.hex, owners=[owner]), TON)
    assert asked is not None
    assert (asked.signers, asked.keys) == ((owner,), (KEY.public,))
