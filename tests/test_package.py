"""What importing the package does to the process."""

import subprocess
import sys

HOSTILE = """
import sys
import monitor.cli
from monitor.published.errors import LayoutError
from monitor.published.trees import parse
try:
    parse(b"[" * 100_000, "hostile.json")
except LayoutError:
    print("refused", sys.getrecursionlimit())
"""


def test_json_nested_without_end_is_refused_and_does_not_kill_the_process() -> None:
    ended = subprocess.run([sys.executable, "-c", HOSTILE], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (0, "refused 1000\n")
