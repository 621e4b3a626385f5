"""algod's REST API (``https://…``, without ``/v2``): ALGO and standard assets (ASA), all at one round.

A node tells the state of its newest round alone, and each answer about an account names the round that it is of. So all
accounts are asked at the same moment, and count only if all answers name the same round; else they are asked anew. One
answer tells an account's coins and all of its assets. Rounds are final at once, so every tag means the newest.

An account that there is not has 0, in the node's own words, and what is not among an account's assets it does not hold
(daemon/algod/api in go-algorand, ``AccountInformation``).
"""

from collections.abc import Collection
from datetime import UTC, datetime
from functools import partial
from typing import NamedTuple

from monitor.chains.block_choice import BlockChoice
from monitor.chains.concurrency import together
from monitor.chains.errors import ChainError, Reason
from monitor.chains.link import Link
from monitor.chains.node import Held, Node, Wanted, without
from monitor.chains.one_state import by_named_states, refuse_others
from monitor.chains.rest_api import JsonAnswer, Rest, items, member, strictly, text, unsigned
from monitor.chains.tokens import contradicted
from monitor.chains.window import Pass, over
from monitor.model import Address, Block, Height, Network, Token

_CAIP2 = 32
"""Characters of the genesis hash in a CAIP-2 id (namespaces, algorand)."""
_ROUND = 2.8
"""Seconds between rounds."""
_AT_ONCE = 1000
_TOLD = frozenset({400, 404})
_TOO_MANY = "Result limit exceeded"


class _Account(NamedTuple):
    """What an account holds at a round."""

    round: int
    coins: int
    assets: dict[int, int]


class AlgodNode(Node):
    """One node."""

    def __init__(self, network: Network, link: Link) -> None:
        super().__init__(network, link)
        self._rest = Rest(link)

    async def identify(self) -> str:
        reply = await self._rest.get("/versions")
        with strictly(self.link, "versions"):
            genesis = text(member(reply.document, "genesis_hash_b64"))
            return f"algorand:{genesis.replace('+', '-').replace('/', '_')[:_CAIP2]}"

    async def resolve(self, choice: BlockChoice) -> Block:
        reply = await self._rest.get("/v2/status")
        with strictly(self.link, "status"):
            newest = unsigned(member(reply.document, "last-round"))
            catching_up = unsigned(member(reply.document, "catchup-time"))
        if catching_up:
            raise self.link.fault(Reason.BEHIND, f"it is still catching up; its newest round is {newest}")
        refuse_others(choice, newest, self.link)
        return await self._block(newest)

    async def _block(self, number: int) -> Block:
        hashed = await self._rest.get(f"/v2/blocks/{number}/hash")
        header = await self._rest.get(f"/v2/blocks/{number}", [("format", "json"), ("header-only", "true")])
        with strictly(self.link, f"round {number}"):
            if (found := unsigned(member(header.document, "block", "rnd"))) != number:
                raise ValueError(f"it is round {found}")
            moment = datetime.fromtimestamp(unsigned(member(header.document, "block", "ts")), UTC)
            return Block(Height(number), text(member(hashed.document, "blockHash")), moment)

    async def balances(self, wanted: Wanted, block: Block) -> Held:
        failed = await contradicted(wanted, self._decimals, "its parameters say")
        asked = without(wanted, failed)
        accounts = list(dict.fromkeys(account for accounts in asked.values() for account in accounts))
        found = await by_named_states(
            partial(self._pass, asked, accounts),
            block.number,
            self.link,
            state="round",
            between=_ROUND,
            advice=f"a nearer node or your own, `concurrency` above {self.link.settings.concurrency}, no `rate`",
            window=self.window,
        )
        since = await self._block(found.first)  # as this node tells it, whoever named the round
        until = since if found.whole else await self._block(found.last)
        return Held(over(since, until), found.balances, failed)

    async def _pass(self, asked: Wanted, accounts: Collection[Address], oldest: int) -> Pass:
        """What all ``accounts`` hold, at rounds that are not before ``oldest``."""
        held = dict(zip(accounts, await together(map(self._account, accounts), _AT_ONCE), strict=True))
        rounds = {account.round for account in held.values()} or {oldest}
        balances = {token: {each: _units(token, held[each]) for each in asked[token]} for token in asked}
        return Pass(min(rounds), max(rounds), len(held), balances)

    async def _account(self, account: Address) -> _Account:
        path = f"/v2/accounts/{account}"
        reply = await self._rest.get(path, [("format", "json")], told=_TOLD)
        if reply.status != 200:
            raise self._refused(path, reply)
        with strictly(self.link, path):
            told = reply.document
            if (about := member(told, "address")) != account:
                raise ValueError(f"it is about {about!r:.80}")
            holdings = items(member(told, "assets"))
            if (stated := unsigned(member(told, "total-assets-opted-in"))) != len(holdings):
                raise ValueError(f"{len(holdings)} assets where it says that there are {stated}")
            assets = {unsigned(member(each, "asset-id")): unsigned(member(each, "amount")) for each in holdings}
            if len(assets) != len(holdings):
                raise ValueError("it tells an asset twice")
            return _Account(unsigned(member(told, "round")), unsigned(member(told, "amount")), assets)

    def _refused(self, path: str, reply: JsonAnswer) -> ChainError:
        """What a status other than 200 means; no account is ever missing."""
        with strictly(self.link, path):
            said = text(member(reply.document, "message"))
        if _TOO_MANY in said:
            return self.link.fault(
                Reason.TOO_LARGE,
                f"{path}: more assets than this node tells at once; raise MaxAPIResourcesPerAccount on one of your own",
            )
        return self.link.fault(Reason.RPC_ERROR, f"{path}: HTTP {reply.status}: {said:.150}")

    async def _decimals(self, token: Token) -> int | str:
        """The decimals of an asset, which never change, or why there is none."""
        path = f"/v2/assets/{token.contract}"
        reply = await self._rest.get(path, told=_TOLD)
        with strictly(self.link, path):
            if reply.status != 200:
                return f"there is no asset {token.contract}: {text(member(reply.document, 'message')):.100}"
            if (found := unsigned(member(reply.document, "index"))) != int(str(token.contract)):
                raise ValueError(f"it is about asset {found}")
            return unsigned(member(reply.document, "params", "decimals"))


def _units(token: Token, account: _Account) -> int:
    return account.coins if token.contract is None else account.assets.get(int(token.contract), 0)
