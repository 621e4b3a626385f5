"""The systemd unit, by systemd's own judgement."""

import subprocess
from pathlib import Path

import pytest

pytestmark = pytest.mark.integration

UNIT = Path("deploy/systemd/reserve-monitor.service")


def analyze(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["systemd-analyze", *arguments], capture_output=True, text=True, check=False, timeout=60)


def test_systemd_finds_nothing_wrong_with_it(tmp_path: Path) -> None:
    """Where its program is installed; what systemd does not know it only warns of."""
    installed = tmp_path / UNIT.name
    program = "/opt/reserve-monitor/bin/reserve-monitor"
    text = UNIT.read_text(encoding="utf-8")
    assert f"ExecStart={program} run" in text
    installed.write_text(text.replace(program, "/bin/true"), encoding="utf-8")
    checked = analyze("verify", "--man=no", installed)
    assert (checked.returncode, checked.stdout + checked.stderr) == (0, "")


def test_it_is_locked_up() -> None:
    """Exposure goes from 0 to 10: what is left is the network and the machine's files, which it can only read."""
    judged = analyze("security", "--offline=true", "--threshold=15", UNIT)
    assert judged.returncode == 0, judged.stdout
