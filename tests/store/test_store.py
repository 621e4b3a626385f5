"""What the history promises: all that was kept is there after a restart, exactly, and writes are whole or absent."""

import asyncio
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model import (
    Audit,
    Balances,
    BaseUnits,
    Basis,
    Block,
    Caip2,
    ClaimMismatch,
    Code,
    Confirmation,
    Document,
    Height,
    Held,
    ListChanges,
    OwnerAnswer,
    OwnerOutcome,
    PositionKind,
    Rate,
    RatioPoint,
    Sent,
    Sighting,
    SignatureAges,
    Snapshot,
    Token,
    Verdict,
    frozen,
)
from monitor.store import ClaimReading, Source, Store, StoredDocument, StoreError, codec
from tests.support.positions import CUSDT, SDAI, WETH

NOW = datetime(2026, 11, 20, 12, 0, 0, 123456, tzinfo=UTC)
ETH = Token("ETH", "ethereum", None, 18)
USDT = Token("USDT", "ethereum", "0xdac17f958d2ee523a2206206994597c13d831ec7", 6)
BLOCK = Block(Height(21_000_000), "0x" + "ab" * 32, NOW - timedelta(seconds=12))
MAINNET = "eip155:1"


async def reopened(store: Store, url: str) -> Store:
    await store.close()
    return await Store.open(url)


def stored(content: bytes = b"coin,amount\n", sha256: str = "0" * 64) -> StoredDocument:
    document = Document("https://example.com/por.zip", sha256, len(content), NOW, NOW - timedelta(days=1), ("a.csv",))
    return StoredDocument(document, "okx", NOW, {"etag": '"x"'}, content)


async def test_an_accepted_document_is_there_after_a_restart_with_its_bytes(store: Store, url: str) -> None:
    await store.save_document("okx", "wallets", stored(b"first"), None)
    await store.save_document("okx", "wallets", stored(b"second", "1" * 64), ListChanges(added=("ETH 0x1",)))
    await store.save_document("okx", "liabilities", stored(b"{}"), None)
    store = await reopened(store, url)
    assert await store.document("okx", "wallets") == stored(b"second", "1" * 64)
    assert await store.document("okx", "liabilities") == stored(b"{}")
    assert await store.document("other", "wallets") is None
    await store.close()


async def test_changes_of_lists_add_up_and_the_last_one_is_kept_in_full(store: Store) -> None:
    assert await store.change_counts("okx") == {"added": 0, "removed": 0, "altered": 0}
    assert await store.last_changes("okx") is None
    first = ListChanges(added=("a", "b"), removed=("c",))
    second = ListChanges(added=("d",), altered=("e",), restated=7)
    await store.save_document("okx", "wallets", stored(), first)
    await store.save_document("okx", "wallets", stored(), second)
    await store.save_document("okx", "wallets", stored(), ListChanges(restated=3))
    assert await store.change_counts("okx") == {"added": 3, "removed": 1, "altered": 1}
    assert await store.last_changes("okx") == (NOW, second)
    assert await store.change_counts("other") == {"added": 0, "removed": 0, "altered": 0}


async def test_new_validators_are_kept_with_the_same_document(store: Store) -> None:
    await store.save_document("okx", "wallets", stored(b"a"), None)
    await store.save_document("okx", "liabilities", stored(b"b"), None)
    await store.save_validators("okx", "wallets", {"etag": '"2"', "mtime_ns": None})
    wallets, liabilities = await store.document("okx", "wallets"), await store.document("okx", "liabilities")
    assert wallets == replace(stored(b"a"), validators={"etag": '"2"', "mtime_ns": None})
    assert liabilities == stored(b"b")


