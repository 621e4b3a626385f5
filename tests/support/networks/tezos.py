"""An Octez node: shapes of its RPC (``/chains/main/blocks/…/header`` as a node answered, with fewer fields)."""

from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from base58 import b58decode_check, b58encode_check

from monitor.model import Address, Token
from monitor.registry import load
from tests.support.networks.standin import Asked, NetworkStandIn, Refusal

_BLOCK, _TZ1 = bytes.fromhex("0134"), bytes.fromhex("06a19f")


class TezosStandIn(NetworkStandIn):
    network = load().networks["tezos"]
    coin = Token("XTZ", "tezos", None, 6)

    def __init__(self) -> None:
        super().__init__()
        self.missing: set[Address] = set()
        """Contracts that there are not."""

    @classmethod
    def account(cls, number: int) -> Address:
        return b58encode_check(_TZ1 + sha256(f"tezos {number}".encode()).digest()[:20]).decode()

    @staticmethod
    def hash_of(number: int) -> str:
        return b58encode_check(_BLOCK + number.to_bytes(32, "big")).decode()

    def answer(self, asked: Asked) -> Any:
        match asked.path.strip("/").split("/"):
            case ["chains", "main", "chain_id"]:
                return self._chain
            case ["chains", "main", "blocks", name, "header"]:
                return self._header(self._named(name))
            case ["chains", "main", "blocks", name, "context", "contracts", account, "full_balance"]:
                block = self._hashed(name)
                if not self.oldest <= block <= self.tip or account in self.missing:
                    raise Refusal(404, None)
                return str(self.units(None, account, block))
        raise Refusal(404, None)

    @property
    def _chain(self) -> str:
        return "NetXnHfVqm9iesp" if self.elsewhere else "NetXdQprcVkpaWU"

    def _named(self, name: str) -> int:
        head, _, below = name.partition("~")
        number = self.tip - int(below or 0) if head == "head" else int(head)
        if not self.oldest - 50 <= number <= self.tip:
            raise Refusal(404, None)
        return number

    def _hashed(self, name: str) -> int:
        if not self.heeds:
            return self.tip
        digest = b58decode_check(name)
        assert digest.startswith(_BLOCK)
        return int.from_bytes(digest[2:], "big")

    def _header(self, number: int) -> Any:
        return {
            "protocol": "PsUshuai9QapM5TGj1JpuVGkdxz5GykdnEvS6Rh8SUVrARvZLCY",
            "chain_id": self._chain,
            "hash": self.hash_of(number),
            "level": number,
            "proto": 25,
            "predecessor": self.hash_of(number - 1),
            "timestamp": f"{datetime.fromtimestamp(self.moment(number), UTC):%Y-%m-%dT%H:%M:%SZ}",
        }
