"""Text of others: seen in whole, acting on nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.formats import LONGEST, visible


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("\x1b[31mred\x1b[0m", r"\x1b[31mred\x1b[0m"),
        ("\x1b]8;;https://evil.example\x07link", r"\x1b]8;;https://evil.example\x07link"),
        ("a\x9b31mb\x7f\x00", r"a\x9b31mb\x7f\x00"),
        ("one\r\ntwo\tthree\x0b", r"one\r\ntwo\tthree\x0b"),
        ("\u202eevil\u202c \u2066x\u2069\u200f\u061c", r"\u202eevil\u202c \u2066x\u2069\u200f\u061c"),
        ("0x\u200b12\u200d\u2060\ufeff\u00ad", r"0x\u200b12\u200d\u2060\ufeff\xad"),
        ("a\u2028b\u2029c\x85d", r"a\u2028b\u2029c\x85d"),
        ("\ud800\udfff", r"\ud800\udfff"),
        ("\u3164\u115f\u2800\ufe0f\U000e0101\U000e0041", r"\u3164\u115f\u2800\ufe0f\U000e0101\U000e0041"),
        ("a\u00a0b\u3000c", r"a\xa0b\u3000c"),
    ],
)
def test_what_acts_or_hides_is_shown_as_its_escape(text: str, seen: str) -> None:
    assert visible(text) == seen
    assert visible(seen) == seen


@pytest.mark.parametrize(
    "text", ["", "I am an OKX address", "[red]x[/]", "交易所, Börse, Ωmega", r"C:\x1b", "99.99 %", "🪙"]
)
def test_what_people_write_stays_as_it_is(text: str) -> None:
    assert visible(text) == text


@given(st.text())
def test_whatever_it_is_it_is_one_line_that_can_be_printed(text: str) -> None:
    seen = visible(text)
    assert seen.isprintable()
    seen.encode()


def test_nothing_is_endless() -> None:
    assert visible("x" * 10**6) == "x" * LONGEST + "…"
    assert visible("\x1b" * 50, 10) == r"\x1b" * 10 + "…"
