"""Asking accounts who controls them, at one block; :mod:`~monitor.chains.evm.control` says what their answers mean.

What is called is the code of strangers. So every call may burn a bounded amount of gas, which bounds what it can answer
too, and few of them are under way at once.
"""

import secrets
from collections.abc import Awaitable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from coincurve import PrivateKey
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from monitor.chains.concurrency import together
from monitor.chains.evm.contracts import NoAnswerError, answered, function, web3_at
from monitor.chains.evm.control import Told, address_in, judge
from monitor.chains.evm.rpc import AtBlock
from monitor.chains.node import Confirmed
from monitor.model import Address, OwnerAnswer, OwnerQuestion
from monitor.registry.safes import safes

_GAS = 10_000_000
"""For one call: several times what the dearest check of signatures in use takes, and 2 MB of answer at the most."""
_QUESTIONS, _CODES = 4, 64
"""Accounts that are asked about at once: web3 takes half a millisecond for each call, and nothing else its turn."""
_SINGLETON = 0
"""The word of its storage in which a Safe's proxy keeps the address of its singleton."""
_SELECTOR = 4
"""Bytes of a call that say which function is meant."""

_FUNCTIONS = [
    function("getOwners", [], "address[]"),  # Safe
    function("getThreshold", [], "uint256"),  # Safe
    function("owner", [], "address"),  # ERC-173
    function("podOwner", [], "address"),  # EigenLayer's IEigenPod
    function("isValidSignature", ["bytes32", "bytes"], "bytes32"),  # EIP-1271: bytes4, of which the padding matters
]


async def confirm(at: AtBlock, questions: Sequence[OwnerQuestion]) -> Confirmed:
    """Ask each question; answers in their order. A node that does not answer raises its own error."""
    asking = _Asking(at)
    codes = await asking.codes({question.account for question in questions})
    told = await together((asking.told(each, codes[each.account]) for each in questions), _QUESTIONS)
    answers = (OwnerAnswer(*judge(question, each), at.block) for question, each in zip(questions, told, strict=True))
    return Confirmed(at.block, tuple(answers))


class _Asking:
    """One node, asked at one block."""

    def __init__(self, at: AtBlock) -> None:
        self._eth = web3_at(at).eth
        self._contract = self._eth.contract(abi=_FUNCTIONS)

    async def codes(self, accounts: Collection[Address]) -> dict[Address, bytes]:
        """Return what code each account has."""
        found = await together(map(self._code, accounts), _CODES)
        return dict(zip(accounts, found, strict=True))

    async def _code(self, account: Address) -> bytes:
        return bytes(await self._eth.get_code(to_checksum_address(account)))

    async def told(self, question: OwnerQuestion, code: bytes) -> Told:
        """Return what the account of ``question``, which has ``code``, says."""
        account = to_checksum_address(question.account)
        told = Told(code, await self._version(question.account, code))
        if not told.is_contract:
            return told
        contract = self._contract(account).functions
        calls = {
            "owners": contract.getOwners(),
            "threshold": contract.getThreshold(),
            "owner": contract.owner(),
            "pod_owner": contract.podOwner(),
            **{name: contract.isValidSignature(*given) for name, given in signatures(question).items()},
        }
        nobody = self._eth.call({"to": account, "data": unknown_function(), "gas": _GAS})
        found = await together([_answer(nobody), *(_answer(call.call({"gas": _GAS})) for call in calls.values())])
        return replace(told, nobody=found[0] is not None, **dict(zip(calls, found[1:], strict=True)))

    async def _version(self, account: Address, code: bytes) -> str:
        """The version of the Safe that the account is, by its proxy's code and its singleton's; empty: it is none."""
        known = safes()
        if keccak(code) not in known.proxies:
            return ""
        word = await self._eth.get_storage_at(to_checksum_address(account), _SINGLETON)
        singleton = address_in(word)
        return known.singletons.get(keccak(await self._code(singleton)), "") if singleton else ""


async def _answer(call: Awaitable[Any]) -> Any:  # noqa: ANN401 - what the function's ABI says
    try:
        return await answered(call)
    except NoAnswerError:
        return None


def unknown_function() -> bytes:
    """Return the selector of a function that no contract has: another one each time, so that none can know it."""
    return secrets.token_bytes(_SELECTOR)


def signatures(question: OwnerQuestion) -> dict[str, tuple[bytes, bytes]]:
    """Return what the account is to judge (EIP-1271), digest and signatures, by the names of :class:`Told`.

    ``stranger`` and ``strangers_message`` are what only a contract accepts that accepts anything: good signatures by
    keys that nobody has seen before, over the digest of the question and over another one. Both are new each time, so
    that no contract can know them. Nothing is asked where there is no one digest.
    """
    if not question.digest:
        return {}
    other = secrets.token_bytes(len(question.digest))
    strangers = [PrivateKey() for _ in question.signers]
    own = dict(zip(question.signers, question.signatures, strict=True))
    return {
        "validity": (question.digest, _joined(own)),
        "stranger": (question.digest, _joined(_signed(question.digest, strangers))),
        "strangers_message": (other, _joined(_signed(other, strangers))),
    }


def _joined(signed: Mapping[Address, bytes]) -> bytes:
    """Signatures in ascending order of their signers, as a Safe wants them."""
    return b"".join(signed[signer] for signer in sorted(signed, key=lambda signer: int(signer, 16)))


def _signed(digest: bytes, keys: Sequence[PrivateKey]) -> dict[Address, bytes]:
    """Signatures of ``keys`` as in an :class:`OwnerQuestion`, by the accounts of the keys."""
    signed = {}
    for key in keys:
        account = "0x" + keccak(key.public_key.format(compressed=False)[1:])[-20:].hex()
        signature = key.sign_recoverable(digest, hasher=None)
        signed[account] = signature[:-1] + bytes([signature[-1] + 27])
    return signed
