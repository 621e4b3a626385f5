"""A server of TON's HTTP API, version 2: shapes of ton-http-api (C++, 2.1), and of the jettons' own get-methods."""

import hashlib
from base64 import b64encode
from typing import Any

from monitor.chains.ton.cells import account_of, cell_of
from monitor.model import Address, Token
from monitor.registry import load
from monitor.registry.addresses import decode
from tests.support.networks.standin import Asked, NetworkStandIn, Refusal

TON = load().networks["ton"]
USDT = Token("USDT", "ton", "EQCxE6mUtQJKFnGfaROTKOt1lZbDiiX1kCixRv7Nw2Id_sDs", 6)
_ZERO_STATE = "XplPz01CXAps5qeSWUtxcyBfdAo5zVb1N979KLSKD24="
NO_METHOD, NOT_INITIALIZED = 11, -13


def wallet_of(master: Address, owner: Address) -> Address:
    """Where the stand-in's jettons of ``owner`` lie."""
    return "0:" + hashlib.sha256(f"{master} {owner}".encode()).hexdigest()


class TonStandIn(NetworkStandIn):
    network = TON
    coin = Token("TON", "ton", None, 9)
    tokens = (USDT,)

    def __init__(self) -> None:
        super().__init__()
        self.masters = {decode(TON, str(token.contract)).canonical: token.contract for token in self.tokens}
        self.began = _ZERO_STATE
        self.claims: dict[Address, tuple[Address, Address]] = {}
        """Wallets that say that they are of another owner, or for another master."""
        self.states: dict[Address, str] = {}
        self.unused: Any = "-1"
        """What it tells of an account that there is not."""
        self.wallets: dict[Address, tuple[Address, Address]] = {}
        """Owner and master of every wallet that was asked for."""

    @classmethod
    def account(cls, number: int) -> Address:
        return f"0:{number:064x}"

    def block_id(self, number: int) -> Any:
        return {
            "@type": "ton.blockIdExt",
            "workchain": -1,
            "shard": "-9223372036854775808",
            "seqno": number,
            "root_hash": b64encode(number.to_bytes(32, "big")).decode(),
            "file_hash": "t81TFPL17RLgqteZsYf64yY2EX18p/V5f3Z9itK1DrA=",
        }

    def answer(self, asked: Asked) -> Any:
        query = asked.body if asked.method == "POST" else dict(asked.query)
        match asked.path:
            case "/getMasterchainInfo":
                init = {**self.block_id(0), "file_hash": self.began}
                return _ok({"@type": "blocks.masterchainInfo", "last": self.block_id(self.tip), "init": init})
            case "/getBlockHeader":
                number = int(query["seqno"])
                if not self.oldest - 60 <= number <= self.tip:
                    raise _refusal(f"LITE_SERVER_NOTREADY: cannot find block (-1,8000000000000000,{number})")
                identity = -3 if self.elsewhere else -239
                return _ok({"id": self.block_id(number), "global_id": identity, "gen_utime": self.moment(number)})
            case "/getAddressInformation":
                return _ok(self._account(query["address"], self._at(query)))
            case "/runGetMethod":
                block = self._at(query)
                code, stack = self._run(query, block)
                return _ok({"exit_code": code, "stack": stack, "block_id": self.block_id(block), "gas_used": 549})
        raise Refusal(404, {"ok": False, "error": "Not found", "code": 404})

    def _at(self, query: Any) -> int:
        number = int(query["seqno"])
        if not self.heeds:
            return self.tip
        if number > self.tip:
            raise _refusal("LITE_SERVER_UNKNOWN: masterchain block is not known")
        if number < self.oldest:
            raise _refusal("LITE_SERVER_NOTREADY: state already gone: not in db")
        return number

    def _units(self, account: Address, block: int) -> int:
        if account in self.masters:
            return 10**9
        if account in self.wallets:
            owner, master = self.wallets[account]
            return self.units(self.masters[master], owner, block) and 12_345_678
        return self.units(None, account, block)

    def _account(self, account: Address, block: int) -> Any:
        units = self._units(account, block)
        contract = bool(units) and (account in self.masters or account in self.wallets)
        state = self.states.get(account, "active" if contract else "uninitialized")
        return {
            "@type": "raw.fullAccountState",
            "balance": str(units) if units else self.unused,
            "code": "te6cckEBAQEAAgAAAEysuc0=" if state == "active" else "",
            "last_transaction_id": {"lt": "46748895000001" if units else "0", "hash": "AAAA"},
            "block_id": self.block_id(block),
            "frozen_hash": "",
            "sync_utime": self.moment(block),
            "state": state,
        }

    def _run(self, query: Any, block: int) -> tuple[int, list[Any]]:
        account, method = query["address"], query["method"]
        if method == "get_wallet_address" and account in self.masters:
            [[kind, cell]] = query["stack"]
            assert kind == "tvm.Slice"
            owner = account_of(cell)
            wallet = wallet_of(account, owner)
            self.wallets[wallet] = owner, account
            return 0, [_slice(wallet)]
        if account not in self.masters and not self._units(account, block):
            return NOT_INITIALIZED, []
        if method == "get_wallet_data" and account in self.wallets:
            owner, master = self.wallets[account]
            units = self.units(self.masters[master], owner, block)
            code = ["cell", {"bytes": "te6cckEBAQEAAgAAAEysuc0="}]
            return 0, [["num", hex(units)], *map(_slice, self.claims.get(account, (owner, master))), code]
        return NO_METHOD, []


def _slice(account: Address) -> Any:
    return ["cell", {"bytes": cell_of(account), "object": {"data": {"b64": "", "len": 267}, "refs": []}}]


def _ok(result: Any) -> Any:
    return {"ok": True, "result": result, "@extra": "1687271330:0:0.1"}


def _refusal(text: str) -> Refusal:
    return Refusal(500, {"ok": False, "error": text, "code": 500})
