"""Horizon (``https://…``): coins of accounts of Stellar or Pi, all at one ledger.

An answer about an account is of the newest ledger that Horizon knows, which it names (``Latest-Ledger``; body and
header are read in one transaction, horizon/internal/httpx/middleware.go in stellar/go), and tells the ledger in which
the account changed last. So it holds for every ledger between the two, and however long it takes to ask for all
accounts, their answers hold together for each ledger that lies in all of these spans. Where there is none, because an
account changed meanwhile, all are asked anew, those that changed last before the others: then only these must be told
within one ledger.

That there is no such account is certain for the ledger that the answer names, and for no other.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from monitor.chains.amounts import count, fixed
from monitor.chains.block_choice import AtHeight, BlockChoice
from monitor.chains.concurrency import together
from monitor.chains.errors import Reason
from monitor.chains.node import Held, Wanted
from monitor.chains.one_state import of_one_state, refuse_others
from monitor.chains.pinned import PinnedNode
from monitor.chains.rest_api import JsonAnswer, items, member, moment, strictly, text
from monitor.chains.tokens import only_coins
from monitor.model import Address, Block, Height

_CHAINS = {"Public Global Stellar Network ; September 2015": "stellar:pubnet", "Pi Network": "pi-net:mainnet"}
"""By the passphrase, which is part of what every transaction signs."""
_DECIMALS = 7
_DIGITS = 10
"""Of a ledger's number, which has 32 bits."""
_LEDGER = 5.0
"""Seconds between ledgers."""
_RECENT = 24
"""Ledgers under the newest within which a block is one that was just named, and not one of the past."""
_AT_ONCE = 1000
_MISSING = frozenset({404})
_NO_LEDGER = frozenset({404, 410})


class _Look(NamedTuple):
    """What an account has in all ledgers from one to another."""

    units: int
    since: int
    until: int


class HorizonNode(PinnedNode):
    """One Horizon."""

    async def identify(self) -> str:
        reply = await self.rest.get("/")
        with strictly(self.link, "the root"):
            passphrase = text(member(reply.document, "network_passphrase"))
        return _CHAINS.get(passphrase, f"stellar:{passphrase}")

    async def resolve(self, choice: BlockChoice) -> Block:
        newest = await self.tip()
        if isinstance(choice, AtHeight):
            return await self._ledger(choice.number, newest)
        refuse_others(choice, newest, self.link)
        return await self._ledger(newest, newest)

    async def block_at(self, number: int) -> Block:
        return await self._ledger(number, await self.tip())

    async def tip(self) -> int:
        reply = await self.rest.get("/")
        with strictly(self.link, "the root"):
            return count(member(reply.document, "ingest_latest_ledger"))

    async def _ledger(self, number: int, newest: int) -> Block:
        path = f"/ledgers/{number}"
        reply = await self.rest.get(path, told=_NO_LEDGER)
        if reply.status != 200:
            raise self.absent(f"ledger {number}", number, newest)
        with strictly(self.link, path):
            if (found := count(member(reply.document, "sequence"))) != number:
                raise ValueError(f"it is about ledger {found}")
            closed = moment(member(reply.document, "closed_at"))
            return Block(Height(number), text(member(reply.document, "hash")), closed)

    async def balances(self, wanted: Wanted, block: Block) -> Held:
        asked, failed = only_coins(wanted, self.network)
        accounts = list(dict.fromkeys(each for accounts in asked.values() for each in accounts))
        newest = await self.tip()
        number, held = await self._at_one_ledger(accounts, block.number, newest)
        at = await self._ledger(number, max(number, newest))  # as this node tells it, whoever named the ledger
        if number == block.number and at.hash != block.hash:
            raise self.slipped(block, at)
        return Held(at, {token: {each: held[each] for each in asked[token]} for token in asked}, failed)

    async def _at_one_ledger(
        self, accounts: Sequence[Address], wanted: int, newest: int
    ) -> tuple[int, Mapping[Address, int]]:
        """What all ``accounts`` have at ledger ``wanted``, or at a later one if it was named just now."""
        order = list(accounts)

        async def read() -> tuple[int, Mapping[Address, int]]:
            looks = dict(zip(order, await together(map(self._look, order), _AT_ONCE), strict=True))
            first = max((look.since for look in looks.values()), default=wanted)
            last = min((look.until for look in looks.values()), default=wanted)
            order.sort(key=lambda account: looks[account].since, reverse=True)
            if last < wanted:
                raise self.link.fault(Reason.BEHIND, f"it stands at ledger {last}, not at {wanted} yet")
            if wanted < first and newest - wanted > _RECENT:
                raise self._changed_since(wanted, order[0], looks[order[0]])
            if first > last:
                raise self._changing(first, last)
            return (wanted if first <= wanted else last), {each: look.units for each, look in looks.items()}

        return await of_one_state(read, between=_LEDGER)

    def _changed_since(self, wanted: int, account: Address, look: _Look) -> Exception:
        return self.link.fault(
            Reason.PAST_BLOCK,
            f"{account} changed in ledger {look.since}, and Horizon tells nothing of what it had before: ledger "
            f"{wanted} can be told only of accounts that did not change since",
        )

    def _changing(self, first: int, last: int) -> Exception:
        return self.link.fault(
            Reason.TIP_MOVED,
            f"accounts changed in ledger {first}, after others were told at {last}: a nearer endpoint, "
            f"`concurrency` above {self.link.settings.concurrency}, a higher `rate`, or fewer accounts help",
        )

    async def _look(self, account: Address) -> _Look:
        path = f"/accounts/{account}"
        reply = await self.rest.get(path, told=_MISSING)
        until = self._latest(path, reply)
        with strictly(self.link, path):
            if reply.status != 200:
                if not text(member(reply.document, "type")).endswith("/not_found"):
                    raise ValueError("it does not say that there is no such account")
                return _Look(0, until, until)
            if (about := member(reply.document, "account_id")) != account:
                raise ValueError(f"it is about {about!r:.80}")
            since = count(member(reply.document, "last_modified_ledger"))
            if since > until:
                raise ValueError(f"it changed in ledger {since}, after the newest, {until}")
            native = [each for each in items(member(reply.document, "balances")) if _is_native(each)]
            if len(native) != 1:
                raise ValueError(f"it has {len(native)} balances of the coin")
            return _Look(fixed(member(native[0], "balance"), _DECIMALS), since, until)

    def _latest(self, path: str, reply: JsonAnswer) -> int:
        latest = reply.headers.get("Latest-Ledger", "")
        if not latest.isascii() or not latest.isdecimal() or len(latest) > _DIGITS:
            raise self.link.fault(
                Reason.UNPINNED,
                f"{path}: the answer does not say of which ledger it is (`Latest-Ledger` is {latest!r:.20}); "
                "ask the Horizon behind this gateway, or another one",
            )
        return int(latest)


def _is_native(balance: object) -> bool:
    return member(balance, "asset_type") == "native"
