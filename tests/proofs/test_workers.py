"""Processes that verify for another one."""

import os
import select
import subprocess
import sys
from pathlib import Path

PROGRAM = """
import os, signal, time
from itertools import islice, repeat
from monitor.proofs.executors import Processes

def pid(seconds):
    time.sleep(seconds)
    return os.getpid()

if __name__ == "__main__":
    busy = Processes(2).map(pid, repeat(0.01))
    workers = set()
    while len(workers) < 2:
        workers.update(islice(busy, 1))
    print(*workers, flush=True)
    input()
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_they_do_not_outlive_one_that_is_killed(tmp_path: Path) -> None:
    """A killed process cannot end its workers, which would wait for work for ever."""
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    with subprocess.Popen(
        [sys.executable, program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as killed:
        assert killed.stdin
        assert killed.stdout
        ends = select.poll()
        workers = {os.pidfd_open(int(pid)) for pid in killed.stdout.readline().split()}
        assert len(workers) == 2
        for worker in workers:
            ends.register(worker, select.POLLIN)
        killed.stdin.write("\n")
        killed.stdin.flush()
        while workers:
            ended = ends.poll(60_000)
            assert ended, "they live"
            for worker, _ in ended:
                ends.unregister(worker)
                workers.remove(worker)
                os.close(worker)
