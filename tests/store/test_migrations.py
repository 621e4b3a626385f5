"""A history that an earlier version began is read on by this one, nothing lost that can be trusted."""

import zlib
from pathlib import Path

import orjson
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine

import monitor.store.migrations
from monitor.model import Token, VerdictStatus
from monitor.store import Store

ETH = Token("ETH", "ethereum", None, 18)
AT = "2026-10-01 12:00:00.000000"
HASH = "0x" + "ab" * 32


def packed(value: object) -> bytes:
    return zlib.compress(orjson.dumps(value))


AUDIT = {
    "at": "2026-10-01T12:00:00+00:00",
    "matches": 1,
    "mismatches": [[3, "ethereum", ["ETH", "ethereum", None, 18], "0x1", "2.5", "2"]],
    "unjudged": {"no height is claimed": 4},
    "checked": [["ethereum", "ETH", 2]],
    "report_reserves": {"ETH": {"signed": "2"}},
}
FIRST_ROWS: list[tuple[str, tuple[object, ...]]] = [
    (
        "INSERT INTO snapshots VALUES ('okx', 'ethereum', 21000000, ?, ?, ?, '[\"node-1\"]', ?)",
        (HASH, AT, AT, packed([[["ETH", "ethereum", None, 18], ["0x1"], ["2000000000000000000"]]])),
    ),
    ("INSERT INTO verdicts VALUES (?, 7, 'verified', 'signed by its key')", (b"f" * 16,)),
    ("INSERT INTO audits VALUES ('okx', ?, ?, ?)", ("5" * 64, AT, packed(AUDIT))),
    ("INSERT INTO state VALUES ('alerts', '{\"a\": 1}')", ()),
]
"""Rows as revision 0001 wrote them."""


def begin_at(revision: str, connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(monitor.store.migrations.__path__[0])))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


async def test_the_first_versions_history_is_read_on(tmp_path: Path) -> None:
    file = tmp_path / "history.db"
    engine = create_engine(f"sqlite:///{file}")
    with engine.begin() as connection:
        begin_at("0001", connection)
        for statement, values in FIRST_ROWS:
            connection.exec_driver_sql(statement, values)
    engine.dispose()

    store = await Store.open(f"sqlite+aiosqlite:///{file}")
    assert await store.snapshots({"ethereum": "eip155:1"}) == [], "nothing told the chain that it was read from"
    verdicts = await store.verdicts(7)
    assert [(verdict.status, verdict.reason) for verdict in verdicts.values()] == [
        (VerdictStatus.VERIFIED, "signed by its key")
    ]
    assert await store.audit("okx", "5" * 64) is None, (
        "it counted coins twice that moved between two heights: done anew"
    )
    assert await store.get("alerts") == {"a": 1}

    await store.begin_journal("bitcoin", "node-1", [b"entry"])
    assert await store.journal("bitcoin", "node-1") == [b"entry"]
    assert await store.publications("okx") == []
    assert await store.proven("okx") is None
    await store.close()
