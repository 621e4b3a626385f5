"""`reserve-monitor config check` and `config show`."""

import json
from pathlib import Path

import pytest
import yaml

from monitor.daemon import load_configuration
from tests.cli.conftest import Command
from tests.support.daemons import Site, signed

BAD = """\
exchanges:
  okx:
    wallets: {source: wallets.csv, format: papyrus, refresh: soon}
    basis: hoped
  kraken:
    walets: {source: wallets.csv}
networks:
  ethereum:
    quorum: 2
    endpoints: [{url: "${NO_SUCH_VARIABLE}"}]
"""
UNKNOWN_NAMES = """\
exchanges:
  okx:
    wallets: {source: wallets.csv, format: papyrus}
networks:
  atlantis:
    endpoints: [{url: "http://node"}]
  ethereum:
    endpoints: [{url: "http://node", protocol: bitcoind}]
  bitcoin:
    verify: proof
    endpoints: [{url: "http://node"}]
"""


@pytest.fixture
def secretive(site: Site, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TEST_KEY", "0123456789abcdef-key")
    site.exchange("okx", [signed(1)])
    site.sections["exchanges"]["okx"]["wallets"]["source"] = "https://me:hunter22@por.example/list.csv?token=t0k3n"
    site.network("ethereum", "https://eth.example/v3/${TEST_KEY}")
    site.network("bitcoin", endpoints=[{"url": "http://btc.example", "user": "alice", "password": "correct-horse"}])
    return site.write()


def test_all_faults_are_told_at_once_each_with_its_line_and_path(command: Command, tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(BAD)
    finished = command("config", "check", path)
    assert (finished.status, finished.out) == (2, "")
    for place in (
        f"{path}:3: exchanges.okx.wallets.refresh: not a duration",
        f"{path}:4: exchanges.okx.basis: ",
        f"{path}:5: exchanges.kraken.wallets: is required",
        f"{path}:6: exchanges.kraken.walets: unknown key",
        f"{path}:10: networks.ethereum.endpoints[0].url: ${{NO_SUCH_VARIABLE}} is not set",
    ):
        assert f"error: {place}" in finished.err


def test_names_that_mean_nothing_are_faults_too(command: Command, tmp_path: Path) -> None:
    path = tmp_path / "unknown.yaml"
    path.write_text(UNKNOWN_NAMES)
    finished = command("config", "check", path)
    assert finished.status == 2
    for place in (
        f"{path}:3: exchanges.okx.wallets.format: no such layout of wallet lists; there are auto",
        f"{path}:5: networks.atlantis: no such network",
        f"{path}:8: networks.ethereum.endpoints[0]: protocol 'bitcoind' does not serve Ethereum",
        f"{path}:10: networks.bitcoin.verify: nodes of Bitcoin prove no balances; use `answers` and a quorum",
    ):
        assert f"error: {place}" in finished.err


def test_an_endpoint_that_could_not_be_opened_is_a_fault_before_anything_is_asked(
    command: Command, tmp_path: Path
) -> None:
    path = tmp_path / "endpoints.yaml"
    path.write_text(f"""
exchanges: {{okx: {{wallets: {{source: wallets.csv}}}}}}
networks:
  bitcoin:
    endpoints: [{{protocol: electrum, url: "ssl://electrum.example:50002", ca_file: {tmp_path}/none.pem}}]
  zcash:
    endpoints: [{{protocol: electrum, url: "ssl://electrum.example:50002"}}]
""")
    finished = command("config", "check", path)
    assert finished.status == 2
    for place in (
        f"{path}:5: networks.bitcoin.endpoints[0]: ca_file {tmp_path}/none.pem cannot be used: No such file",
        f"{path}:7: networks.zcash.endpoints[0]: protocol 'electrum' does not serve Zcash; use bitcoind or esplora",
    ):
        assert f"error: {place}" in finished.err


@pytest.mark.parametrize("text", ["", "exchanges: [", "- a\n- b\n"])
def test_what_is_no_configuration_at_all_is_told(command: Command, tmp_path: Path, text: str) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(text)
    finished = command("config", "check", path)
    assert (finished.status, f"error: {path}:1: " in finished.err) == (2, True)


def test_a_good_configuration_is_said_to_be_one(command: Command, secretive: Path) -> None:
    finished = command("config", "check", secretive)
    assert (finished.status, finished.out) == (0, "")
    assert "1 exchange(s), 2 network(s)" in finished.err


@pytest.mark.parametrize("options", [[], ["--json"]], ids=["YAML", "JSON"])
def test_the_effective_configuration_is_shown_without_a_secret(
    command: Command, secretive: Path, options: list[str]
) -> None:
    finished = command("config", "show", secretive, *options)
    assert finished.status == 0
    for secret in ("0123456789abcdef-key", "hunter22", "t0k3n", "alice", "correct-horse"):
        assert secret not in finished.out + finished.err
    shown = json.loads(finished.out) if options else yaml.safe_load(finished.out)
    assert shown["networks"]["ethereum"]["endpoints"][0]["url"] == "https://eth.example/v3/***"
    assert shown["exchanges"]["okx"]["wallets"]["source"] == "https://***@por.example/list.csv?token=***"
    assert shown["exchanges"]["okx"]["breach_below"] == "1", "defaults are spelt out"
    assert shown["networks"]["ethereum"]["interval"] == "200ms"


def test_what_is_shown_is_a_configuration_again(command: Command, site: Site, tmp_path: Path) -> None:
    site.exchange("okx", [signed(1)], assets={"BTC": {"warn_below": "1.02"}})
    site.network("ethereum", "http://node")
    again = tmp_path / "again.yaml"
    again.write_text(command("config", "show", site.write()).out)
    assert load_configuration(again)[0] == load_configuration(site.path)[0]


def test_a_broken_one_is_not_shown(command: Command, tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(BAD)
    assert command("config", "show", path).status == 2
