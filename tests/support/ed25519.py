"""Ed25519 keys of OpenSSL, which is not the verifier's library, and the addresses that they have on each chain."""

import base64
import binascii
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b, sha3_256, sha224, sha256

import base58
from btclib import bech32
from Crypto.Hash import SHA512
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from monitor.model import Network
from monitor.ownership.families.ton.wallets import WALLETS
from monitor.registry.addresses.substrate import encode
from tests.support.ownership import MESSAGE, network


@dataclass(frozen=True)
class Key:
    secret: bytes

    @property
    def _private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.secret)

    @property
    def public(self) -> bytes:
        return self._private.public_key().public_bytes_raw()

    @property
    def hex(self) -> str:
        return "0x" + self.public.hex()

    def sign(self, data: bytes) -> bytes:
        return self._private.sign(data)


KEY, OTHER = Key(b"\x01" * 32), Key(b"\x02" * 32)


def okx(message: str = MESSAGE) -> bytes:
    """OKX's header and a message of less than 253 bytes."""
    raw = message.encode()
    return b"\x14OKX Signed Message:\n" + bytes((len(raw),)) + raw


def okx_signature(key: Key = KEY, message: str = MESSAGE) -> str:
    return "0x" + key.sign(okx(message)).hex()


def blake(data: bytes, size: int = 32) -> bytes:
    return blake2b(data, digest_size=size).digest()


