"""Scrapes as Prometheus makes them, each timed from its request to the last byte of the answer."""

import asyncio
import time
from dataclasses import dataclass, field

import aiohttp

_HEADERS = {"Accept": "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1"}
ENCODINGS = ("gzip", "identity")
_PAUSE = 0.1


@dataclass(slots=True)
class Scraped:
    """All scrapes of one encoding."""

    seconds: list[float] = field(default_factory=list)
    size: int = 0
    """Bytes of the last body, as sent."""
    body: bytes = b""

    def at(self, share: float) -> float:
        """The milliseconds that this share of the scrapes did not take longer than."""
        ordered = sorted(self.seconds)
        return 1000 * ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def scrape(url: str, seconds: float) -> dict[str, Scraped]:
    """By encoding, which take turns."""
    return asyncio.run(_scrape(url, seconds))


async def _scrape(url: str, seconds: float) -> dict[str, Scraped]:
    found = {encoding: Scraped() for encoding in ENCODINGS}
    async with aiohttp.ClientSession(auto_decompress=False, headers=_HEADERS) as session:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for encoding, scraped in found.items():
                began = time.perf_counter()
                async with session.get(url, headers={"Accept-Encoding": encoding}) as response:
                    response.raise_for_status()
                    scraped.body = await response.read()
                scraped.seconds.append(time.perf_counter() - began)
                scraped.size = len(scraped.body)
                await asyncio.sleep(_PAUSE)
    return found
