"""What a configuration may say: one class per section. ``docs/configuration.md`` is made from it."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AwareDatetime, Field, IPvAnyNetwork, StringConstraints, model_validator

from monitor.formats.phrases import span
from monitor.model import AlertName, Basis, Caip2, Severity, Step
from monitor.settings.evidence import EvidenceSettings
from monitor.settings.notify import ChannelSettings
from monitor.settings.party import host_of
from monitor.settings.section import Section
from monitor.settings.values import (
    CHAINLINK,
    FOREVER,
    AssetName,
    BlockChoice,
    Duration,
    EndpointUrl,
    Fingerprint,
    Host,
    Limit,
    Listen,
    Name,
    Origin,
    PositiveDuration,
    PriceSources,
    Protocol,
    Retention,
    Root,
    Size,
    Source,
)

Party = Annotated[str, StringConstraints(strip_whitespace=True, to_lower=True, min_length=1, max_length=100)]
NetworkName = Annotated[str, StringConstraints(min_length=1, max_length=63)]
"""Of which the registry tells whether there is one, and how it is spelt."""
Growth = Annotated[Decimal, Field(ge=1, le=1000)]


class DocumentSettings(Section):
    """Where a published document is and how much of it may be read."""

    source: Source = Field(description="A path or an http(s) URL.")
    format: str = Field("auto", description="Its layout; `auto` finds it by column names and shape.")
    refresh: PositiveDuration = Field(
        timedelta(hours=1),
        description="How often it is asked for again; after a refusal a minute later, then half as often each time.",
    )
    timeout: PositiveDuration = Field(timedelta(minutes=5), description="For the whole transfer.")
    redirects: Literal["public", "any"] = Field(
        "public",
        description="Where redirects, and links on pages, may lead: to public https addresses (and to what the source "
        "is itself: its own host, plain http), or anywhere.",
    )
    max_size: Size = Field(Size(512 * 1024**2), description="Bytes read from the source.")
    max_expanded: Size = Field(Size(4 * 1024**3), description="Bytes after zip or gzip was unpacked.")
    max_members: int = Field(64, gt=0, description="Files inside a zip archive.")
    max_memory: Size = Field(
        Size(1536 * 1024**2), description="Bytes of memory that reading it may take, what was published among them."
    )


class WalletsSettings(DocumentSettings):
    """The list of wallets that the exchange claims."""

    messages: tuple[str, ...] | None = Field(
        None,
        description="The only signed texts accepted, whatever white space is around them; others are `invalid`. "
        "Unset: any text.",
    )
    max_memory: Size = Field(
        Size(1536 * 1024**2),
        description="Bytes of memory that reading it may take, what was published among them; twice as many to judge "
        "it.",
    )
    largest: int | None = Field(
        None,
        gt=0,
        description="How many rows of a longer list are watched: those that claim the largest share of their coin; "
        "what the others claim is `unread`, at the list's own word. Unset: all.",
    )
    max_shrink: Decimal = Field(
        Decimal("0.5"), ge=0, le=1, description="A new list that lost more than this share of its rows is refused."
    )


class ProofSettings(DocumentSettings):
    """A published proof of liabilities, verified whenever it changes (docs/liabilities.md)."""

    source: Source = Field(description="A path, which may be a directory, or an http(s) URL.")
    format: str = Field("auto", description="Its scheme; `auto` finds it by names and shape.")
    root: Root = Field("", description="The root as it was published elsewhere; unset: it is not compared.")
    verifier_data: str = Field(
        "", description="A file of hexadecimal digits: the circuit that a zk-STARK V2 must be of, whole."
    )


class LiabilitiesSettings(DocumentSettings):
    """What the exchange says that it owes."""

    format: str = Field(
        "auto",
        description="Its layout; `auto` finds it by column names and shape. `proof`, or the name of a scheme: the "
        "source is a proof of liabilities, whose totals count once it is verified.",
    )
    as_of: AwareDatetime | None = Field(
        None, description="Where the source is a proof: the moment of its totals; unset: when it was last modified."
    )
    root: Root = Field("", description="Where the source is a proof: its root as it was published elsewhere.")
    verifier_data: str = Field("", description="Where the source is a zk-STARK V2: the file of its circuit.")
    max_age: PositiveDuration = Field(timedelta(days=35), description="Older liabilities raise PorLiabilitiesOld.")
    months_between: int = Field(
        1, gt=0, le=12, description="How often reports are due; one that did not come raises PorReportMissing."
    )
    max_fall: Decimal = Field(
        Decimal("0.5"),
        ge=0,
        le=1,
        description="An asset of which less is owed by more than this share raises PorLiabilitiesFell; the new amount "
        "counts all the same.",
    )
    dropped: tuple[str, ...] = Field(
        (),
        description="Assets that are owed no more although no report says so. What a report does not name any more "
        "stays in force without this.",
    )
    proof: ProofSettings | None = Field(None, description="The proof of these liabilities, where one is published.")


class AssetSettings(Section):
    """Limits of one asset's reserve ratio (1 means 100 %)."""

    warn_below: Limit | None = Field(None, description="PorRatioBelowWarning under this ratio.")
    breach_below: Limit = Field(Decimal(1), description="PorRatioBelowLimit under this ratio.")

    @model_validator(mode="after")
    def _warning_comes_first(self) -> Self:
        if self.warn_below is not None and self.warn_below < self.breach_below:
            raise ValueError("warn_below is under breach_below: the warning would come after the breach")
        return self


