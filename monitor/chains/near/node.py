"""NEAR nodes (JSON-RPC): NEAR, fungible tokens (NEP-141), and which keys have full access to an account.

Every question names a block by its hash, and every answer names its block. What an account holds of NEAR is its free
``amount`` and what it has ``locked`` as a validator's stake.

An account holds any number of access keys; those with full access may do everything, others may only call stated
methods of one contract (NEAR docs, "Access Keys"). Blocks are final after two more, which ``finalized`` and ``safe``
wait for.
"""

from base64 import b64encode
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import orjson
from based58 import b58encode

from monitor.chains.amounts import count
from monitor.chains.errors import Reason
from monitor.chains.jsonrpc import Reply, failure_of
from monitor.chains.node import Confirmed, Held, Wanted, without
from monitor.chains.ownership import Control, one_by_one
from monitor.chains.pinned import PinnedNode, each_balance
from monitor.chains.rest_api import decimal, items, member, strictly, text, unsigned
from monitor.chains.tokens import contradicted
from monitor.model import Address, Block, Height, OwnerOutcome, OwnerQuestion, PositionKind, Token

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NANOSECONDS = 1000  # in a microsecond, which is what Python counts
_MAIN_NET = "near:mainnet"
_GENESIS = "EPnLgE7iEq9s7yTkos96M3cWymH5avBAPm3qx3NXqR8H"
"""Of the main net, which newer nodes tell in their status."""
_CAUSES = {
    "UNKNOWN_BLOCK": Reason.BEHIND,
    "GARBAGE_COLLECTED_BLOCK": Reason.PRUNED,
    "NOT_SYNCED_YET": Reason.BEHIND,
    "NO_SYNCED_BLOCKS": Reason.BEHIND,
    "UNAVAILABLE_SHARD": Reason.PRUNED,
}
"""NEAR docs, "RPC errors": the last is that of a node which does not follow the account's part of the state."""
_UNKNOWN_ACCOUNT = "UNKNOWN_ACCOUNT"
_NO_TOKEN = frozenset({_UNKNOWN_ACCOUNT, "NO_CONTRACT_CODE", "CONTRACT_EXECUTION_ERROR"})
"""What nodes say of an account that is no contract, or not of the kind that was asked for."""
_FULL = "FullAccess"
_BITS = 128
"""Of a balance."""


