"""An exchange, its coins, its lists and the endpoints that tell of them, watched by the daemon's own parts.

Two networks are read: one by a quorum of parties, of whom one at a time may lie, and one through single endpoints, none
of which lies of a block, though two cannot be held to one. A third is never configured.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from types import SimpleNamespace
from typing import Any, cast

import pytest
from structlog.testing import capture_logs

from monitor.chains import ChainReader, endpoint
from monitor.chains.evm import rpc
from monitor.chains.link import Link
from monitor.chains.opening import open_network
from monitor.daemon.assessor import Assessor
from monitor.daemon.exchange import ExchangeWatch
from monitor.daemon.judged import JudgedList
from monitor.daemon.network import NetworkWatch
from monitor.model import (
    Address,
    BaseUnits,
    Basis,
    DocumentState,
    Network,
    RatioPoint,
    ReloadState,
    StoreState,
    Token,
    World,
)
from monitor.registry import load
from monitor.settings import NetworkSettings, Settings
from monitor.store import Store
from tests.support.judgement import document, owing
from tests.support.judgement import exchange as exchange_settings
from tests.support.judgement import settings as daemon_settings
from tests.support.simulated_chains import ARBITRUM, ETHEREUM, POLYGON, START, Chain, Wire, elapsed, now
from tests.support.simulated_lists import Row, judged

STALE_AFTER, DEADLINE, BEHIND_AFTER = timedelta(seconds=60), timedelta(seconds=20), timedelta(seconds=90)
LONGEST_PAUSE = 20.0
"""Seconds from the end of one poll to the next."""
_BLOCK_SECONDS = {ETHEREUM: 4, ARBITRUM: 1, POLYGON: 2}
QUORUM: Mapping[Network, int] = {ETHEREUM: 2, ARBITRUM: 1}
"""Of three parties. What is read is configured."""
_NATURES = {ETHEREUM: ("", "ignores hashes", ""), ARBITRUM: ("ignores blocks", "ignores hashes", "")}


class _Clock(datetime):
    """What the endpoints take for the system's clock."""

    @classmethod
    def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]  # nobody asks for another zone
        return now()


class _NoHistory:
    """A store that keeps nothing."""

    state = StoreState()

    async def get(self, _: str) -> None:
        return None

    async def put(self, _: str, __: object) -> None: ...

    async def save_ratios(self, _: Sequence[RatioPoint], __: datetime) -> None: ...


class Listed:
    """The exchange, as far as judging looks at it."""

    def __init__(self, settings: Settings, owed: Mapping[str, int | str]) -> None:
        self.name = "okx"
        self.settings = settings.exchanges[self.name]
        self.owed = SimpleNamespace(current=owing(None, **owed), proof_state=lambda: None, regularity=lambda: None)
        self.changes: Mapping[str, int] = {}
        self.last_changes = None
        self.signature_ages = None
        self.judged: JudgedList | None = None
        self.registry = load()
        self.rows: Sequence[Row] = ()
        self.listed_at = 0.0
        self._wanted: dict[str, Mapping[Token, tuple[Address, ...]]] = {}

    def publish(self, rows: Sequence[Row]) -> None:
        self.rows, self.listed_at = rows, elapsed()
        self.judged = judged(rows, now())
        holdings = self.judged.holdings
        self._wanted = {network: holdings.wanted(network) for network in holdings.networks}

    def wanted(self, network: str) -> Mapping[Token, tuple[Address, ...]]:
        return self._wanted.get(network, {})

    def accounts(self, network: str) -> int:
        return len(frozenset().union(*self.wanted(network).values()))

    def document_states(self) -> Mapping[str, DocumentState]:
        return {kind: DocumentState(kind, document(START)) for kind in ("wallets", "liabilities")}


