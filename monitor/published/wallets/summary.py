"""The block before the rows in which OKX states a total per coin id, and whether the rows add up to it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal

from monitor.formats import quoted
from monitor.formats.exact import EXACT, ZERO, agrees
from monitor.formats.exact import total as added
from monitor.model import StatedTotal
from monitor.published.cells import amount, clean, name_of

ALL = "(ALL)"
"""What ends the name of a total over all coin ids of an asset."""
_COLUMNS = ({"coin", "amount"}, {"coin", "snapshotheight", "amount"})


class Summary:
    """Collects the records that come before the header of the rows."""

    def __init__(self, file: str) -> None:
        self.stated: dict[str, Decimal] = {}
        self.unread: list[str] = []
        self._file = file
        self._coin, self._amount = 0, 1
        self._found = False

    def add(self, line: int, record: list[str]) -> None:
        """Take one record: the block's header, one of its rows, or something else, which is noted as unread."""
        names = [name_of(cell) for cell in record]
        if {name for name in names if name} in _COLUMNS:
            self._coin, self._amount = names.index("coin"), names.index("amount")
            self._found = True
        elif self._found and len(record) > max(self._coin, self._amount):
            self._state(line, clean(record[self._coin]), clean(record[self._amount]))
        elif any(names):
            self.unread.append(f"{self._file}:{line}: a line before the header is not read")

    def _state(self, line: int, coin: str, text: str) -> None:
        try:
            stated = amount(text)
        except ValueError as error:
            self.unread.append(f"{self._file}:{line}: the total of {quoted(coin)} is not read: {error}")
            return
        if self.stated.setdefault(coin, stated) != stated:
            self.unread.append(f"{self._file}:{line}: a second total of {quoted(coin)}, {quoted(text)}, is not read")


def sums(amounts: Iterable[tuple[str, Decimal | None]]) -> dict[str, Decimal]:
    """What the rows of each coin id add up to, exactly."""
    total: defaultdict[str, Decimal] = defaultdict(Decimal)
    for coin, stated in amounts:
        if stated is not None:
            total[coin] = EXACT.add(total[coin], stated)
    return dict(total)


def totals(
    file: str, stated: Mapping[str, Decimal], summed: Mapping[str, Decimal], assets: Mapping[str, str]
) -> list[StatedTotal]:
    """The totals that ``file`` states, beside the sums of its rows.

    ``X(ALL)`` is the total of all coin ids of asset X; ``assets`` tells the asset of each.
    """
    return [total(file, coin, _ids(coin, summed, assets), amount, summed) for coin, amount in stated.items()]


def total(file: str, coin: str, coins: tuple[str, ...], stated: Decimal, summed: Mapping[str, Decimal]) -> StatedTotal:
    """What is ``stated`` as the total of ``coins``, beside their sum."""
    summing = added(summed.get(each, ZERO) for each in coins)
    return StatedTotal(file, coin, coins, stated, summing, agrees(stated, summing))


def _ids(coin: str, summed: Mapping[str, Decimal], assets: Mapping[str, str]) -> tuple[str, ...]:
    asset = coin.removesuffix(ALL)
    return (coin,) if asset == coin else tuple(each for each in summed if assets.get(each, each) == asset)
