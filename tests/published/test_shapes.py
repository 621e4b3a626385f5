"""Rows that are taken apart together are what each of them is alone."""

from hypothesis import given
from hypothesis import strategies as st

from monitor.published.shapes import Block, Fitting, Shape
from monitor.published.tables import Columns

HEADER = ["Coin", "note", "ADDRESS", "Key", "owner"]
SHAPE = Shape(
    fields=("coin", "address", "amount", "key", "owner"),
    names={name: name for name in ("coin", "address", "amount", "key", "owner")},
    required=frozenset({"coin", "address"}),
    trailing=frozenset({"owner"}),
    repeated=frozenset({"coin"}),
)
CELL = st.sampled_from(["", " ", "null", " a ", "a", "b\\N", "\\N", "\u00a0"])


def fitting() -> Fitting:
    found = SHAPE.fit(HEADER)
    assert found is not None
    return found


def one_by_one(rows: list[list[str]]) -> list[tuple[int, list[str], str]]:
    found = fitting()
    apart = [(line, *found.apart(cells)) for line, cells in enumerate(rows, 5)]
    return [(line, fields, misfit) for line, fields, misfit in apart if any(fields)]


def listed(block: Block) -> list[tuple[int, list[str], str]]:
    rows = [(line, [*fields], misfit) for line, fields, misfit in block.rows()]
    assert rows == [block.row(position) for position in range(len(block.lines))]
    return rows


@given(st.lists(st.lists(CELL, max_size=7), max_size=6))
def test_records_of_any_width(rows: list[list[str]]) -> None:
    assert listed(fitting().block([*enumerate(rows, 5)])) == one_by_one(rows)


@given(st.lists(st.lists(CELL, min_size=5, max_size=5), min_size=1, max_size=6))
def test_columns(rows: list[list[str]]) -> None:
    columns = Columns(range(5, 5 + len(rows)), [[*column] for column in zip(*rows, strict=True)])
    assert listed(fitting().block(columns)) == one_by_one(rows)


def test_a_text_that_comes_again_and_again_is_one_object() -> None:
    (coins, *_) = fitting().block([(1, [" B" + "TC", "", "1", "", ""]), (2, ["BT" + "C ", "", "2", "", ""])]).columns
    assert coins[0] == "BTC"
    assert coins[0] is coins[1]
