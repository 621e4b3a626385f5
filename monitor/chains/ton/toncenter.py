"""TON's HTTP API, version 2 (toncenter, ton-http-api; ``https://…/api/v2``): balances, and the keys of wallets.

Wallet contracts answer ``get_public_key`` with the key whose signatures they obey. Blocks of the masterchain are
final, so every tag means the newest of them.
"""

from base64 import b64decode
from collections.abc import Sequence
from datetime import UTC, datetime

from monitor.chains.amounts import count
from monitor.chains.link import Link
from monitor.chains.node import Confirmed, Held, Wanted
from monitor.chains.ownership import Control, one_by_one
from monitor.chains.pinned import PinnedNode
from monitor.chains.rest_api import member, strictly, text
from monitor.chains.ton.api import ToncenterApi, number_of
from monitor.chains.ton.jettons import Balances
from monitor.model import Block, Height, Network, OwnerOutcome, OwnerQuestion

_KEY_SIZE = 32
_FAR = 1 << 30
"""Blocks above any that the chain reaches; still a number of 31 bits, as lite servers read them."""
_MAIN_NET = "tvm:-239"
_ZERO_STATE = "XplPz01CXAps5qeSWUtxcyBfdAo5zVb1N979KLSKD24="
"""Hash of the file with which the main net began (``validator.init`` of its global configuration)."""


class ToncenterNode(PinnedNode):
    """One server of the API; it follows the masterchain through lite servers."""

    def __init__(self, network: Network, link: Link) -> None:
        super().__init__(network, link)
        self._api = ToncenterApi(link)

    async def identify(self) -> str:
        """Return ``global_id`` of the masterchain's newest block, which names the chains in TON's namespace of CAIP-2.

        Any chain may take any number, so that of the main net must also have begun like it.
        """
        found = await self._api.masterchain()
        with strictly(self.link, "getMasterchainInfo"):
            newest = count(member(found, "last", "seqno"))
            began = text(member(found, "init", "file_hash"))
        header = await self._api.header(newest)
        with strictly(self.link, "getBlockHeader"):
            identity = member(header, "global_id")
            if isinstance(identity, bool) or not isinstance(identity, int):
                raise TypeError(f"{identity!r:.40} is not a global id")
        chain = f"tvm:{identity}"
        return f"{chain}, begun by {began:.60}" if chain == _MAIN_NET and began != _ZERO_STATE else chain

    async def tip(self) -> int:
        return await self._api.newest()

    async def block_at(self, number: int) -> Block:
        header = await self._api.header(number)
        with strictly(self.link, "getBlockHeader"):
            if (found := count(member(header, "id", "seqno"))) != number:
                raise ValueError(f"it is about block {found}")
            root = b64decode(text(member(header, "id", "root_hash")), validate=True).hex()
            return Block(Height(number), root, datetime.fromtimestamp(count(member(header, "gen_utime")), UTC))

    async def balances(self, wanted: Wanted, block: Block) -> Held:
        at = await self.own(block)
        balances = Balances(self._api, self.network, at)
        return Held(at, await balances.read(wanted), balances.failed)

    async def confirm(self, questions: Sequence[OwnerQuestion], block: Block) -> Confirmed:
        at = await self.own(block)
        if questions:
            await self._try_nowhere(questions[0].account, at.number + _FAR)
        return await one_by_one(questions, at, lambda question: self._control(question, at))

    async def _try_nowhere(self, account: str, number: int) -> None:
        """Not all servers name the block of a get-method: see that it looks for the one that it is asked for."""
        if await self._api.answers_at(account, "get_public_key", number):
            raise self.unpinned(f"block {number}")

    async def _control(self, question: OwnerQuestion, block: Block) -> Control:
        code, stack = await self._api.run(question.account, "get_public_key", [], block, pinned=False)
        if code != 0:
            return OwnerOutcome.UNDECIDED, f"its contract tells no key: get_public_key ends with exit code {code}"
        with strictly(self.link, f"get_public_key {question.account}"):
            [entry] = stack
            key = number_of(entry).to_bytes(_KEY_SIZE, "big")
        if key in question.keys:
            return OwnerOutcome.CONFIRMED, f"get_public_key is the key that signed, {key.hex()}"
        return OwnerOutcome.REFUTED, f"get_public_key is {key.hex()}, which did not sign"
