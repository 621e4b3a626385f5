"""The listening socket: where, with TLS or without, and how it stops."""

import ssl
from socket import gethostname

from aiohttp import web

from monitor.settings import ConfigurationError, ConfigurationFault, WebSettings
from monitor.settings.values import host_and_port
from monitor.settings.web_config import TlsServer, WebConfig
from monitor.web.access import Access
from monitor.web.app import create_app
from monitor.web.deps import Deps
from monitor.web.tls import load_certificate, server_context

_GRACE = 3.0
"""Seconds that requests under way are given when the server stops."""


class WebServer:
    """The application on a port, from :meth:`start` to :meth:`stop`."""

    def __init__(self, deps: Deps) -> None:
        self._deps = deps
        self._access = Access(WebConfig())
        self._runner: web.AppRunner | None = None
        self._listens_on = ""
        self._tls: TlsServer | None = None
        self._context: ssl.SSLContext | None = None

    async def start(self, settings: WebSettings, config: WebConfig | None = None) -> None:
        """Listen where ``settings`` say: no host is every address, port 0 is any free one.

        Raises ConfigurationError when a certificate cannot be used, OSError when the address cannot be had.
        """
        config = config or WebConfig()
        self._tls = config.tls_server_config
        self._context = server_context(self._tls) if self._tls is not None else None
        host, port = host_and_port(settings.listen)
        self._listens_on = host
        self._access.apply(config, settings, host)
        runner = web.AppRunner(create_app(self._deps, self._access), access_log=None, shutdown_timeout=_GRACE)
        await runner.setup()
        self._runner = runner
        try:
            await web.TCPSite(runner, host or None, port, ssl_context=self._context).start()
        except OSError:
            await self.stop()
            raise

    def apply(self, settings: WebSettings, config: WebConfig) -> None:
        """Take over all but the address, for requests and connections from now on.

        Raises ConfigurationError and changes nothing when a certificate cannot be used or TLS itself would change.
        """
        tls = config.tls_server_config
        if tls != self._tls:
            fault = ConfigurationFault("", None, "tls_server_config", "changes of it need a restart")
            raise ConfigurationError([fault])
        if tls is not None and self._context is not None:
            server_context(tls)
            load_certificate(self._context, tls)
        self._access.apply(config, settings, self._listens_on)

    @property
    def port(self) -> int:
        """The port that is listened on."""
        if self._runner is None or not self._runner.addresses:
            raise RuntimeError("the server is not running")
        return int(self._runner.addresses[0][1])

    @property
    def address(self) -> str:
        """Where a browser finds the page, without a slash at its end: on this machine where it listens everywhere."""
        host = self._listens_on if self._listens_on not in {"", "0.0.0.0", "::"} else gethostname()  # noqa: S104
        shown = f"[{host}]" if ":" in host else host
        return f"{'https' if self._tls else 'http'}://{shown}:{self.port}"

    async def stop(self) -> None:
        """Close the port, give requests under way a moment, and end. May be called twice."""
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()
