"""Aptos' REST API (``https://…/v1``): coins, fungible assets, and which authentication key an account has now.

The state is that of a version of the ledger, of which each transaction makes one; a block is read at its last version.
Committed blocks are final, so every tag means the newest. Lists also state a version as their height: a number far
above the newest block's is taken for one, and its block is the version itself, named by the root over all before it.

An account's address never changes; the key that may sign for it can be rotated, and what the account's resource then
holds is the hash of the new key (Aptos docs, "Accounts").
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from monitor.chains.aptos.assets import balance_path, decimals_of, metadata_path
from monitor.chains.errors import ChainError, Reason
from monitor.chains.evm.values import block_hash
from monitor.chains.node import Confirmed, Held, Wanted, without
from monitor.chains.ownership import Control, one_by_one
from monitor.chains.pinned import PinnedNode, any_account, each_balance
from monitor.chains.rest_api import JsonAnswer, decimal, member, strictly, unsigned
from monitor.chains.tokens import contradicted
from monitor.model import Address, Block, Height, OwnerOutcome, OwnerQuestion, Token

_TOLD = frozenset({404, 410})
_GONE = 410
_FAR = 1 << 40
"""Versions above any that the ledger reaches."""
_NO_BLOCK = 2
"""Times the newest block's number from which on a number is a version: on main net they are some four times as many."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NOWHERE = frozenset({"account_not_found", "resource_not_found"})


class _Versioned(NamedTuple):
    """A block, and the version of the ledger after it."""

    block: Block
    version: int


class AptosNode(PinnedNode):
    """One full node."""

    async def identify(self) -> str:
        reply = await self.rest.get("")
        with strictly(self.link, "ledger information"):
            return f"aptos:{unsigned(member(reply.document, 'chain_id'))}"

    # --- blocks ---

    async def block_at(self, number: int) -> Block:
        return (await self._at(number)).block

    async def tip(self) -> int:
        return (await self._newest())[0]

    async def _newest(self) -> tuple[int, int]:
        """The number of the newest block, and the newest version."""
        reply = await self.rest.get("")
        with strictly(self.link, "ledger information"):
            found = reply.document
            return decimal(member(found, "block_height")), decimal(member(found, "ledger_version"))

    async def _at(self, height: int) -> _Versioned:
        path = f"/blocks/by_height/{height}"
        reply = await self.rest.get(path, told=_TOLD)
        if reply.status != 200:
            if reply.status != _GONE:
                newest, version = await self._newest()
                if _NO_BLOCK * newest < height <= version:
                    return await self._of_version(height)
            raise self._missing(reply, f"block {height}")
        with strictly(self.link, path):
            if (found := decimal(member(reply.document, "block_height"))) != height:
                raise ValueError(f"it is about block {found}")
            moment = _moment(member(reply.document, "block_timestamp"))
            block = Block(Height(height), block_hash(member(reply.document, "block_hash")), moment)
            return _Versioned(block, decimal(member(reply.document, "last_version")))

    async def _of_version(self, version: int) -> _Versioned:
        path = f"/transactions/by_version/{version}"
        reply = await self.rest.get(path, told=_TOLD)
        if reply.status != 200:
            raise self._missing(reply, f"version {version}")
        with strictly(self.link, path):
            if (found := decimal(member(reply.document, "version"))) != version:
                raise ValueError(f"it is about version {found}")
            root = block_hash(member(reply.document, "accumulator_root_hash"))
            return _Versioned(Block(Height(version), root, _moment(member(reply.document, "timestamp"))), version)

    async def _own_version(self, block: Block) -> _Versioned:
        """``block`` and its last version as this endpoint tells them, if its chain has it."""
        found = await self._at(block.number)
        if found.block.hash != block.hash:
            raise self.slipped(block, found.block)
        return found

    def _missing(self, reply: JsonAnswer, what: str) -> ChainError:
        if reply.status == _GONE:
            return self.link.fault(Reason.PRUNED, f"it has {what} no more")
        return self.link.fault(Reason.BEHIND, f"it has no {what} yet")

    # --- balances ---

    async def balances(self, wanted: Wanted, block: Block) -> Held:
        at, version = await self._own_version(block)
        failed = await contradicted(wanted, lambda token: self._decimals(token, version))
        asked = without(wanted, failed)
        if sample := any_account(asked):
            await self._try_nowhere(balance_path(sample, None), version + _FAR)

        async def balance(token: Token, account: Address) -> int:
            path = balance_path(account, token.contract)
            with strictly(self.link, path):
                return unsigned(await self._state(path, version))

        return Held(at, await each_balance(asked, balance), failed)

    async def _decimals(self, token: Token, version: int) -> int | str:
        """The decimals of ``token``, or why there is none: every balance of it would be 0."""
        path = metadata_path(str(token.contract))
        found = await self._state(path, version, absent=_NOWHERE)
        if found is None:
            return f"there is no asset at {token.contract} at version {version}"
        with strictly(self.link, path):
            return decimals_of(found)

    async def _state(self, path: str, version: int, absent: frozenset[str] = frozenset()) -> object:
        """What is at ``path`` in the state of ``version``; None where the node says one of ``absent`` of it."""
        reply = await self.rest.get(path, [("ledger_version", str(version))], told=_TOLD)
        if reply.status == 200:
            return reply.document
        with strictly(self.link, path):
            code = member(reply.document, "error_code")
            if code in absent:
                return None
            if code not in ("version_not_found", "version_pruned"):
                raise ValueError(f"{code!s:.60} where there must be a balance")
        raise self._missing(reply, f"state of version {version}")

    async def _try_nowhere(self, path: str, version: int) -> None:
        """Answers do not name their version: see that it looks for the one that it is asked for."""
        reply = await self.rest.get(path, [("ledger_version", str(version))], told=_TOLD)
        with strictly(self.link, path):
            if reply.status == 200 or member(reply.document, "error_code") != "version_not_found":
                raise self.unpinned(f"version {version}")

    # --- owners ---

    async def confirm(self, questions: Sequence[OwnerQuestion], block: Block) -> Confirmed:
        at, version = await self._own_version(block)
        if questions:
            await self._try_nowhere(f"/accounts/{questions[0].account}", version + _FAR)
        return await one_by_one(questions, at, lambda question: self._control(question, version))

    async def _control(self, question: OwnerQuestion, version: int) -> Control:
        path = f"/accounts/{question.account}"
        found = await self._state(path, version, absent=frozenset({"account_not_found"}))
        if found is None:
            return OwnerOutcome.UNDECIDED, "the chain knows no such account"
        with strictly(self.link, path):
            key = block_hash(member(found, "authentication_key"))
        if key in question.signers:
            return OwnerOutcome.CONFIRMED, f"its authentication key is that of the key that signed, {key}"
        if not int(key, 16):
            return OwnerOutcome.UNDECIDED, "no key signs for it (its authentication key is zero): other accounts do"
        return OwnerOutcome.REFUTED, f"its authentication key is {key}, which is not that of the key that signed"


def _moment(microseconds: object) -> datetime:
    return _EPOCH + timedelta(microseconds=decimal(microseconds))
