import pytest
from eth_abi.abi import encode
from eth_utils.crypto import keccak

from monitor.chains.evm.owners import _calls, judge
from monitor.model import OwnerQuestion
from tests.support.chains import account

MAGIC = bytes.fromhex("1626ba7e")
SIGNERS = (account(0xB), account(0xA))
QUESTION = OwnerQuestion("ethereum", account(1), SIGNERS, b"\x07" * 32, (b"B" * 65, b"A" * 65))


def word(value: int | str) -> bytes:
    return encode(["uint256" if isinstance(value, int) else "address"], [value])


def owners(*members: str) -> bytes:
    return encode(["address[]"], [members])


YES = MAGIC + bytes(28)
OTHER = account(0xC)


@pytest.mark.parametrize(
    ("answers", "confirmed", "reason"),
    [
        # A Safe
        ((owners(*SIGNERS, OTHER), word(2), None, None, None), True, "2 of the Safe's 3 owners signed; it needs 2"),
        ((owners(SIGNERS[0], OTHER), word(1), None, None, None), True, "1 of the Safe's 2 owners signed; it needs 1"),
        ((owners(*SIGNERS, OTHER), word(3), None, None, None), False, "2 of the Safe's 3 owners signed; it needs 3"),
        ((owners(OTHER), word(1), None, None, None), False, "0 of the Safe's 1 owners signed; it needs 1"),
        ((owners(OTHER), word(1), word(SIGNERS[0]), None, YES), False, "0 of the Safe's 1 owners signed; it needs 1"),
        # Answers that are no Safe's: no threshold, more than there are owners, or not even a list
        ((owners(*SIGNERS), word(0), None, None, None), False, "names no owner"),
        ((owners(*SIGNERS), word(3), None, None, None), False, "names no owner"),
        ((owners(), word(0), None, None, None), False, "names no owner"),
        ((owners(*SIGNERS)[:-1], word(1), None, None, None), False, "names no owner"),
        ((word(32), word(1), None, None, None), False, "names no owner"),
        ((owners(*SIGNERS), b"", None, None, None), False, "names no owner"),
        ((owners(*SIGNERS), None, None, None, None), False, "names no owner"),
        # One owner
        ((None, None, word(SIGNERS[1]), None, None), True, f"owner() is the signer {SIGNERS[1]}"),
        ((None, None, word(OTHER), None, None), False, f"owner() is {OTHER}, who did not sign"),
        ((None, None, bytes(32), None, None), False, "names no owner"),
        ((None, None, b"\1" + word(SIGNERS[0])[1:], None, None), False, "names no owner"),
        ((None, None, word(SIGNERS[0]) + bytes(32), None, None), False, "names no owner"),
        # An EigenPod
        ((None, None, None, word(SIGNERS[0]), None), True, f"podOwner() is the signer {SIGNERS[0]}"),
        ((None, None, None, word(OTHER), None), False, f"podOwner() is {OTHER}, who did not sign"),
        ((None, None, word(OTHER), word(SIGNERS[0]), None), True, f"podOwner() is the signer {SIGNERS[0]}"),
        ((None, None, None, bytes(32), None), False, "names no owner"),
        ((None, None, None, word(SIGNERS[0])[1:], None), False, "names no owner"),
        ((owners(OTHER), word(1), None, word(SIGNERS[0]), None), False, "0 of the Safe's 1 owners signed"),
        # EIP-1271
        ((None, None, None, None, YES), True, "isValidSignature accepts"),
        ((None, None, word(OTHER), None, YES), True, "isValidSignature accepts"),
        ((None, None, None, None, MAGIC), False, "does not accept"),
        ((None, None, None, None, b"\xff" * 32), False, "does not accept"),
        ((None, None, None, None, bytes(32)), False, "does not accept"),
        ((None, None, None, None, None), False, "does not accept"),
        ((b"", b"", b"", None, b""), False, "does not accept"),
    ],
)
def test_an_owner_is_confirmed_by_a_rule_or_not_at_all(
    answers: tuple[bytes | None, ...], confirmed: bool, reason: str
) -> None:
    found, why = judge(QUESTION, answers)
    assert found is confirmed
    assert reason in why


def test_one_owner_that_signs_twice_counts_once() -> None:
    twice = OwnerQuestion("ethereum", account(1), (SIGNERS[0], SIGNERS[0]), bytes(32), (b"B" * 65, b"B" * 65))
    assert judge(twice, (owners(*SIGNERS), word(2), None, None, None)) == (
        False,
        "1 of the Safe's 2 owners signed; it needs 2",
    )


def test_a_safe_cannot_count_one_owner_twice_either() -> None:
    assert judge(QUESTION, (owners(SIGNERS[0], SIGNERS[0]), word(2), None, None, None))[0] is False


def test_signatures_are_joined_in_ascending_order_of_their_signers() -> None:
    *_, call = _calls(QUESTION)
    assert call[:4] == MAGIC == keccak(text="isValidSignature(bytes32,bytes)")[:4]
    assert call[4:] == encode(["bytes32", "bytes"], [QUESTION.digest, b"A" * 65 + b"B" * 65])
