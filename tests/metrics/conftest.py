"""An exporter for each test."""

from collections.abc import Callable

import pytest

from monitor.model import World
from tests.support.scraping import Scraper


@pytest.fixture
def scraper() -> Callable[[World | None], Scraper]:
    return Scraper
