"""One conditional GET (RFC 9110, section 13), whole or refused."""

import io
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus

import aiohttp

from monitor.published.errors import DocumentError, Reason

_CHUNK = 1 << 18
_REDIRECTS = 5


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


def too_large(max_size: int) -> DocumentError:
    return DocumentError(
        Reason.TOO_LARGE,
        f"more than {max_size} bytes; raise max_size if the document has really grown so much",
    )


async def get(
    session: aiohttp.ClientSession,
    url: str,
    *,
    timeout: timedelta,  # noqa: ASYNC109 - a limit of the transfer, which aiohttp keeps
    max_size: int,
    etag: str = "",
    last_modified: str = "",
) -> Received | None:
    """The body at ``url``; None when the server answers that it has not changed. Raises :class:`DocumentError`."""
    headers = {name: value for name, value in (("If-None-Match", etag), ("If-Modified-Since", last_modified)) if value}
    limit = aiohttp.ClientTimeout(total=timeout.total_seconds())
    try:
        async with session.get(url, headers=headers, timeout=limit, max_redirects=_REDIRECTS) as response:
            _check_way(response)
            if response.status == HTTPStatus.NOT_MODIFIED and headers:
                return None
            if response.status != HTTPStatus.OK:
                raise DocumentError(
                    Reason.HTTP_STATUS, f"HTTP {response.status} {response.reason}; a document comes with 200"
                )
            return Received(
                await _body(response, max_size),
                response.headers.get("ETag", ""),
                response.headers.get("Last-Modified", ""),
            )
    except TimeoutError as error:
        problem = f"not read within {limit.total:g} s; raise the document's timeout if the link is slow"
        raise DocumentError(Reason.TIMEOUT, problem) from error
    except (aiohttp.TooManyRedirects, aiohttp.RedirectClientError) as error:
        problem = f"redirects lead nowhere ({type(error).__name__}); give the final http(s) URL"
        raise DocumentError(Reason.REDIRECT, problem) from error
    except aiohttp.ClientPayloadError as error:
        problem = "the transfer broke off before the end that the server had announced"
        raise DocumentError(Reason.TRUNCATED, problem) from error
    except aiohttp.InvalidURL as error:
        raise DocumentError(Reason.UNREACHABLE, "not a URL that can be asked; correct `source`") from error
    except aiohttp.ClientError as error:
        problem = f"cannot be reached: {_cause(error)}; check the host and the network"
        raise DocumentError(Reason.UNREACHABLE, problem) from error


def _check_way(response: aiohttp.ClientResponse) -> None:
    """A document asked for over TLS must come over TLS, all the way."""
    hops = [hop.url for hop in response.history] + [response.url]
    if hops[0].scheme == "https" and any(hop.scheme != "https" for hop in hops):
        raise DocumentError(Reason.REDIRECT, f"redirected from https to http at {response.url.host}; not followed")


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
