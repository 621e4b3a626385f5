"""A PostgreSQL server of Debian's package for the tests, as a user who is not root: the server refuses root."""

import os
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from itertools import count
from pathlib import Path

from monitor.devnet.processes import Node, NotReadyError

_USERS = ("postgres", "nobody")


class PostgreSQL(Node):
    """A server without any of the safety that outlives a machine: it lives as long as the tests."""

    name = "postgresql"

    def __init__(self) -> None:
        directory = Path(tempfile.mkdtemp(prefix="reserve-monitor-postgresql-"))  # pytest's own is closed to others
        super().__init__(directory)
        self._databases = count()
        self._data = directory / "data"
        self._data.mkdir(mode=0o700)
        if os.geteuid() == 0:
            user = _user()
            directory.chmod(0o755)
            os.chown(self._data, user.pw_uid, user.pw_gid)
        options = ("--auth=trust", "--username=postgres", "--no-sync", "--encoding=UTF8", "--locale=C")
        _run(*_as_user(_program("initdb"), "-D", self._data, *options))

    def command(self) -> Sequence[str | Path]:
        options = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", "fsync": "off"}
        settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        return _as_user(_program("postgres"), "-D", self._data, "-p", str(self.port), *settings)

    def ask(self) -> None:
        asked = (_program("pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port))
        if subprocess.run(asked, check=False).returncode:
            raise NotReadyError

    def stop(self) -> None:
        """End it and what it has stored; who is connected is not waited for."""
        self.signal(signal.SIGINT)
        super().stop()
        shutil.rmtree(self.directory)

    def database(self) -> str:
        """The URL of a new, empty database."""
        name = f"history_{next(self._databases)}"
        self.run("createdb", name)
        return f"postgresql+asyncpg://postgres@127.0.0.1:{self.port}/{name}"

    def run(self, program: str, *arguments: str) -> None:
        """Have one of PostgreSQL's own programs do something here."""
        _run(_program(program), "-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres", *arguments)


def _program(name: str) -> str:
    """Debian keeps the programs of each version in a directory of its own, of which only some are on the path."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[4]))
    program = str(found[-1]) if found else shutil.which(name)
    if program is None:
        raise FileNotFoundError(f"{name} is not installed: apt-get install postgresql")
    return program


def _user() -> pwd.struct_passwd:
    known = {user.pw_name: user for user in pwd.getpwall()}
    return next(known[name] for name in _USERS if name in known)


def _as_user(*command: str | Path) -> tuple[str | Path, ...]:
    if os.geteuid() != 0:
        return command
    user = _user()
    return ("setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups", *command)


def _run(*command: str | Path) -> None:
    ended = subprocess.run(command, check=False, capture_output=True, text=True, cwd="/")
    assert ended.returncode == 0, re.sub(r"\s+", " ", ended.stdout + ended.stderr)
