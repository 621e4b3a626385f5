"""Sui's GraphQL service (``https://…/graphql``): SUI and other coins, all at one checkpoint.

Checkpoints are final, so every tag means the newest one of which balances are told. ``totalBalance`` is what the coin
objects of an address hold and what lies in its address balance (SIP-58), together. An address that owns nothing of a
type has a balance of zero, by the schema's own words; so has everybody of a type that there is not, and therefore each
token's metadata are looked at.
"""

from collections.abc import Sequence

from monitor.chains.concurrency import together
from monitor.chains.errors import ChainError, Reason
from monitor.chains.link import Link
from monitor.chains.node import Held, Wanted, without
from monitor.chains.pinned import PinnedNode
from monitor.chains.rest_api import member, moment, strictly, text, unsigned
from monitor.chains.sui.documents import (
    CHECKPOINT,
    IDENTITY,
    LIMITS,
    METADATA,
    RANGE,
    SUI,
    accounts_of,
    balances_document,
    balances_of,
    range_of,
)
from monitor.chains.sui.service import GraphQl
from monitor.chains.tokens import contradicted
from monitor.model import Address, Block, Height, Network, Token

_OUT_OF_RANGE = ("outside consistent range", "in the future")
"""Of the words in which the service refuses balances of a checkpoint (its ``balance.rs``)."""
_CAUTIOUS = 10
"""Accounts in a document where the service does not say how many it takes."""


class SuiGraphqlNode(PinnedNode):
    """One service, with its store of recent states."""

    def __init__(self, network: Network, link: Link) -> None:
        super().__init__(network, link)
        self._service = GraphQl(link)
        self._at_once = 0

    def forget(self) -> None:
        self._at_once = 0

    async def identify(self) -> str:
        data = await self._data(IDENTITY)
        with strictly(self.link, "chainIdentifier"):
            return f"sui:{text(member(data, 'chainIdentifier'))}"

    async def tip(self) -> int:
        data = await self._data(RANGE)
        with strictly(self.link, "availableRange"):
            return range_of(data).last

    async def block_at(self, number: int) -> Block:
        told = member(await self._data(CHECKPOINT, number, c=number), "checkpoint")
        with strictly(self.link, f"checkpoint {number}"):
            if (found := unsigned(member(told, "sequenceNumber"))) != number:
                raise ValueError(f"it is checkpoint {found}")
            made = moment(member(told, "timestamp"))
            return Block(Height(number), text(member(told, "digest")), made)

    async def balances(self, wanted: Wanted, block: Block) -> Held:
        at = await self.own(block)
        failed = await contradicted(wanted, lambda token: self._decimals(token, at))
        asked = without(wanted, failed)
        balances: dict[Token, dict[Address, int]] = {token: {} for token in asked}

        async def read(tokens: Sequence[Token], accounts: Sequence[Address]) -> None:
            types = [token.contract or SUI for token in tokens]
            query = await self._query(balances_document(accounts), at, k=types)
            with strictly(self.link, f"balances at checkpoint {at.number}"):
                rows = balances_of(query, accounts, types)
            for account, row in zip(accounts, rows, strict=True):
                for token, units in zip(tokens, row, strict=True):
                    balances[token][account] = units

        size = await self._size()
        await together(
            read(tokens, accounts[start : start + size])
            for tokens, accounts in _by_tokens(asked).items()
            for start in range(0, len(accounts), size)
        )
        return Held(at, balances, failed)

    async def _size(self) -> int:
        """How many accounts the service takes in a document."""
        if not self._at_once:
            try:
                data = await self._data(LIMITS)
            except ChainError as error:
                if error.reason is not Reason.RPC_ERROR:
                    raise
                self._at_once = _CAUTIOUS
            else:
                with strictly(self.link, "serviceConfig"):
                    self._at_once = accounts_of(data)
        return self._at_once

    async def _decimals(self, token: Token, at: Block) -> int | str:
        """The decimals of ``token``, or why there is none."""
        query = await self._query(METADATA, at, t=token.contract)
        with strictly(self.link, f"metadata of {token.contract}"):
            told = member(query, "coinMetadata")
            if told is None:
                return f"there is no coin of the type {token.contract} at checkpoint {at.number}"
            return unsigned(member(told, "decimals"))

    async def _query(self, document: str, at: Block, **variables: object) -> object:
        """What ``document`` finds in the state of the checkpoint ``at``."""
        told = member(await self._data(document, at.number, c=at.number, **variables), "checkpoint")
        with strictly(self.link, f"checkpoint {at.number}"):
            number, digest = unsigned(member(told, "sequenceNumber")), text(member(told, "digest"))
            query = member(told, "query")
        if number != at.number:
            raise self.link.fault(Reason.UNPINNED, f"it answers of checkpoint {number}, not {at.number}")
        if digest != at.hash:
            raise self.link.fault(Reason.TIP_MOVED, f"its checkpoint {number} is {digest}, not {at.hash}")
        return query

    async def _data(self, document: str, number: int | None = None, **variables: object) -> object:
        """The data that answer ``document``; ``number`` is the checkpoint that it is about, which must be there."""
        data, errors = await self._service.ask(document, variables)
        with strictly(self.link, "GraphQL"):
            absent = number is not None and not errors and member(data, "checkpoint") is None
        if number is not None and (absent or any(words in errors for words in _OUT_OF_RANGE)):
            raise await self._not_there(number)
        if errors:
            raise self.link.fault(Reason.RPC_ERROR, f"GraphQL: {errors:.200}")
        return data

    async def _not_there(self, number: int) -> ChainError:
        data = await self._data(RANGE)
        with strictly(self.link, "availableRange"):
            told = range_of(data)
        if number > told.last:
            return self.link.fault(Reason.BEHIND, f"it has no checkpoint {number} yet; its newest is {told.last}")
        return self.link.fault(
            Reason.PRUNED, f"it tells balances of checkpoints from {told.first} on, not of {number} any more"
        )


def _by_tokens(wanted: Wanted) -> dict[tuple[Token, ...], list[Address]]:
    """The accounts of each set of tokens that is wanted of some."""
    tokens: dict[Address, list[Token]] = {}
    for token, accounts in wanted.items():
        for account in accounts:
            tokens.setdefault(account, []).append(token)
    grouped: dict[tuple[Token, ...], list[Address]] = {}
    for account, held in tokens.items():
        grouped.setdefault(tuple(held), []).append(account)
    return grouped
