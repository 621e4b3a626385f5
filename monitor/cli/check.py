"""`reserve-monitor check`."""

import asyncio
from collections.abc import Iterator
from typing import Annotated

import typer

from monitor.cli.configured import configured, narrowed
from monitor.cli.options import ConfigOption, JsonOption
from monitor.cli.printing import ExitStatus, SafeTable, json_line, progress_bar, say
from monitor.daemon.check import check as one_pass
from monitor.formats.exact import plain
from monitor.judgement.unread import rests_on_unread, unless
from monitor.model import Assessment, AssetAssessment, ReserveStatus, VerdictStatus, World
from monitor.web.serialise import exchange as as_json
from monitor.web.words import aside, shown, span_of
from monitor.web.words import gap as as_sentence

_STYLES = {ReserveStatus.COVERED: "green", ReserveStatus.BREACH: "bold red", ReserveStatus.UNKNOWN: "yellow"}


def check(
    config: ConfigOption,
    exchange: Annotated[str | None, typer.Option("--exchange", metavar="NAME", help="Only this exchange.")] = None,
    json: JsonOption = False,  # noqa: FBT002 - a flag
) -> None:
    """Do one full pass and tell the verdict; no server, and the daemon's history is not touched.

    Exit status: 0 every asset is covered · 1 a ratio is under its limit, a signature is invalid or a claimed amount is
    not what the chain says · 3 none of that, but something could not be known.
    """
    settings, registry = configured(config)
    if exchange is not None:
        settings = narrowed(settings, exchange, config)
    with progress_bar() as progress:
        world = asyncio.run(one_pass(settings, registry, progress))
    status = _status(world)
    if json:
        json_line({"status": status, "exchanges": {n: as_json(a, world.prices) for n, a in world.assessments.items()}})
    else:
        for assessment in world.assessments.values():
            _print(assessment)
    raise typer.Exit(status)


def _status(world: World) -> ExitStatus:
    found = ExitStatus.WELL
    for assessment in world.assessments.values():
        invalid = any(status is VerdictStatus.INVALID for (_, status), count in assessment.verdicts.items() if count)
        statuses = {asset.status for asset in assessment.assets.values() if asset.owed is not None}
        if invalid or ReserveStatus.BREACH in statuses or (assessment.audit and assessment.audit.mismatches):
            return ExitStatus.FINDING
        refused = any(state.refusal for state in assessment.documents.values())
        if refused or not statuses or ReserveStatus.UNKNOWN in statuses:
            found = ExitStatus.UNJUDGED
    return found


def _print(assessment: Assessment) -> None:
    rows = SafeTable("asset", "status", "ratio", "reserves", "owed", "basis", title=assessment.title)
    for asset in shown(assessment):
        reserves, owed = asset.totals.get(asset.basis), asset.owed
        numbers = (plain(number) if number is not None else "not known" for number in (reserves, owed))
        rows.add_row(asset.asset, (asset.status, _STYLES[asset.status]), _ratio(asset), *numbers, asset.basis)
    rows.print()
    for reason in _reasons(assessment):
        say(reason)


def _reasons(assessment: Assessment) -> Iterator[str]:
    """Why the answers are what they are: they belong to the table, wherever that goes."""
    for asset in shown(assessment):
        for gap in asset.gaps:
            yield f"{asset.asset}: {as_sentence(gap)}"
        if rests_on_unread(asset):
            yield f"{asset.asset}: a breach {unless(asset)}"
    if others := aside(assessment):
        yield f"{assessment.exchange}: {others}"
    for kind, state in assessment.documents.items():
        if state.refusal:
            yield f"{assessment.exchange}: {kind}: {state.refusal}"
    invalid = sum(n for (_, status), n in assessment.verdicts.items() if status is VerdictStatus.INVALID)
    if invalid:
        yield f"{assessment.exchange}: {invalid} claim(s) are invalid; `reserve-monitor ownership` names them"
    yield from (f"{assessment.exchange}: {repeated}" for repeated in assessment.repeats.examples)
    for each in assessment.audit.mismatches if assessment.audit else ():
        claimed, found = plain(each.claimed), plain(each.found)
        yield f"line {each.line}: {each.token} {each.account}: claimed {claimed}, found {found}"


def _ratio(asset: AssetAssessment) -> str:
    """Per cent, cut off and not rounded: what is under a limit must not look as if it reached it."""
    return span_of(asset) if asset.basis in asset.lower_bounds else "not known"
