"""Whose keys were used lately, as it is found out day by day: by counts, by lists, and by archives."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from structlog.testing import capture_logs

from monitor.chains import AtHeight, BlockChoice, ChainError, Reason
from monitor.daemon.controls import Controls
from monitor.daemon.exchange import ExchangeWatch
from monitor.daemon.network import NetworkWatch
from monitor.model import Address, Block, ControlGap, EndpointState, Height, Reading, SentReading, Token
from monitor.settings import NetworkSettings
from monitor.store import Store, StoreError
from tests.support.chains import ETHEREUM
from tests.support.daemons import Row, Site, key, list_of, publish, signed, unsigned
from tests.support.readers import START, Reader

DAY = timedelta(days=1)
ONE, TWO, THREE = (key(number).evm_address.lower() for number in (1, 2, 3))
COIN = Decimal(1)


def anew(number: int, message: str) -> Row:
    return replace(signed(number), message=message, signature1=key(number).sign_evm(message))


class Days(Reader):
    """A chain of a block a day, whose accounts hold a coin each."""

    def __init__(self) -> None:
        super().__init__()
        self.units = 10**18
        self.before: dict[Address, int | None] = {}
        """What accounts had sent at any block before the newest."""
        self.archive: bool | None = False
        self.silent: ChainError | None = None
        """Why it does not tell what accounts have sent."""

    def block(self, at: BlockChoice) -> Block:
        height = at.number if isinstance(at, AtHeight) else self.height
        return Block(Height(height), f"0x{height:064x}", self.moment - (self.height - height) * DAY)

    async def read(self, wanted: Mapping[Token, Collection[Address]], at: BlockChoice) -> Reading:
        return replace(await super().read(wanted, at), block=self.block(at))

    async def sent(self, accounts: Sequence[Address], at: BlockChoice) -> SentReading:
        if self.silent:
            raise self.silent
        told = await super().sent(accounts, at)
        past = {each: self.before[each] for each in accounts} if isinstance(at, AtHeight) else told.counts
        return replace(told, block=self.block(at), counts=past)

    def endpoints(self) -> tuple[EndpointState, ...]:
        return (EndpointState("ethereum", "node-1", "evm", True, 0, {}, 0, archive=self.archive),)


class Situation:
    """An exchange with three accounts, of which the first two have signed."""

    def __init__(self, site: Site, store: Store, watch: Callable[..., ExchangeWatch], **settings: Any) -> None:
        site.exchange("okx", [signed(1), signed(2), unsigned(3)], **settings)
        self.site, self.store, self.now = site, store, START
        self.exchange = watch("okx")
        self.exchange._now = lambda: self.now
        self.reader = Days()
        self.reader.counts = dict.fromkeys((ONE, TWO, THREE), 7)
        endpoints = NetworkSettings.model_validate({"endpoints": [{"url": "http://node"}]})
        self.networks = {"ethereum": NetworkWatch(ETHEREUM, endpoints, self.reader, lambda: self.now)}
        self.restart()

    def restart(self) -> None:
        self.controls = Controls(self.store, lambda: self.now)

    def later(self, days: float) -> None:
        self.now += days * DAY
        self.reader.moment, self.reader.height = self.now, self.reader.height + 1

    async def look(self) -> tuple[object, object, object]:
        """The coins that are shown, those that are not, and what is not known, by why."""
        await self.exchange.refresh_wallets()
        await self.networks["ethereum"].poll({"okx": self.exchange.wanted("ethereum")})
        assert await self.controls.look(self.exchange, self.networks) is None
        found = self.controls.found["okx"].assets["ETH"]
        return found.shown, found.not_shown, found.unknown

    def asked(self) -> int:
        """How often somebody was asked what accounts have sent, since this was last told."""
        times = len(self.reader.choices) - len(self.reader.asked)
        self.reader.choices.clear()
        self.reader.asked.clear()
        return times


@pytest.fixture
def situation(site: Site, store: Store, watch: Callable[..., ExchangeWatch]) -> Situation:
    return Situation(site, store, watch)


async def test_what_was_seen_day_by_day_tells_whose_keys_were_used(situation: Situation) -> None:
    assert await situation.look() == (0, 0, {ControlGap.SINCE_LATER: 3 * COIN}), "nothing was known before"
    assert situation.asked() == 1
    await situation.look()
    assert situation.asked() == 0, "a day is not over"

    situation.later(100)
    situation.restart()
    situation.reader.counts[ONE] = 8
    assert await situation.look() == (0, 2, {ControlGap.SINCE_LATER: COIN}), "it rose within 100 days, not surely 90"
    situation.later(1)
    situation.reader.counts[ONE] = 9
    assert await situation.look() == (1, 2, {})
    network = situation.controls.found["okx"].networks["ethereum"]
    assert network.asked == network.snapshot == situation.reader.block(AtHeight(Height(102)))

    situation.later(1)
    publish(situation.site.list("okx"), list_of([signed(1), anew(2, "I am still here"), anew(3, "I am new")]))
    assert await situation.look() == (2, 0, {ControlGap.SINCE_LATER: COIN}), "the third never signed before"
    situation.later(80)
    publish(situation.site.list("okx"), list_of([signed(1), signed(2), unsigned(3)]))
    assert await situation.look() == (2, 0, {ControlGap.SINCE_LATER: COIN}), "they were, whatever became of it"
    situation.later(20)
    assert await situation.look() == (0, 3, {}), "an old signature that comes back is no new one"


async def test_what_nobody_can_tell_is_unknown(situation: Situation) -> None:
    await situation.look()
    situation.later(100)
    situation.reader.counts |= {ONE: 6, TWO: None}
    with capture_logs() as logs:
        unknown = {ControlGap.NOT_TOLD: COIN, ControlGap.CODE: COIN}
        assert await situation.look() == (0, 1, unknown), "a count that falls, and code"
    assert [log["first"] for log in logs if "fewer transactions" in log["event"]] == [ONE]

    situation.later(1)
    situation.reader.silent = ChainError(Reason.DISAGREEMENT, "node-1 and node-2 differ")
    assert await situation.look() == (0, 1, unknown), "nobody is asked in vain"
    assert situation.controls.found["okx"].networks["ethereum"].untold == "disagreement: node-1 and node-2 differ"
    situation.later(3)
    assert await situation.look() == (0, 0, {ControlGap.NOT_TOLD: 2 * COIN, ControlGap.CODE: COIN}), "not lately"


async def test_an_archive_tells_at_once_where_it_is_known_to_be_one(situation: Situation) -> None:
    situation.reader.height = 200
    situation.reader.before = {ONE: 5, TWO: 7, THREE: 0}
    assert (await situation.look())[:2] == (0, 0), "it keeps no past"
    situation.reader.archive = None
    assert (await situation.look())[:2] == (0, 0), "it may keep none, and say 0"
    assert AtHeight in map(type, situation.reader.choices), "though the asking may show that it does"
    situation.reader.archive = True
    shown, not_shown, unknown = await situation.look()
    assert (shown, not_shown, unknown) == (2, 0, {ControlGap.SINCE_LATER: COIN}), "what it signed before is not known"
    heights = [choice.number for choice in situation.reader.choices if isinstance(choice, AtHeight)]
    assert situation.reader.block(AtHeight(Height(heights[-1]))).timestamp < START - 90 * DAY + timedelta(seconds=1)
    situation.later(1)
    assert (await situation.look())[0] == 2, "it is asked for the next day"


async def test_nobody_is_asked_on_networks_that_cannot_tell_and_the_first_list_is_waited_for(
    situation: Situation, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await situation.controls.look(situation.exchange, situation.networks) == timedelta(minutes=10)
    await situation.exchange.refresh_wallets()
    assert await situation.controls.look(situation.exchange, situation.networks) == timedelta(minutes=10)
    situation.networks["ethereum"].network = replace(ETHEREUM, family="other")
    assert await situation.look() == (0, 0, {ControlGap.NOT_TOLD: 3 * COIN})
    assert situation.asked() == 0

    async def away(_: str) -> None:
        raise StoreError("the history cannot be read")

    situation.networks["ethereum"].network = replace(ETHEREUM, family="bitcoin")
    for days, units, shown in ((1, 10, 0), (0.1, 9, 0), (1, 10, 0), (0.1, 9, 0), (1, 9, 3)):
        situation.later(days)
        situation.restart()
        situation.reader.units = units * 10**18
        assert (await situation.look())[0] == shown * units, "outputs are looked at once a day"

    before = situation.controls.found
    monkeypatch.setattr(situation.store, "sightings", away)
    assert await situation.controls.look(situation.exchange, situation.networks) == timedelta(minutes=10)
    assert situation.controls.found is before
    situation.controls.adopt({})
    assert situation.controls.found == {}


async def test_of_accounts_that_are_looked_at_no_more_the_newest_are_kept(
    situation: Situation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A list that names others each day would fill the history."""
    monkeypatch.setattr(f"{Controls.__module__}._KEPT", 1)
    for number, own in enumerate((ONE, TWO, THREE), 1):
        publish(situation.site.list("okx"), list_of([unsigned(number)]))
        await situation.look()
        situation.later(1)
        (kept,) = (await situation.store.sightings("okx")).values()
        assert own in kept
    assert kept.keys() == {TWO, THREE}