async def test_verdicts_belong_to_the_version_of_the_rules_that_judged_them(store: Store) -> None:
    verdicts = {bytes([n] * 16): Verdict(Code.OWN_KEY, "signed by the key") for n in range(5)}
    await store.save_verdicts(1, verdicts, "okx", NOW)
    assert await store.verdicts(1, [*verdicts]) == verdicts
    assert await store.verdicts(2, [*verdicts]) == {}
    anew = {bytes([0] * 16): Verdict(Code.HIGH_S, "high s")}
    await store.save_verdicts(2, anew, "okx", NOW)
    assert await store.verdicts(2, [*verdicts]) == anew
    assert set(await store.verdicts(1, [*verdicts])) == set(verdicts) - set(anew)


async def test_evidence_is_as_old_as_the_first_list_that_had_it_whatever_the_rules(store: Store) -> None:
    codes = (Code.OWN_KEY, Code.OWN_KEY, Code.HIGH_S)
    old, new, bad = ({bytes([n] * 16): Verdict(code, "")} for n, code in enumerate(codes))
    month = timedelta(days=30)
    await store.save_verdicts(1, old | bad, "okx", NOW)
    await store.need_verdicts([*old, *bad], "okx", NOW + month)
    await store.save_verdicts(1, new, "okx", NOW + month)
    assert await store.signature_ages("okx", NOW + month) == SignatureAges(NOW, NOW, 2, 1)
    await store.save_verdicts(2, old | new, "okx", NOW + 2 * month)
    assert await store.signature_ages("okx", NOW + 2 * month) == SignatureAges(NOW, NOW, 2, 0)
    assert await store.signature_ages("okx", NOW + month) is None
    assert await store.signature_ages("kraken", NOW) is None


async def test_what_was_seen_of_keys_is_kept_by_exchange_and_chain(store: Store) -> None:
    month = timedelta(days=30)
    seen = {
        "0xaa": Sighting(
            frozen({"": NOW, "5e": NOW + month}), frozenset({"5e"}), Sent(2**63 - 1, NOW, NOW, NOW - month)
        ),
        "0xbb": Sighting(frozen({"5e": NOW}), sent=Sent(None, NOW), held=Held(7, NOW, 5, NOW)),
        "0xcc": Sighting(),
    }
    await store.save_sightings("okx", Caip2("eip155:1"), seen)
    await store.save_sightings("okx", Caip2("eip155:56"), {"0xaa": Sighting(sent=Sent(7, NOW, None, None))})
    await store.save_sightings("kraken", Caip2("eip155:1"), seen)
    await store.save_sightings("kraken", Caip2("eip155:1"), {})
    assert await store.sightings("okx") == {"eip155:1": seen, "eip155:56": {"0xaa": Sighting(sent=Sent(7, NOW))}}
    assert await store.sightings("kraken") == {"eip155:1": {}}
    assert await store.sightings("binance") == {}


async def test_only_the_verdicts_that_are_asked_for_are_read(store: Store) -> None:
    verdicts = {bytes([n] * 16): Verdict(Code.OWN_KEY, "signed by the key") for n in range(3)}
    await store.save_verdicts(1, verdicts, "okx", NOW)
    assert set(await store.verdicts(1, [b"\1" * 16, b"\7" * 16])) == {b"\1" * 16}
    assert await store.verdicts(1, []) == {}


async def test_more_verdicts_than_one_statement_holds_are_all_kept(store: Store) -> None:
    verdicts = {n.to_bytes(16, "big"): Verdict(Code.NO_SIGNATURE, "no signature") for n in range(1203)}
    await store.save_verdicts(1, verdicts, "okx", NOW)
    assert await store.verdicts(1, [*verdicts]) == verdicts


async def test_what_a_chain_said_of_owners_keeps_its_block(store: Store) -> None:
    lost = OwnerAnswer(OwnerOutcome.REFUTED, reason="0 of 2", block=BLOCK)
    told = {
        b"a" * 16: Confirmation(OwnerAnswer(OwnerOutcome.CONFIRMED, "Safe 2 of 3", BLOCK), NOW, NOW),
        b"b" * 16: Confirmation(lost, NOW + timedelta(hours=1), NOW),
        b"c" * 16: Confirmation(lost, NOW),
    }
    await store.save_confirmations("okx", told)
    assert await store.confirmations(told.keys()) == told
    assert await store.confirmations({b"b" * 16, b"d" * 16}) == {b"b" * 16: told[b"b" * 16]}


