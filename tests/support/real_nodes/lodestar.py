"""Lodestar 0.34.2 (npm), a beacon node with validators of its own: a chain of one-second slots that becomes final.

It is from before the merge. So what the API calls ``id`` it calls ``indices``, and it says nothing of
``execution_optimistic``, for there is no execution client that could have checked anything: :func:`today` puts both
right.
"""

import json
import shutil
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.test_utils import RawTestServer

from monitor.devnet.nodes.prometheus import local_get
from monitor.devnet.processes import Node, free_port
from monitor.devnet.programs import ProgramMissingError
from monitor.model import Caip2, Network
from tests.support.beacon import BEACON
from tests.support.real_nodes import installed

VALIDATORS = 8
_PARAMETERS = 'PRESET_BASE: "minimal"\nSECONDS_PER_SLOT: "1"\n'
_BEGINS_IN = 20
"""Seconds after its start that its chain begins: validators that come late miss their first slots."""


class Lodestar(Node):
    """A chain of its own, on ``url``."""

    name = "lodestar"

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self._peers = 0

    def choose_ports(self) -> None:
        super().choose_ports()
        self._peers = free_port()

    def command(self) -> Sequence[str | Path]:
        program = shutil.which("node")
        if not program:
            raise ProgramMissingError("node is not on PATH: `apt-get install --no-install-recommends nodejs`")
        parameters = self.directory / "parameters.yaml"
        parameters.write_text(_PARAMETERS)
        script = installed("npm/node_modules/.bin/lodestar").resolve()
        options = {
            "paramsFile": parameters,
            "rootDir": self.directory / "data",
            "server": self.url,
            "genesisValidators": VALIDATORS,
            "startValidators": f"0:{VALIDATORS - 1}",
            "genesisTime": int(time.time()) + _BEGINS_IN,
            "api.rest.api": "*",
            "api.rest.port": self.port,
            "network.discv5.enabled": "false",
            "network.discv5.bindAddr": f"/ip4/127.0.0.1/udp/{self._peers}",
            "network.localMultiaddrs": f"/ip4/127.0.0.1/tcp/{self._peers}",
        }
        return program, script, "dev", *(f"--{name}={value}" for name, value in options.items())

    @property
    def environment(self) -> dict[str, str]:
        return {"LODESTAR_PRESET": "minimal", "NODE_BACKEND": "js"}

    def ask(self) -> None:
        local_get(self.port, "/eth/v1/beacon/genesis")

    def get(self, path: str) -> Any:
        """What it tells under ``path``."""
        return json.loads(local_get(self.port, path))["data"]

    def slot(self, name: str) -> int:
        """The slot of the block that the API calls so."""
        return int(self.get(f"/eth/v1/beacon/headers/{name}")["header"]["message"]["slot"])

    @property
    def network(self) -> Network:
        """The beacon chain, if it were this one."""
        root = self.get("/eth/v1/beacon/genesis")["genesis_validators_root"]
        return replace(BEACON, caip2=Caip2(f"beacon:{root[2:34]}"))


@asynccontextmanager
async def today(node: Lodestar) -> AsyncIterator[str]:
    """Serve the node's own answers in the words of today's API until the end of the block; gives the URL."""

    async def hand_on(request: web.BaseRequest) -> web.Response:
        query = [("indices" if name == "id" else name, value) for name, value in request.query.items()]
        url, body, kind = node.url + request.path, await request.read(), {"Content-Type": request.content_type}
        async with session.request(request.method, url, params=query, data=body, headers=kind) as answer:
            told = await answer.json()
        if answer.ok:
            told["execution_optimistic"] = False
        return web.json_response(told, status=answer.status)

    async with aiohttp.ClientSession() as session, RawTestServer(hand_on, host="127.0.0.1") as server:
        yield str(server.make_url(""))
