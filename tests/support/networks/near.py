"""A node of NEAR: shapes of the documentation (network, block, query view_account and call_function, errors)."""

import json
from base64 import b64decode
from typing import Any

from monitor.model import Address, Token
from monitor.registry import load
from tests.support.networks.rpc_standin import RpcError, RpcStandIn

GENESIS = "EPnLgE7iEq9s7yTkos96M3cWymH5avBAPm3qx3NXqR8H"
USDT, USDC = "usdt.tether-token.near", "17208628f84f5d6ad33f0da3bbbeb27ffcb398eac501a31bd6ad2011e36133a1"


def block_hash(number: int) -> str:
    return f"hash-of-{number}"


class NearStandIn(RpcStandIn):
    network = load().networks["near"]
    coin = Token("NEAR", "near", None, 24)
    tokens = (Token("USDT", "near", USDT, 6), Token("USDC", "near", USDC, 6))

    def __init__(self) -> None:
        super().__init__()
        self.genesis: str | None = GENESIS
        """The first block's hash as its status tells it; None where it is too old to tell."""
        self.locked: dict[Address, int] = {}
        """Of what an account holds, how much is its stake as a validator."""
        self.decimals = {str(token.contract): token.decimals for token in self.tokens}

    @classmethod
    def account(cls, number: int) -> Address:
        return f"{number:064x}"

    def result(self, method: str, params: Any) -> Any:
        match method:
            case "status":
                name = "testnet" if self.elsewhere else "mainnet"
                return {"chain_id": name, **({"genesis_hash": self.genesis} if self.genesis else {})}
            case "block":
                return self._block(params)
            case "query":
                return self._query(params)
        raise RpcError(-32601, "Method not found")

    def _block(self, name: Any) -> Any:
        number = name.get("block_id", self.tip)
        if number > self.tip:
            raise _failure("UNKNOWN_BLOCK")
        if number < self.oldest:
            raise _failure("GARBAGE_COLLECTED_BLOCK")
        moment = self.moment(number) * 10**9 + 111_111_111
        header = {"height": number, "hash": block_hash(number), "timestamp": moment, "timestamp_nanosec": f"{moment}"}
        return {"author": "node", "header": header, "chunks": []}

    def _query(self, asked: Any) -> Any:
        blocks = {block_hash(each): each for each in range(self.oldest, self.tip + 1)}
        number = blocks.get(asked["block_id"]) if self.heeds else self.tip - 1
        if number is None:
            raise _failure("UNKNOWN_BLOCK")
        named = {"block_height": number, "block_hash": block_hash(number)}
        if asked["request_type"] == "view_account":
            account = asked["account_id"]
            if not (held := self.units(None, account, number)):
                raise _failure("UNKNOWN_ACCOUNT", requested_account_id=account, **named)
            locked = self.locked.get(account, 0)
            told = {"amount": f"{held - locked}", "locked": f"{locked}", "code_hash": "1" * 32, "storage_usage": 642}
            return {**told, "storage_paid_at": 0, **named}
        contract = asked["account_id"]
        if contract not in self.decimals:
            raise _failure("NO_CONTRACT_CODE", contract_account_id=contract, **named)
        arguments = json.loads(b64decode(asked["args_base64"]))
        if asked["method_name"] == "ft_metadata":
            returned: Any = {"spec": "ft-1.0.0", "symbol": "T", "decimals": self.decimals[contract]}
        else:
            returned = f"{self.units(contract, arguments['account_id'], number)}"
        return {"result": list(json.dumps(returned).encode()), "logs": [], **named}


def _failure(cause: str, **information: Any) -> RpcError:
    return RpcError(-32000, "Server error", name="HANDLER_ERROR", cause={"name": cause, "info": information})
