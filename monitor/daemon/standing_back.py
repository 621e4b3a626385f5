"""A process that works for the daemon, which others wait for, stands back behind it."""

import os
from contextlib import suppress
from pathlib import Path

_NICER = 10
"""Of the 19 by which a process may be nicer."""


def stand_back(first_to_go: int) -> None:
    """Let the daemon have a core before this process, and let the kernel end this one first where memory runs out.

    Of two such processes the one that is ``first_to_go``, of 1000, goes first.
    """
    with suppress(OSError):  # some systems forbid it
        os.nice(_NICER)
    with suppress(OSError):  # of this system alone
        Path("/proc/self/oom_score_adj").write_text(str(first_to_go), encoding="ascii")