class ExchangeSettings(Section):
    """One custodian being watched."""

    title: str = Field("", description="The name that people see; default: the key.")
    wallets: WalletsSettings
    liabilities: LiabilitiesSettings | None = Field(None, description="Without it there are reserves but no ratios.")
    basis: Basis | None = Field(
        None,
        description="Which reserves alerts act on; default `verified`, or `listed` if no list ever had a signature.",
    )
    growth: Growth = Field(
        Decimal(2),
        description="What is claimed where nothing can be read counts this many times in the upper bound: coins move "
        "between networks after a list was made.",
    )
    unread: Literal["bounded", "unbounded"] = Field(
        "bounded",
        description="`unbounded`: whatever is claimed where nothing can be read, be it 0, makes a breach unknown.",
    )
    breach_below: Limit = Field(Decimal(1), description="For assets without an entry of their own.")
    warn_below: Limit | None = Field(None, description="For assets without an entry of their own.")
    assets: dict[AssetName, AssetSettings] = Field(
        default_factory=dict, description="Limits by asset, under the registry's name of it (BTC, not XBT)."
    )
    own_token: AssetName | Literal[""] = Field(
        "",
        description="The asset that the exchange itself has issued: shown, and left out of a second sum in dollars.",
    )
    audit: bool = Field(
        default=True, description="Compare claimed amounts with the chain at the claimed heights, once per list."
    )
    promote: PositiveDuration = Field(
        timedelta(hours=1), description="How often `unbound` owners are confirmed on chain again."
    )
    administered: Literal["signed", "listed"] = Field(
        "signed",
        description="What contracts count as of which the chain tells no more than that a signer administers them "
        "(`owner()`): `signed`, as other `unbound` claims do, or only `listed`, as they may hold customers' coins.",
    )
    confirm_max_age: PositiveDuration = Field(
        timedelta(hours=24),
        description="What a chain confirmed of owners, and could not be asked again for so long, is `unbound` again.",
    )
    control_within: Duration = Field(
        timedelta(days=90),
        description="How lately an account must have sent something, or signed another message, to count as one whose "
        "key was used (`por_reserves_control_ratio`); `0s`: nobody is asked.",
    )

    def limits(self, asset: str) -> AssetSettings:
        """The limits that hold for ``asset``."""
        default = AssetSettings.model_construct(warn_below=self.warn_below, breach_below=self.breach_below)
        return self.assets.get(asset, default)

    @model_validator(mode="after")
    def _warning_comes_first(self) -> Self:
        AssetSettings(warn_below=self.warn_below, breach_below=self.breach_below)
        return self

    @model_validator(mode="after")
    def _confirmed_before_it_is_old(self) -> Self:
        if self.confirm_max_age <= self.promote:
            raise ValueError("confirm_max_age is not over promote: owners would be too old before they are asked again")
        return self


