"""Koios: shapes of its API (tip, genesis, address_info in cardano-community/koios-artifacts)."""

from hashlib import blake2b
from typing import Any

from monitor.chains.cardano.koios import _WITNESS
from monitor.model import Address, Token
from monitor.registry import load
from monitor.registry.addresses.encodings import bech32
from tests.support.networks.standin import Asked, NetworkStandIn, Refusal


class KoiosStandIn(NetworkStandIn):
    network = load().networks["cardano"]
    coin = Token("ADA", "cardano", None, 6)
    pins = False

    def __init__(self) -> None:
        super().__init__()
        self.known = {_WITNESS}
        """Addresses that were used, beside those that have something."""
        self.most = 1000
        """Bytes of a request."""

    @classmethod
    def account(cls, number: int) -> Address:
        return bech32.encode_account("addr", bytes([0x61]) + blake2b(f"{number}".encode(), digest_size=28).digest())

    @staticmethod
    def hash_of(number: int) -> str:
        return f"{number:064x}"

    def answer(self, asked: Asked) -> Any:
        match asked.path.strip("/").split("/")[-1]:
            case "genesis":
                magic, name = ("1", "Testnet") if self.elsewhere else ("764824073", "Mainnet")
                return [{"networkmagic": magic, "networkid": name, "epochlength": "432000"}]
            case "tip":
                times = {"abs_slot": 9, "epoch_no": 5, "block_time": self.moment(self.tip)}
                return [{"hash": self.hash_of(self.tip), "block_no": self.tip, **times}]
            case "address_info":
                return self._addresses(asked.body["_addresses"], str(asked.body))
        raise Refusal(404, {"code": "PGRST202", "message": "Could not find the function"})

    def _addresses(self, addresses: list[Address], body: str) -> Any:
        if len(body) > self.most:
            raise Refusal(413, {"message": "Payload Too Large"})
        used = [each for each in addresses if each in self.known or self.held.get((None, each))]
        return [{"address": each, "balance": str(self.units(None, each, self.tip))} for each in reversed(used)]
