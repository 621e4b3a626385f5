"""What the lock files must be for a fresh clone to get the same programs, from whatever registry it uses."""

import json
import re
import shutil
import subprocess

import pytest

from monitor.devnet.programs import ROOT

PYTHON_LOCKS = ["requirements.lock", "requirements-dev.lock", "requirements-electrum.lock"]
REQUIREMENT = re.compile(r"^(?P<name>[a-z0-9._-]+)(?:\[[^\]]+\])?==(?P<version>[^\s;\\]+)")


def pinned(lock: str) -> dict[str, str]:
    blocks = re.split(r"\n(?=\S)", (ROOT / lock).read_text().strip())
    found = {}
    for block in blocks:
        requirement = REQUIREMENT.match(block)
        assert requirement, f"{lock}: not pinned to one version: {block[:80]}"
        assert "--hash=sha256:" in block, f"{lock}: no hash: {block[:80]}"
        found[requirement["name"]] = requirement["version"]
    return found


@pytest.mark.parametrize("lock", PYTHON_LOCKS)
def test_every_python_package_is_pinned_with_its_hashes_and_names_no_registry(lock: str) -> None:
    assert pinned(lock)
    assert "://" not in (ROOT / lock).read_text()


def test_what_checks_the_monitor_runs_on_what_the_monitor_runs_on() -> None:
    assert pinned("requirements.lock").items() <= pinned("requirements-dev.lock").items()


def test_every_npm_package_is_pinned_with_its_hash_and_names_no_registry() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    wanted = packages.pop("")
    assert packages
    assert {
        place for place, package in packages.items() if "integrity" not in package or "resolved" in package
    } == set()
    named = {**wanted["dependencies"], **wanted["devDependencies"], **wanted["optionalDependencies"]}
    assert {f"node_modules/{name}": version for name, version in named.items()} == {
        place: packages[place]["version"] for place in (f"node_modules/{name}" for name in named)
    }


def test_the_makefile_explains_every_command_that_it_has() -> None:
    make = shutil.which("make")
    assert make
    told = subprocess.run([make, "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    phony = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert phony
    assert re.findall(r"^make (\S+)", told, re.MULTILINE) == phony[1].split()
