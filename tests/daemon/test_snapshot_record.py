"""What becomes of the record of one exchange on one network: each event makes another one, and changes none."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from monitor.daemon.snapshot_record import SnapshotRecord
from monitor.model import Balances, BaseUnits, Block, Caip2, Height, Snapshot
from monitor.settings import NetworkSettings
from tests.support.chains import ETH, ETHEREUM, USDT

NOW = datetime(2026, 6, 14, 12, tzinfo=UTC)
SETTINGS = NetworkSettings.model_validate(
    {"endpoints": [{"url": "http://node"}], "stale_after": "10m", "drop_after": "1h"}
)


def snapshot(number: int, balances: Balances, at: datetime = NOW) -> Snapshot:
    return Snapshot("okx", "ethereum", Block(Height(number), f"0x{number:x}", at), at, balances)


def test_a_success_ends_a_failure_and_is_counted_with_its_duration() -> None:
    failed = SnapshotRecord().begun().failed("timeout", "no answer", NOW)
    taken = failed.begun().took(snapshot(1, {ETH: {"0x1": BaseUnits(1)}}), 3.5, ())
    assert (failed.failure, taken.failure, taken.failed_at) == ("no answer", "", None)
    assert (taken.attempts.begun, taken.attempts.failures["timeout"]) == (2, 1)
    assert (taken.attempts.took.count, taken.attempts.took.seconds) == (1, 3.5)
    assert (taken.attempts.took.within[2.0], taken.attempts.took.within[10.0]) == (0, 1)
    assert failed.attempts.took.count == 0, "what was handed out does not change"


def test_a_refused_token_keeps_its_last_reading_through_any_number_of_snapshots_without_it() -> None:
    record = SnapshotRecord().took(snapshot(1, {ETH: {"0x1": BaseUnits(1)}, USDT: {"0x1": BaseUnits(5)}}), 1, ())
    for number in (2, 3):
        record = record.took(snapshot(number, {ETH: {"0x1": BaseUnits(1)}}), 1, [USDT]).refused({USDT: "reverts"}, NOW)
    assert record.earlier[USDT].block.number == 1
    assert record.state(ETHEREUM, SETTINGS, 1, NOW).of(USDT) is record.earlier[USDT]
    assert record.took(snapshot(4, {ETH: {}, USDT: {}}), 1, ()).earlier == {}


def test_ages_are_measured_from_either_side_and_survive_a_step_of_the_clock() -> None:
    record = SnapshotRecord(snapshot(1, {ETH: {}}))

    def is_(now: datetime, of: SnapshotRecord = record) -> tuple[bool, bool]:
        state = of.state(ETHEREUM, SETTINGS, 1, now)
        return state.stale, state.dropped

    assert is_(NOW + timedelta(minutes=10)) == (False, False)
    assert is_(NOW + timedelta(minutes=10, seconds=1)) == (True, False)
    assert is_(NOW - timedelta(seconds=1)) == (True, False), "dated after now: its age is not known"
    assert is_(NOW + timedelta(hours=1, seconds=1)) == (True, True)
    day = timedelta(days=1)
    assert is_(NOW + day, record.moved(day)) == (False, False)
    assert SnapshotRecord().moved(day) == SnapshotRecord()


def test_the_state_names_the_chain_that_was_read() -> None:
    other = replace(ETHEREUM, caip2=Caip2("eip155:1337"))
    assert SnapshotRecord().state(other, SETTINGS, 0, NOW).chain == "eip155:1337"
