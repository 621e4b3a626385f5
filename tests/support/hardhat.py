"""Hardhat 2's EVM node, which is no relative of anvil's: other code, other words for what it refuses."""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from monitor.devnet.jsonrpc import JsonRpc, NoAnswerError
from monitor.devnet.processes import ASK_TIMEOUT, Node, NotReadyError
from monitor.devnet.programs import ROOT, ProgramMissingError

_PROGRAM = ROOT / "node_modules/hardhat/internal/cli/bootstrap.js"
_CONFIGURATION = "module.exports = { networks: { hardhat: { chainId: %d } } };\n"


class Hardhat(Node):
    """One EVM network on ``url``; every transaction is a block of its own."""

    name = "hardhat"

    def __init__(self, chain_id: int, directory: Path) -> None:
        super().__init__(directory)
        self._chain_id = chain_id

    def command(self) -> Sequence[str | Path]:
        program = shutil.which("node")
        if not program or not _PROGRAM.is_file():
            raise ProgramMissingError(f"{_PROGRAM} is missing: `npm ci` installs it")
        configuration = self.directory / "hardhat.config.js"
        configuration.write_text(_CONFIGURATION % self._chain_id)
        options = ("--config", configuration, "node", "--hostname", "127.0.0.1", "--port", str(self.port))
        return program, _PROGRAM, *options

    @property
    def environment(self) -> Mapping[str, str]:
        return {"HARDHAT_DISABLE_TELEMETRY_PROMPT": "true"}

    def ask(self) -> None:
        try:
            JsonRpc(self.url, timeout=ASK_TIMEOUT)("eth_chainId")
        except NoAnswerError as error:
            raise NotReadyError from error

    def rpc(self, method: str, *params: object) -> Any:
        """The result of a JSON-RPC method; RpcError when the node refuses."""
        return JsonRpc(self.url)(method, *params)
