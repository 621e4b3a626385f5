"""Nodes that ``make test-nodes`` installs, by tools/install-real-nodes. All but Conflux' listen on 127.0.0.1 alone."""

from pathlib import Path

from monitor.devnet.programs import ROOT, ProgramMissingError

_FOLDER = ROOT / ".cache/real-nodes"


def installed(path: str) -> Path:
    """What lies there of the real nodes; ProgramMissingError says how it gets there."""
    found = _FOLDER / path
    if not found.exists():
        raise ProgramMissingError(f"{found} is missing: `make test-nodes` installs it")
    return found
