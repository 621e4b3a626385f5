"""What the operator's own documents, nodes, store and clock can and cannot do: what the command `doctor` does."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from monitor.chains import Examination, Reason, readers_of
from monitor.chains.opening import open_readers
from monitor.chains.protocols import largest_lag
from monitor.daemon import Report
from monitor.daemon.clock import utc_now
from monitor.daemon.coverage import ListCoverage, list_coverage
from monitor.daemon.evidence_stamp import stamped
from monitor.daemon.proof_sources import is_proof
from monitor.evidence.errors import EvidenceError
from monitor.formats.phrases import counted, span
from monitor.model import Address, Cause, Liabilities, Token
from monitor.published import DocumentError, Unchanged, fetch_liabilities
from monitor.registry import Registry
from monitor.settings import NetworkSettings, Settings
from monitor.store import answering_readers, obstacle, room

_ROOM = 1024**3
"""Bytes that should be free where the history is: docs/history.md tells what a year takes."""
_CLOCK = timedelta(minutes=1)
"""How far ahead of this machine's clock no honest block of a chain without miners is dated."""

_REMEDIES = {
    Reason.REFUSED: "start the node, or correct `url`",
    Reason.CERTIFICATE: "correct `certificate` or `ca_file`",
    Reason.TIMEOUT: "look at the node's load, or set a longer `timeout`",
    Reason.HTTP_STATUS: "correct the path or the key in `url`",
    Reason.RATE_LIMITED: "set `rate` to what its plan allows",
    Reason.NOT_JSON: "correct `url`: no node answers there",
    Reason.MALFORMED: "set the `protocol` that is spoken at this `url`",
    Reason.RPC_ERROR: "set the `protocol` that is spoken at this `url`, or use another node",
    Reason.PRUNED: "use a node that keeps the state of this block, or choose a newer `block`",
    Reason.BEHIND: "let the node catch up; `behind_after` is for chains whose blocks are that far apart",
    Reason.AHEAD: "set this machine's clock by NTP; `ahead_after` is for chains that are dated that far ahead",
    Reason.WRONG_CHAIN: "put the endpoint under the network that it is on; `caip2` is for test networks",
    Reason.WARMING_UP: "wait until the node has started",
    Reason.BUSY: "wait until the node is free",
    Reason.UNPINNED: "use the node behind this gateway, or another one",
    Reason.UNSUPPORTED: "use another node, or `verify: answers`",
    Reason.FALSE_PAST: "set `archive: false`, or use a node that keeps old states",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, or cannot be told, and what mends it."""

    place: str
    """The path in the configuration."""
    problem: str
    remedy: str
    judged: bool = True
    """False where it only leaves something unknown, which no line of the configuration mends."""


@dataclass(slots=True)
class Diagnosis:
    """All that was looked at."""

    endpoints: Mapping[str, Sequence[Examination]] = field(default_factory=dict)
    """By network, in the order of the settings."""
    lists: Mapping[str, ListCoverage] = field(default_factory=dict)
    liabilities: dict[str, Liabilities] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


async def diagnose(settings: Settings, registry: Registry, progress: Report, reader: str = "") -> Diagnosis:
    """Ask every document and endpoint of ``settings`` as the daemon would; nothing is kept, nothing changed.

    Of the endpoints, those that the monitor itself asks, or those that ``reader`` does.
    """
    found = Diagnosis(lists=await list_coverage(settings, registry, progress))
    for name, coverage in found.lists.items():
        found.findings += _list_findings(name, coverage, registry)
    for done, name in enumerate(settings.exchanges):
        progress("liabilities", done, len(settings.exchanges))
        await _liabilities(name, settings, registry, found)
    progress("liabilities", len(settings.exchanges), len(settings.exchanges))
    networks = {name: each for name, each in settings.networks.items() if (each.read_by or "") == reader}
    found.endpoints = await _examined(networks, registry, found.lists, progress)
    for network, examined in found.endpoints.items():
        found.findings += _endpoint_findings(settings.networks[network], network, examined, registry)
    found.findings += await _store_findings(settings) or await _reader_findings(settings)
    found.findings += await _authority_findings(settings)
    return found


async def _examined(
    networks: Mapping[str, NetworkSettings], registry: Registry, lists: Mapping[str, ListCoverage], progress: Report
) -> dict[str, list[Examination]]:
    """Examine ``networks`` side by side, each by an account of a list, as readings will ask for it."""
    found: dict[str, list[Examination]] = {}
    async with open_readers(networks, registry) as readers:

        async def examine(name: str) -> None:
            found[name] = await readers[name].examine(_sample(name, lists))
            progress("networks", len(found), len(readers))

        progress("networks", 0, len(readers))
        await asyncio.gather(*map(examine, readers))
    return {name: found[name] for name in networks}


def _sample(network: str, lists: Mapping[str, ListCoverage]) -> dict[Token, list[Address]]:
    """One account that is claimed on ``network``; none where no list claims any."""
    claimed = (each for coverage in lists.values() for each in coverage.accounts.items())
    return next(({token: [account]} for token, account in claimed if token.network == network), {})


def _list_findings(name: str, coverage: ListCoverage, registry: Registry) -> Iterator[Finding]:
    place = f"exchanges.{name}.wallets"
    if coverage.refusal:
        yield Finding(f"{place}.source", coverage.refusal, "correct `source` or `format`, or wait until it is back")
    unread: dict[tuple[Cause | None, str, str], list[str]] = {}
    for asset, each in coverage.left_open():
        unread.setdefault((each.cause, each.network or "", each.reason), []).append(asset.asset)
    for (cause, network, reason), assets in unread.items():
        where = f"on {network}" if network else "on no known network"
        problem = f"{', '.join(assets[:5])}{' and others' if len(assets) > 5 else ''} {where}: {reason}"
        if cause is Cause.NOT_CONFIGURED:
            by = readers_of(registry.networks[network])[0]
            remedy = f"networks: {{{network}: {{endpoints: [{{url: …, protocol: {by}}}]}}}}"
            yield Finding(f"networks.{network}", problem, remedy)
        else:
            yield Finding(place, problem, "docs/nodes.md says what cannot be read, and why", judged=False)
    if coverage.undecodable:
        problem = f"{coverage.undecodable} of {counted(coverage.rows, 'row')} name no address of their network"
        yield Finding(place, problem, "`reserve-monitor ownership` says which", judged=False)


async def _liabilities(name: str, settings: Settings, registry: Registry, found: Diagnosis) -> None:
    owed, place = settings.exchanges[name].liabilities, f"exchanges.{name}.liabilities"
    if owed is None:
        found.findings.append(Finding(place, "not set: there will be no ratios", "name what it owes", judged=False))
    elif is_proof(owed):
        remedy = f"verify it once: reserve-monitor liabilities {owed.source}"
        found.findings.append(Finding(place, "a proof, which `doctor` does not verify", remedy, judged=False))
    else:
        try:
            fetched = await fetch_liabilities(owed, registry)
        except DocumentError as error:
            remedy = "correct `source` or `format`, or wait until it is back"
            found.findings.append(Finding(f"{place}.source", str(error), remedy))
            return
        if isinstance(fetched, Unchanged):
            raise RuntimeError("nothing was known before, so nothing can be unchanged")
        report = found.liabilities[name] = fetched[0]
        if (age := utc_now() - report.as_of) > owed.max_age:
            remedy = "name the newest report, or set `max_age` to how often they come"
            found.findings.append(Finding(place, f"as of {span(age)} ago, older than `max_age`", remedy))


def _endpoint_findings(
    settings: NetworkSettings, name: str, examined: Sequence[Examination], registry: Registry
) -> Iterator[Finding]:
    place = f"networks.{name}"
    for index, each in enumerate(examined):
        error = each.error
        if error and error.reason is not Reason.UNDER_WAY:
            remedy = _REMEDIES.get(error.reason, "use another node")
            yield Finding(f"{place}.endpoints[{index}]", f"{each.endpoint}: {error}", remedy)
    blocks = [each.block for each in examined if each.block]
    newest = max((block.timestamp for block in blocks), default=None)
    for index, each in enumerate(examined):
        late = newest - each.block.timestamp if newest and each.block else timedelta()
        if each.block and late > largest_lag(registry.networks[name], settings):
            problem = f"{each.endpoint}: its block {each.block.number} is {span(late)} older than that of others"
            yield Finding(f"{place}.endpoints[{index}]", problem, _REMEDIES[Reason.BEHIND])
    if newest and newest - utc_now() > _CLOCK and largest_lag(registry.networks[name], settings) < timedelta(hours=1):
        problem = f"its newest block is dated {span(newest - utc_now())} after this machine's clock"
        yield Finding(place, problem, _REMEDIES[Reason.AHEAD])
    parties = {each.party for each in examined if each.error is None}
    if len(parties) < settings.quorum:
        told = f"{len(parties)} parties" if len(parties) != 1 else "1 party"
        yield Finding(f"{place}.quorum", f"{settings.quorum} must agree, and {told} can be read from", "add endpoints")


async def _store_findings(settings: Settings) -> list[Finding]:
    if problem := await obstacle(settings.store.url):
        return [Finding("store.url", problem, "let this user write there, or name another database")]
    free = room(settings.store.url)
    if free is not None and free < _ROOM:
        problem = f"{free // 1024**2} MiB are free where the history is"
        return [Finding("store.url", problem, "make room, or move it")]
    return []


async def _reader_findings(settings: Settings) -> list[Finding]:
    """Of each network that a reader reads, whether one of its name does."""
    read_by = {name: each.read_by for name, each in settings.networks.items() if each.read_by}
    answering = await answering_readers(settings.store.url) if read_by else frozenset()
    return [
        Finding(f"networks.{name}.read_by", f"no reader called {reader} answers", f"start one: run --reader {reader}")
        for name, reader in read_by.items()
        if reader not in answering
    ]


async def _authority_findings(settings: Settings) -> list[Finding]:
    """Have something stamped with the time."""
    own, content, found = settings.evidence, b"reserve-monitor doctor", []
    if own.timestamp:
        try:
            await stamped(own.timestamp, content, utc_now())
        except EvidenceError as error:
            remedy = "correct `url` or `roots_file`, or name another authority: until then bundles are not stamped"
            found.append(Finding("evidence.timestamp", str(error), remedy))
    if own.calendars:
        from monitor.daemon.evidence_calendars import committed  # noqa: PLC0415 - slow to import

        _, failures = await committed(own.calendars, content)
        remedy = "correct its URL, or name another calendar: until then it commits to no bundle"
        found += [Finding("evidence.calendars", failure, remedy) for failure in failures]
    return found


def age_of(block_time: datetime) -> str:
    """Tell how old a block is, for people; one that is dated ahead says so."""
    age = utc_now() - block_time
    return span(age) if age >= timedelta() else f"{span(-age)} ahead"
