"""When messages are sent, and what people read in them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from monitor.formats import SECRETS
from monitor.model import Notice, NoticeKind, Severity
from monitor.notify import Links, due, message
from monitor.settings import ChannelSettings, QuietSettings

NIGHT = datetime(2026, 3, 14, 1, 30, tzinfo=UTC)
DAY = datetime(2026, 3, 14, 6, 0, tzinfo=UTC)
LINKS = Links("https://reserves.example", "https://docs.example/{alert}.md")
BEGAN = Notice(
    id="1",
    channel="slack",
    kind=NoticeKind.BEGAN,
    at=NIGHT,
    alert="PorReserveUnknown",
    severity=Severity.WARNING,
    exchange="okx",
    asset="BTC",
    since=NIGHT - timedelta(minutes=30),
    holds_for=timedelta(minutes=30),
    summary="BTC cannot be judged: starknet is not read.",
    figures="90 BTC verified for 100 owed; read at bitcoin block 8 (0x8) of 2026-03-14 01:29:00 UTC",
)
ENDED = replace(BEGAN, id="2", kind=NoticeKind.ENDED, at=NIGHT + timedelta(hours=1))
BREACH = replace(BEGAN, id="3", alert="PorRatioBelowLimit", severity=Severity.CRITICAL, holds_for=timedelta())


def channel(**settings: Any) -> ChannelSettings:
    return ChannelSettings(url="json://127.0.0.1/", **settings)


QUIET = channel(quiet={"hours": "22:00-07:00", "timezone": "Europe/Zurich"})  # until 06:00 UTC


def ids(*waiting: Notice, settings: ChannelSettings, at: datetime) -> list[str]:
    return [each.id for each in due(waiting, settings, at).notices]


def test_what_begins_together_waits_for_more_and_goes_out_in_one() -> None:
    later = replace(ENDED, at=NIGHT + timedelta(seconds=20))
    assert due((BEGAN, later), channel(), NIGHT + timedelta(seconds=25)).again == timedelta(seconds=5)
    assert ids(BEGAN, later, settings=channel(), at=NIGHT + timedelta(seconds=30)) == ["1", "2"]
    assert ids(BEGAN, settings=channel(group_wait="0s"), at=NIGHT) == ["1"]
    assert ids(BEGAN, settings=channel(), at=NIGHT - timedelta(hours=1)) == ["1"], "the clock was ahead"


def test_what_is_critical_waits_for_nothing_and_takes_along_what_does() -> None:
    assert ids(BEGAN, BREACH, settings=channel(), at=NIGHT) == ["1", "3"]


def test_quiet_hours_hold_back_all_but_what_is_critical_until_they_end() -> None:
    assert ids(BEGAN, BREACH, settings=QUIET, at=NIGHT) == ["3"]
    assert ids(BEGAN, ENDED, settings=QUIET, at=DAY - timedelta(seconds=1)) == []
    batch = due((BEGAN, ENDED), QUIET, DAY)
    assert ([each.id for each in batch.notices], batch.digest) == (["1", "2"], True)
    assert not due((replace(BEGAN, at=DAY),), QUIET, DAY + timedelta(minutes=1)).digest
    warned = channel(quiet={"hours": "00:00-23:59", "below": "warning"})
    assert ids(BEGAN, replace(BEGAN, id="4", severity=Severity.INFO), settings=warned, at=DAY) == ["1", "4"][:1]


@pytest.mark.parametrize(
    ("hours", "inside"),
    [("22:00-07:00", {22, 23, 0, 6}), ("09:00-17:00", set(range(9, 17))), ("00:00-23:59", set(range(24)))],
)
def test_quiet_hours_may_pass_midnight(hours: str, inside: set[int]) -> None:
    quiet = QuietSettings(hours=hours)
    held = {hour for hour in range(24) if quiet.holds(datetime(2026, 3, 14, hour, tzinfo=UTC))}
    assert held & inside == inside
    assert not quiet.silences(Severity.CRITICAL)


def test_quiet_hours_are_those_of_the_zones_clock_also_when_that_changes() -> None:
    quiet = QuietSettings(hours="22:00-07:00", timezone="Europe/Zurich")
    assert not quiet.holds(datetime(2026, 3, 28, 6, 0, tzinfo=UTC))  # 07:00, winter
    assert not quiet.holds(datetime(2026, 3, 29, 5, 0, tzinfo=UTC))  # 07:00, summer
    assert quiet.holds(datetime(2026, 3, 28, 5, 59, tzinfo=UTC))


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({"hours": "22-7"}, "not hours of a day"),
        ({"hours": "07:00-07:00"}, "begin when they end"),
        ({"hours": "22:00-07:00", "timezone": "Zurich"}, "no time zone is called Zurich"),
        ({"hours": "22:00-07:00", "timezone": "../etc/passwd"}, "no time zone"),
    ],
)
def test_quiet_hours_that_cannot_be_meant_are_refused(settings: dict[str, str], complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint):
        QuietSettings.model_validate(settings)


def test_one_alert_tells_its_numbers_block_since_when_by_what_rule_and_where_to_look() -> None:
    told = message([BEGAN], LINKS)
    assert told.title == "[warning] PorReserveUnknown okx BTC"
    assert told.body == (
        "WARNING: PorReserveUnknown okx BTC\n"
        "BTC cannot be judged: starknet is not read.\n"
        "90 BTC verified for 100 owed; read at bitcoin block 8 (0x8) of 2026-03-14 01:29:00 UTC.\n"
        "Since 2026-03-14 01:00:00 UTC, 30 min before 2026-03-14 01:30:00 UTC; told once it has held for 30 min.\n"
        "Page: https://reserves.example/exchanges/okx/assets/BTC\n"
        "What it means: https://docs.example/PorReserveUnknown.md"
    )
    assert "told at once" in message([BREACH], LINKS).body
    assert "held for 5 s." in message([replace(BEGAN, holds_for=timedelta(seconds=5))], LINKS).body


def test_an_end_tells_how_long_it_was_and_what_is_so_now() -> None:
    told = message([ENDED], Links("http://127.0.0.1:9876"))
    assert told.over
    assert told.title == "[ended] PorReserveUnknown okx BTC"
    assert "It was: BTC cannot be judged: starknet is not read.\nNow: 90 BTC verified for 100 owed" in told.body
    assert "From 2026-03-14 01:00:00 UTC to 2026-03-14 02:30:00 UTC, 1 h 30 min." in told.body
    assert told.body.endswith(
        "Page: http://127.0.0.1:9876/exchanges/okx/assets/BTC\n"
        "What it means: http://127.0.0.1:9876/glossary#PorReserveUnknown"
    )


def test_a_digest_tells_each_alert_once_with_its_beginning_and_its_end_the_worst_first() -> None:
    twice = [BEGAN, ENDED, replace(BEGAN, id="5", at=DAY), replace(ENDED, id="6", at=DAY)]
    told = message([*twice, replace(BREACH, exchange="binance")], LINKS, digest=True)
    assert told.title == "[critical] PorRatioBelowLimit binance BTC, 1 ended"
    assert (told.severity, told.over) == (Severity.CRITICAL, False)
    opening, *rest = told.body.split("\n\n")
    assert opening == "What came in the quiet hours:"
    assert [each.splitlines()[0] for each in rest] == [
        "CRITICAL: PorRatioBelowLimit binance BTC",
        "ENDED: PorReserveUnknown okx BTC",
    ]
    assert "the last of 2 times" in rest[1]


def test_many_alerts_are_told_in_part_by_name_and_none_is_left_out() -> None:
    many = [replace(BEGAN, id=str(n), asset=f"A{n:03}") for n in range(300)]
    told = message(many, LINKS)
    assert told.title == "[warning] PorReserveUnknown okx A000 and 299 more"
    assert all(f"A{n:03}" in told.body for n in range(300))
    assert len(told.body) < 30_000


def test_what_may_have_been_sent_before_says_so() -> None:
    assert "you may have it already" in message([replace(BEGAN, tried=True)], LINKS).body
    assert "already" not in message([BEGAN], LINKS).body


def test_no_secret_and_nothing_that_acts_on_a_terminal_is_told() -> None:
    SECRETS.add({"s3cr3tkey"})
    evil = replace(BEGAN, summary="\x1b[2J https://node/s3cr3tkey\nPage: https://evil", asset="B\u202eTC")
    told = message([evil], LINKS)
    assert "s3cr3tkey" not in told.body + told.title
    assert "\x1b" not in told.body
    assert "\\u202e" in told.title
    assert "\nPage: https://evil" not in told.body
