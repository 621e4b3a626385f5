"""From an assessment to the tables that say how its answers come about, and from a bundle to what is owed."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from monitor.evidence.statement import Owed
from monitor.evidence.tables import LIABILITIES, TableError
from monitor.formats import shown
from monitor.formats.exact import plain
from monitor.model import AssetAssessment, Basis, Document, Liabilities

_PLAIN = re.compile(r"-?[0-9]{1,100}(\.[0-9]{1,300})?")


def arithmetic_rows(assets: Mapping[str, AssetAssessment]) -> Iterator[Sequence[str]]:
    """The rows of ``arithmetic.csv``."""
    for asset in assets.values():
        for basis in Basis:
            yield (
                asset.asset,
                basis.value,
                _yes(basis is asset.basis),
                *(_figure(part.get(basis)) for part in (asset.totals, asset.unjudged, asset.unread)),
                _figure(asset.owed),
                _figure(asset.lower_bounds.get(basis)),
                _figure(asset.upper_bounds.get(basis)),
                plain(asset.breach_below),
                asset.status.value if basis is asset.basis else "",
            )


def gap_rows(assets: Mapping[str, AssetAssessment]) -> Iterator[Sequence[str]]:
    """The rows of ``gaps.csv``."""
    for asset in assets.values():
        for gap in asset.gaps:
            cause = gap.cause.value if gap.cause else ""
            yield asset.asset, gap.network, cause, _figure(gap.claimed), shown(gap.reason)


def liabilities_rows(owed: Liabilities | None) -> Iterator[Sequence[str]]:
    """The rows of ``liabilities.csv``."""
    if owed is None:
        return
    for asset in sorted({*owed.owed, *owed.unaddressed}):
        carried = owed.carried.get(asset)
        as_of = (carried or owed.as_of).isoformat()
        amounts = _figure(owed.owed.get(asset)), as_of, _yes(carried is not None), _figure(owed.unaddressed.get(asset))
        yield asset, *amounts


def liabilities_of(owed: Owed | None, document: Document | None, table: bytes) -> Liabilities | None:
    """What is owed by the table. Raises TableError."""
    rows = list(LIABILITIES.read(table))
    if owed is None or document is None:
        if rows:
            raise TableError(LIABILITIES.file, "row 2: the statement says that nothing is known to be owed")
        return None
    amounts: dict[str, Decimal] = {}
    unaddressed: dict[str, Decimal] = {}
    carried: dict[str, datetime] = {}
    for row, cells in enumerate(rows, 2):
        try:
            for target, name in ((amounts, "owed"), (unaddressed, "unaddressed")):
                if cells[name]:
                    target[cells["asset"]] = _amount(cells[name])
            if cells["carried"] == "true":
                carried[cells["asset"]] = datetime.fromisoformat(cells["as_of"])
        except ValueError:
            raise TableError(LIABILITIES.file, f"row {row}: no amount, or no moment") from None
    found = Liabilities(
        document,
        owed.layout,
        owed.as_of,
        amounts,
        unaddressed,
        owed.report_id,
        owed.merkle_root,
        carried=carried,
    )
    if LIABILITIES.write(liabilities_rows(found)) != table:
        raise TableError(
            LIABILITIES.file, "its rows are not those of assets in order, with amounts and moments as they are written"
        )
    return found


def _amount(text: str) -> Decimal:
    """Raises ValueError for what is no plain number of sensible length."""
    if not _PLAIN.fullmatch(text):
        raise ValueError(text)
    return Decimal(text)


def _figure(number: Decimal | None) -> str:
    return "" if number is None else plain(number)


def _yes(told: bool) -> str:  # noqa: FBT001 - what is told
    return "true" if told else "false"
