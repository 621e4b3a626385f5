"""A Bitcoin node on regtest, with a miner's wallet that pays any script exact amounts."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bitcoin.core import CMutableTransaction, CMutableTxOut, CScript, b2x

from monitor.devnet import programs
from monitor.devnet.jsonrpc import JsonRpc, NoAnswerError, RpcError
from monitor.devnet.processes import ASK_TIMEOUT, Node, NotReadyError
from monitor.registry import load
from monitor.registry.addresses import bitcoin as addresses

COINBASE_MATURITY = 100
SUBSIDY = 50 * 100_000_000
"""Satoshi of new coins in each of regtest's first 150 blocks."""
_WARMING_UP = -28


class BitcoinNode(Node):
    """bitcoind or a derivative on ``url``, alone in the world.

    Scripts know no network: an account of mainnet is funded here through its script, and ``scantxoutset`` finds it by
    ``raw(<script>)``, though regtest would not accept its address.
    """

    name = "bitcoind"
    network = "bitcoin"
    """Whose addresses are funded."""
    options: Sequence[str] = ("-fixedseeds=0", "-txindex=1", "-coinstatsindex=1", "-blockfilterindex=1")
    """Those of its own version."""
    user = "devnet"
    password = "devnet"  # noqa: S105 - of a node that only this machine reaches and that holds nothing

    def __init__(self, directory: Path, *, port: int = 0, usual_port: int = 0, arguments: Sequence[str] = ()) -> None:
        """``arguments`` are further options of the node, such as ``-txospenderindex=1``."""
        super().__init__(directory, port=port, usual_port=usual_port)
        self._arguments = arguments

    def program(self) -> Path:
        return programs.bitcoind()

    def command(self) -> Sequence[str | Path]:
        data = self.directory / "bitcoin"
        data.mkdir(exist_ok=True)
        return (
            *(self.program(), f"-datadir={data}", "-regtest", "-server=1", "-listen=0", "-connect=0"),
            *("-dnsseed=0", "-discover=0", "-printtoconsole=1", "-nodebuglogfile"),
            *("-rpcbind=127.0.0.1", "-rpcallowip=127.0.0.1", f"-rpcport={self.port}"),
            *(f"-rpcuser={self.user}", f"-rpcpassword={self.password}", "-rpcthreads=8", "-rpcworkqueue=256"),
            *(*self.options, "-fallbackfee=0.0001"),
            *self._arguments,
        )

    def ask(self) -> None:
        try:
            self._client(ASK_TIMEOUT)("getblockchaininfo")
        except NoAnswerError as error:
            raise NotReadyError from error
        except RpcError as error:
            if error.code == _WARMING_UP:
                raise NotReadyError from error
            raise

    def rpc(self, method: str, *params: object) -> Any:  # noqa: ANN401 - whatever the method returns
        """The result of a JSON-RPC method, amounts as Decimal coins; RpcError when the node refuses."""
        return self._client()(method, *params)

    def _client(self, timeout: float = 60) -> JsonRpc:
        return JsonRpc(self.url, user=self.user, password=self.password, timeout=timeout)

    @property
    def authenticated_url(self) -> str:
        """``url`` with user and password, as an Electrum server wants it."""
        return f"http://{self.user}:{self.password}@127.0.0.1:{self.port}"

    def open_wallet(self) -> None:
        """Create the miner's wallet, or load it after a restart."""
        if "miner" in self.rpc("listwallets"):
            return
        known = {wallet["name"] for wallet in self.rpc("listwalletdir")["wallets"]}
        self.rpc("loadwallet" if "miner" in known else "createwallet", "miner")

    def mine(self, blocks: int = 1) -> int:
        """Mine blocks for the miner's wallet; the new height."""
        self.open_wallet()
        self.rpc("generatetoaddress", blocks, self.rpc("getnewaddress"))
        height: int = self.rpc("getblockcount")
        return height

    def fund(self, amounts: Mapping[str, int]) -> int:
        """Pay each mainnet address exactly that many satoshi, in one transaction and block; the height of the block.

        The miner's coins pay the fee. Coins that are missing are mined first.
        """
        self._earn(sum(amounts.values()) + SUBSIDY)
        outputs = [
            CMutableTxOut(amount, CScript(script_of(address, self.network))) for address, amount in amounts.items()
        ]
        unfunded = b2x(CMutableTransaction([], outputs).serialize())
        # Without an input the witness marker and an empty input list look the same: say that there is no witness.
        funded = self.rpc("fundrawtransaction", unfunded, {"changePosition": len(outputs)}, False)["hex"]  # noqa: FBT003
        signed = self.rpc("signrawtransactionwithwallet", funded)["hex"]
        self.rpc("sendrawtransaction", signed)
        return self.mine()

    def _earn(self, satoshi: int) -> None:
        """Mine until the miner's wallet can spend ``satoshi``."""
        self.open_wallet()
        while (missing := satoshi - int(self.rpc("getbalance") * 100_000_000)) > 0:
            immature = int(self.rpc("getbalances")["mine"]["immature"] * 100_000_000)
            self.mine(max(1, -(-(missing - immature) // SUBSIDY)) if missing > immature else COINBASE_MATURITY)


def script_of(address: str, network: str = "bitcoin") -> bytes:
    """The output script of a mainnet address; AddressError when it is none."""
    return addresses.script_pubkey(addresses.decode(load().networks[network], address))
