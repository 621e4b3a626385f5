"""A node of ICON: shapes of goloop's JSON-RPC (doc/jsonrpc_v3.md, doc/icon_chainscore_api.md), with fewer fields."""

from hashlib import sha256
from typing import Any

from monitor.model import Address, Token
from monitor.registry import load
from tests.support.networks.rpc_standin import RpcError, RpcStandIn


class IconStandIn(RpcStandIn):
    network = load().networks["icon"]
    coin = Token("ICX", "icon", None, 18)

    def __init__(self) -> None:
        super().__init__()
        self.unstaking: set[Address] = set()
        """Accounts of whose coins two eighths are on their way back."""

    @classmethod
    def account(cls, number: int) -> Address:
        return "hx" + sha256(f"icon {number}".encode()).hexdigest()[:40]

    @staticmethod
    def hash_of(number: int) -> str:
        return f"0x{number:064x}"

    def result(self, method: str, params: Any) -> Any:
        match method, params:
            case "icx_getNetworkInfo", {}:
                nid = "0x2" if self.elsewhere else "0x1"
                return {"platform": "icon", "nid": nid, "channel": "icon_dex", "latest": hex(self.tip)}
            case "icx_getLastBlock", {}:
                return self._block(self.tip)
            case "icx_getBlockByHeight", {"height": height}:
                return self._block(int(height, 16))
            case "icx_getBalance", {"address": account, "height": height}:
                units = self._units(account, height)
                return hex(units - units // 2 - (2 * (units // 8) if account in self.unstaking else 0))
            case "icx_call", {"to": to, "data": {"method": "getStake", "params": {"address": account}}, **more}:
                assert (to, more["dataType"]) == ("cx" + "0" * 40, "call")
                units = self._units(account, str(more["height"]))
                part = {"unstake": hex(units // 8), "unstakeBlockHeight": "0x5", "remainingBlocks": "0x1"}
                return {"stake": hex(units // 2), "unstakes": [part, part] if account in self.unstaking else []}
        raise RpcError(-32601, "MethodNotFound")

    def _block(self, number: int) -> Any:
        if number > self.tip:
            raise RpcError(-31004, f"NotFound: no block at {number}")
        return {
            "block_hash": self.hash_of(number).removeprefix("0x"),
            "confirmed_transaction_list": [],
            "height": number,
            "prev_block_hash": self.hash_of(number - 1).removeprefix("0x"),
            "time_stamp": self.moment(number) * 1_000_000,
            "version": "2.0",
        }

    def _units(self, account: Address, height: str) -> int:
        number = int(height, 16) if self.heeds else self.tip
        if number > self.tip:
            raise RpcError(-31004, f"NotFound: no block at {number}")
        if number < self.oldest:
            raise RpcError(-31004, f"PrunedBlock(height={number},base={self.oldest})")
        return self.units(None, account, number)
