"""What stand-ins for nodes that speak JSON-RPC have in common: single calls and batches, results and errors."""

import json
from typing import Any

from aiohttp import web

from tests.support.networks.standin import Asked, NetworkStandIn


class RpcError(Exception):
    """An answer that is an error."""

    def __init__(self, code: int, message: str, **more: Any) -> None:
        super().__init__(message)
        self.error = {"code": code, "message": message, **more}


class RpcStandIn(NetworkStandIn):
    """A node. What is twisted are the results of calls, or objects with an ``error``; a call's path is its method."""

    batches = True
    """Whether it answers to many calls in one request."""

    def result(self, method: str, params: Any) -> Any:
        """The truth; raises :class:`RpcError`."""
        raise NotImplementedError

    def respond(self, asked: Asked) -> web.Response:
        self.asked.append(asked)
        self.tip += self.steps(asked)
        if (other := self.instead(asked)) is not None:
            return other
        if isinstance(asked.body, dict):
            return _json(self._reply(asked.body))
        if not self.batches:
            return _json({"jsonrpc": "2.0", "id": None, "error": {"code": -32600, "message": "Invalid request"}})
        return _json([self._reply(call) for call in asked.body])

    def _reply(self, call: Any) -> Any:
        try:
            document = self.result(call["method"], call["params"])
        except RpcError as refusal:
            document = {"error": refusal.error}
        document = self.twist(Asked("POST", call["method"], (), call["params"]), document)
        error = isinstance(document, dict) and "error" in document
        return {"jsonrpc": "2.0", "id": call["id"], **(document if error else {"result": document})}

    def calls(self, method: str) -> list[Any]:
        """The parameters of all calls of ``method`` so far, in their order."""
        sent = [each.body if isinstance(each.body, list) else [each.body] for each in self.asked]
        return [call["params"] for calls in sent for call in calls if call["method"] == method]


def _json(document: Any) -> web.Response:
    return web.Response(text=json.dumps(document), content_type="application/json")
