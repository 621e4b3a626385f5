"""Which answers of an EVM account bind it to those who signed, which refute them, and which say nothing."""

from itertools import pairwise

import pytest
from coincurve import PublicKey
from eth_abi.abi import decode, encode
from eth_utils.crypto import keccak

from monitor.chains.evm.control import Told, judge
from monitor.chains.evm.owners import calls
from monitor.model import OwnerOutcome, OwnerQuestion
from tests.support.chains import account

CONFIRMED, REFUTED = OwnerOutcome.CONFIRMED, OwnerOutcome.REFUTED
ADMINISTERED, UNDECIDED = OwnerOutcome.ADMINISTERED, OwnerOutcome.UNDECIDED
MAGIC = bytes.fromhex("1626ba7e")
SIGNERS = (account(0xB), account(0xA))
QUESTION = OwnerQuestion("ethereum", account(1), SIGNERS, b"\x07" * 32, (b"B" * 65, b"A" * 65))
CODE = bytes.fromhex("6000")


def word(value: int | str) -> bytes:
    return encode(["uint256" if isinstance(value, int) else "address"], [value])


def owners(*members: str) -> bytes:
    return encode(["address[]"], [members])


YES, NO = MAGIC + bytes(28), b"\xff" * 4 + bytes(28)
OTHER = account(0xC)
SAFE = {"owners": owners(*SIGNERS, OTHER), "threshold": word(2)}
STRANGERS_SAFE = {"owners": owners(OTHER), "threshold": word(1)}


def judged(safe: str = "", code: bytes = CODE, /, **answers: bytes | None) -> tuple[OwnerOutcome, str]:
    return judge(QUESTION, Told(code, safe, answers))


@pytest.mark.parametrize(
    ("answers", "outcome", "reason"),
    [
        (SAFE, CONFIRMED, "2 of the 3 owners of the Safe (1.4.1) signed; it needs 2"),
        (SAFE | {"threshold": word(3)}, REFUTED, "2 of the 3 owners of the Safe (1.4.1) signed; it needs 3"),
        ({"owners": owners(SIGNERS[0], OTHER), "threshold": word(1)}, CONFIRMED, "1 of the 2 owners"),
        (STRANGERS_SAFE, REFUTED, "0 of the 1 owners"),
        # What a Safe says is final, whatever else it answers
        (STRANGERS_SAFE | {"owner": word(SIGNERS[0]), "validity": YES}, REFUTED, "0 of the 1 owners"),
        (SAFE | {"nobody": word(1)}, CONFIRMED, "2 of the 3 owners"),
        # One owner twice is one owner
        ({"owners": owners(SIGNERS[0], SIGNERS[0]), "threshold": word(2)}, UNDECIDED, "has no owners yet"),
        ({"owners": owners(), "threshold": word(0)}, UNDECIDED, "has no owners yet"),
    ],
)
def test_a_safe_is_taken_at_its_word(answers: dict[str, bytes], outcome: OwnerOutcome, reason: str) -> None:
    found, why = judged("1.4.1", **answers)
    assert (found, reason in why) == (outcome, True), why


