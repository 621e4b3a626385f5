"""Asking a time stamping authority (RFC 3161) over HTTP."""

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
    answer = bytearray()
    try:
        async with (
            opened(session) as asking,
            asking.post(
                settings.url, data=asked.as_bytes(), headers=_ASKED, timeout=_TIMEOUT, allow_redirects=False
            ) as response,
        ):
            async for piece in response.content.iter_chunked(LARGEST):
                answer += piece
                if len(answer) > LARGEST:
                    break
        if response.status != 200:
            raise EvidenceError(f"the authority has answered {response.status}")
        check(bytes(answer), content, at, roots, asked.nonce)
    except TimeoutError as error:
        raise EvidenceError("the authority did not answer in time") from error
    except (aiohttp.ClientError, OSError, ValueError) as error:
        raise EvidenceError(shown(str(error) or type(error).__name__, 300)) from error
    return bytes(answer)
