"""The balances of many accounts on an EVM network: JSON-RPC batches, sent by several workers at once."""

from collections.abc import Iterator
from itertools import islice

from monitor.chains import evm_values
from monitor.chains.errors import Reason
from monitor.chains.evm_errors import Meaning, meaning
from monitor.chains.evm_rpc import EvmRpc, Position
from monitor.chains.jsonrpc import Call, Reply, failure_of
from monitor.chains.node import Held, Wanted
from monitor.chains.together import together
from monitor.model import Address, Block, Token

_BALANCE_OF = "0x70a08231" + "00" * 12  # balanceOf(address), ERC-20; the account's 20 bytes follow
_WORD = 32

Item = tuple[Token, Address]


async def balances(rpc: EvmRpc, wanted: Wanted, block: Block, at: Position) -> Held:
    """All of ``wanted`` at ``block``, addressed as ``at``."""
    reading = _Reading(rpc, wanted, block, at)
    await together(reading.work() for _ in range(rpc.line.settings.concurrency))
    for token in reading.empty:
        reading.failed[token] = await reading.why_empty(token)
    rpc.grow()
    whole = {token: held for token, held in reading.held.items() if token not in reading.failed}
    return Held(block, whole, reading.failed)


class _Reading:
    """The balances of one reading, gathered by several workers from one list of work."""

    def __init__(self, rpc: EvmRpc, wanted: Wanted, block: Block, at: Position) -> None:
        self._rpc = rpc
        self._block = block
        self._at = at
        self._items = iter(self._each(wanted))
        self._back: list[Item] = []
        self.held: dict[Token, dict[Address, int]] = {token: {} for token in wanted}
        self.failed: dict[Token, str] = {}
        self.empty: set[Token] = set()

    def _each(self, wanted: Wanted) -> Iterator[Item]:
        for token, accounts in wanted.items():
            for account in dict.fromkeys(accounts):
                if token in self.failed:
                    break
                yield token, account

    async def work(self) -> None:
        """Take work until there is none. What an endpoint did not take with the rest goes back to the list."""
        while items := self._take():
            replies = await self._rpc.ask([self._call(token, account) for token, account in items])
            self._back.extend(items[len(replies) :])
            for (token, account), reply in zip(items, replies, strict=False):
                await self._note(token, account, reply)

    def _take(self) -> list[Item]:
        count = self._rpc.size
        items, self._back = self._back[:count], self._back[count:]
        return items + list(islice(self._items, count - len(items)))

    def _call(self, token: Token, account: Address) -> Call:
        if token.contract is None:
            return "eth_getBalance", [account, self._at]
        return "eth_call", [{"to": token.contract, "data": _BALANCE_OF + account[2:]}, self._at]

    async def _note(self, token: Token, account: Address, reply: Reply) -> None:
        if failure := failure_of(reply):
            if token.contract is None or meaning(failure) is not Meaning.REVERTED:
                raise await self._rpc.cause(failure, self._block, self._at)
            self._fail(token, f"balanceOf({account}) failed at block {self._block.number}: {failure}")
        elif token.contract is None:
            self.held[token][account] = self._quantity(reply["result"])
        else:
            word = self._rpc.data(reply["result"], "balanceOf")
            if len(word) == _WORD:
                self.held[token][account] = int.from_bytes(word, "big")
            elif word:
                self._fail(token, f"balanceOf({account}) returned {len(word)} bytes where {_WORD} were due")
            else:
                self.empty.add(token)
                self._fail(token, "balanceOf returned nothing")

    def _quantity(self, value: object) -> int:
        try:
            return evm_values.quantity(value)
        except ValueError as error:
            raise self._rpc.line.fault(Reason.MALFORMED, f"eth_getBalance: {error}") from None

    def _fail(self, token: Token, reason: str) -> None:
        self.failed.setdefault(token, reason)

    async def why_empty(self, token: Token) -> str:
        """Why ``balanceOf`` of ``token`` returned nothing: a contract that does not know it, or none at all."""
        code = await self._rpc.result("eth_getCode", [token.contract, self._at], self._block)
        if self._rpc.data(code, "eth_getCode"):
            return f"balanceOf returned nothing at block {self._block.number}"
        return f"there is no contract at {token.contract} at block {self._block.number}"
