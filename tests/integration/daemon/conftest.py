"""The daemon as a process of its own; in this one, each test gives logging back."""

from collections.abc import Callable
from contextlib import ExitStack

import pytest

from tests.support.daemons import Site
from tests.support.processes import MonitorProcess


@pytest.fixture(autouse=True)
def _logging(quiet_logging: None) -> None:
    """See ``quiet_logging``."""


@pytest.fixture
def monitor(nodes: ExitStack, site: Site) -> Callable[..., MonitorProcess]:
    """``monitor(**variables)``: the daemon of the site, started, with these in its environment, until the test ends."""
    return lambda **variables: nodes.enter_context(MonitorProcess(site, **variables))
