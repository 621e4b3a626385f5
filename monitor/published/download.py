"""One conditional GET (RFC 9110, section 13), whole or refused."""

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus

import aiohttp
from yarl import URL

from monitor.published.errors import Cause, DocumentError, too_large
from monitor.published.ways import Way, with_credentials

_CHUNK = 1 << 18
_REDIRECTS = 5
_REDIRECTING = frozenset({301, 302, 303, 307, 308})
_NO_LIMIT = aiohttp.ClientTimeout(total=None)


@dataclass(frozen=True, slots=True)
class Received:
    """A whole body, and what a next request may be conditional on."""

    body: bytes = field(repr=False)
    etag: str
    last_modified: str

    @property
    def modified_at(self) -> datetime | None:
        """``Last-Modified`` as a moment; None when it is absent or no date."""
        try:
            moment = parsedate_to_datetime(self.last_modified)
            return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
        except (ValueError, OverflowError):
            return None


@asynccontextmanager
async def opened(session: aiohttp.ClientSession | None) -> AsyncIterator[aiohttp.ClientSession]:
    """``session``, or where there is none, one for a single request."""
    if session is not None:
        yield session
        return
    async with aiohttp.ClientSession() as own:
        yield own


async def get(
    session: aiohttp.ClientSession,
    url: str,
    *,
    timeout: timedelta,  # noqa: ASYNC109 - a limit of the transfer, which aiohttp keeps
    max_size: int,
    etag: str = "",
    last_modified: str = "",
    source: str = "",
    redirects: str = "public",
) -> Received | None:
    """The body at ``url``; None when the server answers that it has not changed. Raises :class:`DocumentError`.

    ``source`` is what the operator has named, where that is a page that has led to ``url``; ``redirects`` is its
    setting. Credentials stay with the origin that they were given for.
    """
    headers = {name: value for name, value in (("If-None-Match", etag), ("If-Modified-Since", last_modified)) if value}
    try:
        async with asyncio.timeout(timeout.total_seconds()):
            return await _follow(session, URL(url), Way(source or url, redirects), headers, max_size, led=bool(source))
    except TimeoutError as error:
        problem = f"not read within {timeout.total_seconds():g} s; raise the document's timeout if the link is slow"
        raise DocumentError(Cause.TIMEOUT, problem) from error
    except aiohttp.ClientPayloadError as error:
        problem = "the transfer broke off before the end that the server had announced"
        raise DocumentError(Cause.TRUNCATED, problem) from error
    except (aiohttp.InvalidURL, ValueError) as error:
        raise DocumentError(Cause.UNREACHABLE, "not a URL that can be asked; correct `source`") from error
    except aiohttp.ClientError as error:
        problem = f"cannot be reached: {_cause(error)}; check the host and the network"
        raise DocumentError(Cause.UNREACHABLE, problem) from error


async def _follow(
    session: aiohttp.ClientSession, url: URL, way: Way, headers: dict[str, str], max_size: int, *, led: bool
) -> Received | None:
    """Ask for ``url``, and for what it leads to; ``led`` if a page has led to it already."""
    if led:
        way.check(url)
    for _ in range(1 + _REDIRECTS):
        async with AsyncExitStack() as stack:
            asked = session
            if led:
                asked = await stack.enter_async_context(way.session(url, _name(session)))
            response = await stack.enter_async_context(
                asked.get(url, headers=headers, timeout=_NO_LIMIT, allow_redirects=False)
            )
            if response.status not in _REDIRECTING:
                return await _received(response, headers, max_size)
            to, led = _location(url, response), True
            way.check(to)
            url = with_credentials(to, url)
    raise DocumentError(Cause.REDIRECT, f"more than {_REDIRECTS} redirects; give the final http(s) URL")


def _name(session: aiohttp.ClientSession) -> dict[str, str]:
    """What may be told to anybody of the headers that ``session`` sends."""
    name = session.headers.get("User-Agent")
    return {"User-Agent": name} if name else {}


def _location(url: URL, response: aiohttp.ClientResponse) -> URL:
    """Where the response to ``url`` leads."""
    try:
        return url.join(URL(response.headers["Location"]))
    except (KeyError, ValueError) as error:
        raise DocumentError(Cause.REDIRECT, "redirected to no URL; give the final http(s) URL") from error


async def _received(response: aiohttp.ClientResponse, headers: dict[str, str], max_size: int) -> Received | None:
    if response.status == HTTPStatus.NOT_MODIFIED and headers:
        return None
    if response.status != HTTPStatus.OK:
        raise DocumentError(Cause.HTTP_STATUS, f"HTTP {response.status} {response.reason}; a document comes with 200")
    return Received(
        await _body(response, max_size), response.headers.get("ETag", ""), response.headers.get("Last-Modified", "")
    )


async def _body(response: aiohttp.ClientResponse, max_size: int) -> bytes:
    if (response.content_length or 0) > max_size:
        raise too_large(max_size)
    body = io.BytesIO()
    async for chunk in response.content.iter_chunked(_CHUNK):
        if body.tell() + len(chunk) > max_size:
            raise too_large(max_size)
        body.write(chunk)
    return body.getvalue()


def _cause(error: aiohttp.ClientError) -> str:
    """What happened, without the URL that some of aiohttp's messages repeat."""
    if isinstance(error, aiohttp.ClientConnectorError):
        return error.strerror or str(error.os_error)
    return type(error).__name__
