"""What a configuration may say: its sections as types. ``docs/configuration.md`` is made from it."""

from pathlib import Path
from typing import Annotated

from pydantic import Field, StringConstraints

from monitor.settings.alerts import AlertsSettings
from monitor.settings.evidence import EvidenceSettings
from monitor.settings.exchange import ExchangeSettings
from monitor.settings.network import NetworkSettings
from monitor.settings.notify import ChannelSettings
from monitor.settings.section import Section
from monitor.settings.service import (
    HistorySettings,
    LogSettings,
    MetricsSettings,
    PricesSettings,
    StoreSettings,
    WebSettings,
)
from monitor.settings.values import Name

NetworkName = Annotated[str, StringConstraints(min_length=1, max_length=63)]
"""Of which the registry tells whether there is one, and how it is spelt."""


class Settings(Section):
    """One configuration file."""

    include: tuple[Path, ...] = Field(
        (),
        description="Further files, relative to this one: their exchanges and networks count as if they stood here.",
    )
    exchanges: dict[Name, ExchangeSettings] = Field(min_length=1)
    networks: dict[NetworkName, NetworkSettings] = Field(default_factory=dict)
    alerts: AlertsSettings = AlertsSettings()
    store: StoreSettings = StoreSettings()
    history: HistorySettings = HistorySettings()
    prices: PricesSettings | None = None
    evidence: EvidenceSettings = EvidenceSettings()
    web: WebSettings = WebSettings()
    metrics: MetricsSettings = MetricsSettings()
    log: LogSettings = LogSettings()
    notify: tuple[ChannelSettings, ...] = Field((), description="Who is told of alerts, and how.")
    registry: tuple[Path, ...] = Field(
        (), description="Files of further networks, tokens and coin ids, in the registry's own format."
    )
