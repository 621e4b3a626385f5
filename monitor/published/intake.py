"""What the daemon asks for: the newest list, the newest liabilities, or that nothing has changed.

A source may be the document itself or one of OKX's pages. A download page is asked for every time, as only it knows
which archive is the newest; the archive is then asked for conditionally. So neither an old page over a new archive nor
the other way round is mistaken for "unchanged".
"""

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from monitor.model import Liabilities, WalletList
from monitor.published import okx_pages
from monitor.published.archives import unpack
from monitor.published.contents import is_html
from monitor.published.documents import Fetched, Unchanged, Validators, fetch
from monitor.published.errors import DocumentError, refusing
from monitor.published.liabilities import read_liabilities
from monitor.published.wallets import read_wallets
from monitor.registry import Registry
from monitor.settings import LiabilitiesSettings, WalletsSettings

if TYPE_CHECKING:
    import aiohttp

_REPORT = "okx-report.json"

T = TypeVar("T")
P = ParamSpec("P")


async def fetch_wallets(
    settings: WalletsSettings,
    registry: Registry,
    *,
    session: "aiohttp.ClientSession | None" = None,
    known: Validators | None = None,
) -> tuple[WalletList, Fetched] | Unchanged:
    """The list at ``settings.source``, unless it is the one that ``known`` describes. Raises DocumentError."""
    fetched = await fetch_list(settings, session=session, known=known)
    if isinstance(fetched, Unchanged):
        return fetched
    found = await asyncio.to_thread(
        read_wallets, fetched.files, fetched.document, settings.format, registry, largest=settings.largest
    )
    return found, fetched


async def fetch_list(
    settings: WalletsSettings, *, session: "aiohttp.ClientSession | None" = None, known: Validators | None = None
) -> Fetched | Unchanged:
    """The same, for those who read it themselves, by :func:`read_wallets`."""
    fetched = await fetch(settings.source, settings, session=session, known=known)
    if isinstance(fetched, Fetched) and settings.format in {"auto", "okx"} and _is_page(fetched):
        page = fetched
        archive = await _of_page(page, okx_pages.find_wallet_archive, page.raw, settings.source)
        listed = await _of_page(page, okx_pages.find_reports, page.raw)
        fetched = replace(
            await fetch(archive, settings, session=session, known=known, page=settings.source), listed=listed
        )
    return fetched


async def fetch_liabilities(
    settings: LiabilitiesSettings,
    registry: Registry,
    *,
    session: "aiohttp.ClientSession | None" = None,
    known: Validators | None = None,
) -> tuple[Liabilities, Fetched] | Unchanged:
    """The liabilities at ``settings.source``, unless they are what ``known`` describes. Raises DocumentError."""
    fetched = await fetch(settings.source, settings, session=session, known=known)
    if isinstance(fetched, Fetched) and settings.format in {"auto", "okx-report"} and _is_page(fetched):
        report = await _of_page(fetched, okx_pages.find_report, fetched.raw)
        fetched = _embedded(report, fetched)
        if known is not None and (known.origin, known.sha256) == (fetched.validators.origin, fetched.validators.sha256):
            return Unchanged(fetched.validators)
    if isinstance(fetched, Unchanged):
        return fetched
    return await asyncio.to_thread(
        read_liabilities, fetched.files, fetched.document, settings.format, registry
    ), fetched


def _is_page(fetched: Fetched) -> bool:
    return not fetched.document.members and is_html(fetched.raw[:1024])


async def _of_page(page: Fetched, find: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    try:
        with refusing(lambda: "the page"):
            return await asyncio.to_thread(find, *args, **kwargs)
    except DocumentError as error:
        raise error.about(page.document.source) from error


def _embedded(report: bytes, page: Fetched) -> Fetched:
    """The report as a document of its own: the page's origin and validators, the report's bytes."""
    digest = hashlib.sha256(report).hexdigest()
    return Fetched(
        document=replace(page.document, sha256=digest, size=len(report)),
        validators=replace(page.validators, sha256=digest, size=len(report), mtime_ns=None),
        raw=report,
        files=unpack(report, _REPORT, max_expanded=len(report), max_members=1),
    )