class EndpointSettings(Section):
    """One node or explorer of a network. Secrets belong into the environment or a file."""

    url: EndpointUrl = Field(description="`http(s)://` for nodes and explorers, `tcp://` or `ssl://` for Electrum.")
    name: Name = Field("", validate_default=False, description="As metrics and logs show it; default: the host.")
    party: Party = Field(
        "",
        validate_default=False,
        description="Who runs it, by any name; default: the host. A `quorum` counts parties: those of one party take "
        "over from each other, and have one vote.",
    )
    protocol: Protocol | None = Field(
        None, description="How to speak to it, by a name of docs/nodes.md; default: the network's first."
    )
    user: str | None = None
    password: str | None = None
    headers: dict[str, str] = Field(default_factory=dict)
    certificate: Fingerprint | None = Field(
        None,
        description="The only TLS certificate that is accepted, whoever signed it: `sha256:` and its digits. Electrum "
        "servers mostly sign their own.",
    )
    ca_file: Path | None = Field(
        None, description="The authorities (PEM) whose TLS certificates are accepted; unset: the system's."
    )
    timeout: PositiveDuration = Field(timedelta(seconds=30), description="For one request.")
    concurrency: int = Field(4, gt=0, description="Requests under way at the same time.")
    rate: float | None = Field(None, gt=0, description="Requests per second; unset: no limit.")
    batch: int = Field(100, gt=0, description="Calls in one request, where the protocol knows batches.")
    weight: object = Field(
        None,
        deprecated="has no effect any more: endpoints are asked in the order of the file; leave it out",
        exclude=True,
    )
    archive: bool | None = Field(
        None, description="Whether it keeps the states of past blocks, which `claims` needs; unset: found out."
    )

    @model_validator(mode="after")
    def _one_trust(self) -> Self:
        if self.certificate and self.ca_file:
            raise ValueError("a pinned certificate needs no authority: leave certificate or ca_file out")
        if (self.certificate or self.ca_file) and urlsplit(self.url).scheme not in {"https", "ssl"}:
            raise ValueError("certificate and ca_file are for TLS: the URL must begin with https:// or ssl://")
        return self

    @property
    def label(self) -> str:
        """The name for metrics and logs: never the URL, which may hold a key."""
        return self.name or urlsplit(self.url).netloc.rpartition("@")[2]

    @property
    def voice(self) -> str:
        """Whose vote it has where a quorum is counted: its party, or the host in one spelling."""
        return self.party or host_of(self.url)


class CanarySettings(Section):
    """A native balance of the past that is certain: who tells another one is not believed about the past."""

    account: Annotated[str, StringConstraints(min_length=1)]
    height: int = Field(ge=0, description="A block number whose state only archive nodes keep.")
    balance: int = Field(ge=0, description="In base units.")


