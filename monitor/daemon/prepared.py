"""What a configuration wants watched, before and after it becomes the one that holds."""

from collections.abc import Mapping
from dataclasses import dataclass

from monitor.daemon.exchange import ExchangeWatch
from monitor.daemon.network import NetworkWatch
from monitor.model import Audit, BalanceSlot
from monitor.settings import Settings


@dataclass(frozen=True, slots=True)
class Prepared:
    """Everything that a configuration needs, made ready: what it leaves as it was is the very watch that there is."""

    settings: Settings
    networks: Mapping[str, NetworkWatch]
    exchanges: Mapping[str, ExchangeWatch]
    balance_slots: Mapping[str, Mapping[str, BalanceSlot]]
    """By network and contract."""
    audits: Mapping[str, Audit]
    """Those of an earlier run, of exchanges that were not watched like that before."""
