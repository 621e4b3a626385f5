"""The documents that the devnet's exchange publishes, in the layouts that OKX uses."""

import csv
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from io import StringIO
from itertools import groupby
from pathlib import Path

from monitor.devnet.holdings import CUSTODY, OWED, Holding

_SUMMARY = ("coin", "snapshot height", "amount")
_ROWS = (
    *("coin", "Type", "Network", "Snapshot Height", "address", "amount", "message", "signature1", "signature2"),
    *("redeem script/public key", "EOA1", "EOA2"),
)


def write_wallets(path: Path, holdings: Sequence[Holding], heights: Mapping[str, int]) -> None:
    """The list: a block of totals by coin, an empty line, and a row for every account at its network's height."""
    text = StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(_SUMMARY)
    for coin, rows in groupby(holdings, lambda holding: holding.coin):
        held = list(rows)
        table.writerow((coin, heights[held[0].network.name], sum(row.amount for row in held)))
    table.writerow(())
    table.writerow(_ROWS)
    for row in holdings:
        place = (row.coin, "Non Staking", row.label, heights[row.network.name], row.address, row.amount)
        table.writerow((*place, row.message, *row.signatures, row.script, *row.owners))
    path.write_text(text.getvalue())


def write_report(path: Path, holdings: Sequence[Holding], as_of: datetime, root: str) -> None:
    """The report page's figures as of ``as_of``: what is owed, what is held, what a custodian is said to hold.

    ``root`` is that of the tree in which everything that is owed adds up.
    """
    listed = {asset: sum((row.amount for row in holdings if row.token.asset == asset), Decimal()) for asset in OWED}
    total = {asset: listed[asset] + CUSTODY[asset] for asset in OWED}
    report = {
        "auditId": f"{as_of:%Y%m%d%H%M%S}",
        "createTime": int(as_of.timestamp() * 1000),
        "merkleHash": root,
        "capitalRatio": {asset: f"{total[asset] / OWED[asset]:.0%}" for asset in OWED},
        "liabilityBalances": _texts(OWED),
        "reserveBalances": _texts(total),
        "exchangeReserveBalances": _texts(listed),
        "custodyReserveBalances": _texts(CUSTODY),
        "liabilityCurrencies": list(OWED),
        "reserveCurrencies": list(OWED),
    }
    path.write_text(json.dumps({"audit": report}, indent=2) + "\n")


def _texts(amounts: Mapping[str, Decimal]) -> dict[str, str]:
    return {asset: str(amount) for asset, amount in amounts.items()}