async def test_a_snapshot_replaces_the_one_before_and_keeps_every_digit(store: Store, url: str) -> None:
    old = Snapshot("okx", "ethereum", BLOCK, NOW, {ETH: {"0x1": BaseUnits(1)}}, ("a",))
    new = Snapshot(
        "okx", "ethereum", BLOCK, NOW + timedelta(minutes=1), {ETH: {"0x1": BaseUnits(2**255)}, USDT: {}}, ("a", "b")
    )
    await store.save_snapshot(old, Caip2(MAINNET))
    await store.save_snapshot(new, Caip2(MAINNET))
    store = await reopened(store, url)
    assert await store.snapshots({"ethereum": Caip2(MAINNET)}) == [new]
    await store.close()


async def test_a_snapshot_keeps_the_first_block_of_its_window(store: Store) -> None:
    window = replace(BLOCK, since=replace(BLOCK, hash="0xfirst"))
    told = Snapshot("okx", "ethereum", window, NOW, {ETH: {"0x1": BaseUnits(1)}}, ("a",))
    earlier = replace(told, balances={USDT: {"0x1": BaseUnits(5)}})
    await store.save_snapshot(told, Caip2(MAINNET), {USDT: earlier})
    assert await store.snapshots({"ethereum": Caip2(MAINNET)}) == [told]
    kept = await store.earlier({"ethereum": Caip2(MAINNET)})
    assert kept["okx", "ethereum"][USDT].block == window


async def test_only_snapshots_of_the_chain_that_a_network_means_now_are_found(store: Store) -> None:
    mainnet, testnet = MAINNET, "eip155:31337"
    okx = Snapshot("okx", "ethereum", BLOCK, NOW, {ETH: {"0x1": BaseUnits(1)}}, ("a",))
    kraken, base = replace(okx, exchange="kraken"), replace(okx, network="base")
    await store.save_snapshot(okx, Caip2(mainnet))
    await store.save_snapshot(kraken, Caip2(testnet))
    await store.save_snapshot(base, Caip2(testnet))
    assert await store.snapshots({"ethereum": Caip2(mainnet), "base": Caip2(mainnet)}) == [okx]
    assert await store.snapshots({"ethereum": Caip2(testnet)}) == [kraken]
    assert await store.snapshots({"bitcoin": Caip2(mainnet)}) == []
    assert await store.snapshots({}) == []
    await store.save_snapshot(okx, Caip2(testnet))
    assert await store.snapshots({"ethereum": Caip2(mainnet)}) == []


async def test_the_last_readings_of_refused_tokens_are_kept_with_their_own_times(store: Store, url: str) -> None:
    before = replace(BLOCK, number=Height(BLOCK.number - 5), timestamp=BLOCK.timestamp - timedelta(minutes=1))
    rates = {CUSDT: Rate(BaseUnits(10**18), BaseUnits(225 * 10**12))}
    old = Snapshot(
        "okx", "ethereum", before, NOW - timedelta(minutes=1), {USDT: {"0x1": BaseUnits(2**255)}}, ("a",), {}, 1, 2
    )
    older = replace(old, balances={CUSDT: {"0x1": BaseUnits(5)}}, rates=rates, agreed=None, asked=None)
    new = Snapshot("okx", "ethereum", BLOCK, NOW, {ETH: {"0x1": BaseUnits(1)}}, ("a",))
    await store.save_snapshot(
        new, Caip2(MAINNET), {USDT: replace(old, balances={**old.balances, ETH: {}}), CUSDT: older}
    )
    store = await reopened(store, url)
    assert await store.earlier({"ethereum": Caip2(MAINNET)}) == {("okx", "ethereum"): {USDT: old, CUSDT: older}}
    assert await store.earlier({"ethereum": Caip2("eip155:10")}) == {}
    await store.save_snapshot(new, Caip2(MAINNET))
    assert await store.earlier({"ethereum": Caip2(MAINNET)}) == {}
    await store.close()


