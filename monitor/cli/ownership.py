"""`reserve-monitor ownership`."""

import asyncio
from collections import Counter
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from monitor.cli.configured import configured
from monitor.cli.options import FormatOption, JsonOption, ListArgument, OptionalConfigOption
from monitor.cli.printing import ExitStatus, json_line, note, out, progress_bar, table
from monitor.daemon import JudgedFile, judge_list
from monitor.model import VerdictStatus
from monitor.registry import load as load_registry
from monitor.settings import WalletsSettings

_WORST_FIRST = (
    VerdictStatus.INVALID,
    VerdictStatus.UNSUPPORTED,
    VerdictStatus.UNSIGNED,
    VerdictStatus.UNBOUND,
    VerdictStatus.VERIFIED,
)
_STYLES = {VerdictStatus.INVALID: "bold red", VerdictStatus.VERIFIED: "green"}
_SHOWN = 50


def ownership(
    source: ListArgument,
    format_: FormatOption = "auto",
    message: Annotated[
        list[str] | None,
        typer.Option("--message", metavar="TEXT", help="An accepted message; others are invalid. May be repeated."),
    ] = None,
    config: OptionalConfigOption = None,
    json: JsonOption = False,  # noqa: FBT002 - a flag
) -> None:
    """Judge the signatures of a published list, offline.

    **verified**: valid, and the key is bound to the account. **unbound**: valid for a stated owner that nothing in the
    list ties to the account; with `--config` the chain is asked who controls it (docs/nodes.md, "Owners"). **invalid**,
    **unsigned**, **unsupported**: each with its reason. Without `--message` any text is accepted, and those seen are
    listed.

    Exit status: 0 no row is invalid · 1 some are · 3 the list could not be read.
    """
    settings, registry = configured(config) if config else (None, load_registry())
    wallets = WalletsSettings(source=source, format=format_, messages=tuple(message) if message else None)
    networks = dict(settings.networks) if settings else {}
    with progress_bar() as progress:
        judged = asyncio.run(judge_list(wallets, registry, networks, progress))
    if json:
        _print_json(judged)
    else:
        _print_table(judged)
    if any(verdict.status is VerdictStatus.INVALID for verdict in judged.verdicts):
        raise typer.Exit(ExitStatus.FINDING)


def _messages(judged: JudgedFile) -> Counter[str]:
    return Counter(claim.message for claim in judged.published.claims if claim.signatures)


def _print_json(judged: JudgedFile) -> None:
    for claim, verdict in zip(judged.published.claims, judged.verdicts, strict=True):
        json_line(
            {
                "file": claim.file,
                "line": claim.line,
                "coin": claim.coin,
                "network": claim.network,
                "address": claim.address,
                "verdict": verdict.status,
                "reason": verdict.reason,
            }
        )
    counts = Counter(verdict.status for verdict in judged.verdicts)
    summary: dict[str, object] = {status.value: counts[status] for status in VerdictStatus}
    summary |= {"rows": len(judged.verdicts), "messages": dict(_messages(judged)), "unread": judged.published.unread}
    json_line({"summary": summary})


def _print_table(judged: JudgedFile) -> None:
    rows = sorted(
        zip(judged.published.claims, judged.verdicts, strict=True), key=lambda row: _WORST_FIRST.index(row[1].status)
    )
    shown = table("line", "coin", "network", "address", "verdict", "reason", title=judged.published.document.source)
    for claim, verdict in rows[:_SHOWN]:
        status = Text(verdict.status, style=_STYLES.get(verdict.status, "yellow"))
        cells = (str(claim.line), claim.coin, claim.network or "unknown", claim.address)
        shown.add_row(*map(Text, cells), status, Text(verdict.reason))
    out.print(shown)
    if len(rows) > _SHOWN:
        out.print(f"and {len(rows) - _SHOWN} rows more, none of them worse; --json prints all")
    out.print(_by_network(judged))
    for text, count in _messages(judged).most_common():
        note(f"message {text!r}: {count} row(s)")
    for sentence in judged.published.unread:
        note(sentence)


def _by_network(judged: JudgedFile) -> Table:
    counts = Counter(
        (claim.network or "unknown", verdict.status)
        for claim, verdict in zip(judged.published.claims, judged.verdicts, strict=True)
    )
    shown = table("network", *(status.value for status in _WORST_FIRST), title="By network and verdict, worst first")
    networks = {network for network, _ in counts}
    for network in sorted(networks, key=lambda name: ([-counts[name, status] for status in _WORST_FIRST], name)):
        cells = (str(counts[network, status] or "") for status in _WORST_FIRST)
        shown.add_row(network, *cells)
    totals = Counter(verdict.status for verdict in judged.verdicts)
    shown.add_section()
    shown.add_row("all", *(str(totals[status]) for status in _WORST_FIRST))
    return shown
