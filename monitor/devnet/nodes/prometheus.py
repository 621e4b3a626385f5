"""Prometheus, scraping what a devnet exports."""

import http.client
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode

import yaml

from monitor.devnet import programs
from monitor.devnet.processes import Node, NotReadyError


class Prometheus(Node):
    """Scrapes ``targets`` every second and evaluates the files of ``rules``, both by the second."""

    name = "prometheus"

    def __init__(
        self,
        directory: Path,
        *,
        targets: Mapping[str, str],
        rules: Sequence[Path] = (),
        alertmanager: str = "",
        labels: Mapping[str, str] = MappingProxyType({}),
        usual_port: int = 0,
    ) -> None:
        """``targets``: job name to ``host:port``; ``alertmanager``: ``host:port``, empty for none; ``labels``: external
        ones, which rules may refer to.
        """
        super().__init__(directory, usual_port=usual_port)
        self._targets = targets
        self._rules = rules
        self._alertmanager = alertmanager
        self._labels = labels

    def command(self) -> Sequence[str | Path]:
        configuration = self.directory / "prometheus.yml"
        configuration.write_text(yaml.safe_dump(self._configuration(), sort_keys=False))
        return (
            *(programs.prometheus(), f"--config.file={configuration}"),
            *(f"--storage.tsdb.path={self.directory / 'prometheus'}", "--storage.tsdb.retention.time=7d"),
            *(f"--web.listen-address=127.0.0.1:{self.port}", "--log.level=warn"),
            # Alertmanager is found some seconds after the start: an alert that fires before is sent again then.
            "--rules.alert.resend-delay=5s",
        )

    def ask(self) -> None:
        self.get("/-/ready")

    @property
    def alerts_page(self) -> str:
        """Where people see its alerts: Debian's, which is built without the newer page, has the classic one."""
        try:
            self.get("/alerts")
        except NotReadyError:
            return f"{self.url}/classic/alerts"
        return f"{self.url}/alerts"

    def query(self, expression: str) -> list[dict[str, Any]]:
        """The instant vector of a PromQL expression, as the API returns it: metric and value pairs."""
        answer = json.loads(self.get("/api/v1/query?" + urlencode({"query": expression})))
        result: list[dict[str, Any]] = answer["data"]["result"]
        return result

    def alerts(self) -> list[dict[str, Any]]:
        """The pending and firing alerts."""
        alerts: list[dict[str, Any]] = json.loads(self.get("/api/v1/alerts"))["data"]["alerts"]
        return alerts

    def get(self, path: str) -> bytes:
        """The body of a successful answer; NotReadyError on any other."""
        return local_get(self.port, path)

    def _configuration(self) -> dict[str, object]:
        alerting: dict[str, object] = {}
        if self._alertmanager:
            drop = {"action": "labeldrop", "regex": "|".join(self._labels)}  # they have done their work in the rules
            alerting["alert_relabel_configs"] = [drop] if self._labels else []
            alerting["alertmanagers"] = [{"static_configs": [{"targets": [self._alertmanager]}]}]
        second = dict.fromkeys(("scrape_interval", "scrape_timeout", "evaluation_interval"), "1s")
        return {
            "global": {**second, "external_labels": dict(self._labels)},
            "rule_files": [str(path.resolve()) for path in self._rules],
            "alerting": alerting,
            "scrape_configs": [
                {"job_name": job, "static_configs": [{"targets": [target]}]} for job, target in self._targets.items()
            ],
        }


def local_get(port: int, path: str) -> bytes:
    """GET from a server on this machine; NotReadyError unless it answers with 200."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        body = response.read()
    except (OSError, http.client.HTTPException) as error:
        raise NotReadyError(f"GET {path}: {error}") from error
    finally:
        connection.close()
    if response.status != http.client.OK:
        raise NotReadyError(f"GET {path}: {response.status} {body.decode(errors='replace')}")
    return body