async def test_ratios_come_back_unrounded_oldest_first_and_are_pruned(store: Store) -> None:
    points = [
        RatioPoint(NOW - timedelta(hours=hours), "okx", "BTC", Decimal("1.0500000000000000000000000000000001"))
        for hours in (30, 2, 1)
    ]

    async def kept() -> list[RatioPoint]:
        return [point async for part in store.ratios(NOW - timedelta(days=2)) for point in part]

    await store.save_ratios(reversed(points), NOW - timedelta(days=2))
    assert await kept() == points
    await store.save_ratios(points[:1], NOW - timedelta(days=1))
    assert await kept() == points[1:]


async def test_an_audit_belongs_to_exactly_one_list(store: Store) -> None:
    mismatch = ClaimMismatch(7, "ethereum", USDT, "0x1", Decimal("1.000001"), Decimal(1))
    audit = Audit(
        NOW,
        3,
        (mismatch,),
        {"no height": 2},
        {("ethereum", "USDT"): 4},
        {"USDT": {Basis.SIGNED: Decimal("9.5")}},
        frozenset({"ethereum", "arbitrum"}),
        report_times={"USDT": (NOW - timedelta(hours=1), NOW)},
        report_accounts={"USDT": {Basis.SIGNED: "aa"}},
    )
    await store.save_audit("okx", "a" * 64, audit)
    assert await store.audit("okx", "a" * 64) == audit
    assert await store.audit("okx", "b" * 64) is None


async def test_what_was_read_of_claims_is_kept_by_list_chain_trust_and_height(store: Store, url: str) -> None:
    source = Source("a" * 64, Caip2("eip155:1"), "quorum 2")
    parts = [
        ClaimReading(BLOCK, NOW, {ETH: {"0x1": BaseUnits(2**255)}}),
        ClaimReading(BLOCK, NOW, {USDT: {"0x1": BaseUnits(0), "0x2": BaseUnits(1)}}),
    ]
    for part in parts:
        await store.save_claim_reading(source, part)
    store = await reopened(store, url)
    assert await store.claim_readings(source, BLOCK.number) == parts
    assert await store.claim_readings(source, Height(BLOCK.number + 1)) == []
    for other in (
        replace(source, sha256="b" * 64),
        replace(source, chain=Caip2("eip155:10")),
        replace(source, trust="quorum 1"),
    ):
        assert await store.claim_readings(other, BLOCK.number) == []
    await store.close()


async def test_what_was_read_of_claims_is_forgotten_by_height_by_list_and_by_age(store: Store) -> None:
    first, second = Source("a" * 64, Caip2("eip155:1"), "quorum 1"), Source("b" * 64, Caip2("eip155:1"), "quorum 1")
    higher = replace(BLOCK, number=Height(BLOCK.number + 1))

    async def left() -> list[int]:
        return [
            len(await store.claim_readings(source, block.number))
            for source in (first, second)
            for block in (BLOCK, higher)
        ]

    for source in (first, second):
        for block, read_at in ((BLOCK, NOW), (higher, NOW - timedelta(days=3))):
            await store.save_claim_reading(source, ClaimReading(block, read_at, {ETH: {"0x1": BaseUnits(1)}}))
    await store.forget_claim_readings(first, BLOCK.number)
    assert await left() == [0, 1, 1, 1]
    await store.prune_claim_readings(NOW - timedelta(days=1))
    assert await left() == [0, 0, 1, 0]
    await store.forget_list(first.sha256)
    assert await left() == [0, 0, 1, 0]
    await store.forget_list(second.sha256)
    assert await left() == [0, 0, 0, 0]


