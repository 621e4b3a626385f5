"""No test may pass because a row could not be judged for a defect of ours: that, too, proves nothing."""

import logging
from collections.abc import Iterator

import pytest


class _Records(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.told: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.told.append(logging.Formatter().format(record))


@pytest.fixture(autouse=True)
def defects() -> Iterator[list[str]]:
    """What the judge logged of its own defects; a test that expects one takes it out."""
    logger, records = logging.getLogger("monitor.ownership.judging"), _Records()
    logger.addHandler(records)
    yield records.told
    logger.removeHandler(records)
    assert records.told == []
