"""The application on a free port of the loopback, on a World that a test may replace."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeAlias

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from msgspec import structs

from monitor.formats import ForeseenError
from monitor.metrics import Exposition, Metrics
from monitor.model import (
    AssetAssessment,
    BaseUnits,
    Claim,
    Code,
    Document,
    Event,
    EventPlace,
    Gap,
    Height,
    HistoryStep,
    LiabilitiesProof,
    Publication,
    ReloadState,
    ReserveStatus,
    Step,
    UnspentOutput,
    Verdict,
    World,
    frozen,
)
from monitor.model.packed import PackedClaims, PackedVerdicts
from monitor.settings import HistorySettings, VerifySettings, WebSettings
from monitor.web.app import create_app
from monitor.web.deps import Deps
from tests.support import worlds

SECRET = "topsecretkey"
EVIL = f"<b>\x1b[31m\u202e\u2028\x9b\u200b\ud800 POST /v2/{SECRET}"

ANYWHERE = WebSettings(listen="127.0.0.1:0")

Client: TypeAlias = TestClient[web.Request, web.Application]


@dataclass
class Daemon:
    """Stands for the daemon: what the application is shown, and what it asked for."""

    world: World | None = field(default_factory=worlds.world)
    stalled: str = ""
    reload_error: str = ""
    reloads: int = 0
    steps: list[HistoryStep] = field(default_factory=list)
    history_error: str = ""
    published: list[Publication] = field(default_factory=list)
    bundles: list[tuple[datetime, Path]] = field(default_factory=list)
    """Of evidence, of aurora."""
    happened: list[tuple[EventPlace, Event]] = field(default_factory=list)
    proof: LiabilitiesProof | None = None
    uploaded: list[tuple[str, bytes, str]] = field(default_factory=list)
    devnet: str = ""
    runbook_url: str = ""

    def deps(self) -> Deps:
        return Deps(
            world=lambda: self.world,
            exposition=self.exposition,
            history=self.history,
            moment=self.moment,
            statuses=self.statuses,
            finest=lambda since, until, most: HistorySettings().finest(since, until, worlds.NOW, most=most),
            publications=self.publications,
            events=self.events,
            evidence=self.evidence,
            verify=self.verify,
            reload=self.reload,
            stalled=lambda: self.stalled,
            devnet=self.devnet,
            runbook_url=lambda: self.runbook_url,
            now=lambda: worlds.NOW + timedelta(seconds=5),
        )

    def exposition(self, accept: str, accept_encoding: str) -> Exposition:
        metrics = Metrics()
        return metrics.exposition(metrics.render(self.world), accept, accept_encoding)

    async def history(
        self, exchange: str, step: Step, since: datetime, until: datetime, *, asset: str | None
    ) -> list[HistoryStep]:
        if self.history_error:
            raise ForeseenError(self.history_error)
        of_time = [each for each in self.steps if each.step is step and step.begins(since) <= each.at < until]
        of_exchange = [each for each in of_time if each.exchange == exchange]
        return [each for each in of_exchange if asset is None or asset in each.assets]

    async def moment(self, at: datetime, exchanges: Collection[str]) -> dict[str, HistoryStep]:
        if self.history_error:
            raise ForeseenError(self.history_error)
        of_time = [
            each for step in reversed(Step) for each in self.steps if each.step is step and step.begins(at) == each.at
        ]
        return {each.exchange: each for each in of_time if each.exchange in exchanges}

    async def statuses(
        self, exchange: str, step: Step, since: datetime, until: datetime
    ) -> dict[datetime, dict[str, ReserveStatus]]:
        found = await self.history(exchange, step, since, until, asset=None)
        return {each.at: {name: told.worst for name, told in each.assets.items() if told.worst} for each in found}

    async def publications(self, exchange: str) -> list[Publication]:
        if self.history_error:
            raise ForeseenError(self.history_error)
        return self.published if exchange == "aurora" else []

    async def events(
        self, exchange: str, most: int, *, before: EventPlace | None = None, until: datetime | None = None
    ) -> list[tuple[EventPlace, Event]]:
        if self.history_error:
            raise ForeseenError(self.history_error)
        newest = sorted(self.happened, key=lambda each: each[0], reverse=True)
        wanted = [each for each in newest if each[1].exchange == exchange and (until is None or each[0].at <= until)]
        return [each for each in wanted if before is None or each[0] < before][:most]

    async def evidence(self, exchange: str, until: datetime) -> tuple[datetime, Path] | None:
        return max((each for each in self.bundles if each[0] <= until and exchange == "aurora"), default=None)

    async def verify(self, name: str, content: bytes, user: str, limits: VerifySettings) -> LiabilitiesProof:
        del limits
        self.uploaded.append((name, content, user))
        assert self.proof is not None
        return self.proof

    async def reload(self) -> ReloadState:
        self.reloads += 1
        return ReloadState(not self.reload_error, worlds.NOW, self.reload_error)


def client_of(daemon: Daemon) -> Client:
    """A client of the application that shows what ``daemon`` knows."""
    return TestClient(TestServer(create_app(daemon.deps())))


def listing(rows: Sequence[tuple[Claim, Verdict]]) -> World:
    """A World in which Aurora's list has just these ``rows``."""
    aurora = replace(
        worlds.aurora(),
        claims=PackedClaims(claim for claim, _ in rows),
        claim_verdicts=PackedVerdicts(verdict for _, verdict in rows),
    )
    return replace(worlds.world(), assessments=frozen({**worlds.world().assessments, "aurora": aurora}))


