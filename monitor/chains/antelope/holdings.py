"""What an account has of the coin: what it may send, what it staked, what is on its way back, what is in REX.

The system contract keeps them in tables of its own (eosio.system): ``delband`` what an account staked, for itself and
for others, ``refunds`` what it unstaked, ``rexfund`` what it laid aside for REX, ``rexbal`` its shares of the REX pool,
each of which is worth an equal part of the pool's coins. What others staked for the account stays theirs.
"""

from dataclasses import dataclass
from typing import NamedTuple

from monitor.chains.antelope.api import ChainApi, Coin, amount
from monitor.chains.errors import Reason
from monitor.chains.link import Link
from monitor.chains.rest_api import member, strictly, text
from monitor.model import Address

_SYSTEM, _CONTRACT = "eosio", "eosio.token"
_REX, _REX_DECIMALS = "REX", 4
_LIQUID = "core_liquid_balance"
"""Left out where an account never had any of the coin, and where the node does not take the symbol for the coin's."""


@dataclass(frozen=True, slots=True)
class RexPool:
    """By what shares of REX are worth coins; without shares where the chain has no REX."""

    coins: int = 0
    shares: int = 0

    def worth(self, shares: int) -> int:
        """Return what the contract would pay for ``shares``."""
        if shares and not self.shares:
            raise ValueError("an account has shares of a REX pool that has none")
        return shares * self.coins // self.shares if shares else 0


async def rex_pool(api: ChainApi, link: Link, coin: Coin) -> RexPool:
    """Return the pool as it is in the node's state."""
    pool = RexPool()
    async for row in api.rows("rexpool", _SYSTEM):
        with strictly(link, "rexpool"):
            shares = amount(member(row, "total_rex"), _REX, _REX_DECIMALS)
            pool = RexPool(coin.units(member(row, "total_lendable")), shares)
    return pool


class Holding(NamedTuple):
    """What an account has, in base units."""

    free: int
    staked: int
    unstaking: int
    rex: int
    fund: int
    """Laid aside for REX."""


class Holdings:
    """What accounts have, all in one state of the node unless it ``moves`` meanwhile."""

    def __init__(self, api: ChainApi, link: Link, coin: Coin, pool: RexPool, *, moves: bool) -> None:
        self._api = api
        self._link = link
        self._coin = coin
        self._pool = pool
        self._moves = moves

    async def of(self, account: Address, told: object) -> Holding:
        """Return all that ``account`` has, of which ``told`` is what ``get_account`` says."""
        with strictly(self._link, f"get_account {account}"):
            free = self._coin.units(member(told, _LIQUID)) if _tells(told, _LIQUID) else None
            own = self._staked(member(told, "self_delegated_bandwidth"))
            refunds = self._sum(member(told, "refund_request"), "net_amount", "cpu_amount")
            rex = member(told, "rex_info") if _tells(told, "rex_info") else None
            shares = 0 if rex is None else self._pool.worth(amount(member(rex, "rex_balance"), _REX, _REX_DECIMALS))
        if free is None:
            free = await self._nothing(account)
        staked = await self._delegated(account, own)
        return Holding(free, staked, refunds, shares, await self._fund(account))

    async def _nothing(self, account: Address) -> int:
        """The nothing that ``account`` may send, of which ``get_account`` told nothing: as the coin's table has it."""
        if held := await self._api.balance(_CONTRACT, account, self._coin):
            detail = f"get_account {account} tells no {_LIQUID}, and {_CONTRACT} {held} units of {self._coin.symbol}"
            raise self._link.fault(Reason.MALFORMED, detail)
        return 0

    async def _delegated(self, account: Address, own: int) -> int:
        """What ``account`` staked for anybody; ``own`` is what it staked for itself, as was told before."""
        staked: dict[str, int] = {}
        async for row in self._api.rows("delband", account):
            with strictly(self._link, f"delband of {account}"):
                staked[text(member(row, "to"))] = self._staked(row)
                if (owner := member(row, "from")) != account:
                    raise ValueError(f"it is of {owner!r:.40}")
        if (told := staked.get(account, 0)) != own and not self._moves:  # two states, or two nodes behind one URL
            detail = f"delband of {account} tells {told} staked for itself, and get_account {own}"
            raise self._link.fault(Reason.TIP_MOVED, detail)
        return sum(staked.values())

    async def _fund(self, account: Address) -> int:
        fund = 0
        async for row in self._api.rows("rexfund", _SYSTEM, account):
            with strictly(self._link, f"rexfund of {account}"):
                if (owner := member(row, "owner")) != account:
                    raise ValueError(f"it is of {owner!r:.40}")
                fund = self._coin.units(member(row, "balance"))
        return fund

    def _staked(self, row: object) -> int:
        return self._sum(row, "net_weight", "cpu_weight")

    def _sum(self, row: object, *names: str) -> int:
        """What stands under ``names`` of a row; nothing where null says that there is no row."""
        return 0 if row is None else sum(self._coin.units(member(row, name)) for name in names)


def _tells(told: object, name: str) -> bool:
    return isinstance(told, dict) and name in told