class NetworkSettings(Section):
    """How one network is read."""

    endpoints: tuple[EndpointSettings, ...] = Field(min_length=1)
    interval: PositiveDuration = Field(
        timedelta(minutes=1),
        description="One snapshot in each, at a moment that nobody can foresee: two lie up to two intervals apart.",
    )
    deadline: PositiveDuration | None = Field(
        None, description="A snapshot that takes longer is given up; default: 5m or twice the interval, if longer."
    )
    block: BlockChoice = Field(
        "finalized", description="Which block is read: a tag, or a number of confirmations under the tip."
    )
    window: PositiveDuration | None = Field(
        None,
        description="How long two passes over all accounts may take, where they cannot be read at one block: then all "
        "are read twice and the lower reading counts; for protocols that tell their newest state alone (nodes.md). "
        "Unset: such a snapshot fails.",
    )
    quorum: int = Field(1, gt=0, description="How many parties must agree at the same block.")
    ask_all: float = Field(
        0.1,
        ge=0,
        le=1,
        description="With a `quorum`: the share of readings, at random, in which every party is asked and compared.",
    )
    verify: Literal["answers", "proof"] = Field(
        "answers",
        description="`proof`: balances count that one endpoint proves (`eth_getProof`, ICS-23) against a header whose "
        "hash the quorum agrees on; EVM networks and Cosmos chains.",
    )
    stale_after: PositiveDuration | None = Field(
        None, description="A snapshot older than this proves nothing; default: 5m or four intervals, if longer."
    )
    drop_after: PositiveDuration | None = Field(
        None, description="A snapshot older than this is not shown any more; default: 1h or ten intervals, if longer."
    )
    behind_after: PositiveDuration | None = Field(
        None,
        description="A block older than this is refused: the nodes are behind. Unset: 12h on Bitcoin, 2h elsewhere, "
        "no limit where `caip2` names another chain.",
    )
    ahead_after: PositiveDuration | None = Field(
        None,
        description="A block dated this much later than this machine's clock is refused. Unset: 2h on Bitcoin (as its "
        "own rule has it), 5m elsewhere, no limit where `caip2` names another chain.",
    )
    rescan: PositiveDuration = Field(
        timedelta(hours=24),
        description="How often what was followed block by block (bitcoind) is checked against a scan of all outputs.",
    )
    hedge_after: object = Field(
        None,
        deprecated="has no effect any more: the next endpoint is asked when one fails, or does not answer within its "
        "`timeout`; leave it out",
        exclude=True,
    )
    max_lag: PositiveDuration | None = Field(
        None,
        description="An endpoint whose block is this much older than that of the others is asked last. Unset: 2h on "
        "Bitcoin, 15m elsewhere.",
    )
    canary: CanarySettings | None = Field(
        None, description="What tells archive nodes from others; unset: a known one on Ethereum, none elsewhere."
    )
    look_back: bool = Field(
        default=True,
        description="After each snapshot, also read the largest accounts at one block since the last, chosen at "
        "random; where all endpoints keep recent states (evm, bitcoind).",
    )
    growth: Growth | None = Field(
        None, description="What is claimed here counts this many times while it cannot be read; unset: the exchange's."
    )
    caip2: Caip2 | None = Field(None, description="Another chain id or genesis than the registry's: a test network.")
    read_by: Name | None = Field(
        None,
        description="The name of a reader: `run --reader NAME`, mostly on another machine, asks these endpoints, and "
        "the monitor asks it over the PostgreSQL of both (docs/scaling.md). Unset: the monitor asks them itself.",
    )

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.quorum > len(self.parties):
            told = ", ".join(f"{party} ({', '.join(labels)})" for party, labels in self.parties.items())
            count = "1 party" if len(self.parties) == 1 else f"{len(self.parties)} parties"
            raise ValueError(
                f"quorum is {self.quorum}, but its endpoints are of {count} only: {told}. One party has one vote; add "
                "endpoints of others, or say by `party:` who runs each"
            )
        names = [endpoint.label for endpoint in self.endpoints]
        if len(set(names)) < len(names):
            raise ValueError(f"endpoints need different names (set `name`): {', '.join(sorted(names))}")
        if self.window and self.quorum > 1:
            raise ValueError("`window` needs `quorum: 1`: two parties' passes are never between the same blocks")
        if self.window and self.window > self.gives_up_after:
            raise ValueError(
                f"window is {span(self.window)}, but a snapshot is given up after {span(self.gives_up_after)}: set "
                "`deadline` to as much, or more"
            )
        if self.drops_after < self.stales_after:
            raise ValueError("drop_after is under stale_after: a snapshot would go before it is stale")
        return self

    @property
    def parties(self) -> Mapping[str, Sequence[str]]:
        """The labels of the endpoints of each party."""
        parties: dict[str, list[str]] = {}
        for endpoint in self.endpoints:
            parties.setdefault(endpoint.voice, []).append(endpoint.label)
        return parties

    @property
    def gives_up_after(self) -> timedelta:
        return self.deadline or max(timedelta(minutes=5), 2 * self.interval)

    @property
    def stales_after(self) -> timedelta:
        return self.stale_after or max(timedelta(minutes=5), 4 * self.interval)

    @property
    def drops_after(self) -> timedelta:
        return self.drop_after or max(timedelta(hours=1), 10 * self.interval, self.stales_after)


class AlertRule(Section):
    """How one alert behaves; what is unset keeps the alert's own default (docs/alerts/)."""

    enabled: bool = True
    for_: Duration | None = Field(None, alias="for", description="The condition must hold this long first.")
    clear_after: Duration | None = Field(None, description="It must be gone this long before the alert ends.")
    severity: Severity | None = None


