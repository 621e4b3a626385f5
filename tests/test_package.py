"""What importing the package does to the process, what it may be installed on, and who writes its locks."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.specifiers import SpecifierSet

TOP = Path(__file__).parent.parent

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


def test_the_promised_pythons_are_those_that_everything_is_tested_with() -> None:
    promised = SpecifierSet(tomllib.loads((TOP / "pyproject.toml").read_text())["project"]["requires-python"])
    workflow = yaml.safe_load((TOP / ".github/workflows/test.yaml").read_text())
    tested = workflow["jobs"]["test"]["strategy"]["matrix"]["python"]
    assert [f"3.{minor}" for minor in range(100) if f"3.{minor}" in promised] == tested
    told = f"{', '.join(tested[:-1])} or {tested[-1]}"
    for page in ("README.md", "CONTRIBUTING.md", "tools/make-venv"):
        assert f"Python {told}" in (TOP / page).read_text(), page


def test_one_command_writes_every_lock_file(tmp_path: Path) -> None:
    """Those that it forgets stay as somebody once wrote them by hand."""
    (tmp_path / "tools").mkdir()
    programs = tmp_path / ".cache/uv/bin"
    programs.mkdir(parents=True)
    (programs / "python").symlink_to(sys.executable)
    (programs / "uv").write_text(
        "#!/bin/sh\ncat >/dev/null\nwhile [ $# -gt 0 ]; do [ $1 = --output-file ] && : >$2; shift; done\n"
    )
    (programs / "uv").chmod(0o755)
    shutil.copy(TOP / "pyproject.toml", tmp_path)
    tool = shutil.copy(TOP / "tools/lock-python-packages", tmp_path / "tools")
    subprocess.run(["bash", tool], stdin=subprocess.DEVNULL, check=True)
    assert {path.name for path in tmp_path.glob("*.lock")} == {path.name for path in TOP.glob("requirements*.lock")}
