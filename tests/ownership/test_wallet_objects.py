"""The objects that wallets return, in the cell of the signature: brought down to the signature, or not judged."""

import base64
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from eth_hash.auto import keccak
from hypothesis import given
from hypothesis import strategies as st

from monitor.model import Claim, Code, Verdict, VerdictStatus
from monitor.ownership import judge, question
from monitor.ownership.family import NotJudged
from monitor.ownership.wallet_objects import plain
from monitor.registry import load
from tests.ownership.test_every_family import MAKERS
from tests.support import ed25519
from tests.support.ed25519 import KEY, OTHER
from tests.support.ownership import MESSAGE, NOT_PROVEN

NETWORKS = load().networks
EVM, TRON, SUI, COSMOS, SUBSTRATE = (MAKERS[name](1, MESSAGE) for name in ("evm", "tron", "sui", "cosmos", "substrate"))


def judged(row: Claim, answer: object) -> Verdict:
    text = answer if isinstance(answer, str) else json.dumps(answer)
    verdict = judge(replace(row, signatures=(text,)), NETWORKS[row.network or ""])
    assert verdict.code is not Code.DEFECT
    return verdict


def signature_of(row: Claim) -> str:
    return row.signatures[0]


ANSWERS: Mapping[str, tuple[Claim, Mapping[str, Any]]] = {
    "Etherscan": (EVM, {"address": EVM.address, "msg": MESSAGE, "sig": signature_of(EVM), "version": "2"}),
    "JSON-RPC": (EVM, {"id": 1, "jsonrpc": "2.0", "result": signature_of(EVM)}),
    "Trezor": (EVM, {"id": 1, "success": True, "payload": {"address": EVM.address, "signature": signature_of(EVM)}}),
    "address in another case": (EVM, {"address": EVM.address.upper().replace("X", "x"), "sig": signature_of(EVM)}),
    "Tron": (TRON, {"signature": signature_of(TRON)}),
    "Sui": (SUI, {"bytes": base64.b64encode(MESSAGE.encode()).decode(), "signature": signature_of(SUI)}),
    "polkadot-js": (SUBSTRATE, {"id": 1, "signature": signature_of(SUBSTRATE)}),
    "CIP-30": (replace(SUI, key=""), {"key": SUI.key, "signature": signature_of(SUI)}),
    "a wallet's key, and the same in the row": (SUI, {"publicKey": SUI.key, "signature": signature_of(SUI)}),
}


@pytest.mark.parametrize(("row", "answer"), ANSWERS.values(), ids=ANSWERS)
def test_a_signature_is_found_in_what_a_wallet_returns(row: Claim, answer: Mapping[str, Any]) -> None:
    assert judged(row, answer).status is VerdictStatus.VERIFIED, judged(row, answer).reason


@pytest.mark.parametrize(("row", "answer"), ANSWERS.values(), ids=ANSWERS)
def test_it_proves_no_other_message_and_no_other_account(row: Claim, answer: Mapping[str, Any]) -> None:
    family = NETWORKS[row.network or ""].family
    other = MAKERS[family](2, MESSAGE)
    assert judged(replace(row, message=MESSAGE + "."), answer).status is VerdictStatus.INVALID
    assert judged(replace(row, address=other.address, account=other.account), answer).status is VerdictStatus.INVALID


def test_one_object_among_several_signatures_is_taken_out_too() -> None:
    owners = (EVM.address, MAKERS["evm"](2, MESSAGE).address)
    second = signature_of(MAKERS["evm"](2, MESSAGE))
    row = replace(EVM, owners=owners, signatures=(json.dumps({"sig": signature_of(EVM)}), second))
    assert plain(row, NETWORKS["ethereum"]).signatures == (signature_of(EVM), second)


def test_a_key_of_another_type_is_not_judged_and_one_of_secp256k1_is_read() -> None:
    known = {"type": "tendermint/PubKeySecp256k1", "value": "A" * 44}
    row = replace(COSMOS, key="", signatures=(json.dumps({"pub_key": known, "signature": signature_of(COSMOS)}),))
    assert plain(row, NETWORKS[COSMOS.network or ""]).key == known["value"]
    other = known | {"type": "tendermint/PubKeyEd25519"}
    with pytest.raises(NotJudged, match="tendermint/PubKeyEd25519"):
        plain(
            replace(row, signatures=(json.dumps({"pub_key": other, "signature": "x"}),)), NETWORKS[COSMOS.network or ""]
        )


