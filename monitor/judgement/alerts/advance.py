"""From conditions to alerts: ``for``, ``clear_after``, hysteresis, and holding on to what is not known."""

from dataclasses import replace
from datetime import datetime

from monitor.judgement.alerts.catalogue import Rule, rule
from monitor.judgement.alerts.condition import Condition, Conditions, Key
from monitor.judgement.alerts.memory import AlertMemory, Remembered
from monitor.model import AlertState
from monitor.settings import AlertsSettings


def advance(
    memory: AlertMemory, conditions: Conditions, settings: AlertsSettings, now: datetime
) -> tuple[AlertMemory, tuple[AlertState, ...]]:
    """Judge all alerts at ``now``: the next memory, and one state for each alert that is not switched off.

    An alert whose exchange or asset is gone ends with it, but not before the first pass is finished: at start-up
    something may only not have been loaded yet.
    """
    alerts: dict[Key, Remembered] = {}
    states = []
    for condition in (*conditions.items, *_unaccounted(memory, conditions)):
        behaviour = rule(condition.name, settings)
        if behaviour is None:
            continue
        remembered = _step(memory.alerts.get(condition.key), condition, behaviour, now)
        if remembered is not None:
            alerts[condition.key] = remembered
        states.append(_state(condition, behaviour, remembered))
    return AlertMemory(alerts, conditions.disagreements), tuple(states)


def _unaccounted(memory: AlertMemory, conditions: Conditions) -> list[Condition]:
    """Remembered alerts that nothing speaks of yet."""
    if conditions.ready:
        return []
    known = {condition.key for condition in conditions.items}
    return [
        Condition(name, exchange, asset, holds=None, summary="the first pass after the start is not finished")
        for exchange, asset, name in memory.alerts
        if (exchange, asset, name) not in known
    ]


def _step(before: Remembered | None, condition: Condition, behaviour: Rule, now: datetime) -> Remembered | None:
    if condition.holds:
        since = before.since if before else now
        active = (before is not None and before.active) or now - since >= behaviour.holds_for
        return Remembered(since, active, cleared_since=None, summary=condition.summary)
    if before is None or condition.holds is None:
        return before and replace(before, cleared_since=None)
    if not before.active:
        return None
    if condition.lingers:
        return replace(before, cleared_since=None, summary=condition.summary)
    cleared_since = before.cleared_since or now
    return replace(before, cleared_since=cleared_since) if now - cleared_since < behaviour.clear_after else None


def _state(condition: Condition, behaviour: Rule, remembered: Remembered | None) -> AlertState:
    return AlertState(
        name=condition.name,
        severity=behaviour.severity,
        exchange=condition.exchange,
        asset=condition.asset,
        active=remembered is not None and remembered.active,
        since=remembered.since if remembered else None,
        summary=_summary(condition, remembered),
    )


def _summary(condition: Condition, remembered: Remembered | None) -> str:
    if remembered is None or condition.holds or condition.lingers:
        return condition.summary
    if condition.holds is None:
        return f"held: last known: {remembered.summary} Not known now: {condition.summary}"
    return f"gone since {remembered.cleared_since:%Y-%m-%d %H:%M:%S} UTC: {remembered.summary}"
