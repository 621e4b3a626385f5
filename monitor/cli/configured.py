"""What the commands that end by themselves do with a configuration."""

from pathlib import Path

from monitor import logs
from monitor.daemon import load_configuration
from monitor.registry import Registry
from monitor.settings import Settings, secrets_of


def configured(path: Path) -> tuple[Settings, Registry]:
    """The configuration at ``path`` and its registry; from here on none of its secrets is logged."""
    settings, registry = load_configuration(path)
    logs.configure("warning", "console", secrets_of(settings))
    return settings, registry
