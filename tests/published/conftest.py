from collections.abc import AsyncIterator

import pytest

from monitor.registry import Registry, load
from tests.support.published import Publisher, publishing


@pytest.fixture(scope="session")
def registry() -> Registry:
    return load()


@pytest.fixture
async def publisher() -> AsyncIterator[Publisher]:
    async with publishing() as running:
        yield running
