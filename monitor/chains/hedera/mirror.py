"""A mirror node's REST API (``https://…``, without ``/api/v1``): HBAR as of one of its snapshots.

Asked for balances at a moment, a mirror node answers with those of its last snapshot before that moment
(rest/balances.js in hiero-mirror-node). It takes one every 15 minutes, of the state after a block, and names its
moment. So the block is the one after which the newest snapshot was taken, its moment is in each request, and an answer
that names another moment is of another block. What an account did since is not told.

The treasury, 0.0.2, is in every snapshot, and asked for in each request: an answer without it is none. Whoever is not
in a snapshot did not exist then, or was deleted before it, which another call must say.
"""

import re
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from monitor.chains.concurrency import together
from monitor.chains.errors import Reason
from monitor.chains.link import Link
from monitor.chains.node import Held, Wanted, without
from monitor.chains.pinned import PinnedNode
from monitor.chains.rest_api import items, member, strictly, text, unsigned
from monitor.chains.tokens import only_coins
from monitor.formats.phrases import first
from monitor.model import Address, Block, Height, Network

_API = "/api/v1"
_MISSING = frozenset({404})
_KNOWN_BLOCK, _KNOWN_MOMENT = 34_305_852, 1_656_461_547_557_609_267
"""A block of the main net by which mirror nodes count all others (``BlockNumberMigration``), and its moment."""
_TREASURY = "0.0.2"
_LAST = "9223372036"
"""Seconds after which there is no moment (63 bits of nanoseconds)."""
_MOST = 99
"""Accounts of a request beside the treasury: mirror nodes take a parameter a hundred times, and answer a hundred."""
_LARGEST = 2**38 - 1
"""Of an account's number, for which mirror nodes have 38 bits (``NUM_BITS`` of ``EntityId`` in hiero-mirror-node): a
request with a larger one is refused whole."""
_NANOSECONDS = 10**9
_HASH = re.compile(r"0x[0-9a-f]{64}")
"""The first 32 of its 48 bytes, which is what else is called by that name on Hedera (JSON-RPC relay)."""
_MOMENT = re.compile(r"(\d{1,10})\.(\d{9})", re.ASCII)


class _Snapped(NamedTuple):
    """A block, and the nanosecond at which it ended, as of which there may be a snapshot."""

    block: Block
    moment: int


