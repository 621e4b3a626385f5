"""The dashboards' queries, judged by Prometheus itself."""

import asyncio
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import yaml

from monitor.devnet.nodes import Prometheus
from monitor.devnet.programs import promtool
from monitor.metrics import Metrics
from monitor.model import World
from tests.support import worlds
from tests.support.dashboards import DIRECTORY, Json, boards, expand, panels, queries, unexpanded
from tests.support.waiting import eventually
from tools.dashboards import pictures, promql
from tools.dashboards.pictures import draw

pytestmark = pytest.mark.integration

SHOWN = {"exchange": "aurora", "asset": "BTC", "basis": "signed"}


async def judged(*arguments: str | Path) -> tuple[int | None, str]:
    """Exit status and output of promtool."""
    process = await asyncio.create_subprocess_exec(
        promtool(), *arguments, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    output, _ = await process.communicate()
    return process.returncode, output.decode()


async def test_every_expression_is_valid(tmp_path: Path) -> None:
    expressions = [query.expr for query in queries(SHOWN | {"instance": ".+"})]
    recorded = [{"record": f"query:{number}", "expr": expr} for number, expr in enumerate(expressions)]
    rules = tmp_path / "queries.yml"
    rules.write_text(yaml.safe_dump({"groups": [{"name": "queries", "rules": recorded}]}))
    status, output = await judged("check", "rules", rules)
    assert status == 0, output


# --- On a made-up World ----------------------------------------------------------------------------------------------


@contextmanager
def exporter(world: World) -> Iterator[str]:
    """``host:port`` where ``world`` can be scraped."""
    metrics = Metrics()
    rendered = metrics.render(world)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            exposition = metrics.exposition(rendered, self.headers.get("Accept", ""))
            self.send_response(200)
            for name, value in exposition.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(exposition.body)

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
            """Quietly."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield f"127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(scope="module")
def scraped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Prometheus, dict[str, str]]]:
    """A Prometheus that has scraped the World some times, and the values of the dashboards' variables."""
    with (
        exporter(worlds.world()) as address,
        Prometheus(tmp_path_factory.mktemp("prometheus"), targets={"reserve-monitor": address}) as prometheus,
    ):
        eventually(lambda: prometheus.query("count_over_time(por_build_info[1m]) >= 3"))
        yield prometheus, SHOWN | {"instance": address}


def test_every_query_has_an_answer(scraped: tuple[Prometheus, dict[str, str]]) -> None:
    prometheus, values = scraped
    asked = {name: chosen(board, values) for name, board in boards().items()}
    empty = [
        (query.dashboard, query.panel, query.expr)
        for query in unexpanded()
        if not prometheus.query(expand(query.expr, asked[query.dashboard]))
    ]
    assert not empty


def chosen(board: Json, values: Mapping[str, str]) -> dict[str, str]:
    """``values``, and all of what several can be chosen of."""
    return {**values, **{each["name"]: ".+" for each in board["templating"]["list"] if each.get("multi")}}


def test_every_legend_and_column_names_labels_that_the_answer_has(
    scraped: tuple[Prometheus, dict[str, str]],
) -> None:
    prometheus, values = scraped
    for board in boards().values():
        for panel in panels(board):
            for target in panel["targets"]:
                answer = prometheus.query(expand(target["expr"], chosen(board, values)))
                there = set.union(*(set(series["metric"]) for series in answer))
                named = re.findall(r"\{\{(\w+)\}\}", target["legendFormat"])
                assert set(named) <= there, (panel["title"], target["expr"])
                if panel["type"] == "table":
                    assert there <= set(keys(panel)), (panel["title"], target["expr"])


def test_the_first_column_of_a_table_has_every_row(scraped: tuple[Prometheus, dict[str, str]]) -> None:
    """Grafana names the columns of a table by what has an answer: the first must be among them."""
    prometheus, values = scraped
    for board in boards().values():
        for panel in panels(board):
            if panel["type"] == "table":
                asked = [expand(target["expr"], chosen(board, values)) for target in panel["targets"]]
                first, *others = (rows(prometheus, expr) for expr in asked)
                assert first.union(*others) == first, panel["title"]


def rows(prometheus: Prometheus, expr: str) -> set[frozenset[tuple[str, str]]]:
    return {frozenset(series["metric"].items()) for series in prometheus.query(expr)}


def keys(panel: Json) -> list[str]:
    """The labels that a table joins its rows by."""
    (arranged,) = [each["options"] for each in panel["transformations"] if each["id"] == "organize"]
    return [name for name in arranged["renameByName"] if not name.startswith("Value")]


def test_a_ratio_just_under_one_is_cut_off_and_its_margin_is_not(
    scraped: tuple[Prometheus, dict[str, str]],
) -> None:
    prometheus, values = scraped
    shown = {query.panel: query.expr for query in queries(values) if query.dashboard == "exchange.json"}
    assert value(prometheus, shown["Ratio"]) == "0.999999"
    assert float(value(prometheus, shown["Margin over the limit"])) == pytest.approx(-0.0000004)
    assert value(prometheus, shown["Status"]) == "3"


def test_each_can_be_drawn_without_grafana(
    scraped: tuple[Prometheus, dict[str, str]], capsys: pytest.CaptureFixture[str]
) -> None:
    prometheus, values = scraped
    drawn = {
        name: draw(DIRECTORY / name, pictures.Prometheus(prometheus.url, 300), values | chosen(board, {}))
        for name, board in boards().items()
    }
    nothing_moves = ["monitor.json: Duration: no answer", "monitor.json: Share of requests that failed: no answer"]
    assert capsys.readouterr().out.splitlines() == nothing_moves
    assert 'background: #c4272d">breach</td>' in drawn["overview.json"]
    assert "99.9999 %" in drawn["exchange.json"]
    assert "BTC of aurora" in drawn["exchange.json"]
    assert drawn["monitor.json"].count("<section") == sum(1 for _ in panels(boards()["monitor.json"]))


def value(prometheus: Prometheus, expr: str) -> str:
    (series,) = prometheus.query(expr)
    return str(series["value"][1])


# --- What the shared expressions say ---------------------------------------------------------------------------------


async def told(
    tmp_path: Path, series: Mapping[str, str], expr: str, expected: Mapping[str, float], after: str = "2m"
) -> None:
    """Ask promtool whether ``expr`` at that time is ``expected``, on ``series`` of a value a minute."""
    selected = expand(expr, {"instance": "a", "exchange": "okx", "asset": "ETH", "basis": "signed", "__interval": "1m"})
    test: dict[str, Any] = {
        "interval": "1m",
        "input_series": [{"series": name, "values": values} for name, values in series.items()],
        "promql_expr_test": [
            {
                "expr": selected,
                "eval_time": after,
                "exp_samples": [{"labels": labels, "value": number} for labels, number in expected.items()],
            }
        ],
    }
    file = tmp_path / "test.yml"
    file.write_text(yaml.safe_dump({"tests": [test]}))
    status, output = await judged("test", "rules", file)
    assert status == 0, output


async def test_a_network_is_fresh_stale_without_a_snapshot_or_not_read(tmp_path: Path) -> None:
    def of(network: str, metric: str, more: str = "") -> str:
        return f'{metric}{{instance="a", exchange="okx", network="{network}"{more}}}'

    series = {
        of("bitcoin", "por_snapshot_success_timestamp_seconds"): "60x5",
        of("bitcoin", "por_snapshot_stale_after_seconds"): "60x5",
        of("ethereum", "por_snapshot_success_timestamp_seconds"): "59x5",
        of("ethereum", "por_snapshot_stale_after_seconds"): "60x5",
        of("base", "por_snapshot_stale_after_seconds"): "60x5",
        **{
            of(network, "por_claims", ', verdict="verified"'): "7x5"
            for network in ("bitcoin", "ethereum", "base", "tron")
        },
    }
    expected = {
        '{exchange="okx", network="bitcoin"}': 1,
        '{exchange="okx", network="ethereum"}': 2,
        '{exchange="okx", network="base"}': 3,
        '{exchange="okx", network="tron"}': 4,
    }
    await told(tmp_path, series, promql.network_state(promql.EXCHANGES), expected)


async def test_the_status_is_the_one_that_holds_and_of_two_monitors_the_worst(tmp_path: Path) -> None:
    holds = {("a", "BTC"): "covered", ("b", "BTC"): "breach", ("a", "ETH"): "unknown", ("b", "ETH"): "covered"}
    series = {
        f'por_reserve_status{{instance="{instance}", exchange="okx", asset="{asset}", status="{status}"}}': (
            f"{int(status == answer)}x5"
        )
        for (instance, asset), answer in holds.items()
        for status in ("covered", "breach", "unknown")
    }
    expected = {'{exchange="okx", asset="BTC"}': 3, '{exchange="okx", asset="ETH"}': 2}
    await told(tmp_path, series, promql.status('exchange="okx"'), expected)


async def test_positions_are_told_apart_from_coins_in_wallets_and_add_up(tmp_path: Path) -> None:
    def of(name: str, network: str, more: str = "") -> str:
        return f'{name}{{instance="a", exchange="okx", asset="ETH", network="{network}", basis="signed"{more}}}'

    series = {
        of("por_reserves", "ethereum"): "10x5",
        of("por_reserves", "base"): "5x5",
        of("por_reserves_positions", "ethereum", ', position="validators"'): "4x5",
        of("por_reserves_positions", "ethereum", ', position="wstETH"'): "1x5",
    }
    (expr,) = (query.expr for query in unexpanded() if query.panel == "Reserves by network and position")
    expected = {
        '{network="ethereum", position="validators"}': 4,
        '{network="ethereum", position="wstETH"}': 1,
        '{network="ethereum", position="in wallets"}': 5,
        '{network="base", position="in wallets"}': 5,
    }
    await told(tmp_path, series, expr, expected)


async def test_the_worst_status_of_a_step_is_seen(tmp_path: Path) -> None:
    """At two minutes the breach of a moment before has passed, and is what the step shows."""
    series = {
        'por_reserve_status{instance="a", exchange="okx", asset="BTC", status="covered"}': "1 0 1",
        'por_reserve_status{instance="a", exchange="okx", asset="BTC", status="breach"}': "0 1 0",
    }
    expr = promql.worst_status('exchange="okx"').replace("$__interval", "2m")
    await told(tmp_path, series, expr, {'{exchange="okx", asset="BTC"}': 3})


async def test_events_are_counted_with_one_scrape_per_step_and_after_a_restart(tmp_path: Path) -> None:
    series = {
        'por_snapshot_failures_total{network="bitcoin"}': "5 5 7",
        'por_snapshot_failures_total{network="ethereum"}': "5 9 3",
        'por_snapshot_failures_total{network="tron"}': "_ _ 4",
    }
    counted = promql.counted("por_snapshot_failures_total", "network")
    await told(tmp_path, series, counted, {'{network="bitcoin"}': 2, '{network="ethereum"}': 3}, after="2m30s")


async def test_only_the_basis_that_alerts_act_on_is_kept(tmp_path: Path) -> None:
    series = {
        'por_alert_basis{instance="a", exchange="okx", basis="signed"}': "1x5",
        'por_alert_basis{instance="a", exchange="kraken", basis="listed"}': "1x5",
        'por_reserve_ratio{instance="a", exchange="okx", asset="BTC", basis="signed"}': "0.9x5",
        'por_reserve_ratio{instance="a", exchange="okx", asset="BTC", basis="listed"}': "1.2x5",
    }
    expr = promql.lowest(promql.acting("por_reserve_ratio"))
    await told(tmp_path, series, expr, {'{exchange="okx", asset="BTC"}': 0.9})


async def test_nothing_counted_is_zero_only_where_something_watches(tmp_path: Path) -> None:
    series = {
        'por_document_failures_total{exchange="okx", document="wallets", reason="http"}': "2x5",
        'por_document_fetches_total{exchange="okx", document="wallets"}': "5x5",
        'por_document_fetches_total{exchange="okx", document="liabilities"}': "5x5",
    }
    on = "exchange, document"
    expr = promql.or_zero("por_document_failures_total", "por_document_fetches_total", on)
    expected = {
        'por_document_failures_total{exchange="okx", document="wallets", reason="http"}': 2,
        '{exchange="okx", document="liabilities"}': 0,
    }
    await told(tmp_path, series, expr, expected)


@pytest.mark.parametrize(
    ("ratio", "shown"), [("0.99996", 0.99996), ("0.9999999", 0.999999), ("1", 1), ("1.0000019", 1.000001)]
)
async def test_a_ratio_is_cut_off_and_never_rounded_up(tmp_path: Path, ratio: str, shown: float) -> None:
    await told(tmp_path, {"por_reserve_ratio": f"{ratio}x5"}, promql.truncated("por_reserve_ratio"), {"{}": shown})
