"""Whether reserves were there for the report alone: its own heights beside the days around (window dressing)."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal

from monitor.formats import exact
from monitor.formats.phrases import counted
from monitor.model import Audit, Basis, DayHeld, ReportBump, Step

AROUND = timedelta(days=3)
"""How many days before the report's day, and after it, are compared with it."""
_DAYS = 7
_ENOUGH = 5
_EITHER_SIDE = 2
_DAY = timedelta(days=1)
_APART = timedelta(days=1)
"""How far the times of a report's heights may lie apart: else there is no day that is its own."""


def report_day(audit: Audit, asset: str) -> datetime | str:
    """Return when the day of UTC began of which the report tells of ``asset``, or why there is no such day."""
    times = audit.report_times.get(asset)
    if times is None:
        return "the times of the blocks at its heights are not known"
    first, last = times
    if last - first > _APART:
        return f"its heights are of blocks from {first:%Y-%m-%d} to {last:%Y-%m-%d}, and so of no day"
    return Step.DAILY.begins(last)


def days_around(audit: Audit) -> tuple[datetime, datetime] | None:
    """Return when the first of the days begins that :func:`report_bump` needs, and when the last ends.

    Over all assets that the report tells of; None where it tells of none.
    """
    found = [report_day(audit, asset) for asset in audit.report_reserves]
    days = [each for each in found if isinstance(each, datetime)]
    return (min(days) - AROUND, max(days) + AROUND + _DAY) if days else None


def report_bump(asset: str, basis: Basis, audit: Audit, days: Iterable[DayHeld]) -> ReportBump | str:
    """Set what the list's accounts held at the report's heights beside the median of the seven days around.

    ``days`` that are of other accounts, of another basis or farther away are passed over; each is whole, by its type.
    Of the seven five must be known, two of them before the report's day and two after it.

    Returns:
        The bump, or why it is not known.

    """
    day = report_day(audit, asset)
    if isinstance(day, str):
        return day
    accounts = audit.report_accounts.get(asset, {}).get(basis)
    around = [each for each in days if each.asset == asset and day - AROUND <= each.day <= day + AROUND]
    known = {each.day: each.held for each in around if (each.basis, each.accounts) == (basis, accounts)}
    sides = Counter((each > day) - (each < day) for each in known)
    if len(known) < _ENOUGH or min(sides[-1], sides[1]) < _EITHER_SIDE:
        return _too_few(day, len(known), {each.day for each in around} - known.keys())
    held, usual = audit.report_reserves[asset][basis], _median(known.values())
    return ReportBump(audit.report_times[asset][1], held, usual, len(known))


def _median(amounts: Iterable[Decimal]) -> Decimal:
    """Exact, as the library's is not: it divides with the precision of the moment."""
    ordered = sorted(amounts)
    low, high = ordered[(len(ordered) - 1) // 2], ordered[len(ordered) // 2]
    return low if low == high else exact.times(exact.add(low, high), Decimal("0.5"))


def _too_few(day: datetime, known: int, others: set[datetime]) -> str:
    whose = f"; {counted(len(others), 'day')} more of other accounts or another basis" if others else ""
    return (
        f"whole sums of the same accounts are known of {known} of the seven days around {day:%Y-%m-%d}{whose}:"
        f" at least {_ENOUGH} are needed, {_EITHER_SIDE} on either side"
    )
