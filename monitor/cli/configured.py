"""What the commands that end by themselves begin with."""

from pathlib import Path

from monitor.cli.printing import warn
from monitor.registry import Registry
from monitor.settings import Settings


def configured(path: Path) -> tuple[Settings, Registry]:
    """The configuration at ``path`` and its registry; what is strange about it is told."""
    from monitor.daemon.configuration import read_configuration  # noqa: PLC0415 - slow to import: it knows all proofs

    configuration = read_configuration(path)
    log_for_people()
    warn(*map(str, configuration.warnings))
    return configuration.settings, configuration.registry


def log_for_people() -> None:
    """Set up what is logged while others are asked: warnings, for people, on stderr."""
    from monitor import logs  # noqa: PLC0415 - slow to import, and commands that only read files log nothing

    logs.configure("warning", "console")
