"""Alertmanager, to which a devnet's Prometheus reports."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from monitor.devnet import programs
from monitor.devnet.nodes.prometheus import local_get
from monitor.devnet.processes import Node


class Alertmanager(Node):
    """Groups alerts for a second, then posts them to ``webhook`` (an URL; empty: keeps them for its page)."""

    name = "alertmanager"

    def __init__(self, directory: Path, *, webhook: str = "", remembers: str = "15m", usual_port: int = 0) -> None:
        """``remembers``: how often it writes down what it has told, beside when it stops."""
        super().__init__(directory, usual_port=usual_port)
        self._webhook = webhook
        self._remembers = remembers

    def command(self) -> Sequence[str | Path]:
        configuration = self.directory / "alertmanager.yml"
        configuration.write_text(yaml.safe_dump(self._configuration(), sort_keys=False))
        return (
            *(programs.alertmanager(), f"--config.file={configuration}"),
            *(f"--storage.path={self.directory / 'alertmanager'}", "--cluster.listen-address="),
            f"--data.maintenance-interval={self._remembers}",
            *(f"--web.listen-address=127.0.0.1:{self.port}", "--log.level=warn"),
        )

    def ask(self) -> None:
        local_get(self.port, "/-/ready")

    def alerts(self) -> list[dict[str, Any]]:
        """The alerts that it holds."""
        alerts: list[dict[str, Any]] = json.loads(local_get(self.port, "/api/v2/alerts"))
        return alerts

    def _configuration(self) -> dict[str, object]:
        webhooks = [{"url": self._webhook, "send_resolved": True}] if self._webhook else []
        return {
            "route": {"receiver": "devnet", "group_wait": "1s", "group_interval": "1s", "repeat_interval": "1h"},
            "receivers": [{"name": "devnet", "webhook_configs": webhooks}],
        }
