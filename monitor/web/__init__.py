"""The page, the API, /metrics and the health routes, as one aiohttp application. docs/http.md lists every route.

:func:`monitor.web.app.create_app` makes it, :class:`monitor.web.server.WebServer` serves it. Nothing is imported here:
commands that serve nothing print figures with :mod:`monitor.formats.figures`.
"""
