"""Stand-ins for nodes that are asked who controls an account, with the answers that public documentation gives."""

import copy
import json
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp.test_utils import RawTestServer
from base58 import b58decode
from coincurve import PrivateKey

from monitor.model import Network, OwnerQuestion
from monitor.registry import load

DATA = Path(__file__).parent.parent / "data" / "chains"
NETWORKS = load().networks
STRANGER = b"\x5a" * 32
STARKNET_BLOCK = "0x7c3b4c7c5c1f7e0c8b3d8a8f2f1f0e4b6a1d2c3e4f5a6b7c8d9e0f1a2b3c4d5"


@dataclass(frozen=True)
class Failing:
    """An answer with another status than 200."""

    status: int
    document: Any


class OwnerStandIn:
    """Gives to every path, or method of a JSON body, the answer recorded for it; 404 to others.

    An answer is JSON, :class:`Failing`, or a function of the request's JSON body or query that gives one of them.
    """

    def __init__(self, answers: dict[str, Any]) -> None:
        self.answers = copy.deepcopy(answers)
        self.asked: list[str] = []
        """What was asked for, in order."""
        self.bodies: defaultdict[str, list[Any]] = defaultdict(list)
        """The JSON bodies, or queries, of what was asked for."""
        self.heeds = True
        """Whether it looks at the block that it is asked for, where answers do not name theirs."""

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        raw = await request.read()
        body = json.loads(raw) if raw else list(request.query.items())
        key = body["method"] if request.path == "/" and isinstance(body, dict) else request.path
        self.asked.append(key)
        self.bodies[key].append(body)
        if refusal := _of_the_first_block(key, body) or (self.heeds and _of_no_block(key, body)):
            answer = refusal
        else:
            answer = self.answers.get(key, Failing(404, {"code": 404, "message": "no such thing"}))
        if callable(answer):
            answer = answer(body)
        status = answer.status if isinstance(answer, Failing) else 200
        document = answer.document if isinstance(answer, Failing) else answer
        if isinstance(body, dict) and "jsonrpc" in body:
            error = isinstance(document, dict) and "error" in document
            document = {"jsonrpc": "2.0", "id": body["id"], **(document if error else {"result": document})}
        return web.Response(status=status, text=json.dumps(document), content_type="application/json")

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[str]:
        """Serve until the end of the block; gives the URL."""
        async with RawTestServer(self.handle, host="127.0.0.1") as server:
            yield str(server.make_url("/"))


def _of_the_first_block(key: str, body: Any) -> Any:
    """The refusal of the chain's first block, which none of them has any more; None for all else."""
    match key, body:
        case "starknet_getBlockWithTxHashes", {"params": [{"block_number": 0}]}:
            return {"error": {"code": 24, "message": "Block not found"}}
        case "ledger", {"params": [{"ledger_index": 32570}]}:
            return {"result": {"error": "lgrNotFound", "error_code": 21, "status": "error"}}
    return None


def _of_no_block(key: str, body: Any) -> Any:
    """The refusal of a block that nobody has; None for those that there are."""
    match key, body:
        case "starknet_call", {"params": [_, {"block_hash": block}]} if block != STARKNET_BLOCK:
            return {"error": {"code": 24, "message": "Block not found"}}
        case "/runGetMethod", {"seqno": number} if number > 2**30:
            return Failing(500, {"ok": False, "error": "LITE_SERVER_UNKNOWN: cannot load block", "code": 500})
        case _, [("ledger_version", version)] if int(version) > 2**40:
            return Failing(404, {"message": "Ledger version not found", "error_code": "version_not_found"})
    return None


@dataclass(frozen=True)
class Protocol:
    """A protocol as documented: answers about one account, the question that they confirm, and how it can be spoilt."""

    name: str
    network: Network
    question: OwnerQuestion
    elsewhere: Callable[[dict[str, Any]], None]
    """Puts the answers on another chain."""
    strangers: tuple[OwnerQuestion, ...] = ()
    """The same question about keys or accounts that have no say."""
    answers: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.name


def recorded(name: str) -> dict[str, Any]:
    answers: dict[str, Any] = json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))["answers"]
    return answers


