"""Balances by one call each, in JSON-RPC batches: what every endpoint can do, and what settles doubts about a token."""

from collections.abc import Sequence

from monitor.chains.evm.errors import Meaning, meaning
from monitor.chains.evm.methods import Flag, selector_of
from monitor.chains.evm.rpc import AtBlock
from monitor.chains.evm.worklist import Gathered, Item, Pile
from monitor.chains.jsonrpc import Call, Reply, failure_of
from monitor.model import Address, Token

_PADDING = "00" * 12  # before the account's 20 bytes
_WORD = 32


class Singles:
    """Asks for single balances at one block, and judges each answer."""

    def __init__(self, at: AtBlock, findings: Gathered) -> None:
        self._at = at
        self._rpc = at.rpc
        self._findings = findings

    async def work(self, pile: Pile) -> None:
        """Ask until nothing is left on ``pile``. What an endpoint did not take with the rest goes back there."""
        while items := pile.items(self._rpc.size):
            pile.give_back(await self.ask(items))

    async def ask(self, items: Sequence[Item]) -> Sequence[Item]:
        """Find out the first of ``items``, as many as the endpoint takes in one request; gives back the others."""
        replies = await self._rpc.ask([self._call(token, account) for token, account in items])
        for (token, account), reply in zip(items, replies, strict=False):
            await self._note(token, account, reply)
        return items[len(replies) :]

    def _call(self, token: Token, account: Address) -> Call:
        if token.contract is None:
            return "eth_getBalance", [account, self._at.position]
        return "eth_call", [
            {"to": token.contract, "data": f"0x{selector_of(token)}{_PADDING}{account[2:]}"},
            self._at.position,
        ]

    async def _note(self, token: Token, account: Address, reply: Reply) -> None:
        if failure := failure_of(reply):
            if token.contract is None or meaning(failure) is not Meaning.REVERTED:
                raise await self._at.cause(failure)
            self._fail(token, f"{_asked(token)}({account}) failed at block {self._at.block.number}: {failure}")
        elif token.contract is None:
            self._findings.held[token][account] = self._rpc.quantity(reply["result"], "eth_getBalance")
        else:
            word = self._rpc.data(reply["result"], _asked(token))
            if len(word) == _WORD:
                self._findings.held[token][account] = int.from_bytes(word, "big")
            elif word:
                self._fail(token, f"{_asked(token)}({account}) returned {len(word)} bytes where {_WORD} were due")
            elif token not in self._findings.failed:
                self._fail(token, await self._why_empty(token))

    def _fail(self, token: Token, reason: str) -> None:
        self._findings.failed.setdefault(token, reason)

    async def _why_empty(self, token: Token) -> str:
        """Why ``balanceOf`` of ``token`` returned nothing: a contract that does not know it, or none at all."""
        code = await self._at.result("eth_getCode", token.contract)
        if self._rpc.data(code, "eth_getCode"):
            return f"{_asked(token)} returned nothing at block {self._at.block.number}"
        return f"there is no contract at {token.contract} at block {self._at.block.number}"


def _asked(token: Token) -> str:
    return token.function.partition("(")[0] if isinstance(token, Flag) else "balanceOf"
