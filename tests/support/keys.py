"""Fresh secp256k1 keys that sign, hash and write addresses without the monitor's own code or its curve library."""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b, sha3_256, sha256

from base58 import RIPPLE_ALPHABET, b58encode, b58encode_check
from btclib import bech32
from btclib.hashes import hash160
from eth_hash.auto import keccak
from eth_keys.backends.native.main import NativeECCBackend
from eth_keys.main import KeyAPI

AddressOf = Callable[[bytes], str]
"""From a serialised key."""

_API = KeyAPI(NativeECCBackend())
_C32 = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CIP37 = "abcdefghjkmnprstuvwxyz0123456789"
ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


@dataclass(frozen=True)
class Key:
    """A private key: 32 bytes."""

    secret: bytes

    @cached_property
    def compressed(self) -> bytes:
        return bytes(_API.PrivateKey(self.secret).public_key.to_compressed_bytes())

    @cached_property
    def x_y(self) -> bytes:
        return bytes(_API.PrivateKey(self.secret).public_key.to_bytes())

    @property
    def uncompressed(self) -> bytes:
        return b"\x04" + self.x_y

    @property
    def ethereum(self) -> bytes:
        return bytes(keccak(self.x_y)[12:])

    def sign(self, digest: bytes, v: int = 27) -> bytes:
        """The bytes of r, s (in the lower half) and v, which is ``v`` for recovery id 0."""
        signed = _API.PrivateKey(self.secret).sign_msg_hash(digest)
        s, recovery_id = (signed.s, signed.v) if signed.s <= ORDER // 2 else (ORDER - signed.s, signed.v ^ 1)
        return bytes(signed.r.to_bytes(32, "big") + s.to_bytes(32, "big") + bytes((v + recovery_id,)))


def p2pkh(version: str, key_bytes: bytes) -> str:
    return b58encode_check(bytes.fromhex(version) + hash160(key_bytes)).decode()


def evm(key: Key) -> str:
    return "0x" + key.ethereum.hex()


def tron(key: Key) -> str:
    return b58encode_check(b"\x41" + key.ethereum).decode()


def bech32_of(prefix: str, account: bytes) -> str:
    return bech32.encode(prefix, five_bits(account), bech32.BECH32_1_CONST).decode()


def cosmos(prefix: str, key: Key) -> str:
    return bech32_of(prefix, hash160(key.compressed))


def filecoin_native(key: Key) -> str:
    return _filecoin("f1", b"\x01", blake2b(key.uncompressed, digest_size=20).digest())


def filecoin_delegated(key: Key) -> str:
    return _filecoin("f410f", b"\x04\x0a", key.ethereum)


def _filecoin(prefix: str, protocol: bytes, payload: bytes) -> str:
    checksum = blake2b(protocol + payload, digest_size=4).digest()
    return prefix + base64.b32encode(payload + checksum).decode().lower().rstrip("=")


def conflux(account: bytes) -> str:
    """CIP-37 of the 20 bytes ``account``, on the main net."""
    digits = five_bits(b"\x00" + account)
    checksum = 1
    for digit in [*(ord(letter) & 31 for letter in "cfx"), 0, *digits, *[0] * 8]:
        top, checksum = checksum >> 35, (checksum & 0x07FFFFFFFF) << 5 ^ digit
        for bit, term in enumerate((0x98F2BC8E61, 0x79B76D99E2, 0xF33E5FB3C4, 0xAE2EABE2A8, 0x1E4F43E470)):
            checksum ^= term * (top >> bit & 1)
    checksum ^= 1
    digits += [checksum >> 5 * place & 31 for place in range(7, -1, -1)]
    return "cfx:" + "".join(_CIP37[digit] for digit in digits)


def conflux_user(key: Key) -> str:
    return conflux(bytes.fromhex("1" + key.ethereum.hex()[1:]))


def aelf(key: Key) -> str:
    return b58encode_check(sha256(sha256(key.uncompressed).digest()).digest()).decode()


def icon(key: Key) -> str:
    return "hx" + sha3_256(key.x_y).hexdigest()[-40:]


def stacks(key_bytes: bytes, version: int = 22) -> str:
    account = hash160(key_bytes)
    checksum = sha256(sha256(bytes((version,)) + account).digest()).digest()[:4]
    number, text = int.from_bytes(account + checksum, "big"), ""
    while number:
        number, digit = divmod(number, 32)
        text = _C32[digit] + text
    zeros = len(account) - len(account.lstrip(b"\0"))
    return "S" + _C32[version] + "0" * zeros + text


def xrp(key_bytes: bytes) -> str:
    return b58encode_check(b"\x00" + hash160(key_bytes), alphabet=RIPPLE_ALPHABET).decode()


def x_address(key_bytes: bytes) -> str:
    """X-address of the main net, without a tag."""
    return b58encode_check(b"\x05\x44" + hash160(key_bytes) + bytes(9), alphabet=RIPPLE_ALPHABET).decode()


def nuls(account: bytes, kind: int = 1, chain: int = 1) -> str:
    body, check = chain.to_bytes(2, "little") + bytes((kind,)) + account, 0
    for byte in body:
        check ^= byte
    return "NULSd" + b58encode(body + bytes((check,))).decode()


def five_bits(data: bytes) -> list[int]:
    bits = "".join(f"{byte:08b}" for byte in data)
    bits += "0" * (-len(bits) % 5)
    return [int(bits[start : start + 5], 2) for start in range(0, len(bits), 5)]
