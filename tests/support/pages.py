"""What pages are tried on: Worlds in every state, and ninety days before them."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from msgspec import structs

from monitor.model import (
    AlertName,
    AlertState,
    Assessment,
    AssetStep,
    HistoryStep,
    ReserveStatus,
    Severity,
    Step,
    World,
    frozen,
)
from tests.support import worlds
from tests.support.history import BREACH, COVERED, UNKNOWN, asset
from tests.support.web import Daemon

EXCHANGES, ASSETS = 20, 25


def crowd() -> World:
    """20 exchanges of 25 assets on 10 networks each: one in breach, one unknown, all others covered."""
    assessments = {f"exchange-{number:02}": _one(number) for number in range(1, EXCHANGES + 1)}
    began = worlds.NOW - timedelta(minutes=12)
    alert = AlertState(
        AlertName.RATIO_BELOW_LIMIT, Severity.CRITICAL, "exchange-07", "BTC", True, began, "Exchange 07 owes more BTC."
    )
    return replace(worlds.world(), assessments=frozen(assessments), alerts=(alert,))


def _one(number: int) -> Assessment:
    aurora = worlds.aurora()
    state = aurora.snapshots["ethereum"]
    assets = {name: structs.replace(aurora.assets["ETH"], asset=name) for name in _names()}
    if number == 7:
        assets["BTC"] = aurora.assets["BTC"]
    if number == 11:
        assets["USDT"] = aurora.assets["USDT"]
    networks = {f"network-{place}": replace(state, network=f"network-{place}") for place in range(10)}
    return replace(
        aurora,
        exchange=f"exchange-{number:02}",
        title=f"Exchange {number:02}",
        assets=frozen(assets),
        snapshots=frozen(networks),
    )


def _names() -> list[str]:
    named = ["BTC", "ETH", "USDT", "USDC", "SOL", "XRP", "DOGE"]
    return named + [f"COIN{number}" for number in range(ASSETS - len(named))]


def past(exchange: str, *assets: str, days: int = 120) -> Iterator[HistoryStep]:
    """Days of an exchange up to now: a week in which nobody watched, three of breach, some unknown, else covered.

    The last two days are there by hours too, the last hour by minutes.
    """
    for back in range(days, -1, -1):
        if not 40 <= back < 47:
            yield _step(exchange, Step.DAILY, back, assets, timedelta(days=1))
    for back in range(48, -1, -1):
        yield _step(exchange, Step.HOURLY, back, assets, timedelta(hours=1))
    for back in range(60, -1, -1):
        yield _step(exchange, Step.RAW, back, assets, timedelta(minutes=1))


def _step(exchange: str, step: Step, back: int, assets: tuple[str, ...], length: timedelta) -> HistoryStep:
    status: ReserveStatus = BREACH if 20 <= back < 23 else UNKNOWN if 60 <= back < 66 else COVERED
    known = {BREACH: Decimal("98.7"), UNKNOWN: Decimal(91), COVERED: 104 + Decimal(back % 7) / 10}[status]
    upper = Decimal("1.07") if status is UNKNOWN else None
    told = AssetStep.of(asset(str(known), status, upper=upper)).and_then(asset(str(known + 1), status, upper=upper))
    told = told.lasting(status, length)
    return HistoryStep(exchange, step, step.begins(worlds.NOW - back * length), frozen(dict.fromkeys(assets, told)))


def daemon(world: World | None = None) -> Daemon:
    """A daemon that knows a past of every exchange that it shows."""
    shown = world or worlds.world()
    steps = [step for name, each in shown.assessments.items() for step in past(name, *(each.assets or ("BTC",)))]
    return Daemon(world=shown, steps=steps)
