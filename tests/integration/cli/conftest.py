"""The command line in this process, and a state directory of the test's own for those that are processes."""

from pathlib import Path

import pytest

from tests.cli.conftest import command

__all__ = ["command"]


@pytest.fixture(autouse=True)
def _own_state(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
