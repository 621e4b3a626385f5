"""What loading a configuration promises: all errors at once, each in its place, and no secret lost or shown."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import ValidationError

from monitor.model import AlertName, Basis, Step
from monitor.settings import (
    ConfigurationError,
    HistorySettings,
    Settings,
    examine,
    load,
    mask_source,
    mask_url,
    masked,
    parse,
    secrets_of,
)

MINIMAL = """
exchanges:
  okx:
    wallets: {source: wallets.csv}
"""

CONTRACT = """
exchanges:
  okx:
    wallets: {source: "https://example.com/por.zip", format: okx, refresh: 1h, messages: ["I am an OKX address"]}
    liabilities: {source: report.json, format: okx-report, max_age: 35d}
    basis: signed
    assets: {BTC: {warn_below: 1.02, breach_below: 1.00}}
networks:
  ethereum: {interval: 60s, block: finalized, quorum: 1, endpoints: [{url: "${ETH_RPC_URL}"}]}
  bitcoin:  {interval: 10m, endpoints: [{protocol: bitcoind, url: "${BTC_RPC_URL}"}, {protocol: esplora, url: "https://blockstream.info/api"}]}
store: {url: "sqlite+aiosqlite:///var/reserve-monitor.db"}
history: {raw: 7d, hourly: 90d, daily: forever}
web: {listen: "127.0.0.1:9876"}
"""

ENVIRONMENT = {
    "ETH_RPC_URL": "https://eth.example.com/v3/0123456789abcdef0123",
    "BTC_RPC_URL": "http://rpc:hunter22@127.0.0.1:8332",
}


def read(text: str, environment: dict[str, str] | None = None) -> Settings:
    return parse(text, "monitor.yaml", environment or {})


def faults(text: str, environment: dict[str, str] | None = None) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        read(text, environment)
    return [str(fault) for fault in caught.value.faults]


def test_the_designs_own_example_loads() -> None:
    settings = read(CONTRACT, ENVIRONMENT)
    okx = settings.exchanges["okx"]
    assert okx.basis is Basis.SIGNED
    assert okx.wallets.messages == ("I am an OKX address",)
    assert okx.wallets.refresh == timedelta(hours=1)
    assert okx.limits("BTC").warn_below == Decimal("1.02")
    assert okx.limits("ETH").breach_below == 1
    assert settings.networks["ethereum"].endpoints[0].label == "eth.example.com"
    assert settings.networks["bitcoin"].endpoints[0].label == "127.0.0.1:8332"


def test_little_is_required() -> None:
    settings = read(MINIMAL)
    assert settings.web.listen == "127.0.0.1:9876"
    assert settings.store.url.startswith("sqlite+aiosqlite:///")
    assert settings.exchanges["okx"].basis is None


def test_limits_are_exact_decimals_however_they_are_written() -> None:
    written = MINIMAL + "    assets: {BTC: {warn_below: 1.1, breach_below: '1.05'}, ETH: {breach_below: 1}}\n"
    assets = read(written).exchanges["okx"].assets
    assert assets["BTC"].warn_below == Decimal("1.1")
    assert assets["BTC"].breach_below == Decimal("1.05")
    assert assets["ETH"].breach_below == Decimal(1)


def test_every_error_is_told_at_once_with_its_line_and_path() -> None:
    text = """
exchanges:
  okx:
    wallets: {source: a.csv, retries: 3}
    liabilities: {format: okx-report, max_age: 35}
    basis: sigend
  OKX!: {wallets: {source: b.csv}}
networks:
  ethereum: {interval: fast, block: newest, endpoints: [{url: "${ETH_RPC_URL}"}]}
  bitcoin: {quorum: 2, endpoints: [{url: "http://127.0.0.1:8332"}]}
