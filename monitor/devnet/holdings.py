"""What the devnet's exchange holds and owes. The numbers are round, so that a ratio can be checked in the head."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from functools import cache
from importlib import resources
from types import MappingProxyType

from monitor import registry
from monitor.devnet.keys import HOT
from monitor.model import Network, Token

_HOT_MESSAGE = "I am a devnet address"

OWED: Mapping[str, Decimal] = MappingProxyType(
    {"BTC": Decimal(1_000), "ETH": Decimal(10_000), "USDT": Decimal(50_000_000)}
)
"""By asset. With the verified holdings below: 105 %, 103 % and 102 %."""

CUSTODY: Mapping[str, Decimal] = MappingProxyType({"BTC": Decimal(10), "ETH": Decimal(0), "USDT": Decimal(0)})
"""Stated without addresses, as by a third-party custodian: in the basis ``asserted`` only."""


class Kind(StrEnum):
    """What the devnet makes of an account."""

    HOT = "hot"
    """The devnet has its key, signs for it, and can move its coins."""
    ACCOUNT = "account"
    SAFE = "safe"
    """A Safe of its owners, so that the chain confirms them."""
    CONTRACT = "contract"
    """A contract that says nothing of owners, so that the chain neither confirms nor denies those who signed."""


@dataclass(frozen=True, slots=True)
class Holding:
    """One row of the exchange's list, before its height is known."""

    coin: str
    """The exchange's id for the token, such as ``USDT-ARBITRUM``."""
    label: str
    """The exchange's name for the network."""
    network: Network
    token: Token
    amount: Decimal
    """Whole coins, when the devnet starts."""
    kind: Kind
    address: str
    message: str
    signatures: tuple[str, str]
    script: str
    owners: tuple[str, str]

    @property
    def units(self) -> int:
        """``amount`` in base units."""
        return int(self.amount.scaleb(self.token.decimals))

    @property
    def verified(self) -> bool:
        """Whether it counts on the basis that the devnet's alerts act on: signed, and what the chain confirms."""
        return any(self.signatures) and self.kind is not Kind.CONTRACT


@cache
def holdings() -> tuple[Holding, ...]:
    """The rows of ``data/holdings.csv``: real accounts of OKX with their real signatures, one hot wallet per network
    and asset that the devnet signs for, and two made-up accounts: one whose owners nothing confirms, one unsigned.
    """
    text = resources.files("monitor.devnet").joinpath("data/holdings.csv").read_text()
    known = registry.load()
    return tuple(_holding(row, known) for row in csv.DictReader(text.splitlines()))


def _holding(row: Mapping[str, str], known: registry.Registry) -> Holding:
    placement = known.place(row["coin"], row["network"])
    if not placement.network or not placement.token:
        raise ValueError(f"data/holdings.csv: {row['coin']} on {row['network']}: {placement.fault}")
    holding = Holding(
        row["coin"],
        row["network"],
        placement.network,
        placement.token,
        Decimal(row["amount"]),
        Kind(row["kind"]),
        row["address"],
        row["message"],
        (row["signature1"], row["signature2"]),
        row["script"],
        (row["owner1"], row["owner2"]),
    )
    return _hot_wallet(holding) if holding.kind is Kind.HOT else holding


def _hot_wallet(holding: Holding) -> Holding:
    address, sign = (
        (HOT.bitcoin_address, HOT.sign_bitcoin)
        if holding.network.family == "bitcoin"
        else (HOT.evm_address, HOT.sign_evm)
    )
    return replace(holding, address=address, message=_HOT_MESSAGE, signatures=(sign(_HOT_MESSAGE), ""))
