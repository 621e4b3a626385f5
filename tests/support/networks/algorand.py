"""A node of Algorand: shapes of algod's specification (daemon/algod/api/algod.oas2.json in go-algorand)."""

from base64 import b32encode
from hashlib import new, sha256
from typing import Any

from monitor.model import Address, Token
from monitor.registry import load
from tests.support.networks.standin import Asked, NetworkStandIn, Refusal

USDT, USDC = Token("USDT", "algorand", "312769", 6), Token("USDC", "algorand", "31566704", 6)
_GENESIS = "wGHE2Pwdvd7S12BL5FaOP20EGYesN73ktiC1qzkkit8="
_TEST_NET = "SGO1GKSzyE7IEPItTxCByw9x8FmnrCDexi9/cOUJOiI="


class AlgorandStandIn(NetworkStandIn):
    network = load().networks["algorand"]
    coin = Token("ALGO", "algorand", None, 6)
    tokens = (USDT, USDC)
    pins = False

    def __init__(self) -> None:
        super().__init__()
        self.decimals = {str(token.contract): token.decimals for token in self.tokens}
        self.catching_up = 0
        self.most = 1000
        """Assets of an account that it tells."""
        self.lags: set[Address] = set()
        """Accounts that another node behind the same URL tells of, three rounds behind."""

    @classmethod
    def account(cls, number: int) -> Address:
        key = sha256(f"algorand {number}".encode()).digest()
        return b32encode(key + new("sha512_256", key).digest()[-4:]).decode().rstrip("=")

    def answer(self, asked: Asked) -> Any:
        match asked.path.strip("/").split("/"):
            case ["versions"]:
                genesis = _TEST_NET if self.elsewhere else _GENESIS
                return {"versions": ["v2"], "genesis_id": "mainnet-v1.0", "genesis_hash_b64": genesis}
            case ["v2", "status"]:
                return {
                    "last-round": self.tip,
                    "catchup-time": self.catching_up,
                    "time-since-last-round": 1_200_000_000,
                }
            case ["v2", "blocks", number, "hash"]:
                return {"blockHash": b32encode(int(number).to_bytes(32, "big")).decode().rstrip("=")}
            case ["v2", "blocks", number]:
                return {"block": {"rnd": int(number), "ts": self.moment(int(number)), "gen": "mainnet-v1.0"}}
            case ["v2", "assets", asset]:
                if asset not in self.decimals:
                    raise Refusal(404, {"message": "asset does not exist"})
                return {"index": int(asset), "params": {"decimals": self.decimals[asset], "unit-name": "USDt"}}
            case ["v2", "accounts", account]:
                return self._account(account, self.tip - 3 if account in self.lags else self.tip)
        raise Refusal(404, {"message": "Not Found"})

    def _account(self, account: Address, block: int) -> Any:
        held = [token for token in self.tokens if self.units(token.contract, account, block)]
        if len(held) > self.most:
            raise Refusal(400, {"message": "Result limit exceeded", "data": {"max-results": self.most}})
        return {
            "address": account,
            "amount": self.units(None, account, block),
            "amount-without-pending-rewards": self.units(None, account, block),
            "assets": [
                {
                    "asset-id": int(str(token.contract)),
                    "amount": self.units(token.contract, account, block),
                    "is-frozen": True,
                }
                for token in held
            ],
            "min-balance": 100000,
            "round": block,
            "status": "Offline",
            "total-assets-opted-in": len(held),
        }
