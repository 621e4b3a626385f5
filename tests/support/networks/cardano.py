"""Koios: shapes of its API (tip, genesis, address_info in cardano-community/koios-artifacts). Ogmios: its manual's."""

import json
from collections.abc import Callable
from hashlib import blake2b
from typing import Any

import pytest
from aiohttp import WSMessage, WSMsgType, web

from monitor.chains.cardano.koios import _WITNESS
from monitor.chains.http import Http
from monitor.model import Address, Token
from monitor.registry import load
from monitor.registry.addresses.encodings import bech32
from tests.support.networks.standin import START, Asked, NetworkStandIn, Refusal


class _Cardano(NetworkStandIn):
    network = load().networks["cardano"]
    coin = Token("ADA", "cardano", None, 6)
    pins = False

    @classmethod
    def account(cls, number: int) -> Address:
        return bech32.encode_account("addr", bytes([0x61]) + blake2b(f"{number}".encode(), digest_size=28).digest())

    @staticmethod
    def hash_of(number: int) -> str:
        return f"{number:064x}"


class KoiosStandIn(_Cardano):
    def __init__(self) -> None:
        super().__init__()
        self.known = {_WITNESS}
        """Addresses that were used, beside those that have something."""
        self.most = 1000
        """Bytes of a request."""

    def answer(self, asked: Asked) -> Any:
        match asked.path.strip("/").split("/")[-1]:
            case "genesis":
                magic, name = ("1", "Testnet") if self.elsewhere else ("764824073", "Mainnet")
                return [{"networkmagic": magic, "networkid": name, "epochlength": "432000"}]
            case "tip":
                times = {"abs_slot": 9, "epoch_no": 5, "block_time": self.moment(self.tip)}
                return [{"hash": self.hash_of(self.tip), "block_no": self.tip, **times}]
            case "address_info":
                return self._addresses(asked.body["_addresses"], str(asked.body))
        raise Refusal(404, {"code": "PGRST202", "message": "Could not find the function"})

    def _addresses(self, addresses: list[Address], body: str) -> Any:
        if len(body) > self.most:
            raise Refusal(413, {"message": "Payload Too Large"})
        used = [each for each in addresses if each in self.known or self.held.get((None, each))]
        return [{"address": each, "balance": str(self.units(None, each, self.tip))} for each in reversed(used)]


_SLOT_ZERO = 1_591_566_291
"""When slot 0 of the main net would have been, had all slots been of one second."""
_KEPT = 2160


class OgmiosStandIn(_Cardano):
    """A connection has acquired the block that ``acquired`` says; one connection at a time."""

    protocol = "ogmios"
    nothing = ([],)

    def __init__(self) -> None:
        super().__init__()
        self.acquired = START
        self.replaced: dict[int, str] = {}
        """Blocks that became others, by number."""
        self.extra: list[Any] = []
        """Further outputs that are told."""
        self.cuts: Callable[[Asked], bool] = lambda _: False
        """Whether the connection ends instead of an answer."""
        self.shifted = 0
        """How much the ids of answers are off."""

    def point(self, number: int) -> dict[str, Any]:
        identity = self.replaced.get(number, self.hash_of(number))
        return {"slot": self.moment(number) - _SLOT_ZERO, "id": identity}

    def answer(self, asked: Asked) -> Any:
        match asked.path:
            case "queryNetwork/genesisConfiguration":
                magic, name = (1, "testnet") if self.elsewhere else (764824073, "mainnet")
                return {"era": "shelley", "networkMagic": magic, "network": name, "epochLength": 432000}
            case "queryNetwork/startTime":
                return "2017-09-23T21:44:51Z"
            case "queryLedgerState/eraSummaries":
                return [
                    _era(0, 0, 0, 20_000),
                    _era(89_856_000, 4_492_800, 208, 1000),
                ]
            case "queryNetwork/tip":
                return self.point(self.tip)
            case "queryNetwork/blockHeight":
                return self.tip
            case "queryLedgerState/tip":
                return self.point(self.acquired)
            case "acquireLedgerState":
                return self._acquire(asked.body["point"])
            case "queryLedgerState/utxo":
                return [output for each in asked.body["addresses"] for output in self._outputs(each)] + self.extra
        raise Refusal(200, {"code": -32601, "message": "Method not found"})

    def _acquire(self, point: dict[str, Any]) -> Any:
        numbers = range(max(self.oldest, self.tip - _KEPT), self.tip + 1)
        found = next((number for number in numbers if self.point(number) == point), None)
        if found is None:
            if self.heeds:
                raise Refusal(200, {"code": 2000, "message": "Failed to acquire requested point.", "data": "unknown"})
            found = self.tip
        self.acquired = found
        return {"acquired": "ledgerState", "point": point}

    def _outputs(self, address: Address) -> list[Any]:
        units = self.units(None, address, self.acquired)
        return [
            {
                "transaction": {"id": blake2b(address.encode(), digest_size=32).hexdigest()},
                "index": place,
                "address": address,
                "value": {"ada": {"lovelace": part}, "ab" * 28: {"746f6b656e": 7}},
            }
            for place, part in enumerate((units // 3, units - units // 3))
            if part
        ]

    # --- by a WebSocket ---

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        opened = Asked("GET", request.path, (), None)
        if (other := self.instead(opened)) is not None:
            self.asked.append(opened)
            return other
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        async for message in socket:
            question = json.loads(message.data)
            if self.cuts(Asked("", question["method"], (), question["params"])):
                break
            await socket.send_str(self.reply(question))
        return socket

    def reply(self, question: Any) -> str:
        told = json.loads(str(self.respond(Asked("", question["method"], (), question["params"])).text))
        kind = "error" if isinstance(told, dict) and "message" in told else "result"
        return json.dumps({"jsonrpc": "2.0", "id": question["id"] + self.shifted, kind: told})

    def directly(self, patch: pytest.MonkeyPatch) -> dict[str, Any]:
        async def socket(_: Http) -> Any:
            return _Direct(self)

        patch.setattr(Http, "socket", socket)
        return {**super().directly(patch), "protocol": self.protocol}


class _Direct:
    """A connection that is none."""

    def __init__(self, node: OgmiosStandIn) -> None:
        self._node = node
        self._answer = ""

    async def send_str(self, text: str) -> None:
        self._answer = self._node.reply(json.loads(text))

    async def receive(self) -> WSMessage:
        return WSMessage(WSMsgType.TEXT, self._answer, None)

    async def close(self) -> None:
        pass


def _era(seconds: int, slot: int, epoch: int, milliseconds: int) -> Any:
    start = {"time": {"seconds": seconds}, "slot": slot, "epoch": epoch}
    return {"start": start, "parameters": {"epochLength": 432000, "slotLength": {"milliseconds": milliseconds}}}
