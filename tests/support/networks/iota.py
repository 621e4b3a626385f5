"""IOTA's GraphQL service: shapes of its schema (crates/iota-graphql-rpc in iota)."""

import re
from datetime import UTC, datetime
from typing import Any

from base58 import b58encode

from monitor.model import Address, Token
from monitor.registry import load
from tests.support.networks.standin import Asked, NetworkStandIn

_ACCOUNT = re.compile(r'(a[0-9]+):address\(address:"(0x[0-9a-f]{64})"\)\{\.\.\.B\}')
_MOST = 50


class IotaStandIn(NetworkStandIn):
    network = load().networks["iota"]
    coin = Token("IOTA", "iota", None, 9)
    pins = False

    def __init__(self) -> None:
        super().__init__()
        self.others: dict[Address, list[str]] = {}
        """Types of further coins that accounts hold."""

    @classmethod
    def account(cls, number: int) -> Address:
        return f"0x{number:064x}"

    def answer(self, asked: Asked) -> Any:
        document = asked.body["query"]
        if document == "{chainIdentifier}":
            return {"data": {"chainIdentifier": "2304aa97" if self.elsewhere else "6364aad5"}}
        moment = datetime.fromtimestamp(self.moment(self.tip), UTC)
        checkpoint = {
            "sequenceNumber": self.tip,
            "digest": b58encode(self.tip.to_bytes(32, "big")).decode(),
            "timestamp": f"{moment:%Y-%m-%dT%H:%M:%S}.123Z",
        }
        accounts = _ACCOUNT.findall(document)
        assert len(document) < 5000
        return {"data": {"checkpoint": checkpoint, **{alias: self._account(each) for alias, each in accounts}}}

    def _account(self, account: Address) -> Any:
        held = dict.fromkeys(self.others.get(account, []), 7)
        if units := self.units(None, account, self.tip):
            held[f"0x{2:064x}::iota::IOTA"] = units
        nodes = [{"coinType": {"repr": kind}, "totalBalance": str(held[kind])} for kind in sorted(held)]
        page = {"pageInfo": {"hasNextPage": len(nodes) > _MOST}, "nodes": nodes[:_MOST]}
        balance = {"totalBalance": str(units)} if units else None
        return {"address": account, "balance": balance, "balances": page}
