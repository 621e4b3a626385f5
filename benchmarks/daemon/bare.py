"""The limits of a scrape: ``python -m benchmarks.daemon.bare BODY`` prints its port and serves two routes.

``/library`` is what prometheus_client and aiohttp do for a collector that has the very samples of BODY, an OpenMetrics
exposition, at hand. ``/bytes`` is aiohttp alone, which sends BODY as it is, or as it was compressed beforehand.
"""

import asyncio
import gzip
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from aiohttp import hdrs, web
from prometheus_client.core import Metric
from prometheus_client.openmetrics.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.openmetrics.parser import text_string_to_metric_families
from prometheus_client.registry import Collector

from benchmarks.daemon.serving import serve


class _Held(Collector):
    def __init__(self, metrics: list[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> Iterator[Metric]:
        return iter(self._metrics)


def _route(path: str, plain: Callable[[], bytes], packed: Callable[[], bytes]) -> web.RouteDef:
    async def answer(request: web.Request) -> web.Response:
        if "gzip" in request.headers[hdrs.ACCEPT_ENCODING]:
            headers = {hdrs.CONTENT_TYPE: CONTENT_TYPE_LATEST, hdrs.CONTENT_ENCODING: "gzip"}
            return web.Response(body=packed(), headers=headers)
        return web.Response(body=plain(), headers={hdrs.CONTENT_TYPE: CONTENT_TYPE_LATEST})

    return web.get(path, answer)


async def _serve(body: bytes) -> None:
    held = _Held(list(text_string_to_metric_families(body.decode())))  # type: ignore[no-untyped-call]
    packed = gzip.compress(body)

    def generated() -> bytes:
        text: bytes = generate_latest(held)  # type: ignore[no-untyped-call]
        return text

    application = web.Application()
    application.add_routes(
        [
            _route("/library", generated, lambda: gzip.compress(generated())),
            _route("/bytes", lambda: body, lambda: packed),
        ]
    )
    await serve(application)


if __name__ == "__main__":
    asyncio.run(_serve(Path(sys.argv[1]).read_bytes()))
