"""Proofs of many balances from one endpoint: batches of accounts for coins, many words of one contract for a token."""

import asyncio
import re
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from monitor.chains.concurrency import now
from monitor.chains.errors import Reason
from monitor.chains.evm.call_size import CallSize
from monitor.chains.evm.errors import Meaning, meaning
from monitor.chains.evm.proofs import verifying
from monitor.chains.evm.proofs.account import NO_CODE
from monitor.chains.evm.proofs.slots import amount, place
from monitor.chains.evm.proofs.trie import Trie
from monitor.chains.evm.proofs.verifying import StateContradictionError
from monitor.chains.evm.rpc import AtBlock
from monitor.chains.evm.worklist import Gathered, Pile
from monitor.chains.jsonrpc import BatchRefusedError, Reply, RpcFailure, failure_of
from monitor.chains.node import BalanceSlots, StateRoot
from monitor.model import Address, Token

T = TypeVar("T")

MOST_WORDS = 256
"""Storage proofs in one call: some 4 kB each on a large chain. Geth takes 1 024."""
_NO_METHOD = -32601
_NO_SUCH = re.compile(
    r"method.*(not|n't|un)|(not|un)[- ]?(supported|available|found|allowed|whitelisted).*method", re.IGNORECASE
)


class Gathering:
    """What several workers prove, against one state root."""

    def __init__(self, at: AtBlock, root: StateRoot, slots: BalanceSlots, findings: Gathered, size: CallSize) -> None:
        self._at = at
        self._rpc = at.rpc
        self._state = Trie(root.root)
        self._slots = slots.found
        self._storage: dict[Token, Trie] = {}
        self._findings = findings
        self._size = size

    async def work(self, pile: Pile) -> None:
        """Prove until nothing is left on ``pile``; what a request was too large for goes back there."""
        while token := pile.token():
            if token.contract is None:
                await self._coins(pile, token)
            else:
                await self._words(pile, token, token.contract)

    async def _coins(self, pile: Pile, token: Token) -> None:
        accounts = pile.take(self._rpc.size)
        replies = await self._rpc.ask([("eth_getProof", [account, [], self._at.position]) for account in accounts])
        if rest := accounts[len(replies) :]:
            pile.add(token, rest)
        answers = [await self._result(reply) for reply in replies]

        def balances() -> list[int]:
            return [
                verifying.state(self._state, account, answer).balance
                for account, answer in zip(accounts, answers, strict=False)
            ]

        self._findings.held[token].update(zip(accounts, await self._verified(balances), strict=False))

    async def _words(self, pile: Pile, token: Token, contract: Address) -> None:
        slot, accounts = self._slots[token], pile.take(self._size.accounts)
        places = {account: place(slot, account) for account in accounts}
        keys = [f"0x{each.hex()}" for each in places.values()]
        began = now()
        try:
            reply = await self._rpc.divisible("eth_getProof", [contract, keys, self._at.position])
        except BatchRefusedError as refusal:
            self._halve(pile, token, accounts, refusal)
            return
        failure = failure_of(reply)
        if failure and len(accounts) > 1 and meaning(failure) is Meaning.OTHER and not _lacks_proofs(failure):
            self._halve(pile, token, accounts, BatchRefusedError(str(failure)))  # "too many keys"
            return
        answer = await self._result(reply)
        words = await self._verified(lambda: self._proven_words(token, contract, places, answer))
        self._findings.held[token].update((account, amount(slot, word)) for account, word in words.items())
        self._size.fine(len(accounts), (now() - began) / self._rpc.link.timeout)

    def _proven_words(
        self, token: Token, contract: Address, places: Mapping[Address, bytes], answer: object
    ) -> dict[Address, int]:
        state = verifying.state(self._state, contract, answer)
        if state.code_hash == NO_CODE:
            raise StateContradictionError(f"balanceOf tells balances of {token}, and there is proven to be no contract")
        return verifying.words(self._storage.setdefault(token, Trie(state.storage_root)), places, answer)

    def _halve(self, pile: Pile, token: Token, accounts: Sequence[Address], refusal: BatchRefusedError) -> None:
        if len(accounts) == 1:
            raise refusal.fault or self._rpc.link.fault(Reason.RPC_ERROR, f"eth_getProof of one word: {refusal}")
        self._size.refused(len(accounts))
        pile.add(token, accounts)

    async def _result(self, reply: Reply) -> object:
        if failure := failure_of(reply):
            raise await self._cause(failure)
        return reply["result"]

    async def _cause(self, failure: RpcFailure) -> Exception:
        """The error to raise for an ``eth_getProof`` that failed: nodes keep proofs of fewer blocks than states."""
        link, number = self._rpc.link, self._at.block.number
        if _lacks_proofs(failure):
            return link.fault(Reason.UNSUPPORTED, f"it has no eth_getProof: {failure}")
        if meaning(failure) is Meaning.PRUNED:
            await self._rpc.still_canonical(self._at.block)
            remedy = "widen the node's proof window, or read a newer block"
            return link.fault(Reason.PRUNED, f"it does not prove block {number} any more: {failure}; {remedy}")
        return await self._at.cause(failure)

    async def _verified(self, work: Callable[[], T]) -> T:
        """What ``work`` proves, beside the event loop."""
        number = self._at.block.number
        try:
            return await asyncio.to_thread(work)
        except StateContradictionError as error:
            raise self._rpc.link.fault(Reason.DISAGREEMENT, f"at block {number}, {error}") from None
        except ValueError as error:
            raise self._rpc.link.fault(Reason.MALFORMED, f"eth_getProof at block {number}: {error}") from None


def _lacks_proofs(failure: RpcFailure) -> bool:
    return failure.code == _NO_METHOD or bool(_NO_SUCH.search(failure.message))
