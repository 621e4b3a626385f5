"""A stand-in for a beacon node with a small chain: slots, some of them empty, and validators.

Paths and shapes are those of ethereum/beacon-APIs: apis/beacon/genesis.yaml, config/spec.yaml, blocks/header.yaml,
blocks/blinded_block.yaml, states/validators.yaml; values are made up.
"""

import hashlib
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.test_utils import RawTestServer

from monitor.model import Position, PositionKind, Token
from monitor.registry import load

BEACON = load().networks["ethereum-beacon"]
STAKED = Token("ETH", "ethereum-beacon", None, 9, Position("validators", PositionKind.STAKED, 9))
GENESIS_ROOT = "0x4b363db94e286120d76eb905340fdd4e54bfe9f06bf33ff6cf5ad27f511bfe95"
SLOT = 12
GWEI = 10**9
_BEGAN = int(time.time())
"""When the newest slot began: on all stand-ins at the same moment."""


def key(number: int) -> str:
    """A validator's public key: the bit that marks a compressed point is set."""
    return f"0x{(0b100 << 381) + number:096x}"


def credentials(address: str, kind: str = "01") -> str:
    return f"0x{kind}{'00' * 11}{address[2:]}"


@dataclass
class Staked:
    """One validator."""

    key: str
    balance: int
    credentials: str = "0x00" + "ab" * 31
    status: str = "active_ongoing"


@dataclass
class BeaconStandIn:
    """Tells the truth about its chain until a test tells it otherwise."""

    tip: int = 100
    final: int = 64
    behind: int = 40
    """What an execution block's number is less than its slot, were no slot empty."""
    empty: set[int] = field(default_factory=set)
    validators: list[Staked] = field(default_factory=list)
    posts: bool = True
    roots: bool = True
    """Whether it finds states by their roots."""
    ignores: set[str] = field(default_factory=set)
    """What it does not look at: ``roots`` and ``slots`` of states, ``ids`` of headers and blocks."""
    late: int = 0
    """Seconds by which its slots begin later than those of others."""
    optimistic: bool = False
    most: int = 10**9
    """Validators in one answer: a node that cuts it off there, against the API."""
    pruned_below: int = 0
    forks: dict[int, str] = field(default_factory=dict)
    """Slot to what makes its block another one."""
    asked: list[tuple[str, str, int]] = field(default_factory=list)
    """Method, path and number of ids of every request."""
    genesis_root: str = GENESIS_ROOT

    def root(self, slot: int) -> str:
        return "0x" + hashlib.sha256(f"{self.forks.get(slot, '')} {slot}".encode()).hexdigest()

    def state_root(self, slot: int) -> str:
        return "0x" + hashlib.sha256(f"{self.root(slot)} state".encode()).hexdigest()

    def number(self, slot: int) -> int:
        """Of the execution block in ``slot``."""
        return slot - self.behind - sum(gap <= slot for gap in self.empty)

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        ids = list(request.query.getall("id", []))
        if request.method == "POST":
            ids = (await request.json())["ids"]
        self.asked.append((request.method, request.path, len(ids)))
        document = self._answer(request.method, request.path.strip("/").split("/"), ids)
        if document is None:
            return web.json_response({"code": 404, "message": "not found"}, status=404)
        return web.json_response(document)

    def _answer(self, method: str, path: Sequence[str], ids: list[str]) -> Any:
        match list(path[2:]):
            case ["beacon", "genesis"]:
                genesis = _BEGAN - SLOT * self.tip + self.late
                return {"data": {"genesis_time": str(genesis), "genesis_validators_root": self.genesis_root}}
            case ["config", "spec"]:
                return {"data": {"SECONDS_PER_SLOT": str(SLOT)}}
            case ["beacon", "headers", name] if (slot := self._slot(name)) is not None:
                message = {"slot": str(slot), "state_root": self.state_root(slot)}
                return self._flagged({"root": self.root(slot), "header": {"message": message}})
            case ["beacon", "blinded_blocks", name] if (slot := self._slot(name)) is not None:
                payload = {"block_number": str(self.number(slot))}
                return self._flagged({"message": {"slot": str(slot), "body": {"execution_payload_header": payload}}})
            case ["beacon", "states", name, "validators"] if method == "GET" or self.posts:
                return self._flagged(self._known(ids)) if self._has_state(name) else None
        return None

    def _has_state(self, name: str) -> bool:
        if name.isdecimal():
            return "slots" in self.ignores or self.pruned_below <= int(name) <= self.tip
        known = {self.state_root(slot) for slot in range(self.pruned_below, self.tip + 1)} if self.roots else set()
        return "roots" in self.ignores or name in known

    def _slot(self, name: str) -> int | None:
        slot = {"head": self.tip, "finalized": self.final}.get(name)
        slot = int(name) if slot is None else slot
        slot = self.tip if "ids" in self.ignores else slot
        return None if slot in self.empty or slot > self.tip else slot

    def _flagged(self, data: object) -> dict[str, object]:
        return {"execution_optimistic": self.optimistic, "finalized": True, "data": data}

    def _known(self, ids: list[str]) -> list[dict[str, object]]:
        wanted = set(ids)
        found: list[dict[str, object]] = [
            {
                "index": str(index),
                "balance": str(one.balance),
                "status": one.status,
                "validator": {"pubkey": one.key, "withdrawal_credentials": one.credentials},
            }
            for index, one in enumerate(self.validators)
            if str(index) in wanted or one.key in wanted
        ]
        return found[: self.most]

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[str]:
        """Serve until the end of the block; gives the URL."""
        async with RawTestServer(self.handle, host="127.0.0.1") as server:
            yield str(server.make_url("/"))