class HederaNode(PinnedNode):
    """One mirror node."""

    def __init__(self, network: Network, link: Link) -> None:
        super().__init__(network, link)
        self._newest = 0
        """The moment of the newest snapshot that it told of."""

    async def identify(self) -> str:
        reply = await self.rest.get(f"{_API}/blocks/{_KNOWN_BLOCK}", told=_MISSING)
        if reply.status != 200:
            return f"hedera:another one, or without its early blocks: it has no block {_KNOWN_BLOCK}"
        known = self._block_of(reply.document)
        if known.block.number != _KNOWN_BLOCK or known.moment != _KNOWN_MOMENT:
            return f"hedera:another one, whose block {known.block.number} ended at {_written(known.moment)}"
        return "hedera:mainnet"

    async def block_at(self, number: int) -> Block:
        return (await self._numbered(number)).block

    async def newest(self) -> Block:
        return (await self._newest_snapshot()).block

    async def _newest_snapshot(self) -> _Snapped:
        moment, _ = await self._snapshot([], f"lte:{_LAST}")
        reply = await self.rest.get(f"{_API}/blocks", [("timestamp", _written(moment)), ("limit", "1")])
        with strictly(self.link, "blocks"):
            (document,) = items(member(reply.document, "blocks"))
        found = self._block_of(document)
        if found.moment != moment:
            raise self.link.fault(Reason.MALFORMED, f"blocks: it tells one that ended at {_written(found.moment)}")
        self._newest = moment
        return found

    async def _numbered(self, number: int) -> _Snapped:
        path = f"{_API}/blocks/{number}"
        reply = await self.rest.get(path, told=_MISSING)
        if reply.status != 200:
            newest = (await self._newest_snapshot()).block.number
            raise self.absent(f"block {number}", number, newest)
        found = self._block_of(reply.document)
        if found.block.number != number:
            raise self.link.fault(Reason.MALFORMED, f"{path}: it is about block {found.block.number}")
        return found

    def _block_of(self, document: object) -> _Snapped:
        with strictly(self.link, "a block"):
            moment = _read(member(document, "timestamp", "to"))
            number, identity = unsigned(member(document, "number")), _HASH.match(text(member(document, "hash")))
            if identity is None:
                raise ValueError(f"{member(document, 'hash')!r:.80} is not the hash of a block")
            return _Snapped(
                Block(Height(number), identity[0], datetime.fromtimestamp(moment // _NANOSECONDS, UTC)), moment
            )

    async def balances(self, wanted: Wanted, block: Block) -> Held:
        at = await self._numbered(block.number)
        if at.block.hash != block.hash:
            raise self.slipped(block, at.block)
        asked, failed = only_coins(wanted, self.network)
        accounts = list(dict.fromkeys(each for some in asked.values() for each in some if _can_be(each)))
        size = min(self.link.settings.batch, _MOST)
        starts = range(0, len(accounts) or 1, size)
        parts = await together(self._at(at, accounts[start : start + size]) for start in starts)
        held = {account: units for part in parts for account, units in part.items()}
        missing = {token: why for token in asked if (why := _no_account(asked[token], held))}
        told = without(asked, missing)
        balances = {token: {each: held[each] for each in told[token]} for token in told}
        return Held(at.block, balances, failed | missing)

    async def _at(self, at: _Snapped, accounts: Sequence[Address]) -> dict[Address, int]:
        """What ``accounts`` had; those that there are not are left out."""
        moment, held = await self._snapshot(accounts, _written(at.moment))
        if moment != at.moment:
            raise self._other(at, moment)
        absent = [account for account in accounts if account not in held]
        gone = await together(self._is_gone(account, at.moment) for account in absent)
        return held | {account: 0 for account, there_was in zip(absent, gone, strict=True) if there_was}

    def _other(self, at: _Snapped, moment: int) -> Exception:
        """What is wrong where it answers with another snapshot than that of ``at``."""
        if moment > at.moment:
            detail = f"asked for the snapshot of {_written(at.moment)}, it answers with that of {_written(moment)}"
            return self.link.fault(Reason.UNPINNED, detail)
        if at.moment == self._newest:
            detail = f"it told of a snapshot of {_written(at.moment)}, and now has none after {_written(moment)}"
            return self.link.fault(Reason.BEHIND, detail)
        return self.link.fault(
            Reason.PAST_BLOCK,
            f"it has no snapshot after block {at.block.number}; the last before is of {_written(moment)} "
            "(they are 15 minutes apart)",
        )

    async def _snapshot(self, accounts: Sequence[Address], moment: str) -> tuple[int, dict[Address, int]]:
        """The moment of the snapshot that is told at ``moment``, and what ``accounts`` have in it."""
        asked = dict.fromkeys((_TREASURY, *accounts))
        query = [*(("account.id", each) for each in asked), ("timestamp", moment), ("limit", str(len(asked)))]
        reply = await self.rest.get(f"{_API}/balances", query)
        with strictly(self.link, f"balances at {moment}"):
            told = items(member(reply.document, "balances"))
            if not told:
                raise self.link.fault(Reason.PRUNED, f"it has no snapshot at {moment} any more")
            held = {text(member(each, "account")): unsigned(member(each, "balance")) for each in told}
            if len(held) != len(told) or not held.keys() <= asked.keys() or _TREASURY not in held:
                raise ValueError("it tells of other accounts than were asked for, or not of the treasury")
            return _read(member(reply.document, "timestamp")), held

    async def _is_gone(self, account: Address, moment: int) -> bool:
        """Whether an account that is in no snapshot at ``moment`` was made later, or deleted; else there is none."""
        path = f"{_API}/accounts/{account}"
        reply = await self.rest.get(path, [("transactions", "false")], told=_MISSING)
        if reply.status != 200:
            return False
        with strictly(self.link, path):
            if (about := member(reply.document, "account")) != account:
                raise ValueError(f"it is about {about!r:.40}")
            if member(reply.document, "deleted") is True:  # of the oldest of which it is not known when they were made
                return True
            made = _read(member(reply.document, "created_timestamp"))
            if made <= moment:
                raise ValueError(f"it exists since {_written(made)}, and is not in the snapshot of {_written(moment)}")
            return True


def _read(value: object) -> int:
    """Nanoseconds since 1970, which are written as seconds with nine decimals."""
    match = _MOMENT.fullmatch(text(value))
    if match is None:
        raise ValueError(f"{value!r:.40} is not a moment")
    return int(match[1]) * _NANOSECONDS + int(match[2])


def _written(moment: int) -> str:
    return f"{moment // _NANOSECONDS}.{moment % _NANOSECONDS:09}"


def _can_be(account: Address) -> bool:
    return int(account.rpartition(".")[2]) <= _LARGEST


def _no_account(accounts: Collection[Address], held: dict[Address, int]) -> str:
    missing = [account for account in accounts if account not in held]
    return f"the ledger knows no account {first(missing, 1)}" if missing else ""
