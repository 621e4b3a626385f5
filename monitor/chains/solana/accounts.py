"""Accounts of Solana as its nodes tell them, and what the token programs keep in theirs.

Layouts: the state of spl-token (``Mint`` 82 bytes, ``Account`` 165, ``Multisig`` 355), and of Token-2022, whose
accounts may be longer: behind 165 bytes stands what it is, and then its extensions. Numbers are little-endian.
"""

from base64 import b64decode
from dataclasses import dataclass

from based58 import b58decode, b58encode

from monitor.chains.amounts import count
from monitor.chains.rest_api import items, member, text
from monitor.model import Address

TOKEN_PROGRAMS = frozenset(
    {"TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA", "TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb"}
)
"""Token and Token-2022."""

SLICE = {"offset": 0, "length": 166}
"""The beginning of an account's data, as far as it matters here."""

_KEY = 32
_MINT, _ACCOUNT, _MULTISIG = 82, 165, 355
_IS_MINT, _IS_ACCOUNT = 1, 2
_INITIALIZED = (1, 2)  # 2: frozen by the issuer, and still there


@dataclass(frozen=True, slots=True)
class Account:
    """What lies at an address: lamports, and data that a program owns."""

    lamports: int
    program: Address
    size: int
    """Of all data, in bytes."""
    data: bytes
    """As far as :data:`SLICE` reaches."""


@dataclass(frozen=True, slots=True)
class TokenAccount:
    """Units of one token that one owner holds in an account of a token program."""

    mint: Address
    owner: Address
    units: int


def account_of(value: object) -> Account:
    """Return the account that a node tells in ``base64``; ValueError, LookupError or TypeError for anything else."""
    data, encoding = items(member(value, "data"))
    if encoding != "base64":
        raise ValueError(f"its data come as {encoding!r:.40}, not as base64")
    raw = b64decode(text(data), validate=True)
    size = count(member(value, "space"))
    if len(raw) != min(size, SLICE["length"]):
        raise ValueError(f"{len(raw)} bytes of the data of {size}")
    return Account(count(member(value, "lamports")), key(member(value, "owner")), size, raw)


def key(value: object) -> str:
    """Return 32 bytes in base58, as which addresses and hashes are told."""
    if len(b58decode(text(value).encode())) != _KEY:
        raise ValueError(f"{value!r:.60} is not 32 bytes")
    return str(value)


def token_account(account: Account) -> TokenAccount | None:
    """Return the token account that ``account`` is, if it is one that is in use."""
    data = account.data
    if (
        account.program not in TOKEN_PROGRAMS
        or not _is(account, _ACCOUNT, _IS_ACCOUNT)
        or data[108] not in _INITIALIZED
    ):
        return None
    return TokenAccount(_address(data[:32]), _address(data[32:64]), int.from_bytes(data[64:72], "little"))


def mint_decimals(account: Account) -> int | None:
    """Return the decimals of the token whose mint ``account`` is, if it is one."""
    if account.program not in TOKEN_PROGRAMS or not _is(account, _MINT, _IS_MINT) or account.data[45] != 1:
        return None
    return account.data[44]


def _is(account: Account, size: int, kind: int) -> bool:
    """Whether it has exactly ``size`` bytes, or is longer and says that it is of ``kind``."""
    if account.size <= _ACCOUNT or account.size == _MULTISIG:
        return account.size == size
    return account.data[_ACCOUNT] == kind


def _address(key: bytes) -> Address:
    return b58encode(key).decode()
