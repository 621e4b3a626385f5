"""What the benchmark's lists are made of: coin ids of OKX's list, their shares, and the cells of a row of each.

OKX publishes no count by coin id, and its list is not at hand. The shares by network are those that
``benchmarks/ownership`` assumes. Addresses are valid; signatures have the form and length of real ones and prove
nothing, as reading a list does not judge them. Everything comes from the row's number, so a list of one size is the
same everywhere.
"""

from base64 import b64encode, urlsafe_b64encode
from binascii import crc_hqx
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import shake_256
from typing import NamedTuple

from based58 import Alphabet, b58encode

from monitor.registry.addresses.encodings import base58check

MESSAGE = "I am an OKX address"


class Evidence(NamedTuple):
    """What a row shows beside its coin and amount."""

    address: str
    signatures: tuple[str, str]
    key: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """Rows of one coin id: its network label, how many of a hundred rows it has, and their evidence out of a seed."""

    coin: str
    label: str
    share: int
    evidence: Callable[[bytes, bytes], Evidence]
    """Of the account's seed and the signature's, 256 bytes each."""


def seed(text: str) -> bytes:
    """256 bytes that look random and are the same everywhere."""
    return shake_256(text.encode()).digest(256)


def _hex(data: bytes) -> str:
    return f"0x{data.hex()}"


def _recoverable(signing: bytes) -> str:
    return _hex(signing[:64] + b"\x1b")


def _compact(signing: bytes) -> str:
    return b64encode(b"\x1f" + signing[:64]).decode()


def _evm(account: bytes, signing: bytes) -> Evidence:
    return Evidence(_hex(account[:20]), (_recoverable(signing), ""))


def _tron(account: bytes, signing: bytes) -> Evidence:
    return Evidence(base58check.encode_check(b"\x41" + account[:20]), (_recoverable(signing), ""))


def _xrp(account: bytes, signing: bytes) -> Evidence:
    address = base58check.encode_check(b"\x00" + account[:20], alphabet=Alphabet.RIPPLE)
    return Evidence(address, (_recoverable(signing), ""))


def _p2pkh(version: bytes) -> Callable[[bytes, bytes], Evidence]:
    def evidence(account: bytes, signing: bytes) -> Evidence:
        return Evidence(base58check.encode_check(version + account[:20]), (_compact(signing), ""))

    return evidence


def _multisig(account: bytes, signing: bytes) -> Evidence:
    """2 of 3 in P2SH."""
    script = b"\x52" + b"".join(b"\x21\x02" + account[start : start + 32] for start in (32, 64, 96)) + b"\x53\xae"
    signatures = (_compact(signing), _compact(signing[64:]))
    return Evidence(base58check.encode_check(b"\x05" + account[:20]), signatures, script.hex())


def _ed25519(address: Callable[[bytes], str]) -> Callable[[bytes, bytes], Evidence]:
    def evidence(account: bytes, signing: bytes) -> Evidence:
        return Evidence(address(account[:32]), (_hex(signing[:64]), ""), account[:32].hex())

    return evidence


def _solana(key: bytes) -> str:
    return b58encode(key).decode()


def _ton(key: bytes) -> str:
    """The friendly form, not bounceable. (A real address is a hash with the key in it, and looks the same.)"""
    body = b"\x51\x00" + key
    return urlsafe_b64encode(body + crc_hqx(body, 0).to_bytes(2, "big")).decode()


KINDS = (
    Kind("ETH", "ETH", 20, _evm),
    Kind("USDT-ERC20", "ETH", 15, _evm),
    Kind("USDC", "ETH", 5, _evm),
    Kind("ETH-ARBITRUM", "ARBITRUM", 5, _evm),
    Kind("USDT-ARBITRUM", "ARBITRUM", 5, _evm),
    Kind("ETH-OPTIMISM", "OPTIMISM", 5, _evm),
    Kind("ETH-BASE", "BASE", 5, _evm),
    Kind("USDT-TRC20", "TRX", 15, _tron),
    Kind("TRX", "TRX", 5, _tron),
    Kind("BTC", "BTC", 8, _multisig),
    Kind("BTC", "BTC", 2, _p2pkh(b"\x00")),
    Kind("LTC", "LTC", 2, _p2pkh(b"\x30")),
    Kind("DOGE", "DOGE", 2, _p2pkh(b"\x1e")),
    Kind("SOL", "SOL", 2, _ed25519(_solana)),
    Kind("TON", "TON", 1, _ed25519(_ton)),
    Kind("APTOS", "APTOS", 1, _ed25519(_hex)),
    Kind("SUI", "SUI", 1, _ed25519(_hex)),
    Kind("XRP", "XRP", 1, _xrp),
)
