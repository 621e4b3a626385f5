"""Alerts over time: ``for``, ``clear_after``, hysteresis, what is unknown, and restarts."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.judgement.alerts import CATALOGUE, AlertMemory, Condition, Conditions, advance
from monitor.model import AlertName, AlertState, Severity
from monitor.settings import AlertsSettings
from tests.support.judgement import NOW

NAME = AlertName.RATIO_BELOW_LIMIT
MINUTE = timedelta(minutes=1)


def alerts(**rule: Any) -> AlertsSettings:
    return AlertsSettings.model_validate({"rules": {NAME: rule}})


def holds(summary: str = "It is so.") -> Condition:
    return Condition(NAME, "okx", "BTC", holds=True, summary=summary)


GONE = Condition(NAME, "okx", "BTC", holds=False)
NEAR = Condition(NAME, "okx", "BTC", holds=False, summary="It is nearly so.", lingers=True)
UNTOLD = Condition(NAME, "okx", "BTC", holds=None, summary="It cannot be told.")
HOLDS = holds()


def conditions(*items: Condition, ready: bool = True) -> Conditions:
    return Conditions(items, {}, ready)


def run(steps: list[Condition], settings: AlertsSettings, memory: AlertMemory | None = None) -> list[AlertState]:
    """The alert after each of ``steps``, a minute apart."""
    memory, states = memory or AlertMemory(), []
    for minute, step in enumerate(steps):
        memory, (state,) = advance(memory, conditions(step), settings, NOW + minute * MINUTE)
        states.append(state)
    return states


def active(states: list[AlertState]) -> str:
    return "".join("!" if state.active else "." for state in states)


@pytest.mark.parametrize(
    ("rule", "steps", "expected"),
    [
        pytest.param({}, [GONE, HOLDS, GONE], ".!.", id="at once, by default"),
        pytest.param({"for": "2m"}, [HOLDS, HOLDS, HOLDS, HOLDS], "..!!", id="after its for"),
        pytest.param({"for": "3m"}, [HOLDS, GONE, HOLDS, GONE, HOLDS, HOLDS], ".....!", id="for adds up what it held"),
        pytest.param({"for": "3m"}, [HOLDS, HOLDS, NEAR, NEAR, NEAR, HOLDS], "......", id="hysteresis adds nothing up"),
        pytest.param({"for": "3m"}, [HOLDS, UNTOLD, UNTOLD, UNTOLD, HOLDS], ".....", id="unknown adds nothing up"),
        pytest.param({"for": "1m"}, [HOLDS, HOLDS, *[GONE] * 10, HOLDS], ".!..........!", id="what ended is no news"),
        pytest.param({"for": "1m"}, [HOLDS, HOLDS, *[GONE] * 11, HOLDS], ".!............", id="until it is forgotten"),
        pytest.param({"for": "1m"}, [HOLDS, *[NEAR, GONE] * 9, HOLDS], "...................!", id="in one go"),
        pytest.param({"for": "2m"}, [HOLDS, UNTOLD, UNTOLD, UNTOLD], "....", id="unknown never starts an alert"),
        pytest.param({"for": "2m"}, [HOLDS, UNTOLD, HOLDS, HOLDS], "...!", id="unknown does not start for anew"),
        pytest.param({}, [HOLDS, UNTOLD, UNTOLD, GONE], "!!!.", id="unknown never ends an alert"),
        pytest.param({}, [HOLDS, NEAR, NEAR, GONE], "!!!.", id="hysteresis keeps an alert"),
        pytest.param({}, [NEAR, NEAR], "..", id="hysteresis starts none"),
        pytest.param({"clear_after": "2m"}, [HOLDS, GONE, GONE, GONE], "!!!.", id="ends after clear_after"),
        pytest.param(
            {"clear_after": "2m"}, [HOLDS, GONE, HOLDS, GONE, GONE, GONE], "!!!!!.", id="clear_after starts anew"
        ),
        pytest.param(
            {"clear_after": "2m"}, [HOLDS, GONE, UNTOLD, GONE, GONE, GONE], "!!!!!.", id="unknown is not gone"
        ),
    ],
)
def test_an_alert_follows_its_condition(rule: dict[str, str], steps: list[Condition], expected: str) -> None:
    assert active(run(steps, alerts(**rule))) == expected


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        pytest.param([HOLDS, HOLDS, GONE, HOLDS, HOLDS, HOLDS], ".....!", id="for starts anew when it was gone"),
        pytest.param([HOLDS, UNTOLD, HOLDS, HOLDS], "..!!", id="unknown does not start for anew"),
    ],
)
def test_what_is_no_ratio_must_hold_for_its_time_in_one_go(steps: list[Condition], expected: str) -> None:
    settings = AlertsSettings.model_validate({"rules": {AlertName.ENDPOINT_DOWN: {"for": "2m"}}})
    assert active(run([replace(step, name=AlertName.ENDPOINT_DOWN) for step in steps], settings)) == expected


@pytest.mark.parametrize("name", [AlertName.RATIO_BELOW_LIMIT, AlertName.RATIO_BELOW_WARNING, AlertName.RATIO_FALLING])
def test_of_every_alert_on_a_ratio_the_times_are_added_up(name: AlertName) -> None:
    settings = AlertsSettings.model_validate({"rules": {name: {"for": "2m"}}})
    steps = [replace(step, name=name) for step in (HOLDS, HOLDS, GONE, HOLDS, HOLDS)]
    assert active(run(steps, settings)) == "...!!"


@given(st.lists(st.booleans(), max_size=60), st.integers(1, 5))
def test_the_times_under_a_limit_are_added_up_until_it_was_kept_ten_times_as_long(under: list[bool], wait: int) -> None:
    """The rule as docs/alerts/README.md tells it, minute by minute."""
    expected, total, kept = [], 0, 0
    for before, now in pairwise([False, *under]):
        total += before
        kept = 0 if now else kept + (not before)
        if not now and kept >= 10 * wait:
            total = 0
        expected.append(now and total >= wait)
    states = run([HOLDS if each else GONE for each in under], alerts(**{"for": f"{wait}m"}))
    assert [state.active for state in states] == expected


def test_an_alert_that_flaps_around_its_limit_goes_off() -> None:
    """An exchange that lifts its ratio for a moment just before each ``for`` is over gains nothing by it."""
    states = run([*[HOLDS] * 29, GONE] * 2, alerts(**{"for": "30m"}))
    assert active(states) == "." * 31 + "!" * 28 + "."


def test_since_is_when_the_condition_began_also_before_the_alert_is_active() -> None:
    states = run([GONE, HOLDS, HOLDS, HOLDS], alerts(**{"for": "2m"}))

    assert [state.since for state in states] == [None, NOW + MINUTE, NOW + MINUTE, NOW + MINUTE]


def test_a_held_alert_says_what_was_last_known_and_what_is_unknown_now() -> None:
    states = run([holds("0.9 of 1."), UNTOLD, UNTOLD], alerts())

    assert [state.summary for state in states[1:]] == [
        "held: last known: 0.9 of 1. Not known now: It cannot be told.",
    ] * 2


def test_an_alert_that_is_about_to_end_says_so() -> None:
    states = run([HOLDS, GONE, GONE], alerts(clear_after="5m"))

    assert states[-1].summary == "gone since 2026-06-14 12:01:00 UTC: It is so."


def test_what_adds_up_shows_nothing_while_its_condition_is_gone() -> None:
    states = run([HOLDS, GONE, HOLDS], alerts(**{"for": "1h"}))

    assert [(state.since, state.summary) for state in states] == [
        (NOW, "It is so."),
        (None, ""),
        (NOW, "It is so."),
    ]


def test_an_alert_without_a_finding_has_no_summary() -> None:
    assert run([GONE], alerts())[0].summary == ""


def test_severity_is_the_catalogues_or_the_configured_one() -> None:
    assert run([HOLDS], alerts())[0].severity is Severity.CRITICAL
    assert run([HOLDS], alerts(severity="info"))[0].severity is Severity.INFO


def test_an_alert_that_is_switched_off_is_neither_shown_nor_remembered() -> None:
    memory, _ = advance(AlertMemory(), conditions(HOLDS), alerts(), NOW)

    assert advance(memory, conditions(HOLDS), alerts(enabled=False), NOW) == (AlertMemory(), ())


def test_an_alert_ends_with_its_exchange_or_asset() -> None:
    memory, _ = advance(AlertMemory(), conditions(HOLDS), alerts(), NOW)

    assert advance(memory, conditions(), alerts(), NOW) == (AlertMemory(), ())


def test_at_start_up_an_alert_is_held_until_the_first_pass_is_finished() -> None:
    memory, before = advance(AlertMemory(), conditions(HOLDS), alerts(), NOW)

    memory, (held,) = advance(memory, conditions(ready=False), alerts(), NOW + MINUTE)
    _, (after,) = advance(memory, conditions(HOLDS), alerts(), NOW + 2 * MINUTE)

    assert (held.active, held.since) == (True, NOW)
    assert (after,) == before


steps = st.lists(st.sampled_from([HOLDS, GONE, NEAR, UNTOLD]), max_size=12)


@given(steps, st.integers(0, 12), st.integers(0, 3), st.integers(0, 3))
def test_a_restart_changes_nothing(history: list[Condition], cut: int, wait: int, clear: int) -> None:
    settings = alerts(**{"for": f"{wait}m", "clear_after": f"{clear}m"})
    through, restarted = AlertMemory(), AlertMemory()
    for minute, step in enumerate(history):
        if minute == cut:
            restarted = AlertMemory.from_json(json.loads(json.dumps(restarted.as_json())))
        now = NOW + minute * MINUTE
        through, expected = advance(through, conditions(step), settings, now)
        restarted, seen = advance(restarted, conditions(step), settings, now)
        assert seen == expected


@given(steps)
def test_an_alert_starts_only_on_a_condition_that_holds_and_ends_only_on_one_that_is_gone(
    history: list[Condition],
) -> None:
    states = run(history, alerts(**{"for": "1m"}))

    for step, before, after in zip(history[1:], states, states[1:], strict=False):
        if after.active and not before.active:
            assert step is HOLDS
        if before.active and not after.active:
            assert step is GONE


@given(steps, st.integers(0, 12), st.integers(-10_000, 10_000))
def test_moments_that_move_with_the_clock_change_nothing(history: list[Condition], at: int, stepped: int) -> None:
    settings = alerts(**{"for": "2m", "clear_after": "2m"})
    even, stepping, ahead = AlertMemory(), AlertMemory(), timedelta()
    for minute, step in enumerate(history):
        if minute == at:
            ahead = timedelta(seconds=stepped)
            stepping = stepping.changed(lambda moment: moment + timedelta(seconds=stepped))
        even, (expected,) = advance(even, conditions(step), settings, NOW + minute * MINUTE)
        stepping, (seen,) = advance(stepping, conditions(step), settings, NOW + minute * MINUTE + ahead)
        assert seen.active is expected.active


def test_memory_of_alerts_that_another_version_knew_is_left_out() -> None:
    memory, _ = advance(AlertMemory(), conditions(HOLDS), alerts(), NOW)
    stored = memory.as_json()
    stored["alerts"].append(stored["alerts"][0] | {"name": "PorForgotten"})

    assert AlertMemory.from_json(stored) == memory


def test_every_alert_is_in_the_catalogue() -> None:
    assert set(CATALOGUE) == set(AlertName)


def test_a_snapshot_that_is_dropped_for_its_age_leaves_no_silence_between_stale_and_absent() -> None:
    """Design, section 4, rule 9: silence is not good news."""
    assert CATALOGUE[AlertName.SNAPSHOT_STALE].clear_after >= CATALOGUE[AlertName.SNAPSHOT_ABSENT].holds_for
    settings, memory = AlertsSettings(), AlertMemory()

    def at(now: datetime, *, stale: bool, gone: bool) -> list[bool]:
        nonlocal memory
        items = (
            Condition(AlertName.SNAPSHOT_STALE, "okx", "", holds=stale),
            Condition(AlertName.SNAPSHOT_ABSENT, "okx", "", holds=gone),
        )
        memory, states = advance(memory, conditions(*items), settings, now)
        return [state.active for state in states]

    assert at(NOW, stale=True, gone=False) == [True, False]
    for minute in range(1, 30):
        assert any(at(NOW + minute * MINUTE, stale=False, gone=True))


def test_an_alert_inside_its_hysteresis_says_how_near_it_is_and_one_that_is_only_on_its_way_what_began_it() -> None:
    on, near = run([HOLDS, NEAR], alerts())
    assert (on.summary, near.summary) == ("It is so.", "It is nearly so.")
    *_, untold = run([HOLDS, NEAR, UNTOLD], alerts())
    assert untold.summary == "held: last known: It is nearly so. Not known now: It cannot be told."
    memory, _ = advance(AlertMemory(), conditions(HOLDS), alerts(**{"for": "9m"}), NOW)
    memory, _ = advance(memory, conditions(NEAR), alerts(**{"for": "9m"}), NOW + MINUTE)
    (alert,) = memory.alerts.values()
    assert alert.summary == "It is so."
