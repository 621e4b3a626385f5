"""What the commands that end by themselves begin with."""

from pathlib import Path

import typer

from monitor.cli.printing import ExitStatus, complain, warn
from monitor.registry import Registry
from monitor.settings import Settings


def configured(path: Path) -> tuple[Settings, Registry]:
    """The configuration at ``path`` and its registry; what is strange about it is told."""
    from monitor.daemon.configuration import read_configuration  # noqa: PLC0415 - slow to import: it knows all proofs

    configuration = read_configuration(path)
    log_for_people()
    warn(*map(str, configuration.warnings))
    return configuration.settings, configuration.registry


def narrowed(settings: Settings, exchange: str, path: Path) -> Settings:
    """``settings`` with ``exchange`` alone. Ends the command where the configuration at ``path`` has no such one."""
    if exchange not in settings.exchanges:
        complain(f"no exchange is called {exchange}; {path} has {', '.join(settings.exchanges)}")
        raise typer.Exit(ExitStatus.USAGE)
    return settings.model_copy(update={"exchanges": {exchange: settings.exchanges[exchange]}})


def log_for_people() -> None:
    """Set up what is logged while others are asked: warnings, for people, on stderr."""
    from monitor import logs  # noqa: PLC0415 - slow to import, and commands that only read files log nothing

    logs.configure("warning", "console")
