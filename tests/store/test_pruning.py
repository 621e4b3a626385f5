"""What lists long gone have left goes; what the newest ones need, and every count, stays."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select

from monitor.model import (
    Block,
    Code,
    Confirmation,
    Document,
    Height,
    ListChanges,
    OwnerAnswer,
    OwnerOutcome,
    Verdict,
)
from monitor.store import Store, StoredDocument, tables

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
MONTH = timedelta(days=30)
RULES = 7
VERDICT = Verdict(Code.OWN_KEY, "signed by its key")


def at(month: int) -> datetime:
    return NOW + month * MONTH


def mark(number: int) -> bytes:
    return number.to_bytes(16, "big")


async def accept(store: Store, month: int, exchange: str = "okx", kind: str = "wallets") -> None:
    document = Document("https://example.com/por.zip", f"{month:064}", 1, at(month), None)
    content = f"{exchange} {month}".encode()
    changes = ListChanges(added=(f"row {month}",)) if kind == "wallets" else None
    await store.save_document(exchange, kind, StoredDocument(document, "okx", at(month), {}, content), changes)


async def judge(store: Store, prints: Mapping[int, int], exchange: str = "okx") -> None:
    """Verdicts by number, each judged for the list of a month."""
    for number, month in prints.items():
        await store.save_verdicts(RULES, {mark(number): VERDICT}, exchange, at(month))


async def known(store: Store, numbers: int = 10) -> set[int]:
    found = await store.verdicts(RULES, [mark(number) for number in range(numbers)])
    return {int.from_bytes(each, "big") for each in found}


async def prune(store: Store, newest: int, rules: int = RULES) -> None:
    await store.prune_ownership(rules, await store.prune_documents(newest))


async def documents(store: Store) -> int:
    return int((await store._rows(select(func.count()).select_from(tables.documents)))[0][0])


async def test_the_newest_documents_of_each_exchange_and_kind_stay(store: Store) -> None:
    for month in range(5):
        await accept(store, month)
        await accept(store, month, kind="liabilities")
    await accept(store, 0, "kraken")
    assert await store.prune_documents(2) == {"okx": at(3)}
    assert await documents(store) == 2 + 2 + 1
    newest = await store.document("okx", "wallets")
    assert newest is not None
    assert newest.content == b"okx 4"
    assert await store.document("kraken", "wallets") is not None


async def test_what_old_lists_changed_is_counted_on_but_not_remembered(store: Store) -> None:
    for month in range(5):
        await accept(store, month)
    await store.prune_documents(2)
    assert await store.change_counts("okx") == {"added": 5, "removed": 0, "altered": 0}
    details = [bool(row.detail) for row in await store._rows(select(tables.changes).order_by(tables.changes.c.id))]
    assert details == [False, False, False, True, True]
    last = await store.last_changes("okx")
    assert last is not None
    assert last[1].added == ("row 4",)


async def test_verdicts_stay_that_one_of_the_newest_lists_needs(store: Store) -> None:
    for month in range(5):
        await accept(store, month)
    await judge(store, {0: 0, 1: 2, 2: 3, 3: 4, 4: 0})
    await store.need_verdicts([mark(4), mark(9)], "okx", at(4))
    await store.need_verdicts([mark(3)], "okx", at(1))
    await prune(store, 2)
    assert await known(store) == {2, 3, 4}, "3 is of list 3, and an older one that needs it too changes nothing"


async def test_of_an_exchange_with_few_lists_all_verdicts_stay(store: Store) -> None:
    for month in range(5):
        await accept(store, month)
    await accept(store, 0, "kraken")
    await judge(store, {0: 0})
    await judge(store, {1: 0}, "kraken")
    await prune(store, 2)
    assert await known(store) == {1}
    await prune(store, 24)
    assert await known(store) == {1}


async def test_verdicts_under_older_rules_are_read_by_nobody_and_go(store: Store) -> None:
    await judge(store, {0: 0})
    await store.save_verdicts(RULES + 1, {mark(1): VERDICT}, "okx", NOW)
    await prune(store, 24, RULES + 1)
    assert await store.verdicts(RULES, [mark(0)]) == {}
    assert await store.verdicts(RULES + 1, [mark(1)]) == {mark(1): VERDICT}


async def test_confirmations_go_that_were_told_before_the_oldest_list_that_stays(store: Store) -> None:
    for month in range(5):
        await accept(store, month)
    block = Block(Height(21_000_000), "0x" + "ab" * 32, NOW)
    said = Confirmation(OwnerAnswer(OwnerOutcome.CONFIRMED, "Safe 2 of 3", block), at(4), at(4))
    old = replace(said, told_at=at(2))
    await store.save_confirmations("okx", {mark(0): said, mark(1): old})
    await store.save_confirmations("kraken", {mark(2): old})
    await prune(store, 2)
    assert (await store.confirmations({mark(0), mark(1), mark(2)})).keys() == {mark(0), mark(2)}