async def test_a_snapshot_keeps_its_positions_and_their_rates(store: Store) -> None:
    rates = {CUSDT: Rate(BaseUnits(10**18), BaseUnits(225 * 10**12))}
    balances: Balances = {
        ETH: {"0x1": BaseUnits(1)},
        CUSDT: {"0x1": BaseUnits(2**200)},
        WETH: {"0x1": BaseUnits(3)},
        SDAI: {},
    }
    parts = {ETH.part("delegated", PositionKind.STAKED): {"0x1": BaseUnits(2**100)}}
    taken = Snapshot("okx", "ethereum", BLOCK, NOW, balances, ("node-1",), rates, positions=parts)
    await store.save_snapshot(taken, Caip2(MAINNET))
    (kept,) = await store.snapshots({"ethereum": Caip2(MAINNET)})
    assert (kept.balances, kept.rates, kept.positions) == (balances, rates, parts)


def test_balances_that_were_kept_before_there_were_positions_are_read() -> None:
    kept = codec.compress(orjson.dumps([[["ETH", "ethereum", None, 18], ["0x1"], ["7"]]]))
    assert codec.decode_rated(kept) == ({ETH: {"0x1": 7}}, {}, {})


async def test_small_state_is_put_and_replaced(store: Store) -> None:
    assert await store.get("alerts") is None
    await store.put("alerts", {"x": [1, 2]})
    await store.put("alerts", {"x": [3]})
    assert await store.get("alerts") == {"x": [3]}


async def test_writers_at_the_same_time_queue_instead_of_failing(store: Store) -> None:
    await asyncio.gather(*(store.put(f"key{n}", n) for n in range(50)))
    assert [await store.get(f"key{n}") for n in range(50)] == list(range(50))


async def test_a_write_that_fails_leaves_nothing_behind(store: Store) -> None:
    broken = stored()
    object.__setattr__(broken.document, "source", None)
    with pytest.raises(StoreError, match="cannot be written"):
        await store.save_document("okx", "wallets", broken, ListChanges(added=("a",)))
    assert await store.document("okx", "wallets") is None
    assert await store.change_counts("okx") == {"added": 0, "removed": 0, "altered": 0}


async def test_an_unusable_database_is_a_clear_error_without_its_password(tmp_path: Path) -> None:
    (tmp_path / "noise.db").write_bytes(b"this is not a database" * 100)
    with pytest.raises(StoreError, match=r"noise\.db.*not a database"):
        await Store.open(f"sqlite+aiosqlite:///{tmp_path}/noise.db")
    with pytest.raises(StoreError, match="not a database URL"):
        await Store.open("no url")
    like = r"write it like sqlite\+aiosqlite:///.* or postgresql\+asyncpg://"
    for url in ("postgresql://me:secret@host/x", "sqlite:///history.db", "mysql+asyncmy://me:secret@host/x"):
        with pytest.raises(StoreError, match=like) as told:
            await Store.open(url)
        assert "secret" not in str(told.value)
    with pytest.raises(StoreError, match="Connect call failed") as refused:
        await Store.open("postgresql+asyncpg://me:secret@127.0.0.1:1/x")
    assert "secret" not in str(refused.value)


async def test_what_speaks_to_postgresql_is_an_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "asyncpg", None)
    with pytest.raises(StoreError, match=r"pip install .* requirements-postgresql\.lock"):
        await Store.open("postgresql+asyncpg://me@127.0.0.1:1/x")


async def test_a_history_in_sqlite_uses_wal_so_that_readers_never_block(tmp_path: Path) -> None:
    store = await Store.open(f"sqlite+aiosqlite:///{tmp_path}/history.db")
    assert (tmp_path / "history.db-wal").exists()
    await store.close()


TOKENS = st.builds(
    Token, st.sampled_from(["ETH", "USDT"]), st.just("ethereum"), st.none() | st.text(max_size=5), st.integers(0, 36)
)


@given(
    st.dictionaries(
        TOKENS, st.dictionaries(st.text(max_size=8), st.integers(0, 2**256 - 1).map(BaseUnits), max_size=5), max_size=4
    )
)
def test_balances_survive_their_encoding(balances: dict[Token, dict[str, BaseUnits]]) -> None:
    assert codec.decode_balances(codec.encode_balances(balances)) == balances
