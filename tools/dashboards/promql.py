"""Expressions that the dashboards share. Metric names and labels come from the exporter itself."""

from monitor.metrics import families
from monitor.metrics.families import Family

MONITOR = 'instance=~"$instance"'
"""Series of the chosen monitors. ``$instance`` lists only what exports ``por_build_info``."""

EXCHANGES = f'{MONITOR}, exchange=~"$exchange"'
"""Of these, what is about the chosen exchanges; for dashboards on which several can be chosen."""

ASSETS = f'{EXCHANGES}, asset=~"$asset"'
"""Of these, what is about the chosen assets, each by itself."""

EXCHANGE = f'{MONITOR}, exchange="$exchange"'
"""The same for dashboards about one exchange."""

ASSET = f'{EXCHANGE}, asset="$asset"'
"""Of these, what is about the one chosen asset: coins of different assets are never added up."""

_STATUSES = ("covered", "unknown", "breach")
BY_ASSET = "exchange, asset"
BY_NETWORK = "exchange, network"


def of(family: Family, *matchers: str, suffix: str = "") -> str:
    """A selector. ``suffix`` names a series of a histogram (``_bucket``)."""
    return f"{family.name}{suffix}{{{', '.join(matchers)}}}"


def acting(selector: str) -> str:
    """Only the basis on which the exchange's alerts act."""
    return f"({selector} and on (job, instance, exchange, basis) {of(families.ALERT_BASIS, MONITOR)})"


def lowest(selector: str, by: str = BY_ASSET) -> str:
    """One series per ``by``: where several monitors watch the same exchange, the one that says the least."""
    return f"min by ({by}) ({selector})"


def highest(selector: str, by: str = BY_ASSET) -> str:
    return f"max by ({by}) ({selector})"


def truncated(ratio: str) -> str:
    """``ratio`` cut off (not rounded) after the fourth decimal of a per cent, so that 0.9999999 never reads 100 %.

    For showing with four decimals only: what is coloured or compared takes the ratio as it is.
    """
    return f"floor(1e6 * {ratio}) / 1e6"


def age(timestamp: str) -> str:
    return f"time() - {timestamp}"


def rate(selector: str, by: str) -> str:
    """Events per second; a query of it has a shortest step (``panels.query``)."""
    return f"sum by ({by}) (rate({selector}[$__rate_interval]))"


def counted(selector: str, by: str) -> str:
    """Events within each step of a graph, to the event; after a restart of the counter those since then.

    ``increase`` needs two scrapes within the step, and is empty where there is one.
    """
    before = f"{selector} offset $__interval"
    return f"sum by ({by}) ({selector} - {before} >= 0 or {selector} and {before})"


def counted_in_range(selector: str, by: str) -> str:
    """Events within the dashboard's time range."""
    return f"sum by ({by}) (increase({selector}[$__range]))"


def or_zero(counted: str, known: str, on: str) -> str:
    """``counted``, and 0 for each of ``known`` of which nothing was counted yet: it was watched and nothing happened.

    Only for events whose series begin with the first one. What is not watched at all stays absent.
    """
    return f"{counted} or on ({on}) 0 * {known}"


def by_reason(told: str, failures: str, known: str, by: str) -> str:
    """``told``, by reason too, for what occurred since the start; 0 for "none" of each of ``known`` without any.

    There are dozens of reasons, and a graph of all that never occurred hides the one that did.
    """
    occurred = f"sum by ({by}, reason) ({failures}) > 0"
    return f'{told} and {occurred} or on ({by}) label_replace(0 * {known}, "reason", "none", "", "")'


def status(selection: str) -> str:
    """1 covered, 2 unknown, 3 breach: of several monitors' answers the worst."""
    return highest(each_status(selection))


def each_status(selection: str) -> str:
    """The same by monitor, beside zeros for what is not the answer."""
    return answers(*(of(families.RESERVE_STATUS, selection, f'status="{name}"') for name in _STATUSES))


def worst_status(selection: str) -> str:
    """The worst one within each step of a graph: a breach between two steps is one too."""
    selectors = (of(families.RESERVE_STATUS, selection, f'status="{name}"') for name in _STATUSES)
    return highest(answers(*(f"max_over_time({selector}[$__interval])" for selector in selectors)))


def answers(*selectors: str) -> str:
    """1 for the series of the first selector that are 1, 2 for those of the second and so on; 0 for the others."""
    return " or ".join(f"{number} * {selector}" for number, selector in enumerate(selectors, start=1))


def network_state(selection: str, by: str = BY_NETWORK) -> str:
    """1 fresh, 2 stale, 3 no snapshot, 4 claimed but not read at all, for each network with claims."""
    same = "on (job, instance, exchange, network)"
    limit = of(families.SNAPSHOT_STALE_AFTER, selection)
    claimed = f"sum by (job, instance, exchange, network) ({of(families.CLAIMS, selection)})"
    stale = f"({age(of(families.SNAPSHOT_SUCCESS, selection))}) > bool {same} {limit}"
    return highest(f"1 + ({stale}) or {same} 3 + 0 * {limit} or {same} 4 + 0 * {claimed}", by)


def snapshot_age(selection: str, by: str = BY_NETWORK) -> str:
    """Seconds since the last whole snapshot."""
    return highest(age(of(families.SNAPSHOT_SUCCESS, selection)), by)


def snapshot_age_of_limit(selection: str, by: str = BY_NETWORK) -> str:
    """The same as a share of the age over which a snapshot proves nothing: over 1 it is stale."""
    taken, limit = of(families.SNAPSHOT_SUCCESS, selection), of(families.SNAPSHOT_STALE_AFTER, selection)
    return highest(f"({age(taken)}) / on (job, instance, exchange, network) {limit}", by)
