"""Two archives as OKX publishes them, of one month and the next; made once and then kept."""

import csv
import io
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

from benchmarks.published.mix import KINDS, MESSAGE, Kind, seed

MONTHS = ("previous", "new")
EXCHANGED = 100
"""Of so many rows one is gone, and another there."""

_KEPT = Path(".cache/benchmarks/published")
_HEADER = (
    *("coin", "Type", "Network", "Snapshot Height", "address", "amount", "message"),
    *("signature1", "signature2", "redeem script/public key", "EOA1", "EOA2"),
)
_MOVED = 3  # every third amount is another one in the new list
_SIGNED_ANEW = 1_000


def archive(month: str, rows: int) -> bytes:
    """The zip of ``month`` with ``rows`` rows; :func:`prepare` has made it."""
    return _path(month, rows).read_bytes()


def signed_anew(rows: int) -> int:
    """How many rows of both lists have another signature in the new one."""
    return sum(number % _SIGNED_ANEW == 0 for number in range(rows // EXCHANGED, rows))


def prepare(rows: int) -> None:
    """Make and keep both archives, unless an earlier run did."""
    for month in MONTHS:
        path = _path(month, rows)
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            part = path.with_suffix(".part")
            with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as made:
                made.writestr("okx_por.csv", _table(month, rows))
            part.rename(path)


def _path(month: str, rows: int) -> Path:
    """Lists of another making have another name: what makes them is part of it."""
    makers = (Path(__file__), Path(__file__).with_name("mix.py"))
    made = sha256(b"".join(maker.read_bytes() for maker in makers)).hexdigest()[:8]
    return _KEPT / f"{month}-{rows}-{made}.zip"


def _table(month: str, rows: int) -> str:
    """The summary block with a total for each coin id, an empty line, the header and the rows."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_HEADER)
    totals: defaultdict[str, Decimal] = defaultdict(Decimal)
    for cells in _rows(month, rows):
        totals[cells[0]] += Decimal(cells[5])
        writer.writerow(cells)
    summary = "".join(f"{coin},{_height(coin, month)},{total:.4f}\n" for coin, total in totals.items())
    return f"coin,snapshot height,amount\n{summary}\n{text.getvalue()}"


def _rows(month: str, rows: int) -> Iterator[tuple[str, ...]]:
    kinds = [kind for kind in KINDS for _ in range(kind.share)]
    start = rows // EXCHANGED if month == "new" else 0
    for number in range(start, start + rows):
        yield _row(kinds[number * 37 % 100], number, month)  # 37 is prime to 100: neighbours are of different kinds


def _row(kind: Kind, number: int, month: str) -> tuple[str, ...]:
    account = seed(f"{kind.coin} {number}")
    moved = seed(f"{kind.coin} {number} {month}")
    evidence = kind.evidence(account, moved if number % _SIGNED_ANEW == 0 else account[128:])
    amount = _amount(moved if number % _MOVED == 0 else account)
    return (
        *(kind.coin, "Non Staking", kind.label, str(_height(kind.coin, month)), evidence.address, amount, MESSAGE),
        *(*evidence.signatures, evidence.key, "", ""),
    )


def _amount(source: bytes) -> str:
    """From dust to thousands, with up to 18 decimals."""
    units = int.from_bytes(source[-12:], "big") >> source[-13] % 50
    return f"{Decimal(units).scaleb(-18):f}"


def _height(coin: str, month: str) -> int:
    return 20_914_735 + 1_000 * [kind.coin for kind in KINDS].index(coin) + 216_000 * MONTHS.index(month)
