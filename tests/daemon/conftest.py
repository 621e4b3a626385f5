"""The daemon sets up logging: each test gives it back. And one exchange of it, by itself."""

from collections.abc import AsyncIterator, Callable

import aiohttp
import pytest

from monitor.daemon.exchange import ExchangeWatch
from monitor.daemon.list_judge import ListJudge
from monitor.daemon.stored import StoredVerdicts
from monitor.registry import load as load_registry
from monitor.settings import Settings
from monitor.store import Store
from tests.support.daemons import Site
from tests.support.readers import START


@pytest.fixture(autouse=True)
def _logging(quiet_logging: None) -> None:
    """See ``quiet_logging``."""


@pytest.fixture
async def watch(site: Site, store: Store) -> AsyncIterator[Callable[..., ExchangeWatch]]:
    """``watch(name)``: an exchange of the site, sharing verdicts with all others."""
    lists = ListJudge(StoredVerdicts(store))
    async with aiohttp.ClientSession() as session:

        def make(name: str) -> ExchangeWatch:
            settings = Settings.model_validate(site.sections).exchanges[name]
            return ExchangeWatch(
                name,
                settings,
                load_registry(),
                store=store,
                session=session,
                now=lambda: START,
                lists=lists,
            )

        yield make
