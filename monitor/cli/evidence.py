"""`reserve-monitor evidence make` and `evidence verify`."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.configured import configured, narrowed
from monitor.cli.history import moment
from monitor.cli.options import ConfigOption, JsonOption, OptionalConfigOption
from monitor.cli.printing import ExitStatus, SafeTable, complain, json_line, note, progress_bar, say, warn
from monitor.daemon import Report
from monitor.daemon.check import one_pass
from monitor.daemon.evidence import Made
from monitor.daemon.evidence import make as make_bundle
from monitor.daemon.evidence_check import Verified
from monitor.daemon.evidence_check import verify as verify_bundle
from monitor.daemon.evidence_nodes import verify_on_chain
from monitor.evidence.contents import Contents, read, write
from monitor.evidence.kept import name_of, newest
from monitor.evidence.keys import load_public_key
from monitor.evidence.stamp import load_roots
from monitor.evidence.statement import Predicate, statement_of
from monitor.formats.phrases import counted, span
from monitor.model import ReserveStatus
from monitor.registry import Registry
from monitor.settings import Settings
from monitor.web.words import span_of

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    help="Make a bundle of evidence that anyone can check, or check one.",
)


@app.command("make")
def make(
    exchange: Annotated[str, typer.Argument(metavar="EXCHANGE", help="Its name in the configuration.")],
    config: ConfigOption,
    *,
    at: Annotated[
        datetime | None,
        typer.Option(
            "--at",
            parser=moment,
            metavar="MOMENT",
            help="Read nothing: take the last bundle that the daemon has made until then (`evidence.folder`).",
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="PLACE",
            help="A folder that is made, or a file ending in `.zip`; default: by name.",
        ),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Do one full pass over an exchange, and put all that its answer rests on into a bundle (docs/evidence.md).

    It holds what the exchange published, the verdicts, balances with their blocks, the arithmetic and the gaps; never a
    URL of a node, a secret or a path of this machine. It is signed where `evidence.key_file` is configured, entered in
    the log where there is one, and stamped with the time where `evidence.timestamp` or `evidence.calendars` is set.

    Exit status: 0 the bundle is there · 1 it is, without a time stamp that is set · 3 there is nothing to give
    evidence of.
    """
    settings, registry = configured(config)
    settings = narrowed(settings, exchange, config)
    if output and output.exists():
        complain(f"{output} is there already: name another place")
        raise typer.Exit(ExitStatus.USAGE)
    if at is None:
        with progress_bar() as progress:
            predicate, contents, unstamped = asyncio.run(_made(settings, registry, exchange, progress))
    else:
        predicate, contents = _kept(settings, exchange, at)
        unstamped = ""
    made_at = predicate.at.astimezone(UTC)
    place = output or Path(f"evidence-{exchange}-{name_of(made_at)}")
    write(contents, place)
    if json:
        told = {"bundle": place.name, "at": made_at.isoformat(), "files": sorted(contents), "signer": predicate.signer}
        json_line(told)
    else:
        signed = "signed" if predicate.signer else "unsigned: nobody's key is configured (`evidence.key_file`)"
        say(f"{place}: {len(contents)} files, {signed}")
        note(f"to check it: reserve-monitor evidence verify {place}")
    if unstamped:
        warn(unstamped)
        raise typer.Exit(ExitStatus.FINDING)


def _kept(settings: Settings, exchange: str, at: datetime) -> tuple[Predicate, Contents]:
    """The last bundle that the daemon has made until ``at``."""
    folder = settings.evidence.folder
    if folder is None:
        complain("--at takes bundles that the daemon has made: set `evidence.folder`, or leave it out to make one now")
        raise typer.Exit(ExitStatus.USAGE)
    found = newest(folder, exchange, at)
    contents, faults = read(found[1]) if found else ({}, [])
    predicate, more = statement_of(contents)
    if found is None or predicate is None or faults or more:
        what = "the bundle of then is not whole any more" if found else "the daemon has made no bundle until then"
        complain(f"{exchange}, {at.astimezone(UTC):%Y-%m-%d %H:%M} UTC: {what}", *map(str, faults if found else ()))
        raise typer.Exit(ExitStatus.UNJUDGED)
    return predicate, contents


async def _made(settings: Settings, registry: Registry, exchange: str, progress: Report) -> Made:
    async with one_pass(settings, registry, progress) as hub:
        return await make_bundle(hub, exchange)