@pytest.mark.parametrize(
    "beside",
    [
        {"address": MAKERS["evm"](2, MESSAGE).address},
        {"msg": MESSAGE + " "},
        {"message": "another"},
        {"bytes": base64.b64encode(b"another").decode()},
    ],
)
def test_what_stands_beside_the_signature_may_not_contradict_the_row(beside: dict[str, str]) -> None:
    assert judged(EVM, {"signature": signature_of(EVM)} | beside).status is VerdictStatus.INVALID


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"signature": signature_of(EVM), "more": 1},
        {"signature": None},
        {"signature": {"r": "0x1", "s": "0x1"}},
        {"signature": [1, 2, 3]},
        {"signature": signature_of(EVM), "sig": signature_of(EVM)},
        {"signature": signature_of(EVM), "address": "0x1"},
        {"result": {"result": {"signature": signature_of(EVM)}}},
        f'{{"signature": "{signature_of(EVM)}", "signature": "{signature_of(EVM)}"}}',
        "{",
        '{"a":' * 20_000,
        "{" + " " * 100_000 + f'"signature": "{signature_of(EVM)}"}}',
    ],
)
def test_an_object_that_is_not_understood_is_not_judged(answer: object) -> None:
    assert judged(EVM, answer).status is VerdictStatus.UNSUPPORTED


def test_a_row_and_a_wallet_that_state_different_keys_are_not_judged() -> None:
    assert judged(SUI, {"publicKey": OTHER.hex, "signature": signature_of(SUI)}).code is Code.KEYS_DIFFER


@given(
    st.recursive(
        st.none() | st.text(max_size=5) | st.integers(),
        lambda inner: st.dictionaries(
            st.sampled_from(["signature", "result", "payload", "key", "pub_key", "address", "bytes", "id", "x"]), inner
        ),
    )
)
def test_no_object_whatever_proves_an_account(answer: object) -> None:
    for row in (EVM, SUI, COSMOS, MAKERS["ton"](1, MESSAGE), MAKERS["near"](1, MESSAGE), MAKERS["aptos"](1, MESSAGE)):
        text = answer if isinstance(answer, dict) else {"signature": answer}
        assert judged(row, text).status in NOT_PROVEN


def test_an_owners_answer_is_asked_about_on_chain_as_its_signature_is() -> None:
    owned = replace(EVM, account="0x" + "5a" * 20, address="0x" + "5a" * 20, owners=(EVM.address,))
    returned = replace(owned, signatures=(json.dumps({"address": EVM.address, "sig": signature_of(EVM)}),))
    asked = question(owned, NETWORKS["ethereum"])
    assert asked is not None
    assert question(returned, NETWORKS["ethereum"]) == asked


# --- Aptos ----------------------------------------------------------------------------------------------------------

APTOS = MAKERS["aptos"](1, MESSAGE)
APTOS_KEY = ed25519.Key((1).to_bytes(32, "big"))


def aptos(lines: str = "", **changes: str) -> dict[str, str]:
    text = f"APTOS\n{lines}message: {MESSAGE}\nnonce: 7"
    signed = "0x" + APTOS_KEY.sign(text.encode()).hex()
    return {"prefix": "APTOS", "message": MESSAGE, "nonce": "7", "fullMessage": text, "signature": signed} | changes


def test_what_an_aptos_wallet_returns_proves_the_message_in_it() -> None:
    for lines in ("", f"address: {APTOS.address}\n", "application: https://a.org\n", "chainId: 1\n"):
        assert judged(APTOS, aptos(lines)).status is VerdictStatus.VERIFIED
        full = aptos(lines)["fullMessage"]
        assert judged(replace(APTOS, message=full), aptos(lines)).status is VerdictStatus.VERIFIED


