"""Bech32 (BIP-173) and bech32m (BIP-350), and the witness programs of BIP-141 in them."""

from __future__ import annotations

from btclib import bech32
from btclib.exceptions import BTClibValueError

from monitor.registry.addresses.decoded import AddressError
from monitor.registry.addresses.encodings.bits import octets, quintets

_SEGWIT_LIMIT = 90  # characters, where the checksum still finds every four errors (BIP-173)


def decode(text: str) -> tuple[str, bytes]:
    """Prefix and bytes of a bech32 text of any length, as account chains write them."""
    prefix, digits = _decode(text, bech32.BECH32_1_CONST)
    return prefix, octets(digits)


def decode_account(text: str, prefix: str) -> bytes:
    """The bytes of a bech32 text whose prefix is exactly ``prefix``."""
    found, data = decode(text)
    if found != prefix:
        raise AddressError(f"its bech32 prefix is {found}, not {prefix}")
    return data


def encode_account(prefix: str, data: bytes) -> str:
    """``data`` as account chains write it under ``prefix``."""
    return bech32.encode(prefix, [*quintets(data)], bech32.BECH32_1_CONST).decode()


def decode_m(text: str, prefix: str) -> bytes:
    """The bytes of a bech32m text whose prefix is exactly ``prefix``."""
    found, digits = _decode(text, bech32.BECH32_M_CONST)
    if found != prefix:
        raise AddressError(f"its bech32 prefix is {found}, not {prefix}")
    return octets(digits)


def decode_witness(text: str) -> tuple[str, int, bytes]:
    """Prefix, witness version and witness program of a segregated witness address."""
    if len(text) > _SEGWIT_LIMIT:
        raise AddressError(f"is longer than the {_SEGWIT_LIMIT} characters of bech32")
    try:
        prefix, digits = _decode(text, None)
    except AddressError as error:
        raise AddressError(_other_variant(text) or str(error)) from None
    version, program = digits[0], octets(digits[1:])
    if version > 16:
        raise AddressError(f"its witness version is {version}; there are 0 to 16")
    if not 2 <= len(program) <= 40:
        raise AddressError(f"its witness program has {len(program)} bytes, not 2 to 40 (BIP-141)")
    if version == 0 and len(program) not in (20, 32):
        raise AddressError(f"its witness program of version 0 has {len(program)} bytes, not 20 or 32 (BIP-141)")
    return prefix, version, program


def _decode(text: str, constant: int | None) -> tuple[str, list[int]]:
    """Prefix and digits; without ``constant`` the first digit, the witness version, tells the variant."""
    try:
        return bech32.decode(text, constant)
    except BTClibValueError as error:
        raise AddressError(f"is not valid bech32: {error}") from None


def _other_variant(text: str) -> str:
    """What is wrong when ``text`` is valid, but in the variant that BIP-350 does not allow for its version."""
    for constant, found, wanted in (
        (bech32.BECH32_1_CONST, "bech32", "bech32m for witness version 1 and later"),
        (bech32.BECH32_M_CONST, "bech32m", "bech32 for witness version 0"),
    ):
        try:
            _, digits = bech32.decode(text, constant)
        except BTClibValueError:
            continue
        if digits:
            return f"has a {found} checksum; BIP-350 calls for {wanted}"
    return ""
