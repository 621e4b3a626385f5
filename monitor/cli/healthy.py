"""`reserve-monitor healthy`."""

import ssl
from contextlib import suppress
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPSConnection

import typer

from monitor.cli.options import ConfigOption
from monitor.cli.printing import ExitStatus, complain, say
from monitor.settings import WebSettings
from monitor.settings.loader import load
from monitor.settings.values import host_and_port
from monitor.settings.web_config import load_web_config

_EVERYWHERE = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - where such a server is asked
_PATIENCE = 4.0
"""Seconds for the answer, which takes milliseconds."""


def healthy(config: ConfigOption) -> None:
    """Ask the monitor that runs on this machine whether it gets on: what the health check of a container calls.

    It is asked where `web.listen` says, over TLS where `web.config_file` has a certificate. One that answers and wants
    a password or a client's certificate counts as getting on: no more can be known without.

    Exit status: 0 it gets on · 1 it stands still, or does not answer.
    """
    web = load(config).web
    try:
        status, answer = _ask(web)
    except (OSError, HTTPException) as error:
        complain(f"nobody answers at {web.listen}: {error}")
        raise typer.Exit(ExitStatus.FINDING) from error
    say(answer)
    raise typer.Exit(ExitStatus.WELL if status in {HTTPStatus.OK, HTTPStatus.UNAUTHORIZED} else ExitStatus.FINDING)


def _ask(web: WebSettings) -> tuple[int, str]:
    """The status and the text that the monitor answers with."""
    host, port = host_and_port(web.listen)
    address = _EVERYWHERE.get(host, host), port
    tls = load_web_config(web.config_file).tls_server_config if web.config_file else None
    if tls:
        connection: HTTPConnection = HTTPSConnection(*address, timeout=_PATIENCE, context=_trusting())
    else:
        connection = HTTPConnection(*address, timeout=_PATIENCE)
    try:
        if tls and tls.client_auth_type == "RequireAndVerifyClientCert":
            with suppress(ssl.SSLError):  # whether this or what follows fails depends on the version of TLS
                connection.connect()
            return HTTPStatus.UNAUTHORIZED, "it answers, and wants to see a certificate"
        connection.request("GET", "/-/healthy")
        response = connection.getresponse()
        return response.status, response.read(1000).decode(errors="replace").strip()
    finally:
        connection.close()


def _trusting() -> ssl.SSLContext:
    """Trusts any certificate: it names the server as others call it, and only this machine is asked."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
