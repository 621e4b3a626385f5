"""What channels are told: once when it begins, once when it ends, and again after hours."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from monitor.model import AlertName, AlertState, Notice, NoticeKind, Severity, World
from monitor.notify import Key, Told, as_json, decide, from_json, standing
from monitor.settings import ChannelSettings
from tests.support.worlds import NOW, world

WORLD = world()
BREACH = WORLD.alerts[0]
OTHER = structs.replace(BREACH, exchange="borealis", severity=Severity.WARNING)
OWN = structs.replace(BREACH, name=AlertName.ENDPOINT_DOWN, exchange="", asset="", severity=Severity.WARNING)
FAILING = structs.replace(OWN, name=AlertName.NOTIFICATIONS_FAILING)


def channel(**settings: Any) -> ChannelSettings:
    return ChannelSettings(url="json://127.0.0.1/", **settings)


def at(minutes: float, *alerts: AlertState) -> World:
    return replace(WORLD, at=NOW + timedelta(minutes=minutes), alerts=alerts)


def over(alert: AlertState) -> AlertState:
    return structs.replace(alert, active=False, since=None, summary="")


class Ear:
    """One channel over time: what it is told, as it is decided."""

    def __init__(self, **settings: Any) -> None:
        self.settings = channel(**settings)
        self.told: tuple[Told, ...] = ()
        self.notices: list[Notice] = []

    def hear(self, present: World, *, waiting: frozenset[Key] = frozenset(), failing: bool = False) -> list[str]:
        decision = decide(self.told, present, self.settings, waiting, failing=failing)
        self.told = from_json(as_json({"x": decision.told}))["x"]  # as over a restart
        self.notices += decision.notices
        return [f"{each.kind} {each.exchange}".strip() for each in decision.notices]


def test_an_alert_is_told_when_it_begins_and_when_it_ends_and_not_between() -> None:
    ear = Ear()
    assert ear.hear(at(0, BREACH)) == ["began aurora"]
    assert ear.hear(at(1, BREACH)) == []
    assert ear.hear(at(2, over(BREACH))) == ["ended aurora"]
    assert ear.hear(at(3, over(BREACH))) == []
    began, ended = ear.notices
    assert (began.since, began.at, ended.since, ended.at) == (BREACH.since, NOW, BREACH.since, at(2).at)
    assert began.summary == ended.summary == BREACH.summary
    assert began.figures == (
        "99,999.96 BTC signed for 100,000 owed, 99.9999 % to 100.5 %, the limit is 100 %; read at bitcoin"
        f" block 940123 (0x{940123:064x}) of 2026-03-14 14:55:38 UTC"
    )


def test_what_is_not_watched_any_more_has_ended() -> None:
    ear = Ear()
    ear.hear(at(0, BREACH))
    assert ear.hear(at(1)) == ["ended aurora"]


def test_what_goes_on_is_told_again_after_hours_unless_that_waits_or_is_switched_off() -> None:
    ear, never = Ear(remind="4h"), Ear(remind="0s")
    for each in (ear, never):
        each.hear(at(0, BREACH))
    assert ear.hear(at(239, BREACH)) == []
    assert ear.hear(at(240, BREACH), waiting=frozenset({ear.told[0].key})) == []
    assert ear.hear(at(241, BREACH)) == ["goes on aurora"]
    assert ear.hear(at(480, BREACH)) == []
    assert never.hear(at(10_000, BREACH)) == []


def test_routes_by_severity_and_exchange_and_what_is_the_monitors_own_concerns_all() -> None:
    world = at(0, BREACH, OTHER, OWN)
    assert Ear(severity="critical").hear(world) == ["began aurora"]
    assert Ear(exchanges=["borealis"]).hear(world) == ["began borealis", "began"]


def test_a_channel_that_is_narrowed_does_not_tell_of_an_end_that_is_none() -> None:
    ear = Ear()
    ear.hear(at(0, BREACH, OTHER))
    ear.settings = channel(severity="critical")
    assert ear.hear(at(1, BREACH, OTHER)) == []
    assert ear.hear(at(2, over(BREACH), over(OTHER))) == ["ended aurora"]


def test_a_channel_that_fails_is_not_told_so_the_others_are() -> None:
    ear = Ear()
    assert ear.hear(at(0, FAILING, BREACH), failing=True) == ["began aurora"]
    assert ear.hear(at(1, over(FAILING), BREACH)) == []
    assert Ear().hear(at(0, FAILING)) == ["began"]


def test_with_another_severity_it_is_another_alert() -> None:
    ear = Ear()
    ear.hear(at(0, BREACH))
    assert ear.hear(at(1, structs.replace(BREACH, severity=Severity.WARNING))) == ["began aurora", "ended aurora"]


@given(st.lists(st.frozensets(st.sampled_from([0, 1, 2])), max_size=12))
def test_however_alerts_come_and_go_each_beginning_and_each_end_is_told_once(course: list[frozenset[int]]) -> None:
    ear, before = Ear(remind="0s"), frozenset[int]()
    alerts = [structs.replace(BREACH, asset=name) for name in "abc"]
    for minute, active in enumerate(course):
        count = len(ear.notices)
        ear.hear(at(minute, *(each if n in active else over(each) for n, each in enumerate(alerts))))
        told = {(each.kind, "abc".index(each.asset)) for each in ear.notices[count:]}
        began, ended = active - before, before - active
        assert told == {(NoticeKind.BEGAN, n) for n in began} | {(NoticeKind.ENDED, n) for n in ended}
        assert len(ear.notices) - count == len(told)
        before = active


def test_an_alertmanager_is_told_an_end_for_a_while_and_until_it_has_heard_it() -> None:
    told = standing((), at(0, BREACH), channel(), ())
    told = standing(told, at(1, over(BREACH)), channel(), ())
    (ended,) = told
    assert ended.ended_at == at(1).at
    assert standing(told, at(14, over(BREACH)), channel(), ()) == told
    assert standing(told, at(16, over(BREACH)), channel(), ()) == ()
    assert standing(told, at(600, over(BREACH)), channel(), {ended.key}) == told
    (again,) = standing(told, at(600, BREACH), channel(), {ended.key})
    assert again.ended_at is None


@pytest.mark.parametrize("severity", Severity)
def test_told_moves_with_the_clock(severity: Severity) -> None:
    (told,) = decide((), at(0, structs.replace(BREACH, severity=severity)), channel(), (), failing=False).told
    moved = told.moved(timedelta(hours=1))
    assert (moved.at - told.at, moved.since - told.since) == (timedelta(hours=1), timedelta(hours=1))
