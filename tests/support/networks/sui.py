"""Sui's GraphQL service: shapes of its schema (crates/sui-indexer-alt-graphql/schema.graphql)."""

import re
from datetime import UTC, datetime
from typing import Any

from base58 import b58encode

from monitor.model import Address, Token
from monitor.registry import load
from tests.support.networks.standin import Asked, NetworkStandIn

USDC = Token("USDC", "sui", "0xdba34672e30cb065b1f93e3ab55318768fd6fef66c15942c9f7cb846e2f900e7::usdc::USDC", 6)
_SUI = "0x2::sui::SUI"
_ACCOUNT = re.compile(r'(a[0-9]+):address\(address:"(0x[0-9a-f]{64})"\)\{\.\.\.B\}')


class _Errors(Exception):  # noqa: N818 - an answer
    pass


class SuiStandIn(NetworkStandIn):
    network = load().networks["sui"]
    coin = Token("SUI", "sui", None, 9)
    tokens = (USDC,)

    def __init__(self) -> None:
        super().__init__()
        self.decimals = {str(token.contract): token.decimals for token in self.tokens}
        self.limits: Any = {"maxRichQueries": 21, "maxQueryNodes": 300, "maxQueryPayloadSize": 5000}
        """None: it does not know the fields."""

    @classmethod
    def account(cls, number: int) -> Address:
        return f"0x{number:064x}"

    def answer(self, asked: Asked) -> Any:
        document, variables = asked.body["query"], asked.body["variables"]
        try:
            return {"data": self._data(document, variables)}
        except _Errors as errors:
            error = {"message": str(errors), "path": ["checkpoint"], "extensions": {"code": "BAD_USER_INPUT"}}
            return {"data": None, "errors": [error]}

    def _data(self, document: str, variables: dict[str, Any]) -> Any:
        if "availableRange" in document:
            bounds = {"first": {"sequenceNumber": self.oldest}, "last": {"sequenceNumber": self.tip}}
            return {"serviceConfig": {"availableRange": bounds}}
        if "maxRichQueries" in document:
            if self.limits is None:
                raise _Errors('Unknown field "maxRichQueries" on type "ServiceConfig"')
            return {"serviceConfig": self.limits}
        if document == "{chainIdentifier}":
            return {"chainIdentifier": "4c78adac" if self.elsewhere else "35834a8a"}
        return {"checkpoint": self._checkpoint(document, variables)}

    def _checkpoint(self, document: str, variables: dict[str, Any]) -> Any:
        number = variables["c"] if self.heeds else self.tip
        if number > self.tip:
            return None
        found: dict[str, Any] = {"sequenceNumber": number, "digest": b58encode(number.to_bytes(32, "big")).decode()}
        if "timestamp" in document:
            moment = datetime.fromtimestamp(self.moment(variables["c"]), UTC)
            return found | {"sequenceNumber": variables["c"], "timestamp": f"{moment:%Y-%m-%dT%H:%M:%S}.123Z"}
        if number < self.oldest:
            raise _Errors("Request is outside consistent range")
        if "coinMetadata" in document:
            decimals = self.decimals.get(variables["t"])
            return found | {"query": {"coinMetadata": decimals and {"decimals": decimals}}}
        accounts = _ACCOUNT.findall(document)
        if self.limits and (
            len(accounts) > self.limits["maxRichQueries"] or len(document) > self.limits["maxQueryPayloadSize"]
        ):
            raise _Errors("Query exceeds limits")
        return found | {"query": {alias: self._balances(each, variables["k"], number) for alias, each in accounts}}

    def _balances(self, account: Address, types: list[str], number: int) -> Any:
        return {
            "address": account,
            "multiGetBalances": [
                {
                    "coinType": {"repr": _in_full(kind)},
                    "totalBalance": str(self.units(None if kind == _SUI else kind, account, number)),
                }
                for kind in types
            ],
        }


def _in_full(kind: str) -> str:
    package, _, rest = kind.partition("::")
    return f"0x{int(package, 16):064x}::{rest}"
