"""Signatures whose spelling stands for several message forms."""

import pytest
from coincurve import PrivateKey
from eth_hash.auto import keccak

from monitor.ownership import judge, recovered_keys
from monitor.ownership.digests import personal_message, personal_message_of_hash
from monitor.ownership.secp256k1 import recover
from tests.support.ownership import ETHEREUM, MESSAGE, claim, evm_signature

KEYS = [PrivateKey(number.to_bytes(32, "big")) for number in range(1, 5)]
FORMS = {"EIP-191": personal_message, "OKX digest": personal_message_of_hash}


def account(key: PrivateKey) -> str:
    return "0x" + keccak(key.public_key.format(compressed=False)[1:])[12:].hex()


@pytest.fixture
def recoveries(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The digests that keys were recovered from."""
    digests: list[bytes] = []

    def watched(r_s: bytes, recovery_id: int, digest: bytes) -> bytes:
        digests.append(digest)
        return recover(r_s, recovery_id, digest)

    monkeypatch.setattr(recovered_keys, "recover", watched)
    return digests


@pytest.mark.parametrize("form", FORMS)
def test_a_list_that_keeps_to_one_form_costs_one_recovery_a_row(form: str, recoveries: list[bytes]) -> None:
    digest = FORMS[form](MESSAGE.encode())
    for key in KEYS:
        recoveries.clear()
        verdict = judge(claim(ETHEREUM, account(key), evm_signature(key, digest)), ETHEREUM)
        assert verdict.reason == f"signed by the account's key ({form})"
    assert recoveries == [digest]


def test_a_refusal_names_the_same_key_whatever_was_judged_before() -> None:
    foreign = claim(ETHEREUM, account(KEYS[0]), evm_signature(KEYS[1], personal_message_of_hash(MESSAGE.encode())))
    reasons = set()
    for digest in (digest_of(MESSAGE.encode()) for digest_of in FORMS.values()):
        judge(claim(ETHEREUM, account(KEYS[2]), evm_signature(KEYS[2], digest)), ETHEREUM)
        reasons.add(judge(foreign, ETHEREUM).reason)
    assert reasons == {f"signed by {account(KEYS[1])}, not by the account (or over another message)"}
