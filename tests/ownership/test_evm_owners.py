from dataclasses import replace

import pytest
from coincurve import PrivateKey
from eth_hash.auto import keccak

from monitor.model import Claim, ClaimKind, Code, Verdict, VerdictStatus
from monitor.ownership import judge, question
from monitor.ownership.digests import personal_message
from tests.support.ownership import BEACON, ETHEREUM, MESSAGE, NOT_PROVEN, claim, evm_signature

KEYS = [PrivateKey(bytes((number,)) * 32) for number in (1, 2, 3)]
OWNERS = ["0x" + keccak(key.public_key.format(compressed=False)[1:])[12:].hex() for key in KEYS]
DIGEST = personal_message(keccak(MESSAGE.encode()))
SIGNED = [evm_signature(key, DIGEST) for key in KEYS]
SAFE = "0x" + "57" * 20
VALIDATOR = "0x" + "ab" * 48
# What is sure to be refused as a signature by the second owner.
BAD = [SIGNED[0], "rubbish", SIGNED[1][:-2]]


def safe(*signatures: str, owners: list[str]) -> Claim:
    return claim(ETHEREUM, SAFE, *signatures, owners=owners)


def judged(row: Claim) -> Verdict:
    return judge(row, ETHEREUM)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_owners_who_all_signed_leave_the_account_unbound_and_are_named(count: int) -> None:
    verdict = judged(safe(*SIGNED[:count], owners=OWNERS[:count]))
    assert verdict.status is VerdictStatus.UNBOUND
    assert all(owner in verdict.reason for owner in OWNERS[:count])
    assert verdict.code is Code.OWNERS_SIGNED


@pytest.mark.parametrize("second", ["", *BAD])
def test_an_owner_without_a_valid_signature_makes_the_row_invalid(second: str) -> None:
    verdict = judged(safe(SIGNED[0], second, owners=OWNERS[:2]))
    assert verdict.status in NOT_PROVEN
    assert "2" in verdict.reason


def test_a_missing_signature_column_names_the_owner_who_has_not_signed() -> None:
    verdict = judged(safe(SIGNED[0], owners=OWNERS[:2]))
    assert (verdict.status, verdict.reason) == (VerdictStatus.INVALID, f"owner 2, {OWNERS[1]}, has not signed")


def test_signatures_in_each_others_columns_are_invalid() -> None:
    assert judged(safe(SIGNED[1], SIGNED[0], owners=OWNERS[:2])).status is VerdictStatus.INVALID


def test_one_owner_named_twice_is_invalid_in_any_spelling() -> None:
    row = safe(SIGNED[0], SIGNED[0], owners=[OWNERS[0], OWNERS[0].upper().replace("0X", "0x")])
    assert judged(row).status is VerdictStatus.INVALID
    assert judged(safe(SIGNED[0], SIGNED[0], owners=[OWNERS[0]] * 2)).code is Code.NAMED_TWICE


def test_an_owner_that_is_no_address_is_invalid() -> None:
    verdict = judged(safe(SIGNED[0], owners=[OWNERS[0] + "00"]))
    assert (verdict.code, "owner 1" in verdict.reason) == (Code.BAD_OWNER, True)


def test_a_signature_without_its_owner_is_invalid() -> None:
    assert judged(safe(*SIGNED[:2], owners=OWNERS[:1])).code is Code.NO_SUCH_OWNER
    assert judged(safe(*SIGNED[:2], owners=["", OWNERS[1]])).code is Code.NO_SUCH_OWNER


def test_an_owner_in_the_second_column_signs_in_the_second_column() -> None:
    assert judged(safe("", SIGNED[1], owners=["", OWNERS[1]])).status is VerdictStatus.UNBOUND


def test_another_message_makes_an_owner_row_invalid() -> None:
    row = replace(safe(SIGNED[0], owners=OWNERS[:1]), message="another")
    assert judged(row).status is VerdictStatus.INVALID


