"""Bybit's wallet list (``bybit_por_YYYYMM.csv``): a row per coin and chain, with all its addresses in one cell.

No row carries a signature. A row's amount is that of all of its addresses together; rows of ``X(ALL)`` are totals.
"""

from collections.abc import Sequence

from monitor.formats import quoted
from monitor.formats.exact import ZERO
from monitor.model import Claim, ClaimKind
from monitor.published import cells
from monitor.published.shapes import Shape
from monitor.published.wallets.file_claims import FileClaims
from monitor.published.wallets.layouts import Figures, RowsReader, TableLayout
from monitor.published.wallets.placements import Placements
from monitor.published.wallets.summary import ALL, Summary, sums, totals

_FIELDS = ("coin", "height", "amount", "address")
SHAPE = Shape(
    fields=_FIELDS,
    names={name: name for name in _FIELDS},
    required=frozenset(_FIELDS),
    evidence=frozenset({"address"}),
    closed=True,
    even=True,
)


def _reader(found: FileClaims, placements: Placements) -> RowsReader:
    figures = Figures(found)

    def read(line: int, values: Sequence[str], misfit: str) -> Claim | Sequence[Claim]:
        coin, height, amount, cell = values
        if not misfit and coin.endswith(ALL):
            misfit = _take_total(found, coin, amount, cell)
            if not misfit:
                return ()
        if misfit:
            return Claim(found.file, line, coin, None, None, cell, None, found.report(line, misfit))
        claimed, at, fault = figures.of(line, cell, amount, height)
        name, _, chain = coin.rpartition("-")
        placement = placements.place(name or coin, chain if name else "", ClaimKind.ACCOUNT, at)
        network = placement.network
        addresses = [*dict.fromkeys(cell.split())] or [""]
        accounts = [placements.account(network, address) for address in addresses]
        together = len(addresses) > 1 and claimed is not None
        bearer = next((place for place, (account, _) in enumerate(accounts) if account), 0)
        return [
            Claim(
                found.file,
                line,
                coin,
                network.name if network else None,
                placement.token,
                address,
                account,
                fault or placement.fault or undecoded,
                amount=None if together else claimed,
                height=at,
                shared=(claimed if place == bearer else ZERO) if together else None,
            )
            for place, (address, (account, undecoded)) in enumerate(zip(addresses, accounts, strict=True))
        ]

    return read


def _take_total(found: FileClaims, coin: str, amount: str, addresses: str) -> str:
    """Keep what a row of totals states, to be compared; returns what is wrong with it."""
    if addresses:
        return "a row of totals that names addresses"
    try:
        stated = cells.amount(amount)
    except ValueError as error:
        return str(error)
    return "" if found.stated.setdefault(coin, stated) == stated else f"a second total of {quoted(coin)}"


def _compare(_before: Summary, found: FileClaims, _placements: Placements) -> None:
    assets = {claim.coin: claim.token.asset if claim.token else claim.coin.partition("-")[0] for claim in found.claims}
    summed = sums((claim.coin, claim.stated) for claim in found.claims)
    found.summary = totals(found.file, found.stated, summed, assets)


LAYOUT = TableLayout("bybit", SHAPE, _reader, _compare)
