"""What the benchmark's lists are made of: kinds of rows, their shares, and how each is signed.

OKX publishes no count by network, and its list is not at hand. The mix is an assumption from what its layouts and
vectors show: most rows are deposit accounts on EVM networks and Tron, then multisig scripts on Bitcoin, then the rest.
Keys are made of the row's number, so that a list of one size is the same everywhere.
"""

from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import blake2b, sha3_256, sha256
from typing import NamedTuple

import base58
from coincurve import PrivateKey
from nacl.signing import SigningKey

from monitor.formats.bitcoin import hash160
from monitor.model import Claim
from monitor.ownership import digests
from monitor.ownership.digests import keccak
from monitor.ownership.families.ton.wallets import WALLETS
from monitor.registry import load
from monitor.registry.addresses import decode

MESSAGE = b"I am an OKX address"
_NETWORKS = load().networks


class Recovery(NamedTuple):
    """What libsecp256k1 is given for a row: r, s, recovery id (65 bytes) and the digest."""

    signature: bytes
    digest: bytes


class Verification(NamedTuple):
    """What libsodium is given for a row."""

    key: bytes
    message: bytes
    signature: bytes


class Row(NamedTuple):
    """A claim that is ``verified``, and the bare library's part in judging it."""

    claim: Claim
    bare: tuple[Recovery | Verification, ...]


@dataclass(frozen=True, slots=True)
class Kind:
    """Rows of one kind. ``make`` is given a seed of 32 bytes and the name of a network."""

    make: Callable[[bytes, str], Row]
    networks: tuple[str, ...]


def row(kind: str, number: int) -> Row:
    """Row ``number`` of a list; ``kind`` is a key of ``KINDS``."""
    networks = KINDS[kind].networks
    return KINDS[kind].make(sha256(f"{kind} {number}".encode()).digest(), networks[number % len(networks)])


def _claim(network: str, address: str, *signatures: str, key: str = "") -> Claim:
    account = decode(_NETWORKS[network], address).canonical
    message = MESSAGE.decode()
    return Claim(
        file="okx.csv",
        line=0,
        coin=network.upper(),
        network=network,
        token=None,
        address=address,
        account=account,
        message=message,
        signatures=signatures,
        key=key,
    )


# --- secp256k1 -------------------------------------------------------------------------------------------------------


def _recovery(key: PrivateKey, digest: bytes) -> Recovery:
    return Recovery(key.sign_recoverable(digest, hasher=None), digest)


def _r_s_v(signature: bytes) -> str:
    return f"0x{signature[:64].hex()}{27 + signature[64]:02x}"


def _compact(signature: bytes) -> str:
    """In base64 behind the header of a compressed key (BIP 137)."""
    return b64encode(bytes((31 + signature[64],)) + signature[:64]).decode()


def _ethereum_hash(key: PrivateKey) -> bytes:
    return keccak(key.public_key.format(compressed=False)[1:])[12:]


def _evm(seed: bytes, network: str) -> Row:
    key = PrivateKey(seed)
    signed = _recovery(key, digests.personal_message_of_hash(MESSAGE))
    return Row(_claim(network, f"0x{_ethereum_hash(key).hex()}", _r_s_v(signed.signature)), (signed,))


def _tron(seed: bytes, network: str) -> Row:
    key = PrivateKey(seed)
    signed = _recovery(key, digests.personal_message(MESSAGE, "TRON"))
    address = base58.b58encode_check(b"\x41" + _ethereum_hash(key)).decode()
    return Row(_claim(network, address, _r_s_v(signed.signature)), (signed,))


def _xrp(seed: bytes, network: str) -> Row:
    key = PrivateKey(seed)
    signed = _recovery(key, digests.okx_message(MESSAGE))
    payload = b"\0" + hash160(key.public_key.format())
    address = base58.b58encode_check(payload, alphabet=base58.XRP_ALPHABET).decode()
    return Row(_claim(network, address, _r_s_v(signed.signature)), (signed,))


_P2PKH = {"bitcoin": b"\x00", "litecoin": b"\x30", "dogecoin": b"\x1e"}
_HEADERS = {name: f"{name.title()} Signed Message:\n" for name in _P2PKH}


def _p2pkh(seed: bytes, network: str) -> Row:
    key = PrivateKey(seed)
    signed = _recovery(key, digests.bitcoin_message(_HEADERS[network], MESSAGE))
    address = base58.b58encode_check(_P2PKH[network] + hash160(key.public_key.format())).decode()
    return Row(_claim(network, address, _compact(signed.signature)), (signed,))


def _multisig(seed: bytes, network: str) -> Row:
    """2 of 3 in P2SH; the first two keys sign."""
    keys = [PrivateKey(sha256(seed + bytes((position,))).digest()) for position in range(3)]
    script = b"\x52" + b"".join(b"\x21" + key.public_key.format() for key in keys) + b"\x53\xae"
    digest = digests.bitcoin_message(_HEADERS[network], MESSAGE)
    first, second = (_recovery(key, digest) for key in keys[:2])
    address = base58.b58encode_check(b"\x05" + hash160(script)).decode()
    texts = (_compact(first.signature), _compact(second.signature))
    return Row(_claim(network, address, *texts, key=script.hex()), (first, second))


# --- Ed25519 ---------------------------------------------------------------------------------------------------------


_ED25519_ACCOUNTS: Mapping[str, Callable[[bytes], str]] = {
    "solana": lambda key: base58.b58encode(key).decode(),
    "ton": WALLETS[0].address,
    "aptos": lambda key: f"0x{sha3_256(key + bytes(1)).hexdigest()}",
    "sui": lambda key: f"0x{blake2b(bytes(1) + key, digest_size=32).hexdigest()}",
}


def _ed25519(seed: bytes, network: str) -> Row:
    signer = SigningKey(seed)
    key, message = bytes(signer.verify_key), digests.okx_preimage(MESSAGE)
    signature = signer.sign(message).signature
    claim = _claim(network, _ED25519_ACCOUNTS[network](key), f"0x{signature.hex()}", key=key.hex())
    return Row(claim, (Verification(key, message, signature),))


KINDS: Mapping[str, Kind] = {
    "EVM": Kind(_evm, ("ethereum", "arbitrum", "optimism", "base", "polygon")),
    "Tron": Kind(_tron, ("tron",)),
    "P2SH, 2 of 3": Kind(_multisig, ("bitcoin",)),
    "P2PKH": Kind(_p2pkh, ("bitcoin", "litecoin", "dogecoin")),
    "Ed25519": Kind(_ed25519, ("solana", "ton", "aptos", "sui")),
    "XRP": Kind(_xrp, ("xrp",)),
}

MIXES: Mapping[str, Mapping[str, int]] = {
    "evm": {"EVM": 100},
    "mixed": {"EVM": 60, "Tron": 20, "P2SH, 2 of 3": 8, "P2PKH": 6, "Ed25519": 5, "XRP": 1},
}
"""Name of the list to the share of each kind in hundredths of its rows."""
