"""`reserve-monitor notify test`, and what `config check` says of channels."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

import pytest

from tests.cli.conftest import Command
from tests.support.daemons import Site, signed
from tests.support.inbox import Inbox, opened_inbox

KEY = "q9w8e7r6t5"


@contextmanager
def inbox_beside() -> Iterator[Inbox]:
    """An inbox on a thread of its own: the command has a loop of its own."""
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever)
    thread.start()
    opened = opened_inbox()
    try:
        yield asyncio.run_coroutine_threadsafe(opened.__aenter__(), loop).result()
        asyncio.run_coroutine_threadsafe(opened.__aexit__(None, None, None), loop).result()
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def configured(site: Site, *channels: dict[str, Any]) -> Any:
    site.exchange("okx", [signed(1)])
    site.network("ethereum", "http://127.0.0.1:1")
    return site.write(notify=list(channels))


def test_a_test_message_goes_over_every_channel_and_each_has_its_result(command: Command, site: Site) -> None:
    with inbox_beside() as inbox:
        good = {"url": f"json://{inbox.url}/{KEY}", "quiet": {"hours": "00:00-23:59"}}
        am = {"alertmanager": f"http://{inbox.url}", "severity": "warning"}
        path = configured(site, good, am)
        assert command("notify", "test", "--config", path).status == 0
        sent: list[Any] = inbox.messages
        (alert,), message = sorted(sent, key=lambda each: isinstance(each, dict))
        assert message["title"] == "[test] reserve-monitor"
        assert alert["labels"] == {"alertname": "PorNotificationTest", "severity": "warning"}
        assert alert["startsAt"] < alert["endsAt"]

        bad = {"name": "gone", "url": f"json://127.0.0.1:1/{KEY}"}
        finished = command("notify", "test", "--config", configured(site, good, bad), "--json")
    assert finished.status == 1
    json, gone = finished.lines[0]["channels"]
    assert (json["name"], json["failure"]) == ("json", None)
    assert (gone["name"], gone["kind"]) == ("gone", "json")
    assert "onnection" in gone["failure"]
    assert KEY not in finished.out + finished.err


def test_without_a_channel_there_is_nothing_to_test(command: Command, site: Site) -> None:
    finished = command("notify", "test", "--config", configured(site))
    assert finished.status == 2
    assert "names nobody to tell" in finished.err


@pytest.mark.parametrize(
    ("channel", "complaint"),
    [
        ({"url": f"bogus://{KEY}"}, "notify[1].url: Apprise cannot use this bogus:// URL"),
        ({"url": KEY}, "notify[1].url: not a URL of Apprise"),
        ({}, "notify[1]: give either `url` (or `url_file`) or `alertmanager`"),
        ({"url": "json://h/", "alertmanager": "http://h"}, "notify[1]: give either"),
        ({"alertmanager": "h:9093"}, "notify[1].alertmanager: not a server"),
        ({"alertmanager": "http://h", "quiet": {"hours": "22:00-07:00"}}, "leave `quiet` out"),
        ({"url": "json://h/"}, "notify[1]: another channel is called json too"),
        ({"url": "xml://h/", "exchanges": ["okex"]}, "notify[1].exchanges: no such exchange; did you mean okx?"),
        ({"url": "xml://h/", "quiet": {"hours": "22-7"}}, "notify[1].quiet.hours: not hours of a day"),
        ({"url": "xml://h/", "severity": "fatal"}, "notify[1].severity"),
    ],
)
def test_a_channel_that_cannot_be_meant_is_refused_by_its_place(
    command: Command, site: Site, channel: dict[str, Any], complaint: str
) -> None:
    finished = command("config", "check", configured(site, {"url": "json://127.0.0.1/"}, channel))
    assert finished.status == 2
    assert complaint in finished.err
    assert KEY not in finished.err


def test_a_channels_url_is_shown_by_its_kind_alone(command: Command, site: Site) -> None:
    secret = site.folder / "url"
    secret.write_text(f"tgram://123456789:AAabcdefghijklmnopqrstuvwxyz123456/{KEY}\n")
    shown = command("config", "show", configured(site, {"url_file": str(secret)}, {"alertmanager": "http://u:pw@h:9"}))
    assert shown.status == 0
    assert "url: tgram://***\n" in shown.out
    assert "alertmanager: http://***@h:9\n" in shown.out
    assert KEY not in shown.out
    assert "123456789" not in shown.out
