"""What others write is text on the page and in the API, and what is secret is in neither."""

from dataclasses import replace
from typing import Any

import pytest

from monitor.formats import SECRETS
from monitor.model import AssetAssessment, Document, Gap, Verdict, VerdictStatus, World, frozen
from tests.support import worlds
from tests.support.web import Client, Daemon, judged, listing

SECRET = "topsecretkey"
EVIL = f"<b>\x1b[31m\u202e\u2028\x9b\u200b\ud800 POST /v2/{SECRET}"
SEEN = r"\x1b[31m\u202e\u2028\x9b\u200b\ud800 POST /v2/***"
PATHS = ("/", "/api/v1/exchanges", "/api/v1/exchanges/aurora", "/api/v1/endpoints", "/api/v1/alerts")


def spoiled() -> World:
    """The usual World, with every text that others write replaced."""
    world, aurora = worlds.world(), worlds.aurora()
    document = Document(EVIL, "5a" * 32, 1, worlds.NOW, members=(EVIL,))
    assets: dict[str, AssetAssessment] = {**aurora.assets, EVIL: replace(aurora.assets["BTC"], asset=EVIL)}
    aurora = replace(
        aurora,
        title=EVIL,
        assets=frozen({**assets, "USDT": replace(assets["USDT"], gaps=(Gap("tron", EVIL),))}),
        messages=frozen({EVIL: 3}),
        documents=frozen(
            {kind: replace(each, current=document, refusal=EVIL) for kind, each in aurora.documents.items()}
        ),
        snapshots=frozen({name: replace(each, failure=EVIL) for name, each in aurora.snapshots.items()}),
    )
    return replace(
        world,
        assessments=frozen({**world.assessments, "aurora": aurora}),
        endpoints=tuple(replace(each, last_error=EVIL) for each in world.endpoints),
        alerts=tuple(replace(each, summary=EVIL) for each in world.alerts),
        reload=replace(world.reload, successful=False, error=EVIL),
    )


@pytest.mark.parametrize("path", PATHS)
async def test_nothing_of_others_acts_and_no_secret_is_shown(client: Client, daemon: Daemon, path: str) -> None:
    daemon.world = spoiled()
    SECRETS.add({SECRET})
    async with client.get(path) as response:
        text = await response.text()
    assert SECRET not in text
    assert text.replace("\n", "").replace("\N{NO-BREAK SPACE}", "").isprintable()
    assert (SEEN if path == "/" else SEEN.replace("\\", r"\\")) in text
    assert "<b>" not in text or path != "/"


async def test_rows_of_a_list_are_shown_alike(client: Client, daemon: Daemon) -> None:
    (claim, _), *_ = judged(1)
    row = replace(claim, file=EVIL, coin=EVIL, network=None, token=None, address=EVIL, account=None, fault=EVIL)
    daemon.world = listing([(row, Verdict(VerdictStatus.INVALID, EVIL))])
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
