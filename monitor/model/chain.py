"""Networks, tokens and blocks."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from monitor.model.values import EXACT


@dataclass(frozen=True, slots=True)
class Network:
    """One chain. ``caip2`` tells forks and layers apart (CAIP-2); ``name`` is what people and metrics see."""

    name: str
    caip2: str
    family: str
    """The address and signature family (``evm``, ``bitcoin``, ``tron`` ...), a key of ``registry.addresses``."""
    title: str


@dataclass(frozen=True, slots=True)
class Token:
    """An asset's form on one network: the native coin (``contract`` is None) or a contract with decimals."""

    asset: str
    network: str
    contract: str | None
    decimals: int

    def whole(self, units: int) -> Decimal:
        """``units`` base units as whole coins, exactly (whatever the context's precision)."""
        return Decimal(units).scaleb(-self.decimals, EXACT)

    def __str__(self) -> str:
        return f"{self.asset} on {self.network}" + (f" ({self.contract})" if self.contract else "")


@dataclass(frozen=True, slots=True)
class Block:
    """The block that a number comes from."""

    number: int
    hash: str
    timestamp: datetime
