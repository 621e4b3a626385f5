"""JSON-RPC to a node on this machine: one request, one answer, numbers exact."""

import http.client
import json
from base64 import b64encode
from decimal import Decimal
from itertools import count
from typing import Any
from urllib.parse import urlsplit

_FAILURES = (OSError, http.client.HTTPException, ValueError)


class RpcError(Exception):
    """The node answered with an error. ``code`` is the protocol's, such as -8 or -32602."""

    def __init__(self, method: str, code: int, message: str) -> None:
        super().__init__(f"{method}: {message} (code {code})")
        self.code = code


class NoAnswerError(Exception):
    """The node did not answer, or not with JSON-RPC."""


class JsonRpc:
    """Calls methods of the node at ``url``. Proxies of the environment are not asked: the node is local."""

    def __init__(self, url: str, *, user: str = "", password: str = "", timeout: float = 60) -> None:
        parts = urlsplit(url)
        self._address = (parts.hostname or "", parts.port or 80)
        self._path = parts.path or "/"
        self._timeout = timeout
        self._headers = {"Content-Type": "application/json"}
        if user:
            self._headers["Authorization"] = "Basic " + b64encode(f"{user}:{password}".encode()).decode()
        self._ids = count(1)

    def __call__(self, method: str, *params: object) -> Any:  # noqa: ANN401 - whatever the method returns
        """The result of ``method``, fractional numbers as Decimal; RpcError or NoAnswerError."""
        request = {"jsonrpc": "2.0", "id": next(self._ids), "method": method, "params": params}
        try:
            answer = json.loads(self._post(json.dumps(request).encode()), parse_float=Decimal)
            error = answer.get("error")
        except (*_FAILURES, AttributeError) as failure:
            raise NoAnswerError(f"{method}: {failure!r}") from failure
        if error:
            raise RpcError(method, int(error.get("code", 0)), str(error.get("message", error)))
        return answer.get("result")

    def _post(self, body: bytes) -> bytes:
        connection = http.client.HTTPConnection(*self._address, timeout=self._timeout)
        try:
            connection.request("POST", self._path, body, self._headers)
            return connection.getresponse().read()
        finally:
            connection.close()
