"""Types of the fixtures in tests/integration/conftest.py, for the tests' annotations, and how their nodes are asked."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from monitor.devnet.nodes import Alertmanager, Anvil, BitcoinNode, ElectrumServer, Prometheus


class AnvilFactory(Protocol):
    def __call__(self, chain_id: int = 1, *, arguments: Sequence[str] = ()) -> Anvil: ...


class BitcoinFactory(Protocol):
    def __call__(self, *, arguments: Sequence[str] = ()) -> BitcoinNode: ...


class ElectrumFactory(Protocol):
    def __call__(self, node: BitcoinNode, *, tls: tuple[Path, Path] | None = None) -> ElectrumServer: ...


class PrometheusFactory(Protocol):
    def __call__(
        self, targets: Mapping[str, str], *, rules: Sequence[Path] = (), alertmanager: str = ""
    ) -> Prometheus: ...


class AlertmanagerFactory(Protocol):
    def __call__(self, webhook: str = "") -> Alertmanager: ...


def by_rpc(node: BitcoinNode) -> dict[str, Any]:
    """The endpoint that a node is."""
    return {"url": node.url, "user": node.user, "password": node.password, "protocol": "bitcoind"}
