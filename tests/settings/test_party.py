"""Whose vote an endpoint has: a host in all its spellings is one party, unless the settings say who runs what."""

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from monitor.settings import NetworkSettings
from monitor.settings.party import host_of

SPELLINGS = {
    "node.example": [
        "https://node.example/v3/key",
        "https://NODE.Example:8443/",
        "http://node.example./",
        "http://me:secret@node.example:80",
        "http://\uff4e\uff4f\uff44\uff45.example",
        "http://n%6fde.example",
        "ssl://node.example:50002",
    ],
    "xn--bcher-kva.example": ["http://bücher.example", "http://BÜCHER.example", "http://xn--bcher-kva.example"],
    "localhost": [
        "http://localhost:8545",
        "http://LOCALHOST.",
        "http://anything.localhost",
        "http://localhost.localdomain",
        "http://127.0.0.1:8545",
        "http://127.0.0.2",
        "http://127.1",
        "http://2130706433",
        "http://0x7f000001",
        "http://0177.0.0.1",
        "http://0.0.0.0:8545",
        "tcp://[::1]:50001",
        "http://[::ffff:127.0.0.1]:8545",
        "http://[::]",
    ],
    "10.0.0.1": ["http://10.0.0.1:1", "http://10.1", "http://[::ffff:10.0.0.1]"],
    "2001:db8::1": ["http://[2001:DB8::1]:80", "http://[2001:db8:0:0::1]"],
}


@pytest.mark.parametrize(("host", "url"), [(host, url) for host, urls in SPELLINGS.items() for url in urls])
def test_a_host_is_the_same_in_every_spelling(host: str, url: str) -> None:
    assert host_of(url) == host


def network(*endpoints: dict[str, Any], quorum: int, **settings: str) -> NetworkSettings:
    named = [{"name": f"node-{number}", **endpoint} for number, endpoint in enumerate(endpoints, 1)]
    return NetworkSettings.model_validate({"endpoints": named, "quorum": quorum, **settings})


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"url": "https://node.example/one"}, {"url": "https://NODE.example:8443/two"}),
        ({"url": "http://127.0.0.1:8545"}, {"url": "http://localhost:8546"}),
        ({"url": "https://a.example", "party": "us"}, {"url": "https://b.example", "party": "us"}),
        ({"url": "https://a.example", "party": "Us"}, {"url": "https://b.example", "party": " us "}),
        ({"url": "https://a.example"}, {"url": "https://b.example", "party": "a.example"}),
    ],
)
def test_a_quorum_that_its_parties_cannot_meet_is_refused(first: dict[str, Any], second: dict[str, Any]) -> None:
    network(first, second, quorum=1)
    with pytest.raises(ValidationError, match=r"quorum is 2, but its endpoints are of 1 party only: .*node-1, node-2"):
        network(first, second, quorum=2)
    other = {"url": "https://third.example"}
    network(first, second, other, quorum=2)
    with pytest.raises(ValidationError, match=r"quorum is 3, but its endpoints are of 2 parties only: .*third.example"):
        network(first, second, other, quorum=3)


def test_a_window_fits_into_the_deadline_and_needs_a_single_party() -> None:
    one, two = {"url": "https://a.example"}, {"url": "https://b.example"}
    assert network(one, two, quorum=1, window="5m").window == timedelta(minutes=5)
    with pytest.raises(ValidationError, match="`window` needs `quorum: 1`"):
        network(one, two, quorum=2, window="5m")
    with pytest.raises(ValidationError, match="window is 10 min, but a snapshot is given up after 5 min"):
        network(one, two, quorum=1, window="10m")
    network(one, two, quorum=1, window="10m", deadline="10m")


def test_who_runs_an_endpoint_can_be_said() -> None:
    same = "http://127.0.0.1:{}"
    settings = network({"url": same.format(1), "party": "one"}, {"url": same.format(2), "party": "two"}, quorum=2)
    assert settings.parties == {"one": ["node-1"], "two": ["node-2"]}
