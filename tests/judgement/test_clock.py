"""Blocks that contradict the clock: several networks together are believed, one alone is not."""

from datetime import timedelta

import pytest

from monitor.judgement import clock_contradiction
from monitor.model import EndpointState


def endpoints(**ages: str) -> list[EndpointState]:
    """Of each network, the ages in minutes of the blocks that its endpoints named; ``?``: it named none."""
    return [
        EndpointState(
            network,
            f"node-{number}",
            "evm",
            up=True,
            requests=1,
            failures={},
            disagreements=0,
            block_age=None if age == "?" else timedelta(minutes=float(age)),
        )
        for network, each in ages.items()
        for number, age in enumerate(each.split(), 1)
    ]


@pytest.mark.parametrize(
    "ages",
    [
        pytest.param({"ethereum": "15", "bitcoin": "130", "polygon": "0.1"}, id="as they are"),
        pytest.param({"ethereum": "-9", "bitcoin": "-9"}, id="minutes ahead"),
        pytest.param({"ethereum": "-6000", "bitcoin": "5", "polygon": "1"}, id="a network that lies"),
        pytest.param({"ethereum": "-6000 3", "bitcoin": "-6000 4"}, id="an endpoint of each that lies"),
        pytest.param({"ethereum": "90", "bitcoin": "130", "polygon": "59"}, id="one that is not late"),
        pytest.param({"ethereum": "90 5", "bitcoin": "130"}, id="one late endpoint beside a good one"),
        pytest.param({"ethereum": "-10", "bitcoin": "-10"}, id="as far ahead as several may be"),
        pytest.param({"ethereum": "60", "bitcoin": "60"}, id="as far behind as several may be"),
        pytest.param({"a": "-60", "b": "-60", "c": "1", "d": "1", "e": "1"}, id="not most of them"),
        pytest.param({"bitcoin": "-120"}, id="as far ahead as Bitcoin allows"),
        pytest.param({"ethereum": "90000"}, id="a frozen node, all by itself"),
        pytest.param({"ethereum": "?", "bitcoin": "?"}, id="nothing named"),
    ],
)
def test_blocks_that_may_be_so_contradict_nothing(ages: dict[str, str]) -> None:
    assert clock_contradiction(endpoints(**ages)) == ""


@pytest.mark.parametrize(
    ("ages", "said"),
    [
        (
            {"ethereum": "-46", "bitcoin": "-50 -48", "polygon": "?"},
            "The newest blocks lie ahead of the clock: bitcoin by 48 min, ethereum by 46 min.",
        ),
        (
            {"ethereum": "-46", "polygon": "-60", "zksync": "300"},
            "The newest blocks lie ahead of the clock: ethereum by 46 min, polygon by 1 h.",
        ),
        (
            {"ethereum": "75", "op": "61 600", "base": "100"},
            "All newest blocks lie far behind the clock: base by 1 h 40 min, ethereum by 1 h 15 min, op by 1 h 1 min.",
        ),
        (
            {"ethereum": "-10.1", "bitcoin": "-10.1"},
            "The newest blocks lie ahead of the clock: bitcoin by 10 min 6 s, ethereum by 10 min 6 s.",
        ),
        (
            {"bitcoin": "-121"},
            "The newest blocks lie ahead of the clock: bitcoin by 2 h 1 min.",
        ),
    ],
)
def test_blocks_of_several_networks_contradict_a_wrong_clock(ages: dict[str, str], said: str) -> None:
    assert clock_contradiction(endpoints(**ages)).startswith(said + " It may have been put ")
