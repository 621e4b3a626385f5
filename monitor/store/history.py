"""What was known of assets over time, by steps: raw, hourly, daily."""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import and_, delete, or_, select

from monitor.computing import computed
from monitor.formats import exact
from monitor.giving_way import giving_way
from monitor.model import AssetStep, Basis, DayHeld, Extent, HistoryStep, ReserveStatus, Step
from monitor.model.history import worst_status
from monitor.store import codec, tables
from monitor.store.past_days import PastDays

_PLACES = 12
"""Decimals to which bounds are cut: what is under a limit is so in the history too."""
_UNIT = timedelta(milliseconds=1)
_AT_ONCE = 1_000


class History(PastDays):
    """One row for each exchange and step, with all of its assets; beside them, days that were read afterwards."""

    async def save_history(self, steps: Collection[HistoryStep]) -> None:
        """Keep ``steps``, each in the place of what was kept of the same exchange and time."""
        rows = await computed(_rows_of, steps)
        if rows:
            await self._put(tables.steps, rows)

    async def history(
        self,
        exchange: str,
        step: Step,
        since: datetime | None = None,
        until: datetime | None = None,
        *,
        asset: str | None = None,
    ) -> list[HistoryStep]:
        """What was known of ``exchange``, oldest first; a day that nobody watched as it was read afterwards.

        Args:
            exchange: Its name in the configuration.
            step: How finely; finer steps are kept for a shorter time.
            since: The first moment that is asked for: its step is the first one. None: from the beginning.
            until: The first moment that is not asked for any more; None: to the present.
            asset: The only one that is asked for; steps that do not tell of it are left out.

        Raises:
            StoreError: the history cannot be read.

        """
        seen = await self._seen(exchange, step, since, until, asset)
        if step is not Step.DAILY:
            return seen
        days = await self.past_days(exchange, None if since is None else step.begins(since), until)
        columns = tables.steps.c
        of_days = select(columns.at).where(columns.exchange == exchange, columns.step == step.value)
        watched = {row.at for row in await self._rows(of_days)} if days else set()
        read = (_only(day.step, asset) for day in days if day.day not in watched)
        return sorted([*seen, *(each for each in read if each.assets)], key=lambda each: each.at)

    async def _seen(
        self, exchange: str, step: Step, since: datetime | None, until: datetime | None, asset: str | None = None
    ) -> list[HistoryStep]:
        """What was watched."""
        columns = tables.steps.c
        query = select(columns.at, columns.assets).where(columns.exchange == exchange, columns.step == step.value)
        if since is not None:
            query = query.where(columns.at >= step.begins(since))
        if until is not None:
            query = query.where(columns.at < until)
        rows = await self._rows(query.order_by(columns.at))
        found: list[HistoryStep] = []
        for start in range(0, len(rows), _AT_ONCE):
            part = rows[start : start + _AT_ONCE]
            found += await asyncio.to_thread(_steps_of, exchange, step, part, asset)
        return found

    async def moment(self, at: datetime, exchanges: Collection[str]) -> dict[str, HistoryStep]:
        """Return the finest step that is kept of the time ``at`` by exchange, or its day as it was read afterwards.

        One of which nobody watched that day, nor read it, is left out.

        Raises:
            StoreError: the history cannot be read.

        """
        columns = tables.steps.c
        around = or_(*(and_(columns.step == step.value, columns.at == step.begins(at)) for step in Step))
        rows = await self._rows(select(tables.steps).where(columns.exchange.in_(exchanges), around))
        found = await asyncio.to_thread(_finest_of, rows)
        day = Step.DAILY.begins(at)
        for exchange in set(exchanges) - found.keys():
            for read in await self.past_days(exchange, day, day + Step.DAILY.length):
                found[exchange] = read.step
        return found

    async def statuses(
        self, exchange: str, step: Step, since: datetime, until: datetime
    ) -> dict[datetime, dict[str, ReserveStatus]]:
        """Return the worst status of every asset that was owed (of all, where none was), by the step's beginning.

        It takes a quarter of the time of :meth:`history`, which tells the amounts too. Steps of which no status was
        kept have none.

        Raises:
            StoreError: the history cannot be read.

        """
        columns = tables.steps.c
        query = select(columns.at, columns.assets).where(columns.exchange == exchange, columns.step == step.value)
        rows = await self._rows(query.where(columns.at >= step.begins(since), columns.at < until))
        return await asyncio.to_thread(lambda: {row.at: _statuses(codec.unpack(row.assets)) for row in rows})

    async def days(self, exchange: str, since: datetime, until: datetime) -> list[DayHeld]:
        """Return what accounts held on the days that began from ``since`` on and before ``until``, where that is whole.

        Of a day that was watched, and read afterwards too, both: they may be of other accounts.

        Raises:
            StoreError: the history cannot be read.

        """
        read = [
            DayHeld(each.day, asset, basis, each.accounts[asset][basis], held)
            for each in await self.past_days(exchange, since, until)
            for asset, sums in each.held.items()
            for basis, held in sums.items()
        ]
        return read + [
            DayHeld(each.at, asset, told.bases[0].of_accounts, told.accounts, told.whole)
            for each in await self._seen(exchange, Step.DAILY, since, until)
            for asset, told in each.assets.items()
            if told.whole is not None and told.accounts and len(told.bases) == 1
        ]

    async def prune_history(self, step: Step, before: datetime) -> None:
        """Forget the steps of this kind that began before."""
        columns = tables.steps.c
        await self._write(delete(tables.steps).where(columns.step == step.value, columns.at < before))
        if step is Step.DAILY:
            await self.prune_past_days(before)


