"""The chain that is read: every account has coins and some of each token, all from the first block on."""

import hashlib
import json
import time
from pathlib import Path

from eth_utils.crypto import keccak

from monitor.chains.evm.multicall import MULTICALL3
from monitor.model import Caip2, Network, Token

NETWORK = Network("ethereum", Caip2("eip155:1"), "evm", "Ethereum")
COIN = Token("ETH", NETWORK.name, None, 18)
TOKENS = tuple(Token(f"T{number}", NETWORK.name, f"0x{number:02x}{'7e' * 19}", 6) for number in (1, 2, 3))

_DOLLAR = Path("monitor/devnet/contracts/DevnetDollar.json")
_MULTICALL = Path(__file__).with_name("Multicall.json")
_BALANCES_SLOT = 1  # balanceOf is the second variable of the token


def accounts(count: int) -> list[str]:
    """The same accounts in every process."""
    return ["0x" + hashlib.sha256(b"%d" % number).hexdigest()[:40] for number in range(count)]


def coins(number: int) -> int:
    """What the account of this number has, in wei."""
    return number * 10**15 + 1


def units(number: int) -> int:
    """What it has of each token."""
    return number + 1


def write_genesis(path: Path, count: int, *, tokens: bool) -> None:
    """A genesis of ``count`` accounts; ``tokens`` takes a second for 50 000 of them."""
    names = accounts(count)
    alloc: dict[str, object] = {name: {"balance": hex(coins(number))} for number, name in enumerate(names)}
    alloc[MULTICALL3] = {"balance": "0x0", "code": _code(_MULTICALL)}
    storage = {_slot(name): f"0x{units(number):064x}" for number, name in enumerate(names)} if tokens else {}
    for token in TOKENS:
        alloc[str(token.contract)] = {"balance": "0x0", "code": _code(_DOLLAR), "storage": storage}
    nothing = "0x" + "00" * 32
    header = {"nonce": "0x0", "timestamp": hex(int(time.time())), "extraData": "0x", "gasLimit": hex(30_000_000)}
    header |= {"difficulty": "0x0", "mixHash": nothing, "coinbase": nothing[:42]}
    path.write_text(json.dumps({"config": {"chainId": 1}, **header, "alloc": alloc}), encoding="utf-8")


def _slot(account: str) -> str:
    return "0x" + keccak(bytes.fromhex(account[2:].rjust(64, "0")) + _BALANCES_SLOT.to_bytes(32, "big")).hex()


def _code(artifact: Path) -> str:
    code: str = json.loads(artifact.read_text(encoding="utf-8"))["deployedBytecode"]
    return code
