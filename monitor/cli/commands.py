"""The commands, each imported only when it is asked for: one takes seconds to import, and the help needs none."""

from pkgutil import resolve_name
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

COMMANDS = {
    "init": (
        "monitor.cli.init:init",
        "Write a configuration: ask for exchanges and nodes, test them, and put the largest claimed networks first.",
    ),
    "run": ("monitor.cli.run:run", "Watch: read, judge and serve until SIGTERM or Ctrl-C."),
    "healthy": (
        "monitor.cli.healthy:healthy",
        "Ask the monitor that runs on this machine whether it gets on: what the health check of a container calls.",
    ),
    "check": (
        "monitor.cli.check:check",
        "Do one full pass and tell the verdict; no server, and the daemon's history is not touched.",
    ),
    "ownership": ("monitor.cli.ownership:ownership", "Judge the signatures of a published list, offline."),
    "claims": ("monitor.cli.claims:claims", "Compare claimed amounts with the chain at the claimed heights."),
    "liabilities": (
        "monitor.cli.liabilities:liabilities",
        "Verify a published proof of liabilities: totals per asset, what was proven and what was not.",
    ),
    "history": (
        "monitor.cli.history:history",
        "Tell what was known of an exchange: by step both bounds with their extremes, and the time in each status.",
    ),
    "evidence": ("monitor.cli.evidence:app", "Make a bundle of evidence that anyone can check, or check one."),
    "backfill": (
        "monitor.cli.backfill:backfill",
        "Read what an exchange's accounts held at the ends of past days from archive nodes, for the history.",
    ),
    "notify": ("monitor.cli.notify:app", "Try the channels over which alerts are told."),
    "doctor": (
        "monitor.cli.doctor:doctor",
        "Tell what your own documents, nodes, store and clock can and cannot do, by the very calls that readings need.",
    ),
    "config": ("monitor.cli.config:app", "Check a configuration, or show what it amounts to."),
    "devnet": ("monitor.devnet.commands:app", "A local exchange on real local nodes, to try the monitor on."),
}
"""By name, in the order of the help: where a command is (a function, or an app of several), and its line there."""


class Commands(TyperGroup):
    """Shows all of ``COMMANDS``, and imports the one that is called."""

    def __init__(self, **settings: Any) -> None:  # noqa: ANN401 - typer's own
        super().__init__(**settings)
        for name, (_, line) in COMMANDS.items():
            self.add_command(TyperCommand(name, help=line))

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:  # noqa: ANN401 - typer's
        """The command that ``args`` call, and what is left of them. Ends with wrong usage where there is none."""
        name, _, rest = super().resolve_command(ctx, args)
        return name, loaded(name) if name else None, rest


def loaded(name: str) -> Any:  # noqa: ANN401 - typer does not export its class of commands
    """Import the command called ``name``. Raises KeyError."""
    found = resolve_name(COMMANDS[name][0])
    if isinstance(found, typer.Typer):
        app = found
    else:
        app = typer.Typer(add_completion=False, rich_markup_mode="markdown")
        app.command(name)(found)
    command = typer.main.get_command(app)
    command.name = name
    return command
