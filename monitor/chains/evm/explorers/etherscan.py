"""Etherscan's API V2 (``/v2/api``): one URL and one key for all chains, told apart by ``chainid``.

Its module ``proxy`` passes calls on to nodes, ``eth_call`` with contract, data and block, and answers as JSON-RPC does.
What Etherscan itself refuses comes with HTTP 200 as ``{"status": "0", "message": "NOTOK", "result": "Max calls per sec
rate limit reached (3/sec)"}``; some refusals come as a ``result`` alone.
"""

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

import orjson

from monitor.chains.concurrency import together
from monitor.chains.errors import ChainError, Reason
from monitor.chains.evm import values
from monitor.chains.evm.explorers.node import ExplorerNode
from monitor.chains.http import Answer, Http, Query, excerpt
from monitor.chains.jsonrpc import BatchRefusedError, Call, MalformedReplyError, Reply, checked, failure_of
from monitor.chains.link import Link
from monitor.formats import shown
from monitor.model import Network

_TOO_LARGE = frozenset({413, 414})
_FORM = "application/x-www-form-urlencoded"
_DAILY = re.compile(r"daily", re.IGNORECASE)
_LIMITED = re.compile(r"rate limit|max calls|too many", re.IGNORECASE)
_TOO_MUCH = re.compile(r"time-?out|too large|too long", re.IGNORECASE)
_KEY = re.compile(r"api ?key", re.IGNORECASE)
_PAUSE, _DAILY_PAUSE = 1.0, 3600.0
"""Seconds until it is asked again; the allowance of a day is counted anew at midnight UTC, and plans change earlier."""
_METHOD_NOT_FOUND = -32601


class EtherscanNode(ExplorerNode):
    """Etherscan at one chain."""

    def __init__(self, network: Network, link: Link) -> None:
        super().__init__(network, link, EtherscanApi(link, values.chain_id(network.caip2)))


class EtherscanApi:
    """The calls of an EVM node, answered by the module ``proxy`` at one chain."""

    def __init__(self, link: Link, chain: int) -> None:
        self._link = link
        self._http = Http(link)
        self._chain = str(chain)

    async def call(self, method: str, params: Any, *, divisible: bool = False) -> Reply:  # noqa: ANN401 - as JSON-RPC
        """Return the reply to one call. What is asked of contracts goes as a form, for long URLs are refused."""
        match method, params:
            case "eth_call", [{"to": to, "data": data}, str(tag)]:
                form = (("to", to), ("data", data), ("tag", tag))
                return await self._send(method, form=form, divisible=divisible)
            case "eth_getBlockByNumber", [str(tag), bool(whole)]:
                return await self._send(method, (("tag", tag), ("boolean", str(whole).lower())))
            case "eth_getCode", [account, str(tag)]:
                return await self._send(method, (("address", account), ("tag", tag)))
        return {"error": {"code": _METHOD_NOT_FOUND, "message": f"the proxy has nothing that answers {method}"}}

    async def batch(self, calls: Sequence[Call]) -> list[Reply]:
        """Return the replies to all ``calls``, each by a request of its own; the link sets the pace."""
        return await together(self.call(method, params) for method, params in calls)

    async def _send(self, action: str, query: Query = (), *, form: Query = (), divisible: bool = False) -> Reply:
        asked = (("chainid", self._chain), ("module", "proxy"), ("action", action), *query)
        body = urlencode(form).encode() if form else None

        async def request() -> Reply:
            if body is None:
                return self._read(await self._http.request("GET", query=asked), action)
            answer = await self._http.request("POST", query=asked, body=body, content_type=_FORM)
            if divisible and answer.status in _TOO_LARGE:
                raise BatchRefusedError(f"HTTP {answer.status}: {excerpt(answer.body)}")
            return self._read(answer, action)

        try:
            return await self._link.send(request)
        except ChainError as error:
            if divisible and error.reason is Reason.TIMEOUT:
                raise BatchRefusedError(str(error), error) from None
            raise

    def _read(self, answer: Answer, action: str) -> Reply:
        if answer.status != 200:
            self._http.refuse(answer)
        try:
            reply = orjson.loads(answer.body)
        except ValueError:
            raise self._link.fault(Reason.NOT_JSON, f"{action}: not JSON: {excerpt(answer.body)}") from None
        if isinstance(reply, dict) and (refusal := _refusal(reply)):
            raise self._refused(action, refusal, answer.retry_after)
        try:
            checked(reply)
        except MalformedReplyError as error:
            raise self._link.fault(Reason.MALFORMED, f"{action}: {error}") from None
        if (failure := failure_of(reply)) and failure.rate_limit:
            raise self._link.fault(Reason.RATE_LIMITED, str(failure), retry_after=answer.retry_after or _PAUSE)
        return reply  # type: ignore[no-any-return]  # an object, by `checked`

    def _refused(self, action: str, refusal: str, retry_after: float | None) -> Exception:
        """The error to raise for what Etherscan itself says instead of passing a call on."""
        told = f"{action}: {shown(refusal, 200)}"
        if _LIMITED.search(refusal):
            pause = _DAILY_PAUSE if _DAILY.search(refusal) else _PAUSE
            return self._link.fault(Reason.RATE_LIMITED, told, retry_after=retry_after or pause)
        if _TOO_MUCH.search(refusal):
            return self._link.fault(Reason.TIMEOUT, told)
        hint = "; is the key right (`?apikey=` of the URL), and for this chain?" if _KEY.search(refusal) else ""
        return self._link.fault(Reason.RPC_ERROR, told + hint)


def _refusal(reply: dict[str, Any]) -> str:
    """What Etherscan says in the place of an answer; empty where it passed one on."""
    result = reply.get("result")
    if reply.get("status") == "0" or (isinstance(result, str) and not result.startswith("0x")):
        return str(result or reply.get("message") or "it does not say why")
    return ""