@pytest.mark.parametrize(
    "answer",
    [
        aptos("chainId: 2\n"),
        aptos(f"address: {MAKERS['aptos'](2, MESSAGE).address}\n"),
        aptos(fullMessage=f"APTOS\nmessage: {MESSAGE}\nnonce: 8"),
        aptos(fullMessage="APTOS\nmessage: another\nnonce: 7"),
    ],
)
def test_an_aptos_text_of_another_account_chain_or_message_is_invalid(answer: dict[str, str]) -> None:
    assert judged(APTOS, answer).status is VerdictStatus.INVALID
    alone = replace(APTOS, message=answer["fullMessage"])
    assert judged(alone, answer["signature"]).status is VerdictStatus.INVALID


def test_an_aptos_text_that_the_account_signed_proves_no_other_message() -> None:
    verdict = judged(replace(APTOS, message=MESSAGE + "."), aptos())
    assert (verdict.code, "not the row's" in verdict.reason) == (Code.OTHER_MESSAGE, True)


# --- What is signed otherwise, in 64 or 65 bytes that look alike ------------------------------------------------------


def test_a_near_signature_in_base64_may_be_of_nep_413_and_is_not_accused() -> None:
    row = MAKERS["near"](1, MESSAGE)
    foreign = OTHER.sign(b"with a nonce")
    assert judged(row, base64.b64encode(foreign).decode()).code is Code.MAYBE_OTHER_FORM
    assert judged(row, "0x" + foreign.hex()).code is Code.NOT_BY_KEY
    assert judged(replace(row, key="secp256k1:" + row.key), "0x" + foreign.hex()).code is Code.KEY_NOT_JUDGED
    answer = {"accountId": row.account, "publicKey": row.key, "signature": base64.b64encode(foreign).decode()}
    assert judged(row, answer).status is VerdictStatus.UNSUPPORTED


def test_a_kind_that_does_not_go_with_its_signature_is_not_judged() -> None:
    for row in (MAKERS["substrate"](number, MESSAGE) for number in range(1, 9)):
        signed = signature_of(row)[2:]
        assert judged(row, "00" + signed).status is VerdictStatus.VERIFIED
        for other in ("01", "02", "03"):
            assert judged(row, other + signed).code is Code.UNKNOWN_FORM
        ecdsa = signed.endswith(("00", "01"))  # a recovery id, it may be
        expected = Code.MAYBE_OTHER_FORM if ecdsa else Code.NOT_BY_KEY
        assert judged(replace(row, message="another"), "00" + signed).code is expected


def test_a_compact_signature_is_not_judged() -> None:
    raw = bytes.fromhex(signature_of(EVM)[2:])
    compact = raw[:32] + bytes((raw[32] | (raw[64] - 27) << 7,)) + raw[33:64]
    verdict = judged(EVM, "0x" + compact.hex())
    assert (verdict.code, "EIP-2098" in verdict.reason) == (Code.UNKNOWN_FORM, True)


WALLETS = {
    "MultiversX": ("multiversx", keccak(b"\x17Elrond Signed Message:\n" + b"19" + MESSAGE.encode())),
    "Casper": ("casper", b"Casper Message:\n" + MESSAGE.encode()),
    "Tezos": ("tezos", ed25519.blake(b"\x05\x01\0\0\0\x13" + MESSAGE.encode(), 32)),
    "Hedera": ("hedera", b"\x19Hedera Signed Message:\n19" + MESSAGE.encode()),
    "Solana, version 1": ("solana", b"\xffsolana offchain\x01\x01" + KEY.public + MESSAGE.encode()),
}


@pytest.mark.parametrize(("family", "signed"), WALLETS.values(), ids=WALLETS)
def test_what_wallets_of_a_chain_sign_counts(family: str, signed: bytes) -> None:
    row = MAKERS[family](1, MESSAGE)
    key = ed25519.Key((1).to_bytes(32, "big"))
    signed = signed.replace(KEY.public, key.public)
    good = judged(row, "0x" + key.sign(signed).hex()).status
    assert good is (VerdictStatus.UNBOUND if family == "hedera" else VerdictStatus.VERIFIED)
    assert judged(row, "0x" + key.sign(signed + b".").hex()).status is VerdictStatus.INVALID


def test_the_envelope_of_multiversx_is_that_of_its_sdk() -> None:
    """mx-sdk-py, message_v1_test.py."""
    digest = keccak(b"\x17Elrond Signed Message:\n" + b"12" + b"test message")
    assert digest.hex() == "2162d6271208429e6d3e664139e98ba7c5f1870906fb113e8903b1d3f531004d"
