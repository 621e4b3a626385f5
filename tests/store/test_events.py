"""The record of an exchange, out of all tables that tell of it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from monitor.model import Document, Event, EventKind, EventPlace, ListChange, ListChanges, Publication
from monitor.store import Store, StoredDocument

AT = datetime(2026, 6, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = await Store.open(f"sqlite+aiosqlite:///{tmp_path}/history.db")
    yield store
    await store.close()


def alert(at: datetime, exchange: str = "okx", kind: EventKind = EventKind.ALERT_BEGUN) -> Event:
    return Event(exchange, at, kind, "BTC", "PorReserveRatioLow", "critical", "99 % is under 100 %")


async def listed(store: Store, at: datetime, changes: ListChanges) -> None:
    stored = StoredDocument(Document("a.csv", "0" * 64, 1, at), "okx", at, {}, b"x")
    await store.save_document("okx", "wallets", stored, changes)


async def test_all_that_happened_is_told_newest_first_with_the_size_of_a_change(store: Store) -> None:
    await listed(store, AT, ListChanges(("a", "b"), ("c",), (), 7, {"BTC": Decimal("1.50")}, {"ETH": Decimal(2)}))
    await store.save_publication("okx", Publication(AT + MINUTE, AT, "report", "125", "ab", "0" * 64))
    await store.save_publication("okx", Publication(AT + MINUTE, AT, "groth16", "", "cd", "0" * 64, "proven", "full"))
    await store.save_publication("okx", Publication(AT + MINUTE, AT, "groth16 circuit", "", "ef", "0" * 64))
    await store.save_events([alert(AT + 2 * MINUTE), alert(AT + 2 * MINUTE, "other")])
    told = [event for _, event in await store.events("okx", 10)]
    assert told == [
        alert(AT + 2 * MINUTE),
        Event("okx", AT + MINUTE, EventKind.CIRCUIT, "groth16", summary="ef"),
        Event("okx", AT + MINUTE, EventKind.ROOT, "groth16", summary="cd"),
        Event("okx", AT + MINUTE, EventKind.REPORT, "125", summary="ab"),
        Event(
            "okx",
            AT,
            EventKind.LIST_CHANGED,
            change=ListChange(2, 1, 0, 7, {"BTC": Decimal("1.50")}, {"ETH": Decimal(2)}),
        ),
    ]
    assert [event.at for _, event in await store.events("okx", 10, until=AT)] == [AT]
    last = await store.last_changes("okx")
    assert last is not None
    assert last[1].added_coins == {"BTC": Decimal("1.50")}


@pytest.mark.parametrize("most", [1, 2, 3])
async def test_pages_pass_over_nothing_even_where_much_happened_at_once(store: Store, most: int) -> None:
    for moment in (AT, AT, AT + MINUTE):
        await listed(store, moment, ListChanges(added=("a",)))
        await store.save_publication("okx", Publication(moment, AT, "report", "1", "", "0" * 64))
        await store.save_events([alert(moment), alert(moment, kind=EventKind.ALERT_ENDED)])
    whole = await store.events("okx", 100)
    assert len(whole) == 12
    paged: list[tuple[EventPlace, Event]] = []
    while page := await store.events("okx", most, before=paged[-1][0] if paged else None):
        paged += page
    assert paged == list(whole)