class Simulation:
    """Everything at its beginning. To be made, used and closed on one loop, by :func:`simulated`."""

    def __init__(self, dice: Random, owed: Mapping[str, int | str], *, basis: Basis, natural: bool = True) -> None:
        """Without ``natural``, endpoints can be held to blocks by their hashes, all of them."""
        self.dice = dice
        self.chains = {network: Chain(network, seconds) for network, seconds in _BLOCK_SECONDS.items()}
        self.wires: dict[Network, list[Wire]] = {network: [] for network in QUORUM}
        self.settings = daemon_settings(
            {"falling": {"within": "5m"}},
            okx=exchange_settings(liabilities={"source": "liabilities.json", "max_age": "400d"}, basis=basis.value),
        )
        self.exchange = Listed(self.settings, owed)
        self.owed = {asset: Decimal(amount) for asset, amount in owed.items()}
        self.replaced: dict[str, int] = {}
        """By network, the block of the snapshot before the last."""
        self._natural = natural
        self.watches = {network: self._watch(network) for network in QUORUM}
        self._assessor = Assessor(cast("Store", _NoHistory()), now)

    def _watch(self, network: Network) -> NetworkWatch:
        natures = _NATURES[network] if self._natural else ("", "", "")
        settings = NetworkSettings.model_validate(
            {
                "endpoints": [
                    {"name": f"{network.name}-{place}", "party": str(place), "url": "http://node", "timeout": "3s"}
                    for place in range(len(natures))
                ],
                "quorum": QUORUM[network],
                "deadline": DEADLINE,
                "stale_after": STALE_AFTER,
                "drop_after": "10m",
                "behind_after": BEHIND_AFTER,
                "ahead_after": BEHIND_AFTER,
                "max_lag": "20s",
            }
        )
        reader = self._reader(network, settings, natures)
        chance = self.dice.random
        return NetworkWatch(network, settings, reader, now, chance=chance)

    def _reader(self, network: Network, settings: NetworkSettings, natures: Sequence[str]) -> ChainReader:
        remaining = iter(natures)

        def wired(link: Link) -> Wire:
            wire = Wire(link, self.chains[network], self.dice, next(remaining))
            self.wires[network].append(wire)
            return wire

        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(rpc, "JsonRpc", wired)
            return open_network(network, settings, chance=self.dice.random)

    def chain(self, token: Token) -> Chain:
        return next(chain for network, chain in self.chains.items() if network.name == token.network)

    def whole(self, token: Token, accounts: Sequence[Address], number: int | None = None) -> Decimal:
        """What ``accounts`` really have after block ``number``, or after all that is under way."""
        return token.whole(BaseUnits(sum(self.chain(token).units(token, account, number) for account in accounts)))

    async def poll(self, network: Network) -> None:
        watch = self.watches[network]
        before = watch.state(self.exchange.name, 0, now()).last
        if await watch.poll({self.exchange.name: self.exchange.wanted(network.name)}) and before:
            self.replaced[network.name] = before.block.number
        await watch.look_back()

    async def polls(self, network: Network) -> None:
        """Poll for good, at moments that nobody can foresee."""
        while True:
            await asyncio.sleep(self.dice.uniform(5, LONGEST_PAUSE))
            await self.poll(network)

    async def world(self) -> World:
        return await self._assessor.world(
            self.settings,
            {"okx": cast("ExchangeWatch", self.exchange)},
            {network.name: watch for network, watch in self.watches.items()},
            {},
            ReloadState(successful=True, succeeded_at=START),
            signatures_gone={},
            ready=True,
        )

    async def close(self) -> None:
        for watch in self.watches.values():
            await watch.reader.close()


@asynccontextmanager
async def simulated(
    seed: int, owed: Mapping[str, int | str], *, basis: Basis = Basis.VERIFIED, natural: bool = True
) -> AsyncIterator[Simulation]:
    """A simulation with its own clock and dice, of which nothing is left behind."""
    random.seed(seed)  # pauses between retries
    with pytest.MonkeyPatch.context() as patched, capture_logs():
        patched.setattr(endpoint, "datetime", _Clock)
        simulation = Simulation(Random(seed), owed, basis=basis, natural=natural)
        yield simulation
        await simulation.close()
        assert len(asyncio.all_tasks()) == 1, "nothing is left behind"
