"""JSON of strangers: exact, of one meaning, or refused with its place."""

import json
import sys
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.formats.strict_json import DEEPEST, JsonError, lines_of_elements, read

values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**90), 10**90) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(values, st.booleans(), st.sampled_from([None, 2]))
def test_what_others_write_is_read_as_they_meant_it(value: object, ascii_only: bool, indent: int | None) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only, indent=indent)
    assert read(text.encode()) == value


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**40), max_value=10**40))
def test_numbers_keep_every_digit(number: Decimal) -> None:
    found = read(f"[{number}]".encode())[0]
    assert Decimal(found).as_tuple() == number.as_tuple() or (not number and not found)


def test_a_caller_says_what_numbers_with_a_point_are() -> None:
    assert read(b'{"a": [1.50, 2, 1e3]}', str) == {"a": ["1.50", 2, "1e3"]}


@pytest.mark.parametrize(
    ("data", "problem", "line"),
    [
        (b'{"a": 1,\n "b": 2,\n "a": 3}', "the key 'a' occurs twice in one object", 1),
        (b'[1,\n{"b": 2,\n "b": 2}]', "the key 'b' occurs twice", 2),
        (b'{"x": {"b": 2, "\\u0062": 3}}', "the key 'b' occurs twice", 1),
        (b'{"": 0, "": 0}', "the key '' occurs twice", 1),
        (b'{"b": {"c": [{"d": [], "d": []}]}}', "the key 'd' occurs twice", 1),
        (b"[NaN]", "not JSON", 1),
        (b"[1,\n-Infinity]", "not JSON", 2),
        (b"[1e1001]", "out of all bounds", 0),
        (b"[1e-999999]", "out of all bounds", 0),
        (b"[1e99999999999999999999]", r"out of all bounds - at `\$\[0\]`", 0),
        (b"[\n" + b"9" * 101 + b"]", "more than 100 digits", 2),
        (b"[\n-0." + b"9" * 101 + b"]", "more than 100 digits", 2),
        (b"9" * 5000, "more than 100 digits", 1),
        (b"[01]", "not JSON", 1),
        (b'[1] [\n"trailing"]', "not JSON: trailing characters", 1),
        (b"[1,\n2,\n]", "not JSON: trailing comma", 3),
        (b"['a']", "not JSON", 1),
        (b'["a\nb"]', "not JSON", 1),
        (b"\xef\xbb\xbf{}", "byte order mark", 1),
        (b'["a",\n"\xff"]', "byte 7 is not UTF-8", 2),
        (b'["\xed\xa0\x80"]', "not UTF-8", 1),
        (b"[\xff]", "not JSON", 1),
        (b'["\\ud800"]', "surrogate", 0),
        (b'["\\ud800 and more text"]', "surrogate", 1),
        (b'["\\udc00 and more text"]', "surrogate", 1),
        ("[]".encode("utf-16"), "not JSON", 1),
        (b"[" * 101 + b"]" * 101, "nested more than 100 deep", 0),
        (b'{"a":' * 101 + b"1" + b"}" * 101, "nested more than 100 deep", 0),
        (b"[" * 10_000_000, "nested more than 100 deep", 0),
    ],
)
def test_what_can_be_understood_in_two_ways_is_refused(data: bytes, problem: str, line: int) -> None:
    with pytest.raises(JsonError, match=problem) as caught:
        read(data)
    assert (caught.value.line, caught.value.truncated) == (line, False)


@pytest.mark.parametrize(
    "data", [b"", b"  \n", b'{"a": [1, 2', b'["abc', b'["abc\\', b'{"a"', b"[tru", b'["[[[[[[', b'"']
)
def test_a_missing_end_is_told_apart(data: bytes) -> None:
    with pytest.raises(JsonError, match="the end is missing") as caught:
        read(data)
    assert (caught.value.line, caught.value.truncated) == (data.count(b"\n") + 1, True)


def test_a_number_at_the_bounds_is_read() -> None:
    assert read(b"[1e1000, 1e-1000, " + b"9" * 100 + b"]") == [Decimal("1e1000"), Decimal("1e-1000"), 10**100 - 1]


def test_elements_that_are_alike_have_lines_of_their_own() -> None:
    assert list(lines_of_elements(b"[1,1,\n1,11,\n\n1]")) == [1, 1, 2, 2, 4]


def test_brackets_colons_and_digits_within_texts_are_no_structure() -> None:
    text = "[{:" * DEEPEST + "9" * 200 + '\\"]}'
    for far in (0, 2**20 - 5, 2**20 - 1, 2**20):
        tree = {text: [text, " " * far, text]}
        assert read(json.dumps(tree).encode()) == tree


def test_depth_is_bounded_whatever_python_allows() -> None:
    """Libraries lift the limit of recursion (py_ecc: 100 000), and the stack would overflow."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(1_000_000)
    try:
        with pytest.raises(JsonError, match="nested"):
            read(b'[{"a":' * 1_000_000)
    finally:
        sys.setrecursionlimit(limit)
    deepest = b"[" * DEEPEST + b"]" * DEEPEST
    assert json.dumps(read(deepest)).encode() == deepest


@given(st.binary(max_size=40) | st.text('[]{}",:\\u 0123456789eE.-truefalsn\n', max_size=40).map(str.encode))
def test_no_bytes_whatever_do_anything_else(data: bytes) -> None:
    try:
        found = read(data)
    except JsonError:
        return
    assert json.loads(data, parse_float=Decimal) == found


@given(st.lists(values, max_size=6), st.integers(0, 3))
def test_each_element_of_a_list_is_found_in_its_line(elements: list[object], gap: int) -> None:
    texts = [json.dumps(element, indent=1) for element in elements]
    text = "\n" * gap + "[" + ",\n".join(f"\n {each}" for each in texts) + "\n]"
    lines = text.split("\n")
    found = list(lines_of_elements(text.encode()))
    assert len(found) == len(elements)
    for line, each in zip(found, texts, strict=True):
        assert lines[line - 1].startswith(" " + each.split("\n")[0])