def places(document: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of everything inside a JSON document, itself included."""
    yield path
    children = (
        document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    )
    for key, child in children:
        yield from places(child, (*path, key))


def spoilt(document: Any, path: tuple[Any, ...], value: Any) -> Any:
    """``document`` with ``value`` at ``path``."""
    if not path:
        return value
    changed = copy.copy(document)
    changed[path[0]] = spoilt(document[path[0]], path[1:], value)
    return changed


VALIDATOR = "0x8a6aa2eb61ac6d62357b19969be8d4a4e034613aca7096c63667f5b590637af24692d148a4b82b855e1b74d9fc1be1c2"
STATE_ROOT = "0x76fdf281e50235e62fdb8a347b647fb0b4ceeb794faf4ad92aeefb2fb8d7c0bb"
"""Of the slot that the recorded answers of the beacon chain are about."""
WITHDRAWAL = "0x7e4aa755550152a5d0e121a40dc83c23ddb48764"


def _made(name: str) -> bytes:
    """The made-up keys of the recorded answers."""
    return sha256(name.encode()).digest()


def _protocol(
    name: str,
    network: str,
    account: str,
    path: tuple[str, ...],
    elsewhere: object,
    *,
    signers: tuple[str, ...] = (),
    keys: tuple[bytes, ...] = (),
) -> Protocol:
    """``path`` leads to where the answers name their chain, which is ``elsewhere`` to be another one.

    The first of ``signers`` or ``keys`` controls the account; the others have no say.
    """
    question, *strangers = [
        *(OwnerQuestion(network, account, signers=(signer,)) for signer in signers),
        *(OwnerQuestion(network, account, keys=(key,)) for key in keys),
    ]

    def move(answers: dict[str, Any]) -> None:
        answers[path[0]] = spoilt(answers[path[0]], path[1:], elsewhere)

    return Protocol(
        name=name,
        network=NETWORKS[network],
        question=question,
        elsewhere=move,
        strangers=tuple(strangers),
        answers=recorded(name),
    )


PROTOCOLS = (
    _protocol(
        "beacon",
        "ethereum-beacon",
        VALIDATOR,
        ("/eth/v1/beacon/genesis", "data", "genesis_validators_root"),
        "0x" + "9f" * 32,
        signers=(WITHDRAWAL, "0x" + "11" * 20),
    ),
    _protocol(
        "aptos",
        "aptos",
        "0x" + "a1" * 32,
        ("/", "chain_id"),
        2,
        signers=("0x" + _made("aptos key").hex(), "0x" + STRANGER.hex(), "0x" + "a1" * 32),
    ),
    _protocol(
        "antelope",
        "eos",
        "okbtothemoon",
        ("/v1/chain/get_info", "chain_id"),
        "1064487b3cd1a897ce03ae5b6a865651747e2e152090f99c1d19d44e01aea5a4",
        keys=(PrivateKey(b"\1" * 32).public_key.format(), PrivateKey(STRANGER).public_key.format()),
    ),
    _protocol(
        "rippled",
        "xrp",
        "rN7n7otQDd6FczFgLdSqtcsAUxDkw6fzRH",
        ("server_info", "result", "info", "network_id"),
        1,
        signers=(
            "rMnXR9p2sZT9iZ6ew3iEqvBMyPts1ADc4i",
            "rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTh",
            "ravbHNootpSNQkxyEFCWevSkHsFGDHfyop",
            "rN7n7otQDd6FczFgLdSqtcsAUxDkw6fzRH",
        ),
    ),
    _protocol(
        "toncenter",
        "ton",
        "0:" + "70" * 32,
        ("/getBlockHeader", "result", "global_id"),
        -3,
        keys=(_made("ton key"), STRANGER),
    ),
    _protocol(
        "starknet",
        "starknet",
        "0x" + "05" * 32,
        ("starknet_chainId",),
        "0x534e5f5345504f4c4941",
        keys=((int.from_bytes(_made("stark key"), "big") >> 8).to_bytes(32, "big"), STRANGER),
    ),
    _protocol(
        "near",
        "near",
        "reserves.okx.near",
        ("status", "chain_id"),
        "testnet",
        keys=(_made("near key"), STRANGER, b58decode("H9k5eiU4xXS3M4z8HzKJSLaZdqGdGwBG49o7orNC4eZW")),
    ),
)
