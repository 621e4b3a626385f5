"""Rows are taken apart by the header above them."""

from hypothesis import given
from hypothesis import strategies as st

from monitor.published.cells import clean
from monitor.published.shapes import Fitting, Shape

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


@given(st.lists(CELL, min_size=4, max_size=5))
def test_a_row_is_taken_apart_by_its_header(cells: list[str]) -> None:
    fields, misfit = fitting().apart(cells)
    coin, _, address, key, *owner = map(clean, cells)
    assert (fields, misfit) == ([coin, address, "", key, *(owner or [""])], "")


@given(st.lists(CELL, max_size=3) | st.lists(CELL, min_size=5, max_size=5).map(lambda cells: [*cells, "x"]))
def test_a_row_of_another_width_is_a_misfit(cells: list[str]) -> None:
    assert fitting().apart(cells)[1] == f"{len(cells)} fields where the header names 5"


@given(st.lists(CELL, min_size=5, max_size=5))
def test_empty_cells_after_the_last_column_are_nothing(cells: list[str]) -> None:
    assert fitting().apart([*cells, "", " ", "null"]) == fitting().apart(cells)


def test_a_text_that_comes_again_and_again_is_one_object() -> None:
    found = fitting()
    (first, *_), _ = found.apart([" B" + "TC", "", "1", "", ""])
    (second, *_), _ = found.apart(["BT" + "C ", "", "2", "", ""])
    assert first == "BTC"
    assert first is second
