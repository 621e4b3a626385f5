"""Documents and a publisher for the tests of ``monitor.published``."""

import asyncio
import gzip
import io
import zipfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from aiohttp import web

from monitor.model import Document, Liabilities, WalletList
from monitor.published import DocumentError, PublishedFile, read_liabilities, read_wallets, unpack
from monitor.registry import Registry
from monitor.settings import DocumentSettings

DATA = Path(__file__).parent.parent / "data" / "published"
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def settings(**values: object) -> DocumentSettings:
    return DocumentSettings.model_validate({"source": "unused"} | values)


def document(name: str, size: int = 0, members: tuple[str, ...] = ()) -> Document:
    return Document(name, "00" * 32, size, NOW, members=members)


def opened(raw: bytes, name: str = "list.csv") -> tuple[PublishedFile, ...]:
    return unpack(raw, document(name), settings())


def wallets(
    raw: bytes | str, registry: Registry, *, layout: str = "auto", name: str = "list.csv", largest: int | None = None
) -> WalletList:
    content = raw.encode() if isinstance(raw, str) else raw
    files = opened(content, name)
    members = tuple(file.name for file in files)
    return read_wallets(files, document(name, len(content), members), layout, registry, largest=largest)


def liabilities(raw: bytes | str, registry: Registry, *, layout: str = "auto", name: str = "owed.csv") -> Liabilities:
    content = raw.encode() if isinstance(raw, str) else raw
    return read_liabilities(opened(content, name), document(name, len(content)), layout, registry)


def zipped(files: Mapping[str, bytes | str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def gzipped(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


def refusal(error: DocumentError) -> tuple[str, str]:
    """The reason and the sentence."""
    return error.reason.value, str(error)


class Publisher:
    """An HTTP server whose documents a test sets and whose requests it can look at."""

    def __init__(self) -> None:
        self.documents: dict[str, tuple[bytes, dict[str, str]]] = {}
        self.redirects: dict[str, str] = {}
        self.requests: list[web.Request] = []
        self.statuses: list[int] = []
        self.url = ""

    def put(self, path: str, body: bytes | str, **headers: str) -> str:
        """Publish ``body``; returns its URL."""
        content = body.encode() if isinstance(body, str) else body
        self.documents[path] = (content, {name.replace("_", "-"): value for name, value in headers.items()})
        return self.url + path

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(request)
        response = self._answer(request)
        self.statuses.append(response.status)
        return response

    def _answer(self, request: web.Request) -> web.Response:
        if request.path in self.redirects:
            return web.Response(status=302, headers={"Location": self.redirects[request.path]})
        if request.path not in self.documents:
            return web.Response(status=404)
        body, headers = self.documents[request.path]
        unchanged = [
            headers.get(name) == request.headers[condition]
            for name, condition in (("ETag", "If-None-Match"), ("Last-Modified", "If-Modified-Since"))
            if condition in request.headers
        ]
        return web.Response(status=304) if unchanged and all(unchanged) else web.Response(body=body, headers=headers)


@asynccontextmanager
async def publishing() -> AsyncIterator[Publisher]:
    publisher = Publisher()
    app = web.Application()
    app.router.add_get("/{path:.*}", publisher.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    publisher.url = f"http://{host}:{port}"
    try:
        yield publisher
    finally:
        await runner.cleanup()


@asynccontextmanager
async def answering(reply: bytes, *, hang: bool = False) -> AsyncIterator[str]:
    """A server that answers with exactly these bytes, whole or not, and then closes or hangs; yields its URL."""
    done = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(reply)
        await writer.drain()
        if hang:
            await done.wait()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()[:2]
    try:
        yield f"http://{host}:{port}/list.csv"
    finally:
        done.set()
        server.close()
        await server.wait_closed()
