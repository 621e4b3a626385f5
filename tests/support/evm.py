"""What tests put on an anvil: coins, tokens with real bytecode, Safes."""

import json
from pathlib import Path

from eth_abi.abi import encode
from eth_utils.crypto import keccak

from monitor.devnet import programs
from monitor.devnet.nodes import Anvil

DOLLAR: str = json.loads(Path("monitor/devnet/contracts/DevnetDollar.json").read_text(encoding="utf-8"))[
    "deployedBytecode"
]
NOBODY = "0x" + "00" * 20
_SINGLETON = "0x" + "5afe" * 10
_SENTINEL = "0x" + "00" * 19 + "01"


def give(node: Anvil, address: str, coins: float) -> None:
    """Whole coins, from the next block on."""
    node.rpc("anvil_setBalance", address, hex(int(coins * 10**18)))


def issue(node: Anvil, contract: str, address: str, units: int) -> None:
    """Base units of an ERC-20 whose code is put where ``contract`` is."""
    node.rpc("anvil_setCode", contract, DOLLAR)
    send(node, contract, call("issue(address,uint256)", address, units))


def put_safe(node: Anvil, address: str, owners: list[str], threshold: int) -> None:
    """Make ``address`` a Safe: the published proxy in front of the published code, set up by its own ``setup``."""
    node.rpc("anvil_setCode", _SINGLETON, _deployed("Safe"))
    node.rpc("anvil_setCode", address, _deployed("proxies/SafeProxy"))
    node.rpc("anvil_setStorageAt", address, "0x0", "0x" + _SINGLETON[2:].rjust(64, "0"))
    setup = "setup(address[],uint256,address,bytes,address,address,uint256,address)"
    send(node, address, call(setup, owners, threshold, NOBODY, b"", NOBODY, NOBODY, 0, NOBODY))


def put_look_alike(node: Anvil, address: str, owners: list[str], threshold: int) -> None:
    """Make ``address`` answer as a Safe does, and be none: the published code without the proxy in front of it."""
    node.rpc("anvil_setCode", address, _deployed("Safe"))
    setup = "setup(address[],uint256,address,bytes,address,address,uint256,address)"
    send(node, address, call(setup, owners, threshold, NOBODY, b"", NOBODY, NOBODY, 0, NOBODY))


def swap_owner(node: Anvil, safe: str, owners: list[str], old: str, new: str) -> None:
    """Replace an owner as the Safe itself does after its owners have agreed; ``owners`` are those of now, in order."""
    before = ([_SENTINEL, *owners])[owners.index(old)]
    node.rpc("anvil_impersonateAccount", safe)
    send(node, safe, call("swapOwner(address,address,address)", before, old, new), sender=safe)


def put_pod(node: Anvil, address: str, owner: str) -> None:
    """Make ``address`` a contract that answers ``podOwner()``, as an EigenPod does, and reverts for all other calls."""
    node.rpc("anvil_setCode", address, _answering("podOwner()", owner))


def put_judge(node: Anvil, address: str, owner: str) -> None:
    """Make ``address`` a contract that accepts what ``owner`` signed (EIP-1271), and reverts for all other calls."""
    digest, v, r, s = "6004355f52", "60a4355f1a602052", "606435604052", "608435606052"
    signer = "60205f60805f60015afa505f51"  # what ecrecover makes of them
    before = f"{_ONLY_EIP_1271}{digest}{v}{r}{s}{signer}73{owner[2:]}14"
    accepts = len(before + "60..57" + _ANSWER_NO) // 2
    node.rpc("anvil_setCode", address, f"0x{before}60{accepts:02x}57{_ANSWER_NO}5b{_ANSWER_YES}")


def put_yes_sayer(node: Anvil, address: str) -> None:
    """Make ``address`` a contract that accepts all signatures (EIP-1271), and reverts for all other calls."""
    node.rpc("anvil_setCode", address, f"0x{_ONLY_EIP_1271}{_ANSWER_YES}")


def put_administered(node: Anvil, address: str, owner: str) -> None:
    """Make ``address`` a contract that answers ``owner()``, and reverts for all other calls."""
    node.rpc("anvil_setCode", address, _answering("owner()", owner))


_MAGIC = keccak(text="isValidSignature(bytes32,bytes)")[:4].hex()
_ONLY_EIP_1271 = f"5f3560e01c63{_MAGIC}14601157{'5f5ffd'}5b"
_ANSWER_YES, _ANSWER_NO = (f"63{word}60e01b5f5260205ff3" for word in (_MAGIC, "ffffffff"))

SILENT = "0x00"
"""Takes coins, and answers nothing."""
ECHO = "0x5f3560e01c60e01b5f5260205ff3"
"""Answers every call with the selector of the function that is called: the magic of EIP-1271, too."""
ENDLESS = "0x5b5f56"
"""Never answers: burns what gas there is."""
LONG = "0x621000005ff3"
"""Answers every call with a megabyte."""
LONG_REVERT = "0x621000005ffd"
"""Reverts with a megabyte."""


def _answering(function: str, address: str) -> str:
    """Code that answers ``function`` with ``address``, and reverts for all other calls."""
    selector = keccak(text=function)[:4].hex()
    return f"0x5f3560e01c63{selector}14601157{'5f5ffd'}5b7f{address[2:].rjust(64, '0')}5f5260205ff3"


def call(signature: str, *arguments: object) -> str:
    """Call data by a signature such as ``transfer(address,uint256)``."""
    types = signature[:-1].partition("(")[2].split(",")
    return "0x" + (keccak(text=signature)[:4] + encode(types, arguments)).hex()


def send(node: Anvil, to: str, data: str, *, sender: str = "") -> None:
    """A transaction in a block of its own, from one of anvil's accounts unless told otherwise."""
    transaction = {
        "from": sender or node.rpc("eth_accounts")[0],
        "to": to,
        "data": data,
        "gas": hex(1_000_000),
        "gasPrice": "0x0",
    }
    receipt = node.rpc("eth_sendTransactionSync", transaction)
    assert receipt["status"] == "0x1", receipt


def _deployed(name: str) -> str:
    code: str = json.loads(programs.safe_artifact(name).read_text(encoding="utf-8"))["deployedBytecode"]
    return code


def put_position(node: Anvil, address: str, function: str, body: str) -> None:
    """Make ``address`` a token that tells its rate by ``function``, where ``body`` leaves the answer on the stack.

    A balance is the word in storage at the place of its account's own number (:func:`hold`). Everything else reverts.
    """
    balance_of, rate = (keccak(text=text)[:4].hex() for text in ("balanceOf(address)", function))
    dispatch = f"5f3560e01c8063{balance_of}14601b5763{rate}146026575f5ffd"
    answer = "5f5260205ff3"
    node.rpc("anvil_setCode", address, f"0x{dispatch}5b60043554{answer}5b{body}{answer}")


ACCRUING = "5f54430180600155"
"""Storage word 0 and the block's number, which is also written to storage, as interest that accrues is."""
OF_AMOUNT = "5f5460043502670de0b6b3a76400009004"
"""The amount times storage word 0, over 10^18."""
REVERTING = "5f5ffd"


def hold(node: Anvil, contract: str, place: str, units: int) -> None:
    """Put ``units`` at a place of the contract's storage: an account's balance, or, at 0x0, its rate."""
    node.rpc("anvil_setStorageAt", contract, "0x" + place[2:].rjust(64, "0"), f"0x{units:064x}")
