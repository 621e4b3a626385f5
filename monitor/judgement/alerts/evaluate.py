"""All conditions of one moment."""

from collections.abc import Iterator

from monitor.giving_way import giving_way
from monitor.judgement.alerts.condition import Condition, Conditions
from monitor.judgement.alerts.memory import AlertMemory
from monitor.judgement.alerts.of_assets import Subject, of_asset
from monitor.judgement.alerts.of_exchanges import of_exchange
from monitor.judgement.alerts.of_monitor import (
    clock_stepped,
    disagreements,
    endpoint_down,
    follow_difference,
    job_failing,
    notifications_failing,
    reload_failed,
    store_failing,
)
from monitor.model import World
from monitor.settings import Settings


def evaluate(world: World, settings: Settings, memory: AlertMemory) -> Conditions:
    """Judge the condition of every alert: for each exchange, for each of its assets, and for the monitor itself.

    Of ``world`` everything but its alerts, which are not known yet.
    """
    disagree, rises = disagreements(world.endpoints, memory.disagreements, world.at)
    own = (
        disagree,
        endpoint_down(world.endpoints),
        follow_difference(world.endpoints),
        clock_stepped(world.endpoints),
        job_failing(world.jobs),
        store_failing(world.store, world.assessments),
        notifications_failing(world.channels),
        reload_failed(world.reload),
    )
    return Conditions((*_of_exchanges(world, settings), *own), rises, world.ready)


def _of_exchanges(world: World, settings: Settings) -> Iterator[Condition]:
    for exchange, assessment in world.assessments.items():
        own = settings.exchanges.get(exchange)
        if own is None:
            continue  # removed by a reload; its assessment goes with the next World
        yield from of_exchange(assessment, own, settings.alerts, world.at)
        for asset in giving_way(assessment.assets.values()):
            fall = world.falls.get((exchange, asset.asset))
            yield from of_asset(Subject(assessment, asset, own, settings.alerts, fall, world.at))
