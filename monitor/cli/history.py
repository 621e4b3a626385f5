"""`reserve-monitor history`."""

import asyncio
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

import typer

from monitor.cli import history_formats
from monitor.cli.options import ConfigOption
from monitor.cli.printing import ExitStatus, complain
from monitor.model import HistoryStep, ReserveStatus, Step
from monitor.settings import load
from monitor.settings.values import parse_moment
from monitor.store import Store

_MOST = 400
"""Steps that are shown unless others are asked for: hours of two weeks, minutes of six hours."""


class Form(StrEnum):
    """How it is printed."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    OPENMETRICS = "openmetrics"


_PRINT = {
    Form.TABLE: history_formats.table,
    Form.CSV: history_formats.csv_lines,
    Form.JSON: history_formats.json_lines,
    Form.OPENMETRICS: history_formats.openmetrics,
}


def moment(text: str) -> datetime:
    """Parse an option that is a moment."""
    try:
        return parse_moment(text, datetime.now(UTC))
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def history(  # noqa: PLR0917 - its options
    exchange: Annotated[str, typer.Argument(metavar="EXCHANGE", help="Its name in the configuration.")],
    config: ConfigOption,
    asset: Annotated[str | None, typer.Option("--asset", metavar="NAME", help="Only this asset.")] = None,
    since: Annotated[
        datetime,
        typer.Option(
            "--from",
            parser=moment,
            metavar="MOMENT",
            help="`2026-11-01`, `2026-11-01T12:00Z`, or `7d`: a week ago.",
        ),
    ] = "30d",  # type: ignore[assignment]  # typer parses the default too
    until: Annotated[
        datetime, typer.Option("--to", parser=moment, metavar="MOMENT", help="The first moment that is left out.")
    ] = "now",  # type: ignore[assignment]  # as above
    step: Annotated[Step | None, typer.Option("--step", help="Default: as fine as is kept and can be read.")] = None,
    form: Annotated[
        Form, typer.Option("--format", help="`openmetrics`: for `promtool tsdb create-blocks-from`.")
    ] = Form.TABLE,
) -> None:
    """Tell what was known of an exchange: by step both bounds with their extremes, and the time in each status.

    Nothing is a mean: a breach of ten seconds is one in its minute, its hour and its day (docs/history.md). The daemon
    may run meanwhile.

    Exit status: 0 no breach was seen · 1 one was · 3 nothing is known of that time.
    """
    settings = load(config)
    kind = step or settings.history.finest(since, until, datetime.now(UTC), most=_MOST)

    async def read() -> list[HistoryStep]:
        store = await Store.open(settings.store.url, new=False)
        try:
            return await store.history(exchange, kind, since, until, asset=asset)
        finally:
            await store.close()

    steps = asyncio.run(read())
    if not steps:
        what = f"{asset} of {exchange}" if asset else exchange
        times = (f"{at.astimezone(UTC):%Y-%m-%d %H:%M}" for at in (since, until))
        complain(f"nothing is known of {what} by {kind} steps from {' to '.join(times)} UTC")
        raise typer.Exit(ExitStatus.UNJUDGED)
    _PRINT[form](steps)
    breach = any(ReserveStatus.BREACH in told.spent for each in steps for told in each.assets.values())
    raise typer.Exit(ExitStatus.FINDING if breach else ExitStatus.WELL)
