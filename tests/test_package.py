"""What importing the package does to the process."""

import subprocess
import sys

import pytest

HOSTILE = """
import sys
from importlib import import_module
import_module(sys.argv[1])
from monitor.published.errors import LayoutError
from monitor.published.trees import parse
try:
    parse(b"[" * 100_000, "hostile.json")
except LayoutError:
    print("refused", sys.getrecursionlimit(), "py_ecc" in sys.modules)
"""


LIFTING = {"monitor.chains.evm.contracts", "monitor.devnet.keys", "monitor.proofs.groth16.proofs"}
"""Modules that import py_ecc, web3 or eth_account."""


@pytest.mark.parametrize("module", ["monitor.cli", "monitor.daemon.service", *sorted(LIFTING)])
def test_json_nested_without_end_is_refused_and_does_not_kill_the_process(module: str) -> None:
    """Whatever it has imported: py_ecc, which web3 and eth_account bring in, lifts the limit that keeps it safe."""
    ended = subprocess.run([sys.executable, "-c", HOSTILE, module], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (0, f"refused 1000 {module in LIFTING}\n")
