"""Short ways to say what a judgement starts from. Everything is at ``NOW`` unless told otherwise."""

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from monitor.judgement import assess, basis_of, holdings, tally
from monitor.model import (
    Assessment,
    AssetAssessment,
    Audit,
    Balances,
    BaseUnits,
    Basis,
    Block,
    Claim,
    Code,
    DayHeld,
    Document,
    DocumentState,
    Height,
    Liabilities,
    Position,
    PositionKind,
    ReloadState,
    Snapshot,
    SnapshotState,
    Token,
    Verdict,
    VerdictStatus,
    World,
)
from monitor.settings import ExchangeSettings, Settings

NOW = datetime(2026, 6, 14, 12, tzinfo=UTC)
BTC = Token("BTC", "bitcoin", None, 8)
ETH = Token("ETH", "ethereum", None, 18)
ETH_ARBITRUM = Token("ETH", "arbitrum", None, 18)
USDT = Token("USDT", "ethereum", "0xdac17f958d2ee523a2206206994597c13d831ec7", 6)
STAKED = Token("ETH", "ethereum-beacon", None, 9, Position("validators", PositionKind.STAKED, 9))
CONFIGURED = ("bitcoin", "ethereum", "arbitrum")

VERIFIED, UNBOUND, INVALID, UNSIGNED, UNSUPPORTED = VerdictStatus


def claim(account: str | None, token: Token | None = BTC, **fields: Any) -> Claim:
    """A signed claim of ``token`` for ``account``; ``fields`` are those of Claim."""
    defaults: dict[str, Any] = {
        "file": "wallets.csv",
        "line": 2,
        "coin": token.asset if token else "FOO",
        "network": token.network if token else None,
        "token": token,
        "address": account or "not-an-address",
        "account": account,
        "signatures": ("signature",),
    }
    return Claim(**defaults | fields)


def verdict(status: VerdictStatus) -> Verdict:
    return Verdict(next(code for code in Code if code.status is status), f"{status} in a test")


def block(number: int = 900_000, at: datetime = NOW) -> Block:
    return Block(Height(number), f"0x{number:064x}", at)


def state(balances: Balances, *, network: str = "", stale: bool = False, age: timedelta = timedelta()) -> SnapshotState:
    """A held snapshot of ``balances``, taken ``age`` ago."""
    where = network or next(iter(balances)).network
    snapshot = Snapshot("okx", where, block(at=NOW - age), NOW - age, balances)
    return SnapshotState(where, snapshot, stale=stale, wanted=snapshot.accounts)


def absent(network: str, failure: str = "", wanted: int = 1) -> SnapshotState:
    return SnapshotState(network, None, stale=True, wanted=wanted, failure=failure)


def document(at: datetime = NOW) -> Document:
    return Document("https://exchange.example/document", "00" * 32, 1, at)


def owing(unaddressed: Mapping[str, int | str] | None = None, **owed: int | str) -> Liabilities:
    """Published totals, a fortnight old."""
    return Liabilities(
        document=document(),
        layout="accounts",
        as_of=NOW - timedelta(days=13),
        owed={asset: Decimal(amount) for asset, amount in owed.items()},
        unaddressed={asset: Decimal(amount) for asset, amount in (unaddressed or {}).items()},
    )


def exchange(**fields: Any) -> ExchangeSettings:
    return ExchangeSettings.model_validate({"wallets": {"source": "wallets.csv"}} | fields)


def settings(alerts: Mapping[str, Any] | None = None, **exchanges: ExchangeSettings) -> Settings:
    watched = exchanges or {"okx": exchange(liabilities={"source": "liabilities.json"})}
    return Settings.model_validate(
        {
            "exchanges": {name: each.model_dump(by_alias=True) for name, each in watched.items()},
            "alerts": alerts or {},
        }
    )


Rows = Iterable[tuple[Claim, VerdictStatus]]


def judge(
    rows: Rows | None,
    states: Iterable[SnapshotState] = (),
    liabilities: Liabilities | None = None,
    *,
    configured: Iterable[str] = CONFIGURED,
    audit: Audit | None = None,
    days: Collection[DayHeld] = (),
    grown: Mapping[str, Decimal] | None = None,
    **fields: Any,
) -> Mapping[str, AssetAssessment]:
    """The whole way from rows to assessments; ``fields`` are those of the exchange's settings."""
    held = None
    if rows is not None:
        pairs = list(rows)
        held = holdings((row for row, _ in pairs), (verdict(status) for _, status in pairs))
    by_network = {each.network: each for each in states}
    chosen = exchange(**fields)
    return assess(
        held,
        by_network,
        tally(held, by_network) if held else {},
        liabilities=liabilities,
        settings=chosen,
        basis=basis_of(chosen, ever_signed=held is None or held.has_signatures),
        growth=grown or {},
        configured=frozenset(configured),
        audit=audit,
        days=days,
        now=NOW,
    )


def assessment(assets: Mapping[str, AssetAssessment] | None = None, **fields: Any) -> Assessment:
    """An exchange with nothing to complain about, but for ``fields``."""
    snapshots = {"bitcoin": state({BTC: {"A": BaseUnits(100 * 10**8)}})}
    defaults: dict[str, Any] = {
        "exchange": "okx",
        "title": "OKX",
        "at": NOW,
        "basis": Basis.SIGNED,
        "assets": assets or {},
        "snapshots": snapshots,
        "verdicts": {("bitcoin", VERIFIED): 1},
        "documents": {kind: DocumentState(kind, document()) for kind in ("wallets", "liabilities")},
        "liabilities": owing(BTC=100),
        "listed_at": NOW - timedelta(days=1),
        "messages": {},
        "changes": {},
        "last_changes": None,
        "changed_at": None,
        "differences": (),
        "audit": None,
    }
    return Assessment(**defaults | fields)


def world(*assessments: Assessment, **fields: Any) -> World:
    """What alerts are judged on."""
    defaults: dict[str, Any] = {
        "at": NOW,
        "endpoints": (),
        "alerts": (),
        "reload": ReloadState(successful=True, succeeded_at=NOW),
        "ready": True,
    }
    return World(assessments={each.exchange: each for each in assessments}, **defaults | fields)
