"""What is common to protocols that ask for one balance at a time, each at a block that the request names."""

from abc import abstractmethod
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from functools import cached_property
from hashlib import sha256

from monitor.chains.block_choice import AtHeight, BlockChoice, Depth, Tag
from monitor.chains.concurrency import together
from monitor.chains.errors import ChainError, Reason
from monitor.chains.jsonrpc import JsonRpc, Reply, RpcFailure, failure_of
from monitor.chains.link import Link
from monitor.chains.node import Held, Node, Wanted, without
from monitor.chains.rest_api import Rest
from monitor.chains.tokens import only_coins
from monitor.model import Address, Block, PositionKind, Token

_AT_ONCE = 1000
"""Balances that are under way at once, at most: what the link lets through is far less, and all others only wait."""


class PinnedNode(Node):
    """A node that is asked about a block by its number, version or hash."""

    async def resolve(self, choice: BlockChoice) -> Block:
        match choice:
            case AtHeight(number):
                return await self.at(number)
            case Tag("latest") | Depth(0):
                return await self.newest()
            case Tag():
                return await self.final()
            case Depth(confirmations):
                return await self.at(max(0, await self.tip() - confirmations))

    @cached_property
    def rest(self) -> Rest:
        """Requests to the endpoint by paths."""
        return Rest(self.link)

    @cached_property
    def rpc(self) -> JsonRpc:
        """Requests to the endpoint by methods."""
        return JsonRpc(self.link)

    async def result(self, method: str, parameters: object) -> object:
        """Return what a method of JSON-RPC returns, which nobody has looked at yet."""
        return self.told(method, await self.rpc.call(method, parameters))

    def told(self, what: str, reply: Reply) -> object:
        """Return what a reply tells."""
        if failure := failure_of(reply):
            raise self.fault_of(what, failure)
        return reply["result"]

    def fault_of(self, what: str, failure: RpcFailure) -> ChainError:
        """Return the fault that it is; what the words of a protocol's nodes mean is for the protocol to say."""
        return self.link.fault(Reason.RPC_ERROR, f"{what}: {failure}")

    # --- blocks ---

    @abstractmethod
    async def block_at(self, number: int) -> Block:
        """Return what is told where the block of that number is asked for."""

    async def at(self, number: int) -> Block:
        """Return the block of that number."""
        found = await self.block_at(number)
        if found.number != number:
            raise self.link.fault(Reason.MALFORMED, f"block {number}: it is about block {found.number}")
        return found

    async def tip(self) -> int:
        """Return the number of the newest block: this or :meth:`newest` is for the protocol to say."""
        return (await self.newest()).number

    async def newest(self) -> Block:
        """Return the newest block."""
        return await self.at(await self.tip())

    async def final(self) -> Block:
        """Return the newest block that stays, by default the newest of all."""
        return await self.newest()

    async def own(self, block: Block) -> Block:
        """Return ``block`` as this endpoint tells it, if its chain has it."""
        found = await self.at(block.number)
        if found.hash != block.hash:
            raise self.slipped(block, found)
        return found

    def slipped(self, block: Block, found: Block) -> ChainError:
        """Return the fault that its chain has ``found`` where ``block`` was."""
        self.link.blocks.slipped(block, found)
        return self.link.fault(Reason.TIP_MOVED, f"its block {block.number} is {found.hash}, not {block.hash}")

    def absent(self, what: str, number: int, newest: int) -> ChainError:
        """Return the fault that it has no block ``number``, called ``what``: not any more, or not yet."""
        reason = Reason.PRUNED if number <= newest else Reason.BEHIND
        return self.link.fault(reason, f"it has no {what}; its newest is {newest}")

    def unpinned(self, what: str) -> ChainError:
        """Return the fault of :func:`unpinned`."""
        return unpinned(self.link, what)


Owned = tuple[int, Mapping[str, tuple[PositionKind, int]]]
"""What is free of what an account owns, and what of it is no coin in a wallet, by name."""


class CoinNode(PinnedNode):
    """One that tells a coin alone, account by account."""

    why_no_tokens = ""
    """Default: that tokens of the network are not read."""

    async def try_nowhere(self, account: Address, at: Block) -> None:
        """See that it looks for the block that it is asked for, where answers do not name theirs."""

    @abstractmethod
    async def owned(self, coin: Token, account: Address, at: Block) -> int | Owned | str:
        """Return what an account owns, or why the coin cannot be told."""

    async def balances(self, wanted: Wanted, block: Block) -> Held:
        at = await self.own(block)
        asked, failed = only_coins(wanted, self.network, self.why_no_tokens)
        if sample := any_account(asked):
            await self.try_nowhere(sample, at)
        positions: defaultdict[Token, dict[Address, int]] = defaultdict(dict)

        async def balance(coin: Token, account: Address) -> int:
            told = await self.owned(coin, account, at)
            if isinstance(told, str):
                failed[coin] = told
                return 0
            free, parts = (told, {}) if isinstance(told, int) else told
            for name, (kind, units) in parts.items():
                if units:
                    positions[coin.part(name, kind)][account] = units
            return free + sum(units for _, units in parts.values())

        held = await each_balance(asked, balance)
        return Held(at, {coin: held[coin] for coin in without(held, failed)}, failed, positions=dict(positions))


def unpinned(link: Link, what: str) -> ChainError:
    """Return the fault that it answered about a block that nobody has: it does not look at what it is asked for."""
    return link.fault(
        Reason.UNPINNED,
        f"it answers at {what}, which nobody has: nothing that it tells can be said of a block; "
        "ask the node behind this gateway, or another one",
    )


def nowhere(block: Block) -> str:
    """Return 32 bytes in hexadecimal that are the hash of no block, others for each ``block``: nobody knows them."""
    return sha256(f"nowhere, {block.hash}".encode()).hexdigest()


def any_account(wanted: Wanted) -> Address | None:
    """Return one account to try a call with; None where there is none."""
    return next((account for accounts in wanted.values() for account in accounts), None)


async def each_balance(
    wanted: Wanted, balance: Callable[[Token, Address], Awaitable[int]]
) -> dict[Token, dict[Address, int]]:
    """Return what ``balance`` tells of each account and token of ``wanted``; the link sets the pace."""
    found: dict[Token, dict[Address, int]] = {token: {} for token in wanted}

    async def ask(token: Token, account: Address) -> None:
        found[token][account] = await balance(token, account)

    asked = (ask(token, account) for token, accounts in wanted.items() for account in accounts)
    await together(asked, at_once=_AT_ONCE)
    return found
