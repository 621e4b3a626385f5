"""Do these signers control this contract account? Asked of the account itself, at one block.

Four rules, in this order:

1. A Safe names its owners and how many of them must sign (``getOwners``, ``getThreshold``): enough distinct signers
   must be among them. What a Safe answers is final.
2. A contract with one owner (``owner()``, ERC-173): it must be a signer.
3. An EigenPod, the contract that a restaked validator's coins go to (``podOwner()``, EigenLayer's ``IEigenPod``): its
   owner must be a signer.
4. A contract that judges signatures itself (``isValidSignature``, EIP-1271): it must accept the signed digest with
   the signatures joined in ascending order of their signers, as a Safe wants them.

A call that reverts, or answers in another form, only means that this rule does not apply.
"""

from collections.abc import Sequence

from eth_abi.abi import decode, encode
from eth_abi.exceptions import DecodingError
from eth_utils.crypto import keccak

from monitor.chains.evm.errors import Meaning, meaning
from monitor.chains.evm.rpc import EvmRpc, Position
from monitor.chains.jsonrpc import Call, failure_of
from monitor.chains.node import Confirmed
from monitor.model import Address, Block, OwnerAnswer, OwnerQuestion

_WORD = 32


def _selector(signature: str) -> bytes:
    return keccak(text=signature)[:4]


_GET_OWNERS = _selector("getOwners()")
_GET_THRESHOLD = _selector("getThreshold()")
_OWNER = _selector("owner()")
_POD_OWNER = _selector("podOwner()")
_IS_VALID_SIGNATURE = _selector("isValidSignature(bytes32,bytes)")
_MAGIC = _IS_VALID_SIGNATURE  # 0x1626ba7e: EIP-1271 lets the function answer with its own selector
_CALLS = 5
"""For one question."""


async def confirm(rpc: EvmRpc, questions: Sequence[OwnerQuestion], block: Block, at: Position) -> Confirmed:
    """One answer for each question, in order, at ``block``, addressed as ``at``.

    A node that does not answer raises its own error.
    """
    codes = await _data(rpc, [("eth_getCode", [question.account, at]) for question in questions], block, at)
    asked = [question for question, code in zip(questions, codes, strict=True) if code]
    calls: list[Call] = [
        ("eth_call", [{"to": question.account, "data": "0x" + data.hex()}, at])
        for question in asked
        for data in _calls(question)
    ]
    answers = await _data(rpc, calls, block, at)
    judged = {
        id(question): judge(question, answers[_CALLS * number : _CALLS * (number + 1)])
        for number, question in enumerate(asked)
    }
    nothing = (False, f"there is no contract at this account at block {block.number}")
    answered = (OwnerAnswer(*judged.get(id(question), nothing), block) for question in questions)
    return Confirmed(block, tuple(answered))


async def _data(rpc: EvmRpc, calls: Sequence[Call], block: Block, at: Position) -> list[bytes | None]:
    """What each of ``calls`` returned; None for one that reverted."""
    answers: list[bytes | None] = []
    for (method, _), reply in zip(calls, await rpc.all(calls), strict=True):
        failure = failure_of(reply)
        if failure and meaning(failure) is not Meaning.REVERTED:
            raise await rpc.cause(failure, block, at)
        answers.append(None if failure else rpc.data(reply["result"], method))
    return answers


def _calls(question: OwnerQuestion) -> tuple[bytes, ...]:
    signed = sorted(zip(question.signers, question.signatures, strict=True), key=lambda pair: int(pair[0], 16))
    proof = encode(["bytes32", "bytes"], [question.digest, b"".join(signature for _, signature in signed)])
    return _GET_OWNERS, _GET_THRESHOLD, _OWNER, _POD_OWNER, _IS_VALID_SIGNATURE + proof


def judge(question: OwnerQuestion, answers: Sequence[bytes | None]) -> tuple[bool, str]:
    """Confirmed or not, and why, by the answers to the five calls; None is a call that reverted."""
    owners, threshold, owner, pod_owner, validity = answers
    signers = {signer.lower() for signer in question.signers}
    safe = _safe(owners, threshold)
    if safe:
        members, needed = safe
        signed = len(signers & members)
        return signed >= needed, f"{signed} of the Safe's {len(members)} owners signed; it needs {needed}"
    named = {"owner()": _address(owner), "podOwner()": _address(pod_owner)}
    for rule, address in named.items():
        if address in signers:
            return True, f"{rule} is the signer {address}"
    if validity is not None and len(validity) == _WORD and validity[:4] == _MAGIC:
        return True, "isValidSignature accepts the signatures (EIP-1271)"
    others = [f"{rule} is {address}, who did not sign" for rule, address in named.items() if address]
    whose = " and ".join(others) or "the contract names no owner"
    return False, f"{whose}, and isValidSignature does not accept the signatures"


def _safe(owners: bytes | None, threshold: bytes | None) -> tuple[set[Address], int] | None:
    """Owners and threshold of a Safe; None when the answers are not a Safe's."""
    if owners is None or threshold is None or len(threshold) != _WORD:
        return None
    try:
        (addresses,) = decode(["address[]"], owners)
    except (DecodingError, OverflowError):
        return None
    members, needed = set(addresses), int.from_bytes(threshold, "big")
    return (members, needed) if 1 <= needed <= len(members) else None


def _address(word: bytes | None) -> Address | None:
    if word is None or len(word) != _WORD or any(word[:12]) or not any(word):
        return None
    return "0x" + word[12:].hex()
