"""Binance's wallet list: hot and cold wallets, and each deposit address of its customers, in two files of one header.

No row carries a signature. Some accounts are kept by a custodian, whom the last column names.
"""

from collections.abc import Sequence

from monitor.model import Claim, ClaimKind
from monitor.published.shapes import Shape
from monitor.published.wallets.file_claims import FileClaims
from monitor.published.wallets.layouts import Figures, RowReader, TableLayout
from monitor.published.wallets.placements import Placements

SHAPE = Shape(
    fields=("coin", "network", "address", "balance", "height", "custodian"),
    names={
        "coin": "coin",
        "network": "network",
        "address": "address",
        "balance": "balance",
        "height": "height",
        "thirdpartycustodianname": "custodian",
    },
    required=frozenset({"coin", "network", "address", "balance", "height", "custodian"}),
    evidence=frozenset({"custodian"}),
    repeated=frozenset({"coin", "network", "height", "custodian"}),
    closed=True,
    even=True,
)


def _reader(found: FileClaims, placements: Placements) -> RowReader:
    figures = Figures(found)

    def read(line: int, values: Sequence[str], misfit: str) -> Claim:
        coin, label, address, balance, height, custodian = values
        if misfit:
            return Claim(found.file, line, coin, None, None, address, None, found.report(line, misfit))
        if custodian and not address:  # said to be there, and nobody can look
            fault = "kept by a custodian, without an address"
            return Claim(found.file, line, coin, None, None, "", None, fault, custodian=custodian)
        claimed, at, fault = figures.of(line, address, balance, height)
        placement = placements.place(coin, label, ClaimKind.ACCOUNT, at)
        account, undecoded = placements.account(placement.network, address)
        return Claim(
            found.file,
            line,
            coin,
            placement.network.name if placement.network else None,
            placement.token,
            address,
            account,
            fault or placement.fault or undecoded,
            amount=claimed,
            height=at,
            custodian=custodian,
        )

    return read


LAYOUT = TableLayout("binance", SHAPE, _reader)
