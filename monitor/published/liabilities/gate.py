"""What Gate's page shows: two answers of its interface, the report's head (``info``) and its coins (``coinList``).

They are saved as one JSON object with these two keys, as neither says by itself what is owed as of when.
"""

from collections.abc import Mapping
from datetime import UTC, datetime

from monitor.formats.strict_json import Json
from monitor.model import frozen
from monitor.published import cells
from monitor.published.archives import PublishedFile
from monitor.published.contents import Content
from monitor.published.errors import Cause, LayoutError
from monitor.published.liabilities.figures import Row, root_of, rows_of
from monitor.published.liabilities.layouts import Layout, Statement
from monitor.published.liabilities.sums import Stated, add_up
from monitor.published.trees import load
from monitor.registry import Registry

_HEAD, _COINS = "info", "coinList"
_READ = frozenset({"coin", "reserve_rate", "reserve_amount", "customer_liability"})


def _read(file: PublishedFile, content: Content, registry: Registry) -> Statement | None:
    if content is not Content.JSON:
        return None
    tree, _ = load(file)
    if not isinstance(tree, dict) or not {_HEAD, _COINS} <= tree.keys():
        return None
    try:
        head = Row(_HEAD, _data(tree, _HEAD))
        rows = rows_of(_data(tree, _COINS).get("list"), f"{_COINS}.data.list")
        summed = add_up([_owed(row) for row in rows], registry)
        return Statement(
            _moment(head.text("audit_time")),
            frozen(summed.amounts),
            frozen({}),
            head.text("audit_id"),
            root_of(head.text("merkle_root_hash"), "merkle_root_hash"),
            summed.unknown,
            (*summed.notes, *(note for row in rows for note in row.unknown(_READ))),
        )
    except ValueError as error:
        raise LayoutError(Cause.INCONSISTENT, f"{file.name}: {error}; the report cannot be relied on") from error


def _data(tree: Mapping[str, Json], key: str) -> Mapping[str, Json]:
    """What one answer holds, if it is a good one. Raises ValueError."""
    answer = tree[key]
    if not isinstance(answer, dict) or answer.get("code") != 0 or not isinstance(answer.get("data"), dict):
        raise ValueError(f"{key} is not an answer with `code` 0 and `data`")
    data: Mapping[str, Json] = answer["data"]
    return data


def _owed(row: Row) -> Stated:
    """What is owed of one asset, where its figures agree with each other. Raises ValueError."""
    name, owed = row.text("coin"), row.amount("customer_liability")
    if not name:
        raise ValueError(f"{row.place}: no coin is named")
    if row.text("reserve_rate"):
        row.check_ratio("reserve_rate", row.amount("reserve_amount"), owed, 100)
    return Stated(name, owed, row.place)


def _moment(text: str) -> datetime:
    """A date, or a date and time; without an offset it is UTC, as the page says. Raises ValueError."""
    date, space, time = text.partition(" ")
    return cells.moment(f"{date}T{time}Z" if space and len(time) == len("00:00:00") else text).astimezone(UTC)


LAYOUT = Layout("gate", _read)
