"""What an exchange publishes: fetched, checked and read. Nothing here trusts a byte of it.

``intake`` is what the daemon calls; ``documents`` fetches bytes, ``wallets`` and ``liabilities`` read them (one file
per layout, described in docs/layouts.md), ``okx_pages`` finds OKX's newest archive and report. Everything that is
refused is a :class:`DocumentError` with a ``reason``.
"""

from monitor.published.archives import PublishedFile
from monitor.published.documents import Fetched, Unchanged, Validators, fetch, is_url, unpack
from monitor.published.errors import Cause, DocumentError, LayoutError, refusing
from monitor.published.intake import fetch_liabilities, fetch_list, fetch_wallets
from monitor.published.liabilities import FORMATS as LIABILITIES_FORMATS
from monitor.published.liabilities import check_moment, fold_names, read_liabilities
from monitor.published.wallets import FORMATS as WALLETS_FORMATS
from monitor.published.wallets import check_shrink, claims_again, read_wallets

__all__ = [
    "LIABILITIES_FORMATS",
    "WALLETS_FORMATS",
    "Cause",
    "DocumentError",
    "Fetched",
    "LayoutError",
    "PublishedFile",
    "Unchanged",
    "Validators",
    "check_moment",
    "check_shrink",
    "claims_again",
    "fetch",
    "fetch_liabilities",
    "fetch_list",
    "fetch_wallets",
    "fold_names",
    "is_url",
    "read_liabilities",
    "read_wallets",
    "refusing",
    "unpack",
]
