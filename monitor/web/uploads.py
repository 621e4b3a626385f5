"""A file that a visitor sends: how large it may be, how long it may take, and how many there may be at once."""

import asyncio
import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from aiohttp import BodyPartReader, hdrs, web

from monitor.formats import visible
from monitor.settings import VerifySettings, WebSettings

_FIELD = 300
"""Bytes of a field that is no file."""
_FIELDS = 8
_FORM = 64 * 1024
"""Bytes of what stands around the file."""
_NAME = 120


@dataclass(frozen=True, slots=True)
class Upload:
    """A file, and what was written into the other fields of its form."""

    name: str
    content: bytes
    fields: dict[str, str]


class Uploads:
    """What is offered just now, and how much of it is taken."""

    def __init__(self) -> None:
        self.offered = False
        self.limits = VerifySettings()
        self._under_way = 0

    def replace(self, settings: WebSettings) -> None:
        """From now on, as ``settings`` say."""
        self.offered, self.limits = settings.verify, settings.verify_limits

    @contextmanager
    def place(self) -> Iterator[None]:
        """Have one of the places for as long as the block lasts. Refused with 503 where all are taken."""
        if self._under_way >= self.limits.at_once:
            raise web.HTTPServiceUnavailable(
                headers={hdrs.RETRY_AFTER: str(math.ceil(self.limits.timeout.total_seconds()))},
                text="as many files as may be are being verified just now: try again in a moment",
            )
        self._under_way += 1
        try:
            yield
        finally:
            self._under_way -= 1

    async def read(self, request: web.Request) -> Upload:
        """The file of the form that is sent. Refused with 400, 408 or 413; nothing of it goes to disk."""
        if not request.content_type.startswith("multipart/form-data"):
            raise web.HTTPUnsupportedMediaType(text="send the file by the form of this page")
        if (request.content_length or 0) > self.limits.max_size + _FORM:
            raise self._too_large()
        try:
            async with asyncio.timeout(self.limits.timeout.total_seconds()):
                return await self._read(request)
        except TimeoutError:
            raise web.HTTPRequestTimeout(text="the file took too long to arrive") from None
        except (ValueError, LookupError, AssertionError):  # whatever the reader makes of a broken form
            raise web.HTTPBadRequest(text="the form cannot be read: send it as the page does") from None

    async def _read(self, request: web.Request) -> Upload:
        fields: dict[str, str] = {}
        file: tuple[str, bytes] | None = None
        reader = await request.multipart()
        for _ in range(_FIELDS):
            part = await reader.next()
            if part is None:
                break
            if not isinstance(part, BodyPartReader) or part.name is None:
                raise web.HTTPBadRequest(text="the form cannot be read: send it as the page does")
            if part.filename is None:
                fields[part.name] = (await self._content(part, _FIELD, part.name)).decode().strip()
            elif file is not None:
                raise web.HTTPBadRequest(text="send one file: the one that the exchange made for you")
            else:
                file = part.filename, await self._content(part, self.limits.max_size)
        if file is None or not file[1]:
            raise web.HTTPBadRequest(text="no file was chosen, or it is empty")
        return Upload(visible(file[0].replace("\\", "/").rpartition("/")[2], _NAME), file[1], fields)

    async def _content(self, part: BodyPartReader, most: int, field: str = "") -> bytes:
        content = bytearray()
        while chunk := await part.read_chunk():
            content += chunk
            if len(content) > most:
                raise web.HTTPBadRequest(text=f"{field}: longer than {most} bytes") if field else self._too_large()
        return bytes(content)

    def _too_large(self) -> web.HTTPRequestEntityTooLarge:
        most = self.limits.max_size
        sentence = f"the file is larger than the {most.human_readable()} that are verified here: "
        return web.HTTPRequestEntityTooLarge(
            max_size=most, actual_size=most + 1, text=sentence + "verify it at home by `reserve-monitor liabilities`"
        )


UPLOADS = web.AppKey("uploads", Uploads)
