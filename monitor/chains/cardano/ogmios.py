"""Ogmios before a node of one's own (``http://…``): ADA of any number of addresses, all in the state of one block.

A state is acquired by its block's slot and id, and held by the node for as long as the connection lasts; nothing that
comes later changes what it answers. Which state that is it tells itself, before the first and after the last answer.
The node has the whole ledger: an address of which no output is told has none.

What an address has are its unspent outputs. Rewards belong to a stake account, which no address of a list is.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from monitor.chains.block_choice import BlockChoice
from monitor.chains.cardano.ogmios_api import Conversation, NoSuchPointError, Ogmios
from monitor.chains.errors import Reason
from monitor.chains.link import Link
from monitor.chains.node import Held, Node, Wanted
from monitor.chains.one_state import of_one_state, refuse_others
from monitor.chains.pinned import nowhere, unpinned
from monitor.chains.rest_api import items, member, moment, strictly, text, unsigned
from monitor.chains.tokens import only_coins
from monitor.model import Address, Block, Height, Network

_NETWORK_IDS = {"mainnet": 1, "testnet": 0}
_SECOND = 1000
"""Milliseconds of a slot, since Shelley."""

Point = dict[str, object]
"""A block's slot and id."""


class OgmiosNode(Node):
    """One endpoint."""

    def __init__(self, network: Network, link: Link) -> None:
        super().__init__(network, link)
        self._ogmios = Ogmios(link)

    async def identify(self) -> str:
        async def genesis(talk: Conversation) -> object:
            return await talk.ask("queryNetwork/genesisConfiguration", era="shelley")

        told = await self._ogmios.talk(genesis)
        with strictly(self.link, "genesisConfiguration"):
            network = _NETWORK_IDS[text(member(told, "network"))]
            return f"cip34:{network}-{unsigned(member(told, 'networkMagic'))}"

    async def resolve(self, choice: BlockChoice) -> Block:
        newest = await of_one_state(lambda: self._ogmios.talk(self._newest))
        refuse_others(choice, newest.number, self.link)
        return newest

    async def _newest(self, talk: Conversation) -> Block:
        """The tip, the same before and after its height was asked for."""
        tip = await talk.ask("queryNetwork/tip")
        height = await talk.ask("queryNetwork/blockHeight")
        if tip != await talk.ask("queryNetwork/tip"):
            raise self.link.fault(Reason.TIP_MOVED, "a block came while the newest was asked for")
        zero = await self._slot_zero(talk)
        with strictly(self.link, "tip"):
            made = zero + timedelta(seconds=unsigned(member(tip, "slot")))
            return Block(Height(unsigned(height)), text(member(tip, "id")), made)

    async def _slot_zero(self, talk: Conversation) -> datetime:
        """When slot 0 would have been, had all been of one second."""
        start = await talk.ask("queryNetwork/startTime")
        eras = await talk.ask("queryLedgerState/eraSummaries")
        with strictly(self.link, "eraSummaries"):
            newest = items(eras)[-1]
            if (length := member(newest, "parameters", "slotLength", "milliseconds")) != _SECOND:
                raise ValueError(f"its slots are of {length!r:.20} ms")
            since = unsigned(member(newest, "start", "time", "seconds")) - unsigned(member(newest, "start", "slot"))
            return moment(start) + timedelta(seconds=since)

    async def balances(self, wanted: Wanted, block: Block) -> Held:
        asked, failed = only_coins(wanted, self.network)
        accounts = list(dict.fromkeys(each for accounts in asked.values() for each in accounts))

        async def read(talk: Conversation) -> dict[Address, int]:
            point = await self._acquired(talk, block)
            held = dict.fromkeys(accounts, 0)
            seen: set[tuple[str, int]] = set()
            for start in range(0, len(accounts), self.link.settings.batch):
                await self._add(talk, accounts[start : start + self.link.settings.batch], held, seen)
            await self._same(talk, point)
            return held

        try:
            held = await self._ogmios.talk(read)
        except NoSuchPointError as error:
            detail = f"block {block.number} has left the chain, or lies too far back: {error}"
            raise self.link.fault(Reason.TIP_MOVED, detail) from None
        return Held(block, {token: {each: held[each] for each in asked[token]} for token in asked}, failed)

    async def _acquired(self, talk: Conversation, block: Block) -> Point:
        """Hold the state of ``block``, by a node that is known not to hand out another in its place."""
        slot = int((block.timestamp.astimezone(UTC) - await self._slot_zero(talk)).total_seconds())
        try:
            await talk.ask("acquireLedgerState", point={"slot": slot, "id": nowhere(block)})
        except NoSuchPointError:
            pass
        else:
            raise unpinned(self.link, f"slot {slot} with another id")
        point: Point = {"slot": slot, "id": block.hash}
        told = await talk.ask("acquireLedgerState", point=point)
        with strictly(self.link, "acquireLedgerState"):
            if (got := member(told, "point")) != point:
                raise ValueError(f"it has acquired {got!r:.120}")
        await self._same(talk, point)
        return point

    async def _same(self, talk: Conversation, point: Point) -> None:
        """Raise ``unpinned`` where what is acquired is another state than that of ``point``."""
        if (told := await talk.ask("queryLedgerState/tip")) != point:
            raise self.link.fault(Reason.UNPINNED, f"asked for the state of {point}, it is in that of {told!r:.120}")

    async def _add(
        self, talk: Conversation, part: Sequence[Address], held: dict[Address, int], seen: set[tuple[str, int]]
    ) -> None:
        """Add the outputs of some addresses to what these have."""
        told = await talk.ask("queryLedgerState/utxo", addresses=list(part))
        due = set(part)
        with strictly(self.link, "utxo"):
            for each in items(told):
                address, place = text(member(each, "address")), unsigned(member(each, "index"))
                output = text(member(each, "transaction", "id")), place
                if address not in due or output in seen:
                    raise ValueError(f"it tells of another address than was asked for, or of output {output} twice")
                seen.add(output)
                held[address] += unsigned(member(each, "value", "ada", "lovelace"))
