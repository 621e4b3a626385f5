"""One chain, and the nodes or explorers that it is read from. The section ``networks``."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, StringConstraints, model_validator

from monitor.formats.phrases import span
from monitor.model import Caip2
from monitor.settings.party import host_of
from monitor.settings.section import Section
from monitor.settings.values import (
    BlockChoice,
    EndpointUrl,
    Fingerprint,
    Growth,
    Name,
    PositiveDuration,
    Protocol,
)

Party = Annotated[str, StringConstraints(strip_whitespace=True, to_lower=True, min_length=1, max_length=100)]


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
