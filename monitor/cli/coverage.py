"""What of the published lists can be read, as tables and as JSON: the part of `config check` with `--lists`."""

import asyncio
from collections.abc import Mapping
from decimal import Decimal

from monitor.chains import readers_of
from monitor.cli.printing import ExitStatus, SafeTable, json_line, progress_bar, say
from monitor.daemon.coverage import ListCoverage, list_coverage
from monitor.formats.figures import amount, percent
from monitor.formats.phrases import counted
from monitor.judgement import AssetCoverage, ClaimedPlace
from monitor.model import Cause
from monitor.registry import Registry
from monitor.settings import Settings

_PARTS = {
    None: "configured",
    Cause.NOT_CONFIGURED: "readable, not configured",
    Cause.NOT_READABLE: "not readable",
    Cause.UNKNOWN_LABEL: "unknown label",
    Cause.NOT_WATCHED: "not watched",
}


def check_lists(settings: Settings, registry: Registry, *, json: bool) -> ExitStatus:
    """Print what of every list can be read, and return the status to exit with."""
    with progress_bar() as progress:
        found = asyncio.run(list_coverage(settings, registry, progress))
    status = _status(found)
    if json:
        exchanges = {name: _as_json(each, registry) for name, each in found.items()}
        json_line({"status": status, "exchanges": exchanges})
    else:
        for name, each in found.items():
            _print(name, each, registry)
    return status


def _status(found: Mapping[str, ListCoverage]) -> ExitStatus:
    causes = {place.cause for each in found.values() for _, place in each.left_open()}
    if Cause.NOT_CONFIGURED in causes:
        return ExitStatus.FINDING
    return ExitStatus.UNJUDGED if causes or any(each.refusal for each in found.values()) else ExitStatus.WELL


def _print(name: str, coverage: ListCoverage, registry: Registry) -> None:
    if coverage.refusal:
        say(f"{name}: no list: {coverage.refusal}")
        return
    table = SafeTable("asset", "claimed", *_PARTS.values(), title=coverage.title)
    for asset in coverage.assets:
        parts = (asset.part(cause) for cause in _PARTS)
        cells = (_cell(asset, part) if part else "" for part in parts)
        table.add_row(asset.asset, _told(asset.claimed), *cells)
    table.print()
    for asset, place in coverage.left_open():
        say(f"{asset.asset}: {_cell(asset, place.claimed)} {_where(place)}{_cure(place, registry)}")
    if coverage.undecodable:
        rows = f"{coverage.undecodable} of {counted(coverage.rows, 'row')}"
        say(f"{name}: {rows} name no address of their network; `reserve-monitor ownership` says which")


def _where(place: ClaimedPlace) -> str:
    return f"on {place.network}: {place.reason}" if place.network else f"on no known network: {place.reason}"


def _cure(place: ClaimedPlace, registry: Registry) -> str:
    protocols = _protocols(place, registry)
    return f"; it can be read by {', '.join(protocols)}" if protocols else ""


def _protocols(place: ClaimedPlace, registry: Registry) -> list[str]:
    """Which protocols could read what is not configured."""
    return readers_of(registry.networks[place.network]) if place.cause is Cause.NOT_CONFIGURED else []


def _cell(asset: AssetCoverage, part: Decimal) -> str:
    share = asset.share(part)
    return f"{_told(part)} ({percent(share)})" if share is not None else _told(part)


def _told(claimed: Decimal) -> str:
    return amount(claimed) if claimed.is_finite() else "no amount"


def _as_json(coverage: ListCoverage, registry: Registry) -> dict[str, object]:
    return {
        "refusal": coverage.refusal or None,
        "rows": coverage.rows,
        "undecodable": coverage.undecodable,
        "assets": {asset.asset: _asset_as_json(asset, registry) for asset in coverage.assets},
    }


def _asset_as_json(asset: AssetCoverage, registry: Registry) -> dict[str, object]:
    return {
        **_number(asset, asset.claimed),
        "parts": {cause.value if cause else "configured": _number(asset, asset.part(cause)) for cause in _PARTS},
        "places": [
            {
                "network": place.network or None,
                "cause": place.cause,
                "reason": place.reason or None,
                "protocols": _protocols(place, registry),
                **_number(asset, place.claimed),
            }
            for place in asset.places
        ],
    }


def _number(asset: AssetCoverage, claimed: Decimal) -> dict[str, object]:
    """An amount and its share of what is claimed; null where a row states no amount."""
    finite = claimed.is_finite()
    return {"claimed": claimed if finite else None, "unbounded": not finite, "share": asset.share(claimed)}
