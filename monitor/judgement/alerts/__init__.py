"""Alerts as the daemon decides them: :func:`evaluate` the conditions, then :func:`advance` the alerts."""

from monitor.judgement.alerts.advance import advance
from monitor.judgement.alerts.catalogue import CATALOGUE, MONITOR_DOWN, AlertKind
from monitor.judgement.alerts.condition import Condition, Conditions
from monitor.judgement.alerts.evaluate import evaluate
from monitor.judgement.alerts.memory import AlertMemory

__all__ = [
    "CATALOGUE",
    "MONITOR_DOWN",
    "AlertKind",
    "AlertMemory",
    "Condition",
    "Conditions",
    "advance",
    "evaluate",
]
