"""Who is told what a service tells systemd: a real datagram socket, as ``NOTIFY_SOCKET`` names one."""

import socket
from pathlib import Path
from types import TracebackType
from typing import Self


class ServiceManagerStandIn:
    """Takes what it is told and keeps the order."""

    def __init__(self, address: str) -> None:
        """``address`` is a path, or a name after an ``@``."""
        self.address = address
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._told: list[str] = []

    def __enter__(self) -> Self:
        self._socket.bind("\0" + self.address[1:] if self.address.startswith("@") else self.address)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.close()
        if not self.address.startswith("@"):
            Path(self.address).unlink()

    def told(self) -> list[str]:
        """All messages so far."""
        while True:
            try:
                self._told.append(self._socket.recv(4096).decode())
            except BlockingIOError:
                return self._told
