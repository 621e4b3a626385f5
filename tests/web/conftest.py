"""A client of the application."""

from collections.abc import AsyncIterator

import pytest
from aiohttp.test_utils import TestClient, TestServer

from monitor.web.app import create_app
from tests.support.web import Client, Daemon


@pytest.fixture
def daemon() -> Daemon:
    return Daemon()


@pytest.fixture
async def client(daemon: Daemon) -> AsyncIterator[Client]:
    async with TestClient(TestServer(create_app(daemon.deps()))) as client:
        yield client
