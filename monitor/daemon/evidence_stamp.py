"""Asking who stamps with the time over HTTP: an authority (RFC 3161)."""

from collections.abc import Mapping
from datetime import datetime

import aiohttp

from monitor.evidence.errors import EvidenceError
from monitor.evidence.stamp import LARGEST, check, load_roots, request
from monitor.formats import shown
from monitor.published.download import opened
from monitor.settings.evidence import TimestampSettings

_ASKED = {"Content-Type": "application/timestamp-query"}
_TIMEOUT = aiohttp.ClientTimeout(total=30)


async def stamped(
    settings: TimestampSettings, content: bytes, at: datetime, session: aiohttp.ClientSession | None = None
) -> bytes:
    """Have ``content`` of the moment ``at`` stamped, and return the answer, verified.

    Raises EvidenceError where there is none, or another one.
    """
    roots, asked = load_roots(settings.roots_file), request(content)
    async with opened(session) as asking:
        status, answer = await answer_of(
            asking, "the authority", settings.url, most=LARGEST, data=asked.as_bytes(), headers=_ASKED
        )
    if status != 200:
        raise EvidenceError(f"the authority has answered {status}")
    try:
        check(answer, content, at, roots, asked.nonce)
    except ValueError as error:
        raise EvidenceError(shown(str(error), 300)) from error
    return answer


async def answer_of(
    asking: aiohttp.ClientSession,
    who: str,
    url: str,
    *,
    most: int,
    headers: Mapping[str, str],
    data: bytes | None = None,
) -> tuple[int, bytes]:
    """Return what ``who`` answers at ``url``, to ``data`` where there is any: its status, and bytes.

    After ``most`` bytes no more is read; nobody is followed elsewhere. Raises EvidenceError where there is no answer.
    """
    answer = bytearray()
    try:
        async with asking.request(
            "GET" if data is None else "POST", url, data=data, headers=headers, timeout=_TIMEOUT, allow_redirects=False
        ) as response:
            async for piece in response.content.iter_chunked(most):
                answer += piece
                if len(answer) > most:
                    break
    except TimeoutError as error:
        raise EvidenceError(f"{who} did not answer in time") from error
    except (aiohttp.ClientError, OSError, ValueError) as error:
        raise EvidenceError(shown(str(error) or type(error).__name__, 300)) from error
    return response.status, bytes(answer)
