"""How regularly an exchange publishes."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.judgement import missing_lately, regularity
from monitor.model import Publication


def report(as_of: str, *, root: str = "aa", report_id: str = "", seen: int = 0, kind: str = "report") -> Publication:
    moment = datetime.fromisoformat(as_of).replace(tzinfo=UTC)
    return Publication(moment + timedelta(days=3 + seen), moment, kind, report_id, root, "00" * 32)


NOW = datetime(2026, 12, 1, tzinfo=UTC)


def test_of_nothing_nothing_is_known() -> None:
    assert regularity([], 1, NOW) is None


def test_months_in_a_row_are_counted_up_to_the_newest_report() -> None:
    found = regularity([report(f"2026-{month:02}-06") for month in (1, 2, 4, 5, 6)], 1, NOW)
    assert found is not None
    assert found.months == ("2026-01", "2026-02", "2026-04", "2026-05", "2026-06")
    assert (found.in_a_row, found.missing) == (3, ("2026-03",))


def test_reports_that_the_exchange_lists_itself_count_as_those_that_were_seen_do_and_once() -> None:
    listed = [
        replace(report(f"{month}-06", report_id=month, root="", kind="listed"), seen_at=NOW)
        for month in ("2026-01", "2026-02", "2026-04", "2026-05")
    ]
    seen = report("2026-04-30", report_id="2026-05")  # its figures are older than its line in the list
    found = regularity([*listed, seen], 1, NOW)
    assert found is not None
    assert found.months == ("2026-01", "2026-02", "2026-04")
    assert (found.missing, found.root_changes) == (("2026-03",), ())


@pytest.mark.parametrize(
    ("days", "missing"),
    [
        (("2026-05-01", "2026-05-31", "2026-07-01"), ()),  # June has none, and yet they are a month apart
        (("2026-05-01", "2026-06-10"), ()),
        (("2025-11-30", "2026-03-01"), ("2025-12", "2026-01")),
        (("2026-01-31", "2026-03-15"), ()),  # due on the 28th: half a month later is the limit
        (("2026-01-31", "2026-03-16"), ("2026-02",)),
        (("2025-12-06",), ()),
        (("2025-12-06", "2025-12-06"), ()),
    ],
)
def test_a_report_is_missing_where_more_than_one_and_a_half_months_have_none(
    days: tuple[str, ...], missing: tuple[str, ...]
) -> None:
    found = regularity(map(report, days), 1, NOW)
    assert found is not None
    assert found.missing == missing


def test_an_exchange_that_publishes_by_the_quarter_misses_nothing_in_between() -> None:
    found = regularity([report("2026-01-06"), report("2026-04-06"), report("2026-10-06")], 3, NOW)
    assert found is not None
    assert found.missing == ("2026-07",)


def test_a_gap_is_news_for_a_quarter() -> None:
    found = regularity([report("2026-01-06"), report("2026-03-06")], 1, NOW)
    assert found is not None
    assert missing_lately(found, datetime(2026, 3, 10, tzinfo=UTC)) == ("2026-02",)
    assert missing_lately(found, datetime(2026, 6, 10, tzinfo=UTC)) == ()


def test_a_root_that_is_replaced_under_the_same_report_is_remembered() -> None:
    record = [
        report("2026-01-06", report_id="1"),
        report("2026-01-06", report_id="1", root="", seen=1),
        report("2026-01-06", report_id="1", root="bb", seen=2),
        report("2026-02-06", report_id="2", root="cc"),
    ]
    found = regularity(record, 1, NOW)
    assert found is not None
    (change,) = found.root_changes
    assert (change.report, change.before, change.after) == ("1", "aa", "bb")


def test_a_circuit_or_key_that_is_replaced_under_the_same_report_is_remembered() -> None:
    kind = "okx-stark-v2 circuit"
    found = regularity(
        [
            report("2026-05-06"),
            report("2026-05-06", root="aa", report_id="7", kind=kind),
            report("2026-05-06", root="bb", report_id="7", kind=kind, seen=1),
            report("2026-05-06", root="cc", report_id="8", kind=kind, seen=2),
        ],
        1,
        NOW,
    )
    assert found is not None
    (change,) = found.root_changes
    assert (change.what, change.report, change.before, change.after) == ("circuit", "7", "aa", "bb")


def test_the_roots_of_report_and_proof_are_two_things() -> None:
    found = regularity([report("2026-01-06"), report("2026-01-06", root="bb", kind="okx-merkle-v2")], 1, NOW)
    assert found is not None
    assert found.root_changes == ()


SCHEME = "bitmex-merkle"


def proofs(*, second_at: int) -> list[Publication]:
    return [
        report("2026-01-06"),
        report("2026-01-06", root="bb", kind=SCHEME, seen=1),
        report("2026-01-06", root="cc", kind=SCHEME, seen=second_at),
    ]


def test_a_proof_of_no_named_report_is_of_the_old_one_when_no_new_one_came_within_a_day() -> None:
    record = proofs(second_at=5)
    found = regularity(record, 1, record[-1].seen_at + timedelta(days=1))
    assert found is not None
    assert [(change.before, change.after) for change in found.root_changes] == [("bb", "cc")]


def test_a_proof_that_is_published_a_little_before_its_report_changes_no_root() -> None:
    record = proofs(second_at=5)
    early = regularity(record, 1, record[-1].seen_at + timedelta(hours=23))
    assert early is not None
    assert early.root_changes == ()
    for came in (-29, -25):  # before the proof, and the whole day after it
        found = regularity([*record, report("2026-02-06", root="dd", seen=came)], 1, NOW)
        assert found is not None
        assert found.root_changes == ()
