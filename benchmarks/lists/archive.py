"""Two archives in OKX's layout, of one month and the next, whose rows are all signed; made once and then kept."""

import csv
import io
import zipfile
from collections.abc import Iterator, Mapping
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

from benchmarks.ownership import lists
from benchmarks.ownership.mix import Row

MONTHS = ("previous", "new")
MIX = "mixed"
EXCHANGED = 100
"""Of so many rows one is gone, and another there."""

_KEPT = Path(".cache/benchmarks/lists")
_HEADER = (
    *("coin", "Type", "Network", "Snapshot Height", "address", "amount", "message"),
    *("signature1", "signature2", "redeem script/public key", "EOA1", "EOA2"),
)
_COINS: Mapping[str, tuple[str, str]] = {
    "ethereum": ("ETH", "ETH"),
    "arbitrum": ("ETH-ARBITRUM", "ARBITRUM"),
    "optimism": ("ETH-OPTIMISM", "OPTIMISM"),
    "base": ("ETH-BASE", "BASE"),
    "polygon": ("POL", "POLYGON"),
    "tron": ("TRX", "TRX"),
    "bitcoin": ("BTC", "BTC"),
    "litecoin": ("LTC", "LTC"),
    "dogecoin": ("DOGE", "DOGE"),
    "solana": ("SOL", "SOL"),
    "ton": ("TON", "TON"),
    "aptos": ("APTOS", "APTOS"),
    "sui": ("SUI", "SUI"),
    "xrp": ("XRP", "XRP"),
}
"""Coin id and label by network."""


def archive(month: str, rows: int) -> bytes:
    """The zip of ``month`` with ``rows`` rows; :func:`prepare` has made it."""
    return _path(month, rows).read_bytes()


def prepare(rows: int) -> None:
    """Make and keep both archives, unless an earlier run did."""
    for month in MONTHS:
        path = _path(month, rows)
        if not path.exists():
            lists.prepare(MIX, _all_rows(rows))
            path.parent.mkdir(parents=True, exist_ok=True)
            part = path.with_suffix(".part")
            with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as made:
                made.writestr("okx_por.csv", _table(month, rows))
            part.rename(path)


def _all_rows(rows: int) -> int:
    return rows + rows // EXCHANGED


def _path(month: str, rows: int) -> Path:
    """Lists of another making have another name: what makes them is part of it."""
    made = sha256(Path(__file__).read_bytes()).hexdigest()[:8]
    return _KEPT / f"{month}-{rows}-{made}.zip"


def _table(month: str, rows: int) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_HEADER)
    writer.writerows(_rows(month, rows))
    return text.getvalue()


def _rows(month: str, rows: int) -> Iterator[tuple[object, ...]]:
    start = rows // EXCHANGED if month == "new" else 0
    for number, row in enumerate(lists.load(MIX, _all_rows(rows))):
        if start <= number < start + rows:
            yield _cells(row, number, MONTHS.index(month))


def _cells(row: Row, number: int, month: int) -> tuple[object, ...]:
    claim = row.claim
    coin, label = _COINS[claim.network or ""]
    amount = Decimal(number * 7_919 + month * (number % 3)).scaleb(-8)  # two thirds of the amounts are others
    first, second = (*claim.signatures, "")[:2]
    height = 20_914_735 + 216_000 * month
    return (coin, "Non Staking", label, height, claim.address, amount, claim.message, first, second, claim.key, "", "")
