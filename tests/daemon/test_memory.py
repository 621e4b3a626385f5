"""What the C library is asked for works where it can, and harms nowhere."""

import subprocess
import sys

TRIED = "from monitor.daemon.memory import give_back, share_heap; share_heap(); give_back(); print('on it goes')"


def test_a_process_goes_on_after_it_was_asked() -> None:
    done = subprocess.run([sys.executable, "-c", TRIED], capture_output=True, text=True, check=True)
    assert done.stdout == "on it goes\n"
