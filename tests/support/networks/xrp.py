"""A server of the XRP Ledger, rippled or Clio: shapes of the XRPL documentation (account_info, ledger, server_info)."""

from typing import Any

from monitor.model import Address, Token
from monitor.registry import load
from monitor.registry.addresses.xrp import encode
from tests.support.networks.standin import Asked, NetworkStandIn

OLDEST_HASH = "4109C6F2045FC7EFF4CDE8F9905D19C28820D86304080FF886B299F0206E42B5"
_RIPPLE_EPOCH = 946684800


def ledger_hash(number: int) -> str:
    return f"{0xC0FFEE * (number + 1):064X}"


class XrpStandIn(NetworkStandIn):
    network = load().networks["xrp"]
    coin = Token("XRP", "xrp", None, 6)

    def __init__(self) -> None:
        super().__init__()
        self.clio = False
        """Whether it leaves out the ledger in which an account is missing, as Clio does."""
        self.oldest_hash = OLDEST_HASH
        """Of ledger 32570; empty where it does not have that."""

    @classmethod
    def account(cls, number: int) -> Address:
        return encode(number.to_bytes(20, "big"))

    def answer(self, asked: Asked) -> Any:
        method, (parameters,) = asked.body["method"], asked.body["params"]
        match method:
            case "server_info":
                return _success({"info": {"network_id": 1 if self.elsewhere else 0, "server_state": "full"}})
            case "ledger":
                return self._ledger(parameters["ledger_index"])
            case "account_info":
                return self._account(parameters)
        return _error("unknownCmd")

    def _ledger(self, index: Any) -> Any:
        if index == 32570 and self.oldest_hash:
            return self._of(32570, self.oldest_hash)
        number = self.tip if index == "validated" else index
        if not self.oldest <= number <= self.tip:
            return _error("lgrNotFound")
        return self._of(number, ledger_hash(number))

    def _of(self, number: int, hash_: str) -> Any:
        named = {"ledger_hash": hash_, "ledger_index": number, "validated": True}
        closed = self.moment(number) - _RIPPLE_EPOCH if number != 32570 else 410325670
        ledger = {"close_time": closed, "closed": True, "ledger_hash": hash_, "ledger_index": f"{number}"}
        return _success({"ledger": ledger, **named})

    def _account(self, parameters: Any) -> Any:
        number = next(
            (each for each in range(self.oldest, self.tip + 1) if ledger_hash(each) == parameters["ledger_hash"]), None
        )
        if not self.heeds:
            number = self.tip
        if number is None:
            return _error("lgrNotFound")
        named = {"ledger_hash": ledger_hash(number), "ledger_index": number, "validated": True}
        account = parameters["account"]
        if not (held := self.units(None, account, number)):
            return _error("actNotFound", {} if self.clio else {"account": account, **named})
        data = {"Account": account, "Balance": f"{held}", "Flags": 0, "LedgerEntryType": "AccountRoot", "OwnerCount": 3}
        return _success({"account_data": data, **named})


def _success(result: Any) -> Any:
    return {"result": {**result, "status": "success"}}


def _error(name: str, beside: Any = None) -> Any:
    return {"result": {"error": name, "error_code": 19, **(beside or {}), "status": "error"}}
