"""The live watch, end to end: real nodes, the daemon in a process of its own, a real Prometheus, every dashboard."""

import json
import re
import subprocess
import urllib.request
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from monitor.devnet.devnet import Devnet
from monitor.devnet.nodes import Prometheus
from monitor.devnet.programs import promtool
from tests.support.dashboards import queries
from tests.support.waiting import eventually

pytestmark = pytest.mark.integration

RULES = Path("config/prometheus/rules/por.rules.yml")
BASE = {"BTC": Decimal("1.05"), "ETH": Decimal("1.03"), "USDT": Decimal("1.02")}
"""What the devnet's documents and funding come to by hand: reserves over what is owed, on the basis ``verified``."""


NOT_ALWAYS = (
    "_usd{",
    "por_price_",
    "por_scan_progress_ratio{",
    "por_reserves_frozen{",
    "por_notification",
    "por_report_bump_ratio{",
    "por_follow_difference{",
)
"""What there is only with prices, scans, frozen coins, channels, a week's history and a scan to compare with."""


class Watch:
    """A devnet, the daemon on it, and Prometheus."""

    def __init__(self, devnet: Devnet, page: str, prometheus: Prometheus) -> None:
        self.devnet = devnet
        self.page = page
        self.prometheus = prometheus

    def metrics(self) -> str:
        with urllib.request.urlopen(f"{self.page}/metrics") as response:
            return str(response.read().decode())

    def value(self, series: str) -> Decimal | None:
        found = re.search(rf"^{re.escape(series)} (\S+)$", self.metrics(), re.MULTILINE)
        return Decimal(found[1]) if found else None

    def ratio(self, asset: str) -> Decimal | None:
        return self.value(f'por_reserve_ratio{{asset="{asset}",basis="verified",exchange="example"}}')

    def active(self, alert: str, asset: str, severity: str) -> bool:
        labels = f'alert="{alert}",asset="{asset}",exchange="example",severity="{severity}"'
        return self.value(f"por_alert_active{{{labels}}}") == 1

    def firing(self, alert: str, asset: str) -> bool:
        return bool(self.prometheus.query(f'ALERTS{{alertname="{alert}",asset="{asset}",alertstate="firing"}}'))


@pytest.fixture(scope="module")
def watch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watch]:
    with Devnet.start(tmp_path_factory.mktemp("live") / "devnet") as devnet:
        daemon = devnet.start_daemon()
        prometheus = devnet.start_prometheus(f"127.0.0.1:{daemon.port}")
        watch = Watch(devnet, f"http://127.0.0.1:{daemon.port}", prometheus)
        eventually(lambda: watch.value('por_report_reserve_ratio{asset="BTC",basis="verified",exchange="example"}'))
        eventually(lambda: prometheus.query("count_over_time(por_build_info[1m]) >= 3"))
        yield watch


def test_the_ratios_equal_a_calculation_by_hand(watch: Watch) -> None:
    assert {asset: watch.ratio(asset) for asset in BASE} == BASE
    reserves = watch.value('por_reserves{asset="BTC",basis="verified",exchange="example",network="bitcoin"}')
    assert reserves == 1050


def test_a_start_raises_no_alarm(watch: Watch) -> None:
    assert watch.prometheus.query('max_over_time(ALERTS{alertstate="firing",severity!="info"}[1h])') == []


@pytest.mark.parametrize("asset", list(BASE))
def test_a_drain_is_seen_to_the_last_digit_and_alarms_until_it_is_refilled(watch: Watch, asset: str) -> None:
    watch.devnet.drain(asset, "10%")
    eventually(lambda: watch.ratio(asset) == BASE[asset] * Decimal("0.9"))
    eventually(lambda: watch.active("PorRatioBelowLimit", asset, "critical"))
    eventually(lambda: watch.firing("PorRatioBelowLimit", asset))
    others = set(BASE) - {asset}
    assert not any(watch.active("PorRatioBelowLimit", other, "critical") for other in others)

    watch.devnet.refill(asset)
    eventually(lambda: watch.ratio(asset) == BASE[asset])
    eventually(lambda: not watch.active("PorRatioBelowLimit", asset, "critical"))
    eventually(lambda: not watch.firing("PorRatioBelowLimit", asset))


def test_every_query_of_every_dashboard_returns_data(watch: Watch) -> None:
    for asset in BASE:
        values = {
            "instance": watch.page.removeprefix("http://"),
            "exchange": "example",
            "asset": asset,
            "basis": "signed",
        }
        empty = [query for query in queries(values) if not watch.prometheus.query(query.expr)]
        owing = [query for query in empty if not any(name in query.expr for name in NOT_ALWAYS)]
        assert [query for query in owing if query.panel != "Alerts"] == [], "the marks of alerts are quiet here"


def test_every_metric_that_a_rule_asks_for_is_exported(watch: Watch) -> None:
    groups = yaml.safe_load(RULES.read_text(encoding="utf-8"))["groups"]
    expressions = " ".join(rule["expr"] for group in groups for rule in group["rules"])
    asked = set(re.findall(r"\bpor_\w+", expressions))
    exported = set(re.findall(r"^# TYPE (\w+)", watch.metrics(), re.MULTILINE))
    assert len(asked) > 10
    assert asked <= exported


def test_the_exposition_has_no_fault_that_promtool_knows(watch: Watch) -> None:
    checked = subprocess.run(
        [promtool(), "check", "metrics"], input=watch.metrics(), text=True, capture_output=True, check=False
    )
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")


def test_every_number_of_the_api_names_the_block_that_it_came_from(watch: Watch) -> None:
    with urllib.request.urlopen(f"{watch.page}/api/v1/exchanges/example") as response:
        exchange = json.load(response)["exchange"]
    for asset in BASE:
        networks = exchange["assets"][asset]["networks"]
        assert networks
        for each in networks.values():
            assert each["snapshot"]["block"]["hash"]
            assert each["reserves"]["signed"]
