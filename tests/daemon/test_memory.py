"""Rows are let go of; what the C library is asked for works where it can, and harms nowhere."""

import subprocess
import sys
from weakref import WeakSet

from monitor.daemon import memory
from monitor.daemon.memory import let_go

TRIED = "from monitor.daemon.memory import give_back, share_heap; share_heap(); give_back(); print('on it goes')"


def test_a_process_goes_on_after_it_was_asked() -> None:
    done = subprocess.run([sys.executable, "-c", TRIED], capture_output=True, text=True, check=True)
    assert done.stdout == "on it goes\n"


class _Row:
    pass


def test_rows_that_nobody_else_holds_are_freed() -> None:
    rows = [_Row() for _ in range(3 * memory._FEW + 1)]
    alive = WeakSet(rows)
    let_go(rows)  # type: ignore[arg-type]
    assert rows == []
    assert len(alive) == 0
