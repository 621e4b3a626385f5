"""Starknet nodes (JSON-RPC as Starknet's specification has it): ERC-20 tokens, and which key an account contract holds.

All coins are tokens, ETH and STRK too; a contract tells an account's balance whether that account was deployed or not.

What may sign for an account is up to its contract, and contracts tell their key by different names: OpenZeppelin's by
``get_public_key`` (``getPublicKey``), Braavos' by ``get_public_key`` (``get_signer``), Argent's by ``get_owner``
(``getSigner``). A contract that tells a key by one of these names is taken at its word. Blocks that Starknet has
accepted are read, so every tag means the newest of them.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime

from eth_utils.crypto import keccak

from monitor.chains.amounts import count
from monitor.chains.batches import Batches
from monitor.chains.errors import ChainError, Reason
from monitor.chains.jsonrpc import Call, Reply, RpcFailure, failure_of
from monitor.chains.link import Link
from monitor.chains.node import Confirmed, Held, Wanted
from monitor.chains.ownership import Control, one_by_one
from monitor.chains.pinned import PinnedNode, nowhere
from monitor.chains.rest_api import items, member, strictly, text
from monitor.chains.tokens import contradiction
from monitor.model import Address, Block, Height, Network, OwnerOutcome, OwnerQuestion, Token

_GETTERS = ("get_public_key", "getPublicKey", "get_owner", "getSigner", "get_signer")
_BALANCES = ("balanceOf", "balance_of")
"""By which ERC-20 contracts tell balances; newer ones by the second alone."""
_SELECTOR_BITS = 250  # Starknet's Keccak keeps as many
_FELT = re.compile(r"0x[0-9a-fA-F]{1,64}")
_KEY_SIZE = 32
_HALF = 128
"""Bits in each of the two words of a balance."""
_MAIN_NET = "starknet:SN_MAIN"
_GENESIS = 0x047C3637B57C2B079B93C61539950C17E868A28F46CDEF28F88521067F21E943
"""Of the main net. Development nodes may take its name."""

# starknet_api_openrpc.json, "errors"
_CONTRACT_NOT_FOUND = 20
_BLOCK_NOT_FOUND = 24
_NO_SUCH_GETTER = frozenset({21, 40})
"""ENTRYPOINT_NOT_FOUND and CONTRACT_ERROR, which older versions have in its place."""


class StarknetNode(PinnedNode):
    """One node."""

    def __init__(self, network: Network, link: Link) -> None:
        super().__init__(network, link)
        self._batches = Batches(link, self.rpc)

    async def identify(self) -> str:
        """Return the chain id (``SN_MAIN``, a short string), with the first block's hash where that is another's."""
        found = await self.result("starknet_chainId", [])
        with strictly(self.link, "starknet_chainId"):
            name = f"starknet:{bytes.fromhex(_felt(found)[2:]).decode('ascii')}"
        first = await self._look({"block_number": 0}) if name == _MAIN_NET else None
        return f"{name}, whose first block is {first.hash}" if first and int(first.hash, 16) != _GENESIS else name

    # --- blocks ---

    async def newest(self) -> Block:
        found = await self._look("latest")
        if found is None:
            raise self.link.fault(Reason.BEHIND, "it has no block yet")
        return found

    async def block_at(self, number: int) -> Block:
        found = await self._look({"block_number": number})
        if found is None:
            raise self.absent(f"block {number}", number, await self.tip())
        return found

    async def _look(self, name: object) -> Block | None:
        """The block of that name; None where the node has none."""
        reply = await self.rpc.call("starknet_getBlockWithTxHashes", [name])
        failure = failure_of(reply)
        if failure and failure.code == _BLOCK_NOT_FOUND:
            return None
        if failure:
            raise self.fault_of("starknet_getBlockWithTxHashes", failure)
        with strictly(self.link, "starknet_getBlockWithTxHashes"):
            found = reply["result"]
            moment = datetime.fromtimestamp(count(member(found, "timestamp")), UTC)
            return Block(Height(count(member(found, "block_number"))), _felt(member(found, "block_hash")), moment)

    # --- balances ---

    async def balances(self, wanted: Wanted, block: Block) -> Held:
        at = await self.own(block)
        balances: dict[Token, dict[Address, int]] = {}
        failed: dict[Token, str] = {}
        for token, accounts in wanted.items():
            if not accounts:
                balances[token] = {}
            elif found := await self._balances(token, list(accounts), at, failed):
                balances[token] = found
        self._batches.grow()
        return Held(at, balances, failed)

    async def _balances(
        self, token: Token, accounts: Sequence[Address], block: Block, failed: dict[Token, str]
    ) -> dict[Address, int]:
        """What ``accounts`` hold of ``token``; nothing, and why in ``failed``, where its contract does not say."""
        if token.contract is None:
            failed[token] = "Starknet has no coin that is no contract"
            return {}
        await self._try_nowhere(_call(token.contract, _BALANCES[0], accounts[0]), block)
        getter, why_not = await self._getter(token, accounts[0], block)
        if why_not:
            failed[token] = why_not
            return {}
        calls: list[Call] = [_at(block.hash, _call(token.contract, getter, account)) for account in accounts]
        found: dict[Address, int] = {}
        for account, reply in zip(accounts, await self._batches.all(calls), strict=True):
            words = self._words(reply, f"{getter} {account}")
            with strictly(self.link, f"{getter} {account}"):
                found[account] = _u256(words)
        return found

    async def _getter(self, token: Token, account: Address, block: Block) -> tuple[str, str]:
        """By which name the contract of ``token`` tells balances, or why it is not the token that the registry says."""
        contract = str(token.contract)
        calls = [_call(contract, "decimals"), *(_call(contract, name, account) for name in _BALANCES)]
        decimals, *balances = await self._batches.all([_at(block.hash, call) for call in calls])
        for reply in (decimals, *balances):
            failure = failure_of(reply)
            if failure and failure.code == _CONTRACT_NOT_FOUND:
                return "", f"there is no contract at {contract} at block {block.number}"
            if failure and failure.code not in _NO_SUCH_GETTER:
                raise self.fault_of("starknet_call", failure)
        if failure_of(decimals) or all(failure_of(reply) for reply in balances):
            return "", f"its contract tells no {'decimals' if failure_of(decimals) else 'balances'}"
        words = self._words(decimals, f"decimals of {contract}")
        with strictly(self.link, f"decimals of {contract}"):
            (told,) = words
        if why_not := contradiction("its contract says", told, token):
            return "", why_not
        return next(name for name, reply in zip(_BALANCES, balances, strict=True) if not failure_of(reply)), ""

    def _words(self, reply: Reply, what: str) -> list[int]:
        told = self.told(what, reply)
        with strictly(self.link, what):
            return [int(_felt(word), 16) for word in items(told)]

    async def _try_nowhere(self, call: dict[str, object], block: Block) -> None:
        """Answers do not name their block: see that it looks for the one that it is asked for."""
        unknown = hex(int(nowhere(block), 16) % 2**_SELECTOR_BITS)
        failure = failure_of(await self.rpc.call(*_at(unknown, call)))
        if failure is None or failure.code in {_CONTRACT_NOT_FOUND, *_NO_SUCH_GETTER}:
            raise self.unpinned(f"block {unknown}")
        if failure.code != _BLOCK_NOT_FOUND:
            raise self.fault_of("starknet_call", failure)

    # --- owners ---

    async def confirm(self, questions: Sequence[OwnerQuestion], block: Block) -> Confirmed:
        at = await self.own(block)
        if questions:
            await self._try_nowhere(_call(questions[0].account, _GETTERS[0]), at)
        return await one_by_one(questions, at, lambda question: self._control(question, at))

    async def _control(self, question: OwnerQuestion, block: Block) -> Control:
        told = []
        for getter in _GETTERS:
            reply = await self.rpc.call(*_at(block.hash, _call(question.account, getter)))
            failure = failure_of(reply)
            if failure and failure.code == _CONTRACT_NOT_FOUND:
                return (
                    OwnerOutcome.UNDECIDED,
                    "there is no contract at this account, and so no key",
                )
            if failure and failure.code in _NO_SUCH_GETTER:
                continue
            words = self._words(reply, f"starknet_call {getter}")
            if len(words) != 1:
                continue
            if words[0].to_bytes(_KEY_SIZE, "big") in question.keys:
                return OwnerOutcome.CONFIRMED, f"{getter} is the key that signed, {hex(words[0])}"
            told.append(f"{getter} is {hex(words[0])}, which did not sign")
        if told:
            return OwnerOutcome.REFUTED, "; ".join(told)
        return OwnerOutcome.UNDECIDED, f"its contract tells no key ({', '.join(_GETTERS)})"

    # --- answers ---

    def fault_of(self, what: str, failure: RpcFailure) -> ChainError:
        reason = Reason.BEHIND if failure.code == _BLOCK_NOT_FOUND else Reason.RPC_ERROR
        return self.link.fault(reason, f"{what}: {failure}")


def selector(name: str) -> str:
    """Return the selector of an entry point: Starknet's Keccak of its name."""
    return hex(int.from_bytes(keccak(text=name), "big") % 2**_SELECTOR_BITS)


def _at(block_hash: str, call: dict[str, object]) -> Call:
    return "starknet_call", [call, {"block_hash": block_hash}]


def _call(contract: Address, getter: str, *arguments: Address) -> dict[str, object]:
    """The question of ``getter`` to ``contract`` about accounts."""
    return {
        "contract_address": _shortest(contract),
        "entry_point_selector": selector(getter),
        "calldata": [_shortest(argument) for argument in arguments],
    }


def _shortest(account: str) -> str:
    """The account without leading zeros, as the specification's pattern of a field element wants it."""
    return hex(int(account, 16))


def _u256(words: Sequence[int]) -> int:
    """A balance: its lower half, then its upper one."""
    low, high = words
    if max(low, high) >> _HALF:
        raise ValueError(f"{words!r:.80} are not the halves of a balance")
    return high << _HALF | low


def _felt(value: object) -> str:
    if not _FELT.fullmatch(text(value)):
        raise ValueError(f"{value!r:.80} is not a field element")
    return text(value)
