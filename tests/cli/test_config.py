"""`reserve-monitor config check` and `config show`."""

import json
from pathlib import Path

import pytest
import yaml

from monitor.daemon.configuration import load_configuration
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
        f"{path}:3: exchanges.okx.wallets.format: no such layout of wallet lists; ",
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
        f"{path}:7: networks.zcash.endpoints[0]: protocol 'electrum' does not serve Zcash (its headers have",
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


def checked(command: Command, tmp_path: Path, text: str) -> tuple[int, str]:
    path = tmp_path / "monitor.yaml"
    path.write_text(text)
    finished = command("config", "check", path)
    assert finished.out == ""
    return finished.status, finished.err.replace(str(path), "monitor.yaml").replace(str(tmp_path), "TMP")


def exchange(tmp_path: Path, more: str = "", source: str = "") -> str:
    (tmp_path / "list.csv").touch()
    return f"exchanges:\n  okx:\n    wallets: {{source: {source or tmp_path / 'list.csv'}}}\n{more}"


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (
            "    assets: {XBT: {}}\n",
            "monitor.yaml:4: exchanges.okx.assets.XBT: this asset is called BTC here: write that",
        ),
        ("    assets: {btc: {}}\n", "monitor.yaml:4: exchanges.okx.assets.btc: this asset is called BTC here"),
        ("    assets: {Tether (USDT): {}}\n", "this asset is called USDT here"),
        (
            "    liabilities: {source: a, format: okx_report}\n",
            "exchanges.okx.liabilities.format: no such layout",
        ),
        ("    liabilities: {source: a, format: okx_report}\n", "did you mean okx-report?"),
        (
            "networks: {bsc: {endpoints: [{url: 'http://n'}]}}\n",
            "networks.bsc: this network is called bnb here",
        ),
        (
            "networks: {Ethereum: {endpoints: [{url: 'http://n'}]}}\n",
            "this network is called ethereum here",
        ),
        (
            "networks: {etherium: {endpoints: [{url: 'http://n'}]}}\n",
            "did you mean ethereum, ethereum-pow or ethereum-beacon?",
        ),
        ("web: {config_file: none.yaml}\n", "monitor.yaml:4: web.config_file: none.yaml: cannot be read: "),
        ("registry: [none.yaml]\n", "monitor.yaml:4: registry: none.yaml: cannot be read: "),
        (
            "networks: {ethereum: {read_by: east, endpoints: [{url: 'http://n'}]}}\n",
            "networks.ethereum.read_by: a reader answers over PostgreSQL: set `store.url` to one that both reach",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_line_and_the_right_spelling(
    command: Command, tmp_path: Path, more: str, told: str
) -> None:
    status, err = checked(command, tmp_path, exchange(tmp_path, more))
    assert status == 2
    assert told in err
    assert "error: monitor.yaml:4: " in err


HOSTS = """\
networks:
  ethereum:
    quorum: 2
    endpoints:
      - {name: a, url: "https://node.example/one"}
      - {name: other, url: "https://elsewhere.example"}
      - {name: b, url: "https://node.example:8545/two"}
"""


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (
            "    liabilities: {source: none.csv}\n",
            ":4: exchanges.okx.liabilities.source: there is no such",
        ),
        ("    assets: {XYZ: {}}\n", ":4: exchanges.okx.assets.XYZ: no asset is known by this name"),
        (HOSTS, ":10: networks.ethereum.endpoints[2]: a, b are one host, node.example: one party"),
    ],
)
def test_what_is_probably_not_meant_is_a_warning(command: Command, tmp_path: Path, more: str, told: str) -> None:
    status, err = checked(command, tmp_path, exchange(tmp_path, more))
    assert status == 0
    assert f"warning: monitor.yaml{told}" in err
    assert "it can be used, with 1 warning(s)" in err


def test_limits_of_what_is_not_owed_are_a_warning_where_the_liabilities_are_at_hand(
    command: Command, tmp_path: Path
) -> None:
    owed = tmp_path / "owed.csv"
    owed.write_text("asset,amount,as_of\nXBT,1,2026-01-01\nXYZ,1,2026-01-01\n")
    more = f"    liabilities: {{source: {owed}}}\n    assets: {{BTC: {{}}, XYZ: {{}}, ETH: {{}}}}\n"
    status, err = checked(command, tmp_path, exchange(tmp_path, more))
    assert status == 0
    assert err.count("warning:") == 1
    assert "monitor.yaml:5: exchanges.okx.assets.ETH: the liabilities do not name this asset" in err


def test_keys_of_earlier_versions_are_a_warning_and_not_shown_any_more(command: Command, site: Site) -> None:
    """Whatever they say."""
    site.exchange("okx", [signed(1)])
    endpoint = {"url": "http://node", "weight": 3}
    site.network("ethereum", endpoints=[endpoint, {"url": "http://other", "weight": "much"}], hedge_after="500ms")
    path = site.write()
    checked = command("config", "check", path)
    assert (checked.status, checked.err.count("has no effect any more")) == (0, 3)
    for key in ("endpoints[0].weight", "endpoints[1].weight", "hedge_after"):
        assert f"networks.ethereum.{key}: has no effect any more: " in checked.err
    shown = command("config", "show", path)
    assert ("weight" in shown.out, "hedge_after" in shown.out) == (False, False)


def test_a_list_that_is_not_there_yet_is_a_warning(command: Command, tmp_path: Path) -> None:
    status, err = checked(command, tmp_path, exchange(tmp_path, source="www.okx.com/list.csv"))
    assert status == 0
    assert "warning: monitor.yaml:3: exchanges.okx.wallets.source: there is no such file yet" in err


@pytest.mark.parametrize("name", ["okx", "devnet"])
def test_the_ready_configurations_are_without_a_fault(command: Command, name: str) -> None:
    assert command("config", "check", Path(__file__).parents[2] / "config" / f"{name}.yaml").status == 0
