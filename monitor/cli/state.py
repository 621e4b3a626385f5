"""Where commands keep what they want to find again."""

import os
from collections.abc import Mapping
from pathlib import Path


def state_directory(environment: Mapping[str, str] | None = None) -> Path:
    """The user's folder for what should outlive a command (XDG Base Directory Specification: ``$XDG_STATE_HOME``).

    It need not exist yet. A relative ``$XDG_STATE_HOME`` is passed over, as the specification wants it.
    """
    named = Path((os.environ if environment is None else environment).get("XDG_STATE_HOME", ""))
    return (named if named.is_absolute() else Path.home() / ".local/state") / "reserve-monitor"
