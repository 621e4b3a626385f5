"""What the service manager that started the daemon is told: systemd, for units of ``Type=notify`` (sd_notify(3)).

Elsewhere nobody is told anything. The sign of life that ``WatchdogSec=`` waits for comes from the event loop, and only
while passes end in time: a daemon that hangs is started anew.
"""

import asyncio
import os
import socket
import time
from collections.abc import Callable, Mapping

import structlog

_log = structlog.get_logger(__name__)


class ServiceManager:
    """Tells states; what cannot be told is logged, and hinders nothing."""

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        """``environment`` is the process' own, unless given: ``NOTIFY_SOCKET``, ``WATCHDOG_USEC``, ``WATCHDOG_PID``."""
        variables = os.environ if environment is None else environment
        self._address = variables.get("NOTIFY_SOCKET", "")
        microseconds = variables.get("WATCHDOG_USEC", "")
        ours = variables.get("WATCHDOG_PID") in {None, str(os.getpid())}
        self._watchdog = int(microseconds) / 1e6 if ours and microseconds.isdecimal() else 0
        """Seconds within which a sign of life is waited for; 0: none is."""

    def ready(self, status: str) -> None:
        """Say that what was started, or read anew, holds now; ``status`` is for people."""
        self._tell("READY=1", f"STATUS={status}")

    def reloading(self) -> None:
        """Say that the configuration is read anew; :meth:`ready` ends it, however that went."""
        self._tell("RELOADING=1", f"MONOTONIC_USEC={time.monotonic_ns() // 1000}")

    def stopping(self) -> None:
        """Say that the end has begun."""
        self._tell("STOPPING=1")

    async def keep_alive(self, stalled: Callable[[], str]) -> None:
        """Give signs of life, twice in the time that is waited for one, while ``stalled`` names no reason not to."""
        while self._address and self._watchdog > 0:
            if reason := stalled():
                _log.error("no sign of life is given to the service manager", reason=reason)
            else:
                self._tell("WATCHDOG=1")
            await asyncio.sleep(self._watchdog / 2)

    def _tell(self, *lines: str) -> None:
        if not self._address:
            return
        # A leading @ stands for the null byte of Linux' abstract sockets.
        address = "\0" + self._address[1:] if self._address.startswith("@") else self._address
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
                sender.settimeout(0)
                sender.connect(address)
                sender.send("\n".join(lines).encode())
        except OSError as error:
            _log.warning("the service manager cannot be told", told=lines[0], error=str(error))
