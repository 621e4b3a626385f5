"""The page, the API, /metrics and the health routes, as one aiohttp application. docs/http.md lists every route."""

from monitor.web.app import create_app
from monitor.web.deps import ClaimSource, Deps, Scrape
from monitor.web.server import WebServer

__all__ = ["ClaimSource", "Deps", "Scrape", "WebServer", "create_app"]
