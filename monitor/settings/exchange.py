"""One exchange: its documents, limits, and what counts. The section ``exchanges``."""

from datetime import timedelta
from decimal import Decimal
from typing import Literal, Self

from pydantic import AwareDatetime, Field, model_validator

from monitor.model import Basis
from monitor.settings.section import Section
from monitor.settings.values import (
    AssetName,
    Duration,
    Growth,
    Limit,
    PositiveDuration,
    Root,
    Size,
    Source,
)


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
