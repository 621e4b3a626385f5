"""A node of the Cosmos SDK (wasmd) on a chain that is called as the Cosmos Hub, with a block each half second."""

import json
import os
import re
import shutil
import subprocess
from base64 import b64encode
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from monitor.devnet.jsonrpc import JsonRpc, NoAnswerError, RpcError
from monitor.devnet.processes import ASK_TIMEOUT, Node, NotReadyError, free_port
from monitor.model import Address, Token
from monitor.registry import load
from tests.support.real_nodes import installed
from tests.support.waiting import eventually

COSMOS = load().networks["cosmos"]
ATOM = Token("ATOM", "cosmos", None, 6)
USDC = Token("USDC", "cosmos", "ibc/F663521BF1836B00F5F177680F74BFB9A8B5654A694D0D2BC249E03CF2509013", 6)
DENOMS = {ATOM: "uatom", USDC: str(USDC.contract)}
KEPT = 40
"""Blocks whose state it keeps."""
_CHAIN = "cosmoshub-4"
_STAKED = 100_000_000
_FUNDS = 10 * _STAKED
_PRUNING = {"pruning": "custom", "pruning-keep-recent": str(KEPT), "pruning-interval": "10"}
_KEYRING = ("--keyring-backend", "test")


class CosmosNode(Node):
    """The chain's only validator, whose own account has coins to send and to stake."""

    name = "wasmd"

    def __init__(self, directory: Path, held: Mapping[Token, Mapping[Address, int]]) -> None:
        """``held`` are the balances of the first block."""
        super().__init__(directory)
        self._held = held
        self.home = directory / "home"
        self.account = ""
        """The validator's."""
        self.validator = ""
        """What it is called as one."""

    @property
    def environment(self) -> Mapping[str, str]:
        return {"LD_LIBRARY_PATH": str(installed("wasmd").parent)}

    def command(self) -> Sequence[str | Path]:
        if not self.home.exists():
            self._make()
        return (
            *(installed("wasmd"), "start", "--home", self.home),
            *("--rpc.laddr", f"tcp://127.0.0.1:{self.port}", "--p2p.laddr", f"tcp://127.0.0.1:{free_port()}"),
            *("--grpc.enable=false", "--api.enable=false", "--minimum-gas-prices", "0uatom"),
        )

    def ask(self) -> None:
        try:
            if self.height() < 3:
                raise NotReadyError
        except (NoAnswerError, KeyError) as error:
            raise NotReadyError from error

    def height(self) -> int:
        """The newest block's."""
        status = JsonRpc(self.url, timeout=ASK_TIMEOUT)("status")
        return int(status["sync_info"]["latest_block_height"])

    # --- the chain ---

    def _make(self) -> None:
        """Write a first block, and settings that keep everything on 127.0.0.1."""
        self._run("init", "one", "--chain-id", _CHAIN, "--default-denom", "uatom")
        self._run("keys", "add", "one", *_KEYRING)
        self.account = self._run("keys", "show", "one", "-a", *_KEYRING).strip()
        self.validator = self._run("keys", "show", "one", "-a", "--bech", "val", *_KEYRING).strip()
        self._run("genesis", "add-genesis-account", self.account, f"{_FUNDS}uatom")
        self._give()
        self._run("genesis", "gentx", "one", f"{_STAKED}uatom", "--chain-id", _CHAIN, *_KEYRING)
        self._run("genesis", "collect-gentxs")
        self._set("config.toml", {"timeout_commit": "500ms", "pprof_laddr": "", "max_request_batch_size": 1000})
        self._set("app.toml", _PRUNING)

    def _give(self) -> None:
        path = self.home / "config" / "genesis.json"
        genesis = json.loads(path.read_text())
        bank = genesis["app_state"]["bank"]
        total = {"uatom": _FUNDS}
        accounts: dict[Address, dict[str, int]] = {each: {} for held in self._held.values() for each in held}
        for token, held in self._held.items():
            for account, units in held.items():
                if units:
                    accounts[account][DENOMS[token]] = units
                    total[DENOMS[token]] = total.get(DENOMS[token], 0) + units
        bank["balances"] += [{"address": each, "coins": _coins(units)} for each, units in accounts.items() if units]
        bank["supply"] = _coins(total)
        path.write_text(json.dumps(genesis))

    def _set(self, file: str, settings: Mapping[str, str | int]) -> None:
        path = self.home / "config" / file
        written = path.read_text()
        for name, value in settings.items():
            written, times = re.subn(rf"(?m)^{name} = .*$", f"{name} = {json.dumps(value)}", written)
            assert times == 1, name
        path.write_text(written)

    def _run(self, *arguments: str) -> str:
        command = [str(installed("wasmd")), *arguments, "--home", str(self.home)]
        environment = {**os.environ, **self.environment}
        done = subprocess.run(command, check=False, env=environment, capture_output=True, text=True)
        assert not done.returncode, done.stderr[-2000:]
        return done.stdout

    # --- what happens on it ---

    def send(self, account: Address, units: int) -> int:
        """Send coins; gives the height from which on they are there."""
        return self._transact("bank", "send", self.account, account, f"{units}uatom")

    def unstake(self, units: int) -> int:
        return self._transact("staking", "unbond", self.validator, f"{units}uatom")

    def bank(self, account: Address, height: int) -> int:
        """What its own client says that an account has free."""
        told = self._ask("query", "bank", "balance", account, "uatom", "--height", str(height))
        return int(told["balance"]["amount"])

    def _ask(self, *what: str) -> Any:
        return json.loads(self._run(*what, "--node", self.url.replace("http", "tcp"), "--output", "json"))

    def _transact(self, *what: str) -> int:
        told = self._ask("tx", *what, "--from", "one", "--chain-id", _CHAIN, "--gas", "400000", *_KEYRING, "--yes")
        assert not told["code"], told
        node, digest = JsonRpc(self.url), b64encode(bytes.fromhex(told["txhash"])).decode()

        def found() -> Any:
            with suppress(RpcError):  # what it says of a transaction that is in no block yet
                return node("tx", digest, False)

        eventually(found)
        done = found()
        assert not done["tx_result"]["code"], done
        return int(done["height"])


class Waiting(CosmosNode):
    """The same chain with another key, so no validator: it waits for others to give it blocks."""

    def __init__(self, directory: Path, node: CosmosNode) -> None:
        super().__init__(directory, {})
        shutil.copytree(node.home / "config", self.home / "config")
        (self.home / "config" / "priv_validator_key.json").unlink()
        (self.home / "data").mkdir()
        (self.home / "data" / "priv_validator_state.json").write_text('{"height": "0", "round": 0, "step": 0}')

    def ask(self) -> None:
        try:
            self.height()
        except (NoAnswerError, KeyError) as error:
            raise NotReadyError from error


def _coins(units: Mapping[str, int]) -> list[dict[str, str]]:
    return [{"denom": denom, "amount": str(amount)} for denom, amount in sorted(units.items())]