def test_an_account_that_signs_as_its_own_owner_is_verified() -> None:
    assert judged(claim(ETHEREUM, OWNERS[0], SIGNED[0], owners=OWNERS[:1])).code is Code.OWN_KEY_AS_OWNER


# --- Validators ---


def validator(kind: ClaimKind, *signatures: str, owners: list[str]) -> Claim:
    return claim(BEACON, VALIDATOR, *signatures, owners=owners, kind=kind)


def test_a_validators_owner_leaves_it_unbound() -> None:
    verdict = judge(validator(ClaimKind.STAKING, SIGNED[0], owners=OWNERS[:1]), BEACON)
    assert verdict.status is VerdictStatus.UNBOUND


def test_a_staking_row_needs_the_signature_of_a_second_owner_too() -> None:
    verdict = judge(validator(ClaimKind.STAKING, SIGNED[0], owners=OWNERS[:2]), BEACON)
    assert verdict.status is VerdictStatus.INVALID


@pytest.mark.parametrize("second", ["", *BAD])
def test_a_restaking_row_is_decided_by_its_first_owner_as_an_eigenpod_cannot_sign(second: str) -> None:
    verdict = judge(validator(ClaimKind.RESTAKING, SIGNED[0], second, owners=OWNERS[:2]), BEACON)
    assert verdict.status is VerdictStatus.UNBOUND
    assert f"not by owner 2, {OWNERS[1]}" in verdict.reason


def test_a_valid_second_signature_of_a_restaking_row_is_mentioned() -> None:
    verdict = judge(validator(ClaimKind.RESTAKING, *SIGNED[:2], owners=OWNERS[:2]), BEACON)
    assert verdict.status is VerdictStatus.UNBOUND
    assert f"{OWNERS[0]} and {OWNERS[1]}" in verdict.reason


def test_a_restaking_row_without_its_first_owners_signature_is_not_proven() -> None:
    for signatures, owners in [(("", SIGNED[1]), OWNERS[:2]), (BAD[1:2], OWNERS[:2]), (("", "x"), ["", OWNERS[1]])]:
        verdict = judge(validator(ClaimKind.RESTAKING, *signatures, owners=owners), BEACON)
        assert verdict.status in NOT_PROVEN


# --- Questions to the chain ---


def test_the_question_carries_what_eip_1271_and_a_safe_need() -> None:
    asked = question(safe(*SIGNED[:2], owners=OWNERS[:2]), ETHEREUM)
    assert asked is not None
    assert (asked.network, asked.account, asked.signers) == ("ethereum", SAFE, tuple(OWNERS[:2]))
    assert asked.digest == DIGEST
    assert asked.signatures == tuple(bytes.fromhex(text[2:]) for text in SIGNED[:2])


def test_the_question_asks_about_the_form_that_was_signed() -> None:
    digest = personal_message(MESSAGE.encode())
    asked = question(safe(evm_signature(KEYS[0], digest), owners=OWNERS[:1]), ETHEREUM)
    assert asked is not None
    assert asked.digest == digest


def test_owners_who_signed_different_digests_are_asked_about_without_any() -> None:
    mixed = safe(SIGNED[0], evm_signature(KEYS[1], personal_message(MESSAGE.encode())), owners=OWNERS[:2])
    assert judged(mixed).status is VerdictStatus.UNBOUND
    asked = question(mixed, ETHEREUM)
    assert asked
    assert (asked.signers, asked.digest, asked.signatures) == (tuple(OWNERS[:2]), b"", ())


def test_nothing_is_asked_where_the_chain_could_not_promote() -> None:
    assert question(safe(BAD[1], owners=OWNERS[:1]), ETHEREUM) is None
    assert question(claim(ETHEREUM, OWNERS[0], SIGNED[0]), ETHEREUM) is None
    assert question(safe(SIGNED[0], owners=OWNERS[:1]), None) is None
