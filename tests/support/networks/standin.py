"""What all of them have in common: a chain whose balances change with each block, so that blocks cannot be mixed up."""

import json
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, ClassVar, NamedTuple, Self

import pytest
from aiohttp import web
from aiohttp.test_utils import RawTestServer

from monitor.chains.http import Answer, Http
from monitor.chains.link import Link
from monitor.chains.node import Wanted
from monitor.model import Address, Network, Token

START = 1000
"""The newest block of each, at first."""
_BEGAN = int(time.time())
_OLDEST = START - 300


class Asked(NamedTuple):
    """A request."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    body: Any

    def __str__(self) -> str:
        return f"{self.method} {self.path} {dict(self.query) or ''} {self.body or ''}"

    def __hash__(self) -> int:
        return hash(str(self))


class Refusal(Exception):  # noqa: N818 - it is an answer
    """An answer with another status than 200."""

    def __init__(self, status: int, document: Any) -> None:
        super().__init__(status)
        self.status = status
        self.document = document


class NetworkStandIn:
    """A node. What an account holds grows by one unit with each block, if it is not nothing."""

    network: ClassVar[Network]
    protocol: ClassVar[str] = ""
    """Where it is not the network's first."""
    coin: ClassVar[Token]
    tokens: ClassVar[tuple[Token, ...]] = ()
    nothing: ClassVar[tuple[Any, ...]] = ()
    """What, in the place of a whole answer, is how the protocol says that there is nothing."""
    pins: ClassVar[bool] = True
    """Whether requests name their block; else all answers must be of one state."""

    def __init__(self) -> None:
        self.tip = START
        self.oldest = _OLDEST
        """The first block whose state it keeps."""
        self.age = 5
        """Seconds from the newest block to the beginning of the tests."""
        self.held: dict[tuple[str | None, Address], int] = {}
        self.heeds = True
        """Whether it looks at the block that it is asked for."""
        self.elsewhere = False
        """Whether it is on another chain."""
        self.steps: Callable[[Asked], int] = lambda _: 0
        """How many blocks come before a request is answered."""
        self.instead: Callable[[Asked], web.Response | None] = lambda _: None
        self.twist: Callable[[Asked, Any], Any] = lambda _, document: document
        self.asked: list[Asked] = []
        self.url = ""

    @classmethod
    def account(cls, number: int) -> Address:
        """A made-up address, in the canonical spelling."""
        raise NotImplementedError

    def answer(self, asked: Asked) -> Any:
        """The truth; raises :class:`Refusal`."""
        raise NotImplementedError

    def headers(self, asked: Asked) -> Mapping[str, str]:
        """What stands in the headers of an answer."""
        return {}

    def give(self, accounts: Sequence[Address]) -> Self:
        """Let every other account hold something of everything, each another amount."""
        for place, token in enumerate((self.coin, *self.tokens), 1):
            for number, each in enumerate(accounts):
                if number % 2 == 0:
                    self.held[token.contract, each] = place * 10**9 + number * 10**4
        return self

    def units(self, contract: str | None, account: Address, block: int) -> int:
        held = self.held.get((contract, account), 0)
        return held + (block - START if held else 0)

    def truth(self, wanted: Wanted, block: int) -> Mapping[Token, Mapping[Address, int]]:
        return {
            token: {each: self.units(token.contract, each, block) for each in accounts}
            for token, accounts in wanted.items()
        }

    def moment(self, block: int) -> int:
        """When a block was made, in seconds of Unix time."""
        return _BEGAN - self.age + (block - START)

    # --- being asked ---

    @property
    def endpoint(self) -> dict[str, Any]:
        """How it is configured."""
        return {"url": self.url, **({"protocol": self.protocol} if self.protocol else {})}

    def respond(self, asked: Asked) -> web.Response:
        self.asked.append(asked)
        self.tip += self.steps(asked)
        if (other := self.instead(asked)) is not None:
            return other
        try:
            status, document = 200, self.twist(asked, self.answer(asked))
        except Refusal as refusal:
            status, document = refusal.status, refusal.document
        body = "" if document is None and status != 200 else json.dumps(document)
        return web.Response(status=status, text=body, content_type="application/json", headers=self.headers(asked))

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        raw = await request.read()
        body = json.loads(raw) if raw else None
        return self.respond(Asked(request.method, request.path, tuple(request.query.items()), body))

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[Self]:
        """Serve on loopback until the end of the block."""
        async with RawTestServer(self._handle, host="127.0.0.1") as server:
            self.url = str(server.make_url("/"))
            yield self

    def directly(self, patch: pytest.MonkeyPatch) -> dict[str, Any]:
        """Let all requests reach it without a connection, for what is asked thousands of times; an endpoint."""

        async def request(
            _: Http, method: str, path: str = "", *, query: Any = (), body: bytes | None = None, **__: Any
        ) -> Answer:
            asked = Asked(method, path or "/", tuple(query), json.loads(body) if body else None)
            answer = self.respond(asked)
            return Answer(answer.status, str(answer.text).encode(), None, answer.headers)

        patch.setattr(Http, "__init__", _unconnected)
        patch.setattr(Http, "request", request)
        return {"url": "http://127.0.0.1:9", "concurrency": 100}


def _unconnected(http: Http, link: Link) -> None:
    http._link, http._session = link, None
