"""EVM accounts: 20 bytes in hexadecimal; letters of both cases carry the checksum of EIP-55.

The digits may stand without ``0x``, or behind twelve zero bytes, as contracts and logs pad them. Some chains have
further spellings of the same 20 bytes: bech32, or another prefix.

Canonical is lower case, as nearly all lists write it: a row then costs one regular expression.
"""

from __future__ import annotations

import re

from eth_hash.backends import pysha3

from monitor.model import Network
from monitor.registry.addresses.decoded import AddressError, Decoded
from monitor.registry.addresses.encodings import bech32, hexadecimal

is_canonical = re.compile(r"0x[0-9a-f]{40}").fullmatch
"""Whether a text is an address in its canonical spelling: of lower case nothing else is to be checked."""

_BECH32_PREFIXES = {
    "cronos": "crc",
    "dymension": "dym",
    "evmos": "evmos",
    "haqq": "haqq",
    "harmony": "one",
    "iotex": "io",
    "kava": "kava",
    "okc": "ex",
    "platon": "lat",
    "zetachain": "zeta",
}
_PREFIXES = {"ronin": "ronin:", "xlayer": "xko"}
"""What stands for ``0x``, in any case (Ronin's wallets; X Layer documentation, "Address format")."""
_PADDING = "00" * 12


def decode(network: Network, text: str) -> Decoded:
    if is_canonical(text):
        return Decoded(text, "account", bytes.fromhex(text[2:]))
    own = _PREFIXES.get(network.name)
    if own and text.lower().startswith(own):
        text = "0x" + text[len(own) :]
    prefix = _BECH32_PREFIXES.get(network.name)
    if prefix and not text.startswith(("0x", "0X")) and not hexadecimal.is_hex(text):
        account = from_bech32(text, prefix)
    else:
        account = from_hex(text)
    return Decoded("0x" + account.hex(), "account", account)


def from_hex(text: str) -> bytes:
    """The 20 bytes of ``0x…``; digits in both cases must carry the right checksum."""
    digits = hexadecimal.digits_of(text)
    if len(digits) == 64 and digits.startswith(_PADDING):
        text = "0x" + digits.removeprefix(_PADDING)
    account = hexadecimal.decode(text, 20)
    digits = hexadecimal.digits_of(text)
    if hexadecimal.has_case(digits) and "0x" + digits != checksummed(account):
        raise AddressError(f"its EIP-55 checksum does not match: expected {checksummed(account)}")
    return account


def from_bech32(text: str, prefix: str) -> bytes:
    account = bech32.decode_account(text, prefix)
    if len(account) != 20:
        raise AddressError(f"holds {len(account)} bytes, not 20")
    return account


def checksummed(account: bytes) -> str:
    """The EIP-55 spelling: a letter is upper case where that digit of the Keccak-256 of the digits is 8 or more."""
    digits = account.hex()
    digest = pysha3.keccak256(digits.encode()).hex()
    return "0x" + "".join(
        digit.upper() if nibble >= "8" else digit for digit, nibble in zip(digits, digest, strict=False)
    )