class FallingSettings(Section):
    """PorRatioFalling: the ratio lost more than ``drop`` (0.05: five points of a hundred) ``within`` a time."""

    drop: Decimal = Field(Decimal("0.05"), gt=0)
    within: PositiveDuration = timedelta(hours=1)


class AlertsSettings(Section):
    """The daemon's own alerts, exported as ``por_alert_active``."""

    unread_above: Decimal = Field(
        Decimal("0.05"),
        ge=0,
        description="PorClaimsUnread while more than this share of what is owed is only claimed, and nowhere read.",
    )

    hysteresis: Decimal = Field(
        Decimal("0.001"), ge=0, le=1, description="A ratio alert ends this far above its limit."
    )
    falling: FallingSettings = FallingSettings()
    bump_above: Decimal = Field(
        Decimal("1.1"),
        ge=1,
        description="PorReportBump while more than this many times the reserves of the days around was there at the "
        "report's own heights.",
    )
    changed_for: PositiveDuration = Field(
        timedelta(hours=24), description="How long PorListChanged and PorLiabilitiesFell stay up."
    )
    rules: dict[AlertName, AlertRule] = Field(default_factory=dict)


class StoreSettings(Section):
    """The database that holds what must outlive a restart (docs/history.md)."""

    url: str = Field(
        "sqlite+aiosqlite:///var/reserve-monitor.db",
        description="`sqlite+aiosqlite:///FILE`, or `postgresql+asyncpg://USER:PASSWORD@HOST/DATABASE`.",
    )
    lease: PositiveDuration | None = Field(
        None,
        description="Lets several monitors share a PostgreSQL: all watch, one keeps the history and tells people, and "
        "another takes over soon after so long without that one (docs/operations.md). Unset: a second is refused.",
    )

    @model_validator(mode="after")
    def _can_be_shared(self) -> Self:
        if self.lease and self.url.startswith("sqlite"):
            raise ValueError(
                "lease: SQLite is one monitor's alone; share a postgresql+asyncpg:// database, or remove it"
            )
        if self.lease and self.lease < timedelta(seconds=1):
            raise ValueError("lease: it is renewed three times in its length, which takes 1s at the least")
        return self

    @property
    def reader_lease(self) -> timedelta:
        """How long a reader may be silent before another process of its name takes over."""
        return self.lease or timedelta(seconds=15)


class HistorySettings(Section):
    """How much is remembered: what was known of assets, by steps; and of how many lists (docs/history.md)."""

    raw: Retention = Field(timedelta(days=7), description="Minutes; `forever` keeps them all.")
    hourly: Retention = Field(timedelta(days=90), description="Hours of UTC.")
    daily: Retention = Field(FOREVER, description="Days of UTC.")
    events: Retention = Field(
        FOREVER, description="Alerts that began and ended, and reorganisations, as the page of events tells them."
    )
    lists: int = Field(
        24,
        gt=0,
        description="How many of an exchange's newest lists, and of its reports, are remembered: what each changed, "
        "and what was judged and confirmed for it.",
    )

    @model_validator(mode="after")
    def _finer_goes_first(self) -> Self:
        for finer, coarser in pairwise(Step):
            if getattr(self, finer) > getattr(self, coarser):
                raise ValueError(f"{finer} is longer than {coarser}: coarser steps are kept at least as long")
        return self

    @property
    def limits(self) -> Mapping[Step, timedelta]:
        """How long each step is kept; without those that stay for ever."""
        times: dict[Step, timedelta] = {step: getattr(self, step) for step in Step}
        return {step: time for step, time in times.items() if time < FOREVER}

    @property
    def events_limit(self) -> timedelta | None:
        """How long events are kept; None: for ever."""
        return self.events if self.events < FOREVER else None

    def finest(self, since: datetime, until: datetime, now: datetime, *, most: int) -> Step:
        """Return the finest step that is kept from ``since`` on, and of which ``most`` are not exceeded."""
        age = now - since
        fit = (step for step in Step if age <= getattr(self, step) and (until - since) / step.length <= most)
        return next(fit, Step.DAILY)


