"""A history that an earlier version began is read on by this one, nothing lost that can be trusted."""

import re
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, func, make_url, select, text
from sqlalchemy.ext.asyncio import create_async_engine
from structlog.testing import capture_logs

from monitor.model import Caip2, Extent, OwnerOutcome, Step, Token
from monitor.store import Store, StoreError, database, tables
from monitor.store.database import NEWEST, opened
from monitor.store.tables import metadata

MIGRATIONS = ScriptDirectory(str(Path(database.__file__).parent / "migrations"))
RELEASED = Path(__file__).with_name("history-0.1.0.sql")
ETH = Token("ETH", "ethereum", None, 18)


async def put_released(url: str) -> None:
    """Make the history of 0.1.0 at ``url``, from SQLite's own words for it, or from PostgreSQL's for the same."""
    script = RELEASED.read_text(encoding="utf-8")
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        file = Path(parsed.database or "")
        file.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(file)) as database:
            database.executescript(script)
        return
    for written, meant in (
        (r"X'([0-9A-F]*)'", r"'\\x\1'"),
        (r"\bBLOB\b", "BYTEA"),
        (r"\bDATETIME\b", "TIMESTAMP WITH TIME ZONE"),
        (r"\bid INTEGER NOT NULL", "id SERIAL NOT NULL"),
        (r", *\s*CONSTRAINT fk_contents_document ([^\n]*)", ""),  # which comes before what it refers to
    ):
        script = re.sub(written, meant, script)
    key = "ALTER TABLE contents ADD CONSTRAINT fk_contents_document FOREIGN KEY (document) REFERENCES documents (id)"
    engine = create_async_engine(url)
    async with engine.connect() as connection:
        driver: Any = (await connection.get_raw_connection()).driver_connection
        await driver.execute("SET TimeZone = 'UTC'")
        await driver.execute(script.replace("COMMIT;", f"{key}; COMMIT;"))
    await engine.dispose()


async def test_the_history_of_0_1_0_is_taken_over(url: str) -> None:
    """As the daemon of that version left it: a list of five rows, one added, ETH first 90, then 105 for 100 owed."""
    await put_released(url)
    store = await Store.open(url)

    wallets = await store.document("okx", "wallets")
    assert wallets is not None
    assert wallets.content.count(b"\n") == 6
    assert await store.change_counts("okx") == {"added": 1, "removed": 0, "altered": 0}
    last = await store.last_changes("okx")
    assert last is not None
    assert len(last[1].added) == 1
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
    ratios = [each.ratio async for part in store.ratios(datetime(2026, 11, 29, 23, tzinfo=UTC)) for each in part]
    assert ratios[-1] == Decimal("1.05")
    days = {each.at.date().isoformat(): each.assets["ETH"] for each in await store.history("okx", Step.DAILY)}
    assert {day: (told.lower, told.worst) for day, told in days.items()} == {
        "2026-10-20": (Extent(*map(Decimal, ("0.9", "1.25", "0.9", "1.25"))), None),
        "2026-11-27": (Extent.of(Decimal("1.05")), None),
        "2026-11-29": (Extent(*map(Decimal, ("0.9", "1.05", "0.9", "1.05"))), None),
    }
    assert all(told.owed == Extent.of(Decimal(100)) for told in days.values())
    assert len(await store.history("okx", Step.HOURLY)) == 3
    await store.close()


def differences(connection: Connection) -> list[object]:
    found = compare_metadata(MigrationContext.configure(connection), metadata)
    return [each for each in found if each[0] != "add_table_comment"]  # which SQLite's words leave out


@pytest.mark.parametrize("released", [True, False])
async def test_a_history_old_or_new_has_exactly_the_tables_that_the_code_uses(url: str, released: bool) -> None:
    """Verdicts of 0.1.0 have no reason codes: they are judged anew."""
    if released:
        await put_released(url)
    async with opened(url) as engine, engine.connect() as connection:
        assert await connection.run_sync(differences) == []
        assert await connection.scalar(select(tables.revision.c.version_num)) == NEWEST == MIGRATIONS.get_current_head()
        assert await connection.scalar(select(func.count()).select_from(tables.verdicts)) == 0


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
