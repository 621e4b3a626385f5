"""A client of the application."""

from collections.abc import AsyncIterator

import pytest

from tests.support.web import Client, Daemon, client_of


@pytest.fixture
def daemon() -> Daemon:
    return Daemon()


@pytest.fixture
async def client(daemon: Daemon) -> AsyncIterator[Client]:
    async with client_of(daemon) as client:
        yield client
