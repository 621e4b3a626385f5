"""What others write is text on the page and in the API, and what is secret is in neither."""

from dataclasses import replace
from typing import Any

import pytest

from monitor.formats import SECRETS
from monitor.model import Code, Verdict
from tests.support.web import EVIL, SECRET, Client, Daemon, judged, listing, spoiled

SEEN = r"\x1b[31m\u202e\u2028\x9b\u200b\ud800 POST /v2/***"
PAGES = ("/", "/exchanges/aurora", "/exchanges/aurora/assets/USDT")
PATHS = (*PAGES, "/api/v1/exchanges", "/api/v1/exchanges/aurora", "/api/v1/endpoints", "/api/v1/alerts")


@pytest.mark.parametrize("path", PATHS)
async def test_nothing_of_others_acts_and_no_secret_is_shown(client: Client, daemon: Daemon, path: str) -> None:
    daemon.world = spoiled()
    SECRETS.add({SECRET})
    async with client.get(path) as response:
        text = await response.text()
    assert SECRET not in text
    assert text.replace("\n", "").replace("\N{NO-BREAK SPACE}", "").isprintable()
    assert (SEEN if path in PAGES else SEEN.replace("\\", r"\\")) in text
    assert "<b>" not in text or path not in PAGES


async def test_rows_of_a_list_are_shown_alike(client: Client, daemon: Daemon) -> None:
    (claim, _), *_ = judged(1)
    row = replace(claim, file=EVIL, coin=EVIL, network=None, token=None, address=EVIL, account=None, fault=EVIL)
    daemon.world = listing([(row, Verdict(Code.NOT_BY_ACCOUNT, EVIL))])
    SECRETS.add({SECRET})
    async with client.get("/api/v1/exchanges/aurora/claims") as response:
        (shown,) = (await response.json())["claims"]
    texts: dict[str, Any] = {key: shown[key] for key in ("file", "coin", "address", "fault", "reason")}
    assert set(texts.values()) == {f"<b>{SEEN}"}


async def test_metrics_have_visible_labels(client: Client, daemon: Daemon) -> None:
    daemon.world = spoiled()
    SECRETS.add({SECRET})
    async with client.get("/metrics") as response:
        text = await response.text()
    assert text.replace("\n", "").isprintable()
    assert SECRET not in text
    assert SEEN.replace("\\", r"\\") in text


async def test_a_reload_that_fails_repeats_no_secret(client: Client, daemon: Daemon) -> None:
    daemon.reload_error = f"por.yaml:3: {EVIL}\npor.yaml:4: and more"
    SECRETS.add({SECRET})
    async with client.post("/-/reload") as response:
        text = await response.text()
    assert text.endswith(f"por.yaml:3: <b>{SEEN}\npor.yaml:4: and more\n")
