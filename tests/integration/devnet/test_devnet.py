"""The devnet on its real nodes: what was promised is on the chains, and coins move exactly."""

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path

import pytest

from monitor import registry, settings
from monitor.chains.opening import open_network
from monitor.devnet.devnet import Devnet
from monitor.devnet.exchange import RequestError
from monitor.devnet.holdings import Kind, holdings
from monitor.devnet.programs import ROOT
from monitor.devnet.state import State
from monitor.model import Claim, OwnerOutcome
from monitor.ownership import question
from tests.support.waiting import eventually

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def devnet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Devnet]:
    with Devnet.start(tmp_path_factory.mktemp("devnet")) as running:
        yield running


@pytest.fixture(autouse=True)
def _whole(devnet: Devnet) -> Iterator[None]:
    yield
    devnet.refill()


def ratios(devnet: Devnet) -> dict[str, Decimal]:
    return {now.asset: now.ratio for now in devnet.standings()}


def test_the_ratios_on_chain_are_those_that_were_promised(devnet: Devnet) -> None:
    assert ratios(devnet) == {"BTC": Decimal("1.05"), "ETH": Decimal("1.03"), "USDT": Decimal("1.02")}


@pytest.mark.parametrize(
    ("asset", "share", "left"),
    [
        ("BTC", "10%", "945"),
        ("BTC", "0.00000001", "1049.99999999"),
        ("ETH", "10%", "9270"),
        ("ETH", "6240.000000000000000001", "4059.999999999999999999"),  # one wei from the second network
        ("USDT", "80%", "10200000"),
    ],
)
def test_a_drain_takes_exactly_what_was_asked_and_a_refill_brings_it_back(
    devnet: Devnet, asset: str, share: str, left: str
) -> None:
    before = devnet.standings()
    devnet.drain(asset, share)
    assert {now.asset: now.reserves for now in devnet.standings()} == {
        now.asset: Decimal(left) if now.asset == asset else now.reserves for now in before
    }
    devnet.refill(asset)
    assert devnet.standings() == before


def test_drains_and_refills_follow_one_another(devnet: Devnet) -> None:
    for _ in range(3):
        devnet.drain("BTC", "10%")
    assert ratios(devnet)["BTC"] == Decimal("1.05") * Decimal("0.9") ** 3
    devnet.refill()
    assert ratios(devnet)["BTC"] == Decimal("1.05")


def test_the_devnet_waits_while_the_monitor_scans_the_same_node(devnet: Devnet) -> None:
    def standings() -> list[Decimal]:
        return [each.reserves for each in devnet.standings()]

    with ThreadPoolExecutor(4) as threads:
        told = [future.result() for future in [threads.submit(standings) for _ in range(12)]]
    assert told == [told[0]] * 12


def test_another_process_finds_the_devnet_by_its_directory(devnet: Devnet) -> None:
    other = Devnet.attach(devnet.directory)
    other.drain("USDT", "1")
    assert devnet.standings() == other.standings()
    assert ratios(devnet)["USDT"] < Decimal("1.02")


def test_a_second_devnet_in_the_same_directory_is_refused_and_the_first_goes_on(devnet: Devnet) -> None:
    with pytest.raises(RequestError, match=r"runs in .* already"):
        Devnet.start(devnet.directory)
    assert ratios(devnet)["BTC"] == Decimal("1.05")


def test_a_directory_with_something_else_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "photographs").touch()
    with pytest.raises(RequestError, match="holds something else"):
        Devnet.start(tmp_path)
    assert (tmp_path / "photographs").exists()


def test_there_is_nothing_to_drain_where_no_devnet_runs(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="`make run` starts one"):
        Devnet.attach(tmp_path)


async def test_the_safe_of_the_list_is_confirmed_by_the_chain_and_the_made_up_wallet_is_not(devnet: Devnet) -> None:
    configured = settings.load(devnet.config_path, devnet.environment).networks["ethereum"]
    network = registry.load().networks["ethereum"]
    rows = [row for row in holdings() if row.network == network and all(row.owners)]
    assert [row.kind for row in rows] == [Kind.SAFE, Kind.CONTRACT]
    claims = [
        Claim(
            *("wallets.csv", 1, row.coin, network.name, row.token, row.address, row.address),
            message=row.message,
            signatures=row.signatures,
            owners=row.owners,
        )
        for row in rows
    ]
    questions = [asked for claim in claims if (asked := question(claim, network))]
    reader = open_network(network, configured)
    try:
        answers = await reader.confirm(questions)
    finally:
        await reader.close()
    assert [answer.outcome for answer in answers] == [OwnerOutcome.CONFIRMED, OwnerOutcome.UNDECIDED]


def test_what_was_started_has_ended_after_a_stop(tmp_path: Path) -> None:
    with Devnet.start(tmp_path / "devnet"):
        state = State.load(tmp_path / "devnet")
        assert state is not None
        assert sorted(state.processes) == ["arbitrum", "bitcoin", "ethereum", "inbox"]
        assert all(process.alive for process in state.processes.values())
    assert not any(process.alive for process in state.processes.values())


def test_nothing_is_left_running_when_a_step_of_the_start_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr("monitor.devnet.devnet.write_wallets", fail)
    with pytest.raises(OSError, match="no space left"):
        Devnet.start(tmp_path)
    state = State.load(tmp_path)
    assert state is not None
    assert not any(process.alive for process in state.processes.values())


def test_a_start_clears_what_a_killed_devnet_has_left(tmp_path: Path) -> None:
    """SIGKILL of the supervisor leaves its nodes running, and the state that names them."""
    directory = tmp_path / "devnet"
    start_and_die = (
        "import os, sys, pathlib; from monitor.devnet.devnet import Devnet;"
        "Devnet.start(pathlib.Path(sys.argv[1])); os._exit(0)"
    )
    subprocess.run([sys.executable, "-c", start_and_die, directory], cwd=ROOT, check=True)
    left = State.load(directory)
    assert left is not None
    assert not left.running
    assert all(process.alive for process in left.processes.values())
    with Devnet.start(directory) as devnet:
        eventually(lambda: not any(process.alive for process in left.processes.values()))
        assert ratios(devnet)["BTC"] == Decimal("1.05")