def _rows_of(steps: Iterable[HistoryStep]) -> list[dict[str, Any]]:
    return [
        {
            "exchange": each.exchange,
            "step": each.step.value,
            "at": each.at,
            "assets": codec.pack(
                {asset: _plain(told) | _of_day(each.step, told) for asset, told in each.assets.items()}
            ),
        }
        for each in giving_way(steps)
    ]


def _steps_of(exchange: str, step: Step, rows: Sequence[Any], asset: str | None) -> list[HistoryStep]:
    found = []
    for row in giving_way(rows):
        plain: dict[str, Any] = codec.unpack(row.assets)
        wanted = plain if asset is None else {asset: plain[asset]} if asset in plain else {}
        if wanted:
            found.append(HistoryStep(exchange, step, row.at, {name: _told(each) for name, each in wanted.items()}))
    return found


def _finest_of(rows: Sequence[Any]) -> dict[str, HistoryStep]:
    """By exchange, the finest of the steps in ``rows`` that tells of anything."""
    found: dict[str, HistoryStep] = {}
    for step in Step:
        for row in rows:
            if row.step == step.value and row.exchange not in found:
                found |= {each.exchange: each for each in _steps_of(row.exchange, step, [row], None)}
    return found


def _only(day: HistoryStep, asset: str | None) -> HistoryStep:
    """``day`` of one asset alone, where only that is asked for."""
    if asset is None:
        return day
    return replace(day, assets={name: each for name, each in day.assets.items() if name == asset})


def _statuses(assets: Mapping[str, Any]) -> dict[str, ReserveStatus]:
    owed = {name: each for name, each in assets.items() if each["owed"] is not None} or assets
    worst = {name: worst_status(map(ReserveStatus, each["spent"])) for name, each in owed.items()}
    return {name: status for name, status in worst.items() if status is not None}


def _plain(told: AssetStep) -> dict[str, Any]:
    return {
        "bases": told.bases,
        "known": _values(told.known),
        "owed": _values(told.owed),
        "lower": _values(told.lower, _PLACES),
        "upper": _values(told.upper, _PLACES),
        "spent": {status.value: round(time / _UNIT) for status, time in told.spent.items()},
    }


def _of_day(step: Step, told: AssetStep) -> dict[str, Any]:
    """What no finer step keeps: it would be most of what they take."""
    if step is not Step.DAILY or told.whole is None or not told.accounts:
        return {}
    return {"whole": exact.plain(told.whole), "accounts": told.accounts}


def _told(plain: Mapping[str, Any]) -> AssetStep:
    return AssetStep(
        tuple(map(Basis, plain["bases"])),
        _extent(plain["known"]),
        _extent(plain["owed"]),
        _extent(plain["lower"]),
        _extent(plain["upper"]),
        {ReserveStatus(status): units * _UNIT for status, units in plain["spent"].items()},
        Decimal(plain["whole"]) if "whole" in plain else None,
        plain.get("accounts", ""),
    )


def _values(extent: Extent | None, places: int | None = None) -> list[str] | None:
    """First, last, lowest and highest; a single one where they are all the same."""
    if extent is None:
        return None
    values = [extent.first, extent.last, extent.lowest, extent.highest]
    if places is not None:
        values = [exact.cut(each, places) if each.is_finite() else each for each in values]
    texts = [exact.plain(each) for each in values]
    return texts[:1] if len(set(texts)) == 1 else texts


def _extent(texts: list[str] | None) -> Extent | None:
    if texts is None:
        return None
    values = [Decimal(text) for text in texts]
    return Extent.of(values[0]) if len(values) == 1 else Extent(*values)
