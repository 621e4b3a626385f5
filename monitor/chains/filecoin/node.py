"""Filecoin nodes (Lotus' JSON-RPC, version 1): what actors hold of FIL at a tipset, miners with what they have locked.

Every question about an account names the tipset by its key, and is about the state that the tipsets before it left.
Answers do not name theirs: so one that nobody has is asked for first. An actor's balance holds all that it has: what a
miner has pledged, deposited and what vests, and what a multisig has locked. A miner's debt (of fees that it could not
pay) is taken off, and what it has in escrow for deals is added, which the market actor holds for it.

An actor may have several addresses, and lists name some by its id (``f0…``), by a hash (``f2…``) and by what it is
called on Ethereum (``f4…``). They are the same coins, and said to be.
"""

import re
from collections.abc import Collection

from monitor.chains.concurrency import together
from monitor.chains.errors import ChainError, Reason
from monitor.chains.filecoin.miners import Miner, attofil, miner_of, parts_of
from monitor.chains.filecoin.tipsets import Key, Tipset, cid_of, link, tipset_of
from monitor.chains.jsonrpc import Reply, RpcFailure, failure_of
from monitor.chains.node import Held, Wanted
from monitor.chains.pinned import PinnedNode, any_account, each_balance, nowhere
from monitor.chains.rest_api import items, member, strictly, text
from monitor.chains.tokens import only_coins
from monitor.model import Address, Block, Token

_GENESIS = "bafy2bzacecnamqgqmifpluoeldx7zzglxcljo6oja4vrmtj7432rphldpdmm2"
"""The first block of the main net."""
_AT_ONCE = 1000
_ID = "f0"
_BOTH = frozenset({"f2", "f4"})
"""How addresses begin of which one actor may have two; no other has two beside its id."""
_WITH_STATE = (_ID, "f2")
"""How addresses begin that may be miners': ids, and hashes of what made an actor. All others are of keys."""

_ABSENT = re.compile(r"(^|: )actor not found$|^Failed to lookup the id address \w+$")
"""How Lotus says that there is no such actor; Forest answers null, or the second where it must find one."""
_GONE = re.compile(r"lookbacks of more than|could not find|load state tree|(block|tipset)\b.* not found", re.IGNORECASE)
"""How nodes say that they do not have a state or a block (any more), and gateways that they do not look so far back."""
_BUSY = "server busy"