@app.command("verify")
def verify(
    bundle: Annotated[Path, typer.Argument(metavar="BUNDLE", help="The folder, or the `.zip` file.")],
    *,
    key: Annotated[
        Path | None, typer.Option("--key", metavar="FILE", help="The public key (PEM) that must have signed it.")
    ] = None,
    log: Annotated[
        Path | None, typer.Option("--log", metavar="FOLDER", help="A copy of the log that must still have it.")
    ] = None,
    timestamp_roots: Annotated[
        Path | None,
        typer.Option(
            "--timestamp-roots",
            metavar="FILE",
            help="Certificates (PEM) of those whose time stamp it must have.",
        ),
    ] = None,
    proof: Annotated[
        str,
        typer.Option("--proof", metavar="PLACE", help="The proof of liabilities, where what is owed comes from one."),
    ] = "",
    config: OptionalConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Check a bundle of evidence offline: digests, signature, log, time stamp, every verdict, all sums and statuses.

    With `--config`, nodes are asked for the balances at the bundle's own blocks. What is not as it was made, or not so,
    is named with its file and line or field.

    Exit status: 0 all is well · 1 something was altered, or is not so · 3 something could not be judged.
    """
    settings, registry = configured(config) if config else (None, None)
    trusted = load_public_key(key) if key else None
    roots = load_roots(timestamp_roots) if timestamp_roots else ()
    contents, faults = read(bundle)
    found = asyncio.run(verify_bundle(contents, faults, trusted=trusted, log=log, roots=roots, proof=proof))
    if settings and registry and found.derived:
        with progress_bar() as progress:
            asyncio.run(verify_on_chain(found, settings.networks, registry, progress))
    status = ExitStatus.FINDING if found.faults else ExitStatus.UNJUDGED if found.open else ExitStatus.WELL
    if json:
        json_line(_as_json(found, status))
    else:
        _print(found)
    raise typer.Exit(status)


def _as_json(found: Verified, status: ExitStatus) -> dict[str, object]:
    told, derived = found.predicate, found.derived
    return {
        "status": status,
        "exchange": told.exchange if told else None,
        "at": told.at.isoformat() if told else None,
        "signer": told.signer if told else None,
        "log": {"origin": found.head.origin, "size": found.head.size} if found.head else None,
        "stamp": {"at": found.stamp.at.isoformat(), "authority": found.stamp.authority} if found.stamp else None,
        "before": dict(zip(("height", "at", "chain"), found.before, strict=True)) if found.before else None,
        "findings": [{"file": fault.file, "problem": fault.problem} for fault in found.faults],
        "not_judged": found.open,
        "notes": found.notes,
        "assets": {name: asset.status for name, asset in derived.assets.items()} if derived else {},
        "rows": len(derived.judged.claims) if derived else 0,
        "confirmed_on_chain": found.confirmed,
    }


def _print(found: Verified) -> None:
    for fault in found.faults:
        say((str(fault), "bold red"))
    for sentence in found.open:
        say((f"not judged: {sentence}", "yellow"))
    told, derived = found.predicate, found.derived
    if told and derived and not found.faults:
        rows = SafeTable("asset", "status", "ratio", "basis", title=f"{told.title}, at {told.at.isoformat()}")
        for asset in derived.assets.values():
            if asset.owed is not None or asset.status is not ReserveStatus.UNKNOWN:
                rows.add_row(asset.asset, asset.status, span_of(asset), asset.basis)
        rows.print()
        say(f"{counted(len(derived.judged.claims), 'row')} judged again, and all sums, bounds and statuses made anew")
        if found.head:
            entries = f"{found.head.size} entr{'y' if found.head.size == 1 else 'ies'}"
            say(f"entered in the log {found.head.origin}, which had {entries} then")
        _print_times(found, told.at)
        for network, count in found.confirmed.items():
            say(f"{network}: {count} balances are the same by your nodes")
    for sentence in found.notes:
        note(sentence)


def _print_times(found: Verified, made: datetime) -> None:
    """Since when it was there, by whom."""
    if stamp := found.stamp:
        late = span(max(stamp.at - made, timedelta()))
        say(f"there at {stamp.at.isoformat()}, {late} after that moment, by {stamp.authority}")
    if found.before:
        height, at, chain = found.before
        late = span(max(at - made, timedelta()))
        say(f"there before block {height} of {chain}, of {at.isoformat()}, {late} after that moment, by your nodes")
