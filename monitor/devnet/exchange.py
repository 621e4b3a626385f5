"""The devnet's exchange on its chains: what it holds now, and coins that leave it and come back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from monitor.devnet.holdings import OWED, Holding, Kind
from monitor.devnet.keys import ELSEWHERE, HOT
from monitor.devnet.ledgers import Ledger
from monitor.formats import exact
from monitor.formats.figures import percent
from monitor.model import BaseUnits, Token


class RequestError(Exception):
    """The exchange cannot do what was asked. The text says why, and what it could do."""


@dataclass(frozen=True, slots=True)
class Transfer:
    """Coins that moved on one network."""

    token: Token
    units: int
    transaction: str

    def __str__(self) -> str:
        return f"{exact.plain(self.token.whole(BaseUnits(self.units)))} {self.token.asset} on {self.token.network}"


@dataclass(frozen=True, slots=True)
class Standing:
    """One asset now, in whole coins. ``reserves`` are those of verified rows, on which the devnet's alerts act."""

    asset: str
    reserves: Decimal
    owed: Decimal
    hot: Decimal
    """What of the reserves can be drained."""
    elsewhere: Decimal
    """What a refill brings back."""

    @property
    def ratio(self) -> Decimal:
        return exact.ratio(self.reserves, self.owed)


class Exchange:
    """Its accounts, through one ledger for each network."""

    def __init__(self, holdings: Sequence[Holding], ledgers: Mapping[str, Ledger]) -> None:
        """``ledgers`` by the short name of their network."""
        self._holdings = holdings
        self._ledgers = ledgers

    def fund(self) -> dict[str, int]:
        """Give all accounts of fresh chains what they hold at the start; the height of each network."""
        return {
            network: ledger.fund([row for row in self._holdings if row.network.name == network])
            for network, ledger in self._ledgers.items()
        }

    def standing(self, asset: str) -> Standing:
        """What the chains say about ``asset`` (BTC, ETH, USDT)."""
        rows = self._rows(asset)
        return Standing(
            asset,
            exact.total(row.token.whole(BaseUnits(self._held(row))) for row in rows if row.verified),
            OWED[asset],
            exact.total(row.token.whole(BaseUnits(self._held(row))) for row in rows if row.kind is Kind.HOT),
            exact.total(token.whole(BaseUnits(self._elsewhere(token))) for token in _tokens(rows)),
        )

    def drain(self, asset: str, share: str) -> list[Transfer]:
        """Move coins from the hot wallets to accounts on no list: ``10%`` of the current reserves, or ``3.5`` coins.

        A share that is not a whole number of base units is rounded down. RequestError when the hot wallets hold less:
        the keys of the other accounts are the real exchange's.
        """
        standing = self.standing(asset)
        wanted = amount_of(share, standing.reserves)
        if wanted > standing.hot:
            raise RequestError(_too_much(wanted, standing))
        transfers = []
        for row in self._rows(asset):
            if row.kind is Kind.HOT and wanted:
                held = self._held(row)
                units = min(held, int(exact.shifted(wanted, row.token.decimals)))
                transfers += self._move(row.token, units, out=True)
                wanted = exact.subtract(wanted, row.token.whole(BaseUnits(units)))
        if not transfers:
            raise RequestError(
                f"{share} of {exact.plain(standing.reserves)} {asset} is less than the smallest unit; drain more"
            )
        return transfers

    def refill(self, asset: str) -> list[Transfer]:
        """Bring back all that was drained, each coin to the hot wallet that it came from."""
        tokens = _tokens(self._rows(asset))
        return [moved for token in tokens for moved in self._move(token, self._elsewhere(token), out=False)]

    def _rows(self, asset: str) -> list[Holding]:
        rows = [row for row in self._holdings if row.token.asset == asset]
        if not rows:
            known = ", ".join(sorted({row.token.asset for row in self._holdings}))
            raise RequestError(f"the devnet's exchange holds no {asset}; it holds {known}")
        return rows

    def _held(self, row: Holding) -> int:
        return self._ledgers[row.network.name].balance(row.token, row.address)

    def _elsewhere(self, token: Token) -> int:
        ledger = self._ledgers[token.network]
        return ledger.balance(token, ledger.address(ELSEWHERE))

    def _move(self, token: Token, units: int, *, out: bool) -> list[Transfer]:
        if not units:
            return []
        sender, recipient = (HOT, ELSEWHERE) if out else (ELSEWHERE, HOT)
        return [Transfer(token, units, self._ledgers[token.network].move(token, units, sender, recipient))]


def amount_of(share: str, whole: Decimal) -> Decimal:
    """``10%`` of ``whole``, or an amount of coins as it stands; RequestError for anything else."""
    try:
        number = Decimal(share.removesuffix("%").strip())
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or number <= 0:
        raise RequestError(f"{share!r} is neither a share nor an amount: write it like 10% or 3.5")
    return exact.shifted(exact.times(whole, number), -2) if share.endswith("%") else number


def _too_much(wanted: Decimal, standing: Standing) -> str:
    asset = standing.asset
    if not standing.hot:
        return f"the hot wallets hold no {asset} any more; `reserve-monitor devnet refill {asset}` brings it back"
    hot, share = exact.plain(standing.hot), percent(exact.ratio(standing.hot, standing.reserves))
    return (
        f"{exact.plain(wanted)} {asset} cannot leave: the hot wallets hold {hot}, {share} of the reserves;"
        " to the rest the devnet has no keys, so drain less"
    )


def _tokens(rows: Sequence[Holding]) -> list[Token]:
    return list(dict.fromkeys(row.token for row in rows))
