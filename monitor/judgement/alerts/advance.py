"""From conditions to alerts: ``for``, ``clear_after``, hysteresis, and holding on to what is not known."""

from datetime import datetime

from msgspec import structs

from monitor.giving_way import giving_way
from monitor.judgement.alerts.catalogue import Rule, rule
from monitor.judgement.alerts.condition import Condition, Conditions, Key
from monitor.judgement.alerts.memory import AlertMemory, Remembered
from monitor.model import AlertName, AlertState
from monitor.settings import AlertsSettings

FORGOTTEN_AFTER = 10
"""What adds up to ``for`` is forgotten when the condition was gone for so many times as long, in one go."""


def advance(
    memory: AlertMemory, conditions: Conditions, settings: AlertsSettings, now: datetime
) -> tuple[AlertMemory, tuple[AlertState, ...]]:
    """Judge all alerts at ``now``: the next memory, and one state for each alert that is not switched off.

    An alert whose exchange or asset is gone ends with it, but not before the first pass is finished: at start-up
    something may only not have been loaded yet.
    """
    alerts: dict[Key, Remembered] = {}
    states = []
    rules = {name: rule(name, settings) for name in AlertName}
    for condition in giving_way((*conditions.items, *_unaccounted(memory, conditions))):
        behaviour = rules[condition.name]
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
        return _holding(before, condition, behaviour, now)
    if before is None:
        return None
    if behaviour.adds_up:
        before = before.paused(now)
    if condition.holds is None or (condition.lingers and (before.active or behaviour.adds_up)):
        summary = condition.summary if condition.lingers and before.active else before.summary
        return structs.replace(before, cleared_since=None, summary=summary)
    cleared_since = before.cleared_since or now
    gone = now - cleared_since
    if before.active and gone < behaviour.clear_after:
        return structs.replace(before, cleared_since=cleared_since)
    if behaviour.adds_up and gone < FORGOTTEN_AFTER * behaviour.holds_for:
        return structs.replace(before, active=False, cleared_since=cleared_since)
    return None


def _holding(before: Remembered | None, condition: Condition, behaviour: Rule, now: datetime) -> Remembered:
    """The condition holds: it may have begun just now, go on, or be back after a while that ``for`` forgives."""
    if before is None:
        before = Remembered(now, active=False, cleared_since=None, summary="", holding_since=now)
    active = before.active or before.held_until(now) >= behaviour.holds_for
    since = before.holding_since or now
    return structs.replace(before, active=active, cleared_since=None, summary=condition.summary, holding_since=since)


def _state(condition: Condition, behaviour: Rule, remembered: Remembered | None) -> AlertState:
    return AlertState(
        name=condition.name,
        severity=behaviour.severity,
        exchange=condition.exchange,
        asset=condition.asset,
        active=remembered is not None and remembered.active,
        since=remembered.since if remembered and (remembered.active or remembered.holding_since) else None,
        summary=_summary(condition, remembered),
        holds_for=behaviour.holds_for,
    )


def _summary(condition: Condition, remembered: Remembered | None) -> str:
    if remembered is None or condition.holds or condition.lingers:
        return condition.summary
    if condition.holds is None:
        return f"held: last known: {remembered.summary} Not known now: {condition.summary}"
    if not remembered.active:
        return condition.summary
    return f"gone since {remembered.cleared_since:%Y-%m-%d %H:%M:%S} UTC: {remembered.summary}"
