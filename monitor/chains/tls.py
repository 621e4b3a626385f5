"""TLS to an endpoint: whom it trusts is in its settings, and nothing is ever sent to anyone else.

By default a certificate must be signed by an authority of the system's; by one of ``ca_file``, if that is set; or it
must be the one whose SHA-256 is pinned (``certificate``), whoever signed it and whatever name it bears. There is no
setting that trusts everybody.
"""

import asyncio
import hashlib
import ssl
from contextlib import suppress
from urllib.parse import urlsplit

from monitor.settings import EndpointSettings

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]

_LOOK = 5.0
"""Seconds to find out which certificate a server shows, for an error message."""


class CertificateError(Exception):
    """The server is not one to be trusted; the text says which certificate it showed."""


def context_of(settings: EndpointSettings) -> ssl.SSLContext:
    """Return what checks the certificate during the handshake; a pinned one is checked right after it.

    Raises ValueError where ``ca_file`` cannot be used.
    """
    if settings.certificate:
        return _unchecking()
    try:
        return ssl.create_default_context(cafile=settings.ca_file)
    except OSError as error:  # of which ssl.SSLError is one
        raise ValueError(f"ca_file {settings.ca_file} cannot be used: {error.strerror or error}") from None


async def connect(settings: EndpointSettings, host: str, port: int, *, limit: int) -> Streams:
    """Open a connection whose other end has shown the right certificate.

    Raises :class:`CertificateError` or OSError.
    """
    try:
        context = await asyncio.to_thread(context_of, settings)  # which reads all of the system's authorities
        reader, writer = await asyncio.open_connection(host, port, ssl=context, limit=limit)
    except ssl.SSLCertVerificationError as error:
        raise CertificateError(await not_trusted(settings, error)) from None
    shown = _shown_on(writer)
    if settings.certificate and shown != digest_of(settings.certificate):
        writer.transport.abort()
        raise CertificateError(not_pinned(shown))
    return reader, writer


def not_pinned(shown: bytes) -> str:
    """Return what to tell people of a server whose certificate has another SHA-256 than the pinned one."""
    return f"its certificate is sha256:{shown.hex()}, not the pinned one; if its operator has changed it, pin that"


async def not_trusted(settings: EndpointSettings, error: Exception) -> str:
    """Return what to tell people of a server whose certificate nobody vouches for.

    With the SHA-256 that could be pinned.
    """
    why = getattr(error, "verify_message", "") or str(error)
    try:
        async with asyncio.timeout(_LOOK):
            shown = f"sha256:{(await _shown_by(settings)).hex()}"
    except (OSError, TimeoutError):
        return f"its certificate is not trusted ({why})"
    return (
        f"its certificate, {shown}, is not trusted ({why}); if its operator vouches for it, set `certificate` to that"
    )


async def _shown_by(settings: EndpointSettings) -> bytes:
    """The SHA-256 of the certificate that a server shows. Nothing is sent to it."""
    parts = urlsplit(settings.url)
    _, writer = await asyncio.open_connection(parts.hostname, parts.port or 443, ssl=_unchecking())
    try:
        return _shown_on(writer)
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


def _shown_on(writer: asyncio.StreamWriter) -> bytes:
    certificate: bytes = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    return hashlib.sha256(certificate).digest()


def _unchecking() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def digest_of(fingerprint: str) -> bytes:
    """Return the SHA-256 that a setting ``certificate`` names."""
    return bytes.fromhex(fingerprint.removeprefix("sha256:"))
