"""Made-up Worlds: exchanges that are covered, in breach, unknown and stale, for tests of what shows them.

The numbers fit together as the judgement would make them (ratio = total / owed), so that a page or a metric can be
checked by hand. Nothing here is a real exchange's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from monitor.model import (
    AlertName,
    AlertState,
    Assessment,
    AssetAssessment,
    AssetControl,
    Audit,
    Balances,
    BaseUnits,
    Basis,
    Block,
    Cause,
    ChannelState,
    ClaimMismatch,
    ControlGap,
    ControlNetwork,
    ControlShown,
    Document,
    DocumentState,
    Durations,
    EndpointState,
    Fall,
    Feed,
    Gap,
    Height,
    JobState,
    Liabilities,
    LiabilitiesFall,
    LiabilitiesProof,
    ListChanges,
    LostConfirmations,
    Position,
    PositionHeld,
    PositionKind,
    Price,
    Prices,
    ProofState,
    ProofStatus,
    Rate,
    RateCall,
    Regularity,
    ReloadState,
    RepeatedClaim,
    Repeats,
    ReportBump,
    ReserveStatus,
    RootChange,
    SendFailure,
    Severity,
    SharedAccounts,
    SignatureAges,
    Snapshot,
    SnapshotAttempts,
    SnapshotState,
    SummaryDifference,
    Token,
    VerdictStatus,
    Work,
    World,
    frozen,
)

NOW = datetime(2026, 3, 14, 15, 9, 26, tzinfo=UTC)

BTC = Token("BTC", "bitcoin", None, 8)
ETH = Token("ETH", "ethereum", None, 18)
USDT_ETHEREUM = Token("USDT", "ethereum", "0xdac17f958d2ee523a2206206994597c13d831ec7", 6)
WSTETH = Token(
    *("ETH", "ethereum", "0x7f39c581f595b53c5cb19bd0b3f8da6c935e2ca0", 18),
    Position("wstETH", PositionKind.LIQUID_STAKED, 18, RateCall("getStETHByWstETH(uint256)")),
)
USDT_BSC = Token("USDT", "bsc", "0x55d398326f99059ff775485246999027b3197955", 18)

Sums = Mapping[Basis, Decimal]


def sums(verified: str, signed: str, listed: str, asserted: str | None = None) -> Sums:
    """Amounts by basis; without ``asserted``, as a network has them."""
    values = {Basis.VERIFIED: verified, Basis.SIGNED: signed, Basis.LISTED: listed}
    if asserted is not None:
        values[Basis.ASSERTED] = asserted
    return frozen({basis: Decimal(value) for basis, value in values.items()})


def block(number: int, age: timedelta) -> Block:
    return Block(Height(number), f"0x{number:064x}", NOW - age)


def snapshot(
    exchange: str, network: str, number: int, balances: Balances, *, age: timedelta, blocks: int = 0
) -> Snapshot:
    """With the first block of a window of so many ``blocks``."""
    held = frozen({token: frozen(accounts) for token, accounts in balances.items()})
    read = block(number, age + timedelta(minutes=13))
    since = block(number - blocks, age + timedelta(minutes=14)) if blocks else None
    return Snapshot(exchange, network, replace(read, since=since), NOW - age, held, ("node-1",))


def asset(
    name: str,
    status: ReserveStatus,
    reserves: Mapping[str, Sums],
    *,
    owed: str | None,
    totals: Sums,
    gaps: Sequence[Gap] = (),
    unaddressed: str = "0",
    warn_below: str | None = None,
    report_ratios: Sums | None = None,
    upper_bounds: Sums | None = None,
    unread: Sums | None = None,
    positions: Sequence[PositionHeld] = (),
    blocked: Sequence[PositionHeld] = (),
    bump: ReportBump | None = None,
    basis: Basis = Basis.SIGNED,
) -> AssetAssessment:
    """An asset whose lower bounds follow from ``totals``; without ``gaps`` they are its ratios too.

    What is ``unread`` counts twice in the upper bounds, where these are not given.
    """
    due = Decimal(owed) if owed is not None else None
    bounds = {key: total / due for key, total in totals.items()} if due else {}
    open_ = unread or {}
    most = {key: bound + 2 * open_.get(key, Decimal()) / due for key, bound in bounds.items()} if due else {}
    return AssetAssessment(
        asset=name,
        basis=basis,
        status=status,
        breach_below=Decimal(1),
        warn_below=Decimal(warn_below) if warn_below else None,
        owed=due,
        unaddressed=Decimal(unaddressed),
        reserves=frozen(reserves),
        totals=totals,
        ratios=frozen({} if gaps else bounds),
        lower_bounds=frozen(bounds),
        report_ratios=frozen(report_ratios or {}),
        gaps=tuple(gaps),
        upper_bounds=frozen(upper_bounds or most),
        unread=frozen(open_),
        positions=tuple(positions),
        frozen=tuple(blocked),
        bump=bump,
    )


def document(source: str, *, digest: str = "5a", age: timedelta = timedelta(minutes=40)) -> Document:
    return Document(source, digest * 32, 48_512_004, NOW - age)


def _aurora_assets() -> dict[str, AssetAssessment]:
    btc = sums("94000", "99999.96", "101000", "102000.5")
    eth = sums("1480000.25", "1545000.123456789012345678", "1545000.123456789012345678")
    usdt = {"ethereum": sums("40", "5100000000.5", "5100000000.5"), "bsc": sums("0", "310000000", "310000000")}
    known = sums("40", "5100000000.5", "5100000000.5", "5100000000.5")
    return {
        "BTC": asset(
            "BTC",
            ReserveStatus.BREACH,
            {"bitcoin": sums("94000", "99999.96", "101000")},
            owed="100000",
            totals=btc,
            unaddressed="1000.5",
            warn_below="1.02",
            report_ratios=sums("0.99", "1.043", "1.05", "1.06"),
            bump=ReportBump(NOW - timedelta(days=20), Decimal(104_300), Decimal(98_000), 6),
            upper_bounds=sums("0.94", "1.005", "1.01", "1.020005"),
        ),
        "ETH": asset(
            "ETH",
            ReserveStatus.COVERED,
            {"ethereum": eth},
            owed="1500000",
            totals=frozen({**eth, Basis.ASSERTED: eth[Basis.LISTED]}),
            positions=[PositionHeld(WSTETH, sums("0", "12.5", "12.5"), Rate(BaseUnits(8 * 10**18), BaseUnits(10**19)))],
        ),
        "USDT": asset(
            "USDT",
            ReserveStatus.UNKNOWN,
            usdt,
            owed="7000000000",
            totals=known,
            gaps=(
                Gap(
                    "bsc",
                    "stale: the last whole snapshot is 2 h old (2026-03-14 13:09:26 UTC)",
                    Decimal(310_000_000),
                    Cause.FAILED,
                ),
                Gap("tron", "not configured: no endpoint to read it from", Decimal(900_000_000), Cause.NOT_CONFIGURED),
            ),
            unread=sums("900000000", "1210000000", "1210000000", "1210000000"),
            blocked=[PositionHeld(USDT_ETHEREUM.frozen, sums("0", "12500", "12500"), None)],
        ),
    }


def _attempts() -> SnapshotAttempts:
    """Three: one took long, one not, one failed."""
    took = Durations(frozen({2.0: 0, 10.0: 0, 30.0: 0})).added(12.5).added(2)
    return SnapshotAttempts(3, frozen({"timeout": 1, "unreachable": 0}), took)


def aurora() -> Assessment:
    """BTC in breach by 4 parts in 10 million, ETH covered, USDT unknown: one network stale, one not configured."""
    taken = timedelta(seconds=48)
    bitcoin = snapshot(
        "aurora",
        "bitcoin",
        940_123,
        {BTC: {"bc1qaurora1": BaseUnits(9_400_000_000_000), "bc1qaurora2": BaseUnits(599_996_000_000)}},
        age=taken,
    )
    ethereum = snapshot(
        "aurora",
        "ethereum",
        24_650_001,
        {
            ETH: {"0xaa": BaseUnits(10**24), "0xbb": BaseUnits(545_000_123_456_789_012_345_678)},
            USDT_ETHEREUM: {"0xaa": BaseUnits(5_100_000_000_500_000)},
        },
        age=taken,
    )
    stale = snapshot(
        "aurora",
        "bsc",
        81_000_000,
        {USDT_BSC: {"0xcc": BaseUnits(310_000_000 * 10**18)}},
        age=timedelta(hours=2),
        blocks=60,
    )
    wallets = document("https://aurora.example/proof-of-reserves/wallets-2026-03.zip")
    report = document("https://aurora.example/proof-of-reserves/report-2026-03.json", digest="c3")
    tree = document("https://aurora.example/proof-of-reserves/tree-2026-03.txt", digest="7e")
    return Assessment(
        exchange="aurora",
        own_token="AUR",
        title="Aurora",
        at=NOW,
        basis=Basis.SIGNED,
        assets=frozen(_aurora_assets()),
        snapshots=frozen(
            {
                "bitcoin": SnapshotState("bitcoin", bitcoin, stale=False, wanted=2, attempts=_attempts()),
                "ethereum": SnapshotState("ethereum", ethereum, stale=False, wanted=2),
                "bsc": SnapshotState(
                    "bsc",
                    stale,
                    stale=True,
                    wanted=1,
                    failure="node-2: HTTP 503 for eth_getBlockByNumber",
                    failed_at=NOW - timedelta(minutes=1),
                    stale_after=timedelta(minutes=5),
                ),
                "xlayer": SnapshotState("xlayer", None, stale=True, wanted=3, stale_after=timedelta(minutes=5)),
            }
        ),
        verdicts=frozen(
            {
                ("bitcoin", VerdictStatus.VERIFIED): 1,
                ("bitcoin", VerdictStatus.UNBOUND): 1,
                ("bitcoin", VerdictStatus.UNSIGNED): 1,
                ("ethereum", VerdictStatus.VERIFIED): 2,
                ("ethereum", VerdictStatus.INVALID): 1,
                ("bsc", VerdictStatus.UNBOUND): 1,
                ("tron", VerdictStatus.UNSUPPORTED): 12_418,
            }
        ),
        documents=frozen(
            {
                "wallets": DocumentState("wallets", wallets, fetched=26, failures=frozen({"http": 2})),
                "liabilities": DocumentState("liabilities", report, fetched=26, failures=frozen({})),
                "proof": DocumentState("proof", tree, fetched=26, failures=frozen({})),
            }
        ),
        liabilities=Liabilities(
            report,
            "accounts",
            NOW - timedelta(days=13, hours=15),
            frozen({"BTC": Decimal(100_000), "ETH": Decimal(1_500_000), "USDT": Decimal(7_000_000_000)}),
            frozen({"BTC": Decimal("1000.5")}),
            report_id="2026-03",
            carried=frozen({"USDT": NOW - timedelta(days=44)}),
            falls=(
                LiabilitiesFall(
                    "ETH",
                    *(Decimal(4_000_000), NOW - timedelta(days=44)),
                    *(Decimal(1_500_000), NOW - timedelta(days=13, hours=15)),
                    NOW - timedelta(days=12),
                ),
            ),
        ),
        listed_at=NOW - timedelta(days=2),
        messages=frozen({"I am an Aurora address": 4}),
        changes=frozen({"added": 12, "removed": 1, "altered": 0}),
        last_changes=ListChanges(added=("line 7: BTC bitcoin bc1qaurora2",), removed=("ETH ethereum 0xdd",)),
        changed_at=NOW - timedelta(days=2),
        differences=(SummaryDifference("BTC", Decimal("101000.1"), Decimal(101_000)),),
        audit=Audit(
            at=NOW - timedelta(hours=5),
            matches=4,
            mismatches=(ClaimMismatch(9, "ethereum", ETH, "0xbb", Decimal(545_010), Decimal("545000.12")),),
            unjudged=frozen({"tron is not configured": 12_418}),
            checked=frozen({("bitcoin", "BTC"): 3, ("ethereum", "ETH"): 2, ("bsc", "USDT"): 0}),
            report_reserves=frozen({}),
        ),
        repeats=Repeats({"bitcoin": 1}, (RepeatedClaim("bitcoin", "bc1qaurora1", (("a.csv", 2), ("a.csv", 7))),)),
        shared=(SharedAccounts("borealis", 1, ("bc1qaurora2 on bitcoin",)),),
        lost=LostConfirmations(2, 1, {}, "0xa: others own it"),
        liabilities_max_age=timedelta(days=35),
        control=ControlShown(
            NOW - timedelta(hours=2),
            NOW - timedelta(days=90),
            {
                "BTC": AssetControl(Decimal(0), Decimal(0), {ControlGap.NOT_TOLD: Decimal("99999.96")}),
                "ETH": AssetControl(
                    Decimal(1_000_000),
                    Decimal(500_000),
                    {ControlGap.CODE: Decimal(45000), ControlGap.NOT_ASKED: Decimal("0.123456789012345678")},
                ),
            },
            {
                "bitcoin": ControlNetwork(bitcoin.block),
                "ethereum": ControlNetwork(ethereum.block, ethereum.block),
                "bsc": ControlNetwork(stale.block, untold="unsupported: it does not tell what accounts have sent"),
            },
        ),
        signature_ages=SignatureAges(NOW - timedelta(days=400), NOW - timedelta(days=90), 4, 1),
        proof=ProofState(
            LiabilitiesProof(
                "okx-merkle-v2",
                ProofStatus.PROVEN,
                frozen({"BTC": Decimal(100_000), "ETH": Decimal("1499999.5")}),
                proven=("every hash and every sum of the tree recomputes",),
                not_proven=("that every customer has a leaf",),
                root="ab" * 32,
                leaves=81_204,
            ),
            tree,
            NOW - timedelta(hours=7),
            ("by the proof 1499999.5 ETH is owed, by the report 1500000",),
        ),
        regularity=Regularity(
            ("2025-11", "2025-12", "2026-02", "2026-03"),
            2,
            ("2026-01",),
            (RootChange(NOW - timedelta(hours=6), "2026-03", "cd" * 32, "ab" * 32),),
        ),
    )


def borealis() -> Assessment:
    """Everything covered, on a list that nobody signed."""
    held = sums("0", "0", "2150", "2150")
    whole = snapshot(
        "borealis", "bitcoin", 940_123, {BTC: {"bc1qborealis": BaseUnits(215_000_000_000)}}, age=timedelta(seconds=48)
    )
    wallets, owed = document("config/borealis.csv", digest="0b"), document("config/borealis-owed.csv", digest="0c")
    return Assessment(
        exchange="borealis",
        title="Borealis",
        at=NOW,
        basis=Basis.LISTED,
        assets=frozen(
            {
                "BTC": asset(
                    "BTC",
                    ReserveStatus.COVERED,
                    {"bitcoin": sums("0", "0", "2150")},
                    owed="2000",
                    totals=held,
                    basis=Basis.LISTED,
                )
            }
        ),
        snapshots=frozen({"bitcoin": SnapshotState("bitcoin", whole, stale=False, wanted=1)}),
        verdicts=frozen({("bitcoin", VerdictStatus.UNSIGNED): 1}),
        documents=frozen(
            {"wallets": DocumentState("wallets", wallets, 1), "liabilities": DocumentState("liabilities", owed, 1)}
        ),
        liabilities=Liabilities(owed, "amounts", NOW - timedelta(days=1), frozen({"BTC": Decimal(2000)})),
        listed_at=NOW - timedelta(hours=3),
        messages=frozen({}),
        changes=frozen({"added": 0, "removed": 0, "altered": 0}),
        last_changes=None,
        changed_at=None,
        differences=(),
        audit=None,
    )


def cassini() -> Assessment:
    """Nothing could be read yet: the list was refused."""
    refused = DocumentState(
        "wallets",
        None,
        fetched=3,
        failures=frozen({"layout": 3}),
        refusal="wallets.csv is an HTML page, not a list; check the address of the source",
        refused_at=NOW - timedelta(minutes=4),
    )
    return Assessment(
        exchange="cassini",
        title="Cassini",
        at=NOW,
        basis=Basis.SIGNED,
        assets=frozen({}),
        snapshots=frozen({}),
        verdicts=frozen({}),
        documents=frozen({"wallets": refused}),
        liabilities=None,
        listed_at=None,
        messages=frozen({}),
        changes=frozen({}),
        last_changes=None,
        changed_at=None,
        differences=(),
        audit=None,
    )


def endpoints() -> tuple[EndpointState, ...]:
    return (
        EndpointState(
            "bitcoin",
            "node-1",
            "bitcoind",
            True,
            40,
            frozen({}),
            0,
            "",
            NOW - timedelta(seconds=48),
            "follow",
            work=Work("scanning the unspent outputs", 0.25),
            difference="at block 940100: 1 output not followed, such as 00:1",
        ),
        EndpointState(
            "ethereum",
            "node-1",
            "evm",
            True,
            12_000,
            frozen({"timeout": 3}),
            0,
            "",
            NOW,
            "override",
            standing="behind",
            head=Height(21_500_000),
            lag=1,
            archive=True,
        ),
        EndpointState("ethereum", "mainnet.example.org", "evm", None, 0, frozen({}), 0),
        EndpointState(
            "bsc",
            "node-2",
            "evm",
            False,
            510,
            frozen({"http": 120, "timeout": 1}),
            2,
            "HTTP 503 for eth_getBlockByNumber",
            NOW - timedelta(hours=2),
        ),
    )


def alerts() -> tuple[AlertState, ...]:
    began = NOW - timedelta(minutes=31)
    return (
        AlertState(
            AlertName.RATIO_BELOW_LIMIT,
            Severity.CRITICAL,
            "aurora",
            "BTC",
            True,
            began,
            "Aurora holds 99999.96 of 100000 BTC that it owes (99.99 %, basis signed); the limit is 100 %.",
        ),
        AlertState(AlertName.RATIO_BELOW_LIMIT, Severity.CRITICAL, "aurora", "ETH", False, None, ""),
        AlertState(
            AlertName.SNAPSHOT_STALE, Severity.WARNING, "aurora", "", True, began, "bsc of Aurora is 2 hours old."
        ),
        AlertState(AlertName.SNAPSHOT_STALE, Severity.WARNING, "aurora", "", False, None, ""),
        AlertState(
            AlertName.ENDPOINT_DOWN,
            Severity.WARNING,
            "",
            "",
            True,
            began,
            "node-2 of bsc has not answered for 2 hours.",
        ),
        AlertState(AlertName.CONFIG_RELOAD_FAILED, Severity.WARNING, "", "", False, None, ""),
    )


def jobs() -> tuple[JobState, ...]:
    """One does well, another one fails."""
    return JobState("tick", 0, ""), JobState("audit:aurora", 3, "KeyError: 'ETH'")


def prices() -> Prices:
    """BTC by a feed at the block of a snapshot, FIL by way of ETH, KAS by a file; none of USDT."""
    read = block(24_650_001, timedelta(minutes=14))
    at = read.timestamp - timedelta(minutes=9)

    def fed(asset: str, quote: str, usd: str, by: Price | None = None) -> Price:
        feed = Feed(asset, "ethereum", "0xfeed", f"{asset} / {quote}", 8, timedelta(hours=1))
        return Price(asset, Decimal(usd), f"Chainlink {feed}", at, feed, read, by)

    btc, eth = fed("BTC", "USD", "64000.5"), fed("ETH", "USD", "2000")
    kas = Price("KAS", Decimal("0.0375"), "prices.csv (a broker)", NOW - timedelta(hours=3))
    known = {"BTC": btc, "ETH": eth, "FIL": fed("FIL", "ETH", "3.1", eth), "KAS": kas}
    return Prices(frozen(known), frozen({"USDT": "USDT / USD on ethereum: it answers 0"}))


def channels() -> tuple[ChannelState, ...]:
    """One works, another one fails."""
    none = dict.fromkeys(SendFailure, 0)
    return (
        ChannelState("slack", "slack", 12, frozen(none), 0, "", NOW - timedelta(minutes=31)),
        ChannelState("ops", "alertmanager", 0, frozen(none | {SendFailure.UNREACHABLE: 4}), 3, "Connection refused"),
    )


def world() -> World:
    """All of the above."""
    assessments = {each.exchange: each for each in (aurora(), borealis(), cassini())}
    reload = ReloadState(successful=True, succeeded_at=NOW - timedelta(hours=6))
    fall = Fall(Decimal("0.02"), NOW - timedelta(minutes=40), ("bitcoin",), Decimal("1.0199996"))
    falls = frozen({("aurora", "BTC"): fall})
    return World(
        NOW,
        frozen(assessments),
        endpoints(),
        alerts(),
        reload,
        ready=True,
        jobs=jobs(),
        falls=falls,
        channels=channels(),
        configuration=frozen({"store": {"url": "postgresql://***@db/por"}}),
        prices=prices(),
    )


def starting() -> World:
    """Configuration loaded, nothing read yet."""
    return replace(world(), assessments=frozen({}), endpoints=(), alerts=(), ready=False, jobs=(), prices=None)
