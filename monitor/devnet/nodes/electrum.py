"""e-x: an Electrum server over a Bitcoin node."""

import json
import socket
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from monitor.devnet import programs
from monitor.devnet.nodes.bitcoin import BitcoinNode
from monitor.devnet.processes import Node, NotReadyError, free_port


class ElectrumServer(Node):
    """Serves the Electrum protocol on ``url`` in plain TCP, and on ``tls_url`` if it was told to, for ``node``'s chain.

    It is ready when it has indexed the node's blocks. It asks the node for new ones five times a second.
    """

    name = "electrum"

    def __init__(self, node: BitcoinNode, directory: Path, *, tls: tuple[Path, Path] | None = None) -> None:
        """``tls``: certificate and key, as files, with which it serves TLS as well."""
        super().__init__(directory)
        self._node = node
        self._tls = tls
        self._tls_port = 0
        self._admin_port = 0

    @property
    def url(self) -> str:
        return f"tcp://127.0.0.1:{self.port}"

    @property
    def tls_url(self) -> str:
        return f"ssl://127.0.0.1:{self._tls_port}"

    @property
    def environment(self) -> Mapping[str, str]:
        services = [self.url, f"rpc://127.0.0.1:{self._admin_port}"]
        secured = {}
        if self._tls:
            services.append(self.tls_url)
            secured = dict(zip(("SSL_CERTFILE", "SSL_KEYFILE"), map(str, self._tls), strict=True))
        return {
            "COIN": "Bitcoin",
            "NET": "regtest",
            "DB_DIRECTORY": str(self.directory / "electrum"),
            "DB_ENGINE": "leveldb",
            "DAEMON_URL": self._node.authenticated_url,
            "SERVICES": ",".join(services),
            "ALLOW_ROOT": "1",
            "PEER_DISCOVERY": "off",
            "PEER_ANNOUNCE": "",
            "COST_SOFT_LIMIT": "0",
            "COST_HARD_LIMIT": "0",
            "CACHE_MB": "16",
            "DAEMON_POLL_INTERVAL_BLOCKS": "200",
            "DAEMON_POLL_INTERVAL_MEMPOOL": "1000",
            **secured,
        }

    def choose_ports(self) -> None:
        super().choose_ports()
        self._admin_port = free_port()
        self._tls_port = free_port()

    def command(self) -> Sequence[str | Path]:
        (self.directory / "electrum").mkdir(exist_ok=True)
        return (programs.electrum_server(),)

    def ask(self) -> None:
        if self.height() < self._node.rpc("getblockcount"):
            raise NotReadyError

    def height(self) -> int:
        """The height up to which the server has indexed."""
        height: int = self.rpc("blockchain.headers.subscribe")["height"]
        return height

    def rpc(self, method: str, *params: object) -> Any:  # noqa: ANN401 - whatever the method returns
        """The result of one method, on a connection of its own (the server delays the later calls of a connection)."""
        hello = {"id": 0, "method": "server.version", "params": ["devnet", "1.4"]}
        request = {"id": 1, "method": method, "params": params}
        try:
            with (
                socket.create_connection(("127.0.0.1", self.port), timeout=30) as connection,
                connection.makefile("rw", encoding="utf-8", newline="\n") as lines,
            ):
                for message in (hello, request):
                    print(json.dumps(message), file=lines, flush=True)
                return _answer(lines, 1)["result"]
        except (OSError, ValueError, KeyError) as error:
            raise NotReadyError from error


def _answer(lines: Any, wanted: int) -> Any:  # noqa: ANN401
    """The answer to request ``wanted`` among the lines; ValueError when the connection ends before."""
    for line in lines:
        message = json.loads(line)
        if message.get("id") == wanted:
            return message
    raise ValueError("the server closed the connection")
