"""Positions: tokens and validators that stand for coins which lie elsewhere, and coins that are not in a wallet."""

from dataclasses import dataclass
from enum import StrEnum

from monitor.model.units import BaseUnits


class PositionKind(StrEnum):
    """Where the coins are that a position stands for, and so what they are exposed to."""

    LOCKED = "locked"
    """Still to vest, or on deposit with the chain itself."""
    STAKED = "staked"
    """With validators: they come back after a queue, and can be slashed."""
    LIQUID_STAKED = "liquid_staked"
    """Staked through an issuer, who gave a token for them."""
    LENT = "lent"
    """Lent out in a market (cTokens, aTokens)."""
    VAULT = "vault"
    """Invested by a contract (ERC-4626)."""
    WRAPPED = "wrapped"
    """With an issuer, a bridge or a contract that keeps them one to one."""
    FROZEN = "frozen"
    """In the account, which the token's issuer has blocked: nobody can move them, and they are no reserve."""


@dataclass(frozen=True, slots=True)
class RateCall:
    """How a contract tells what its token stands for: a function without argument, or one of an amount.

    ``exchangeRateCurrent()`` answers a factor with ``scale`` decimal places: underlying = shares x answer / 10^scale,
    in base units of both. ``convertToAssets(uint256)`` answers the underlying of the shares that it is given; there is
    no scale then.
    """

    function: str
    scale: int | None = None

    @property
    def of_amount(self) -> bool:
        """Whether the function is asked about an amount of shares."""
        return self.scale is None

    @property
    def factor(self) -> int:
        """The shares that an answer is about; 0 where that is for the caller to say."""
        factor: int = 0 if self.scale is None else 10**self.scale
        return factor


@dataclass(frozen=True, slots=True)
class Position:
    """What makes a token a position. The token's ``asset`` and ``decimals`` are those of the coins it stands for."""

    name: str
    """As people call it (``cUSDT``); unique on its network."""
    kind: PositionKind
    decimals: int
    """Of the position's own units: shares, receipts, or Gwei of validators."""
    rate: RateCall | None = None
    """None: each unit stands for one unit of the coin."""


@dataclass(frozen=True, slots=True)
class Rate:
    """What a contract said at one block: ``shares`` base units of its token stand for ``assets`` of the underlying."""

    shares: BaseUnits
    assets: BaseUnits

    def units(self, shares: BaseUnits) -> BaseUnits:
        """The underlying of ``shares``, in its base units, rounded down: what is not whole is nobody's."""
        return BaseUnits(shares * self.assets // self.shares)
