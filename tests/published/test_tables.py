"""CSV is split into what the standard library's parser sees in it."""

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.published import LayoutError, PublishedFile
from monitor.published.tables import Record, Table
from tests.support.published import refusal

HEADER = "a,b,c\n"
PLAIN = "1,2,3\n"

CELL = st.text(st.sampled_from('ab ,"\n\r\0é\u2028'), max_size=4)
LINE_END = st.sampled_from(["\n", "\r\n", "\r"])


def table(text: str | bytes) -> Table:
    raw = text.encode() if isinstance(text, str) else text
    return Table(PublishedFile("list.csv", lambda: io.BytesIO(raw), len(raw)))


def parsed(text: str) -> list[Record]:
    """What ``csv`` reads, with the line on which each record begins."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    records, line = [], 1
    for cells in reader:
        if cells:
            records.append((line, cells))
        line = reader.line_num + 1
    return records


@st.composite
def documents(draw: st.DrawFn) -> str:
    """Rows as some exporter writes them, mostly of three cells: quoted where they must be, or everywhere."""
    out = io.StringIO()
    writer = csv.writer(
        out, lineterminator=draw(LINE_END), quoting=csv.QUOTE_ALL if draw(st.booleans()) else csv.QUOTE_MINIMAL
    )
    cells = CELL if draw(st.booleans()) else CELL.map(lambda cell: cell.translate(dict.fromkeys(map(ord, ',"\n\r'))))
    row = st.lists(cells, min_size=3, max_size=3) | st.lists(cells, max_size=5)
    writer.writerows(draw(st.lists(row, min_size=1, max_size=8)))
    return out.getvalue()


@settings(deadline=None)
@given(documents())
def test_records_say_what_a_csv_parser_reads(text: str) -> None:
    assert [*table(text)] == parsed(text)


@settings(deadline=None)
@given(st.text(st.sampled_from('ab,"\n\r'), max_size=30))
def test_what_a_csv_parser_refuses_is_refused(text: str) -> None:
    try:
        found = [*table(text)]
    except LayoutError:
        with pytest.raises(csv.Error):
            parsed(text)
    else:
        assert found == parsed(text)


@pytest.mark.parametrize(
    "rows",
    [
        PLAIN + "1,2\n" + "1,2,3,4\n",  # as many cells as three whole rows
        PLAIN + "1\n\n" + PLAIN,
        PLAIN + "\n" + PLAIN,
        PLAIN + "1,\0,3\n",
        PLAIN + '1,"2",3\n',
        "1,2,3\r1,2,3\n",
        "\0,\0,\0\n",
    ],
)
def test_rows_that_are_not_all_alike_are_records_nevertheless(rows: str) -> None:
    assert [*table(HEADER + rows)] == parsed(HEADER + rows)


def test_windows_line_ends_are_no_hindrance() -> None:
    assert [*table((HEADER + PLAIN).replace("\n", "\r\n"))] == [(1, ["a", "b", "c"]), (2, ["1", "2", "3"])]


@pytest.mark.parametrize("row", ["{},2,3\n", "1,2,{}\n", "1,2,{}", '1,"{}",3\n'])
def test_a_cell_longer_than_a_parser_takes_is_refused_wherever_it_is(row: str) -> None:
    cell = "x" * (csv.field_size_limit() + 1)
    with pytest.raises(LayoutError) as caught:
        [*table(HEADER + PLAIN + row.format(cell))]
    assert refusal(caught.value)[0] == "too_large"
    assert str(caught.value).startswith("list.csv:3: a cell of more than 131072 characters")


def test_a_long_row_of_short_cells_is_none_too_long() -> None:
    text = HEADER + ",".join("x" * 1_000 for _ in range(300)) + "\n" + PLAIN
    assert [*table(text)] == parsed(text)


def test_a_record_of_several_lines_is_one() -> None:
    text = HEADER + '1,"two\nlines\nor more of them",3\n' + PLAIN
    assert [*table(text)] == parsed(text)


def test_the_fault_is_told_with_the_line_on_which_its_record_begins() -> None:
    for fault, reason in (('1,"2\n\n3', "truncated"), ('1,"2"x,3\n', "layout")):
        with pytest.raises(LayoutError) as caught:
            [*table(HEADER + PLAIN + fault)]
        assert refusal(caught.value)[0] == reason
        assert "list.csv:3" in str(caught.value)


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(LayoutError, match="not UTF-8"):
        [*table(b"1,2,3\n1,\xff,3\n")]
