import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.devnet.state import Running, State, owns


@pytest.fixture
def child() -> Iterator[subprocess.Popen[bytes]]:
    """A process that leads a group of its own and does nothing."""
    process = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"], start_new_session=True)
    yield process
    process.kill()
    process.wait()


def state(supervisor: Running, **processes: Running) -> State:
    return State(supervisor=supervisor, ports={"bitcoin": 18443}, processes=processes)


def test_a_state_is_read_as_it_was_saved(tmp_path: Path) -> None:
    saved = state(Running.of(os.getpid()), bitcoin=Running.of(os.getpid()))
    saved.save(tmp_path)
    assert State.load(tmp_path) == saved
    assert saved.running


@pytest.mark.parametrize("content", [None, "", "{}", '{"supervisor": 1}'])
def test_a_state_that_cannot_be_read_is_none(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "state.json").write_text(content)
    assert State.load(tmp_path) is None


def test_a_process_with_the_same_id_that_started_at_another_time_is_not_ours(child: subprocess.Popen[bytes]) -> None:
    other = Running.of(child.pid).model_copy(update={"started": 1})
    assert not other.alive
    assert state(other, bitcoin=other).end() is False
    assert child.poll() is None


def test_what_a_killed_supervisor_left_is_ended(child: subprocess.Popen[bytes]) -> None:
    gone = Running.of(child.pid).model_copy(update={"started": 1})
    assert state(gone, bitcoin=Running.of(child.pid)).end() is True
    assert child.wait() == -signal.SIGKILL


def test_a_process_that_has_ended_but_was_not_waited_for_is_not_alive(child: subprocess.Popen[bytes]) -> None:
    process = Running.of(child.pid)
    assert process.alive
    child.kill()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert not process.alive


def test_only_a_directory_of_a_devnet_may_be_emptied(tmp_path: Path) -> None:
    assert owns(tmp_path / "missing")
    assert owns(tmp_path)
    (tmp_path / "photographs").touch()
    assert not owns(tmp_path)
    state(Running.of(os.getpid())).save(tmp_path)
    assert owns(tmp_path)
