"""Where the real programs are that a devnet runs. Nothing is fetched here: the Makefile and tools/ do that."""

import os
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
"""The source checkout. ``node_modules`` and ``.cache`` lie in it."""

_OLDEST_BITCOIND = 25


class ProgramMissingError(Exception):
    """A program that the devnet needs is not on this machine. The text says how to get it."""


def anvil() -> Path:
    """Foundry's EVM node: npm's for Linux on x86-64, where package-lock.json pins it; elsewhere the one on PATH."""
    locked = ROOT / "node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil"
    if not locked.is_file() and (found := shutil.which("anvil")):
        return Path(found)
    return _existing(locked, "`npm ci` (or `make run`) installs it")


def safe_artifact(name: str) -> Path:
    """Compiled contract ``name`` of the npm package safe-smart-account, such as ``proxies/SafeProxy``."""
    artifacts = ROOT / "node_modules/@safe-global/safe-smart-account/build/artifacts/contracts"
    path = artifacts / f"{name}.sol" / f"{Path(name).name}.json"
    return _existing(path, "`npm ci` (or `make run`) installs it")


@cache
def bitcoind() -> Path:
    """Bitcoin Core 25 or later (or Knots) from PATH, else the Knots of ``tools/install-bitcoin-node``."""
    if found := shutil.which("bitcoind"):
        banner = subprocess.run([found, "-version"], capture_output=True, text=True, check=True).stdout  # noqa: S603
        version = re.search(r"v(\d+)\.", banner)
        if version and int(version[1]) >= _OLDEST_BITCOIND:
            return Path(found)
    return _existing(ROOT / ".cache/bitcoin-node/bitcoind", "`tools/install-bitcoin-node` installs it")


def electrum_server() -> Path:
    """The Electrum server e-x, in a virtual environment of its own."""
    return _existing(ROOT / ".cache/electrum/bin/electrumx_server", "`tools/install-electrum-server` installs it")


def prometheus() -> Path:
    return _on_path("prometheus", debian="prometheus")


def promtool() -> Path:
    return _on_path("promtool", debian="prometheus")


def alertmanager() -> Path:
    """Debian calls it ``prometheus-alertmanager``, its authors ``alertmanager``."""
    name = "alertmanager" if shutil.which("alertmanager") else "prometheus-alertmanager"
    return _on_path(name, debian="prometheus-alertmanager")


def amtool() -> Path:
    return _on_path("amtool", debian="prometheus-alertmanager")


def _existing(path: Path, remedy: str) -> Path:
    if not path.is_file():
        raise ProgramMissingError(f"{path} is missing: {remedy}")
    return path


def _on_path(name: str, *, debian: str) -> Path:
    # Debian keeps some daemons in sbin, which is not on everybody's PATH.
    search = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/usr/local/sbin"])
    found = shutil.which(name, path=search)
    if not found:
        raise ProgramMissingError(f"{name} is not on PATH: `apt-get install --no-install-recommends {debian}`")
    return Path(found)
