"""A history that an earlier version began is read on by this one, nothing lost that can be trusted."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from monitor.model import Caip2, Extent, OwnerOutcome, Step, Token
from monitor.store import Store, StoreError
from monitor.store.database import opened

RELEASED = Path(__file__).with_name("history-0.1.0.sql")
ETH = Token("ETH", "ethereum", None, 18)


async def test_the_history_of_0_1_0_is_taken_over(tmp_path: Path) -> None:
    """As the daemon of that version left it: a list of five rows, one added, ETH first 90, then 105 for 100 owed."""
    with closing(sqlite3.connect(tmp_path / "history.db")) as database:
        database.executescript(RELEASED.read_text(encoding="utf-8"))
        prints = [mark for (mark,) in database.execute("SELECT fingerprint FROM verdicts")]
    store = await Store.open(f"sqlite+aiosqlite:///{tmp_path}/history.db")

    wallets = await store.document("okx", "wallets")
    assert wallets is not None
    assert wallets.content.count(b"\n") == 6
    assert await store.change_counts("okx") == {"added": 1, "removed": 0, "altered": 0}
    last = await store.last_changes("okx")
    assert last is not None
    assert len(last[1].added) == 1
    assert len(prints) == 5
    assert await store.verdicts(5, prints) == {}, "they have no reason codes, so they are judged anew"
    (told,) = (await store.confirmations({b"q" * 16})).values()
    assert told.answer.outcome is OwnerOutcome.CONFIRMED
    (snapshot,) = await store.snapshots({"ethereum": Caip2("eip155:1")})
    assert (snapshot.block.number, sum(snapshot.balances[ETH].values())) == (2, 130 * 10**18)
    audit = await store.audit("okx", wallets.document.sha256)
    assert audit is not None
    assert (audit.matches, len(audit.mismatches)) == (0, 1)
    ledger = await store.ledger("okx")
    assert ledger is not None
    assert {asset: owed.amount for asset, owed in ledger.assets.items()} == {"ETH": 100, "BTC": 1}
    proven = await store.proven("okx")
    assert proven is not None
    assert proven.owed == {"BTC": Decimal("0.10")}
    assert len(await store.publications("okx")) == 1
    assert await store.journal("bitcoin", "node-1") == [b"scan", b"block 1"]
    assert [alert["name"] for alert in (await store.get("alerts"))["alerts"] if alert["active"]] == [
        "PorListChanged",
        "PorClaimMismatch",
    ]
    assert (await store.ratios(datetime(2026, 11, 29, 23, tzinfo=UTC)))[-1].ratio == Decimal("1.05")
    days = {each.at.date().isoformat(): each.assets["ETH"] for each in await store.history("okx", Step.DAILY)}
    assert {day: (told.lower, told.worst) for day, told in days.items()} == {
        "2026-10-20": (Extent(*map(Decimal, ("0.9", "1.25", "0.9", "1.25"))), None),
        "2026-11-27": (Extent.of(Decimal("1.05")), None),
        "2026-11-29": (Extent(*map(Decimal, ("0.9", "1.05", "0.9", "1.05"))), None),
    }
    assert all(told.owed == Extent.of(Decimal(100)) for told in days.values())
    assert len(await store.history("okx", Step.HOURLY)) == 3
    await store.close()


async def test_a_history_of_a_newer_version_is_refused(url: str) -> None:
    async with opened(url) as engine, engine.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(
        StoreError, match=r"9999.*; was it made by a newer version of reserve-monitor, or before 0\.1\.0\?"
    ):
        await Store.open(url)


async def test_that_a_history_is_brought_up_to_date_is_told_once(tmp_path: Path) -> None:
    file = tmp_path / "history.db"
    with closing(sqlite3.connect(file)) as database:
        database.executescript(RELEASED.read_text(encoding="utf-8"))
    with capture_logs() as logs:
        for _ in range(2):
            await (await Store.open(f"sqlite+aiosqlite:///{file}")).close()
    assert [log["revision"] for log in logs] == ["0010"]
