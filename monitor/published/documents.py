"""Fetches a published document from a path or an http(s) URL, only if it has changed, never more than allowed."""

import asyncio
import hashlib
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from monitor.model import Document, ListedReport
from monitor.published.archives import PublishedFile, is_archive
from monitor.published.archives import unpack as _unpack
from monitor.published.errors import Cause, DocumentError, refusing, too_large
from monitor.settings import DocumentSettings, mask_source

if TYPE_CHECKING:
    import aiohttp

_HASHING = threading.Lock()
_AHEAD = timedelta(hours=1)
"""So far clocks may differ."""


@dataclass(frozen=True, slots=True)
class Validators:
    """What makes the next request conditional. Plain values: the store keeps it as JSON."""

    origin: str
    """SHA-256 of the path or URL that it belongs to: an ETag means nothing anywhere else, and a URL may hold a key."""
    sha256: str
    """Of ``Fetched.raw``."""
    size: int
    etag: str = ""
    last_modified: str = ""
    mtime_ns: int | None = None
    """Of a local file."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A document as it was published, and the files in it."""

    document: Document
    validators: Validators
    raw: bytes = field(repr=False)
    """The bytes as published, archives unopened: what the store keeps, and what :func:`unpack` reads again."""
    files: tuple[PublishedFile, ...]
    listed: tuple[ListedReport, ...] = ()
    """All reports that the page lists which led here; empty where none did."""


@dataclass(frozen=True, slots=True)
class Unchanged:
    """The document is the one that is known already."""

    validators: Validators
    """For the next request. Not always those that were known: a server may send the same bytes under another ETag."""
    listed: tuple[ListedReport, ...] = ()
    """As in :class:`Fetched`."""


def origin_of(source: str) -> str:
    """The identity of a path or URL, as ``Validators.origin`` holds it."""
    return hashlib.sha256(source.encode()).hexdigest()


async def fetch(
    source: str,
    settings: DocumentSettings,
    *,
    session: "aiohttp.ClientSession | None" = None,
    known: Validators | None = None,
    page: str = "",
) -> Fetched | Unchanged:
    """Read ``source``, unless it is what ``known`` already describes; ``page`` is the URL of one that has led to it.

    Without ``session``, one is opened for the request. A local file counts as unchanged when its size and time of
    change are the same; anything else is judged by its SHA-256, as servers send the same bytes under new ETags.
    Raises :class:`DocumentError`.
    """
    origin = origin_of(source)
    if known is not None and known.origin != origin:
        known = None
    remote = is_url(source)
    try:
        with refusing(lambda: _name(mask_source(source))):
            if remote:
                fetched = await _fetch_url(source, origin, settings, session, known, page=page)
            else:
                fetched = await asyncio.to_thread(_read_path, source, origin, settings, known)
    except DocumentError as error:
        raise error.about(mask_source(source)) from error
    if known is not None and isinstance(fetched, Fetched) and fetched.validators.sha256 == known.sha256:
        return Unchanged(fetched.validators)
    return fetched


def _sha256(content: bytes) -> str:
    """Hash one document at a time: after a start many come together, and would take all cores from the event loop."""
    with _HASHING:
        return hashlib.sha256(content).hexdigest()


def is_url(source: str) -> bool:
    """Whether ``source`` is asked for over HTTP; else it is a path. Raises DocumentError where it can't be either."""
    try:
        return urlsplit(source).scheme in {"http", "https"}
    except ValueError as error:
        raise DocumentError(Cause.UNREACHABLE, f"the source is no URL that can be asked: {error}") from error


def unpack(raw: bytes, document: Document, settings: DocumentSettings) -> tuple[PublishedFile, ...]:
    """The files of a document that was fetched before: what ``Fetched.files`` was for ``Fetched.raw``."""
    try:
        return _files(raw, _name(document.source), settings)
    except DocumentError as error:
        raise error.about(document.source) from error


def _files(raw: bytes, name: str, settings: DocumentSettings) -> tuple[PublishedFile, ...]:
    if not raw or raw.isspace():
        raise DocumentError(Cause.EMPTY, f"{name}: nothing in it")
    return _unpack(
        raw,
        name,
        max_expanded=settings.max_expanded,
        max_members=settings.max_members,
        max_memory=settings.max_memory,
    )


def _check_date(modified: datetime | None, now: datetime) -> None:
    """Refuse a document from the future: it would look young for longer than it is. Raises DocumentError."""
    if modified is not None and modified > now + _AHEAD:
        problem = f"last modified {modified:%Y-%m-%d %H:%M} UTC, which is still to come"
        raise DocumentError(Cause.INCONSISTENT, f"{problem}; correct the date, or this machine's clock")


def _name(source: str) -> str:
    path = unquote(urlsplit(source).path) if "://" in source else source
    return PurePosixPath(path).name or "document"


def _fetched(
    raw: bytes,
    source: str,
    validators: Validators,
    modified: datetime | None,
    settings: DocumentSettings,
) -> Fetched:
    now = datetime.now(UTC)
    _check_date(modified, now)
    files = _files(raw, _name(mask_source(source)), settings)
    document = Document(
        source=mask_source(source),
        sha256=validators.sha256,
        size=len(raw),
        fetched_at=now,
        modified_at=modified,
        members=tuple(file.name for file in files) if is_archive(raw) else (),
    )
    return Fetched(document, validators, raw, files)


def _read_path(source: str, origin: str, settings: DocumentSettings, known: Validators | None) -> Fetched | Unchanged:
    path = Path(source)
    try:
        stat = path.stat()
        if known is not None and (known.mtime_ns, known.size) == (stat.st_mtime_ns, stat.st_size):
            return Unchanged(known)
        with path.open("rb") as stream:
            raw = stream.read(min(stat.st_size, settings.max_size) + 1)
            if len(raw) > stat.st_size:  # it grows, or tells no size; to ask for so much takes so much
                raw += stream.read(settings.max_size + 1 - len(raw))
    except OSError as error:
        problem = error.strerror or str(error)
        raise DocumentError(Cause.UNREACHABLE, f"cannot be read: {problem}; check the path and its rights") from error
    if len(raw) > settings.max_size:
        raise too_large(settings.max_size)
    validators = Validators(origin, _sha256(raw), len(raw), mtime_ns=stat.st_mtime_ns)
    return _fetched(raw, source, validators, datetime.fromtimestamp(stat.st_mtime, UTC), settings)


async def _fetch_url(
    source: str,
    origin: str,
    settings: DocumentSettings,
    session: "aiohttp.ClientSession | None",
    known: Validators | None,
    *,
    page: str,
) -> Fetched | Unchanged:
    from monitor.published import download  # noqa: PLC0415 - with aiohttp, which nobody needs for a local file

    async with download.opened(session) as client:
        received = await download.get(
            client,
            source,
            timeout=settings.timeout,
            max_size=settings.max_size,
            etag=known.etag if known else "",
            last_modified=known.last_modified if known else "",
            source=page,
            redirects=settings.redirects,
        )
    if received is None:
        if known is None:
            raise RuntimeError("nothing was known before, so nothing can be unchanged")
        return Unchanged(known)

    def finish() -> Fetched:
        body = received.body
        validators = Validators(origin, _sha256(body), len(body), received.etag, received.last_modified)
        return _fetched(body, source, validators, received.modified_at, settings)

    return await asyncio.to_thread(finish)
