"""What happens to endpoints and coins in a simulation, every few seconds."""

import asyncio
import math
from collections.abc import Sequence
from decimal import Decimal

from monitor.model import Address, BaseUnits, Network, Token
from tests.support.simulated_chains import FAILINGS, LIES, Wire, elapsed, now
from tests.support.simulation import DEADLINE, QUORUM, STALE_AFTER, Simulation

_SEASONS = ("calm", "calm", "calm", "storm", "outage")


class Faults:
    """Endpoints of one network that fall ill and recover; with a quorum, one of them at a time may lie.

    ``calm``: one at a time has a vice. ``storm``: more fail as well. ``outage``: all of them do.
    """

    def __init__(self, simulation: Simulation, network: Network) -> None:
        self.crowded_at = 0.0
        """When last more than one had a vice."""
        self._dice = simulation.dice
        self._wires = simulation.wires[network]
        self._lies = LIES if QUORUM[network] > 1 else ()
        self._season, self._season_ends = "calm", 0.0
        self._victim = self._wires[0]
        self._lied_at = -math.inf

    async def befall(self) -> None:
        while True:
            await asyncio.sleep(self._dice.uniform(2, 8))
            if elapsed() >= self._season_ends:
                self._season, self._season_ends = self._dice.choice(_SEASONS), elapsed() + self._dice.uniform(60, 240)
            if self.crowded:
                self.crowded_at = elapsed()
            if self._victim.vice in LIES:
                self._lied_at = elapsed()
            self._change()
            if self.crowded:
                self.crowded_at = elapsed()

    @property
    def crowded(self) -> bool:
        return sum(bool(wire.vice) for wire in self._wires) > 1

    def _change(self) -> None:
        dice = self._dice
        if elapsed() - self._lied_at > DEADLINE.total_seconds() and dice.random() < 0.3:
            self._victim.become("")
            self._victim = dice.choice(self._wires)  # never two within one reading: no two tell the same lie
        self._victim.become(dice.choice(("", *FAILINGS, *self._lies, *self._lies)))
        for wire in self._wires:
            if wire is not self._victim:
                self._befall(wire)

    def _befall(self, wire: Wire) -> None:
        if self._season == "calm":
            wire.become("")
        elif self._season == "outage":
            wire.become("is dead")
        elif self._dice.random() < 0.5:
            wire.become(self._dice.choice(("", *FAILINGS)))


class Moves:
    """Coins that move between accounts, between networks, away for a while, and back.

    Onto a network that is not read no more than the upper bound is told to withstand: up to twice what was there.
    """

    def __init__(self, simulation: Simulation, accounts: Sequence[tuple[Token, Address]]) -> None:
        self._simulation = simulation
        self._dice = simulation.dice
        self._accounts = accounts

    async def go_on(self) -> None:
        while True:
            await asyncio.sleep(self._dice.uniform(1, 6))
            asset = self._dice.choice(("ETH", "USDT"))
            source, target = (self._dice.choice(self._of(asset)) for _ in range(2))
            units = int(self._units(*source) * self._dice.uniform(0, 0.15))
            if source[0] == target[0] or self._withstood(target[0], units):
                self._add(source, -units)
                self._add(target, units)

    async def refuse(self, token: Token) -> None:
        """Let the contract of ``token`` itself refuse to tell balances, now and then."""
        while True:
            await asyncio.sleep(self._dice.uniform(200, 900))
            self._simulation.chain(token).refusing[token.contract] = elapsed() + self._dice.uniform(60, 150)

    async def leave(self, asset: str) -> None:
        """Let much of ``asset`` be away for minutes, now and then."""
        while True:
            await asyncio.sleep(self._dice.uniform(200, 600))
            share = self._dice.uniform(0.2, 0.8)
            gone = [(each, int(self._units(*each) * share)) for each in self._of(asset)]
            for each, units in gone:
                self._add(each, -units)
            await asyncio.sleep(self._dice.uniform(100, 400))
            for each, units in gone:
                if self._withstood(each[0], units):
                    self._add(each, units)
                else:
                    self._add(self._of(asset)[0], units)

    def _of(self, asset: str) -> list[tuple[Token, Address]]:
        return [each for each in self._accounts if each[0].asset == asset]

    def _units(self, token: Token, account: Address) -> int:
        return self._simulation.chain(token).units(token, account)

    def _add(self, place: tuple[Token, Address], units: int) -> None:
        self._simulation.chain(place[0]).add(*place, units)

    def _withstood(self, token: Token, units: int) -> bool:
        watches = {network.name: watch for network, watch in self._simulation.watches.items()}
        last = watches[token.network].state("okx", 0, now()).of(token) if token.network in watches else None
        accounts = [account for each, account in self._accounts if each == token]
        if last is None:
            return False
        after = self._simulation.whole(token, accounts) + token.whole(BaseUnits(units))
        fresh = now() - last.taken_at < STALE_AFTER / 2
        return fresh or after <= Decimal("1.9") * self._simulation.whole(token, accounts, last.block.number)
