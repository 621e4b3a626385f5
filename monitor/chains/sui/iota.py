"""IOTA's GraphQL service (``https://…``): IOTA, all at one checkpoint.

It is an older one than Sui's, in which nothing can be asked as of a checkpoint. But all of a document is answered as of
one checkpoint, the newest that the service knows, and the document can ask which that is. So all documents are asked at
the same moment, and count only if they name the same checkpoint, or by a window. Checkpoints are final.

``balance`` says null where an address has no coin of the type, and also where the service's data do not reach. So it is
zero only where ``balances``, which refuses to in that case, does not list the type either.
"""

from collections.abc import Sequence
from typing import NamedTuple

from monitor.chains.block_choice import BlockChoice
from monitor.chains.concurrency import together
from monitor.chains.errors import Reason
from monitor.chains.link import Link
from monitor.chains.node import Held, Node, Wanted
from monitor.chains.one_state import by_named_states, refuse_others
from monitor.chains.rest_api import decimal, items, member, moment, strictly, text, unsigned
from monitor.chains.sui.documents import IDENTITY
from monitor.chains.sui.service import GraphQl
from monitor.chains.tokens import only_coins
from monitor.chains.window import Pass, over
from monitor.model import Address, Block, Height, Network

_MAIN_NET = {"6364aad5": "iota:mainnet"}
"""By the beginning of the genesis checkpoint's digest; the registry has an id of our own."""
_CHECKPOINT = "checkpoint{sequenceNumber digest timestamp}"
_BALANCES = (
    "fragment B on Address{address balance{totalBalance}"
    "balances(first:50){pageInfo{hasNextPage}nodes{coinType{repr}totalBalance}}}"
)
_AT_ONCE = 20
"""Accounts in a document: the service takes 5 000 bytes and 300 fields by default."""
_IOTA = f"0x{2:064x}::iota::IOTA"
_BETWEEN = 0.25
"""Seconds between checkpoints."""


class _Part(NamedTuple):
    """What a document told, and of which checkpoint."""

    block: Block
    balances: dict[Address, int]


class IotaGraphqlNode(Node):
    """One service."""

    def __init__(self, network: Network, link: Link) -> None:
        super().__init__(network, link)
        self._service = GraphQl(link)

    async def identify(self) -> str:
        data = await self._data(IDENTITY)
        with strictly(self.link, "chainIdentifier"):
            identity = text(member(data, "chainIdentifier"))
        return _MAIN_NET.get(identity, f"iota:{identity:.60}")

    async def resolve(self, choice: BlockChoice) -> Block:
        newest = (await self._part(())).block
        refuse_others(choice, newest.number, self.link)
        return newest

    async def balances(self, wanted: Wanted, block: Block) -> Held:
        asked, failed = only_coins(wanted, self.network)
        accounts = list(dict.fromkeys(account for each in asked.values() for account in each))
        parts = [accounts[start : start + _AT_ONCE] for start in range(0, len(accounts), _AT_ONCE)] or [[]]
        blocks: dict[int, Block] = {}

        async def read(_: int) -> Pass:
            told = await together(map(self._part, parts))
            for part in told:
                if blocks.setdefault(part.block.number, part.block) != part.block:
                    raise self.link.fault(Reason.MALFORMED, f"it tells two checkpoints {part.block.number}")
            held = {account: units for part in told for account, units in part.balances.items()}
            balances = {token: {each: held[each] for each in each_of} for token, each_of in asked.items()}
            numbers = [part.block.number for part in told]
            return Pass(min(numbers), max(numbers), len(told), balances)

        found = await by_named_states(
            read,
            block.number,
            self.link,
            state="checkpoint",
            between=_BETWEEN,
            advice="a nearer service or your own, no `rate`",
            window=self.window,
        )
        return Held(over(blocks[found.first], blocks[found.last]), found.balances, failed)

    async def _part(self, accounts: Sequence[Address]) -> _Part:
        asked = "".join(f'a{place}:address(address:"{each}"){{...B}}' for place, each in enumerate(accounts))
        data = await self._data(f"{{{_CHECKPOINT}{asked}}}{_BALANCES if accounts else ''}")
        with strictly(self.link, "checkpoint"):
            told = member(data, "checkpoint")
            made = moment(member(told, "timestamp"))
            block = Block(Height(unsigned(member(told, "sequenceNumber"))), text(member(told, "digest")), made)
        with strictly(self.link, f"balances at checkpoint {block.number}"):
            held = {each: _of_account(member(data, f"a{place}"), each) for place, each in enumerate(accounts)}
        return _Part(block, held)

    async def _data(self, document: str) -> object:
        answer = await self._service.ask(document, {})
        if answer.errors:
            raise self.link.fault(Reason.RPC_ERROR, f"GraphQL: {answer.errors:.200}")
        return answer.data


def _of_account(told: object, account: Address) -> int:
    if member(told, "address") != account:
        raise ValueError(f"it is about {member(told, 'address')!r:.80}, not {account}")
    balance = member(told, "balance")
    units = None if balance is None else decimal(member(balance, "totalBalance"))
    nodes = items(member(told, "balances", "nodes"))
    listed = {text(member(each, "coinType", "repr")): decimal(member(each, "totalBalance")) for each in nodes}
    types = list(listed)
    if len(types) != len(nodes) or types != sorted(types):
        raise ValueError("the types of its coins are out of order")
    further = member(told, "balances", "pageInfo", "hasNextPage")
    if not isinstance(further, bool):
        raise TypeError("it does not say whether there are more")
    if further and _IOTA not in listed and (not types or types[-1] < _IOTA):
        if units is None:
            raise ValueError(f"{account} holds more coins than are told at once, and IOTA's turn has not come")
    elif listed.get(_IOTA) != units:
        raise ValueError(f"{account} has {units}, and is listed with {listed.get(_IOTA)}")
    return units or 0
