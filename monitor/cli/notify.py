"""`reserve-monitor notify test`."""

import asyncio

import typer

from monitor.cli.configured import configured
from monitor.cli.options import ConfigOption, JsonOption
from monitor.cli.printing import ExitStatus, SafeTable, complain, json_line
from monitor.daemon.trying import Tried, try_channels

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    help="Try the channels over which alerts are told.",
)


@app.callback()
def _app() -> None:
    """Try the channels over which alerts are told."""


@app.command("test")
def send_test(config: ConfigOption, json: JsonOption = False) -> None:  # noqa: FBT002 - a flag
    """Send a test message over every channel of `notify`, and tell what became of it.

    An Alertmanager is sent an alert called PorNotificationTest, which ends within minutes. Nothing is kept, and a
    daemon that runs is not disturbed. Exit status: 0 every channel took it · 1 one did not.
    """
    settings, _ = configured(config)
    if not settings.notify:
        complain(f"{config} names nobody to tell: add a channel under `notify` (docs/notifications.md)")
        raise typer.Exit(ExitStatus.USAGE)
    tried = asyncio.run(try_channels(settings))
    if json:
        json_line({"channels": [{"name": each.name, "kind": each.kind, "failure": each.failure} for each in tried]})
    else:
        _print(tried)
    raise typer.Exit(ExitStatus.FINDING if any(each.failure for each in tried) else ExitStatus.WELL)


def _print(tried: list[Tried]) -> None:
    rows = SafeTable("channel", "kind", "result", title="Test messages")
    for each in tried:
        rows.add_row(each.name, each.kind, (each.failure, "bold red") if each.failure else ("sent", "green"))
    rows.print()
