"""Claims as a list reader makes them, and signatures made with fresh keys."""

import base64
from collections.abc import Sequence

from coincurve import PrivateKey

from monitor.model import Caip2, Claim, ClaimKind, Network, VerdictStatus
from monitor.registry import load
from monitor.registry.addresses import AddressError, decode

MESSAGE = "I am an OKX address"
ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


def network(name: str, family: str) -> Network:
    registered = load().networks.get(name)
    parameters = registered.parameters if registered else None
    return Network(name=name, caip2=Caip2(f"test:{name}"), family=family, title=name.title(), parameters=parameters)


BITCOIN = network("bitcoin", "bitcoin")
ETHEREUM = network("ethereum", "evm")
OKC = network("okc", "evm")
BEACON = network("ethereum-beacon", "beacon")
TRON = network("tron", "tron")


def claim(
    on: Network,
    address: str,
    *signatures: str,
    message: str = MESSAGE,
    key: str = "",
    owners: Sequence[str] = (),
    kind: ClaimKind = ClaimKind.ACCOUNT,
    line: int = 1,
) -> Claim:
    """A row of a list, decoded as the readers do it."""
    account, fault = None, ""
    try:
        account = decode(on, address).canonical
    except AddressError as error:
        fault = f"{address} {error}"
    return Claim(
        file="list.csv",
        line=line,
        coin=on.name.upper(),
        network=on.name,
        token=None,
        address=address,
        account=account,
        fault=fault,
        kind=kind,
        message=message,
        signatures=signatures,
        key=key,
        owners=tuple(owners),
    )


def compact(key: PrivateKey, digest: bytes, header: int) -> str:
    """A compact signature in base64; ``header`` is the first of the four values of its kind."""
    signed = key.sign_recoverable(digest, hasher=None)
    return base64.b64encode(bytes((header + signed[64],)) + signed[:64]).decode()


def evm_signature(key: PrivateKey, digest: bytes) -> str:
    """r, s, v in hex, v being 27 or 28."""
    signed = key.sign_recoverable(digest, hasher=None)
    return "0x" + (signed[:64] + bytes((27 + signed[64],))).hex()


def with_high_s(r_s: bytes) -> bytes:
    """The other signature that anybody can make of ``r_s`` (its recovery id flips)."""
    return r_s[:32] + (ORDER - int.from_bytes(r_s[32:64], "big")).to_bytes(32, "big")


def multisig(threshold: int, *keys: bytes) -> bytes:
    """``m <key> ... n OP_CHECKMULTISIG``."""
    return bytes((0x50 + threshold,)) + b"".join(bytes((len(k),)) + k for k in keys) + bytes((0x50 + len(keys), 0xAE))


NOT_PROVEN = {VerdictStatus.INVALID, VerdictStatus.UNSUPPORTED}
"""What altered evidence comes to: refused as somebody else's, or of a form that is not judged."""
