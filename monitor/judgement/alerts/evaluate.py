"""All conditions of one moment."""

from collections.abc import Iterator
from datetime import datetime

from monitor.judgement.alerts.condition import Condition, Conditions, Evidence
from monitor.judgement.alerts.memory import AlertMemory
from monitor.judgement.alerts.of_assets import Subject, of_asset
from monitor.judgement.alerts.of_exchanges import of_exchange
from monitor.judgement.alerts.of_monitor import (
    clock_stepped,
    disagreements,
    endpoint_down,
    follow_difference,
    job_failing,
    reload_failed,
    store_failing,
)
from monitor.settings import Settings


def evaluate(evidence: Evidence, settings: Settings, memory: AlertMemory, now: datetime) -> Conditions:
    """Judge the condition of every alert: for each exchange, for each of its assets, and for the monitor itself."""
    disagree, rises = disagreements(evidence.endpoints, memory.disagreements, now)
    own = (
        disagree,
        endpoint_down(evidence.endpoints),
        follow_difference(evidence.endpoints),
        clock_stepped(evidence.endpoints),
        job_failing(evidence.jobs),
        store_failing(evidence.store, evidence.assessments),
        reload_failed(evidence.reload),
    )
    return Conditions((*_of_exchanges(evidence, settings, now), *own), rises, evidence.ready)


def _of_exchanges(evidence: Evidence, settings: Settings, now: datetime) -> Iterator[Condition]:
    for exchange, assessment in evidence.assessments.items():
        own = settings.exchanges.get(exchange)
        if own is None:
            continue  # removed by a reload; its assessment goes with the next World
        yield from of_exchange(assessment, own, settings.alerts, now)
        for asset in assessment.assets.values():
            fall = evidence.falls.get((exchange, asset.asset))
            yield from of_asset(Subject(assessment, asset, own, settings.alerts, fall, now))
