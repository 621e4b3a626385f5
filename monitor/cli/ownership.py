"""`reserve-monitor ownership`."""

import asyncio
from collections import Counter
from typing import Annotated

import typer

from monitor.cli.configured import configured, log_for_people
from monitor.cli.lists import FormatOption, ListArgument
from monitor.cli.options import JsonOption, OptionalConfigOption
from monitor.cli.printing import ExitStatus, SafeTable, json_line, note, progress_bar, say
from monitor.daemon.judged import JudgedList
from monitor.daemon.lists import judge_list
from monitor.formats import SECRETS
from monitor.model import VerdictStatus
from monitor.published import is_url
from monitor.registry import load as load_registry
from monitor.settings import WalletsSettings, secrets_in

_WORST_FIRST = (
    VerdictStatus.INVALID,
    VerdictStatus.UNSUPPORTED,
    VerdictStatus.UNSIGNED,
    VerdictStatus.UNBOUND,
    VerdictStatus.VERIFIED,
)
_ANSWERS = frozenset({VerdictStatus.VERIFIED, VerdictStatus.UNBOUND, VerdictStatus.INVALID})
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

    Exit status: 0 no row is invalid · 1 some are · 3 the list could not be read, or nothing in it could be judged: what
    is signed is all **unsupported**, or every row is.
    """
    settings, registry = configured(config) if config else (None, load_registry())
    SECRETS.add(secrets_in(source))
    if not config and is_url(source):
        log_for_people()
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
    if _nothing_judged(judged):
        raise typer.Exit(ExitStatus.UNJUDGED)


def _nothing_judged(judged: JudgedList) -> bool:
    """Whether no signature came to an answer, though there are some, or not even a row did."""
    if any(verdict.status in _ANSWERS for verdict in judged.verdicts):
        return False
    # What is signed and came to no answer is unsupported.
    return judged.holdings.has_signatures or all(
        verdict.status is VerdictStatus.UNSUPPORTED for verdict in judged.verdicts
    )


def _print_json(judged: JudgedList) -> None:
    for claim, verdict in zip(judged.claims, judged.verdicts, strict=True):
        json_line(
            {
                "file": claim.file,
                "line": claim.line,
                "coin": claim.coin,
                "network": claim.network,
                "address": claim.address,
                "verdict": verdict.status,
                "code": verdict.code,
                "reason": verdict.reason,
            }
        )
    counts = Counter(verdict.status for verdict in judged.verdicts)
    summary: dict[str, object] = {status.value: counts[status] for status in VerdictStatus}
    summary |= {"rows": len(judged.verdicts), "messages": dict(judged.messages), "unread": judged.unread}
    json_line({"summary": summary})


def _print_table(judged: JudgedList) -> None:
    rows = sorted(zip(judged.claims, judged.verdicts, strict=True), key=lambda row: _WORST_FIRST.index(row[1].status))
    shown = SafeTable("line", "coin", "network", "address", "verdict", "reason", title=judged.document.source)
    for claim, verdict in rows[:_SHOWN]:
        status = (verdict.status, _STYLES.get(verdict.status, "yellow"))
        shown.add_row(str(claim.line), claim.coin, claim.network or "unknown", claim.address, status, verdict.reason)
    shown.print()
    if len(rows) > _SHOWN:
        say(f"and {len(rows) - _SHOWN} rows more, none of them worse; --json prints all")
    _by_network(judged).print()
    for text, count in Counter(judged.messages).most_common():
        note(f"message '{text}': {count} row(s)")
    for sentence in judged.unread:
        note(sentence)


def _by_network(judged: JudgedList) -> SafeTable:
    counts = Counter(
        (claim.network or "unknown", verdict.status)
        for claim, verdict in zip(judged.claims, judged.verdicts, strict=True)
    )
    shown = SafeTable(
        "network", *(status.value for status in _WORST_FIRST), title="By network and verdict, worst first"
    )
    networks = {network for network, _ in counts}
    for network in sorted(networks, key=lambda name: ([-counts[name, status] for status in _WORST_FIRST], name)):
        cells = (str(counts[network, status] or "") for status in _WORST_FIRST)
        shown.add_row(network, *cells)
    totals = Counter(verdict.status for verdict in judged.verdicts)
    shown.add_section()
    shown.add_row("all", *(str(totals[status]) for status in _WORST_FIRST))
    return shown
