"""JSON over HTTP without JSON-RPC around it: the statuses that mean something, and strict reading of what came."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import NamedTuple

import orjson

from monitor.chains.errors import Reason
from monitor.chains.http import Http, Query, excerpt
from monitor.chains.link import Link


class JsonAnswer(NamedTuple):
    """An answer: its status, the JSON in it, which nobody has looked at yet, and its headers."""

    status: int
    document: object
    headers: Mapping[str, str]


class Rest:
    """Requests to one endpoint.

    ``hear`` raises the faults that its answers report in words of their own, where another attempt may cure them.
    """

    def __init__(self, link: Link, hear: Callable[[object], None] = lambda _: None) -> None:
        self._link = link
        self._http = Http(link)
        self._hear = hear

    async def get(self, path: str, query: Query = (), *, told: frozenset[int] = frozenset()) -> JsonAnswer:
        """Return the answer to GET. ``told`` are statuses, besides 200, by which the protocol itself says something."""
        return await self._send("GET", path, query, None, told)

    async def post(
        self, path: str, body: object, query: Query = (), *, told: frozenset[int] = frozenset()
    ) -> JsonAnswer:
        """Return the answer to POST with ``body`` in JSON."""
        return await self._send("POST", path, query, orjson.dumps(body), told)

    async def _send(self, method: str, path: str, query: Query, body: bytes | None, told: frozenset[int]) -> JsonAnswer:
        async def request() -> JsonAnswer:
            answer = await self._http.request(method, path, query=query, body=body)
            if answer.status != 200 and answer.status not in told:
                self._http.refuse(answer)
            try:  # whose status alone is told needs no body
                document = orjson.loads(answer.body) if answer.body or answer.status == 200 else None
            except ValueError:
                raise self._link.fault(Reason.NOT_JSON, f"{path}: not JSON: {excerpt(answer.body)}") from None
            self._hear(document)
            return JsonAnswer(answer.status, document, answer.headers)

        return await self._link.send(request)


@contextmanager
def strictly(link: Link, what: str) -> Iterator[None]:
    """Whatever is missing or of the wrong kind in the answer to ``what`` is the endpoint's fault: ``malformed``."""
    try:
        yield
    except (LookupError, TypeError, ValueError, OverflowError, OSError) as error:
        raise link.fault(Reason.MALFORMED, f"{what}: {str(error) or type(error).__name__:.150}") from None


def decimal(value: object, bits: int = 64) -> int:
    """Return an unsigned integer of ``bits`` that is written as text, which is done lest JavaScript rounds it."""
    most = (1 << bits) - 1
    if not isinstance(value, str) or not value.isascii() or not value.isdecimal() or len(value) > len(str(most)):
        raise ValueError(f"{value!r:.60} is not a number in text")
    if (found := int(value)) > most:
        raise ValueError(f"{value:.60} has more than {bits} bits")
    return found


def unsigned(value: object) -> int:
    """Return an unsigned integer of 64 bits that is written as a number."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 1 << 64:
        raise ValueError(f"{value!r:.60} is not a whole number")
    return value


def text(value: object) -> str:
    """Return text, and nothing that merely looks like it."""
    if not isinstance(value, str):
        raise TypeError(f"{value!r:.60} is not text")
    return value


def moment(value: object) -> datetime:
    """Return a moment that is written as ISO 8601 has it; one that leaves open in which time zone is refused."""
    found = datetime.fromisoformat(text(value))
    if found.tzinfo is None:
        raise ValueError(f"{value!r:.60} does not say in which time zone it is")
    return found.astimezone(UTC)


def items(value: object) -> list[object]:
    """Return a list."""
    if not isinstance(value, list):
        raise TypeError(f"{value!r:.60} is not a list")
    return value


def member(document: object, *path: str) -> object:
    """Return what is at ``path`` of nested objects."""
    for name in path:
        if not isinstance(document, dict) or name not in document:
            raise LookupError(f"it has no {'.'.join(path)}")
        document = document[name]
    return document
