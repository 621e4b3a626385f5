"""`healthy` asks where the monitor listens, whatever its configuration says of that."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import bcrypt
import pytest

from monitor.devnet.processes import free_port
from monitor.settings import WebSettings
from monitor.settings.web_config import load_web_config
from monitor.web.server import WebServer
from tests.cli.conftest import Command
from tests.support.certificates import certificate
from tests.support.daemons import Site, signed
from tests.support.web import Daemon

TLS = "tls_server_config: {cert_file: server.pem, key_file: server.key"


@pytest.fixture
def daemon() -> Daemon:
    return Daemon()


@pytest.fixture
async def server(daemon: Daemon) -> AsyncIterator[WebServer]:
    server = WebServer(daemon.deps())
    yield server
    await server.stop()


async def configured(site: Site, server: WebServer, host: str, config_file: str = "") -> Path:
    """Start ``server`` at ``host`` on a free port, and write a configuration that says so.

    Port 0 would be two ports where ``host`` is all addresses of IPv4 and of IPv6.
    """
    listen = f"{host}:{free_port()}"
    more = {"config_file": config_file} if config_file else {}
    config = load_web_config(Path(config_file)) if config_file else None
    await server.start(WebSettings.model_validate({"listen": listen, **more}), config)
    site.exchange("okx", [signed(1)])
    return site.write(web={"listen": listen, **more})


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0", "", "[::]", "localhost"])
async def test_it_gets_on_at_the_port_that_is_configured(
    command: Command, site: Site, server: WebServer, host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POR_CONFIG", str(await configured(site, server, host)))
    asked = await asyncio.to_thread(command, "healthy")
    assert (asked.status, asked.out) == (0, "healthy\n")


async def test_one_that_stands_still_says_since_when(
    command: Command, site: Site, server: WebServer, daemon: Daemon
) -> None:
    daemon.stalled = "nothing was assessed since noon"
    asked = await asyncio.to_thread(command, "healthy", "-c", await configured(site, server, "127.0.0.1"))
    assert (asked.status, asked.out) == (1, "nothing was assessed since noon\n")


@pytest.mark.parametrize(
    ("more", "answer"),
    [
        ("{}", "healthy"),
        (f"basic_auth_users: {{ann: '{bcrypt.hashpw(b'secret', bcrypt.gensalt(4)).decode()}'}}", "password"),
        (TLS + "}", "healthy"),
        (
            TLS + ", client_ca_file: authority.pem, client_auth_type: RequireAndVerifyClientCert}",
            "certificate",
        ),
    ],
    ids=["plain", "password", "TLS", "certificate"],
)
async def test_one_that_answers_gets_on_whoever_it_lets_in(
    command: Command, site: Site, server: WebServer, more: str, answer: str
) -> None:
    certificate(site.folder)
    (site.folder / "web.yaml").write_text(more)
    path = await configured(site, server, "127.0.0.1", str(site.folder / "web.yaml"))
    asked = await asyncio.to_thread(command, "healthy", "-c", path)
    assert asked.status == 0
    assert answer in asked.out


async def test_where_nobody_answers_nothing_gets_on(command: Command, site: Site, server: WebServer) -> None:
    path = await configured(site, server, "127.0.0.1")
    await server.stop()
    asked = await asyncio.to_thread(command, "healthy", "-c", path)
    assert asked.status == 1
    assert "nobody answers at 127.0.0.1:" in asked.err


def test_a_configuration_that_is_broken_is_another_status_than_a_monitor_that_is(command: Command, site: Site) -> None:
    """It says nothing about a monitor that watches on by the one before it: the image's health check lets it pass."""
    site.path.write_text("exchanges: [")
    assert command("healthy", "-c", site.path).status == 2
