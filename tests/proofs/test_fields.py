"""The fields of a proof's JSON: what is not of its type is refused by name, and the bounds are the stated ones."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from monitor.proofs.amounts import read, read_number
from monitor.proofs.fields import Fields, contents, load, octets
from monitor.proofs.scheme import ProofError, UnreadableError
from tests.support import trees

FIELDS = Fields({"n": 2, "true": True, "half": Decimal("0.5"), "text": "x", "list": [1], "less": -1}, "here")


@pytest.mark.parametrize(
    ("asked", "rule"),
    [
        (lambda: Fields([], "here"), "here: expected an object, not a list"),
        (lambda: Fields("{}", "here"), "here: expected an object, not text"),
        (lambda: FIELDS.only({*FIELDS.names(), "more"}), "here: the field 'more' is missing"),
        (lambda: FIELDS.only(FIELDS.names() - {"text"}), "here: unknown field 'text'"),
        (lambda: FIELDS.value("more"), "here: the field 'more' is missing"),
        (lambda: FIELDS.inner("n"), "here: n: expected an object, not a number"),
        (lambda: FIELDS.integer("true"), "here: true: expected a whole number, not true or false"),
        (lambda: FIELDS.integer("half"), "here: half: expected a whole number, not a number"),
        (lambda: FIELDS.integer("text"), "here: text: expected a whole number, not text"),
        (lambda: FIELDS.integer("less"), "here: less: -1 is less than 0"),
        (lambda: FIELDS.integer("n", 3), "here: n: 2 is less than 3"),
        (lambda: FIELDS.integer("n", 0, 1), "here: n: 2 is more than 1"),
        (lambda: FIELDS.text("n"), "here: n: expected text, not a number"),
        (lambda: FIELDS.items("text"), "here: text: expected a list, not text"),
        (lambda: FIELDS.items("list", 2), "here: list: 1 items, not 2"),
        (lambda: FIELDS.items("list", 0), "here: list: 1 items, not 0"),
        (lambda: read(1, "here", None), "here: expected an amount as text, not a number"),
        (lambda: read_number("1", "here"), "here: expected an amount as a number, as in the root, not text"),
        (lambda: read_number(True, "here"), "here: expected an amount as a number, as in the root, not true"),
        (lambda: read_number(Decimal("-0.0"), "here"), "here: -0.0 is not an amount in plain digits"),
        (lambda: read_number(10**40, "here"), "is not an amount in plain digits"),
        (lambda: contents(trees.file("here", b"123"), 2), "here: more than 2 bytes"),
        (lambda: load(trees.file("here", b"[1.5]")), "here: 1.5 is not a whole number"),
        (lambda: load(trees.file("here", b"[1e5]"), fractions=True), "here: 1e5 is not a number in plain"),
    ],
)
def test_what_is_not_of_its_type_is_refused_and_named(asked: Callable[[], object], rule: str) -> None:
    with pytest.raises(ProofError, match=rule):
        asked()


def test_what_is_of_its_type_is_read_up_to_its_bounds() -> None:
    FIELDS.only(FIELDS.names())
    assert (FIELDS.integer("n", 2, 2), FIELDS.integer("less", -1), FIELDS.text("text")) == (2, -1, "x")
    assert FIELDS.items("list") == FIELDS.items("list", 1) == [1]
    assert contents(trees.file("here", b"123"), 3) == b"123"
    assert load(trees.file("here", b"[1.50]"), fractions=True) == [Decimal("1.50")]
    assert (read("1.50", "here", 2), read_number(-3, "here"), read_number(0, "here")) == (
        Decimal("1.50"),
        Decimal(-3),
        Decimal(0),
    )


@pytest.mark.parametrize("text", ["-0", "01", "+1", " 1", "1.0", "", "9" * 101, "\u0661", "0x1"])
def test_a_whole_number_in_text_has_one_spelling(text: str) -> None:
    assert (Fields({"n": "-7"}, "here").decimal("n"), Fields({"n": "0"}, "here").decimal("n")) == (-7, 0)
    with pytest.raises(UnreadableError, match="is not a plain whole number"):
        Fields({"n": text}, "here").decimal("n")


@pytest.mark.parametrize("value", ["AB", "ab ", "a", "abab", "a\u00e9", " a", "0x", "zz", "", 1, None, ["ab"]])
def test_bytes_in_hex_have_one_spelling(value: object) -> None:
    assert octets("ab", "here", 1) == b"\xab"
    with pytest.raises(UnreadableError, match="here: expected 1 bytes in lower-case hex"):
        octets(value, "here", 1)
