"""The daemon sets up logging: each test gives it back. And one exchange of it, by itself."""

import asyncio
from collections.abc import AsyncIterator, Callable
from threading import Event

import aiohttp
import pytest

from monitor.daemon.exchange import ExchangeWatch
from monitor.model import Verdict
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
    known: dict[bytes, Verdict] = {}
    async with aiohttp.ClientSession() as session:

        def make(name: str, closing: Event | None = None) -> ExchangeWatch:
            settings = Settings.model_validate(site.sections).exchanges[name]
            return ExchangeWatch(
                name,
                settings,
                load_registry(),
                store=store,
                session=session,
                now=lambda: START,
                known=known,
                closing=closing or Event(),
                reading=asyncio.Lock(),
            )

        yield make
