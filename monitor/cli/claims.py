"""`reserve-monitor claims`."""

import asyncio
from collections import Counter

import typer
from rich.text import Text

from monitor.cli.configured import configured
from monitor.cli.options import ConfigOption, FormatOption, JsonOption, ListArgument
from monitor.cli.printing import ExitStatus, json_line, note, out, progress_bar, table
from monitor.daemon import ComparedFile, compare_claims
from monitor.settings import WalletsSettings
from monitor.web.figures import exact

_SHOWN = 50


def claims(
    source: ListArgument,
    config: ConfigOption,
    format_: FormatOption = "auto",
    json: JsonOption = False,  # noqa: FBT002 - a flag
) -> None:
    """Compare claimed amounts with the chain at the claimed heights.

    Each claim **matches**, does **not match** (with both numbers), or is **not judged**, with the reason: no height or
    amount is claimed, the network is not configured, or the node no longer has that block's state (docs/nodes.md).

    Exit status: 0 every claim matches · 1 some do not · 3 none mismatches, but some were not judged.
    """
    settings, registry = configured(config)
    wallets = WalletsSettings(source=source, format=format_)
    with progress_bar() as progress:
        compared = asyncio.run(compare_claims(wallets, registry, dict(settings.networks), progress))
    if json:
        _print_json(compared)
    else:
        _print_table(compared)
    matches = Counter(comparison.match for comparison in compared.comparisons)
    if matches[False]:
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
        "reasons": dict(Counter(each.reason for each in compared.comparisons if each.match is None)),
        "differences": [
            {"coin": each.coin, "stated": each.stated, "summed": each.summed} for each in compared.published.differences
        ],
    }


def _print_table(compared: ComparedFile) -> None:
    shown = table("line", "coin", "network", "address", "claimed", "found", title="Claims that the chain denies")
    for claim, comparison in zip(compared.published.claims, compared.comparisons, strict=True):
        if comparison.match is False and shown.row_count < _SHOWN:
            numbers = (exact(number) if number is not None else "" for number in (claim.amount, comparison.found))
            cells = (str(claim.line), claim.coin, claim.network or "", claim.address, *numbers)
            shown.add_row(*map(Text, cells))
    matches = Counter(comparison.match for comparison in compared.comparisons)
    if matches[False]:
        out.print(shown)
    if matches[False] > _SHOWN:
        out.print(f"and {matches[False] - _SHOWN} more; --json prints all")
    out.print(f"{matches[True]} match, {matches[False]} do not, {matches[None]} were not judged")
    reasons = Counter(each.reason for each in compared.comparisons if each.match is None)
    for reason, count in reasons.most_common():
        note(f"not judged: {count} row(s): {reason}")
    for each in compared.published.differences:
        note(f"the summary states {exact(each.stated)} of {each.coin}, its rows add up to {exact(each.summed)}")
