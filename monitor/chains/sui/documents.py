"""The documents that are asked of Sui's GraphQL service, and their answers, read strictly.

Everything about balances stands under ``checkpoint(sequenceNumber: …) { query { … } }``, which answers as if that
checkpoint were the newest one, and beside it the checkpoint's digest: so each answer names what it is of.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from monitor.chains.rest_api import decimal, items, member, text, unsigned
from monitor.model import Address

RANGE = '{serviceConfig{availableRange(type:"Address",field:"balance"){first{sequenceNumber}last{sequenceNumber}}}}'
"""The checkpoints at which balances are told: those of about the last hour."""
IDENTITY = "{chainIdentifier}"
LIMITS = "{serviceConfig{maxRichQueries maxQueryNodes maxQueryPayloadSize}}"
CHECKPOINT = "query($c:UInt53!){checkpoint(sequenceNumber:$c){sequenceNumber digest timestamp}}"
METADATA = (
    "query($c:UInt53!,$t:String!){checkpoint(sequenceNumber:$c){sequenceNumber digest "
    "query{coinMetadata(coinType:$t){decimals}}}}"
)
_BALANCES = (
    "query($c:UInt53!,$k:[String!]!){{checkpoint(sequenceNumber:$c){{sequenceNumber digest query{{{}}}}}}}"
    "fragment B on Address{{address multiGetBalances(keys:$k){{coinType{{repr}}totalBalance}}}}"
)
_ACCOUNT_SIZE, _ACCOUNT_NODES = 96, 6
"""What an account adds to a document, in bytes and in fields."""
_FIXED_SIZE, _FIXED_NODES = 1500, 30
"""The same for all the rest, types of a few coins included."""

SUI = "0x2::sui::SUI"


@dataclass(frozen=True, slots=True)
class Range:
    """The first and the last checkpoint whose balances are told."""

    first: int
    last: int


def range_of(data: object) -> Range:
    """Read the answer to :data:`RANGE`."""
    told = member(data, "serviceConfig", "availableRange")
    return Range(
        unsigned(member(told, "first", "sequenceNumber")),
        unsigned(member(told, "last", "sequenceNumber")),
    )


def accounts_of(data: object) -> int:
    """Return how many accounts go into a document, by the answer to :data:`LIMITS`."""
    told = member(data, "serviceConfig")
    return max(
        1,
        min(
            unsigned(member(told, "maxRichQueries")),
            (unsigned(member(told, "maxQueryNodes")) - _FIXED_NODES) // _ACCOUNT_NODES,
            (unsigned(member(told, "maxQueryPayloadSize")) - _FIXED_SIZE) // _ACCOUNT_SIZE,
        ),
    )


def balances_document(accounts: Sequence[Address]) -> str:
    """Return the document that asks for the balances of ``accounts`` in the coins ``$k``."""
    return _BALANCES.format(
        "".join(f'a{place}:address(address:"{each}"){{...B}}' for place, each in enumerate(accounts))
    )


def balances_of(query: object, accounts: Sequence[Address], types: Sequence[str]) -> list[list[int]]:
    """Return what each of ``accounts`` has of each of ``types``.

    Raises LookupError, TypeError or ValueError for what does not answer exactly what was asked.
    """
    return [_of_account(member(query, f"a{place}"), account, types) for place, account in enumerate(accounts)]


def _of_account(told: object, account: Address, types: Sequence[str]) -> list[int]:
    if member(told, "address") != account:
        raise ValueError(f"it is about {member(told, 'address')!r:.80}, not {account}")
    balances = items(member(told, "multiGetBalances"))
    if len(balances) != len(types):
        raise ValueError(f"{len(balances)} balances of {account} where {len(types)} were asked for")
    for balance, kind in zip(balances, types, strict=True):
        if _plain(text(member(balance, "coinType", "repr"))) != _plain(kind):
            raise ValueError(f"a balance of {member(balance, 'coinType', 'repr')!r:.120} where {kind} was asked for")
    return [decimal(member(balance, "totalBalance")) for balance in balances]


def _plain(kind: str) -> str:
    """A coin's type without the zeros with which its address may begin, as servers write it in full."""
    package, _, rest = kind.partition("::")
    return f"{int(package, 16):x}::{rest}"