class PricesSettings(Section):
    """Where US dollars come from (docs/prices.md); without this section nothing is told in dollars."""

    source: PriceSources = Field(
        description="`chainlink`: feeds on the configured EVM networks, read at the block of each snapshot. Or "
        "the path of a CSV file (`asset,usd,as_of,source`). Or a list of both: the file is for what no feed tells.",
    )
    max_age: PositiveDuration = Field(
        timedelta(hours=24), description="A price of the file that is older by its own date is unknown."
    )

    @property
    def feeds(self) -> bool:
        """Whether feeds are read."""
        return CHAINLINK in self.source

    @property
    def file(self) -> Path | None:
        return next((Path(each) for each in self.source if each != CHAINLINK), None)


class VerifySettings(Section):
    """How much one customer's file on the page `/verify` may take; it is verified in a process of its own."""

    max_size: Size = Field(Size(8 * 1024**2), description="Bytes of the file; unpacked, eight times as many.")
    max_memory: Size = Field(Size(512 * 1024**2), description="Bytes of memory, beside the program's own.")
    timeout: PositiveDuration = Field(
        timedelta(seconds=30), description="For the upload, and once more for the verification."
    )
    at_once: int = Field(2, gt=0, le=64, description="Files that are uploaded or verified at once; more are refused.")


class WebSettings(Section):
    """Page, API and metrics."""

    listen: Listen = "127.0.0.1:9876"
    hosts: tuple[Host, ...] = Field(
        (),
        description="Further names of this server, without a port: a `POST` to another one is refused. The address "
        "that it listens on and `localhost` need not be listed.",
    )
    cors: tuple[Origin, ...] = Field(
        (),
        description="Origins, such as `https://status.example.com`, whose pages may read the API in a browser; `*` is "
        "any, also where only that browser can reach this server. Passwords are not sent along.",
    )
    rate: float | None = Field(
        None,
        ge=0.001,
        description="Requests per second that one client may make of the API, of pictures and of files to be verified, "
        "in the long run (ten seconds' worth at once); more are refused with 429. Unset: no limit.",
    )
    proxies: tuple[IPvAnyNetwork, ...] = Field(
        (),
        description="Reverse proxies in front of this server, such as `10.0.0.0/8`: for `rate`, it is believed of them "
        "for whom they ask (`X-Forwarded-For`).",
    )
    config_file: Path | None = Field(
        None, description="TLS and basic auth, as in Prometheus' `web.config.file` (docs/http.md)."
    )
    verify: bool = Field(
        default=False, description="Whether visitors may have a proof file of their own verified, at `/verify`."
    )
    verify_limits: VerifySettings = VerifySettings()
    external_url: Annotated[str, StringConstraints(pattern=r"^(https?://[^\s/?#]+[^\s?#]*)?$")] = Field(
        "",
        description="Where people reach the pages, such as `https://reserves.example.com`: links in notifications, "
        "citations and badges lead there; unset: the address that it listens on or is asked at.",
    )
    runbook_url: str = Field(
        "",
        description="Where pages link alerts to, with `{alert}` for the name; unset: to the glossary.",
    )


class MetricsSettings(Section):
    """What /metrics shows beyond the defaults."""

    account_series: int = Field(0, ge=0, description="Per-account series at the most, largest first; 0: none.")


class LogSettings(Section):
    """Logs go to stderr."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["auto", "json", "console"] = Field(
        "auto",
        description="`console` is for people, `json` for programs; `auto`: for people where a terminal shows it.",
    )


class Settings(Section):
    """One configuration file."""

    include: tuple[Path, ...] = Field(
        (),
        description="Further files, relative to this one: their exchanges and networks count as if they stood here.",
    )
    exchanges: dict[Name, ExchangeSettings] = Field(min_length=1)
    networks: dict[NetworkName, NetworkSettings] = Field(default_factory=dict)
    alerts: AlertsSettings = AlertsSettings()
    store: StoreSettings = StoreSettings()
    history: HistorySettings = HistorySettings()
    prices: PricesSettings | None = None
    evidence: EvidenceSettings = EvidenceSettings()
    web: WebSettings = WebSettings()
    metrics: MetricsSettings = MetricsSettings()
    log: LogSettings = LogSettings()
    notify: tuple[ChannelSettings, ...] = Field((), description="Who is told of alerts, and how.")
    registry: tuple[Path, ...] = Field(
        (), description="Files of further networks, tokens and coin ids, in the registry's own format."
    )
