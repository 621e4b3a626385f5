"""A Casper 2 node: shapes of its sidecar's documentation and code (casper-network/casper-sidecar), fewer fields."""

from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any

from monitor.model import Address, Token
from monitor.registry import load
from tests.support.networks.rpc_standin import RpcError, RpcStandIn


class CasperStandIn(RpcStandIn):
    network = load().networks["casper"]
    coin = Token("CSPR", "casper", None, 9)

    def __init__(self) -> None:
        super().__init__()
        self.missing: set[Address] = set()
        """Accounts that nothing was ever sent to."""

    @classmethod
    def account(cls, number: int) -> Address:
        return "account-hash-" + blake2b(f"casper {number}".encode(), digest_size=32).hexdigest()

    @staticmethod
    def hash_of(number: int) -> str:
        return f"{number:064x}"

    def result(self, method: str, params: Any) -> Any:
        match method, params:
            case "info_get_status", {}:
                last = {"hash": self.hash_of(self.tip), "era_id": 7, **self._header(self.tip)}
                name = "casper-test" if self.elsewhere else "casper"
                return {"api_version": "2.0.0", "chainspec_name": name, "last_added_block_info": last}
            case "chain_get_block", {"block_identifier": {"Height": number}}:
                if number > self.tip:
                    raise self._no_block()
                block = {"hash": self.hash_of(number), "header": self._header(number), "body": {}}
                return {"block_with_signatures": {"block": {"Version2": block}, "proofs": []}}
            case "query_balance", {"state_identifier": {"BlockHash": name}, "purse_identifier": purse}:
                return self._balance(purse["main_purse_under_account_hash"], int(name, 16))
        raise RpcError(-32601, "Method not found")

    def _header(self, number: int) -> Any:
        moment = datetime.fromtimestamp(self.moment(number), UTC)
        return {"height": number, "timestamp": f"{moment:%Y-%m-%dT%H:%M:%S}.072Z", "state_root_hash": "08" * 32}

    def _balance(self, account: Address, number: int) -> Any:
        number = number if self.heeds else self.tip
        if number > self.tip:
            raise self._no_block()
        if number < self.oldest:
            raise RpcError(-32012, "No such state root")
        if account in self.missing:
            raise RpcError(-32013, "Failed to get main purse", data="the requested main purse was not found")
        return {"api_version": "2.0.0", "balance": str(self.units(None, account, number))}

    def _no_block(self) -> RpcError:
        known = {"low": self.oldest, "high": self.tip}
        said = {"message": "no block found for the provided identifier", "available_block_range": known}
        return RpcError(-32001, "No such block", data=said)
