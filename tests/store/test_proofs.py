"""What exchanges published as proof of what they owe: totals that were proven come back digit by digit."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from monitor.model import Document, Liabilities
from monitor.store import Store

NOW = datetime(2026, 11, 20, 12, 0, 0, 123456, tzinfo=UTC)
TREE = Document("https://exchange.example/tree.zip", "5" * 64, 9, NOW, NOW, ("tree.txt",))
OWED = Liabilities(
    TREE,
    "okx-merkle-v2",
    NOW,
    {"BTC": Decimal("0.10"), "SHIB": Decimal("1E-30"), "ETH": Decimal(3)},
    report_id="21",
    merkle_root="ab" * 32,
)


async def test_proven_totals_are_kept_for_each_exchange_until_others_are_or_they_are_taken_back(store: Store) -> None:
    assert await store.proven("okx") is None
    other = replace(OWED, owed={"BTC": Decimal("0.2")}, document=replace(TREE, modified_at=None, members=()))
    await store.save_proven("okx", OWED)
    await store.save_proven("kraken", other)
    kept = await store.proven("okx")
    assert kept == OWED
    assert [str(amount) for amount in kept.owed.values()] == ["0.10", "1E-30", "3"]
    await store.save_proven("okx", other)
    assert await store.proven("okx") == other
    await store.forget_proven("okx")
    assert await store.proven("okx") is None
    assert await store.proven("kraken") == other
