"""Room that the history takes in a year, as the daemon writes it.

    python -m benchmarks.history                    # one hour of the largest plan; some minutes
    python -m benchmarks.history --minutes 10

20 exchanges with 25 assets, each of them on 10 networks, of which one is read every six seconds: every amount, and so
every bound, is another one each time. That is more than any exchange moves. The rows of an hour are counted up to what
is kept at the defaults: minutes of a week, hours of 90 days, days of a year, what falls are measured from.
"""

import argparse
import asyncio
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from monitor.daemon.falls import RecentRatios
from monitor.daemon.history import HistoryKeeper
from monitor.formats import exact
from monitor.model import Assessment, AssetAssessment, Basis, RatioPoint, ReloadState, ReserveStatus, Step, World
from monitor.settings import HistorySettings
from monitor.store import Store

EXCHANGES = tuple(f"exchange-{number:02}" for number in range(20))
ASSETS = tuple(f"COIN{number:02}" for number in range(25))
NETWORKS = tuple(f"chain-{number}" for number in range(10))
BASIS = Basis.VERIFIED
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
WITHIN = timedelta(hours=1)
"""What falls are measured from, by default."""
POLL = timedelta(minutes=1) / len(NETWORKS)
YEAR = timedelta(days=365)


class _Holder:
    """Amounts of 18 decimals that wander, and what is judged of them."""

    def __init__(self, dice: Random) -> None:
        self._dice = dice
        self._held = {
            (exchange, asset): dict.fromkeys(NETWORKS, Decimal(10**6)) for exchange in EXCHANGES for asset in ASSETS
        }
        self._owed = Decimal(9_876_543)

    def move(self, network: str) -> None:
        for held in self._held.values():
            held[network] += Decimal(self._dice.randrange(-(10**22), 10**22)).scaleb(-18)

    def world(self, at: datetime) -> World:
        assessments = {
            exchange: _assessment(exchange, at, {asset: self._asset(exchange, asset) for asset in ASSETS})
            for exchange in EXCHANGES
        }
        return World(at, assessments, (), (), ReloadState(successful=True, succeeded_at=at), ready=True)

    def points(self, at: datetime) -> Iterator[RatioPoint]:
        for (exchange, asset), held in self._held.items():
            known = exact.total(held.values())
            yield RatioPoint(at, exchange, asset, exact.ratio(known, self._owed), self._owed, dict(held))

    def _asset(self, exchange: str, asset: str) -> AssetAssessment:
        known = exact.total(self._held[exchange, asset].values())
        ratio, most = exact.ratio(known, self._owed), exact.ratio(exact.times(known, Decimal("1.01")), self._owed)
        return AssetAssessment(
            asset, BASIS, ReserveStatus.COVERED, Decimal(1), None, self._owed, Decimal(),
            {}, {BASIS: known}, {}, {BASIS: ratio}, {}, (), {BASIS: most},
        )  # fmt: skip


def _assessment(exchange: str, at: datetime, assets: dict[str, AssetAssessment]) -> Assessment:
    return Assessment(exchange, exchange, at, BASIS, assets, {}, {}, {}, None, None, {}, {}, None, None, (), None)


async def _watch(store: Store, minutes: int) -> None:
    """What the daemon does of it, at its own pace: a World whenever a network was read."""
    holder, keeper, recent = _Holder(Random(1)), HistoryKeeper(store), RecentRatios()
    spent = {"steps": 0.0, "points": 0.0}
    worlds = minutes * len(NETWORKS)
    for number in range(worlds):
        at = BEGIN + number * POLL
        holder.move(NETWORKS[number % len(NETWORKS)])
        world, points = holder.world(at), list(holder.points(at))
        began = time.perf_counter()
        await keeper.keep(world)
        kept = time.perf_counter()
        await store.save_ratios(recent.add(points, WITHIN), at - WITHIN)
        spent["steps"] += kept - began
        spent["points"] += time.perf_counter() - kept
    for what, seconds in spent.items():
        print(f"writing {what:<7} {seconds / worlds * 1000:8.1f} ms for each World of 500 assets")


def _room(path: Path, minutes: int) -> None:
    """Bytes of each kind of row, all pages and indexes of its table counted, and what that makes in a year."""
    with closing(sqlite3.connect(path)) as database:
        (pages, size), whole = _pages(database), path.stat().st_size
        steps = dict(database.execute("SELECT step, sum(length(assets)) FROM steps GROUP BY step"))
        rows = dict(database.execute("SELECT step, count(*) FROM steps GROUP BY step"))
        length = "+".join(f"length({column})" for column in ("exchange", "asset", "ratio", "owed", "held"))
        points, bytes_of_points = database.execute(f"SELECT count(*), sum({length}) FROM ratios").fetchone()
    overhead = (pages * size - sum(steps.values()) - bytes_of_points) / (sum(rows.values()) + points)
    limits = {step: min(time, YEAR) for step, time in HistorySettings().limits.items()}
    total = 0.0
    print(f"a database of {whole / 1e6:.1f} MB after {minutes} minutes; {overhead:.0f} bytes a row beside its content")
    for step in Step:
        count = len(EXCHANGES) * (limits.get(step, YEAR) / step.length)
        each = steps[step.value] / rows[step.value] + overhead
        total += count * each
        print(f"{step.value:<9} {count:10,.0f} rows of {each:6.0f} bytes {count * each / 1e6:8.0f} MB")
    # Points older than ``within`` go with every write: after an hour no more of them are added than go.
    room = points * (bytes_of_points / points + overhead) * max(1.0, WITHIN / timedelta(minutes=minutes))
    print(f"{'falls':<9} {points:10,.0f} rows {room / 1e6:27.0f} MB")
    print(f"{'a year':<32} {(total + room) / 1e6:19.0f} MB")


def _pages(database: sqlite3.Connection) -> tuple[int, int]:
    (count,) = database.execute("PRAGMA page_count").fetchone()
    (free,) = database.execute("PRAGMA freelist_count").fetchone()
    (size,) = database.execute("PRAGMA page_size").fetchone()
    return count - free, size


async def _read(store: Store) -> None:
    for step in (Step.RAW, Step.HOURLY):
        began = time.perf_counter()
        found = await store.history(EXCHANGES[0], step, asset=ASSETS[0])
        passed = time.perf_counter() - began
        print(f"reading {step.value} steps of one asset: {passed / len(found) * 1e6:.0f} us each")


async def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.history")
    parser.add_argument("--minutes", type=int, default=60)
    minutes = parser.parse_args().minutes
    with TemporaryDirectory() as folder:
        path = Path(folder) / "history.db"
        store = await Store.open(f"sqlite+aiosqlite:///{path}")
        await _watch(store, minutes)
        await _read(store)
        await store.close()
        _room(path, minutes)


if __name__ == "__main__":
    asyncio.run(main())
