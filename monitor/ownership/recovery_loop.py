"""Keys recovered one after another, by the libsecp256k1 that coincurve carries: in C where that was compiled.

Between two recoveries Python finds little of its own in the processor's caches, and each call hands Python's lock to
other threads and fetches it back, so that they share cores badly. The loop in ``recovery_loop.c`` spares both. It is
compiled when the package is built, if there is a C compiler; without one the same calls are made from here.
"""

from collections.abc import Callable, Sequence
from ctypes import CDLL, Structure, byref, c_char_p, c_size_t, c_uint, c_void_p, create_string_buffer
from pathlib import Path
from struct import unpack

from coincurve._libsecp256k1 import ffi, lib  # type: ignore[import-not-found]  # a compiled module
from coincurve.context import GLOBAL_CONTEXT

from monitor.ownership import secp256k1

_COMPILED = Path(__file__).with_name("_recovery_loop.abi3.so")
_SIGNATURE_SIZE = 97
_KEY_SIZE = 65
_HIGHEST_ID = 3
_NO_KEY = bytes(_KEY_SIZE)
_HIGHEST_S = secp256k1.HIGHEST_S.to_bytes(32, "big")
_CONTEXT = GLOBAL_CONTEXT.ctx

RecoverKeys = Callable[[Sequence[bytes]], Sequence[bytes]]
"""From signatures to the keys that made them, in their order.

A signature is r, s (32 bytes each, big-endian), recovery id (one byte, 0 to 3) and digest (32 bytes). A key is
uncompressed: 04, x, y, 65 bytes; where there is none, or s is above ``HIGHEST_S``, the first byte is 0.
"""


class _Library(Structure):
    """``struct library`` of ``recovery_loop.c``."""

    _fields_ = (
        ("context", c_void_p),
        ("parse", c_void_p),
        ("recover", c_void_p),
        ("serialize", c_void_p),
        ("highest_s", c_char_p),
        ("uncompressed", c_uint),
    )


def in_c() -> RecoverKeys:
    """The compiled loop; OSError where it was not compiled. It is given sizes, so it raises ValueError for others."""
    loop = CDLL(str(_COMPILED)).recover_keys
    loop.restype = None
    functions = ("ecdsa_recoverable_signature_parse_compact", "ecdsa_recover", "ec_pubkey_serialize")
    library = _Library(
        _address(_CONTEXT),
        *(_address(ffi.addressof(lib, f"secp256k1_{name}")) for name in functions),
        _HIGHEST_S,
        lib.SECP256K1_EC_UNCOMPRESSED,
    )

    def recover_keys(signatures: Sequence[bytes]) -> Sequence[bytes]:
        count, joined = len(signatures), b"".join(signatures)
        if len(joined) != _SIGNATURE_SIZE * count:
            raise ValueError(f"{count} signatures take {_SIGNATURE_SIZE} bytes each, and have {len(joined)} in all")
        keys = create_string_buffer(_KEY_SIZE * count)
        loop(byref(library), c_size_t(count), joined, keys)
        return unpack(f"{_KEY_SIZE}s" * count, keys)

    return recover_keys


def in_python(signatures: Sequence[bytes]) -> Sequence[bytes]:
    """The same by calls from here."""
    parsed, point = ffi.new("secp256k1_ecdsa_recoverable_signature *"), ffi.new("secp256k1_pubkey *")
    key, size = ffi.new("unsigned char[]", _KEY_SIZE), ffi.new("size_t *", _KEY_SIZE)
    keys = []
    for one in signatures:
        found = (
            one[64] <= _HIGHEST_ID
            and one[32:64] <= _HIGHEST_S
            and lib.secp256k1_ecdsa_recoverable_signature_parse_compact(_CONTEXT, parsed, one[:64], one[64])
            and lib.secp256k1_ecdsa_recover(_CONTEXT, point, parsed, one[65:])
            and lib.secp256k1_ec_pubkey_serialize(_CONTEXT, key, size, point, lib.SECP256K1_EC_UNCOMPRESSED)
        )
        keys.append(bytes(ffi.buffer(key)) if found else _NO_KEY)
    return keys


def _address(pointer: object) -> int:
    return int(ffi.cast("uintptr_t", pointer))


def _fastest() -> RecoverKeys:
    try:
        return in_c()
    except OSError:
        return in_python


recover_keys = _fastest()
