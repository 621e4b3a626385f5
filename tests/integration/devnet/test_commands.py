"""`reserve-monitor devnet …` as people call it."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from monitor.devnet.commands import app
from monitor.devnet.nodes.prometheus import local_get
from monitor.devnet.programs import ROOT
from monitor.devnet.state import State
from tests.support.waiting import eventually

pytestmark = pytest.mark.integration


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "devnet"


@pytest.fixture
def up(directory: Path, tmp_path: Path) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    """``devnet up`` in another process, until everything runs."""
    printed = tmp_path / "printed"
    children: list[subprocess.Popen[bytes]] = []

    def start() -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "monitor", "devnet", "up", "--directory", str(directory)]
        with printed.open("wb") as output:
            child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd=ROOT)
        children.append(child)
        eventually(lambda: "Ctrl-C stops everything" in printed.read_text() or child.poll() is not None)
        assert child.poll() is None, printed.read_text()
        return child

    yield start
    invoke("down", directory)
    for child in children:
        child.kill()
        child.wait()


def invoke(command: str, directory: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, [command, *arguments, "--directory", str(directory)])


def titles(directory: Path) -> str:
    """Of what came into the inbox, newest first."""
    told = json.loads(invoke("status", directory, "--json").stdout)
    return "; ".join(letter["title"] for letter in told["inbox"])


def running(directory: Path) -> State:
    state = State.load(directory)
    assert state is not None
    return state


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_up_runs_everything_until_it_is_told_to_stop_and_leaves_nothing(
    up: Callable[[], subprocess.Popen[bytes]], directory: Path, number: signal.Signals
) -> None:
    child = up()
    state = running(directory)
    nodes = ["arbitrum", "bitcoin", "ethereum"]
    assert sorted(state.processes) == sorted([*nodes, "alertmanager", "inbox", "monitor", "prometheus"])
    assert b"por_reserve_ratio" in local_get(state.ports["monitor"], "/metrics")
    child.send_signal(number)
    assert child.wait() == 0
    assert not any(process.alive for process in state.processes.values())


def test_coins_are_moved_and_told_from_another_terminal(
    up: Callable[[], subprocess.Popen[bytes]], directory: Path
) -> None:
    child = up()
    drained = invoke("drain", directory, "btc", "10%", "--json")
    assert drained.exit_code == 0
    [moved] = json.loads(drained.stdout)["moved"]
    assert (moved["asset"], moved["network"], moved["amount"]) == ("BTC", "bitcoin", "105")
    shown = invoke("status", directory)
    assert "94.50 %" in shown.stdout
    eventually(lambda: "[critical] PorRatioBelowLimit example BTC" in titles(directory))
    refused = invoke("drain", directory, "BTC", "90%")
    assert refused.exit_code == 2
    assert "850.5 BTC cannot leave" in refused.stderr
    assert json.loads(invoke("refill", directory, "--json").stdout)["assets"][0]["ratio"] == "1.05"
    eventually(lambda: "[ended] PorRatioBelowLimit example BTC" in titles(directory))
    stopped = invoke("down", directory)
    assert (stopped.exit_code, "Stopped" in stopped.stderr) == (0, True)
    assert child.wait() == 0


def test_up_ends_when_the_monitor_does_and_says_where_its_log_is(
    up: Callable[[], subprocess.Popen[bytes]], directory: Path, tmp_path: Path
) -> None:
    child = up()
    state = running(directory)
    os.kill(state.processes["monitor"].pid, signal.SIGKILL)
    assert child.wait() == 3
    assert str(directory / "monitor/reserve-monitor.log") in (tmp_path / "printed").read_text()
    assert not any(process.alive for process in state.processes.values())


@pytest.mark.parametrize(("command", "arguments"), [("status", ()), ("drain", ("BTC", "1%")), ("refill", ())])
def test_without_a_devnet_there_is_nothing_to_do(directory: Path, command: str, arguments: tuple[str, ...]) -> None:
    result = invoke(command, directory, *arguments)
    assert result.exit_code == 2
    assert "no devnet runs" in result.stderr


def test_down_without_a_devnet_is_no_error(directory: Path) -> None:
    assert invoke("down", directory).exit_code == 0
