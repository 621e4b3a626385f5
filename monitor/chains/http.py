"""HTTP to one endpoint: one session, bounded answers, every way to fail told apart."""

import asyncio
import io
import ssl
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import MappingProxyType
from typing import NamedTuple, Never

import aiohttp
import yarl

from monitor.chains import tls
from monitor.chains.errors import Reason
from monitor.chains.link import Link
from monitor.formats import shown
from monitor.settings import EndpointSettings

_LARGEST_ANSWER = 512 * 1024**2
Query = Sequence[tuple[str, str]]
"""Parameters of a URL; a name may occur more than once."""

_JSON = "application/json"
_PIECE = 256 * 1024
_LARGE = 512 * 1024
_LOOKED_AT = 64 * 1024
"""Bytes of an unwanted body that are looked at."""


class Answer(NamedTuple):
    """What came back: the status and the body, which nobody has looked at yet."""

    status: int
    body: bytes
    retry_after: float | None = None
    """When the server wants to be asked again, in seconds from now, if it says so."""
    headers: Mapping[str, str] = MappingProxyType({})
    """By their names in any case."""


class Http:
    """The session of one endpoint. It opens with the first request and closes with the link.

    Redirects are not followed: a POST would turn into a GET, and an endpoint could send us anywhere.
    """

    def __init__(self, link: Link) -> None:
        self._link = link
        self._url, self._headers = _request_of(link.settings)
        self._session: aiohttp.ClientSession | None = None
        link.ends_with(self.close)

    async def request(
        self,
        method: str,
        path: str = "",
        *,
        query: Query = (),
        body: bytes | None = None,
        patience: float | None = None,
        content_type: str = _JSON,
    ) -> Answer:
        """Make one request, without retries; given up after ``patience`` seconds, by default the endpoint's own.

        Raises a fault of the link for ``refused``, ``timeout`` and ``rate_limited``; all other statuses are returned.
        """
        async with self._telling_faults(patience):
            return await self._request(method, self._at(path).update_query(query), body, content_type)

    async def socket(self) -> aiohttp.ClientWebSocketResponse:
        """Open a WebSocket, with the same faults."""
        async with self._telling_faults(None):
            try:
                return await self._opened().ws_connect(self._url, max_msg_size=_LARGEST_ANSWER)
            except aiohttp.WSServerHandshakeError as error:
                retry_after = seconds_until(error.headers.get("Retry-After") if error.headers else None)
                if error.status == 429:
                    raise self._link.fault(Reason.RATE_LIMITED, "too many requests", retry_after=retry_after) from None
                if error.status == 200:
                    raise self._link.fault(Reason.NOT_JSON, "a page, where a WebSocket was asked for") from None
                self.refuse(Answer(error.status, b"", retry_after))

    @asynccontextmanager
    async def _telling_faults(self, patience: float | None) -> AsyncIterator[None]:
        """Turn whatever ends a request that is made inside into a fault."""
        try:
            async with asyncio.timeout(self._link.timeout if patience is None else patience):
                yield
        except TimeoutError:
            raise self._link.fault(Reason.TIMEOUT, "no whole answer in time") from None
        except aiohttp.ServerFingerprintMismatch as error:
            raise self._link.fault(Reason.CERTIFICATE, tls.not_pinned(error.got)) from None
        except aiohttp.ClientConnectorCertificateError as error:
            why_not = await tls.not_trusted(self._link.settings, error.certificate_error)
            raise self._link.fault(Reason.CERTIFICATE, why_not) from None
        except (aiohttp.ClientError, OSError) as error:
            raise self._link.fault(Reason.REFUSED, why(error)) from None

    async def _request(self, method: str, url: yarl.URL, body: bytes | None, content_type: str) -> Answer:
        data = io.BytesIO(body) if body and len(body) > _LARGE else body  # bytes are sent at once, a file in pieces
        headers = None if content_type == _JSON else {"Content-Type": content_type}
        async with self._opened().request(method, url, data=data, headers=headers, allow_redirects=False) as response:
            retry_after = seconds_until(response.headers.get("Retry-After"))
            if response.status == 429:
                raise self._link.fault(Reason.RATE_LIMITED, "too many requests", retry_after=retry_after)
            pieces = bytearray()
            async for piece in response.content.iter_chunked(_PIECE):
                pieces += piece
                if len(pieces) > _LARGEST_ANSWER:
                    raise self._link.fault(Reason.MALFORMED, f"the answer is over {_LARGEST_ANSWER} bytes")
            return Answer(response.status, bytes(pieces), retry_after, response.headers)

    def _at(self, path: str) -> yarl.URL:
        if not path:
            return self._url
        return self._url.with_path(self._url.raw_path.rstrip("/") + path, encoded=True, keep_query=True)

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    limit=self._link.settings.concurrency, ssl=_trusted(self._link.settings)
                ),
                timeout=aiohttp.ClientTimeout(total=None),
                headers=self._headers,
            )
        return self._session

    def refuse(self, answer: Answer) -> Never:
        """Raise the fault that an unwanted status is."""
        if b"work queue depth exceeded" in answer.body.lower():
            raise self._link.fault(
                Reason.BUSY, "its work queue is full", transient=True, retry_after=answer.retry_after
            )
        hint = {401: "; check user, password or the key in the URL", 403: "; is the key allowed to do this?"}
        location = "; redirects are not followed, configure the final URL" if 300 <= answer.status < 400 else ""
        raise self._link.fault(
            Reason.HTTP_STATUS,
            f"HTTP {answer.status}{hint.get(answer.status, location)}: {excerpt(answer.body)}",
            transient=answer.status >= 500,
            retry_after=answer.retry_after,
        )

    async def close(self) -> None:
        """Close the session and its connections."""
        if self._session:
            await self._session.close()


