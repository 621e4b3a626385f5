"""Any document can be refused: whatever stands in it, what comes out is a reading or a refusal with its reason."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from monitor.published import Cause, DocumentError, refusing
from monitor.registry import Registry, load
from tests.support.published import DATA, gzipped, liabilities, wallets, zipped

HOSTILE = DATA / "hostile"
REGISTRY = load()
TABLES = sorted(DATA.glob("*.csv"))
TREES = sorted(DATA.glob("*.json"))

TOTALS = "asset,amount,as_of,unaddressed\nBTC,12.5,2026-06-01T00:00:00Z,1\nETH,7,2026-06-01T00:00:00Z,\n"
ACCOUNTS = json.dumps(
    [
        {"network": "ethereum", "address": "0x" + "0" * 39 + "1", "asset": "ETH", "amount": "1", "height": 7},
        {"network": "bitcoin", "address": "1Kr6QSydW9bFQG1mXiPNNu6WpJGmUa9i1g", "amount": 2.5, "kind": "account"},
    ]
)
OWED = json.dumps([{"asset": "BTC", "amount": "12.5", "as_of": "2026-06-01"}])

TEXTS = st.one_of(
    st.sampled_from(
        [
            *(
                "1e99999999999999999999",
                "1E-99999999999999999999",
                "1e99",
                "NaN",
                "-Infinity",
                "sNaN123",
                "-1",
                "+1",
                "1,5",
            ),
            *("9" * 30, "9" * 5_000, "9223372036854775808", "18446744073709551616", "-9223372036854775809", "٣", "½"),
            *(
                "0001-01-01T00:00:00+23:59",
                "9999-12-31T23:59:59-23:59",
                "2026-02-30",
                "2026-W01-1",
                "24:00",
                "-0001-01-01",
            ),
            *("", " ", "null", "\\N", "\x00", "\x1b[2J", "\u202e", "\ufeff", "\ud800", "a\nb", 'a"b', "a\rb", "=1+1"),
            *("0x", "0x" + "f" * 5_000, "1" * 100_000, "bc1" + "q" * 500, "\U0001f4a9" * 50, "{}", "[]", "true"),
        ]
    ),
    st.text(max_size=30),
)
VALUES = st.one_of(
    TEXTS.map(json.dumps),
    st.sampled_from(
        [
            *("1e99999999999999999999", "-1e400", "1e-99999999999999999999", "NaN", "Infinity", "9" * 5_000, "1" * 25),
            *("-1", "0.1", "true", "null", "{}", "[]", '{"a": 1, "a": 2}', "[" * 100_000, "9223372036854775808"),
            *('"\\ud800"', '{"owners": [1]}', '{"owners": {}}', "[[]]", "1", "253402300800000", "-62135596800001"),
        ]
    ),
)
MANY = settings(
    deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def read(content: bytes, name: str) -> None:
    """Both ways to read it. A refusal is fine; one that nobody expected is a defect."""
    readers: tuple[Callable[..., object], ...] = (wallets, liabilities)
    refusals = []
    for reader in readers:
        try:
            reader(content, REGISTRY, name=name)
        except DocumentError as error:
            refusals.append(error)
    assert not [error for error in refusals if error.reason is Cause.UNEXPECTED]


def encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def with_cell(table: str, place: int, text: str) -> str:
    """``table`` with another text in one of its cells."""
    rows = list(csv.reader(io.StringIO(table)))
    cells = [(row, column) for row, cells in enumerate(rows) for column in range(len(cells))]
    row, column = cells[place % len(cells)]
    rows[row][column] = text
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


def places_of(tree: Any) -> Iterator[tuple[Any, Any]]:
    """Every container in ``tree``, with each of its keys."""
    keys = list(tree) if isinstance(tree, dict) else range(len(tree)) if isinstance(tree, list) else ()
    for key in keys:
        yield tree, key
        yield from places_of(tree[key])


def with_value(text: str, place: int, value: str) -> str:
    """The JSON ``text`` with something else in the place of one of its values."""
    tree = json.loads(text)
    places = list(places_of(tree))
    container, key = places[place % len(places)]
    container[key] = "HERE"
    return json.dumps(tree).replace('"HERE"', value)


@pytest.mark.parametrize(
    "sample", [TOTALS, *TABLES], ids=lambda each: each.name if isinstance(each, Path) else "totals"
)
@MANY
@given(place=st.integers(0, 10_000), text=TEXTS)
def test_any_text_in_any_cell_of_a_table_is_read_or_refused(sample: str | Path, place: int, text: str) -> None:
    table = sample if isinstance(sample, str) else sample.read_text()
    read(encoded(with_cell(table, place, text)), "list.csv")


@pytest.mark.parametrize(
    "sample",
    [ACCOUNTS, OWED, *TREES],
    ids=["accounts", "owed", *(path.name for path in TREES)],
)
@MANY
@given(place=st.integers(0, 10_000), value=VALUES)
def test_any_value_in_any_field_of_a_tree_is_read_or_refused(sample: str | Path, place: int, value: str) -> None:
    text = sample if isinstance(sample, str) else sample.read_text()
    read(encoded(with_value(text, place, value)), "list.json")


@MANY
@given(data=st.data())
def test_damaged_bytes_of_any_kind_are_read_or_refused(data: st.DataObject) -> None:
    table = encoded(TOTALS)
    whole = data.draw(
        st.sampled_from([table, encoded(ACCOUNTS), zipped({"a.csv": table, "b/c.csv": ""}), gzipped(table)])
    )
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, min(len(whole), start + 8)))
    read(whole[:start] + data.draw(st.binary(max_size=8)) + whole[end:], "list.zip")


@given(content=st.binary(max_size=200))
@example(b"PK\x03\x04")
@example(b"PK\x05\x06" + bytes(18))
@example(b"\x1f\x8b")
@example(b"\xef\xbb\xbf")
@example(b"\xff\xfe[\x00]\x00")
@example(b"[" * 200_000)
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    read(content, "list")


@pytest.mark.parametrize(
    ("name", "reason", "told"),
    [
        ("huge-exponent-wallets.json", Cause.LAYOUT, "out of all bounds"),
        ("nameless-member.zip", Cause.ARCHIVE, "a member has no name"),
    ],
)
def test_documents_that_once_froze_a_list_are_refused(registry: Registry, name: str, reason: Cause, told: str) -> None:
    with pytest.raises(DocumentError, match=told) as refused:
        wallets((HOSTILE / name).read_bytes(), registry, name=name)
    assert (refused.value.reason, name in str(refused.value)) == (reason, True)


def test_a_total_that_once_froze_the_liabilities_is_refused(registry: Registry) -> None:
    with pytest.raises(DocumentError, match="out of all bounds"):
        liabilities((HOSTILE / "huge-exponent-totals.json").read_bytes(), registry, name="owed.json")


def test_an_error_that_nobody_expected_is_a_refusal_that_names_where_and_what() -> None:
    with pytest.raises(DocumentError) as refused, refusing(lambda: "list.csv:7"):
        dict[str, int]()["colour"]
    assert refused.value.reason is Cause.UNEXPECTED
    assert str(refused.value).startswith("list.csv:7: ")
    assert "KeyError: 'colour', in test_hostile.py:" in str(refused.value)


def test_a_list_of_coins_that_nobody_knows_is_refused_before_each_is_judged_for_ever(registry: Registry) -> None:
    rows = "".join(f"ethereum,NO-SUCH-{number},0x{number:040x},1\n" for number in range(5_001))
    with pytest.raises(DocumentError) as caught:
        wallets("network,asset,address,amount\n" + rows, registry)
    assert caught.value.reason is Cause.TOO_LARGE
    assert "5001 coin ids" in str(caught.value)
    assert len(wallets("network,asset,address,amount\n" + rows.rpartition("ethereum,")[0], registry).claims) == 5_000