class NearNode(PinnedNode):
    """One node. It keeps the state of some two days; older blocks need an archival one."""

    async def identify(self) -> str:
        """Return the chain id, with the first block's hash where a node says that it is another's."""
        found = await self.result("status", [])
        with strictly(self.link, "status"):
            name = f"near:{text(member(found, 'chain_id'))}"
            told = found.get("genesis_hash", _GENESIS) if isinstance(found, dict) else None
            return name if name != _MAIN_NET or told == _GENESIS else f"{name}, whose first block is {text(told)}"

    # --- blocks ---

    async def newest(self) -> Block:
        return await self._block({"finality": "optimistic"})

    async def final(self) -> Block:
        return await self._block({"finality": "final"})

    async def block_at(self, number: int) -> Block:
        reply = await self.rpc.call("block", {"block_id": number})
        if _cause(reply) == "UNKNOWN_BLOCK":  # it has never been there, is not there yet, or not any more
            raise self.absent(f"block {number} (heights may be skipped)", number, await self.tip())
        return self._of(self.told("block", reply))

    async def _block(self, name: dict[str, object]) -> Block:
        return self._of(await self.result("block", name))

    def _of(self, found: object) -> Block:
        with strictly(self.link, "block"):
            moment = _EPOCH + timedelta(microseconds=count(member(found, "header", "timestamp")) // _NANOSECONDS)
            return Block(
                Height(count(member(found, "header", "height"))), text(member(found, "header", "hash")), moment
            )

    # --- balances ---

    async def balances(self, wanted: Wanted, block: Block) -> Held:
        at = await self.own(block)
        failed = await contradicted(wanted, lambda token: self._decimals(token, at))
        positions: defaultdict[Token, dict[Address, int]] = defaultdict(dict)

        async def balance(token: Token, account: Address) -> int:
            if token.contract:
                return await self._of_token(token.contract, account, at)
            free, staked = await self._of_coin(account, at)
            if staked:
                positions[token.part("staked", PositionKind.STAKED)][account] = staked
            return free + staked

        asked = without(wanted, failed)
        return Held(at, await each_balance(asked, balance), failed, positions=dict(positions))

    async def _of_coin(self, account: Address, block: Block) -> tuple[int, int]:
        """What is free of an account's coins, and what it has staked as a validator."""
        what = f"view_account {account}"
        reply = await self._query({"request_type": "view_account", "account_id": account}, block)
        if _cause(reply) == _UNKNOWN_ACCOUNT:
            self._check_block(_information(reply), block, what)
            return 0, 0
        found = self.told(what, reply)
        self._check_block(found, block, what)
        with strictly(self.link, what):
            return decimal(member(found, "amount"), _BITS), decimal(member(found, "locked"), _BITS)

    async def _of_token(self, contract: Address, account: Address, block: Block) -> int:
        what = f"ft_balance_of {account}"
        reply = await self._call(contract, "ft_balance_of", {"account_id": account}, block)
        found = self.told(what, reply)
        with strictly(self.link, what):
            return decimal(_returned(found), _BITS)

    async def _decimals(self, token: Token, block: Block) -> int | str:
        """Return the decimals of ``token``, or why there is no such token."""
        what = f"ft_metadata {token.contract}"
        reply = await self._call(str(token.contract), "ft_metadata", {}, block)
        cause = _cause(reply)
        if cause in _NO_TOKEN:
            return f"there is no fungible token at {token.contract} at block {block.number} ({cause})"
        found = self.told(what, reply)
        with strictly(self.link, what):
            return unsigned(member(_returned(found), "decimals"))

    async def _call(self, contract: Address, method: str, arguments: dict[str, str], block: Block) -> Reply:
        """Return the reply of a contract's view method at ``block``."""
        asked = {
            "request_type": "call_function",
            "account_id": contract,
            "method_name": method,
            "args_base64": b64encode(orjson.dumps(arguments)).decode(),
        }
        reply = await self._query(asked, block)
        if _cause(reply) in _NO_TOKEN:
            self._check_block(_information(reply), block, method)
        elif not failure_of(reply):
            self._check_block(reply["result"], block, method)
        return reply

    async def _query(self, asked: dict[str, str], block: Block) -> Reply:
        return await self.rpc.call("query", {**asked, "block_id": block.hash})

    def _check_block(self, told: object, block: Block, what: str) -> None:
        """Raise the fault that ``told`` names no block, or another one than ``block``."""
        with strictly(self.link, what):
            named = text(member(told, "block_hash"))
        if named != block.hash:
            raise self.link.fault(Reason.UNPINNED, f"{what}: it is told at another block, {named:.60}")

    # --- owners ---

    async def confirm(self, questions: Sequence[OwnerQuestion], block: Block) -> Confirmed:
        at = await self.own(block)
        return await one_by_one(questions, at, lambda question: self._control(question, at))

    async def _control(self, question: OwnerQuestion, block: Block) -> Control:
        reply = await self._query({"request_type": "view_access_key_list", "account_id": question.account}, block)
        if _cause(reply) == _UNKNOWN_ACCOUNT:
            with strictly(self.link, f"access keys of {question.account}"):
                information = _information(reply)
                if isinstance(information, dict) and information.get("block_hash", block.hash) != block.hash:
                    raise ValueError("it is unknown at another block")
            return OwnerOutcome.UNDECIDED, "the chain knows no such account"
        found = self.told("query", reply)
        self._check_block(found, block, f"access keys of {question.account}")
        with strictly(self.link, f"access keys of {question.account}"):
            permissions = {
                text(member(entry, "public_key")): member(entry, "access_key", "permission")
                for entry in items(member(found, "keys"))
            }
        held = [permissions.get(spelling(key)) for key in question.keys]
        if held and all(permission == _FULL for permission in held):
            return OwnerOutcome.CONFIRMED, "the key that signed has full access"
        if any(permission is not None for permission in held):
            return OwnerOutcome.REFUTED, "the key that signed may only call stated methods"
        if _FULL not in permissions.values():
            return OwnerOutcome.UNDECIDED, "no key has full access to it: its contract alone controls it"
        return OwnerOutcome.REFUTED, f"the key that signed is none of its {len(permissions)} access keys"

    # --- answers ---

    def told(self, what: str, reply: Reply) -> object:
        if cause := _cause(reply):
            raise self.link.fault(_CAUSES.get(cause, Reason.RPC_ERROR), f"{what}: {cause}")
        return super().told(what, reply)


def spelling(key: bytes) -> str:
    """Return an Ed25519 key as NEAR writes it."""
    return f"ed25519:{b58encode(key).decode()}"


def _cause(reply: Reply) -> str:
    """Return the name of the cause in NEAR's structured errors, or nothing."""
    error = reply.get("error")
    cause = error.get("cause") if isinstance(error, dict) else None
    name = cause.get("name") if isinstance(cause, dict) else None
    return name if isinstance(name, str) else ""


def _information(reply: Reply) -> object:
    """Return what a structured error says beside its cause."""
    return member(reply, "error", "cause", "info")


def _returned(found: object) -> object:
    """Return what a view method returned: JSON, told as a list of its bytes."""
    return orjson.loads(bytes(unsigned(byte) for byte in items(member(found, "result"))))
