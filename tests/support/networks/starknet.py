"""A node of Starknet: shapes of its specification (starknet-specs, api/starknet_api_openrpc.json)."""

from typing import Any

from monitor.chains.starknet.node import selector
from monitor.model import Address, Token
from monitor.registry import load
from tests.support.networks.rpc_standin import RpcError, RpcStandIn

_GENESIS = "0x47c3637b57c2b079b93c61539950c17e868a28f46cdef28f88521067f21e943"
ETH = "0x049d36570d4e46f48e99674bd3fcc84644ddd6b96f7c741b1562b82f9e004dc7"
STRK = "0x04718f5a0fc34cc1af16a1cdee98ffb20c31f5cd61d6ab07201858f4287c938d"
USDT = "0x068f5c6a61780768455de69077e07e89787839bf8166decfbf92b645209c0fb8"
BALANCES = frozenset({"balanceOf", "balance_of"})


def block_hash(number: int) -> str:
    return hex(0xC0FFEE * (number + 1))


class StarknetStandIn(RpcStandIn):
    network = load().networks["starknet"]
    coin = Token("ETH", "starknet", ETH, 18)
    tokens = (Token("STRK", "starknet", STRK, 18), Token("USDT", "starknet", USDT, 6))

    def __init__(self) -> None:
        super().__init__()
        self.genesis = _GENESIS
        """The first block's hash; empty where it does not have that block any more."""
        self.contracts: dict[int, dict[str, Any]] = {
            int(str(token.contract), 16): {"decimals": token.decimals, "getters": BALANCES, "contract": token.contract}
            for token in (self.coin, *self.tokens)
        }

    @classmethod
    def account(cls, number: int) -> Address:
        return f"0x{number:064x}"

    def result(self, method: str, params: Any) -> Any:
        match method:
            case "starknet_chainId":
                return "0x534e5f5345504f4c4941" if self.elsewhere else "0x534e5f4d41494e"
            case "starknet_getBlockWithTxHashes":
                return self._block(params[0])
            case "starknet_call":
                return self._call(*params)
        raise RpcError(-32601, "Method not found")

    def _block(self, name: Any) -> Any:
        number = self.tip if name == "latest" else name["block_number"]
        if number == 0 and self.genesis:
            return self._of(0, self.genesis)
        if not self.oldest <= number <= self.tip:
            raise RpcError(24, "Block not found")
        return self._of(number, block_hash(number))

    def _of(self, number: int, hash_: str) -> Any:
        return {
            "status": "ACCEPTED_ON_L2",
            "block_hash": hash_,
            "parent_hash": "0x1",
            "block_number": number,
            "new_root": "0x2",
            "timestamp": self.moment(number) if number else 1637069048,
            "sequencer_address": "0x3",
            "transactions": [],
        }

    def _call(self, call: Any, block: Any) -> Any:
        blocks = {block_hash(each): each for each in range(self.oldest, self.tip + 1)}
        number = blocks.get(block["block_hash"]) if self.heeds else self.tip
        if number is None:
            raise RpcError(24, "Block not found")
        contract = self.contracts.get(int(call["contract_address"], 16))
        if contract is None:
            raise RpcError(20, "Contract not found")
        if call["entry_point_selector"] == selector("decimals"):
            return [hex(contract["decimals"])]
        if call["entry_point_selector"] not in {selector(name) for name in contract["getters"]}:
            raise RpcError(21, "Requested entrypoint does not exist in the contract")
        held = self.units(contract["contract"], f"0x{int(call['calldata'][0], 16):064x}", number)
        return [hex(held % 2**128), hex(held >> 128)]
