"""A devnet from start to end: nodes, an exchange on them, its published documents, and what watches it."""

import os
import shutil
from collections.abc import Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Self, TypeVar

from monitor.devnet.alerting import quick_rules
from monitor.devnet.exchange import Exchange, RequestError, Standing, Transfer
from monitor.devnet.holdings import OWED, holdings
from monitor.devnet.ledgers import BitcoinLedger, EvmLedger, Ledger
from monitor.devnet.nodes import Alertmanager, Anvil, BitcoinNode, Daemon, Inbox, Prometheus
from monitor.devnet.processes import Node
from monitor.devnet.programs import ROOT
from monitor.devnet.publish import write_report, write_wallets
from monitor.devnet.state import Running, State, owns
from monitor.devnet.tree import plant

SomeNode = TypeVar("SomeNode", bound=Node)

CONFIG = ROOT / "config/devnet.yaml"
RULES = ROOT / "config/prometheus/rules"

_EVM_CHAINS = {"ethereum": 1, "arbitrum": 42161}
USUAL_PORTS: Mapping[str, int] = MappingProxyType(
    {
        "bitcoin": 18443,
        "ethereum": 8545,
        "arbitrum": 8546,
        "inbox": 8025,
        "monitor": 9876,
        "prometheus": 9090,
        "alertmanager": 9093,
    }
)
"""Where config/devnet.yaml looks by default, and where the programs are usually found."""


class Devnet:
    """A running devnet. As a context manager it stops at the end."""

    def __init__(
        self,
        directory: Path,
        bitcoin: BitcoinNode,
        evm: Mapping[str, Anvil],
        inbox: Inbox,
        usual_ports: Mapping[str, int],
    ) -> None:
        """Use :meth:`start`, or :meth:`attach` for one that another process runs. ``evm`` by network."""
        self.directory = directory.resolve()
        self.heights: Mapping[str, int] = {}
        """By network: where the published amounts are true."""
        self.inbox = inbox
        """Where the monitor sends alerts."""
        self._chains: Mapping[str, Node] = {"bitcoin": bitcoin, **evm}
        self._running: dict[str, Node] = {}
        self._usual = usual_ports
        self._stack = ExitStack()
        ledgers: dict[str, Ledger] = {name: EvmLedger(node) for name, node in evm.items()}
        self._exchange = Exchange(holdings(), {"bitcoin": BitcoinLedger(bitcoin)} | ledgers)

    @classmethod
    def start(cls, directory: Path, *, usual_ports: bool = False) -> Self:
        """Start the nodes, fund the exchange's accounts and publish its documents.

        ``directory`` is emptied first, if it was a devnet's. ``usual_ports`` takes those of ``USUAL_PORTS`` that are
        free; otherwise any are taken.
        """
        _make_room(directory)
        usual = USUAL_PORTS if usual_ports else dict.fromkeys(USUAL_PORTS, 0)
        devnet = cls(
            directory,
            BitcoinNode(directory / "bitcoin", usual_port=usual["bitcoin"]),
            {name: Anvil(chain, directory / name, usual_port=usual[name]) for name, chain in _EVM_CHAINS.items()},
            Inbox(directory / "inbox", usual_port=usual["inbox"]),
            usual,
        )
        try:
            devnet._launch()
        except BaseException:
            devnet.stop()
            raise
        return devnet

    @classmethod
    def attach(cls, directory: Path) -> Self:
        """The devnet that another process runs in ``directory``, to ask and to drain; RequestError if there is none."""
        state = State.load(directory)
        if not state or not state.running:
            raise RequestError(f"no devnet runs in {directory}: `make run` starts one")
        return cls(
            directory,
            BitcoinNode(directory / "bitcoin", port=state.ports["bitcoin"]),
            {name: Anvil(chain, directory / name, port=state.ports[name]) for name, chain in _EVM_CHAINS.items()},
            Inbox(directory / "inbox", port=state.ports["inbox"]),
            state.ports,
        )

    def start_daemon(self) -> Daemon:
        """Run the monitor on it, and wait until its first pass is finished."""
        directory, usual = self.directory / "monitor", self._usual["monitor"]
        return self._run("monitor", Daemon(CONFIG, directory, environment=self.environment, usual_port=usual))

    def start_prometheus(self, target: str) -> Prometheus:
        """Run Prometheus on ``target`` (``host:port``) with the repository's rules, made quick, and Alertmanager.

        ProgramMissingError on a machine without them.
        """
        receiver = Alertmanager(self.directory / "alertmanager", usual_port=self._usual["alertmanager"])
        self._run("alertmanager", receiver)
        directory = self.directory / "prometheus"
        server = Prometheus(
            directory,
            targets={"reserve-monitor": target},
            rules=quick_rules(sorted(RULES.glob("*.rules.yml")), directory / "rules"),
            alertmanager=f"127.0.0.1:{receiver.port}",
            labels={"runbooks": f"{ROOT}/"},
            usual_port=self._usual["prometheus"],
        )
        return self._run("prometheus", server)

    @property
    def config_path(self) -> Path:
        return CONFIG

    @property
    def environment(self) -> dict[str, str]:
        """The variables with which ``config_path`` finds this devnet."""
        urls = {f"DEVNET_{name.upper()}_URL": node.url for name, node in self._chains.items()}
        inbox = {"DEVNET_INBOX_URL": f"json://127.0.0.1:{self.inbox.port}", "DEVNET_INBOX_PAGE": f"{self.inbox.url}/"}
        return {"DEVNET_DIRECTORY": str(self.directory), **urls, **inbox}

    def standings(self) -> list[Standing]:
        """Every asset of the exchange, as the chains have it now."""
        return [self._exchange.standing(asset) for asset in OWED]

    def drain(self, asset: str, share: str) -> list[Transfer]:
        """See :meth:`Exchange.drain`."""
        return self._exchange.drain(asset, share)

    def refill(self, asset: str = "") -> list[Transfer]:
        """Bring back what was drained, of one asset or of all."""
        return [moved for each in ([asset] if asset else OWED) for moved in self._exchange.refill(each)]

    def stop(self) -> None:
        """Stop everything that was started, the last first. The directory keeps its logs."""
        self._stack.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _launch(self) -> None:
        for name, node in {**self._chains, "inbox": self.inbox}.items():
            self._run(name, node)
        self.heights = self._exchange.fund()
        published = self.directory / "published"
        published.mkdir()
        write_wallets(published / "wallets.csv", holdings(), self.heights)
        tree = plant(OWED)
        (published / "full-liabilities-merkle-tree.txt").write_text(tree.text)
        (published / "user_info_file.json").write_text(tree.customer)
        write_report(published / "report.json", holdings(), datetime.now(UTC), tree.root)

    def _run(self, name: str, node: SomeNode) -> SomeNode:
        self._stack.enter_context(node)
        self._running[name] = node
        State(
            supervisor=Running.of(os.getpid()),
            ports={name: node.port for name, node in self._running.items()},
            processes={name: Running.of(node.pid) for name, node in self._running.items() if node.pid},
        ).save(self.directory)
        return node


def _make_room(directory: Path) -> None:
    """Empty ``directory`` of an earlier devnet, and end what is left of it."""
    state = State.load(directory)
    if state and state.running:
        raise RequestError(f"a devnet runs in {directory} already: `reserve-monitor devnet down` ends it")
    if not owns(directory):
        raise RequestError(f"{directory} holds something else than a devnet: choose another --directory")
    if state:
        state.end()
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
