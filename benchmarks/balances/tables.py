"""What was measured, as tables for people, in Markdown."""

from collections.abc import Iterable, Sequence
from itertools import groupby

from benchmarks.balances.runs import Result
from benchmarks.balances.ways import LIMIT, SAMPLE, WAYS


def of_turns(result: Result) -> str:
    if "error" in result:
        return f"by turns: {result['error']}"
    ours, limit = result["ours"], result[LIMIT]
    return f"by turns: ours {ours:,.0f}/s, {LIMIT} {limit:,.0f}/s: {result['share']:.1%}"


def of_ways(results: Iterable[Result]) -> str:
    """One size: every way with what it costs."""
    shown = list(results)
    limit = next((_speed(result) for result in shown if result["way"] == LIMIT), None)
    lines = [
        "| way | balances/s | of the limit | requests | sent | received | peak memory |",
        "|---|--:|--:|--:|--:|--:|--:|",
    ]
    for result in shown:
        speed = _speed(result)
        if speed is None:
            lines.append(f"| {_name(result)} | {result['error']} | | | | | |")
            continue
        share = f"{speed / limit:.1%}" if limit else "-"
        sizes = (f"{result[key] / 1e6:,.1f} MB" for key in ("sent", "received"))
        lines.append(
            f"| {_name(result)} | {speed:,.0f} | {share} | {result['requests']:,} | {' | '.join(sizes)} | "
            f"{_memory(result)} |"
        )
    if any(result["sampled"] for result in shown):
        lines += ["", f"\\* {SAMPLE:,} accounts were read; what it takes for all is reckoned from them."]
    return "\n".join(lines)


def of_growth(results: Iterable[Result], shares: Sequence[Result]) -> str:
    """All sizes: balances/s of every way, then its peak memory."""
    sizes = [share["accounts"] for share in shares]
    ordered = sorted(results, key=lambda result: (list(WAYS).index(result["way"]), result["accounts"]))
    by_way = {way: list(group) for way, group in groupby(ordered, lambda result: str(result["way"]))}
    head = [f"| way | {' | '.join(f'{size:,}' for size in sizes)} |", "|---" + "|--:" * len(sizes) + "|"]
    speeds = [f"| {way} | {' | '.join(map(_speed_shown, each))} |" for way, each in by_way.items()]
    told = (f"{share['share']:.1%}" if "share" in share else "failed" for share in shares)
    speeds.append(f"| ours, of the limit, by turns | {' | '.join(told)} |")
    memory = [f"| {way} | {' | '.join(map(_memory, each))} |" for way, each in by_way.items()]
    return "\n".join(["Balances/s by number of accounts:", "", *head, *speeds, "", "Peak memory:", "", *head, *memory])


def _name(result: Result) -> str:
    return f"{result['way']} *" if result["sampled"] else str(result["way"])


def _speed(result: Result) -> float | None:
    return None if "error" in result else float(result["balances"] / result["seconds"])


def _speed_shown(result: Result) -> str:
    speed = _speed(result)
    return "failed" if speed is None else f"{speed:,.0f}"


def _memory(result: Result) -> str:
    memory = result.get("memory")
    return "-" if memory is None else f"{memory / 1e6:,.0f} MB"
