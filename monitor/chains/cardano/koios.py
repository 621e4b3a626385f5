"""Koios (``https://…/api/v1``): ADA of addresses at the newest block.

Koios tells the state of its database, which is that of the newest block, and no answer names a block. So all addresses
are asked for between two looks at the tip. An address that was never used is left out of the answer; one that was, and
has nothing left, has 0. So one that has been in use for years is asked for in each request: who leaves it out does not
know all addresses.

What an address has are its unspent outputs. Rewards belong to a stake account, which no address of a list is.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from monitor.chains.amounts import count
from monitor.chains.block_choice import BlockChoice
from monitor.chains.concurrency import together
from monitor.chains.errors import Reason
from monitor.chains.link import Link
from monitor.chains.node import Held, Node, Wanted
from monitor.chains.one_state import between_looks, refuse_others
from monitor.chains.rest_api import Rest, decimal, items, member, strictly, text
from monitor.chains.tokens import only_coins
from monitor.model import Address, Block, Height, Network

_MOST = 7
"""Addresses in a request beside the witness: some 110 bytes each, and without a key a request may have 1 kB."""
_WITNESS = "DdzFFzCqrhstFM5XQYA28G2ekCkvpb6bPdhUT5vcsZtqYT3i7wAtjNPCTEGNbUmgL4ym9udeV5k6Utc3vCmAbky6Bvda72r1SQknZH9L"
"""A hot wallet of Bitfinex."""
_FIELDS = [("select", "address,balance")]
_BLOCK_TIME = 20.0
"""Seconds, on average."""
_NETWORK_IDS = {"Mainnet": 1, "Testnet": 0}


class KoiosNode(Node):
    """One endpoint."""

    def __init__(self, network: Network, link: Link) -> None:
        super().__init__(network, link)
        self._rest = Rest(link)

    async def identify(self) -> str:
        reply = await self._rest.get("/genesis")
        with strictly(self.link, "genesis"):
            (genesis,) = items(reply.document)
            network = _NETWORK_IDS[text(member(genesis, "networkid"))]
            return f"cip34:{network}-{decimal(member(genesis, 'networkmagic'))}"

    async def resolve(self, choice: BlockChoice) -> Block:
        newest = await self._newest()
        refuse_others(choice, newest.number, self.link)
        return newest

    async def _newest(self) -> Block:
        reply = await self._rest.get("/tip")
        with strictly(self.link, "tip"):
            (tip,) = items(reply.document)
            number, identity = count(member(tip, "block_no")), text(member(tip, "hash"))
            return Block(Height(number), identity, datetime.fromtimestamp(count(member(tip, "block_time")), UTC))

    async def balances(self, wanted: Wanted, block: Block) -> Held:
        asked, failed = only_coins(wanted, self.network)
        accounts = list(dict.fromkeys(each for accounts in asked.values() for each in accounts))
        size = min(self.link.settings.batch, _MOST)

        async def read(at: Block) -> Held:
            if at.number < block.number:
                raise self.link.fault(Reason.BEHIND, f"it stands at block {at.number}, not at {block.number} yet")
            starts = range(0, len(accounts), size)
            parts = await together(self._part(accounts[start : start + size]) for start in starts)
            held = {account: units for part in parts for account, units in part.items()}
            return Held(at, {token: {each: held[each] for each in asked[token]} for token in asked}, failed)

        return await between_looks(read, self._newest, self.link, _BLOCK_TIME, self.window)

    async def _part(self, accounts: Sequence[Address]) -> dict[Address, int]:
        asked = list(dict.fromkeys((_WITNESS, *accounts)))
        reply = await self._rest.post("/address_info", {"_addresses": asked}, _FIELDS)
        with strictly(self.link, "address_info"):
            rows = items(reply.document)
            held = {text(member(row, "address")): decimal(member(row, "balance")) for row in rows}
            if len(held) != len(rows) or not held.keys() <= set(asked):
                raise ValueError("it tells of other addresses than were asked for, or of one twice")
            if _WITNESS not in held:
                raise ValueError("it knows nothing of an address that has been in use for years")
            return {account: held.get(account, 0) for account in accounts}
