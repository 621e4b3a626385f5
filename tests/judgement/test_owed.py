"""What a report once named stays owed, and what is owed much less of is told, in one step or in many."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from monitor.judgement import in_force, renamed, taken_up
from monitor.model import Document, Liabilities, LiabilitiesFall, LiabilitiesLedger
from monitor.registry import load

START = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
NONE = LiabilitiesLedger(Document("owed.csv", "", 0, START), START, "owed.csv", {})


def report(day: int, **amounts: str | int) -> Liabilities:
    document = Document("owed.csv", f"{day:02}", 0, START + day * DAY)
    return Liabilities(document, "totals", START + day * DAY, {name: Decimal(each) for name, each in amounts.items()})


def after(*reports: Liabilities, max_fall: str = "0.5") -> LiabilitiesLedger:
    """The ledger after ``reports``, each seen an hour after its moment."""
    ledger = NONE
    for each in reports:
        seen = each.as_of + timedelta(hours=1)
        ledger = taken_up(ledger, each, max_fall=Decimal(max_fall), max_age=35 * DAY, now=seen)
    return ledger


def owed(*reports: Liabilities, dropped: tuple[str, ...] = (), max_fall: str = "0.5") -> Liabilities:
    return in_force(reports[-1], after(*reports, max_fall=max_fall), dropped, lambda asset: asset != "XYZ")


def falls(*reports: Liabilities, max_fall: str = "0.5") -> dict[str, tuple[Decimal, Decimal]]:
    return {fall.asset: (fall.before, fall.amount) for fall in owed(*reports, max_fall=max_fall).falls}


def test_an_asset_that_is_not_named_any_more_stays_owed_with_its_date() -> None:
    found = owed(report(0, BTC=100, ETH=5), report(30, ETH=6), report(60, ETH=7))
    assert found.owed == {"ETH": 7, "BTC": 100}
    assert found.carried == {"BTC": START}
    assert found.as_of == START + 60 * DAY
    assert not found.falls


def test_a_report_that_names_it_again_counts() -> None:
    found = owed(report(0, BTC=100), report(30, ETH=6), report(60, BTC=90, ETH=6))
    assert found.owed == {"ETH": 6, "BTC": 90}
    assert not found.carried


def test_what_the_operator_dropped_goes_unless_a_report_names_it() -> None:
    assert owed(report(0, BTC=100, ETH=5), report(30, ETH=6), dropped=("BTC",)).owed == {"ETH": 6}
    assert owed(report(0, BTC=100), report(30, BTC=6), dropped=("BTC",)).owed == {"BTC": 6}


def test_a_carried_name_that_nobody_knows_stays_unknown() -> None:
    assert owed(report(0, XYZ=1, ETH=5), report(30, ETH=6)).unknown_names == {"XYZ"}


def test_the_highest_amount_is_as_new_as_the_last_report_that_named_it() -> None:
    same = after(report(0, BTC=100), report(30, BTC=100)).assets["BTC"]
    assert (same.highest, same.highest_as_of) == (Decimal(100), START + 30 * DAY)
    # in three steps of 30 days each, no two of them a fall for itself: measured from the newest that was as high
    assert falls(report(0, BTC=100), report(30, BTC=100), report(45, BTC=70), report(60, BTC=49)) == {
        "BTC": (Decimal(100), Decimal(49))
    }


def test_much_less_counts_and_is_told_with_both_amounts_and_dates() -> None:
    found = owed(report(0, BTC=100), report(30, BTC=49))
    assert found.owed == {"BTC": 49}
    second = START + 30 * DAY
    seen = second + timedelta(hours=1)
    assert found.falls == (LiabilitiesFall("BTC", Decimal(100), START, Decimal(49), second, seen),)


def test_the_limit_itself_is_no_fall_and_nothing_is_always_one() -> None:
    assert not falls(report(0, BTC=100), report(30, BTC=50))
    assert falls(report(0, BTC=100), report(30, BTC=50), max_fall="0.49")
    assert falls(report(0, BTC=100), report(30, BTC=0), max_fall="1")
    assert not falls(report(0, BTC=0), report(30, BTC=0))


def test_many_small_steps_are_one_large_one() -> None:
    assert falls(report(0, BTC=100), report(1, BTC=70), report(2, BTC=49)) == {"BTC": (Decimal(100), Decimal(49))}
    assert not falls(report(0, BTC=100), report(30, BTC=70), report(60, BTC=49)), "over two months it is no news"


def test_a_fall_over_a_long_silence_is_one() -> None:
    assert falls(report(0, BTC=100), report(200, BTC=10)) == {"BTC": (Decimal(100), Decimal(10))}


def test_a_fall_is_told_once_and_over_when_as_much_is_owed_again() -> None:
    ledger = after(report(0, BTC=100), report(10, BTC=40), report(20, BTC=39))
    fall = ledger.assets["BTC"].fall
    assert fall
    assert (fall.amount, fall.seen_at) == (Decimal(40), START + 10 * DAY + timedelta(hours=1))
    assert not falls(report(0, BTC=100), report(10, BTC=40), report(20, BTC=60))


def test_a_fall_that_is_no_longer_one_ends_though_less_is_owed_than_before() -> None:
    assert not falls(report(0, BTC=100), report(10, BTC=40), report(20, BTC=50))


def test_of_a_name_that_is_known_meanwhile_the_newer_amount_counts() -> None:
    ledger = renamed(after(report(0, XBT=3, BTC=2), report(10, XBT=4), report(20, BTC=1)), load().asset)
    assert (ledger.assets["BTC"].amount, ledger.assets["BTC"].as_of) == (Decimal(1), START + 20 * DAY)


def test_the_same_report_again_changes_nothing() -> None:
    reports = (report(0, BTC=100, ETH=1), report(30, BTC=49))
    ledger = after(*reports)
    again = taken_up(ledger, reports[-1], max_fall=Decimal("0.5"), max_age=35 * DAY, now=START + 99 * DAY)
    assert again == ledger


def test_a_name_that_is_known_meanwhile_is_its_asset() -> None:
    ledger = renamed(after(report(0, XBT=3, BTC=2, ETH=1), report(30, BTC=4)), load().asset)
    assert {asset: each.amount for asset, each in ledger.assets.items()} == {"BTC": 4, "ETH": 1}
    together = renamed(after(report(0, XBT=3, BTC=2)), load().asset)
    assert together.assets["BTC"].amount == 5


amounts = st.dictionaries(st.sampled_from("ABCD"), st.integers(0, 1000), min_size=1)


@given(st.lists(amounts, min_size=1, max_size=8))
def test_nothing_that_was_ever_owed_goes_by_itself(stated: list[dict[str, int]]) -> None:
    found = owed(*(report(day, **each) for day, each in enumerate(stated)))
    latest = {asset: Decimal(amount) for each in stated for asset, amount in each.items()}
    assert found.owed == latest
    assert set(found.carried) == set(latest) - set(stated[-1])
