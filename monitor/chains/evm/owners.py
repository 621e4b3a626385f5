"""Asking accounts who controls them, at one block; :mod:`~monitor.chains.evm.control` says what their answers mean.

What is called is the code of strangers. So every call may burn a bounded amount of gas, which bounds what it can answer
too, and few of them go into one request.
"""

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from coincurve import PrivateKey
from eth_abi.abi import encode
from eth_utils.crypto import keccak

from monitor.chains.errors import Reason
from monitor.chains.evm.control import Told, address_in, judge
from monitor.chains.evm.errors import Meaning, meaning
from monitor.chains.evm.rpc import EvmRpc, Position
from monitor.chains.jsonrpc import Call, failure_of
from monitor.chains.node import Confirmed
from monitor.model import Address, Block, OwnerAnswer, OwnerQuestion
from monitor.registry.safes import safes

_GAS = hex(10_000_000)
"""For one call: several times what the dearest check of signatures in use takes, and 2 MB of answer at the most."""
_TOGETHER = 16
"""Calls in one request."""
_LONGEST = 64 * 1024
"""Bytes of an answer: whoever says more has not answered the question."""
_SINGLETON = "0x0"
"""Where a Safe's proxy keeps the address of its singleton."""


def _selector(function: str) -> bytes:
    return keccak(text=function)[:4]


_IS_VALID_SIGNATURE = _selector("isValidSignature(bytes32,bytes)")
_GETTERS = {
    "owners": _selector("getOwners()"),
    "threshold": _selector("getThreshold()"),
    "owner": _selector("owner()"),
    "pod_owner": _selector("podOwner()"),
}


async def confirm(rpc: EvmRpc, questions: Sequence[OwnerQuestion], block: Block, at: Position) -> Confirmed:
    """One answer for each question, in order, at ``block``, addressed as ``at``.

    A node that does not answer raises its own error.
    """
    told = await _Asking(rpc, block, at).told(questions)
    answers = (OwnerAnswer(*judge(question, each), block) for question, each in zip(questions, told, strict=True))
    return Confirmed(block, tuple(answers))


class _Asking:
    """One node, asked at one block."""

    def __init__(self, rpc: EvmRpc, block: Block, at: Position) -> None:
        self._rpc, self._block, self._at = rpc, block, at

    async def told(self, questions: Sequence[OwnerQuestion]) -> list[Told]:
        """What the account of each question says."""
        codes = await self._codes({question.account for question in questions})
        versions = await self._versions(codes)
        told = [
            Told(codes[question.account], safe=versions.get(question.account, ""), answers={}) for question in questions
        ]
        asked = [
            (position, name, data)
            for position, question in enumerate(questions)
            if told[position].is_contract
            for name, data in calls(question).items()
        ]
        answers: list[dict[str, bytes | None]] = [{} for _ in questions]
        found = await self._replies(
            [("eth_call", [self._call(questions[position].account, data), self._at]) for position, _, data in asked]
        )
        for (position, name, _), answer in zip(asked, found, strict=True):
            answers[position][name] = answer if answer is not None and len(answer) <= _LONGEST else None
        return [replace(each, answers=given) for each, given in zip(told, answers, strict=True)]

    @staticmethod
    def _call(account: Address, data: bytes) -> Mapping[str, str]:
        return {"to": account, "data": "0x" + data.hex(), "gas": _GAS}

    async def _codes(self, accounts: Collection[Address]) -> dict[Address, bytes]:
        found = await self._state([("eth_getCode", [account, self._at]) for account in accounts])
        return dict(zip(accounts, found, strict=True))

    async def _versions(self, codes: Mapping[Address, bytes]) -> dict[Address, str]:
        """The version of each account that is a Safe, by its proxy's code and its singleton's."""
        known = safes()
        proxies = [account for account, code in codes.items() if keccak(code) in known.proxies]
        words = await self._state([("eth_getStorageAt", [account, _SINGLETON, self._at]) for account in proxies])
        singletons = {
            account: singleton
            for account, word in zip(proxies, words, strict=True)
            if (singleton := address_in(word)) is not None
        }
        behind = await self._codes(set(singletons.values()))
        hashes = {account: keccak(behind[singleton]) for account, singleton in singletons.items()}
        return {account: known.singletons[code] for account, code in hashes.items() if code in known.singletons}

    async def _state(self, asked: Sequence[Call]) -> list[bytes]:
        """What each of the calls tells of the state, which no contract can refuse."""
        answers = await self._replies(asked)
        if None in answers:
            raise self._rpc.line.fault(Reason.RPC_ERROR, f"{asked[answers.index(None)][0]} does not tell the state")
        return [answer for answer in answers if answer is not None]

    async def _replies(self, asked: Sequence[Call]) -> list[bytes | None]:
        """What each of the calls returned; None for one that reverted."""
        answers: list[bytes | None] = []
        for start in range(0, len(asked), _TOGETHER):
            together = asked[start : start + _TOGETHER]
            for (method, _), reply in zip(together, await self._rpc.all(together), strict=True):
                failure = failure_of(reply)
                if failure and meaning(failure) is not Meaning.REVERTED:
                    raise await self._rpc.cause(failure, self._block, self._at)
                answers.append(None if failure else self._rpc.data(reply["result"], method))
        return answers


def calls(question: OwnerQuestion) -> dict[str, bytes]:
    """What the account of ``question`` is asked, by the names that :class:`Told` knows the answers by.

    ``stranger`` and ``strangers_message`` are what only a contract accepts that accepts anything: good signatures by
    keys that nobody has seen before, over the digest of the question and over another one. ``nobody`` is a function
    that no contract has. All three are new each time, so that no contract can know them.
    """
    asked = _GETTERS | {"nobody": secrets.token_bytes(len(_IS_VALID_SIGNATURE))}
    if not question.digest:
        return asked
    other = secrets.token_bytes(len(question.digest))
    strangers = [PrivateKey() for _ in question.signers]
    return asked | {
        "validity": _validity(question.digest, dict(zip(question.signers, question.signatures, strict=True))),
        "stranger": _validity(question.digest, _signed(question.digest, strangers)),
        "strangers_message": _validity(other, _signed(other, strangers)),
    }


def _validity(digest: bytes, signatures: Mapping[Address, bytes]) -> bytes:
    """The call of EIP-1271, the signatures joined in ascending order of their signers, as a Safe wants them."""
    joined = b"".join(signatures[signer] for signer in sorted(signatures, key=lambda signer: int(signer, 16)))
    return _IS_VALID_SIGNATURE + encode(["bytes32", "bytes"], [digest, joined])


def _signed(digest: bytes, keys: Sequence[PrivateKey]) -> dict[Address, bytes]:
    """Signatures of ``keys`` as in an :class:`OwnerQuestion`, by the accounts of the keys."""
    signed = {}
    for key in keys:
        account = "0x" + keccak(key.public_key.format(compressed=False)[1:])[-20:].hex()
        signature = key.sign_recoverable(digest, hasher=None)
        signed[account] = signature[:-1] + bytes([signature[-1] + 27])
    return signed
