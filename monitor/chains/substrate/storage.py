"""Where Substrate chains keep balances, and how: keys are hashes, values are SCALE.

A key is the hashes (XX128) of a pallet's and an item's name and then, for each key of a map, BLAKE2b-128 of its SCALE
and that itself (``blake2_128_concat``).
"""

from hashlib import blake2b
from typing import NamedTuple

NOW = "0xf0c365c3cf59d671eb72da0e7a4113c49f1f0515f462cdcf84e0f1d6045dfcbb"
"""``Timestamp.Now``."""
_SYSTEM_ACCOUNT = bytes.fromhex("26aa394eea5630e07c48ae0c9558cef7b99d880ec681799c0cf30e8886371da9")
_ASSETS = bytes.fromhex("682a59d51ab9e48a8c8cc418ff9708d2")
_ASSETS_ACCOUNT = _ASSETS + bytes.fromhex("b99d880ec681799c0cf30e8886371da9")
_ASSETS_METADATA = _ASSETS + bytes.fromhex("b5f3822e35ca2f31ce3526eab1363fd2")

_DATA = 64
"""The bytes of ``AccountData``: free, reserved, and two more numbers of 128 bits, in old layouts and new."""
_ACCOUNT_SIZES = frozenset({69, 72, 76, 80})
"""``AccountInfo`` with a reference count of 8 bits, of 32, and with two and three counts."""
_HOLDING_SIZES = frozenset({18, 34, 66})
"""``AssetAccount``, by whether and by whom a deposit was made for it."""
_U128 = 16
_U64 = 8


class Asset(NamedTuple):
    """What an asset says of itself."""

    symbol: str
    decimals: int


def account_key(account: bytes) -> str:
    """Return the key of ``System.Account``."""
    return "0x" + (_SYSTEM_ACCOUNT + _concat(account)).hex()


def holding_key(asset: int, account: bytes) -> str:
    """Return the key of ``Assets.Account``: what ``account`` holds of the asset with that number of 32 bits."""
    return "0x" + (_ASSETS_ACCOUNT + _concat(_u32(asset)) + _concat(account)).hex()


def metadata_key(asset: int) -> str:
    """Return the key of ``Assets.Metadata``."""
    return "0x" + (_ASSETS_METADATA + _concat(_u32(asset))).hex()


def coins(value: bytes) -> int:
    """Return what an account has of its chain's coin: free and reserved (``frozen`` is a part of these, no third).

    Raises ValueError for a layout that is none of the known ones.
    """
    if len(value) not in _ACCOUNT_SIZES:
        raise ValueError(f"an account of {len(value)} bytes, not {', '.join(map(str, sorted(_ACCOUNT_SIZES)))}")
    data = value[-_DATA:]
    return _number(data[:_U128]) + _number(data[_U128 : 2 * _U128])


def holding(value: bytes) -> int:
    """Return what an account has of an asset, frozen or not; ValueError for an unknown layout."""
    if len(value) not in _HOLDING_SIZES:
        raise ValueError(f"a holding of {len(value)} bytes, not {', '.join(map(str, sorted(_HOLDING_SIZES)))}")
    return _number(value[:_U128])


def asset_of(value: bytes) -> Asset:
    """Return what ``AssetMetadata`` says; ValueError for what is none."""
    _, rest = _text(value[_U128:])
    symbol, rest = _text(rest)
    if len(rest) != 2:
        raise ValueError("metadata of another layout")
    return Asset(symbol.decode("utf-8", "replace"), rest[0])


def milliseconds(value: bytes) -> int:
    """Return a moment in milliseconds of Unix time; ValueError for what is none."""
    if len(value) != _U64:
        raise ValueError(f"a moment of {len(value)} bytes")
    return _number(value)


def _text(data: bytes) -> tuple[bytes, bytes]:
    """Return the text of less than 2^14 bytes at the beginning of ``data``, and what follows."""
    mode = data[0] & 3 if data else 3
    if mode > 1:
        raise ValueError("metadata of another layout")
    size, start = (data[0] >> 2, 1) if mode == 0 else (_number(data[:2]) >> 2, 2)
    if len(data) < start + size:
        raise ValueError("metadata that end too soon")
    return data[start : start + size], data[start + size :]


def _concat(key: bytes) -> bytes:
    return blake2b(key, digest_size=16).digest() + key


def _u32(number: int) -> bytes:
    return number.to_bytes(4, "little")


def _number(data: bytes) -> int:
    return int.from_bytes(data, "little")