webb: {}
"""
    found = faults(text)
    assert [fault.split(": ")[:2] for fault in found] == [
        ["monitor.yaml:4", "exchanges.okx.wallets.retries"],
        ["monitor.yaml:5", "exchanges.okx.liabilities.source"],
        ["monitor.yaml:5", "exchanges.okx.liabilities.max_age"],
        ["monitor.yaml:6", "exchanges.okx.basis"],
        ["monitor.yaml:7", "exchanges.OKX!"],
        ["monitor.yaml:9", "networks.ethereum.endpoints[0].url"],
        ["monitor.yaml:9", "networks.ethereum.interval"],
        ["monitor.yaml:9", "networks.ethereum.block"],
        ["monitor.yaml:10", "networks.bitcoin"],
        ["monitor.yaml:11", "webb"],
    ]
    assert "unknown key" in found[0]
    assert "is required" in found[1]
    assert "${ETH_RPC_URL} is not set" in found[5]
    assert "quorum is 2, but its endpoints are of 1 party only: localhost (127.0.0.1:8332)" in found[8]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "empty"),
        ("[1, 2]", "empty"),
        ("exchanges: {a: {wallets: {source: x}", "not YAML"),
        ("exchanges: {}", "at least 1 item"),
        (MINIMAL + "    wallets: {source: again.csv}", "stands twice"),
        (MINIMAL + "    assets: {BTC: {warn_below: 0.9}}", "warn_below is under breach_below"),
        (MINIMAL + "networks: {ethereum: {endpoints: []}}", "at least 1 item"),
        (MINIMAL + "store: {lease: 15s}", "SQLite is one monitor's alone"),
        (MINIMAL + "store: {url: 'postgresql+asyncpg://u@h/d', lease: 10ms}", "which takes 1s at the least"),
        (MINIMAL + "networks: {ethereum: {endpoints: [{url: 'ftp://x'}]}}", "ftp:// is not spoken here"),
        (
            MINIMAL + "networks: {ethereum: {endpoints: [{url: 'http://x/1'}, {url: 'http://x/2'}]}}",
            "endpoints need different names",
        ),
        (
            MINIMAL + "networks: {ethereum: {stale_after: 2h, drop_after: 1h, endpoints: [{url: 'http://x'}]}}",
            "drop_after is under stale_after",
        ),
        (
            MINIMAL + "networks: {bitcoin: {endpoints: [{url: 'tcp://x', ca_file: ca.pem}]}}",
            "must begin with https:// or ssl://",
        ),
        (
            MINIMAL
            + f"networks: {{bitcoin: {{endpoints: [{{url: 'ssl://x', ca_file: a, certificate: '{'ab' * 32}'}}]}}}}",
            "leave certificate or ca_file out",
        ),
        (MINIMAL + "alerts: {rules: {NoSuchAlert: {for: 1m}}}", "PorRatioBelowLimit"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_words(text: str, message: str) -> None:
    assert any(message in fault for fault in faults(text))


def test_variables_have_defaults_and_a_dollar_can_be_written() -> None:
    text = MINIMAL.replace("wallets.csv", '"${DIR:-/lists}/${NAME}$$.csv"')
    assert read(text, {"NAME": "okx"}).exchanges["okx"].wallets.source == "/lists/okx$.csv"
    assert read(text, {"NAME": "a", "DIR": "/x"}).exchanges["okx"].wallets.source == "/x/a$.csv"
    assert any("${NAME} is not set" in fault for fault in faults(text))


def test_a_number_may_come_from_a_variable() -> None:
    text = MINIMAL + "networks: {ethereum: {quorum: '${Q:-1}', block: '${B:-12}', endpoints: [{url: 'http://x'}]}}"
    assert (read(text).networks["ethereum"].quorum, read(text).networks["ethereum"].block) == (1, 12)
    assert any("quorum is 2" in fault for fault in faults(text, {"Q": "2"}))


def test_secrets_come_from_files_and_their_absence_is_told(tmp_path: Path) -> None:
    secret = tmp_path / "url"
    secret.write_text("https://eth.example.com/v3/topsecretkey0000\n")
    text = MINIMAL + "networks: {ethereum: {endpoints: [{url_file: %s}]}}"
    assert read(text % secret).networks["ethereum"].endpoints[0].url.endswith("topsecretkey0000")
    gone = "the secret's file cannot be read: none: No such file or directory"
    assert [fault.partition("url_file: ")[2] for fault in faults(text % "none")] == [gone]
    (mistaken,) = faults(MINIMAL + "notify: [{url_file: 'https://user:hunter22@example.com'}]")
    assert mistaken.endswith("cannot be read: a URL is no file: No such file or directory")
    (unset,) = faults(MINIMAL + "notify: [{url: '${NOTIFY_URL}'}]")
    assert "${NOTIFY_URL} is not set" in unset, "and not what its section then seems to lack"


def test_no_secret_is_shown() -> None:
    settings = read(CONTRACT, ENVIRONMENT)
    shown = str(masked(settings))
    for secret in ("0123456789abcdef0123", "hunter22"):
        assert secret not in shown
        assert secret in secrets_of(settings)
    assert "eth.example.com" in shown
    assert "blockstream.info/api" in shown


def test_what_is_no_secret_stays_readable() -> None:
    assert mask_source("sqlite+aiosqlite:///var/monitor.db") == "sqlite+aiosqlite:///var/monitor.db"
    assert mask_source("lists/wallets?.csv") == "lists/wallets?.csv"
    assert mask_url("https://u:pw@node/v3/0123456789abcdef?key=v") == "https://***@node/v3/***?key=***"


def test_the_masked_configuration_shows_every_default() -> None:
    shown = masked(read(MINIMAL))
    assert shown["exchanges"]["okx"]["wallets"]["refresh"] == "1h"
    assert shown["alerts"]["changed_for"] == "1d"


def test_alert_rules_are_named_like_the_alerts() -> None:
    text = MINIMAL + "alerts: {rules: {PorRatioBelowLimit: {for: 2m, clear_after: 5m, severity: warning}}}"
    rule = read(text).alerts.rules[AlertName.RATIO_BELOW_LIMIT]
    assert (rule.for_, rule.clear_after) == (timedelta(minutes=2), timedelta(minutes=5))


def test_ages_follow_the_interval_unless_they_are_set() -> None:
    text = MINIMAL + "networks: {bitcoin: {interval: 20m, endpoints: [{url: 'http://x'}]}}"
    network = read(text).networks["bitcoin"]
    assert (network.stales_after, network.drops_after) == (timedelta(minutes=80), timedelta(minutes=200))
    assert network.gives_up_after == timedelta(minutes=40)


def test_minutes_are_kept_a_week_hours_a_quarter_and_days_for_ever_unless_set() -> None:
    days = {"raw": 7, "hourly": 90}
    assert HistorySettings().limits == {Step(step): timedelta(days=each) for step, each in days.items()}
    shorter = HistorySettings.model_validate({"raw": "1d", "hourly": "forever"})
    assert shorter.limits == {Step.RAW: timedelta(days=1)}
    with pytest.raises(ValidationError, match="raw is longer than hourly"):
        HistorySettings.model_validate({"raw": "91d"})


def test_a_file_that_cannot_be_read_is_a_configuration_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"none\.yaml: cannot be read: No such file or directory$"):
        load(tmp_path / "none.yaml")
    (tmp_path / "latin.yaml").write_bytes(b"\xff\xfe\xfa")
    with pytest.raises(ConfigurationError, match=r"latin\.yaml: cannot be read: it is no text in UTF-8$"):
        load(tmp_path / "latin.yaml")


def with_source(source: str) -> str:
    return f"exchanges:\n  okx:\n    wallets:\n      source: '{source}'\n"


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("ftp://por.example/list.csv", "ftp:// is not read: name a path, or a URL with http:// or https://"),
        ("S3://bucket/list.csv", "s3:// is not read"),
        ("file:///srv/list.csv", "file:// is not read: write the path alone"),
        ("https:/por.example/list.csv", "names no host: write it like https://www.example.com/list.csv"),
        ("https://", "names no host"),
        ("$OKX_WALLETS", "$OKX_WALLETS is no variable without braces: write ${OKX_WALLETS} or ${OKX_WALLETS:-default}"),
        ("https://por.example/$TOKEN.csv", "write ${TOKEN}"),
        ("${OKX_WALLETS", "a ${ that is not closed, or holds no name: write ${OKX_WALLETS}"),
        ("${}/list.csv", "a ${ that is not closed, or holds no name: write ${NAME}"),
        ("${OKX:=x}", "write ${OKX} or ${OKX:-default} for a variable, and $$ for a dollar sign"),
    ],
)
def test_a_source_that_cannot_be_meant_is_refused_with_its_line_and_the_right_spelling(source: str, told: str) -> None:
    (fault,) = faults(with_source(source))
    assert fault.startswith("monitor.yaml:4: exchanges.okx.wallets.source: ")
    assert told in fault


@pytest.mark.parametrize("source", ["list.csv", "a:b.csv", "HTTPS://por.example/x", "C:/list.csv", "x/$$HOME/y"])
def test_paths_and_urls_are_sources(source: str) -> None:
    assert read(with_source(source)).exchanges["okx"].wallets.source == source.replace("$$", "$")


@pytest.mark.parametrize("limit", ["breach_below: 11", "breach_below: 100", "warn_below: 10.1"])
def test_a_limit_over_ten_is_a_percentage_by_mistake(limit: str) -> None:
    for text in (f"    {limit}\n", f"    assets:\n      BTC: {{{limit}}}\n"):
        told = faults(MINIMAL + text)
        assert any("1 means 100 %; write 1.02 for 102 %" in fault for fault in told)
    assert read(MINIMAL + "    breach_below: 10\n").exchanges["okx"].breach_below == 10


def test_a_dollar_in_a_password_is_told_without_a_word_of_it(tmp_path: Path) -> None:
    path = tmp_path / "monitor.yaml"
    endpoints = "networks: {ethereum: {endpoints: [{url: 'http://node', user: me, password: 'pass$word1'}]}}\n"
    path.write_text(MINIMAL + endpoints)
    examined = examine(path, {})
    assert examined.settings.networks["ethereum"].endpoints[0].password == "pass$word1"
    (warning,) = map(str, examined.warnings)
    assert ":5: networks.ethereum.endpoints[0].password: a dollar sign that begins no variable" in warning
    assert "word1" not in warning