def relisted(world: World, sha256: str) -> World:
    """``world`` with the same rows of Aurora's, out of a document of that digest."""
    aurora = world.assessments["aurora"]
    state = aurora.documents["wallets"]
    assert state.current is not None
    state = replace(state, current=replace(state.current, sha256=sha256))
    aurora = replace(aurora, documents=frozen({**aurora.documents, "wallets": state}))
    return replace(world, assessments=frozen({**world.assessments, "aurora": aurora}))


def judged(rows: int) -> list[tuple[Claim, Verdict]]:
    """Claims on ``bc1qaurora1`` (verified) and on an address that does not decode (invalid), by turns."""
    good = Claim("wallets.csv", 0, "BTC", "bitcoin", worlds.BTC, "bc1qaurora1", "bc1qaurora1", height=Height(900_000))
    bad = replace(good, address="bc1qaurora0", account=None, fault="wrong checksum")
    pairs = (
        (good, Verdict(Code.OWN_KEY, "P2WPKH of the key that signed")),
        (bad, Verdict(Code.BAD_ADDRESS, "wrong checksum")),
    )
    return [(replace(pairs[row % 2][0], line=row + 2), pairs[row % 2][1]) for row in range(rows)]


class Traced:
    def of(self, account: str) -> tuple[UnspentOutput, ...]:
        assert account == "bc1qaurora1"
        return UnspentOutput("ab" * 32, 1, BaseUnits(9_399_999_999_999), Height(7)), UnspentOutput(
            "cd" * 32, 0, BaseUnits(1), Height(940_000)
        )


def traced() -> World:
    """A World in which the outputs of Aurora's accounts on Bitcoin are followed."""
    world, aurora = worlds.world(), worlds.aurora()
    state = aurora.snapshots["bitcoin"]
    assert state.last
    state = replace(state, last=replace(state.last, outputs=Traced()))
    aurora = replace(aurora, snapshots=frozen({**aurora.snapshots, "bitcoin": state}))
    return replace(world, assessments=frozen({**world.assessments, "aurora": aurora}))


def spoiled() -> World:
    """The usual World, with every text that others write replaced by ``EVIL``."""
    world, aurora = worlds.world(), worlds.aurora()
    document = Document(EVIL, "5a" * 32, 1, worlds.NOW, members=(EVIL,))
    assets: dict[str, AssetAssessment] = {**aurora.assets, EVIL: structs.replace(aurora.assets["BTC"], asset=EVIL)}
    aurora = replace(
        aurora,
        title=EVIL,
        assets=frozen({**assets, "USDT": structs.replace(assets["USDT"], gaps=(Gap("tron", EVIL),))}),
        messages=frozen({EVIL: 3}),
        documents=frozen(
            {kind: replace(each, current=document, refusal=EVIL) for kind, each in aurora.documents.items()}
        ),
        snapshots=frozen({name: replace(each, failure=EVIL) for name, each in aurora.snapshots.items()}),
    )
    return replace(
        world,
        assessments=frozen({**world.assessments, "aurora": aurora}),
        endpoints=tuple(replace(each, last_error=EVIL) for each in world.endpoints),
        alerts=tuple(structs.replace(each, summary=EVIL) for each in world.alerts),
        reload=replace(world.reload, successful=False, error=EVIL),
    )
