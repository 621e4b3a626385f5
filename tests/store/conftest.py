"""The whole suite runs on each kind of database."""

from collections.abc import AsyncIterator

import pytest

from monitor.store import Store


@pytest.fixture
def url(history_url: str) -> str:
    """Where the history is."""
    return history_url


@pytest.fixture
async def store(url: str) -> AsyncIterator[Store]:
    """An empty history."""
    store = await Store.open(url)
    yield store
    await store.close()
