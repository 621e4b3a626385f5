"""How soon a document is asked for again."""

from datetime import timedelta

from monitor.daemon.documents import DocumentAttempts
from monitor.published import Cause, DocumentError
from tests.support.readers import START

MINUTE, REFRESH = timedelta(minutes=1), timedelta(hours=6)


def attempts(refresh: timedelta = REFRESH) -> DocumentAttempts:
    return DocumentAttempts("okx", "wallets", lambda: START, refresh)


def refuse(record: DocumentAttempts) -> timedelta | None:
    record.refused(DocumentError(Cause.UNREACHABLE, "no such host"))
    return record.again


def test_what_could_not_be_had_is_asked_for_after_a_minute_then_half_as_often_each_time_up_to_refresh() -> None:
    record = attempts()
    assert record.again is None
    pauses = [refuse(record) for _ in range(12)]
    for times, pause in enumerate(pauses[:8]):
        assert pause is not None
        assert 0.9 <= pause / (MINUTE * 2**times) <= 1.1, times
    assert pauses[9:] == [None, None, None], "then its own interval is sooner"


def test_documents_that_failed_together_are_not_asked_for_at_the_same_moment() -> None:
    assert len({refuse(attempts()) for _ in range(10)}) > 1


def test_one_that_is_asked_for_often_is_not_asked_for_more_often() -> None:
    assert refuse(attempts(timedelta(seconds=30))) is None


def test_a_success_begins_anew() -> None:
    record = attempts()
    for _ in range(5):
        refuse(record)
    record.accepted()
    assert record.again is None
    pause = refuse(record)
    assert pause is not None
    assert pause < 2 * MINUTE


def test_a_document_that_fails_for_ever_counts_on() -> None:
    record = attempts(timedelta(days=365_000))
    assert [refuse(record) for _ in range(2_000)][-1] is not None
