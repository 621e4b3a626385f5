"""How answers of the API travel: not once more to who has the same already, and packed to who can unpack it."""

import asyncio
import gzip
import hashlib
import re
from collections.abc import Callable
from typing import TypeVar

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler

from monitor.web.answers import of_api

_Result = TypeVar("_Result")

_LEAST = 1024
"""Bytes; less is not worth packing."""
_LONG = 128 * 1024
"""Bytes; more is not worked through on the event loop."""
_LEVEL = 6
_REFUSED = re.compile(r"q=0(\.0*)?")


@web.middleware
async def sparing(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Give answers of the API a strong ETag, of the very bytes that are sent, and mind If-None-Match (RFC 9110)."""
    response = await handler(request)
    body = response.body if isinstance(response, web.Response) and response.status == web.HTTPOk.status_code else None
    if not of_api(request) or not isinstance(body, bytes) or not isinstance(response, web.Response):
        return response
    packed = len(body) >= _LEAST and accepts_gzip(request.headers.get(hdrs.ACCEPT_ENCODING, ""))
    tag = await _worked(body, _digest) + ("-gzip" if packed else "")
    if any(known.value in {tag, "*"} for known in request.if_none_match or ()):
        response = web.Response(status=web.HTTPNotModified.status_code)
    elif packed:
        response.body = await _worked(body, _pack)
        response.headers[hdrs.CONTENT_ENCODING] = "gzip"
    response.headers.add(hdrs.VARY, hdrs.ACCEPT_ENCODING)
    response.etag = tag
    return response


def accepts_gzip(accept_encoding: str) -> bool:
    """Whether the value of a header Accept-Encoding allows gzip; a weight of 0 forbids it."""
    allowed = {}
    for each in accept_encoding.lower().split(","):
        coding, *weights = (part.strip() for part in each.split(";"))
        allowed[coding] = not any(map(_REFUSED.fullmatch, weights))
    return allowed.get("gzip", allowed.get("*", False))


async def _worked(body: bytes, work: Callable[[bytes], _Result]) -> _Result:
    return await asyncio.to_thread(work, body) if len(body) > _LONG else work(body)


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:32]


def _pack(body: bytes) -> bytes:
    return gzip.compress(body, _LEVEL, mtime=0)