def _trusted(settings: EndpointSettings) -> ssl.SSLContext | aiohttp.Fingerprint | bool:
    """What :mod:`monitor.chains.tls` trusts, as a connector of aiohttp wants it."""
    if settings.certificate:
        return aiohttp.Fingerprint(tls.digest_of(settings.certificate))
    return tls.context_of(settings) if settings.ca_file else True


def excerpt(body: bytes, length: int = 120) -> str:
    """Return the beginning of a body on one line, for error messages.

    What repeats our request loses its secrets uncut.
    """
    return shown(" ".join(body[:_LOOKED_AT].decode("utf-8", "replace").split()), length)


def _request_of(settings: EndpointSettings) -> tuple[yarl.URL, dict[str, str]]:
    """The URL without its credentials, and the headers that carry them (RFC 7617)."""
    url = yarl.URL(settings.url)
    user, password = settings.user or url.user, settings.password or url.password or ""
    headers = {"Content-Type": _JSON, "User-Agent": "reserve-monitor"}
    if user:
        headers["Authorization"] = aiohttp.encode_basic_auth(user, password, encoding="utf-8")
    return url.with_user(None), headers | settings.headers


def why(error: Exception) -> str:
    """Return what went wrong with the connection. Some of aiohttp's own texts hold the URL, and it may hold a key."""
    match error:
        case aiohttp.ClientConnectorError():
            return f"cannot connect to {error.host}: {error.os_error.strerror or type(error.os_error).__name__}"
        case aiohttp.ServerDisconnectedError():
            return "the connection was cut"
        case aiohttp.ClientResponseError():
            return f"not HTTP: {error.message}"
        case OSError() if error.errno is not None:
            return str(error.strerror)
        case _:
            return type(error).__name__


def seconds_until(retry_after: str | None) -> float | None:
    """Return ``Retry-After`` (RFC 9110, section 10.2.3): seconds or a date; what cannot be read says nothing."""
    if not retry_after:
        return None
    if retry_after.isdecimal():
        return float(retry_after[:9])
    try:
        moment = parsedate_to_datetime(retry_after)
    except ValueError:
        return None
    return max(0.0, (moment.replace(tzinfo=moment.tzinfo or UTC) - datetime.now(UTC)).total_seconds())
