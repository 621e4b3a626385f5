"""The devnet's inbox: takes what the monitor sends, and shows it, as a mailbox or a chat would.

A program of its own, by the standard library alone: ``inbox.py PORT``. ``POST`` anywhere leaves a message (JSON with
``title``, ``message`` and ``type``, as Apprise sends it), ``/messages`` tells them, ``/`` is a page.
"""

import json
import sys
from collections import deque
from datetime import UTC, datetime
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

_KEPT = 200
_LONGEST = 1_000_000
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="refresh" content="2"><title>Inbox of the devnet</title>
<style>
:root {{ color-scheme: light dark; font-family: system-ui, sans-serif; }}
body {{ max-width: 48rem; margin: 2rem auto; padding: 0 1rem; line-height: 1.5; }}
article {{ border-left: .3rem solid gray; margin: 1rem 0; padding: .1rem 1rem; }}
.failure {{ border-color: #c62828; }} .warning {{ border-color: #ef8e00; }} .success {{ border-color: #2e7d32; }}
h2 {{ font-size: 1.05rem; margin: .5rem 0 0; }} pre {{ white-space: pre-wrap; overflow-wrap: anywhere; }}
</style></head>
<body><h1>Inbox of the devnet</h1>
<p>What the monitor told over its channel <code>inbox</code> (<code>notify</code> in config/devnet.yaml), newest first.
{messages}</body></html>
"""
_MESSAGE = '<article class="{type}"><h2>{title}</h2><small>{at}</small><pre>{message}</pre></article>\n'

Letter = dict[str, str]


class _Handler(BaseHTTPRequestHandler):
    messages: ClassVar[deque[Letter]] = deque(maxlen=_KEPT)

    def do_POST(self) -> None:
        """Take a message."""
        try:
            sent = json.loads(self.rfile.read(min(int(self.headers.get("Content-Length") or 0), _LONGEST)))
            letter = {name: str(sent.get(name, "")) for name in ("title", "message", "type")}
        except (ValueError, AttributeError):
            self.send_error(400, "not JSON")
            return
        self.messages.appendleft({"at": f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC", **letter})
        self._answer("text/plain", "ok\n")

    def do_GET(self) -> None:
        """Show them."""
        letters = list(self.messages)
        if self.path == "/messages":
            self._answer("application/json", json.dumps(letters))
            return
        shown = [_MESSAGE.format(**{name: escape(text) for name, text in each.items()}) for each in letters]
        self._answer("text/html", _PAGE.format(messages="".join(shown) or "<p>Nothing yet.</p>"))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as it is called there
        """Say nothing of requests."""

    def _answer(self, kind: str, text: str) -> None:
        body = text.encode()
        self.send_response(200)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), _Handler).serve_forever()