@pytest.mark.parametrize(
    ("answers", "outcome", "reason"),
    [
        # What answers as a Safe and is none: its word counts against the signers, and not for them
        (SAFE, UNDECIDED, "its code is none of the known Safes'"),
        (STRANGERS_SAFE, REFUTED, "too few of its 1 owners signed"),
        (STRANGERS_SAFE | {"validity": YES}, CONFIRMED, "isValidSignature accepts"),
        # Answers that are no Safe's: no threshold, more than there are owners, or not even a list
        (SAFE | {"threshold": word(0)}, UNDECIDED, "names no owner"),
        (SAFE | {"threshold": word(4)}, UNDECIDED, "names no owner"),
        ({"owners": owners(*SIGNERS)[:-1], "threshold": word(1)}, UNDECIDED, "names no owner"),
        ({"owners": word(32), "threshold": word(1)}, UNDECIDED, "names no owner"),
        (SAFE | {"threshold": b""}, UNDECIDED, "names no owner"),
        (SAFE | {"threshold": None}, UNDECIDED, "names no owner"),
        # An owner by ERC-173 is an administrator
        ({"owner": word(SIGNERS[1])}, ADMINISTERED, f"owner() is the signer {SIGNERS[1]}: an administrator"),
        ({"owner": word(SIGNERS[1]), "validity": YES}, CONFIRMED, "isValidSignature accepts"),
        ({"owner": word(OTHER)}, REFUTED, f"owner() is {OTHER}, who did not sign"),
        ({"owner": bytes(32)}, UNDECIDED, "names no owner"),
        ({"owner": b"\1" + word(SIGNERS[0])[1:]}, UNDECIDED, "names no owner"),
        ({"owner": word(SIGNERS[0]) + bytes(32)}, UNDECIDED, "names no owner"),
        # An EigenPod
        ({"pod_owner": word(SIGNERS[0])}, CONFIRMED, f"podOwner() is the signer {SIGNERS[0]}"),
        ({"pod_owner": word(OTHER)}, REFUTED, f"podOwner() is {OTHER}, who did not sign"),
        ({"owner": word(OTHER), "pod_owner": word(SIGNERS[0])}, CONFIRMED, f"podOwner() is the signer {SIGNERS[0]}"),
        ({"pod_owner": word(SIGNERS[0])[1:]}, UNDECIDED, "names no owner"),
        # EIP-1271: the very 32 bytes, and no others
        (
            {"validity": YES},
            CONFIRMED,
            "isValidSignature accepts the signatures (EIP-1271), and not those of strangers",
        ),
        ({"validity": YES, "stranger": NO, "strangers_message": NO}, CONFIRMED, "isValidSignature accepts"),
        ({"validity": YES, "owner": word(OTHER)}, CONFIRMED, "isValidSignature accepts"),
        ({"validity": MAGIC}, UNDECIDED, "does not accept"),
        ({"validity": YES + bytes(32)}, UNDECIDED, "does not accept"),
        ({"validity": MAGIC + bytes(27) + b"\1"}, UNDECIDED, "does not accept"),
        ({"validity": MAGIC + b"\7" * 28}, UNDECIDED, "does not accept"),
        ({"validity": NO}, REFUTED, "isValidSignature refuses the signatures"),
        ({"validity": bytes(32)}, REFUTED, "isValidSignature refuses the signatures"),
        ({"validity": b""}, UNDECIDED, "does not accept"),
        ({"validity": None}, UNDECIDED, "does not accept"),
        ({}, UNDECIDED, "does not accept"),
        # Contracts that say yes
        ({"validity": YES, "stranger": YES}, UNDECIDED, "accepts the signatures of strangers too"),
        ({"validity": YES, "strangers_message": YES}, UNDECIDED, "accepts the signatures of strangers too"),
        ({"validity": YES, "stranger": YES, "owner": word(OTHER)}, REFUTED, f"owner() is {OTHER}"),
        (dict.fromkeys(("owners", "threshold", "owner", "validity", "nobody"), YES), UNDECIDED, "nobody has"),
        ({"pod_owner": word(SIGNERS[0]), "nobody": word(SIGNERS[0])}, UNDECIDED, "nobody has"),
        ({"validity": NO, "nobody": NO}, UNDECIDED, "nobody has"),
        ({"validity": YES, "nobody": b""}, CONFIRMED, "isValidSignature accepts"),
    ],
)
def test_a_contract_is_taken_at_its_word_where_that_can_be_relied_on(
    answers: dict[str, bytes | None], outcome: OwnerOutcome, reason: str
) -> None:
    found, why = judged(**answers)
    assert (found, reason in why) == (outcome, True), why


def test_an_account_without_code_is_controlled_by_its_own_key_alone() -> None:
    found, why = judged("", b"")
    assert (found, "there is no contract at this account" in why) == (REFUTED, True)


def test_what_a_keys_account_has_others_answer_for_it_says_nothing() -> None:
    delegating = bytes.fromhex("ef0100") + bytes.fromhex(OTHER[2:])
    found, why = judged("", delegating, validity=YES, owner=word(SIGNERS[0]))
    assert (found, why.endswith(f"lets the code of {OTHER} answer for it (EIP-7702)")) == (UNDECIDED, True)
    assert not Told(delegating, "", {}).is_contract
    assert Told(delegating + b"\0", "", {}).is_contract


def test_one_owner_that_signs_twice_counts_once() -> None:
    twice = OwnerQuestion("ethereum", account(1), (SIGNERS[0], SIGNERS[0]), bytes(32), (b"B" * 65, b"B" * 65))
    found, why = judge(twice, Told(CODE, "1.3.0", {"owners": owners(*SIGNERS), "threshold": word(2)}))
    assert (found, why) == (REFUTED, "1 of the 2 owners of the Safe (1.3.0) signed; it needs 2")


def arguments(call: bytes) -> tuple[bytes, bytes]:
    assert call[:4] == MAGIC == keccak(text="isValidSignature(bytes32,bytes)")[:4]
    digest, signatures = decode(["bytes32", "bytes"], call[4:])
    return digest, signatures


def test_signatures_are_joined_in_ascending_order_of_their_signers() -> None:
    assert arguments(calls(QUESTION)["validity"]) == (QUESTION.digest, b"A" * 65 + b"B" * 65)


@pytest.mark.parametrize("name", ["stranger", "strangers_message"])
def test_strangers_sign_as_well_as_anybody_and_are_never_the_same(name: str) -> None:
    digest, signatures = arguments(calls(QUESTION)[name])
    assert (digest == QUESTION.digest) == (name == "stranger")
    signed = [signatures[start : start + 65] for start in range(0, len(signatures), 65)]
    who = []
    for each in signed:
        key = PublicKey.from_signature_and_message(each[:64] + bytes([each[64] - 27]), digest, hasher=None)
        who.append(keccak(key.format(compressed=False)[1:])[-20:])
    assert len(who) == len(SIGNERS)
    assert all(first < second for first, second in pairwise(who))
    assert arguments(calls(QUESTION)[name])[1] != signatures


def test_the_function_that_nobody_has_is_another_one_each_time() -> None:
    first, second = calls(QUESTION)["nobody"], calls(QUESTION)["nobody"]
    assert len(first) == 4
    assert first != second


def test_without_one_digest_no_signature_is_judged_on_chain() -> None:
    question = OwnerQuestion("ethereum", account(1), SIGNERS)
    assert calls(question).keys() == {"owners", "threshold", "owner", "pod_owner", "nobody"}
