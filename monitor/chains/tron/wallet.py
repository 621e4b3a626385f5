"""java-tron's HTTP API, answering the calls of an EVM node: what asks for many balances there asks here as well.

Whatever the outcome, the status is 200. A call that the virtual machine reverted even has ``"result": true``: what
failed shows in the transaction's ``ret`` and in ``message`` (``Wallet.callConstantContract``).
"""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import orjson

from monitor.chains.amounts import count
from monitor.chains.concurrency import together
from monitor.chains.errors import ChainError, Reason
from monitor.chains.http import Http, excerpt
from monitor.chains.jsonrpc import BatchRefusedError, Call, Reply
from monitor.chains.link import Link
from monitor.chains.rest_api import items, member, strictly, text

HEAD, SOLID = "/wallet", "/walletsolidity"
"""Paths to the state of the newest block, and of the newest solidified one."""

_NOBODY = "41" + "00" * 20
_METHOD_NOT_FOUND = -32601
_SERVER_ERROR = -32000
_BUSY = "lack of computing resources"


class WalletApi:
    """The HTTP API of one endpoint."""

    def __init__(self, link: Link) -> None:
        self.side = SOLID
        self._link = link
        self._http = Http(link)

    async def post(self, path: str, body: dict[str, object]) -> dict[str, Any]:
        """Return the answer to ``body``, an object; what the node calls an error is a fault."""

        async def request() -> dict[str, Any]:
            answer = await self._http.request("POST", path, body=orjson.dumps(body))
            if answer.status != 200:
                self._http.refuse(answer)
            try:
                document = orjson.loads(answer.body)
            except ValueError:
                raise self._link.fault(Reason.NOT_JSON, f"{path}: not JSON: {excerpt(answer.body)}") from None
            if not isinstance(document, dict):
                raise self._link.fault(Reason.MALFORMED, f"{path}: not an object")
            if error := document.get("Error"):
                reason = Reason.RATE_LIMITED if _BUSY in str(error) else Reason.RPC_ERROR
                raise self._link.fault(reason, f"{path}: {error!s:.150}", retry_after=answer.retry_after)
            return document

        return await self._link.send(request)

    # --- the calls of an EVM node ---

    async def call(self, method: str, params: Any, *, divisible: bool = False) -> Reply:  # noqa: ANN401 - as JSON-RPC
        """Return the reply to one call at the newest block; the block that it names last is not looked at."""
        try:
            match method, params:
                case "eth_getBalance", [account, _]:
                    return {"result": hex(await self._balance(account))}
                case "eth_call", [call, _]:
                    return await self._constant(call)
                case "eth_getCode", [account, _]:
                    return {"result": await self._code(account)}
        except ChainError as error:
            if divisible and error.reason is Reason.TIMEOUT:
                raise BatchRefusedError(str(error), error) from None
            raise
        return _failure(f"the HTTP API has nothing that answers {method}", _METHOD_NOT_FOUND)

    async def batch(self, calls: Sequence[Call]) -> list[Reply]:
        """Return the replies to all ``calls``, each by a request of its own; the link sets the pace."""
        return await together(self.call(method, params) for method, params in calls)

    async def _balance(self, account: str) -> int:
        """The coins that an account may spend.

        What it has staked is not among them (``frozenV2`` and the like are fields of their own). Of an account that
        was never activated the node says ``{}``, and a balance of 0 is left out, as Protocol Buffers leave out zeros.
        """
        path, asked = f"{self.side}/getaccount", _prefixed(account)
        found = await self.post(path, {"address": asked})
        with strictly(self._link, path):
            if not found:
                return 0
            if text(member(found, "address")).lower() != asked:
                raise ValueError(f"it is about {found['address']!s:.60}, not {asked}")
            return count(found.get("balance", 0))

    async def _code(self, account: str) -> str:
        """Whether there is a contract is in the answer, its code only for those of a certain age: none is told."""
        found = await self.post(f"{HEAD}/getcontract", {"value": _prefixed(account)})
        return "0x00" if found.get("contract_address") else "0x"

    async def _constant(self, call: dict[str, str]) -> Reply:
        """What a contract, or a program where none is named, returns; the node signs nothing and sends nothing."""
        path = f"{self.side}/triggerconstantcontract"
        contract = {"contract_address": _prefixed(call["to"])} if "to" in call else {}
        found = await self.post(path, {"owner_address": _NOBODY, **contract, "data": call["data"][2:]})
        with strictly(self._link, path):
            outcome = member(found, "result")
            if not isinstance(outcome, dict):
                raise TypeError("its result is not an object")
            returned = "".join(text(part) for part in items(found.get("constant_result", [])))
            if outcome.get("result") is True and not outcome.get("message") and not _failed(found):
                items(member(found, "constant_result"))
                return {"result": "0x" + returned}
            return _failure(_told(outcome), _SERVER_ERROR, "0x" + returned)


def _failed(found: dict[str, Any]) -> bool:
    """Whether the transaction that was tried out says so; ``SUCESS``, the default, is java-tron's own spelling."""
    results = items(member(found, "transaction", "ret")) if "transaction" in found else []
    return any(_outcome(result) not in ("SUCESS", "SUCCESS") for result in results)


def _outcome(result: object) -> str:
    return "SUCESS" if result == {} else text(member(result, "ret"))


def _told(outcome: dict[str, Any]) -> str:
    """The node's words, which it sends in hex."""
    message = str(outcome.get("message", ""))
    with suppress(ValueError):
        message = bytes.fromhex(message).decode("utf-8", "replace")
    return " ".join(part for part in (str(outcome.get("code", "")), message) if part) or "the call failed"


def _failure(message: str, code: int, data: str = "") -> Reply:
    return {"error": {"code": code, "message": message, **({"data": data} if data else {})}}


def _prefixed(account: str) -> str:
    """``0x`` and 40 digits as Tron's API writes them."""
    return "41" + account[2:]
