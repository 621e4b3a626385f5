"""Fixtures of the daemon's tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.daemons import Site, TurnableClock, logging_restored


@pytest.fixture(autouse=True)
def _logging() -> Iterator[None]:
    with logging_restored():
        yield


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


@pytest.fixture
def clock() -> TurnableClock:
    return TurnableClock()
