"""What scripts held at a block under the tip of an Electrum server: their sums at the tip, less what came since.

A server tells which transactions have to do with a script, and in which blocks. Those since the block are fetched
whole, and so are the ones before it whose outputs they spend. An account at rest needs none.

That a transaction is what its id says is checked. That the server names all of them, in their true blocks, is not: a
proof of inclusion (``blockchain.transaction.get_merkle``) would not show what is left out. A quorum does.
"""

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from monitor.chains.amounts import count
from monitor.chains.bitcoin.parameters import parameters_of
from monitor.chains.bitcoin.raw_blocks import RawTransaction
from monitor.chains.bitcoin.transactions import Output, Transaction, transaction
from monitor.chains.errors import ChainError, Reason
from monitor.chains.jsonrpc import Call, Reply, RpcFailure, failure_of
from monitor.chains.link import Link
from monitor.formats import bitcoin
from monitor.model import Network

_TRANSACTIONS = 20
"""In one request at the most: one may have hundreds of kilobytes."""
_TOO_LARGE = re.compile(r"too (large|long|many)|exceeds", re.IGNORECASE)
"""How servers refuse a long history (ElectrumX: "history too large", Fulcrum: "exceeds"), or an answer of its size."""

_MEMPOOL = (0, -1)
"""Heights of transactions that are in no block; -1 where they spend outputs of others that are in none."""

Ask = Callable[[Sequence[Call]], Awaitable[list[Reply]]]


class Mention(NamedTuple):
    """A transaction that has to do with a script, and its block."""

    txid: str
    height: int


class Histories:
    """The histories of scripts, asked of one server by ``ask``."""

    def __init__(self, network: Network, link: Link, ask: Ask) -> None:
        self._link = link
        self._ask = ask
        self._tokens = parameters_of(network).cash_tokens

    async def since(self, scripts: Mapping[bytes, str], height: int) -> dict[bytes, int]:
        """Return what the blocks above ``height`` added to the sum of each script; negative where they took from it.

        ``scripts`` come with what the server calls them.
        """
        histories = dict(zip(scripts, await self._histories(list(scripts.values())), strict=True))
        later = {
            script: {each.txid for each in history if each.height > height} for script, history in histories.items()
        }
        known = await self._transactions(set().union(*later.values()))
        earlier: set[str] = set()
        for script, history in histories.items():
            spent = {txid for each in later[script] for txid, _ in known[each].spent}
            earlier |= spent.intersection(each.txid for each in history)
        known |= await self._transactions(earlier - known.keys())
        return {script: self._change(script, later[script], known) for script in histories}

    async def spent(self, transactions: Sequence[RawTransaction]) -> list[list[Output]]:
        """Return the outputs that each of ``transactions`` spends, in the order of its inputs."""
        known = await self._transactions({txid for each in transactions for txid, _ in each.spent})
        try:
            return [[known[txid].made[index] for txid, index in each.spent] for each in transactions]
        except IndexError:
            raise self._link.fault(Reason.MALFORMED, "a transaction spends an output that is not there") from None

    async def _histories(self, names: Sequence[str]) -> list[list[Mention]]:
        replies = await self._ask([("blockchain.scripthash.get_history", [name]) for name in names])
        histories = []
        for name, reply in zip(names, replies, strict=True):
            if failure := failure_of(reply):
                raise self._refusal(failure, f"the history of script {name}")
            try:
                histories.append(_mentions(reply["result"]))
            except (KeyError, TypeError, ValueError) as error:
                raise self._link.fault(Reason.MALFORMED, f"blockchain.scripthash.get_history: {error!r}") from None
        return histories

    async def _transactions(self, txids: Iterable[str]) -> dict[str, Transaction]:
        found: dict[str, Transaction] = {}
        ordered = sorted(txids)
        size = min(_TRANSACTIONS, self._link.settings.batch)
        for start in range(0, len(ordered), size):
            part = ordered[start : start + size]
            replies = await self._ask([("blockchain.transaction.get", [txid]) for txid in part])
            for txid, reply in zip(part, replies, strict=True):
                found[txid] = self._transaction(txid, reply)
        return found

    def _transaction(self, txid: str, reply: Reply) -> Transaction:
        if failure := failure_of(reply):
            raise self._refusal(failure, f"transaction {txid}")
        try:
            return transaction(bytes.fromhex(reply["result"]), txid)
        except (TypeError, ValueError) as error:
            raise self._link.fault(Reason.MALFORMED, f"blockchain.transaction.get: {error}") from None

    def _change(self, script: bytes, txids: Iterable[str], known: Mapping[str, Transaction]) -> int:
        """What these transactions did to the sum of ``script``; ``known`` has all that they may spend of it."""
        change = 0
        for txid in txids:
            change += sum(output.amount for output in known[txid].made if self._pays(output.script, script))
            for spent, index in known[txid].spent:
                made = known[spent].made if spent in known else ()
                if index < len(made) and self._pays(made[index].script, script):
                    change -= made[index].amount
        return change

    def _pays(self, output: bytes, script: bytes) -> bool:
        return (bitcoin.without_token(output) if self._tokens else output) == script

    def _refusal(self, failure: RpcFailure, what: str) -> ChainError:
        if _TOO_LARGE.search(failure.message):
            how = "use bitcoind for blocks of the past, or lift the server's limit (ElectrumX: MAX_SEND)"
            return self._link.fault(Reason.TOO_LARGE, f"{what}: {failure}; {how}")
        return self._link.fault(Reason.RPC_ERROR, f"{what}: {failure}")


def _mentions(result: object) -> list[Mention]:
    """A history without what is in the mempool."""
    if not isinstance(result, list):
        raise TypeError(f"a list was due, not {type(result).__name__}")
    found = []
    for entry in result:
        txid, height = entry["tx_hash"], entry["height"]
        if not isinstance(txid, str) or not re.fullmatch(r"[0-9a-f]{64}", txid):
            raise ValueError(f"{txid!r:.70} is not a transaction id")
        if height not in _MEMPOOL:
            found.append(Mention(txid, count(height)))
    return found
