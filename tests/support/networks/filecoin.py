"""A Lotus node: shapes of its documentation (api-methods-v1), errors as its sources word them."""

from functools import cache
from hashlib import blake2b
from typing import Any

from monitor.chains.filecoin.tipsets import cid_of
from monitor.model import Address, Token
from monitor.registry import load
from monitor.registry.addresses.encodings import base32
from tests.support.networks.rpc_standin import RpcError, RpcStandIn

GENESIS = "bafy2bzacecnamqgqmifpluoeldx7zzglxcljo6oja4vrmtj7432rphldpdmm2"


@cache
def cids(height: int) -> list[dict[str, str]]:
    """The blocks of a tipset, two of them."""
    return [{"/": cid_of(blake2b(f"{height} {number}".encode(), digest_size=32).digest())} for number in range(2)]


class FilecoinStandIn(RpcStandIn):
    network = load().networks["filecoin"]
    coin = Token("FIL", "filecoin", None, 18)

    def __init__(self) -> None:
        super().__init__()
        self.genesis = GENESIS
        self.empty: set[int] = set()
        """Heights at which nobody found a block."""
        self.states: dict[Address, Any] = {}
        """What actors have beside their balance."""
        self.escrow: dict[Address, str] = {}
        self.ids: dict[Address, Address] = {}
        """The ids of addresses."""
        self.absent: Any = "resolution lookup failed ({0}): resolve address {0}: actor not found"
        """How it says that there is no such actor; None: by null, as Forest does."""

    @classmethod
    def account(cls, number: int) -> Address:
        digest = blake2b(f"filecoin {number}".encode(), digest_size=20).digest()
        checksum = blake2b(b"\1" + digest, digest_size=4).digest()
        return "f1" + base32.encode(digest + checksum).lower()

    def result(self, method: str, params: Any) -> Any:
        match method.removeprefix("Filecoin."), params:
            case "ChainGetGenesis", []:
                return {
                    "Cids": [{"/": GENESIS[:-1] + "4" if self.elsewhere else self.genesis}],
                    "Blocks": [],
                    "Height": 0,
                }
            case "ChainHead", []:
                return self._tipset(self.tip)
            case "ChainGetFinalizedTipSet", []:
                return self._tipset(self.tip - 5)
            case "ChainGetTipSetByHeight", [height, None]:
                if height > self.tip:
                    raise RpcError(1, "looking for tipset with height greater than start point")
                if height < self.oldest - 20:
                    raise RpcError(1, "bad tipset height: lookbacks of more than 16h40m0s are disallowed")
                return self._tipset(self._filled(height, -1))
            case "ChainGetTipSetAfterHeight", [height, None]:
                return self._tipset(self._filled(height, 1))
            case name, [account, key]:
                return self._of(name, account, self._at(key))
        raise RpcError(-32601, f"method '{method}' not found")

    def _of(self, name: str, account: Address, height: int) -> Any:
        held = self.units(None, account, height)
        if not held and account not in self.states:
            if self.absent is None and name == "StateGetActor":
                return None
            raise RpcError(1, (self.absent or "Failed to lookup the id address {0}").format(account))
        match name:
            case "StateGetActor":
                code = {"/": "bafk2bzacealnlr7st6lkwoh6wxpf2hnrlex5sknaopgmkr2tuhg7vmbfy45so"}
                return {"Code": code, "Head": {"/": GENESIS}, "Nonce": 1, "Balance": str(held)}
            case "StateReadState":
                return {"Balance": str(held), "Code": {"/": GENESIS}, "State": self.states.get(account)}
            case "StateMarketBalance":
                return {"Escrow": self.escrow.get(account, "0"), "Locked": "0"}
            case "StateLookupID":
                return self.ids.get(account, "f0999999")
        raise RpcError(-32601, f"method 'Filecoin.{name}' not found")

    def _at(self, key: Any) -> int:
        if not self.heeds:
            return self.tip
        for height in range(self.oldest, self.tip + 1):
            if cids(height) == key:
                return height
        raise RpcError(1, "loading tipset {}: get block: ipld: could not find " + key[0]["/"])

    def _filled(self, height: int, step: int) -> int:
        while height in self.empty:
            height += step
        return height

    def _tipset(self, height: int) -> Any:
        parents = cids(self._filled(height - 1, -1))
        block = {"Miner": "f01000", "Parents": parents, "Height": height, "Timestamp": self.moment(height)}
        return {"Cids": cids(height), "Blocks": [block, block], "Height": height}
