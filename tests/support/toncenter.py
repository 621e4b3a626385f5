"""TON's virtual machine and real contracts, on a private chain that only tests know (tests/support/toncenter.mjs)."""

import http.client
import json
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from monitor.devnet.nodes.prometheus import local_get
from monitor.devnet.processes import Node
from monitor.devnet.programs import ROOT, ProgramMissingError
from monitor.model import Address, Caip2, Token
from monitor.registry import load
from monitor.registry.addresses import decode

PRIVATE = replace(load().networks["ton"], caip2=Caip2("tvm:-217"))
TON = Token("TON", "ton", None, 9)
_PROGRAM = ROOT / "tests/support/toncenter.mjs"
_MACHINE = ROOT / "node_modules/@ton/sandbox"


class Toncenter(Node):
    """One server of TON's HTTP API on ``url``; whatever happens on its chain is a block of its own."""

    name = "toncenter"

    def __init__(self, directory: Path, *, global_id: int = -217) -> None:
        super().__init__(directory)
        self._global_id = global_id

    def command(self) -> Sequence[str | Path]:
        program = shutil.which("node")
        if not program or not _MACHINE.is_dir():
            raise ProgramMissingError(f"{_MACHINE} is missing: `npm ci` installs it")
        return program, _PROGRAM, str(self.port), str(self._global_id)

    def ask(self) -> None:
        local_get(self.port, "/getMasterchainInfo")

    def newest(self) -> Any:
        """The newest block, as it is told."""
        return json.loads(local_get(self.port, "/getMasterchainInfo"))["result"]["last"]

    def pay(self, account: Address, units: int) -> None:
        """Send coins to an account."""
        self._happens("coins", account=account, units=str(units))

    def jetton(self, name: str) -> Token:
        """Deploy the master of a new jetton, which is another one each time."""
        return Token(name, "ton", self._happens("jetton"), 6)

    def mint(self, token: Token, owner: Address, units: int) -> None:
        self._happens("mint", master=token.contract, owner=owner, units=str(units))

    def key_wallet(self, key: bytes, version: str) -> Address:
        """Deploy the wallet contract of a public key; ``version`` is as in "V4"."""
        return decode(PRIVATE, self._happens("key", key=key.hex(), version=version)).canonical

    def replace(self, account: Address, code: str, *, owner: Address, master: Address, units: int) -> None:
        """Put another contract there: the ``code`` of a jetton's "wallet" or "minter", with the data of a wallet."""
        self._happens("replace", account=account, code=code, owner=owner, master=master, units=str(units))

    def run(self, account: Address, method: str, *slices: str) -> Any:
        """What a get-method ends with at the newest block, given bags of cells."""
        stack = [["tvm.Slice", each] for each in slices]
        asked = {"address": account, "method": method, "stack": stack, "seqno": self.newest()["seqno"]}
        return self._post("/runGetMethod", asked)

    def _happens(self, what: str, **how: object) -> Any:
        return self._post(f"/sandbox/{what}", how)

    def _post(self, path: str, body: object) -> Any:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("POST", path, json.dumps(body))
            answer = json.loads(connection.getresponse().read())
        finally:
            connection.close()
        assert answer["ok"], answer
        return answer["result"]