def to_bech32(prefix: str, data: bytes) -> str:
    bits = "".join(f"{byte:08b}" for byte in data)
    bits = bits.ljust(-(-len(bits) // 5) * 5, "0")
    digits = [int(bits[start : start + 5], 2) for start in range(0, len(bits), 5)]
    return bech32.encode(prefix, digits, bech32.BECH32_1_CONST).decode()


def strkey(key: bytes) -> str:
    body = bytes((6 << 3,)) + key
    return base64.b32encode(body + binascii.crc_hqx(body, 0).to_bytes(2, "little")).decode()


def algorand(key: bytes) -> str:
    return base64.b32encode(key + SHA512.new(key, truncate="256").digest()[-4:]).decode().rstrip("=")


def tezos(prefix: str, data: bytes) -> str:
    return base58.b58encode_check(bytes.fromhex(prefix) + data).decode()


def cardano(kind: int, payment: bytes, rest: bytes = b"") -> str:
    return to_bech32("addr", bytes((kind << 4 | 1,)) + payment + rest)


def sia(key: bytes) -> str:
    leaves = [bytes(8), b"ed25519".ljust(16, b"\0") + (32).to_bytes(8, "little") + key, (1).to_bytes(8, "little")]
    first, second, third = (blake(b"\0" + leaf) for leaf in leaves)
    root = blake(b"\1" + blake(b"\1" + first + second) + third)
    return (root + blake(root)[:6]).hex()


def internet_computer(key: bytes) -> str:
    principal = sha224(bytes.fromhex("302a300506032b6570032100") + key).digest() + b"\2"
    account = sha224(b"\x0aaccount-id" + principal + bytes(32)).digest()
    return (zlib.crc32(account).to_bytes(4, "big") + account).hex()


def klayr(key: bytes) -> str:
    account = sha256(key).digest()[:20]
    bits = "".join(f"{byte:08b}" for byte in account)
    digits = [int(bits[start : start + 5], 2) for start in range(0, 160, 5)]
    checksum = 1
    for digit in [*digits, *[0] * 6]:
        top, checksum = checksum >> 25, (checksum & 0x1FFFFFF) << 5 ^ digit
        for bit, term in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            checksum ^= term * (top >> bit & 1)
    digits += [(checksum ^ 1) >> 5 * place & 31 for place in range(5, -1, -1)]
    return "kly" + "".join("zxvcpmbn3465o978uyrtkqew2adsjhfg"[digit] for digit in digits)


def canton(key: bytes) -> str:
    return "okx-1::1220" + sha256(b"\0\0\0\x0c" + key).hexdigest()


@dataclass(frozen=True)
class Home:
    """A kind of account that an Ed25519 key has on a chain."""

    name: str
    on: Network
    address: Callable[[bytes], str]
    is_key: bool = False
    """Whether the account says its key, so that a row need not."""


def _home(name: str, on: str, family: str, address: Callable[[bytes], str], *, is_key: bool = False) -> Home:
    return Home(name, network(on, family), address, is_key)


HOMES = [
    _home("solana", "solana", "solana", lambda key: base58.b58encode(key).decode(), is_key=True),
    _home("fogo", "fogo", "solana", lambda key: base58.b58encode(key).decode(), is_key=True),
    _home("aptos", "aptos", "aptos", lambda key: "0x" + sha3_256(key + b"\0").hexdigest()),
    _home("aptos single key", "aptos", "aptos", lambda key: "0x" + sha3_256(b"\0\x20" + key + b"\2").hexdigest()),
    _home("sui", "sui", "sui", lambda key: "0x" + blake(b"\0" + key).hex()),
    _home("iota", "iota", "iota", lambda key: "0x" + blake(key).hex()),
    _home("cardano enterprise", "cardano", "cardano", lambda key: cardano(6, blake(key, 28))),
    _home("cardano base", "cardano", "cardano", lambda key: cardano(0, blake(key, 28), b"\7" * 28)),
    _home("cardano pointer", "cardano", "cardano", lambda key: cardano(4, blake(key, 28), b"\1\2\3")),
    _home("near", "near", "near", lambda key: key.hex(), is_key=True),
    _home("stellar", "stellar", "stellar", strkey, is_key=True),
    _home("pi", "pi", "stellar", strkey, is_key=True),
    _home("algorand", "algorand", "algorand", algorand, is_key=True),
    _home("kadena", "kadena", "kadena", lambda key: "k:" + key.hex(), is_key=True),
    _home("multiversx", "multiversx", "multiversx", lambda key: to_bech32("erd", key), is_key=True),
    _home("casper", "casper", "casper", lambda key: "01" + key.hex()),
    _home("casper account hash", "casper", "casper", lambda key: "account-hash-" + blake(b"ed25519\0" + key).hex()),
    _home("canton", "canton", "canton", canton),
    _home("klayr", "klayr", "klayr", klayr),
    _home("tezos", "tezos", "tezos", lambda key: tezos("06a19f", blake(key, 20))),
    _home("sia", "sia", "sia", sia),
    _home("internet computer", "internet-computer", "internet-computer", internet_computer),
    _home("polkadot", "polkadot", "substrate", lambda key: encode(0, key), is_key=True),
    _home("polkadot asset hub", "polkadot-asset-hub", "substrate", lambda key: encode(0, key), is_key=True),
    _home("kusama", "kusama", "substrate", lambda key: encode(2, key), is_key=True),
    _home("enjin", "enjin", "substrate", lambda key: encode(2135, key), is_key=True),
    *(_home(f"ton {wallet.name}", "ton", "ton", wallet.address) for wallet in WALLETS),
]

UNTOLD = {"internet-computer", "sia", "ton"}
"""Families where one key has many accounts, and an address does not tell whose it is."""

KEYLESS = {
    "hedera": ("hedera", "0.0.1234"),
    "iost": ("iost", "okx_wallet1"),
    "venom": ("venom", "0:" + "12" * 32),
    "pocket": ("pocket", to_bech32("pokt", b"\7" * 20)),
    "near, a name": ("near", "okx.near"),
    "solana, a program's": ("solana", base58.b58encode(b"\7" * 32).decode()),
    "algorand, a multisig": ("algorand", algorand(b"\7" * 32)),
    "near, of an Ethereum key": ("near", "0x" + "ab" * 20),
    "tezos, a contract": ("tezos", tezos("025a79", b"\7" * 20)),
    "multiversx, a contract": ("multiversx", to_bech32("erd", bytes(8) + b"\7" * 24)),
    "cardano, a script": ("cardano", cardano(7, b"\7" * 28)),
    "cardano, a script with a stake key": ("cardano", cardano(1, b"\7" * 28, b"\7" * 28)),
    "cardano, Byron": ("cardano", "Ae2tdPwUPEZFRbyhz3cpfC2CumGzNkFBN2L42rcUc2yjQpEkxDbkPodpMAi"),
}
"""Accounts that no key makes: family (and network) and address."""
