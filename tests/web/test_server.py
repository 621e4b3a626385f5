"""The listening socket: free ports, TLS with client certificates, passwords, renewal, and its end."""

import asyncio
import socket
import ssl
from base64 import b64encode
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import bcrypt
import pytest
import trustme

from monitor.settings import ConfigurationError, WebSettings
from monitor.settings.web_config import TlsServer, WebConfig
from monitor.web.server import WebServer
from tests.support.web import ANYWHERE, Daemon

HASH = bcrypt.hashpw(b"secret", bcrypt.gensalt(4)).decode()


@pytest.fixture
async def server() -> AsyncIterator[WebServer]:
    server = WebServer(Daemon().deps())
    yield server
    await server.stop()


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def issue(authority: trustme.CA, folder: Path) -> TlsServer:
    """Write a certificate for the loopback into ``folder``, over one that may be there."""
    issued = authority.issue_cert("127.0.0.1")
    issued.private_key_pem.write_to_path(folder / "key.pem")
    (folder / "cert.pem").write_bytes(b"".join(part.bytes() for part in issued.cert_chain_pems))
    return TlsServer(cert_file=folder / "cert.pem", key_file=folder / "key.pem")


def trusting(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


async def status(url: str, context: ssl.SSLContext | bool = True, user: str = "") -> int:
    headers = {"Authorization": "Basic " + b64encode(user.encode()).decode()} if user else {}
    connector = aiohttp.TCPConnector(ssl=context, force_close=True)
    async with (
        aiohttp.ClientSession(connector=connector) as session,
        session.get(url, headers=headers) as response,
    ):
        return response.status


async def test_port_zero_is_a_free_port(server: WebServer) -> None:
    with pytest.raises(RuntimeError, match="not running"):
        assert server.port
    await server.start(ANYWHERE)
    assert await status(f"http://127.0.0.1:{server.port}/-/healthy") == 200


async def test_a_taken_port_is_an_error_and_leaves_nothing_behind(server: WebServer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(OSError, match="address already in use"):
        await server.start(WebSettings(listen=f"127.0.0.1:{taken.getsockname()[1]}"))
    await server.start(ANYWHERE)
    assert await status(f"http://127.0.0.1:{server.port}/") == 200


async def reload(server: WebServer, host: str) -> int:
    url = f"http://127.0.0.1:{server.port}/-/reload"
    async with aiohttp.ClientSession() as session, session.post(url, headers={"Host": host}) as response:
        return response.status


@pytest.mark.parametrize("listen", ["127.0.0.1:0", "0.0.0.0:0"])
async def test_the_server_goes_by_the_names_that_are_listed_and_its_own(server: WebServer, listen: str) -> None:
    await server.start(WebSettings(listen=listen, hosts=("por.example",)))
    for host in ("por.example", "por.example:443", "localhost", "127.0.0.1"):
        assert await reload(server, host) == 200
    for host in ("evil.example", "0.0.0.0", "192.0.2.1", "[::]"):
        assert await reload(server, host) == 403
    server.apply(WebSettings(listen="127.0.0.1:1", hosts=("other.example",)), WebConfig())
    assert (await reload(server, "other.example"), await reload(server, "por.example")) == (200, 403)


async def test_it_tells_where_a_browser_finds_it(server: WebServer) -> None:
    await server.start(WebSettings(listen="[::1]:0"))
    assert server.address == f"http://[::1]:{server.port}"


async def test_after_stop_nobody_listens_and_stopping_twice_is_fine(server: WebServer) -> None:
    await server.start(ANYWHERE)
    port = server.port
    await server.stop()
    await server.stop()
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", port)


async def test_every_route_asks_for_the_password(server: WebServer) -> None:
    await server.start(ANYWHERE, WebConfig(basic_auth_users={"alice": HASH}))
    for path in ("/", "/metrics", "/-/healthy", "/api/v1", "/nothing", "/static/style.css"):
        assert await status(f"http://127.0.0.1:{server.port}{path}") == 401, path
        assert await status(f"http://127.0.0.1:{server.port}{path}", user="alice:wrong") == 401, path
    assert await status(f"http://127.0.0.1:{server.port}/metrics", user="alice:secret") == 200


async def test_tls_serves_its_certificate(server: WebServer, authority: trustme.CA, tmp_path: Path) -> None:
    await server.start(ANYWHERE, WebConfig(tls_server_config=issue(authority, tmp_path)))
    assert await status(f"https://127.0.0.1:{server.port}/-/ready", trusting(authority)) == 200
    with pytest.raises(aiohttp.ClientConnectorCertificateError):
        await status(f"https://127.0.0.1:{server.port}/-/ready", trusting(trustme.CA()))


async def test_client_certificates_are_required_where_the_file_says_so(
    server: WebServer, authority: trustme.CA, tmp_path: Path
) -> None:
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    required = {"client_auth_type": "RequireAndVerifyClientCert", "client_ca_file": tmp_path / "ca.pem"}
    tls = issue(authority, tmp_path).model_copy(update=required)
    await server.start(ANYWHERE, WebConfig(tls_server_config=tls))
    known = trusting(authority)
    authority.issue_cert("scraper.example").configure_cert(known)
    assert await status(f"https://127.0.0.1:{server.port}/metrics", known) == 200
    with pytest.raises(aiohttp.ClientError):
        await status(f"https://127.0.0.1:{server.port}/metrics", trusting(authority))


async def test_a_renewed_certificate_is_served_without_a_restart(server: WebServer, tmp_path: Path) -> None:
    first, second = trustme.CA(), trustme.CA()
    config = WebConfig(tls_server_config=issue(first, tmp_path))
    await server.start(ANYWHERE, config)
    assert await status(f"https://127.0.0.1:{server.port}/-/ready", trusting(first)) == 200
    issue(second, tmp_path)
    server.apply(ANYWHERE, config)
    assert await status(f"https://127.0.0.1:{server.port}/-/ready", trusting(second)) == 200


async def test_a_reload_that_cannot_be_kept_changes_nothing(
    server: WebServer, authority: trustme.CA, tmp_path: Path
) -> None:
    tls = issue(authority, tmp_path)
    await server.start(ANYWHERE, WebConfig(tls_server_config=tls))
    (tmp_path / "key.pem").write_text("rubbish", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"key\.pem.*cannot be used"):
        server.apply(ANYWHERE, WebConfig(tls_server_config=tls, basic_auth_users={"alice": HASH}))
    with pytest.raises(ConfigurationError, match="need a restart"):
        server.apply(ANYWHERE, WebConfig())
    assert await status(f"https://127.0.0.1:{server.port}/-/ready", trusting(authority)) == 200


async def test_users_of_a_reload_are_asked_for_at_once(server: WebServer) -> None:
    await server.start(ANYWHERE)
    server.apply(ANYWHERE, WebConfig(basic_auth_users={"alice": HASH}))
    assert await status(f"http://127.0.0.1:{server.port}/") == 401
    assert await status(f"http://127.0.0.1:{server.port}/", user="alice:secret") == 200


@pytest.mark.parametrize("missing", ["cert.pem", "key.pem"])
async def test_a_missing_file_is_named(server: WebServer, authority: trustme.CA, tmp_path: Path, missing: str) -> None:
    tls = issue(authority, tmp_path)
    (tmp_path / missing).unlink()
    with pytest.raises(ConfigurationError, match=missing):
        await server.start(ANYWHERE, WebConfig(tls_server_config=tls))
