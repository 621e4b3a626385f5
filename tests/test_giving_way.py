"""Work of many rows gives way of itself, and loses none of them."""

import sys
import threading
from collections.abc import Iterator
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.giving_way import giving_way

MANY = 5_000_000


@given(st.lists(st.integers()))
def test_all_items_come_in_their_order(items: list[int]) -> None:
    assert list(giving_way(items)) == items


@pytest.fixture
def _nobody_is_made_to_give_way() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(1_000)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("_nobody_is_made_to_give_way")
def test_another_thread_has_its_turn_while_items_are_gone_through() -> None:
    begun, had = threading.Event(), threading.Event()

    def other() -> None:
        begun.wait()
        had.set()

    thread = threading.Thread(target=other)
    thread.start()
    begun.set()
    rounds = next(number for number in giving_way(count()) if had.is_set() or number == MANY)
    thread.join()

    assert rounds < MANY
