"""An aelf node: shapes of its web API (chainStatus, block, executeTransaction), which executes what is signed."""

from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from coincurve import PublicKey

from monitor.chains.protobuf import Message, field
from monitor.formats.bitcoin import sha256d
from monitor.model import Address, Token
from monitor.registry import load
from monitor.registry.addresses.encodings import base58check
from tests.support.networks.standin import Asked, NetworkStandIn, Refusal

_TOKEN = base58check.decode_check("JRmBduh4nXWi1aXgdUsj5gJrzeZb2LxmrAbf7W99faZSvoAaE")


class AelfStandIn(NetworkStandIn):
    network = load().networks["aelf"]
    coin = Token("ELF", "aelf", None, 8)
    pins = False

    def __init__(self) -> None:
        super().__init__()
        self.reversible = 0
        """How many of its blocks are not irreversible yet."""

    @classmethod
    def account(cls, number: int) -> Address:
        return base58check.encode_check(sha256(f"aelf {number}".encode()).digest())

    @staticmethod
    def hash_of(number: int) -> str:
        return f"{number:064x}"

    def answer(self, asked: Asked) -> Any:
        query = dict(asked.query)
        match asked.path.strip("/").split("/"):
            case ["api", "blockChain", "chainStatus"]:
                final = self.tip - self.reversible
                return {
                    "ChainId": "tDVV" if self.elsewhere else "AELF",
                    "LastIrreversibleBlockHash": self.hash_of(final),
                    "LastIrreversibleBlockHeight": final,
                    "BestChainHash": self.hash_of(self.tip),
                    "BestChainHeight": self.tip,
                }
            case ["api", "blockChain", "block"]:
                return self._block(int(query["blockHash"], 16))
            case ["api", "blockChain", "blockByHeight"]:
                return self._block(int(query["blockHeight"]))
            case ["api", "blockChain", "executeTransaction"]:
                return self._execute(bytes.fromhex(asked.body["RawTransaction"]))
        raise Refusal(404, None)

    def _block(self, number: int) -> Any:
        moment = f"{datetime.fromtimestamp(self.moment(number), UTC):%Y-%m-%dT%H:%M:%S}.1234567Z"
        return {"BlockHash": self.hash_of(number), "Header": {"Height": number, "Time": moment, "ChainId": "AELF"}}

    def _execute(self, raw: bytes) -> Any:
        transaction = Message(raw)
        signature = transaction.bytes(10_000)
        unsigned = raw[: raw.rindex(field(10_000, signature))]
        key = PublicKey.from_signature_and_message(signature, sha256(unsigned).digest(), hasher=None)
        if Message(transaction.bytes(1)).bytes(1) != sha256d(key.format(compressed=False)):
            raise Refusal(403, {"Error": {"Code": "20012", "Message": "Invalid signature"}})
        assert (Message(transaction.bytes(2)).bytes(1), transaction.text(5)) == (_TOKEN, "GetBalance")
        asked = Message(transaction.bytes(6))
        owner = Message(asked.bytes(2)).bytes(1)
        units = self.units(None, base58check.encode_check(owner), self.tip)
        return (field(1, asked.bytes(1)) + field(2, field(1, owner)) + field(3, units)).hex()
