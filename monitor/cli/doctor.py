"""`reserve-monitor doctor`."""

import asyncio

import typer

from monitor.chains import Examination
from monitor.cli.configured import configured
from monitor.cli.options import ConfigOption, JsonOption, ReaderOption
from monitor.cli.printing import ExitStatus, SafeTable, json_line, progress_bar, say
from monitor.daemon.configuration import check_reader
from monitor.daemon.doctor import Diagnosis, age_of, diagnose
from monitor.formats.phrases import span


def doctor(config: ConfigOption, json: JsonOption = False, reader: ReaderOption = "") -> None:  # noqa: FBT002 - a flag
    """Tell what your own documents, nodes, store and clock can and cannot do, by the very calls that readings need.

    Every endpoint is asked for one account that a list claims, at the block that readings would be at, and a day, a
    month and a year before. Every finding has its place in the configuration and what mends it. Nothing is kept.
    Networks with `read_by` are asked on the machine of their reader, with `--reader`; elsewhere whether one answers.

    Exit status: 0 nothing was found · 1 something that can be mended · 3 none of that, but something will stay unknown,
    such as claims on a network that cannot be read.
    """
    settings, registry = configured(config)
    if reader:
        check_reader(settings, reader, config)
    with progress_bar() as progress:
        found = asyncio.run(diagnose(settings, registry, progress, reader))
    status = status_of(found)
    if json:
        json_line(_as_json(found, status))
    else:
        print_diagnosis(found)
    raise typer.Exit(status)


def status_of(found: Diagnosis) -> ExitStatus:
    """Return the status to exit with."""
    if any(finding.judged for finding in found.findings):
        return ExitStatus.FINDING
    return ExitStatus.UNJUDGED if found.findings else ExitStatus.WELL


def print_diagnosis(found: Diagnosis) -> None:
    """Print what was looked at, and every finding with what mends it."""
    table = SafeTable(
        "network",
        "endpoint",
        "party",
        "answers",
        "block",
        "age",
        "request",
        "past states",
        "besides",
        title="Endpoints",
    )
    for network, examined in found.endpoints.items():
        for each in examined:
            table.add_row(network, each.endpoint, each.party, *_cells(each))
    table.print()
    documents = SafeTable("exchange", "list", "rows", "liabilities", "as of", title="Documents")
    for name, coverage in found.lists.items():
        owed = found.liabilities.get(name)
        moment = owed.as_of.isoformat() if owed else ""
        rows = str(coverage.rows) if coverage.layout else ""
        documents.add_row(name, coverage.layout or "none", rows, owed.layout if owed else "none", moment)
    documents.print()
    for number, finding in enumerate(found.findings, 1):
        style = "bold red" if finding.judged else "yellow"
        say((f"{number}. {finding.place}: ", style), finding.problem)
        say(f"   → {finding.remedy}")
    if not found.findings:
        say("nothing was found: everything that is configured can be read")


def _cells(each: Examination) -> list[str]:
    block = each.block
    return [
        "yes" if each.error is None else f"no: {each.error.reason}",
        str(block.number) if block else "",
        age_of(block.timestamp) if block else "",
        f"{each.seconds * 1000:.0f} ms" if each.seconds is not None else "",
        f"{span(each.past)} at least" if each.past else ("none" if each.past_error else ""),
        ", ".join(f"{what}: {told}" for what, told in each.abilities.items()),
    ]


def _as_json(found: Diagnosis, status: ExitStatus) -> dict[str, object]:
    return {
        "status": status,
        "endpoints": {name: [_endpoint(each) for each in examined] for name, examined in found.endpoints.items()},
        "documents": {
            name: {
                "layout": coverage.layout or None,
                "rows": coverage.rows,
                "refusal": coverage.refusal or None,
                "liabilities_as_of": found.liabilities[name].as_of if name in found.liabilities else None,
            }
            for name, coverage in found.lists.items()
        },
        "findings": [
            {"place": each.place, "problem": each.problem, "remedy": each.remedy, "can_be_mended": each.judged}
            for each in found.findings
        ],
    }


def _endpoint(each: Examination) -> dict[str, object]:
    block = each.block
    return {
        "name": each.endpoint,
        "protocol": each.protocol,
        "party": each.party,
        "error": str(each.error) if each.error else None,
        "reason": each.error.reason if each.error else None,
        "block": block.number if block else None,
        "block_hash": block.hash if block else None,
        "block_time": block.timestamp if block else None,
        "request_seconds": each.seconds,
        "past_seconds": each.past.total_seconds() if each.past else None,
        "past_error": each.past_error or None,
        "abilities": dict(each.abilities),
    }
