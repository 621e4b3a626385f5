"""Two monitors, two Prometheus, two Alertmanagers that know each other: people hear of a breach once."""

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import yaml
from aiohttp import web
from aiohttp.test_utils import TestServer

from monitor.devnet import programs
from monitor.devnet.nodes import Alertmanager, Prometheus
from monitor.devnet.nodes.prometheus import local_get
from monitor.devnet.processes import free_port
from tests.support.daemons import until
from tests.support.inbox import opened_inbox

pytestmark = pytest.mark.integration

CONFIG = programs.ROOT / "config"
BREACH = "PorRatioBelowLimit"
ASSET = 'exchange="okx",asset="BTC"'


def exposition(bound: str) -> web.Application:
    """What a monitor exports of an exchange that holds at the most so much of what it owes."""
    lines = (
        'por_alert_basis{exchange="okx",basis="signed"} 1',
        f'por_ratio_limit{{{ASSET},severity="critical"}} 1',
        f'por_reserve_ratio_upper_bound{{{ASSET},basis="signed"}} {bound}',
        f'por_reserve_status{{{ASSET},status="breach"}} 1',
    )

    async def metrics(_: web.Request) -> web.Response:
        return web.Response(text="\n".join((*lines, "")))

    app = web.Application()
    app.router.add_get("/metrics", metrics)
    return app


class Member(Alertmanager):
    """One of a cluster, as config/alertmanager/ has it, all of whose receivers are one webhook."""

    def __init__(self, directory: Path, mesh: int, peer: int, webhook: str) -> None:
        super().__init__(directory, webhook=webhook)
        self._mesh = (
            *(f"--cluster.listen-address=127.0.0.1:{mesh}", f"--cluster.peer=127.0.0.1:{peer}"),
            *("--cluster.peer-timeout=1s", "--cluster.gossip-interval=50ms", "--cluster.settle-timeout=1s"),
        )

    def command(self) -> list[str | Path]:
        return [*(part for part in super().command() if part != "--cluster.listen-address="), *self._mesh]

    def _configuration(self) -> dict[str, object]:
        configuration: dict[str, Any] = yaml.safe_load((CONFIG / "alertmanager/alertmanager.yml").read_text())
        del configuration["global"]
        hook = {"webhook_configs": [{"url": self._webhook, "send_resolved": True}]}
        configuration["receivers"] = [{"name": each["name"], **hook} for each in configuration["receivers"]]
        return configuration

    def decided(self) -> int:
        """How often it has looked whether a group was told already, by it or by another."""
        metrics = local_get(self.port, "/metrics").decode()
        return int(metrics.partition("\nalertmanager_nflog_queries_total ")[2].partition("\n")[0])


class Paired(Prometheus):
    """As config/prometheus/pair.yml has it."""

    def __init__(self, directory: Path, replica: str, monitors: list[str], alertmanagers: list[Member]) -> None:
        super().__init__(directory, targets={}, labels={"replica": replica})
        self._monitors = monitors
        self._alertmanagers = [f"127.0.0.1:{each.port}" for each in alertmanagers]

    def _configuration(self) -> dict[str, object]:
        file = CONFIG / "prometheus/pair.yml"
        configuration: dict[str, Any] = yaml.safe_load(file.read_text())
        second: Mapping[str, str] = dict.fromkeys(("scrape_interval", "scrape_timeout", "evaluation_interval"), "1s")
        configuration["global"] = {**second, "external_labels": self._labels}
        configuration["rule_files"] = [str(file.parent / each) for each in configuration["rule_files"]]
        configuration["scrape_configs"][0]["static_configs"] = [{"targets": self._monitors}]
        configuration["alerting"]["alertmanagers"][0]["static_configs"] = [{"targets": self._alertmanagers}]
        return configuration


async def test_a_breach_that_two_monitors_see_is_told_once_and_goes_on_when_one_goes_down(
    nodes: ExitStack, tmp_path: Path
) -> None:
    async with (
        opened_inbox() as inbox,
        TestServer(exposition("0.9")) as one,
        TestServer(exposition("0.95")) as other,
    ):
        near, far = free_port(), free_port()
        hook = f"http://{inbox.url}/"
        cluster = [Member(tmp_path / "a", near, far, hook), Member(tmp_path / "b", far, near, hook)]
        for each in cluster:
            nodes.enter_context(each)
        monitors = [f"{each.host}:{each.port}" for each in (one, other)]
        pair = [nodes.enter_context(Paired(tmp_path / f"prometheus-{name}", name, monitors, cluster)) for name in "xy"]

        async def told_by_both() -> bool:
            return all(each.alerts() and each.decided() for each in cluster)

        async def by_the_other() -> bool:
            now = "por:ratio_below_limit:worst == 0.95 and on () (count(up == 0) == 1)"
            return all(each.query(now) for each in pair)

        await until(told_by_both)
        await one.close()
        await until(by_the_other)

        (told,) = inbox.messages
        (alert,) = told["alerts"]
        labels = {"job": "reserve-monitor", "exchange": "okx", "asset": "BTC", "basis": "signed"}
        assert alert["status"] == "firing"
        assert alert["labels"] == {"alertname": BREACH, "severity": "critical"} | labels
        assert [[held["labels"] for held in each.alerts()] for each in cluster] == [[alert["labels"]]] * 2
