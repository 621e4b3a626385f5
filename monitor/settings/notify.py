"""Who is told of alerts: the channels under ``notify``."""

import re
from datetime import datetime, time, timedelta
from typing import Annotated, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from monitor.model import AlertState, Severity
from monitor.settings.section import Section
from monitor.settings.values import Duration, PositiveDuration

_WORSE = (Severity.INFO, Severity.WARNING, Severity.CRITICAL)
_HOURS = re.compile(r"([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d")
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://\S.*")
_SERVER = re.compile(r"https?://[^\s/]+\S*")


def _like(pattern: re.Pattern[str], complaint: str) -> AfterValidator:
    """Refuse what does not match ``pattern`` with ``complaint``, which says how it is written."""

    def check(text: str) -> str:
        if not pattern.fullmatch(text):
            raise ValueError(complaint)
        return text

    return AfterValidator(check)


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError) as error:
        raise ValueError(
            f"no time zone is called {name} here: write it like Europe/Zurich, or UTC (where the system has no zones, "
            "install tzdata)"
        ) from error
    return name


ChannelUrl = Annotated[str, _like(_URL, "not a URL of Apprise: write it like slack://… or json://host/path")]
Server = Annotated[str, _like(_SERVER, "not a server: write it like http://127.0.0.1:9093")]


class QuietSettings(Section):
    """Hours in which a channel waits. Alerts are judged all the same, and what came meanwhile is told at their end."""

    hours: Annotated[str, _like(_HOURS, "not hours of a day: write them like 22:00-07:00")] = Field(
        description="From and to, such as `22:00-07:00`, every day."
    )
    timezone: Annotated[str, AfterValidator(_known_zone)] = Field("UTC", description="Whose clock, by its IANA name.")
    below: Severity = Field(
        Severity.CRITICAL, description="What is under this severity waits. What is critical never does."
    )

    @model_validator(mode="after")
    def _some_time(self) -> Self:
        begin, end = self._bounds()
        if begin == end:
            raise ValueError("hours begin when they end: write it like 22:00-07:00")
        return self

    def _bounds(self) -> tuple[time, time]:
        begin, end = (time.fromisoformat(part) for part in self.hours.split("-"))
        return begin, end

    def holds(self, at: datetime) -> bool:
        """Whether ``at`` lies in the quiet hours."""
        begin, end = self._bounds()
        now = at.astimezone(ZoneInfo(self.timezone)).time()
        return begin <= now < end if begin < end else now >= begin or now < end

    def silences(self, severity: Severity) -> bool:
        """Whether what is of ``severity`` waits while they hold."""
        return severity is not Severity.CRITICAL and _WORSE.index(severity) < _WORSE.index(self.below)


class ChannelSettings(Section):
    """One way to tell people of alerts: `url` or `alertmanager` (docs/notifications.md)."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{0,62}$")] = Field(
        "",
        validate_default=False,
        description="As metrics, logs and the page show it; default: the kind of `url`, or `alertmanager`.",
    )
    url: ChannelUrl | None = Field(
        None,
        description="Any URL that Apprise knows: Slack, Telegram, Discord, mail, PagerDuty, a webhook. All of it is "
        "secret: `url_file` or a variable keeps it out of this file.",
    )
    alertmanager: Server | None = Field(
        None, description="An Alertmanager, which groups, silences and tells on; each of a cluster is a channel."
    )
    severity: Severity = Field(Severity.INFO, description="What is under this severity is not told.")
    exchanges: tuple[str, ...] = Field(
        (), description="Only alerts of these, and of the monitor itself, which concern all; unset: of every exchange."
    )
    group_wait: Duration = Field(
        timedelta(seconds=30),
        description="How long what begins or ends waits for more, to be told in one message. What is critical does not "
        "wait, and takes along what does.",
    )
    remind: Duration = Field(
        timedelta(hours=12), description="An alert that goes on is told again after this; `0s`: never."
    )
    quiet: QuietSettings | None = Field(None, description="When it waits; Alertmanager has its own for this.")
    resend: PositiveDuration = Field(
        timedelta(minutes=1),
        description="How often Alertmanager hears that an alert goes on; unheard of four times as long, it is over.",
    )

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.url is None) == (self.alertmanager is None):
            raise ValueError("give either `url` (or `url_file`) or `alertmanager`")
        if self.alertmanager and self.quiet:
            raise ValueError("quiet hours of an Alertmanager stand in its own configuration: leave `quiet` out")
        return self

    @property
    def label(self) -> str:
        """The name for metrics and logs: never the URL, which holds keys."""
        return self.name or self.kind

    @property
    def kind(self) -> str:
        """``alertmanager``, or the kind of its URL."""
        return self.url.partition("://")[0].lower() if self.url else "alertmanager"

    def wants(self, alert: AlertState) -> bool:
        """Whether ``alert`` is told here."""
        of_interest = not self.exchanges or not alert.exchange or alert.exchange in self.exchanges
        return of_interest and _WORSE.index(alert.severity) >= _WORSE.index(self.severity)
