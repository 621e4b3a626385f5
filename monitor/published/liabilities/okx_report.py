"""The figures of OKX's report page: the object ``auditRootInfo``, alone or as ``audit`` of a wrapper."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal

from monitor.formats import exact, quoted
from monitor.formats.strict_json import Json
from monitor.model import frozen
from monitor.published import cells
from monitor.published.archives import PublishedFile
from monitor.published.contents import Content
from monitor.published.errors import Cause, LayoutError
from monitor.published.liabilities.layouts import Layout, Statement
from monitor.published.liabilities.sums import Owed, Stated, add_up, is_total
from monitor.published.trees import cell, load
from monitor.registry import Registry

_OWED = "liabilityBalances"
_RESERVES = "reserveBalances"
_EXCHANGE = "exchangeReserveBalances"
_CUSTODY = "custodyReserveBalances"
_WRAPPERS = ("audit", "auditRootInfo")
_ROOT = re.compile(r"(?:0x)?[0-9a-f]{64}", re.ASCII)

Balances = dict[str, Decimal]


def _read(file: PublishedFile, content: Content, registry: Registry) -> Statement | None:
    if content is not Content.JSON:
        return None
    tree, _ = load(file)
    report = _report(tree)
    if report is None:
        return None
    try:
        owed, custody = _balances(report, _OWED, registry), _balances(report, _CUSTODY, registry)
        reserves, exchange = _balances(report, _RESERVES, registry), _balances(report, _EXCHANGE, registry)
        _check_currencies(report, owed.amounts, reserves.amounts, registry)
        _check_sums(reserves.amounts, exchange.amounts, custody.amounts)
        return Statement(
            _created(report),
            frozen(owed.amounts),
            frozen(custody.amounts),
            cell(report.get("auditId")),
            _root(cell(report.get("merkleHash"))),
            owed.unknown | custody.unknown,
            (*owed.notes, *custody.notes),
        )
    except ValueError as error:
        raise LayoutError(Cause.INCONSISTENT, f"{file.name}: {error}; the report cannot be relied on") from error


def _report(tree: Json) -> Mapping[str, Json] | None:
    if not isinstance(tree, dict):
        return None
    if _OWED in tree:
        return tree
    inner = [tree[key] for key in _WRAPPERS if isinstance(tree.get(key), dict) and _OWED in tree[key]]
    return inner[0] if len(inner) == 1 else None


def _balances(report: Mapping[str, Json], key: str, registry: Registry) -> Owed:
    stated = report.get(key, {} if key != _OWED else None)
    if not isinstance(stated, dict) or (key == _OWED and not stated):
        raise ValueError(f"{key} is not an object of assets and amounts")
    rows = []
    for name, value in stated.items():
        place = f"{key}.{name}"
        try:
            rows.append(Stated(cells.clean(name), cells.amount(cells.clean(cell(value))), place))
        except ValueError as error:
            raise ValueError(f"{place}: {error}") from error
    return add_up(rows, registry)


def _check_currencies(report: Mapping[str, Json], owed: Balances, reserves: Balances, registry: Registry) -> None:
    """An asset that the report lists but gives no figure for was lost on the way."""
    for key, figures in (("liabilityCurrencies", owed), ("reserveCurrencies", reserves)):
        listed = report.get(key) or []
        if not isinstance(listed, list):
            raise ValueError(f"{key} is not a list of assets")  # noqa: TRY004 - a fault of the text
        named = [cells.clean(cell(name)) for name in listed]
        missing = [name for name in named if registry.asset(name) not in figures and not is_total(name, registry)]
        if missing:
            raise ValueError(f"{key} lists {', '.join(map(str, missing))} without a figure")


def _check_sums(reserves: Balances, exchange: Balances, custody: Balances) -> None:
    """Reserves are on the exchange's own accounts or in custody; the former are published in whole coins."""
    for asset, total in reserves.items():
        if asset not in exchange:
            continue
        held = custody.get(asset, exact.ZERO)
        if not exact.agrees(exchange[asset], exact.subtract(total, held)):
            summed = exact.add(exchange[asset], held)
            raise ValueError(f"{_RESERVES} of {asset} is {total}, but {_EXCHANGE} and {_CUSTODY} add up to {summed}")


def _created(report: Mapping[str, Json]) -> datetime:
    created = report.get("createTime")
    if not isinstance(created, int) or isinstance(created, bool):
        raise ValueError(f"createTime is {created!r}, not the milliseconds since 1970")  # noqa: TRY004 - a fault of the text
    try:
        return datetime.fromtimestamp(created // 1000, UTC)
    except (OverflowError, OSError, ValueError):
        raise ValueError(f"createTime is {created}, no moment of the calendar") from None


def _root(text: str) -> str:
    root = text.strip().lower()
    if root and not _ROOT.fullmatch(root):
        raise ValueError(f"merkleHash is {quoted(text)}, not 32 bytes in hexadecimal")
    return root.removeprefix("0x")


LAYOUT = Layout("okx-report", _read)