class LotusNode(PinnedNode):
    """One node, or a gateway to one."""

    async def identify(self) -> str:
        """Return ``fil:f`` for the main net, and for other chains their first block."""
        found = await self._result("ChainGetGenesis", [])
        with strictly(self.link, "ChainGetGenesis"):
            first = link(items(member(found, "Cids"))[0])
        return "fil:f" if first == _GENESIS else f"fil:{first}"

    # --- tipsets ---

    async def block_at(self, number: int) -> Block:
        return (await self._at(number)).block

    async def at(self, number: int) -> Block:
        return await self.block_at(number)  # that of another height where this one is empty

    async def newest(self) -> Block:
        return (await self._look("ChainHead", [])).block

    async def final(self) -> Block:
        return (await self._look("ChainGetFinalizedTipSet", [])).block

    async def _at(self, number: int) -> Tipset:
        """The tipset at a height; where that is empty, the one before, if the next one follows it."""
        try:
            found = await self._look("ChainGetTipSetByHeight", [number, None])
        except ChainError as error:
            if error.reason not in (Reason.PRUNED, Reason.RPC_ERROR):
                raise
            newest = await self.tip()
            if number > newest:
                raise self.absent(f"tipset {number}", number, newest) from None
            raise
        if found.block.number == number:
            return found
        after = await self._look("ChainGetTipSetAfterHeight", [number, None])
        if not found.block.number < number < after.block.number or after.parents != found.block.hash:
            raise self.link.fault(
                Reason.MALFORMED, f"ChainGetTipSetByHeight {number}: it is about {found.block.number}"
            )
        return found

    async def _look(self, method: str, params: list[object]) -> Tipset:
        found = await self._result(method, params)
        with strictly(self.link, method):
            return tipset_of(found)

    # --- balances ---

    async def balances(self, wanted: Wanted, block: Block) -> Held:
        tipset = await self._at(block.number)
        if tipset.block.hash != block.hash:
            raise self.slipped(block, tipset.block)
        asked, failed = only_coins(wanted, self.network)
        if sample := any_account(asked):
            await self._try_nowhere(sample, tipset.block)

        miners: dict[Address, Miner] = {}

        async def balance(_: Token, account: Address) -> int:
            if not account.startswith(_WITH_STATE):
                return await self._balance(account, tipset.key) or 0
            miner = await self._with_state(account, tipset.key)
            miners[account] = miner
            return miner.own + miner.escrow

        held = await each_balance(asked, balance)
        within = await self._twice({account for some in asked.values() for account in some}, tipset.key)
        single = {account: miner for account, miner in miners.items() if account not in within.values()}
        positions = {part: amounts for coin in asked for part, amounts in parts_of(coin, single).items()}
        return Held(tipset.block, held, failed, within=within, positions=positions)

    async def _balance(self, account: Address, key: Key) -> int | None:
        """What an actor holds; None where there is no such actor."""
        found = await self._ask("StateGetActor", account, key)
        if found is None:
            await self._confirm_absent(account, key)
            return None
        with strictly(self.link, f"StateGetActor {account}"):
            return attofil(member(found, "Balance"))

    async def _with_state(self, account: Address, key: Key) -> Miner:
        """What an actor holds that may be a miner."""
        if await self._balance(account, key) is None:
            return Miner(0)
        found = await self._ask("StateReadState", account, key)
        with strictly(self.link, f"StateReadState {account}"):
            miner = miner_of(found)
        if not miner.locked:
            return miner
        market = await self._ask("StateMarketBalance", account, key)
        with strictly(self.link, f"StateMarketBalance {account}"):
            return miner._replace(escrow=attofil(member(market, "Escrow")))

    async def _twice(self, accounts: Collection[Address], key: Key) -> dict[Address, Address]:
        """Which of ``accounts`` are another name of one of them: each with the next shorter kind of name."""
        addresses = sorted(account for account in accounts if not account.startswith(_ID))
        named = {account[:2] for account in accounts}
        if not (_ID in named or named >= _BOTH):
            return {}
        ids = await together((self._id(account, key) for account in addresses), at_once=_AT_ONCE)
        names = {account: account for account in accounts if account.startswith(_ID)}
        within: dict[Address, Address] = {}
        for account, number in zip(addresses, ids, strict=True):
            if number in names:
                within[account] = names[number]
            if number:
                names[number] = account
        return within

    async def _id(self, account: Address, key: Key) -> Address:
        """The id of an address; empty where it has none."""
        found = await self._ask("StateLookupID", account, key)
        with strictly(self.link, f"StateLookupID {account}"):
            return "" if found is None else text(found)

    async def _confirm_absent(self, account: Address, key: Key) -> None:
        """See that there is no such actor by another call than the one that says so."""
        by_id = account.startswith(_ID)
        found = await self._ask("StateReadState" if by_id else "StateLookupID", account, key)
        if found is not None:
            raise self.link.fault(Reason.MALFORMED, f"it finds no actor {account}, and finds that it is {found!r:.60}")

    async def _try_nowhere(self, account: Address, block: Block) -> None:
        """Answers do not name their tipset: see that it looks for the one that it is asked for."""
        cid = cid_of(bytes.fromhex(nowhere(block)))
        reply = await self._call("StateGetActor", [account, [{"/": cid}]])
        failure = failure_of(reply)
        if failure is None or _ABSENT.search(failure.message):
            raise self.unpinned(f"tipset {cid}")

    # --- answers ---

    async def _ask(self, method: str, account: Address, key: Key) -> object:
        """The answer to a question about an account; None where there is no such actor."""
        reply = await self._call(method, [account, key])
        failure = failure_of(reply)
        if failure and _ABSENT.search(failure.message):
            return None
        return self.told(f"{method} {account}", reply)

    async def _result(self, method: str, params: list[object]) -> object:
        return self.told(method, await self._call(method, params))

    async def _call(self, method: str, params: list[object]) -> Reply:
        return await self.rpc.call(f"Filecoin.{method}", params)

    def fault_of(self, what: str, failure: RpcFailure) -> ChainError:
        reason = Reason.PRUNED if _GONE.search(failure.message) else Reason.RPC_ERROR
        if _BUSY in failure.message:
            reason = Reason.BUSY
        return self.link.fault(reason, f"{what}: {failure}")
