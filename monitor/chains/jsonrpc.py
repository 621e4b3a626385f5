"""JSON-RPC over HTTP, strictly: every reply belongs to a call, every call has a reply.

A reply is the object as received, with ``result`` or with ``error``; what an error means is up to the protocol.
"""

import itertools
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from monitor.chains.errors import ChainError, Reason
from monitor.chains.http import Answer, Http, excerpt
from monitor.chains.link import Link
from monitor.formats import shown

Call = tuple[str, Any]
"""A method and its parameters."""
Reply = dict[str, Any]

_RATE_CODES = frozenset({429, -32005, -32029})  # EIP-1474 "limit exceeded" and what providers made of it
_RATE_WORDS = re.compile(r"rate.?limit|too many requests|quota|capacity|requests? limit|limit exceeded", re.IGNORECASE)
_SIZE_WORDS = re.compile(r"batch|too large|too big|size|payload|gas", re.IGNORECASE)
_REVERT_CODE = 3
_SHOWN = 200
"""Characters of an error's text. Nodes repeat the request in it, with its secrets: these go before it is cut."""
_LARGE = 512 * 1024
"""Bytes from which on a cut connection may mean that the server does not want to read it all."""


class BatchRefusedError(Exception):
    """The endpoint wants less in one request. ``fault``, where there is one, is what to raise if less is no cure."""

    def __init__(self, detail: str, fault: ChainError | None = None) -> None:
        super().__init__(detail)
        self.fault = fault


class MalformedReplyError(ValueError):
    """JSON, but no replies to these calls."""


@dataclass(frozen=True, slots=True)
class RpcFailure:
    """The ``error`` of a reply."""

    code: int
    message: str

    def __str__(self) -> str:
        return f"{self.message} ({self.code})"

    @property
    def rate_limit(self) -> bool:
        """The endpoint asks for patience. (A contract chooses the words of its reverts: those do not count.)"""
        if self.code == _REVERT_CODE or "revert" in self.message:
            return False
        if self.code in _RATE_CODES or _RATE_WORDS.search(self.message):
            return not _SIZE_WORDS.search(self.message)
        return False


def failure_of(reply: Reply) -> RpcFailure | None:
    """Return the failure that ``reply`` reports, if it does."""
    error = reply.get("error")
    if error is None:
        return None
    if not isinstance(error, dict):
        return RpcFailure(0, shown(str(error), _SHOWN))
    code = error.get("code")
    return RpcFailure(code if isinstance(code, int) else 0, shown(str(error.get("message", "")), _SHOWN))


def match_replies(document: object, ids: Sequence[int]) -> list[Reply]:
    """Return the replies of a batch in the order of ``ids``; their own order is free (JSON-RPC 2.0, section 6).

    Raises :class:`MalformedReplyError` unless there is exactly one reply for each id and nothing else.
    """
    if not isinstance(document, list):
        raise MalformedReplyError(f"a list of {len(ids)} replies was due, not {type(document).__name__}")
    found: dict[int, Reply] = {}
    for reply in document:
        number = checked(reply)["id"]
        if not isinstance(number, int) or isinstance(number, bool) or number in found:
            raise MalformedReplyError(f"reply id {number!r} was not asked for or came twice")
        found[number] = reply
    if len(found) != len(ids) or any(number not in found for number in ids):
        raise MalformedReplyError(f"{len(ids)} calls got {len(found)} replies or the ids of others")
    return [found[number] for number in ids]


def checked(reply: object) -> Reply:
    """Return ``reply`` as a JSON-RPC reply: an object with an id and either a result or an error."""
    if not isinstance(reply, dict) or "id" not in reply:
        raise MalformedReplyError("a reply without an id")
    if reply.get("error") is None and "result" not in reply:
        raise MalformedReplyError("a reply with neither result nor error")
    return reply


class JsonRpc:
    """Calls to one endpoint. ``loads`` reads the JSON: give one that keeps decimals where amounts are decimals."""

    def __init__(self, link: Link, loads: Callable[[bytes], object] = orjson.loads) -> None:
        self._link = link
        self._http = Http(link)
        self._loads = loads
        self._ids = itertools.count(1)

    async def call(
        self, method: str, params: object, *, patience: float | None = None, divisible: bool = False
    ) -> Reply:
        """Make one call in a request of its own.

        A ``divisible`` one asks for much that could be asked for in parts: it raises :class:`BatchRefusedError` where
        the endpoint finds it too large, or does not finish it in time.
        """
        number = next(self._ids)
        body = orjson.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params})

        async def request() -> Reply:
            if not divisible:
                return self._one(await self._http.request("POST", body=body, patience=patience), number)
            try:
                return self._one(await self._posted(body), number)
            except ChainError as error:
                if error.reason is Reason.TIMEOUT:
                    raise BatchRefusedError(str(error), error) from None
                raise

        return await self._link.send(request)

    async def batch(self, calls: Sequence[Call]) -> list[Reply]:
        """Make all ``calls`` in one request.

        Raises :class:`BatchRefusedError` where the endpoint finds them too many.
        """
        ids = [next(self._ids) for _ in calls]
        body = orjson.dumps(
            [
                {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
                for number, (method, params) in zip(ids, calls, strict=True)
            ]
        )

        async def request() -> list[Reply]:
            answer = await self._posted(body)
            document = self._document(answer)
            self._accepted(document, answer.retry_after)
            try:
                replies = match_replies(document, ids)
            except MalformedReplyError as error:
                raise self._link.fault(Reason.MALFORMED, str(error)) from None
            for reply in replies:
                self._patient(reply, answer.retry_after)
            return replies

        return await self._link.send(request)

    async def _posted(self, body: bytes) -> Answer:
        """The answer to what could also be asked in parts."""
        try:
            answer = await self._http.request("POST", body=body)
        except ChainError as error:
            if error.reason is Reason.REFUSED and len(body) > _LARGE:
                raise BatchRefusedError("the connection was cut while a large request was sent", error) from None
            raise
        if answer.status == 413:
            raise BatchRefusedError(f"HTTP 413: {excerpt(answer.body)}")
        return answer

    def _document(self, answer: Answer) -> object:
        """The JSON of a body. Errors of JSON-RPC come with any status (bitcoind: 500), so the body goes first."""
        try:
            document = self._loads(answer.body)
        except (ValueError, RecursionError):
            if answer.status == 200:
                raise self._link.fault(Reason.NOT_JSON, f"not JSON: {excerpt(answer.body)}") from None
            document = None
        if answer.status != 200 and not (isinstance(document, dict) and isinstance(document.get("error"), dict)):
            self._http.refuse(answer)
        return document

    def _one(self, answer: Answer, number: int) -> Reply:
        try:
            reply = checked(self._document(answer))
        except MalformedReplyError as error:
            raise self._link.fault(Reason.MALFORMED, str(error)) from None
        if reply["id"] != number and not (reply["id"] is None and failure_of(reply)):
            raise self._link.fault(Reason.MALFORMED, f"a reply with id {reply['id']!r} where {number} was due")
        self._patient(reply, answer.retry_after)
        return reply

    def _accepted(self, document: object, retry_after: float | None) -> None:
        """A batch as a whole is refused by a single object without an id, with HTTP 200 (anvil, geth)."""
        if isinstance(document, dict) and (failure := failure_of(document)):
            self._patient(document, retry_after)
            raise BatchRefusedError(str(failure))

    def _patient(self, reply: Reply, retry_after: float | None) -> None:
        if (failure := failure_of(reply)) and failure.rate_limit:
            raise self._link.fault(Reason.RATE_LIMITED, str(failure), retry_after=retry_after)
