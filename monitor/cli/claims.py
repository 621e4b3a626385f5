"""`reserve-monitor claims`."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.configured import configured
from monitor.cli.lists import FormatOption, ListArgument
from monitor.cli.options import ConfigOption, JsonOption
from monitor.cli.printing import ExitStatus, SafeTable, json_line, note, progress_bar, say
from monitor.cli.state import state_directory
from monitor.daemon.claims import ComparedFile, compare_claims
from monitor.formats import SECRETS
from monitor.formats.exact import plain
from monitor.judgement import Total
from monitor.settings import WalletsSettings, secrets_in

_SHOWN = 50
_INTERRUPTED = 130
"""As shells count a command that SIGINT has ended."""

_StateOption = Annotated[
    Path | None,
    typer.Option(
        "--state",
        metavar="FILE",
        help="Where balances are kept while they are read, so that a run that was cut goes on there. "
        "[default: ~/.local/state/reserve-monitor/claims.db]",
    ),
]
_FreshOption = Annotated[bool, typer.Option("--fresh", help="Read everything anew, whatever an earlier run has read.")]


def claims(
    source: ListArgument,
    config: ConfigOption,
    *,
    format_: FormatOption = "auto",
    json: JsonOption = False,
    state: _StateOption = None,
    fresh: _FreshOption = False,
) -> None:
    """Compare claimed amounts with the chain at the claimed heights.

    Each claim **matches**, does **not match** (with both numbers), or is **not judged**, with the reason: no height or
    amount is claimed, the network is not configured, or the node no longer has that block's state (docs/nodes.md).
    Totals per coin id are compared too: what the list's summary states, what its rows add up to, what the chain says.

    A run that was cut, or could not reach a node, goes on where it stopped when the same command is given again: what
    was read of this list is kept for 35 days, and counts as long as the height is still the same block.

    Exit status: 0 every claim matches · 1 some do not, an account is claimed more than once, or a total of the summary
    is not the sum of its rows · 3 none of that, but some were not judged · 130 interrupted.
    """
    settings, registry = configured(config)
    SECRETS.add(secrets_in(source))
    wallets = WalletsSettings(source=source, format=format_)
    kept = state or state_directory() / "claims.db"
    try:
        with progress_bar() as progress:
            compared = asyncio.run(
                compare_claims(wallets, registry, settings.networks, progress, state=kept, fresh=fresh)
            )
    except KeyboardInterrupt:
        note(f"interrupted; what was read is kept in {kept}: the same command goes on from there")
        raise typer.Exit(_INTERRUPTED) from None
    if json:
        _print_json(compared)
    else:
        _print_tables(compared)
    _print_notes(compared)
    matches = Counter(comparison.match for comparison in compared.comparisons)
    if matches[False] or compared.repeats.total or not all(total.agrees for total in compared.totals):
        raise typer.Exit(ExitStatus.FINDING)
    if matches[None]:
        raise typer.Exit(ExitStatus.UNJUDGED)


def _print_json(compared: ComparedFile) -> None:
    for claim, comparison in zip(compared.published.claims, compared.comparisons, strict=True):
        json_line(
            {
                "file": claim.file,
                "line": claim.line,
                "network": claim.network,
                "token": claim.token.contract or claim.token.asset if claim.token else claim.coin,
                "address": claim.address,
                "claimed": claim.amount,
                "found": comparison.found,
                "match": comparison.match,
                "reason": comparison.reason,
            }
        )
    json_line({"summary": _summary(compared)})


def _summary(compared: ComparedFile) -> dict[str, object]:
    matches = Counter(comparison.match for comparison in compared.comparisons)
    return {
        "rows": len(compared.comparisons),
        "match": matches[True],
        "mismatch": matches[False],
        "not_judged": matches[None],
        "reasons": _reasons(compared),
        "repeated": compared.repeats.total,
        "repeats": [
            {"network": each.network, "address": each.account, "lines": [line for _, line in each.rows]}
            for each in compared.repeats.examples
        ],
        "heights": {
            network: {"count": each.count, "lowest": each.lowest, "highest": each.highest}
            for network, each in compared.heights.items()
        },
        "totals": [
            {
                "file": total.file,
                "coin": total.coin,
                "stated": total.stated,
                "claimed": total.claimed,
                "agrees": total.agrees,
                "rows": total.rows,
                "judged": total.judged,
                "claimed_of_judged": total.claimed_of_judged,
                "found": total.found,
            }
            for total in compared.totals
        ],
    }


def _reasons(compared: ComparedFile) -> dict[str, int]:
    return dict(Counter(each.reason for each in compared.comparisons if each.match is None).most_common())


def _print_tables(compared: ComparedFile) -> None:
    shown = SafeTable("line", "coin", "network", "address", "claimed", "found", title="Claims that the chain denies")
    for claim, comparison in zip(compared.published.claims, compared.comparisons, strict=True):
        if comparison.match is False and shown.row_count < _SHOWN:
            cells = (str(claim.line), claim.coin, claim.network or "", claim.address)
            shown.add_row(*cells, _figure(claim.amount), _figure(comparison.found))
    matches = Counter(comparison.match for comparison in compared.comparisons)
    if matches[False]:
        shown.print()
    if matches[False] > _SHOWN:
        say(f"and {matches[False] - _SHOWN} more; --json prints all")
    _print_totals(compared.totals)
    say(f"{matches[True]} match, {matches[False]} do not, {matches[None]} were not judged")


def _print_totals(totals: Sequence[Total]) -> None:
    headings = ("coin", "stated", "sum of its rows", "rows judged", "claimed there", "found there")
    shown = SafeTable(*headings, title="Totals, worst first")
    for total in totals[:_SHOWN]:
        shown.add_row(
            total.coin,
            _figure(total.stated),
            (_figure(total.claimed), "" if total.agrees else "bold red"),
            (f"{total.judged} of {total.rows}", "" if total.judged == total.rows else "yellow"),
            _figure(total.claimed_of_judged if total.judged else None),
            (_figure(total.found), "bold red" if total.missing else ""),
        )
    shown.print()
    if len(totals) > _SHOWN:
        say(f"and {len(totals) - _SHOWN} more, none of them worse; --json prints all")


def _figure(number: Decimal | None) -> str:
    return plain(number) if number is not None else ""


def _print_notes(compared: ComparedFile) -> None:
    for each in compared.repeats.examples:
        note(str(each))
    if compared.repeats.total:
        note(f"{compared.repeats.total} row(s) claim again what an earlier row claims; what is found is counted once")
    for network, heights in compared.heights.items():
        if heights.count > 1:
            note(f"{network}: the rows name {heights}; what moved in between is claimed twice or never")
    for reason, count in _reasons(compared).items():
        note(f"not judged: {count} row(s): {reason}")
    for total in compared.totals:
        if total.stated is not None and not total.agrees:
            stated, summed = plain(total.stated), plain(total.claimed)
            note(f"the summary states {stated} of {total.coin}, its rows add up to {summed}")
    if compared.remembered:
        since = f"{compared.remembered:%Y-%m-%d %H:%M} UTC"
        note(f"some balances were read by an earlier run, since {since}; --fresh reads them again")
    if not compared.settled:
        note("not all could be read this time: the same command tries the rest again")
