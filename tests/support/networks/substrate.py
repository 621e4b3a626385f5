"""A node of a Substrate chain: storage in SCALE, errors in the words of polkadot-sdk."""

from typing import Any, ClassVar

from monitor.chains.substrate import storage
from monitor.model import Address, Token
from monitor.registry import load
from monitor.registry.addresses.substrate import encode
from tests.support.networks.rpc_standin import RpcError, RpcStandIn

NETWORKS = load().networks


def block_hash(number: int) -> str:
    return f"0x{0xC0FFEE * (number + 1):064x}"


def account_info(free: int, reserved: int, *, head: int = 16) -> str:
    """``AccountInfo``; ``head`` are the bytes of nonce and reference counts."""
    frozen = free.to_bytes(16, "little")
    return "0x" + (b"\1" * head + frozen + reserved.to_bytes(16, "little") + frozen + b"\0" * 15 + b"\x80").hex()


def metadata(decimals: int) -> str:
    return "0x" + (b"\7" * 16 + b"\x28Tether USD" + b"\x10USDt" + bytes((decimals, 0))).hex()


class SubstrateStandIn(RpcStandIn):
    network = NETWORKS["polkadot-asset-hub"]
    coin = Token("DOT", "polkadot-asset-hub", None, 10)
    nothing = (None,)
    tokens: ClassVar[tuple[Token, ...]] = (
        Token("USDT", "polkadot-asset-hub", "1984", 6),
        Token("USDC", "polkadot-asset-hub", "1337", 6),
    )

    def __init__(self) -> None:
        super().__init__()
        self.genesis = f"0x{self.network.caip2.partition(':')[2]}{'0' * 32}"
        self.decimals = {str(token.contract): token.decimals for token in self.tokens}
        self.reserved: dict[Address, int] = {}
        """Of what an account holds of the coin, how much is reserved (staked, say)."""

    @classmethod
    def account(cls, number: int) -> Address:
        return encode(0, number.to_bytes(32, "big"))

    def result(self, method: str, params: Any) -> Any:
        match method, params:
            case "chain_getBlockHash", [0]:
                return "0x" + "9f" * 32 if self.elsewhere else self.genesis
            case "chain_getBlockHash", []:
                return block_hash(self.tip)
            case "chain_getBlockHash", [number]:
                return block_hash(number) if number <= self.tip else None
            case "chain_getFinalizedHead", []:
                return block_hash(self.tip)
            case "chain_getHeader", [hash_]:
                return {"number": hex(self._number(hash_)), "parentHash": block_hash(0), "digest": {"logs": []}}
            case "state_getStorage", [key, hash_]:
                return self._storage(key, hash_)
        raise RpcError(-32601, "Method not found")

    def _number(self, hash_: str) -> int:
        number = next((each for each in range(self.tip + 1) if block_hash(each) == hash_), None)
        if number is None:
            raise RpcError(4003, f"Client error: UnknownBlock: Header was not found in the database: {hash_}")
        return number

    def _storage(self, key: str, hash_: str) -> Any:
        number = self._number(hash_) if self.heeds else self.tip
        if number < self.oldest:
            raise RpcError(4003, f"Client error: UnknownBlock: State already discarded for {hash_}")
        if key == storage.NOW:
            return "0x" + (1000 * self.moment(number)).to_bytes(8, "little").hex()
        for asset, decimals in self.decimals.items():
            if key == storage.metadata_key(int(asset)):
                return metadata(decimals)
        account = bytes.fromhex(key[-64:])
        contracts: tuple[str | None, ...] = (None, *self.decimals)
        for contract in contracts:
            wanted = storage.holding_key(int(contract), account) if contract else storage.account_key(account)
            if wanted == key:
                return self._held(contract, encode(0, account), number)
        return None

    def _held(self, contract: str | None, account: Address, number: int) -> Any:
        if not (held := self.units(contract, account, number)):
            return None
        if contract:
            return "0x" + (held.to_bytes(16, "little") + b"\0\1").hex()
        reserved = self.reserved.get(account, 0)
        return account_info(held - reserved, reserved)


class RelayStandIn(SubstrateStandIn):
    """Polkadot itself, from which balances moved away at block 28 490 502."""

    network = NETWORKS["polkadot"]
    coin = Token("DOT", "polkadot", None, 10)
    tokens: ClassVar[tuple[Token, ...]] = ()
