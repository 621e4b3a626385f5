"""How the daemon itself runs: what it keeps, serves, logs, and where prices are from."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, IPvAnyNetwork, StringConstraints, model_validator

from monitor.model import Step
from monitor.settings.section import Section
from monitor.settings.values import (
    CHAINLINK,
    FOREVER,
    Host,
    Listen,
    Origin,
    PositiveDuration,
    PriceSources,
    Retention,
    Size,
)


class StoreSettings(Section):
    """The database that holds what must outlive a restart (docs/history.md)."""

    url: str = Field(
        "sqlite+aiosqlite:///var/reserve-monitor.db",
        description="`sqlite+aiosqlite:///FILE`, or `postgresql+asyncpg://USER:PASSWORD@HOST/DATABASE`.",
    )
    lease: PositiveDuration | None = Field(
        None,
        description="Lets several monitors share a PostgreSQL: all watch, one keeps the history and tells people, and "
        "another takes over soon after so long without that one (docs/operations.md). Unset: a second is refused.",
    )

    @model_validator(mode="after")
    def _can_be_shared(self) -> Self:
        if self.lease and self.url.startswith("sqlite"):
            raise ValueError(
                "lease: SQLite is one monitor's alone; share a postgresql+asyncpg:// database, or remove it"
            )
        if self.lease and self.lease < timedelta(seconds=1):
            raise ValueError("lease: it is renewed three times in its length, which takes 1s at the least")
        return self

    @property
    def reader_lease(self) -> timedelta:
        """How long a reader may be silent before another process of its name takes over."""
        return self.lease or timedelta(seconds=15)


class HistorySettings(Section):
    """How much is remembered: what was known of assets, by steps; and of how many lists (docs/history.md)."""

    raw: Retention = Field(timedelta(days=7), description="Minutes; `forever` keeps them all.")
    hourly: Retention = Field(timedelta(days=90), description="Hours of UTC.")
    daily: Retention = Field(FOREVER, description="Days of UTC.")
    events: Retention = Field(
        FOREVER, description="Alerts that began and ended, and reorganisations, as the page of events tells them."
    )
    lists: int = Field(
        24,
        gt=0,
        description="How many of an exchange's newest lists, and of its reports, are remembered: what each changed, "
        "and what was judged and confirmed for it.",
    )

    @model_validator(mode="after")
    def _finer_goes_first(self) -> Self:
        for finer, coarser in pairwise(Step):
            if getattr(self, finer) > getattr(self, coarser):
                raise ValueError(f"{finer} is longer than {coarser}: coarser steps are kept at least as long")
        return self

    @property
    def limits(self) -> Mapping[Step, timedelta]:
        """How long each step is kept; without those that stay for ever."""
        times: dict[Step, timedelta] = {step: getattr(self, step) for step in Step}
        return {step: time for step, time in times.items() if time < FOREVER}

    @property
    def events_limit(self) -> timedelta | None:
        """How long events are kept; None: for ever."""
        return self.events if self.events < FOREVER else None

    def finest(self, since: datetime, until: datetime, now: datetime, *, most: int) -> Step:
        """Return the finest step that is kept from ``since`` on, and of which ``most`` are not exceeded."""
        age = now - since
        fit = (step for step in Step if age <= getattr(self, step) and (until - since) / step.length <= most)
        return next(fit, Step.DAILY)


class PricesSettings(Section):
    """Where US dollars come from (docs/prices.md); without this section nothing is told in dollars."""

    source: PriceSources = Field(
        description="`chainlink`: feeds on the configured EVM networks, read at the block of each snapshot. Or "
        "the path of a CSV file (`asset,usd,as_of,source`). Or a list of both: the file is for what no feed tells.",
    )
    max_age: PositiveDuration = Field(
        timedelta(hours=24), description="A price of the file that is older by its own date is unknown."
    )

    @property
    def feeds(self) -> bool:
        """Whether feeds are read."""
        return CHAINLINK in self.source

    @property
    def file(self) -> Path | None:
        return next((Path(each) for each in self.source if each != CHAINLINK), None)


class VerifySettings(Section):
    """How much one customer's file on the page `/verify` may take; it is verified in a process of its own."""

    max_size: Size = Field(Size(8 * 1024**2), description="Bytes of the file; unpacked, eight times as many.")
    max_memory: Size = Field(Size(512 * 1024**2), description="Bytes of memory, beside the program's own.")
    timeout: PositiveDuration = Field(
        timedelta(seconds=30), description="For the upload, and once more for the verification."
    )
    at_once: int = Field(2, gt=0, le=64, description="Files that are uploaded or verified at once; more are refused.")


class WebSettings(Section):
    """Page, API and metrics."""

    listen: Listen = "127.0.0.1:9876"
    hosts: tuple[Host, ...] = Field(
        (),
        description="Further names of this server, without a port: a `POST` to another one is refused. The address "
        "that it listens on and `localhost` need not be listed.",
    )
    cors: tuple[Origin, ...] = Field(
        (),
        description="Origins, such as `https://status.example.com`, whose pages may read the API in a browser; `*` is "
        "any, also where only that browser can reach this server. Passwords are not sent along.",
    )
    rate: float | None = Field(
        None,
        ge=0.001,
        description="Requests per second that one client may make of the API, of pictures and of files to be verified, "
        "in the long run (ten seconds' worth at once); more are refused with 429. Unset: no limit.",
    )
    proxies: tuple[IPvAnyNetwork, ...] = Field(
        (),
        description="Reverse proxies in front of this server, such as `10.0.0.0/8`: for `rate`, it is believed of them "
        "for whom they ask (`X-Forwarded-For`).",
    )
    config_file: Path | None = Field(
        None, description="TLS and basic auth, as in Prometheus' `web.config.file` (docs/http.md)."
    )
    verify: bool = Field(
        default=False, description="Whether visitors may have a proof file of their own verified, at `/verify`."
    )
    verify_limits: VerifySettings = VerifySettings()
    external_url: Annotated[str, StringConstraints(pattern=r"^(https?://[^\s/?#]+[^\s?#]*)?$")] = Field(
        "",
        description="Where people reach the pages, such as `https://reserves.example.com`: links in notifications, "
        "citations and badges lead there; unset: the address that it listens on or is asked at.",
    )
    runbook_url: str = Field(
        "",
        description="Where pages link alerts to, with `{alert}` for the name; unset: to the glossary.",
    )


class MetricsSettings(Section):
    """What /metrics shows beyond the defaults."""

    account_series: int = Field(0, ge=0, description="Per-account series at the most, largest first; 0: none.")


class LogSettings(Section):
    """Logs go to stderr."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["auto", "json", "console"] = Field(
        "auto",
        description="`console` is for people, `json` for programs; `auto`: for people where a terminal shows it.",
    )
