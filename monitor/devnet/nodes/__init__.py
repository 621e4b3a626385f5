"""The real programs that a devnet runs, one file each."""

from monitor.devnet.nodes.alertmanager import Alertmanager
from monitor.devnet.nodes.anvil import Anvil
from monitor.devnet.nodes.bitcoin import BitcoinNode
from monitor.devnet.nodes.daemon import Daemon
from monitor.devnet.nodes.electrum import ElectrumServer
from monitor.devnet.nodes.inbox import Inbox
from monitor.devnet.nodes.prometheus import Prometheus

__all__ = ["Alertmanager", "Anvil", "BitcoinNode", "Daemon", "ElectrumServer", "Inbox", "Prometheus"]
