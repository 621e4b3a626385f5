"""Runs a built image as it is meant to be run, without an engine: `tools/build-image` does, as root.

Another user, no capabilities, a root that cannot be written. What must hold: the image is labelled with our version,
its health check fails before the monitor runs and passes while it does, on whatever port that listens, and SIGTERM
ends it well.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from monitor import __version__
from monitor.devnet.processes import free_port

_CONFIGURATION = """\
exchanges:
  trial:
    wallets: {source: /tmp/wallets.csv, format: accounts}
    liabilities: {source: /tmp/owed.csv, format: totals}
    basis: listed
web: {listen: "${POR_LISTEN}"}
store: {url: "sqlite+aiosqlite:////var/lib/reserve-monitor/history.db"}
"""
_WALLETS = "network,address,asset\nethereum,0x1111111111111111111111111111111111111111,ETH\n"
_OWED = "asset,amount,as_of\nETH,1,2026-06-01\n"
_PATIENCE = 60.0
"""Seconds for the start."""


class Trial:
    """An image whose files are at ``root`` and whose configuration is ``config``, with folders for it to write in."""

    def __init__(self, root: str, config: dict[str, Any], temporary: Path, volume: Path) -> None:
        user = config["User"]
        os.chown(temporary, int(user), int(user))
        os.chown(volume, int(user), int(user))
        (where,) = config["Volumes"]
        mounts = (
            *("mount --make-rprivate /", f"mount --bind {root} {root}", f"mount -o remount,bind,ro {root}"),
            *(f"mount --bind {volume} {root}{where}", f"mount --bind {temporary} {root}/tmp"),
            *(f"mount -t proc proc {root}/proc", f"mount --rbind /dev {root}/dev"),
        )
        unprivileged = f"setpriv --reuid={user} --regid={user} --clear-groups --bounding-set=-all --no-new-privs"
        entered = f"exec chroot {root} env --chdir={config['WorkingDir']} {unprivileged}"
        self._shell = f'{" && ".join(mounts)} && {entered} "$@"'
        self._environment = dict(each.split("=", 1) for each in config["Env"])
        self._environment |= {"HOME": where, "POR_CONFIG": "/tmp/trial.yaml", "POR_LISTEN": f"127.0.0.1:{free_port()}"}
        self.monitor = [*config["Entrypoint"], *config["Cmd"]]
        kind, *check = config["Healthcheck"]["Test"]
        self._check = ["/bin/sh", "-c", *check] if kind == "CMD-SHELL" else check

    def start(self, *command: str) -> "subprocess.Popen[bytes]":
        """Start ``command`` in the image, on mounts and with process numbers of its own."""
        apart = ("unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", self._shell, "sh")
        return subprocess.Popen([*apart, *command], env=self._environment)

    def succeeds(self, *command: str) -> bool:
        return self.start(*command).wait(_PATIENCE) == 0

    def healthy(self) -> bool:
        return self.succeeds(*self._check)


def main(storage: str, image: str) -> None:
    """Try ``image``, which buildah has in the folder ``storage``. Ends the program with what does not hold."""
    buildah = ("buildah", "--root", f"{storage}/root", "--runroot", f"{storage}/run")
    config = json.loads(_output(*buildah, "inspect", "--type", "image", image))["Docker"]["config"]
    _must(config["Labels"]["org.opencontainers.image.version"] == __version__, "it is labelled with our version")
    container = _output(*buildah, "from", image)
    try:
        with TemporaryDirectory() as temporary, TemporaryDirectory() as volume:
            for name, text in (("trial.yaml", _CONFIGURATION), ("wallets.csv", _WALLETS), ("owed.csv", _OWED)):
                (Path(temporary) / name).write_text(text)
            _try(Trial(_output(*buildah, "mount", container), config, Path(temporary), Path(volume)))
            _must((Path(volume) / "history.db").is_file(), "the history is in the volume")
    finally:
        _output(*buildah, "rm", container)


def _try(trial: Trial) -> None:
    _must(not trial.succeeds("touch", "/opt/venv/written"), "its root cannot be written")
    _must(not trial.healthy(), "its health check fails where no monitor runs")
    started = trial.start(*trial.monitor)
    try:
        _must(_soon(trial.healthy, started), "its health check passes while the monitor runs")
        number = _child(started.pid)
        _must(set(_status(number, "Uid")) == {"9876"}, "it runs as user 9876")
        _must(set(_status(number, "CapEff") + _status(number, "CapBnd")) == {"0" * 16}, "it has no capabilities")
        os.kill(number, signal.SIGTERM)
        _must(started.wait(_PATIENCE) == 0, "SIGTERM ends it well")
    finally:
        started.kill()
        started.wait()


def _soon(holds: Callable[[], bool], started: "subprocess.Popen[bytes]") -> bool:
    until = time.monotonic() + _PATIENCE
    while started.poll() is None and time.monotonic() < until:
        if holds():
            return True
        time.sleep(1)
    return False


def _child(process: int) -> int:
    return int(Path(f"/proc/{process}/task/{process}/children").read_text().split()[0])


def _status(process: int, field: str) -> list[str]:
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(line.split()[1:] for line in lines if line.startswith(f"{field}:"))


def _must(holds: bool, what: str) -> None:  # noqa: FBT001 - a claim
    if not holds:
        sys.exit(f"This does not hold of the image: {what}")
    print(f"holds: {what}", flush=True)


def _output(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


if __name__ == "__main__":
    main(*sys.argv[1:])
