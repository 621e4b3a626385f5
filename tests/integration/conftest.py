"""Real nodes for the integration tests. Each is a factory: what it started ends with the test that called it."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from itertools import count
from pathlib import Path

import pytest

from monitor.devnet.nodes import Alertmanager, Anvil, BitcoinNode, ElectrumServer, Prometheus
from tests.support.nodes import (
    AlertmanagerFactory,
    AnvilFactory,
    BitcoinFactory,
    ElectrumFactory,
    PrometheusFactory,
)


@pytest.fixture
def nodes() -> Iterator[ExitStack]:
    """What was entered here ends with the test, last one first."""
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def anvil(nodes: ExitStack, tmp_path: Path) -> AnvilFactory:
    """``anvil(chain_id)``: a fresh EVM node at block 0 (starts in 0.1 s)."""
    numbers = count()

    def start(chain_id: int = 1, *, arguments: Sequence[str] = ()) -> Anvil:
        return nodes.enter_context(Anvil(chain_id, tmp_path / f"anvil-{next(numbers)}", arguments=arguments))

    return start


@pytest.fixture
def bitcoin_node(nodes: ExitStack, tmp_path: Path) -> BitcoinFactory:
    """``bitcoin_node()``: a fresh regtest node at height 0 (starts in 0.3 s; the first ``fund`` mines 100 blocks)."""
    numbers = count()

    def start(*, arguments: Sequence[str] = ()) -> BitcoinNode:
        return nodes.enter_context(BitcoinNode(tmp_path / f"bitcoin-{next(numbers)}", arguments=arguments))

    return start


@pytest.fixture
def electrum_server(nodes: ExitStack, tmp_path: Path) -> ElectrumFactory:
    """``electrum_server(node)``: an Electrum server that has indexed what ``node`` has."""
    numbers = count()

    def start(node: BitcoinNode, *, tls: tuple[Path, Path] | None = None) -> ElectrumServer:
        return nodes.enter_context(ElectrumServer(node, tmp_path / f"electrum-{next(numbers)}", tls=tls))

    return start


@pytest.fixture
def alertmanager(nodes: ExitStack, tmp_path: Path) -> AlertmanagerFactory:
    """``alertmanager(webhook)``: it posts what Prometheus reports to it to that URL."""

    def start(webhook: str = "") -> Alertmanager:
        return nodes.enter_context(Alertmanager(tmp_path / "alertmanager", webhook=webhook))

    return start


@pytest.fixture
def prometheus(nodes: ExitStack, tmp_path: Path) -> PrometheusFactory:
    """``prometheus({job: "host:port"}, rules=[…])``: scrapes and evaluates every second."""

    def start(targets: Mapping[str, str], *, rules: Sequence[Path] = (), alertmanager: str = "") -> Prometheus:
        return nodes.enter_context(
            Prometheus(tmp_path / "prometheus", targets=targets, rules=rules, alertmanager=alertmanager)
        )

    return start
