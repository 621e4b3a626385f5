"""TON's wallet contracts: which account a key has with each.

An account is a contract, and its address hashes the code and data that it began with, the key among them: the
representation hash of a ``StateInit`` cell (TON docs, "Cells": descriptors, padded bits, depths and hashes of the
children); of the code no more is needed than its hash and depth. Codes: TON's ``crypto/smartcont``, as listed in
tonweb's ``WalletSources.md``; wallets v4 and v5 and highload wallet v3 of their own repositories.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from monitor.registry.addresses import Decoded

_SUBWALLET = 698_983_191  # the first four bytes of the main net's zero state: TON's default
_SUBWALLET_V5 = 0x7FFFFF11  # wallet 0 of workchain 0 on network -239
_SUBWALLET_V5_BETA = 0xFFFFFF11 << 48  # the network in 32 bits; workchain, version and wallet 0 in 48

Field = tuple[int, int]
"""A number and its width in bits."""


@dataclass(frozen=True, slots=True)
class Wallet:
    """A wallet contract: hash and depth of its code, and the fields before and after the key in its first data."""

    name: str
    code: bytes
    depth: int
    before: Sequence[Field]
    after: Sequence[Field] = ()

    def address(self, key: bytes) -> str:
        """Make the account that ``key`` has with this wallet in workchain 0, in canonical form."""
        data = _hash([*self.before, (int.from_bytes(key, "big"), 256), *self.after])
        state = _hash([(0b00110, 5)], (self.depth, self.code), (0, data))
        return f"0:{state.hex()}"


WALLETS = (
    Wallet(
        "v3r2",
        bytes.fromhex("84dafa449f98a6987789ba232358072bc0f76dc4524002a5d0918b9a75d2d599"),
        0,
        before=[(0, 32), (_SUBWALLET, 32)],
    ),
    Wallet(
        "highload v3",
        bytes.fromhex("11acad7955844090f283bf238bc1449871f783e7cc0979408d3f4859483e8525"),
        6,
        before=[],
        after=[(4269, 32), (0, 66), (43_200, 22)],  # its subwallet; queries and cleaning time; time-out in seconds
    ),
    Wallet(
        "v4r2",
        bytes.fromhex("feb5ff6820e2ff0d9483e7e0d62c817d846789fb4ae580c878866d959dabd5c0"),
        7,
        before=[(0, 32), (_SUBWALLET, 32)],
        after=[(0, 1)],  # no plug-ins
    ),
    Wallet(
        "v5r1",
        bytes.fromhex("20834b7b72b112147e1b2fb457b84e74d1a30f04f737d4f62a668e9552d2b72f"),
        6,
        before=[(1, 1), (0, 32), (_SUBWALLET_V5, 32)],  # signatures are allowed
        after=[(0, 1)],  # no extensions
    ),
    Wallet(
        "v3r1",
        bytes.fromhex("b61041a58a7980b946e8fb9e198e3c904d24799ffa36574ea4251c41a566f581"),
        0,
        before=[(0, 32), (_SUBWALLET, 32)],
    ),
    Wallet(
        "v2r2",
        bytes.fromhex("fe9530d3243853083ef2ef0b4c2908c0abf6fa1c31ea243aacaa5bf8c7d753f1"),
        0,
        before=[(0, 32)],
    ),
    Wallet(
        "v2r1",
        bytes.fromhex("5c9a5e68c108e18721a07c42f9956bfb39ad77ec6d624b60c576ec88eee65329"),
        0,
        before=[(0, 32)],
    ),
    Wallet(
        "v1r3",
        bytes.fromhex("587cc789eff1c84f46ec3797e45fc809a14ff5ae24f1e0c7a6a99cc9dc9061ff"),
        0,
        before=[(0, 32)],
    ),
    Wallet(
        "v1r2",
        bytes.fromhex("d4902fcc9fad74698fa8e353220a68da0dcf72e32bcb2eb9ee04217c17d3062c"),
        0,
        before=[(0, 32)],
    ),
    Wallet(
        "v1r1",
        bytes.fromhex("a0cfc2c48aee16a271f2cfc0b7382d81756cecb1017d077faaab3bb602f6868c"),
        0,
        before=[(0, 32)],
    ),
    Wallet(
        "v4r1",
        bytes.fromhex("64dd54805522c5be8a9db59cea0105ccf0d08786ca79beb8cb79e880a8d7322d"),
        7,
        before=[(0, 32), (_SUBWALLET, 32)],
        after=[(0, 1)],
    ),
    Wallet(
        "v5 beta",
        bytes.fromhex("f3d7ca53493deedac28b381986a849403cbac3d2c584779af081065af0ac4b93"),
        0,  # a library cell, which has no children
        before=[(0, 33), (_SUBWALLET_V5_BETA, 80)],
        after=[(0, 1)],
    ),
)
"""The wallet contracts that are tried, those of OKX first, then by use. Before the key: sequence number, subwallet."""


def bind(key: bytes, account: Decoded) -> str | None:
    """Say how ``key`` makes ``account``; None where it does not."""
    for wallet in WALLETS:
        if wallet.address(key) == account.canonical:
            return f"whose wallet {wallet.name} is the account"
    return None


def _hash(fields: Sequence[Field], *children: tuple[int, bytes]) -> bytes:
    """The representation hash of an ordinary cell; ``children`` are depths and hashes."""
    bits = size = 0
    for number, width in fields:
        bits, size = bits << width | number, size + width
    whole, rest = divmod(size, 8)
    if rest:  # a one, then zeros, up to the byte
        bits = (bits << 1 | 1) << (7 - rest)
    data = bits.to_bytes(whole + bool(rest), "big")
    descriptors = bytes((len(children), 2 * whole + bool(rest)))
    depths = b"".join(depth.to_bytes(2, "big") for depth, _ in children)
    return sha256(descriptors + data + depths + b"".join(digest for _, digest in children)).digest()
