"""TON: an account is a contract, and its address hashes the code and data that it began with, its key among them.

So a key makes an address for every wallet contract. Tried are those in use, each as wallets create it on the main net,
in workchain 0. Another wallet contract, or one with other settings, is another account: ``invalid``, as for any other
key. The hash is the representation hash of a ``StateInit`` cell (TON docs, "Cells": descriptors, padded bits, depths
and hashes of the children); of the code no more is needed than its hash and depth. Codes: TON's ``crypto/smartcont``,
as listed in tonweb's ``WalletSources.md``; wallet v5r1 and highload wallet v3 of their own repositories.

TON Connect's proofs also sign a domain and a time, which rows do not state: they are not judged.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from monitor.model import Claim, Network, OwnerQuestion, Verdict
from monitor.ownership.description import Description
from monitor.ownership.ed25519 import rows
from monitor.registry.addresses import Decoded

DESCRIPTION = Description(
    addresses="Raw and friendly, bounceable or not; wallets v3r1, v3r2, v4r2, v5r1 and highload v3, in workchain 0.",
    messages="OKX's header. Hex.",
    binding="The address is the hash of the wallet's code and of its first data, which hold the key.",
    verified="The key with which the wallet was created signed.",
    promotion="`get_public_key` of the account, where the row names a wallet of the key as its owner.",
)

_SUBWALLET = 698_983_191  # the first four bytes of the main net's zero state: TON's default
_SUBWALLET_V5 = 0x7FFFFF11  # wallet 0 of workchain 0 on network -239

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
        """The account that ``key`` has with this wallet, in canonical form."""
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
)
"""The wallet contracts that are tried, those of OKX first. Before the key: sequence number, then subwallet."""


def judge(claim: Claim, network: Network) -> Verdict:
    """The key of a wallet contract at the address signed."""
    return rows.judge(claim, network, _SCHEME)


def question(claim: Claim, network: Network) -> OwnerQuestion:
    """Whether the account's contract holds the key of the wallet that the row names as its owner."""
    return rows.question(claim, network, _SCHEME)


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


def bind(key: bytes, account: Decoded) -> str | None:
    """How ``key`` makes ``account``; None where it does not."""
    for wallet in WALLETS:
        if wallet.address(key) == account.canonical:
            return f"whose wallet {wallet.name} is the account"
    return None


_SCHEME = rows.Scheme(check=rows.Keyed(), bind=bind)
