"""anvil: an EVM node whose accounts, code and chain id can be set."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from monitor.devnet import programs
from monitor.devnet.jsonrpc import JsonRpc, NoAnswerError
from monitor.devnet.processes import ASK_TIMEOUT, Node, NotReadyError


class Anvil(Node):
    """One EVM network on ``url``. Every transaction is a block of its own, and costs no gas unless it says so.

    ``finalized`` is four blocks behind the head and ``safe`` two, so that both can be told from ``latest`` and still
    follow it; anvil's own epoch of 32 slots would keep them at block 0 for 64 blocks.
    """

    def __init__(
        self, chain_id: int, directory: Path, *, port: int = 0, usual_port: int = 0, arguments: Sequence[str] = ()
    ) -> None:
        """``arguments`` come last and override these defaults, such as ``("--block-time", "1")``."""
        super().__init__(directory, port=port, usual_port=usual_port)
        self.name = f"anvil-{chain_id}"
        self.chain_id = chain_id
        self._arguments = arguments

    def command(self) -> Sequence[str | Path]:
        return (
            *(programs.anvil(), "--host", "127.0.0.1", "--port", str(self.port), "--chain-id", str(self.chain_id)),
            *("--base-fee", "0", "--gas-price", "0", "--slots-in-an-epoch", "2", "--color", "never"),
            *self._arguments,
        )

    def ask(self) -> None:
        try:
            JsonRpc(self.url, timeout=ASK_TIMEOUT)("eth_chainId")
        except NoAnswerError as error:
            raise NotReadyError from error

    def rpc(self, method: str, *params: object) -> Any:  # noqa: ANN401 - whatever the method returns
        """The result of a JSON-RPC method; RpcError when the node refuses."""
        return JsonRpc(self.url)(method, *params)

    def mine(self, blocks: int = 1) -> None:
        """Mine empty blocks."""
        self.rpc("anvil_mine", hex(blocks))
