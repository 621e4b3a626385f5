"""A gateway of MultiversX: shapes of its documentation and of mx-chain-proxy-go, with fewer fields."""

from hashlib import sha256
from typing import Any

from monitor.model import Address, Token
from monitor.registry import load
from monitor.registry.addresses.encodings import bech32
from tests.support.networks.standin import Asked, NetworkStandIn, Refusal


class MultiversxStandIn(NetworkStandIn):
    """Every shard's block has the nonce of its hyperblock plus 100 times its shard and 7."""

    network = load().networks["multiversx"]
    coin = Token("EGLD", "multiversx", None, 18)

    def __init__(self) -> None:
        super().__init__()
        self.without: dict[int, set[int]] = {}
        """Shards that have no block in a hyperblock."""

    @classmethod
    def account(cls, number: int) -> Address:
        return bech32.encode_account("erd", sha256(f"multiversx {number}".encode()).digest())

    @staticmethod
    def hash_of(number: int) -> str:
        return f"{number:064x}"

    @staticmethod
    def shard_hash(shard: int, number: int) -> str:
        return f"{shard + 1:02x}{number:062x}"

    def answer(self, asked: Asked) -> Any:
        match asked.path.strip("/").split("/"):
            case ["network", "config"]:
                chain = "D" if self.elsewhere else "1"
                config = {"erd_chain_id": chain, "erd_num_shards_without_meta": 3}
                return _told({"config": config})
            case ["network", "status", "4294967295"]:
                return _told({"status": {"erd_highest_final_nonce": self.tip, "erd_nonce": self.tip + 2}})
            case ["hyperblock", "by-nonce", nonce]:
                return _told({"hyperblock": self._hyperblock(int(nonce))})
            case ["address", account]:
                return _told(self._account(account, dict(asked.query)["blockHash"]))
        raise _refused(404, "no such route")

    def _hyperblock(self, number: int) -> Any:
        if number > self.tip:
            raise _refused(500, "block not found")
        shards = [shard for shard in range(3) if shard not in self.without.get(number, ())]
        names = {each: {"hash": self.shard_hash(each, number), "nonce": _nonce(each, number)} for each in shards}
        return {
            "hash": self.hash_of(number),
            "nonce": number,
            "timestamp": self.moment(number),
            "shardBlocks": [{**name, "shard": each} for each, name in names.items()],
            "transactions": [],
        }

    def _account(self, account: Address, name: str) -> Any:
        raw = bytes.fromhex(name)
        shard, number = raw[0] - 1, int.from_bytes(raw[1:], "big") if self.heeds else self.tip
        if shard != self.shard_of(account) or not self.oldest <= number <= self.tip:
            raise _refused(500, "could not get account: trie was not found")
        block = {"nonce": _nonce(shard, number), "hash": self.shard_hash(shard, number), "rootHash": "ab" * 32}
        held = {"address": account, "nonce": 3, "balance": str(self.units(None, account, number)), "username": ""}
        return {"account": held, "blockInfo": block}

    @staticmethod
    def shard_of(account: Address) -> int:
        return (0, 1, 2, 1)[bech32.decode_account(account, "erd")[-1] % 4]


def _nonce(shard: int, number: int) -> int:
    return number + 100 * shard + 7


def _told(data: Any) -> Any:
    return {"data": data, "error": "", "code": "successful"}


def _refused(status: int, error: str) -> Refusal:
    return Refusal(status, {"data": None, "error": error, "code": "internal_issue"})
