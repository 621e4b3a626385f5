"""The Alertmanager of the compose file, real: whoever sets the webhook's URL hears of an alert, and of its end."""

import json
from collections.abc import AsyncIterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest
import yaml

from monitor.daemon.clock import utc_now
from monitor.devnet.nodes import Alertmanager
from tests.support.daemons import until
from tests.support.inbox import Inbox, opened_inbox

pytestmark = pytest.mark.integration

READY = Path("config/alertmanager/alertmanager.yml")


class Ready(Alertmanager):
    """On the ready file, but for where the URL stands and how long is waited for more to tell."""

    def _configuration(self) -> dict[str, object]:
        configuration: dict[str, object] = yaml.safe_load(
            READY.read_text(encoding="utf-8")
            .replace("/run/alerts-webhook", str(self.directory / "webhook"))
            .replace("group_interval: 1m", "group_interval: 1s")
        )
        return configuration


@pytest.fixture
async def inbox() -> AsyncIterator[Inbox]:
    async with opened_inbox() as opened:
        yield opened


async def test_one_url_is_all_that_it_needs_to_tell_people(nodes: ExitStack, tmp_path: Path, inbox: Inbox) -> None:
    (tmp_path / "webhook").write_text(f"http://{inbox.url}/\n")
    server = nodes.enter_context(Ready(tmp_path))
    alert = {
        "labels": {"alertname": "PorRatioBelowLimit", "severity": "critical", "exchange": "okx", "asset": "BTC"},
        "annotations": {
            "summary": "The reserves of an asset are under what is owed.",
            "description": "BTC of okx: 98.2 %.",
            "runbook_url": "https://runbooks.example/PorRatioBelowLimit.md",
        },
    }
    async with aiohttp.ClientSession() as session:
        for ends in ({}, {"endsAt": (utc_now() - timedelta(seconds=1)).isoformat()}):
            inbox.came.clear()
            await session.post(f"{server.url}/api/v2/alerts", json=[alert | ends])
            await until(inbox.came.wait)

    told = [message["attachments"][0] for message in inbox.messages]
    assert [each["title"] for each in told] == [
        "critical: PorRatioBelowLimit of okx",
        "over: PorRatioBelowLimit of okx",
    ]
    assert told[0]["title_link"] == alert["annotations"]["runbook_url"], json.dumps(told)
    assert told[0]["text"].strip() == "The reserves of an asset are under what is owed. BTC of okx: 98.2 %."
