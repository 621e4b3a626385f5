"""Endpoints that tell accounts some at a time, as of their newest block: explorers and Electrum servers.

Few accounts are read between two looks at the tip. Where they do not fit between two blocks, each is read once, at the
pace that the endpoint allows, and then followed from block to block (anchoring.py).
"""

import asyncio
import sys
import time
from abc import abstractmethod
from collections.abc import Collection

from monitor.chains.bitcoin import anchoring
from monitor.chains.bitcoin.anchored import QUIET
from monitor.chains.bitcoin.anchored_chain import Moved
from monitor.chains.bitcoin.anchoring import Anchoring
from monitor.chains.bitcoin.tip import held
from monitor.chains.errors import ChainError, Reason
from monitor.chains.journals import Following
from monitor.chains.link import Link
from monitor.chains.node import Held, Node, Wanted
from monitor.model import Address, Block, Network, Work


class AnchoredNode(Node):
    """One such endpoint. What its mempool holds is never counted."""

    def __init__(self, network: Network, link: Link, at_once: int = 1) -> None:
        """``at_once``: accounts in one request."""
        super().__init__(network, link)
        self.newest: int | None = None
        """The height of the tip that was resolved last."""
        self._anchoring = Anchoring(self, network.name, link, at_once)
        self._too_many = sys.maxsize
        """Accounts that once did not fit between two blocks."""

    @property
    def method(self) -> str:
        return "anchored" if self._anchoring.follows else ""

    @property
    def work(self) -> Work | None:
        return self._anchoring.work

    @property
    def difference(self) -> str | None:
        return self._anchoring.difference

    def follow(self, following: Following) -> None:
        self._anchoring.configure(following)

    # --- what is asked of an endpoint, in its own way ---

    @abstractmethod
    async def between_looks(self, accounts: Collection[Address], block: Block) -> tuple[dict[Address, int], Block]:
        """Read accounts at ``block`` between two equal looks at the tip.

        Where that was the tip and another one came, they are read at the new one, which is given back.
        """

    @abstractmethod
    async def tip_hash(self) -> str:
        """Return the hash of the newest block."""

    @abstractmethod
    async def tip(self) -> Block:
        """Return the newest block."""

    @abstractmethod
    async def hash_at(self, height: int) -> str | None:
        """Return the hash of the block of that height; None above the tip."""

    @abstractmethod
    async def block_at(self, height: int) -> Block:
        """Return the block of that height. Raises ``tip_moved`` where there is none."""

    @abstractmethod
    async def moved(self, block_hash: str, watched: Collection[Address]) -> Moved:
        """Return what a block did to ``watched`` accounts. Raises ``malformed`` where what is told is not all of it."""

    @abstractmethod
    async def amounts(self, accounts: Collection[Address]) -> dict[Address, int]:
        """Return what accounts hold in the newest block, whichever that is for each."""

    @abstractmethod
    def shows(self, account: Address) -> bool:
        """Tell whether :meth:`moved` shows what is spent from ``account``."""

    @property
    def anchors(self) -> bool:
        """Whether :meth:`moved` can be asked at all."""
        return True

    # --- a reading ---

    async def balances(self, wanted: Wanted, block: Block) -> Held:
        """Read all accounts at ``block``, or, where that was the tip and another one came, at the new one."""
        accounts = sorted({account for token, accounts in wanted.items() if not token.contract for account in accounts})
        fit = len(accounts) < self._too_many and self._anchoring.seconds(len(accounts)) <= anchoring.LONGEST
        read = self._at_once if fit or not self._follows_to(block) else self._anchored
        amounts, at = await read(accounts, block)
        return held(wanted, amounts, at)

    async def probe(self, sample: Wanted, block: Block) -> None:
        """Ask for the sample, and keep up with the chain: after a long absence everything would be read anew."""
        await super().probe(sample, block)
        await self._anchoring.keep_up()

    async def _at_once(self, accounts: Collection[Address], block: Block) -> tuple[dict[Address, int], Block]:
        began = time.monotonic()
        try:
            return await self.between_looks(accounts, block)
        except (ChainError, asyncio.CancelledError) as error:  # the deadline, mostly
            late = time.monotonic() - began > anchoring.LONGEST
            if late and not (isinstance(error, ChainError) and error.reason is not Reason.TIP_MOVED):
                self._too_many = min(self._too_many, len(accounts))
            raise

    async def _anchored(self, accounts: Collection[Address], block: Block) -> tuple[dict[Address, int], Block]:
        """Take what is known of accounts at the block, and read the few others at it."""
        others = await self._anchoring.ready(accounts)
        amounts, at = await self.between_looks(sorted(others), block)
        known = [account for account in accounts if account not in others]
        return amounts | await self._anchoring.sums(known, at), at

    def _follows_to(self, block: Block) -> bool:
        """Whether ``block`` is not so far under the tip that only histories tell of it."""
        near = self.newest is not None and block.number >= self.newest - QUIET
        return near and self.anchors and self._anchoring.reaches(block)
