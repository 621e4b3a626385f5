"""How long it takes to say what accounts held some blocks back, with and without the index of block filters."""

from benchmarks.bitcoin.followed import COIN, open_reader
from benchmarks.bitcoin.ledger import Ledger
from benchmarks.bitcoin.measure import table, timed
from monitor.chains import AtHeight
from monitor.devnet.nodes import BitcoinNode

_BACK = (20, 100, 400)
_FEW = 10


async def measure(node: BitcoinNode, ledger: Ledger) -> list[list[str]]:
    """A row for each distance, for all accounts and for a few."""
    rows = []
    tip = node.rpc("getblockcount")
    for accounts in (ledger.watched, ledger.watched[-_FEW:]):
        reader = open_reader(node)
        wanted = {COIN: frozenset(each.address for each in accounts)}
        await reader.read(wanted, AtHeight(tip))
        for back in (back for back in _BACK if back < tip):
            _, seconds = await timed(reader.read(wanted, AtHeight(tip - back)))
            rows.append([f"{len(accounts):,}", str(back), f"{seconds:.2f}"])
        await reader.close()
    return rows


def show(rows: list[list[str]], *, filters: bool) -> None:
    print(f"\nPast heights, {'with' if filters else 'without'} the filter index\n")
    table(["accounts", "blocks back", "s"], rows)
