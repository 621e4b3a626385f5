"""A site for a daemon, and the daemon as a process of its own."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.support.daemons import Site, TurnableClock, logging_restored
from tests.support.processes import MonitorProcess


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


@pytest.fixture
def monitor(nodes: ExitStack, site: Site) -> Callable[[], MonitorProcess]:
    """``monitor()``: the daemon of the site, started; it ends with the test."""
    return lambda: nodes.enter_context(MonitorProcess(site))
