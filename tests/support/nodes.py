"""Types of the fixtures in tests/integration/conftest.py, for the tests' annotations."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

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
