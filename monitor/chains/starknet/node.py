"""Starknet nodes (JSON-RPC as Starknet's specification has it): which key an account contract holds.

What may sign for an account is up to its contract, and contracts tell their key by different names: OpenZeppelin's by
``get_public_key`` (``getPublicKey``), Braavos' by ``get_public_key`` (``get_signer``), Argent's by ``get_owner``
(``getSigner``). A contract that tells a key by one of these names is taken at its word. Blocks that Starknet has
accepted are read, so every tag means the newest of them.
"""

import re
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime

from eth_utils.crypto import keccak

from monitor.chains.amounts import count
from monitor.chains.block_choice import BlockChoice, Depth, Height, Tag
from monitor.chains.errors import Reason
from monitor.chains.http import Http
from monitor.chains.jsonrpc import JsonRpc, Reply, failure_of
from monitor.chains.link import Link
from monitor.chains.node import Confirmed
from monitor.chains.owners_only import Control, OwnersNode, one_by_one
from monitor.chains.rest_api import items, member, strictly, text
from monitor.model import Block, Network, OwnerOutcome, OwnerQuestion

_GETTERS = ("get_public_key", "getPublicKey", "get_owner", "getSigner", "get_signer")
_SELECTOR_BITS = 250  # Starknet's Keccak keeps as many
_FELT = re.compile(r"0x[0-9a-fA-F]{1,64}")
_KEY_SIZE = 32

# starknet_api_openrpc.json, "errors"
_CONTRACT_NOT_FOUND = 20
_BLOCK_NOT_FOUND = 24
_NO_SUCH_GETTER = frozenset({21, 40})
"""ENTRYPOINT_NOT_FOUND and CONTRACT_ERROR, which older versions have in its place."""


class StarknetNode(OwnersNode):
    """One node."""

    def __init__(self, network: Network, link: Link) -> None:
        super().__init__(network, link)
        self._http = Http(link)
        self._rpc = JsonRpc(link, self._http)

    async def identify(self) -> str:
        """Return the chain id, which is its name as a short string: ``SN_MAIN``."""
        found = await self._result("starknet_chainId", [])
        with strictly(self.link, "starknet_chainId"):
            return f"starknet:{bytes.fromhex(_felt(found)[2:]).decode('ascii')}"

    async def resolve(self, choice: BlockChoice) -> Block:
        match choice:
            case Height(number):
                return await self._block({"block_number": number})
            case Tag() | Depth(0):
                return await self._block("latest")
            case Depth(confirmations):
                tip = await self._block("latest")
                return await self._block({"block_number": max(0, tip.number - confirmations)})

    async def _block(self, name: object) -> Block:
        found = await self._result("starknet_getBlockWithTxHashes", [name])
        with strictly(self.link, "starknet_getBlockWithTxHashes"):
            number, moment = count(member(found, "block_number")), count(member(found, "timestamp"))
            if isinstance(name, dict) and number != name["block_number"]:
                raise ValueError(f"it is about block {number}")
            return Block(number, _felt(member(found, "block_hash")), datetime.fromtimestamp(moment, UTC))

    async def confirm(self, questions: Sequence[OwnerQuestion], block: Block) -> Confirmed:
        at = await self.own(block)
        if questions:
            await self._try_nowhere(questions[0].account)
        return await one_by_one(questions, at, lambda question: self._control(question, at))

    async def _try_nowhere(self, account: str) -> None:
        """Answers do not name their block: see that it looks for the one that it is asked for."""
        nowhere = hex(secrets.randbits(_SELECTOR_BITS))
        failure = failure_of(await self._call(account, _GETTERS[0], nowhere))
        if failure is None or failure.code in {_CONTRACT_NOT_FOUND, *_NO_SUCH_GETTER}:
            raise self.unpinned(f"block {nowhere}")
        if failure.code != _BLOCK_NOT_FOUND:
            raise self.link.fault(Reason.RPC_ERROR, f"starknet_call: {failure}")

    async def _call(self, account: str, getter: str, block_hash: str) -> Reply:
        call = {"contract_address": _shortest(account), "entry_point_selector": selector(getter), "calldata": []}
        return await self._rpc.call("starknet_call", [call, {"block_hash": block_hash}])

    async def _control(self, question: OwnerQuestion, block: Block) -> Control:
        told = []
        for getter in _GETTERS:
            reply = await self._call(question.account, getter, block.hash)
            failure = failure_of(reply)
            if failure and failure.code == _CONTRACT_NOT_FOUND:
                return (
                    OwnerOutcome.UNDECIDED,
                    "there is no contract at this account, and so no key",
                )
            if failure and failure.code in _NO_SUCH_GETTER:
                continue
            if failure:
                reason = Reason.BEHIND if failure.code == _BLOCK_NOT_FOUND else Reason.RPC_ERROR
                raise self.link.fault(reason, f"starknet_call: {failure}")
            with strictly(self.link, f"starknet_call {getter}"):
                words = [_felt(word) for word in items(reply["result"])]
            if len(words) != 1:
                continue
            if int(words[0], 16).to_bytes(_KEY_SIZE, "big") in question.keys:
                return OwnerOutcome.CONFIRMED, f"{getter} is the key that signed, {words[0]}"
            told.append(f"{getter} is {words[0]}, which did not sign")
        if told:
            return OwnerOutcome.REFUTED, "; ".join(told)
        return OwnerOutcome.UNDECIDED, f"its contract tells no key ({', '.join(_GETTERS)})"

    async def _result(self, method: str, parameters: list[object]) -> object:
        reply = await self._rpc.call(method, parameters)
        if failure := failure_of(reply):
            reason = Reason.BEHIND if failure.code == _BLOCK_NOT_FOUND else Reason.RPC_ERROR
            raise self.link.fault(reason, f"{method}: {failure}")
        return reply["result"]

    async def close(self) -> None:
        await self._http.close()


def selector(name: str) -> str:
    """Return the selector of an entry point: Starknet's Keccak of its name."""
    return hex(int.from_bytes(keccak(text=name), "big") % 2**_SELECTOR_BITS)


def _shortest(account: str) -> str:
    """The account without leading zeros, as the specification's pattern of a field element wants it."""
    return hex(int(account, 16))


def _felt(value: object) -> str:
    if not _FELT.fullmatch(text(value)):
        raise ValueError(f"{value!r:.80} is not a field element")
    return text(value)
