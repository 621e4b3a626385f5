"""What a monitor and a reader on another machine write to each other: compressed JSON, checked against its types.

An answer is for one request, by its digest, and of one version of the program: what else it is, is refused.
"""

import zlib
from hashlib import sha256
from types import MappingProxyType
from typing import Annotated, Any, TypeVar, cast

import msgspec

from monitor import __version__
from monitor.chains import AtHeight, AtSlot, BlockChoice, ChainError, Depth, Reason, Tag, Wanted, choice_of
from monitor.formats import SECRETS
from monitor.formats.phrases import counted
from monitor.model import (
    Address,
    Balances,
    BaseUnits,
    Block,
    Caip2,
    EndpointState,
    FeedReading,
    Height,
    OwnerAnswer,
    OwnerQuestion,
    Positions,
    Rate,
    Reading,
    SentReading,
    Token,
    frozen,
)

T = TypeVar("T", "Request", "Answer")

Accounts = list[tuple[Token, list[Address]]]
"""Tokens and their accounts, in an order that the answer keeps."""

_LEVEL = 1
_PIECE = 10_000
"""Accounts at a time: 300 000 in one go would keep Python's lock from the event loop for a tenth of a second."""
_Units = Annotated[BaseUnits, msgspec.Meta(ge=0)]


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What a reader is asked of one network: balances, owners, or what contracts of feeds and single accounts tell."""

    version: str = __version__
    chain: Caip2
    at: int | str = "finalized"
    """A number of confirmations, or a tag, as `block:` says it."""
    height: int | None = None
    """Of a block of the past."""
    slot: int | None = None
    """Of one of a beacon chain."""
    accounts: Accounts = []
    questions: list[OwnerQuestion] = []
    addresses: list[Address] = []

    @property
    def choice(self) -> BlockChoice:
        """The block that is asked for. Raises ValueError where it names none."""
        if self.slot is not None:
            return AtSlot(Height(self.slot))
        return choice_of(self.at) if self.height is None else AtHeight(Height(self.height))


class Failure(msgspec.Struct, frozen=True):
    """A :class:`ChainError`."""

    reason: Reason
    text: str
    causes: "tuple[Failure, ...]" = ()

    @classmethod
    def of(cls, error: ChainError) -> "Failure":
        """Without secrets: whoever shows it may not know those of who found it."""
        return cls(error.reason, SECRETS.mask(error.args[0]), tuple(map(cls.of, error.causes)))

    @property
    def error(self) -> ChainError:
        return ChainError(self.reason, self.text, causes=[each.error for each in self.causes])


class Told(msgspec.Struct, frozen=True):
    """A :class:`Reading`, its amounts in the order in which accounts were asked for."""

    block: Block
    amounts: list[list[_Units] | str]
    """Of each token, or why the chain itself refuses to tell it."""
    endpoints: tuple[str, ...]
    rates: list[tuple[Token, Rate]]
    within: dict[Address, Address]
    positions: list[tuple[Token, dict[Address, _Units]]]
    agreed: int | None
    asked: int | None

    @classmethod
    def of(cls, reading: Reading, accounts: Accounts) -> "Told":
        return cls(
            reading.block,
            [
                SECRETS.mask(reading.failed[token])
                if token in reading.failed
                else list(map(reading.balances[token].__getitem__, wanted))
                for token, wanted in accounts
            ],
            reading.endpoints,
            list(reading.rates.items()),
            dict(reading.within),
            [(token, dict(held)) for token, held in reading.positions.items()],
            reading.agreed,
            reading.asked,
        )

    def reading(self, accounts: Accounts, quorum: int) -> Reading:
        """The reading of ``accounts``. Raises ValueError where it is not whole, or fewer than ``quorum`` agreed."""
        if quorum > (self.agreed or 0):
            raise ValueError(f"{self.agreed or 'no'} parties agreed on it, and the quorum is {quorum}")
        balances, failed = {}, {}
        for (token, wanted), amounts in zip(accounts, self.amounts, strict=True):
            if isinstance(amounts, str):
                failed[token] = amounts
            else:
                balances[token] = MappingProxyType(_paired(wanted, amounts))
        if any(rate.shares <= 0 for _, rate in self.rates):
            raise ValueError("a rate is of no shares")
        return Reading(
            block=self.block,
            balances=cast("Balances", frozen(balances)),
            failed=frozen(failed),
            endpoints=self.endpoints,
            rates=frozen(dict(self.rates)),
            within=frozen(self.within),
            positions=cast("Positions", frozen({token: frozen(held) for token, held in self.positions})),
            agreed=self.agreed,
            asked=self.asked,
        )


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What a reader answers; which of the last five, hangs on what it was asked."""

    version: str = __version__
    digest: str
    """Of the request that it has read."""
    chain: Caip2 = Caip2("")
    """What its network is; empty where it reads none of that name."""
    endpoints: tuple[EndpointState, ...] = ()
    """All of the network's, after that."""
    failure: Failure | None = None
    told: Told | None = None
    owners: list[OwnerAnswer] | None = None
    prices: FeedReading | None = None
    sent: SentReading | None = None


class _Versioned(msgspec.Struct, frozen=True):
    """What can be read of any version's request or answer."""

    version: str


def plain_choice(at: BlockChoice) -> dict[str, Any]:
    """Return ``at`` as the fields of a request."""
    match at:
        case AtSlot(number):
            return {"slot": number}
        case AtHeight(number):
            return {"height": number}
        case Depth(confirmations):
            return {"at": confirmations}
        case Tag(name):
            return {"at": name}


def in_order(wanted: Wanted) -> Accounts:
    """Return ``wanted`` in an order that stays."""
    return [(token, list(accounts)) for token, accounts in wanted.items()]


def digest_of(request: bytes) -> str:
    """Return what an answer calls the request that it is for."""
    return sha256(request).hexdigest()


def pack(value: Request | Answer) -> bytes:
    """Return ``value`` as bytes."""
    plain: Any = value
    if isinstance(value, Request):
        plain = msgspec.structs.replace(value, accounts=[(token, _in_pieces(each)) for token, each in value.accounts])
    return zlib.compress(msgspec.json.encode(plain), _LEVEL)


def _paired(accounts: list[Address], amounts: list[BaseUnits]) -> dict[Address, BaseUnits]:
    """Return ``amounts`` by account. Raises ValueError unless there is one for each."""
    if len(accounts) != len(amounts):
        raise ValueError(f"it tells {counted(len(amounts), 'balance')} of {counted(len(accounts), 'account')}")
    held: dict[Address, BaseUnits] = {}
    for at in range(0, len(accounts), _PIECE):
        held.update(zip(accounts[at : at + _PIECE], amounts[at : at + _PIECE], strict=True))
    return held


def _in_pieces(accounts: list[Address]) -> msgspec.Raw:
    """``accounts`` as JSON."""
    pieces = (msgspec.json.encode(accounts[at : at + _PIECE])[1:-1] for at in range(0, len(accounts), _PIECE))
    return msgspec.Raw(b"[" + b",".join(pieces) + b"]")


def unpack(content: bytes, kind: type[T]) -> T:
    """Return what :func:`pack` was given. Raises ValueError for anything else, and where another version wrote it."""
    try:
        plain = zlib.decompress(content)
        version = msgspec.json.decode(plain, type=_Versioned).version
        if version != __version__:
            raise ValueError(f"it is of version {version}, this is {__version__}: install the same on all machines")
        return msgspec.json.decode(plain, type=kind)
    except (zlib.error, msgspec.DecodeError, RecursionError) as error:
        raise ValueError(str(error)) from error
