"""`reserve-monitor backfill`."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from monitor.cli.configured import configured, narrowed
from monitor.cli.history import moment
from monitor.cli.options import ConfigOption
from monitor.cli.printing import ExitStatus, SafeTable, complain, note, progress_bar, say
from monitor.daemon.backfill import Backfilled
from monitor.daemon.backfill import backfill as read_days
from monitor.formats.figures import amount
from monitor.model import Step
from monitor.settings.values import parse_duration

_INTERRUPTED = 130
"""As shells count a command that SIGINT has ended."""
_DAY = timedelta(days=1)


def _step(text: str) -> timedelta:
    try:
        found = parse_duration(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    if not isinstance(found, timedelta) or found < _DAY or found % _DAY:
        raise typer.BadParameter("days are read, by UTC: write 1d, 7d or 30d")
    return found


def backfill(
    exchange: Annotated[str, typer.Argument(metavar="EXCHANGE", help="Its name in the configuration.")],
    config: ConfigOption,
    since: Annotated[
        datetime,
        typer.Option(
            "--from", parser=moment, metavar="DAY", help="The first day, of UTC: `2026-11-01`, or `90d`: 90 days ago."
        ),
    ] = "90d",  # type: ignore[assignment]  # typer parses the default too
    until: Annotated[
        datetime, typer.Option("--to", parser=moment, metavar="DAY", help="The first day that is left out.")
    ] = "now",  # type: ignore[assignment]  # as above
    step: Annotated[
        timedelta, typer.Option("--step", parser=_step, metavar="DAYS", help="`7d`: every seventh day alone.")
    ] = "1d",  # type: ignore[assignment]  # as above
) -> None:
    """Read what an exchange's accounts held at the ends of past days from archive nodes, for the history.

    The accounts are those of its newest list. Each day is read at the last block of every network before its end. An
    asset of which a network cannot be read stays unknown on that day, never a sum of parts. What the daemon saw live
    stays as it is; days that were read are marked, with their blocks (docs/history.md). The daemon may run meanwhile.

    A run that was cut goes on where it stopped when the same command is given again: what is known is not read again.

    Exit status: 0 everything that was asked for is known · 3 some days or assets are not, each with its reason ·
    130 interrupted.
    """
    settings, registry = configured(config)
    settings = narrowed(settings, exchange, config)
    first, end = Step.DAILY.begins(since.astimezone(UTC)), min(until, Step.DAILY.begins(datetime.now(UTC)))
    days = [first + number * step for number in range(max(0, -((first - end) // step)))]
    if not days:
        complain(f"no day from {first:%Y-%m-%d} on is over before {end:%Y-%m-%d %H:%M} UTC")
        raise typer.Exit(ExitStatus.USAGE)
    try:
        with progress_bar() as progress:
            done = asyncio.run(read_days(settings, registry, exchange, days, progress))
    except KeyboardInterrupt:
        note("interrupted; what was read is kept: the same command goes on from there")
        raise typer.Exit(_INTERRUPTED) from None
    _print(done)
    raise typer.Exit(ExitStatus.UNJUDGED if done.gaps else ExitStatus.WELL)


def _print(done: Backfilled) -> None:
    rows = SafeTable("day (UTC)", "asset", "held at its end", "on the basis", title="Read afterwards")
    for day in done.read:
        for asset, sums in day.held.items():
            basis = day.basis.of_accounts
            rows.add_row(f"{day.day:%Y-%m-%d}", asset, amount(sums[basis]), basis)
    if rows.row_count:
        rows.print()
    for network, reason in done.without_past.items():
        note(f"{network} has no past that could be read ({reason}): what is claimed there leaves its assets unknown")
    for (asset, reason), days in done.gaps.items():
        note(f"{asset} stays unknown on {_days(days)}: {reason}")
    say(f"{len(done.read)} day(s) read, {done.known} known before")
    if any(not day.settled for day in done.read):
        note("not all could be read this time: the same command tries the rest again")


def _days(days: list[datetime]) -> str:
    first, last = f"{days[0]:%Y-%m-%d}", f"{days[-1]:%Y-%m-%d}"
    return first if len(days) == 1 else f"{len(days)} days from {first} to {last}"
