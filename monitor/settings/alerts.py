"""When somebody is told: the section ``alerts``."""

from datetime import timedelta
from decimal import Decimal

from pydantic import Field

from monitor.model import AlertName, Severity
from monitor.settings.section import Section
from monitor.settings.values import (
    Duration,
    PositiveDuration,
)


class AlertRule(Section):
    """How one alert behaves; what is unset keeps the alert's own default (docs/alerts/)."""

    enabled: bool = True
    for_: Duration | None = Field(None, alias="for", description="The condition must hold this long first.")
    clear_after: Duration | None = Field(None, description="It must be gone this long before the alert ends.")
    severity: Severity | None = None


class FallingSettings(Section):
    """PorRatioFalling: the ratio lost more than ``drop`` (0.05: five points of a hundred) ``within`` a time."""

    drop: Decimal = Field(Decimal("0.05"), gt=0)
    within: PositiveDuration = timedelta(hours=1)


class AlertsSettings(Section):
    """The daemon's own alerts, exported as ``por_alert_active``."""

    unread_above: Decimal = Field(
        Decimal("0.05"),
        ge=0,
        description="PorClaimsUnread while more than this share of what is owed is only claimed, and nowhere read.",
    )

    hysteresis: Decimal = Field(
        Decimal("0.001"), ge=0, le=1, description="A ratio alert ends this far above its limit."
    )
    falling: FallingSettings = FallingSettings()
    bump_above: Decimal = Field(
        Decimal("1.1"),
        ge=1,
        description="PorReportBump while more than this many times the reserves of the days around was there at the "
        "report's own heights.",
    )
    changed_for: PositiveDuration = Field(
        timedelta(hours=24), description="How long PorListChanged and PorLiabilitiesFell stay up."
    )
    rules: dict[AlertName, AlertRule] = Field(default_factory=dict)
