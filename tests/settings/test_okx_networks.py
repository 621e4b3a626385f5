"""config/okx.yaml against the registry's coin ids of OKX: what it does not serve, it names, with what is in the way."""

import csv
import re
from pathlib import Path

import pytest

from monitor.chains import readers_of
from monitor.registry import load
from monitor.settings import load as load_settings

PATH = Path("config/okx.yaml")
REGISTRY = load()
SETTINGS = load_settings(PATH, {})
IDS = [
    row["id"] for row in csv.DictReader(Path("tests/data/registry/okx-coin-ids.csv").read_text("utf-8").splitlines())
]
PLACED = {coin: placed.network for coin in IDS if (placed := REGISTRY.place(coin)).network}
NEEDED = {network.name: network for network in PLACED.values()}
LARGE = ("ethereum", "arbitrum", "optimism", "base", "polygon", "avalanche", "bnb", "xrp", "starknet")

_NO_ENDPOINT, _NO_PROTOCOL, _NO_NETWORK, _END = (
    PATH.read_text("utf-8").index(words)
    for words in ("# No public endpoint is known", "# No protocol reads these", "# Ids of OKX's", "\nstore: ")
)


def named(begin: int, end: int) -> set[str]:
    """The words of some comments; of sentences between them, too."""
    return set(re.findall(r"[\w-]+", PATH.read_text("utf-8")[begin:end]))


def test_every_network_of_a_coin_id_is_served_or_named_with_what_it_needs() -> None:
    unserved = NEEDED.keys() - SETTINGS.networks.keys()
    assert named(_NO_ENDPOINT, _NO_NETWORK) & REGISTRY.networks.keys() == unserved
    assert named(_NO_PROTOCOL, _NO_NETWORK) & unserved == {name for name in unserved if not readers_of(NEEDED[name])}


def test_nothing_is_served_that_no_coin_id_is_on_or_that_nobody_reads() -> None:
    assert SETTINGS.networks.keys() - NEEDED.keys() == set()
    assert [name for name in SETTINGS.networks if not readers_of(NEEDED[name])] == []


def test_ids_that_are_on_no_network_are_named() -> None:
    assert named(_NO_NETWORK, _END) & set(IDS) == set(IDS) - PLACED.keys()


@pytest.mark.parametrize("name", LARGE)
def test_the_large_ones_are_told_by_two_parties(name: str) -> None:
    network = SETTINGS.networks[name]
    assert network.quorum == 2
    assert len({endpoint.voice for endpoint in network.endpoints}) >= 2


@pytest.mark.parametrize("name", sorted(SETTINGS.networks))
def test_public_endpoints_are_asked_seldom_and_slowly(name: str) -> None:
    network = SETTINGS.networks[name]
    assert network.interval.total_seconds() >= 600
    for endpoint in network.endpoints:
        assert endpoint.url.startswith(("https://", "ssl://"))
        # Without a rate, where all answers must be of one block: pacing would only let the block pass.
        assert endpoint.rate <= 10 if endpoint.rate else endpoint.concurrency <= 50
