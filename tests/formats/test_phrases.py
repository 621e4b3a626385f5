from datetime import timedelta

import pytest

from monitor.formats.phrases import counted, first, span


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "0 s"), (-5, "0 s"), (59, "59 s"), (60, "1 min"), (3661, "1 h 1 min"), (3 * 86400 + 4 * 3600 + 59, "3 d 4 h")],
)
def test_a_span_is_told_in_its_two_largest_units(seconds: int, said: str) -> None:
    assert span(timedelta(seconds=seconds)) == said


def test_one_is_no_plural() -> None:
    assert (counted(0, "claim"), counted(1, "claim"), counted(2, "claim")) == ("0 claims", "1 claim", "2 claims")


def test_of_many_the_first_are_named_and_the_others_counted() -> None:
    assert first([]) == ""
    assert first(["a", "b", "c"]) == "a, b, c"
    assert first(["a", "b", "c", "d", "e"]) == "a, b, c and 2 more"
    assert first(["a: x", "b: y", "c: z"], 2, "; ") == "a: x; b: y; and 1 more"
