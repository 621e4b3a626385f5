"""Bundles of evidence, who signs them, and who stamps them with the time: the section ``evidence``."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from monitor.settings.section import Section
from monitor.settings.values import PositiveDuration, check_parts, worded

CalendarUrl = Annotated[
    str,
    worded(r"https?://[^\s/?#]+(/[^\s?#]*)?", "not a calendar: write it like https://calendar.example.com"),
    AfterValidator(check_parts),
]


class TimestampSettings(Section):
    """An authority that says by its own clock when a bundle was there (RFC 3161)."""

    url: Annotated[
        str,
        worded(r"https?://[^\s/]\S*", "not an authority: write it like https://timestamp.example.com/"),
        AfterValidator(check_parts),
    ] = Field(description="Where it answers over HTTP.")
    roots_file: Path = Field(
        description="The certificates (PEM) that it must be known by: its answer is verified before it is kept."
    )


class EvidenceSettings(Section):
    """Bundles that anyone can verify, and who signs them (docs/evidence.md)."""

    key_file: Path | None = Field(
        None, description="The Ed25519 private key (PEM) that signs them. Unset: they are unsigned, and say so."
    )
    log: Path | None = Field(
        None,
        description="The folder of the append-only log that each signed bundle is entered in; unset: there is none.",
    )
    origin: Annotated[str, StringConstraints(pattern=r"^[^\s+]{1,100}$")] = Field(
        "reserve-monitor",
        description="The log's name, for ever: a URL without its scheme under which it is served, such as "
        "`reserves.example.com/log`.",
    )
    folder: Path | None = Field(
        None, description="Where the daemon keeps bundles, for `/exchanges/NAME/evidence`; unset: it makes none."
    )
    every: PositiveDuration = Field(timedelta(hours=24), description="How often it makes one of each exchange.")
    keep: PositiveDuration = Field(
        timedelta(days=30), description="How long they stay; entries of the log stay for ever."
    )

    timestamp: TimestampSettings | None = Field(
        None, description="Who stamps each bundle with the time; unset: nobody does."
    )
    calendars: tuple[CalendarUrl, ...] = Field(
        (),
        max_length=5,
        description="The calendars of OpenTimestamps that commit to each bundle in Bitcoin, such as "
        "`https://calendar.example.com`; none: nobody does.",
    )

    @model_validator(mode="after")
    def _signed_where_logged(self) -> Self:
        if self.log and not self.key_file:
            raise ValueError("a log is signed: set key_file too")
        return self
