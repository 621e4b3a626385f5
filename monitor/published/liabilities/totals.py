"""The neutral layout (docs/layouts.md): asset, amount and as-of date, in CSV or as a JSON array of objects."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal

from monitor.formats.strict_json import Json, lines_of_elements
from monitor.model import frozen
from monitor.published import cells
from monitor.published.archives import PublishedFile
from monitor.published.contents import Content
from monitor.published.errors import Cause, LayoutError
from monitor.published.liabilities.layouts import Layout, Statement
from monitor.published.liabilities.sums import Stated, add_up, is_total
from monitor.published.shapes import HeaderError, Shape
from monitor.published.tables import Table
from monitor.published.trees import load
from monitor.registry import Registry

_FIELDS = ("asset", "amount", "asof", "unaddressed")
SHAPE = Shape(
    fields=_FIELDS,
    names={name: name for name in _FIELDS},
    required=frozenset({"asset", "amount", "asof"}),
    closed=True,
)

Row = tuple[int, list[str], str]
"""The line, the fields of the shape, and what is wrong with their number."""


def _read_table(file: PublishedFile, content: Content, registry: Registry) -> Statement | None:
    if content is not Content.TABLE:
        return None
    table = Table(file)
    records = iter(table)
    line, header = next(records, (1, []))
    try:
        fitting = SHAPE.fit(header)
    except HeaderError as error:
        raise LayoutError(Cause.LAYOUT, f"{file.name}:{line}: {error}") from error
    if fitting is None:
        return None
    rows = [(line, *fitting.apart(row)) for line, row in records]
    if not table.ends_with_line:
        raise table.cut("no line end after the last row")
    return _statement(rows, file.name, registry)


def _read_tree(file: PublishedFile, content: Content, registry: Registry) -> Statement | None:
    if content is not Content.JSON:
        return None
    tree, raw = load(file)
    if not isinstance(tree, list):
        return None
    return _statement(_objects(tree, raw, file.name), file.name, registry)


def _objects(tree: list[Json], content: bytes, name: str) -> Iterator[Row]:
    for line, element in zip(lines_of_elements(content), tree, strict=True):
        try:
            yield line, SHAPE.of_object(element), ""
        except ValueError as error:
            raise LayoutError(Cause.LAYOUT, f"{name}:{line}: {error}") from error


def _statement(rows: Iterable[Row], name: str, registry: Registry) -> Statement:
    owed: list[Stated] = []
    unaddressed: list[Stated] = []
    moments: dict[datetime, int] = {}
    for line, values, misfit in rows:
        place = f"{name}:{line}"
        try:
            asset, amount, elsewhere, as_of = _row(values, misfit, registry)
        except ValueError as error:
            raise LayoutError(Cause.LAYOUT, f"{place}: {error}; correct the row") from error
        owed.append(Stated(asset, amount, place))
        if elsewhere is not None:
            unaddressed.append(Stated(asset, elsewhere, place))
        if as_of is not None:
            moments.setdefault(as_of, line)
    if not moments or all(is_total(each.name, registry) for each in owed):
        raise LayoutError(Cause.EMPTY, f"{name}: not one total in it")
    if len(moments) > 1:
        places = ", ".join(f"{moment:%Y-%m-%d %H:%M} in line {line}" for moment, line in moments.items())
        problem = f"several as-of dates ({places}); liabilities are as of one moment"
        raise LayoutError(Cause.INCONSISTENT, f"{name}: {problem}")
    try:
        summed, apart = add_up(owed, registry), add_up(unaddressed, registry)
    except ValueError as error:
        raise LayoutError(Cause.INCONSISTENT, str(error)) from error
    return Statement(
        next(iter(moments)),
        frozen(summed.amounts),
        frozen(apart.amounts),
        unknown=summed.unknown | apart.unknown,
        notes=tuple(dict.fromkeys((*summed.notes, *apart.notes))),
    )


def _row(values: list[str], misfit: str, registry: Registry) -> tuple[str, Decimal, Decimal | None, datetime | None]:
    name, amount, as_of, elsewhere = values
    if misfit or not name:
        raise ValueError(misfit or "no asset is named")
    moment = None if not as_of and is_total(name, registry) else cells.moment(as_of)
    return name, cells.amount(amount), cells.amount(elsewhere) if elsewhere else None, moment


TABLE = Layout("totals", _read_table)
TREE = Layout("totals", _read_tree)
