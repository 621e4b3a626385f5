"""What the commands that end by themselves do with a configuration."""

from pathlib import Path

from monitor import logs
from monitor.cli.printing import warn
from monitor.daemon import read_configuration
from monitor.registry import Registry
from monitor.settings import Settings


def configured(path: Path) -> tuple[Settings, Registry]:
    """The configuration at ``path`` and its registry; what is strange about it is told."""
    configuration = read_configuration(path)
    logs.configure("warning", "console")
    warn(*map(str, configuration.warnings))
    return configuration.settings, configuration.registry
