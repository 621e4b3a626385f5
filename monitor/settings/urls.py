"""What of a URL is secret: user, password, query, and the path as far as it is no common word."""

import re
from collections.abc import Iterator
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from monitor.formats import MASK

COMMON = frozenset(
    """
    api archive arbitrum avalanche avax base bc beacon bitcoin blockbook bnb bsc btc c electrs esplora eth eth-rpc
    ethereum evm explorer ext graphql health http https index json json-rpc jsonrpc litecoin ltc main mainnet node
    nodes optimism polygon pub public rest rpc solana testnet tron wallet wallets walletsolidity web3 ws
    """.split()  # noqa: SIM905 - easier to read, and to add to
)
"""Parts of a path that are on many servers; versions and numbers of chains are no keys either."""

_PLAIN = re.compile(r"v?\d{1,6}(\.\d+)*|[a-z0-9-]+\.(json|php|aspx?)")
_NAME = re.compile(r"v?\d{1,8}|[A-Z]?[a-z]{1,24}|(?:[A-Z][a-z]{2,}){2,4}|")
_FILE = re.compile(r".*\.[A-Za-z0-9]{1,8}")
_SHORTEST_KEY = 6
_SERVERS = frozenset({"form", "forms", "http", "https", "json", "jsons", "mailto", "mailtos", "xml", "xmls"})
"""Kinds of channels whose URL names a server; elsewhere a key may stand in its place."""
_SCHEMES = frozenset({"http", "https", "tcp", "ssl", "ws", "wss"})
"""Elsewhere (``sqlite+aiosqlite:///var/history.db``) the path is a file or a database."""


def mask_url(url: str) -> str:
    """Return an endpoint's URL with its host and the common words of its path; all else is masked."""
    return _masked(url, document=False)


def mask_source(source: str) -> str:
    """Return a document's path as it is; of its URL the name of the file, and directories that read as names."""
    return _masked(source, document=True)


def mask_channel(url: str) -> str:
    """Return the kind of a channel's URL (Apprise), and of the rest whatever part is no word: any may be a key."""
    return f"{url.partition('://')[0]}://{MASK}"


def channel_secrets(url: str) -> Iterator[str]:
    """Yield what of a channel's URL is secret: the whole, every password, and each part that does not read as a word.

    Where it names the server of the operator (``json://``, ``mailto://``), that is no secret, as hosts never are.
    """
    scheme, _, rest = url.partition("://")
    place, _, path = rest.partition("/")
    credentials, at, host = place.rpartition("@")
    if scheme.lower() not in _SERVERS or rest.rstrip("/") != host:
        yield rest
    user, _, password = credentials.partition(":")
    yield from (password, unquote(password))
    parts = [user, *re.split(r"[/?&=,#+;]", path)]
    if scheme.lower() not in _SERVERS or (at and not host):
        parts += [host, *host.split(":")]
    for part in parts:
        if len(part) >= _SHORTEST_KEY and not _is_name(part):
            yield part
            yield unquote(part)


def host_of(url: str) -> str:
    """Return host and port of ``url``; empty where it has none that can be told."""
    parts = _split(url)
    return parts.netloc.rpartition("@")[2] if parts else ""


def secret_parts(url: str, *, document: bool) -> Iterator[str]:
    """Yield what :func:`mask_url`, or of a ``document`` :func:`mask_source`, masks; also without percent-encoding.

    Parts of a path come with their slash, too: by it they are told from a word of a sentence.
    """
    if "://" not in url:
        return
    parts = _split(url)
    if parts is None:
        yield url.partition("://")[2]
        return
    credentials = parts.netloc.rpartition("@")[0]
    for text in (credentials, *credentials.split(":", 1)):
        yield text
        yield unquote(text)
    for name, value in parse_qsl(parts.query, keep_blank_values=True):
        yield value or name
    for segment, secret in _segments(parts, document=document):
        if secret:
            yield f"/{segment}"
            yield unquote(segment)


def _masked(url: str, *, document: bool) -> str:
    if "://" not in url:
        return url
    parts = _split(url)
    if parts is None:
        return f"{url.partition('://')[0]}://{MASK}"
    credentials, _, host = parts.netloc.rpartition("@")
    path = "/".join(MASK if secret else segment for segment, secret in _segments(parts, document=document))
    query = "&".join(
        f"{name}={MASK}" if value else MASK for name, value in parse_qsl(parts.query, keep_blank_values=True)
    )
    shown = f"{parts.scheme}://{f'{MASK}@' if credentials else ''}{host}{path}"
    return f"{shown}?{query}" if query else shown


def _split(url: str) -> SplitResult | None:
    """The parts of ``url``; None where they cannot be told apart, as with a slash in a password."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts


def _segments(parts: SplitResult, *, document: bool) -> list[tuple[str, bool]]:
    """The parts of a path, each with whether it is secret."""
    segments = parts.path.split("/")
    if parts.scheme not in _SCHEMES:
        return [(segment, False) for segment in segments]
    if not document:
        return [(segment, bool(segment) and not _is_common(segment)) for segment in segments]
    *folders, file = segments
    named = [(folder, not _is_name(folder)) for folder in folders]
    return [*named, (file, not (_FILE.fullmatch(file) or _is_name(file)))]


def _is_common(segment: str) -> bool:
    return segment.lower() in COMMON or bool(_PLAIN.fullmatch(segment.lower()))


def _is_name(segment: str) -> bool:
    """Whether it reads as words, numbers or dates (``proof-of-reserves``, ``2025-01``)."""
    return segment.lower() in COMMON or all(map(_NAME.fullmatch, re.split(r"[-_.~+]|%20", segment)))
