"""The vectors of BIP-322 itself. Some sign the empty message, which no list may, so they go to the form's own judge."""

import json
from pathlib import Path

import pytest

from monitor.model import Code, Verdict
from monitor.ownership.digests import tagged
from monitor.ownership.families.bitcoin import bip322
from monitor.ownership.families.bitcoin.account import Account, account_of
from monitor.ownership.families.bitcoin.virtual import to_spend_id
from monitor.ownership.family import NotJudged, Refused
from tests.support.ownership import BITCOIN, claim

VECTORS = json.loads((Path(__file__).parent.parent / "data" / "ownership" / "bip322.json").read_text())


def account(address: str) -> Account:
    return account_of(claim(BITCOIN, address), BITCOIN)


def prove(vector: dict[str, str]) -> Verdict:
    return bip322.judge(account(vector["address"]), vector["signature"], vector["message"].encode())


def named(kind: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("vector", VECTORS[kind], ids=lambda vector: vector["name"])


@pytest.mark.parametrize("vector", VECTORS["hashes"], ids=lambda vector: vector["message"])
def test_the_virtual_transaction_has_the_published_hash(vector: dict[str, str]) -> None:
    message = vector["message"].encode()
    assert tagged("BIP0322-signed-message", message).hex() == vector["message_hash"]
    assert to_spend_id(account(vector["address"]).script_pubkey, message)[::-1].hex() == vector["to_spend"]


@named("valid")
def test_a_published_signature_is_verified(vector: dict[str, str]) -> None:
    proven = prove(vector)
    assert proven.code in {Code.OWN_KEY, Code.SCRIPT_KEYS}
    assert "(BIP-322)" in proven.reason


@named("valid")
def test_a_published_signature_proves_no_other_message_and_no_other_address(vector: dict[str, str]) -> None:
    with pytest.raises(Refused):
        prove(vector | {"message": vector["message"] + "."})
    others = [other["address"] for other in VECTORS["valid"] if other["address"] != vector["address"]]
    for address in others:
        with pytest.raises(Refused):
            prove(vector | {"address": address})


@named("inconclusive")
def test_a_published_signature_for_another_kind_of_script_is_not_judged(vector: dict[str, str]) -> None:
    with pytest.raises(NotJudged):
        prove(vector)


@named("invalid")
def test_a_published_error_is_refused_or_no_signature_at_all(vector: dict[str, str]) -> None:
    with pytest.raises((Refused, NotJudged)):
        prove(vector)
