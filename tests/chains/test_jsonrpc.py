import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.chains.jsonrpc import MalformedReplyError, RpcFailure, failure_of, match_replies

Replies = list[dict[str, Any]]
ids = st.lists(st.integers(0, 10**6), unique=True, min_size=1, max_size=30)


def replies(numbers: list[int]) -> Replies:
    return [{"jsonrpc": "2.0", "id": number, "result": hex(number)} for number in numbers]


@given(ids, st.randoms(use_true_random=False))
def test_replies_come_in_the_order_of_the_calls_whatever_their_own(numbers: list[int], chance: random.Random) -> None:
    shuffled = replies(numbers)
    chance.shuffle(shuffled)
    assert match_replies(shuffled, numbers) == replies(numbers)


@given(ids, st.data())
def test_a_batch_with_a_reply_too_few_too_many_or_of_others_is_refused(numbers: list[int], data: st.DataObject) -> None:
    true = replies(numbers)
    place = data.draw(st.integers(0, len(true) - 1))
    missing = true[:place] + true[place + 1 :]
    for wrong in (
        missing,
        [*true, true[place]],
        [*missing, {"id": -1, "result": "0x0"}],
        [*missing, {"result": "0x0"}],
    ):
        with pytest.raises(MalformedReplyError):
            match_replies(wrong, numbers)


@pytest.mark.parametrize(
    "document",
    [
        None,
        {},
        "[]",
        7,
        [None],
        [[]],
        [{"id": 1}],
        [{"id": "1", "result": 0}],
        [{"id": None, "result": 0}],
        [{"id": True, "result": 0}],
    ],
)
def test_what_is_no_batch_of_replies_is_refused(document: object) -> None:
    with pytest.raises(MalformedReplyError):
        match_replies(document, [1])


@pytest.mark.parametrize(
    ("code", "message", "expected"),
    [
        (-32005, "limit exceeded", True),
        (429, "whatever", True),
        (-32000, "Too many requests, try again", True),
        (-32000, "you exceeded your compute units per second capacity", True),
        (-32005, "batch size limit exceeded", False),
        (3, "execution reverted: rate limit", False),
        (-32000, "execution reverted: too many requests", False),
        (-32000, "header not found", False),
    ],
)
def test_a_plea_for_patience_is_told_from_other_errors(code: int, message: str, expected: bool) -> None:
    assert RpcFailure(code, message).rate_limit is expected


def test_errors_of_odd_shapes_are_errors_still() -> None:
    assert failure_of({"id": 1, "error": "no"}) == RpcFailure(0, "no")
    assert failure_of({"id": 1, "error": {}}) == RpcFailure(0, "")
    assert failure_of({"id": 1, "error": None, "result": 5}) is None
