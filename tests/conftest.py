"""Fixtures that every room's tests may use."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from monitor.formats import SECRETS
from monitor.store import Store
from tests.support.daemons import Site, TurnableClock, logging_restored
from tests.support.postgresql import PostgreSQL
from tests.support.service_managers import ServiceManagerStandIn

collect_ignore = ["real_nodes"]
"""Nodes that take minutes to install: who names the folder runs it, as `make test-nodes` does once they are there."""

settings.register_profile("untimed", deadline=None)  # how long an example takes says more of the machine than of us
settings.load_profile("untimed")


@pytest.fixture(autouse=True)
def _no_secrets() -> Iterator[None]:
    """What one test's configuration keeps secret is none of the next one's."""
    yield
    SECRETS.clear()


@pytest.fixture
def quiet_logging() -> Iterator[None]:
    """Logging as it was before, however the test has set it up."""
    with logging_restored():
        yield


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """A folder with what a daemon needs: documents, a configuration, a history."""
    return Site(tmp_path)


@pytest.fixture
def clock() -> TurnableClock:
    return TurnableClock()


@pytest.fixture
def service_manager(tmp_path: Path) -> Iterator[ServiceManagerStandIn]:
    """Stands in for systemd, where services tell it of themselves."""
    with ServiceManagerStandIn(f"{tmp_path}/notify") as manager:
        yield manager


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    """A PostgreSQL server; each test makes a database of its own in it."""
    with PostgreSQL() as server:
        yield server


ENGINES = ("sqlite", pytest.param("postgresql", marks=pytest.mark.integration))


@pytest.fixture(params=ENGINES)
def history_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty history, on each kind of database."""
    if request.param == "postgresql":
        return str(request.getfixturevalue("postgresql").database())
    return f"sqlite+aiosqlite:///{tmp_path}/history/monitor.db"


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """An empty history in a file of its own."""
    store = await Store.open(f"sqlite+aiosqlite:///{tmp_path}/history.db")
    yield store
    await store.close()
