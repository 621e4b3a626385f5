"""Questions to a Cosmos chain's modules (gRPC, in protocol buffers), and what the answers say.

cosmos-sdk, proto/cosmos/bank/v1beta1/query.proto and proto/cosmos/staking/v1beta1/query.proto.
"""

from collections.abc import Callable
from typing import NamedTuple

from monitor.chains.protobuf import Message, field
from monitor.chains.rest_api import decimal
from monitor.model import Address

_BITS = 256
"""Of an amount."""
_BALANCES = b"\x02"
"""Before an account's denominations in the bank's store (x/bank/types/keys.go)."""
BANK = b"bank"
"""The store of balances."""


class Question(NamedTuple):
    """A path, and what is asked there."""

    path: str
    data: bytes


class Listing(NamedTuple):
    """A list of an account's, which comes in pages."""

    path: str
    amount: Callable[[Message, str], int]
    """The base units in an entry."""
    validator: Callable[[Message], str]
    """With whom they are: each validator has one entry."""

    def question(self, account: Address, page: bytes) -> Question:
        """Ask for the first page, or for the one that is so called."""
        return Question(self.path, field(1, account.encode()) + field(2, field(1, page)))

    def page(self, answer: bytes, denom: str) -> "Page":
        """Return a page; raises ValueError for what is none."""
        found = Message(answer)
        if 2 not in found:
            raise ValueError("it does not say whether there is more")
        entries = [Message(entry) for entry in found.all(1)]
        amounts = {self.validator(entry): self.amount(entry, denom) for entry in entries}
        if len(amounts) < len(entries) or "" in amounts:
            raise ValueError("it names a validator twice, or none")
        return Page(amounts, Message(found.bytes(2)).bytes(1))


class Page(NamedTuple):
    """A part of an answer."""

    amounts: dict[str, int]
    """Base units, by validator."""
    following: bytes
    """What to ask the next part with; empty: there is none."""


def supply(denom: str) -> Question:
    """How much there is of a denomination."""
    return Question("/cosmos.bank.v1beta1.Query/SupplyOf", field(1, denom.encode()))


def balance(account: Address, denom: str) -> Question:
    """What an account holds, what it has yet to vest included and what it has delegated not."""
    return Question("/cosmos.bank.v1beta1.Query/Balance", field(1, account.encode()) + field(2, denom.encode()))


def stored(account: bytes, denom: str) -> Question:
    """An account's balance as it stands in the bank's store, which can be proven."""
    return Question("/store/bank/key", _BALANCES + bytes((len(account),)) + account + denom.encode())


# --- answers: what is none is a ValueError ---


def amount_of(answer: bytes, denom: str) -> int:
    """Return the amount in the answer to :func:`supply` or :func:`balance`."""
    found = Message(answer)
    if 1 not in found:
        raise ValueError("it holds no coin")
    return _coin(found.bytes(1), denom)


def stored_amount(value: bytes | None, denom: str) -> int:
    """Return the amount that stands in the bank's store: digits, or up to version 0.45 of the SDK a coin."""
    if value is None:
        return 0
    return decimal(value.decode(), _BITS) if value.isdigit() else _coin(value, denom)


def _coin(data: bytes, denom: str) -> int:
    coin = Message(data)
    if coin.text(1) != denom:
        raise ValueError(f"a coin of {coin.text(1)!r:.60}, not {denom}")
    return decimal(coin.text(2), _BITS)


def _unbonding(entry: Message, _: str) -> int:
    """What is left of all that an account takes back from a validator, after slashing."""
    return sum(decimal(Message(each).text(4), _BITS) for each in entry.all(3))


DELEGATED = Listing(
    "/cosmos.staking.v1beta1.Query/DelegatorDelegations",
    lambda entry, denom: _coin(entry.bytes(2), denom),
    lambda entry: Message(entry.bytes(1)).text(2),
)
"""What an account has delegated to validators, each entry in coins."""
UNBONDING = Listing(
    "/cosmos.staking.v1beta1.Query/DelegatorUnbondingDelegations", _unbonding, lambda entry: entry.text(2)
)
"""What is on its way back from validators."""
