"""Who may read, how often, and with which headers: what a reload may change while the server runs."""

import asyncio
import binascii
import hashlib
import secrets
from base64 import b64decode
from collections import OrderedDict
from collections.abc import Mapping

import bcrypt
from aiohttp import hdrs, web
from aiohttp.typedefs import Handler, Middleware

from monitor.settings import WebSettings
from monitor.settings.web_config import WebConfig
from monitor.web.origin import Hosts
from monitor.web.pace import Pace
from monitor.web.sharing import Sharing
from monitor.web.uploads import Uploads

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "deny",
}
_BCRYPT_MOST = 72
_GUESSES_KEPT = 128


class Access:
    """What holds for whoever asks: users, names of the server, who may read from other sites, pace, headers."""

    def __init__(self, config: WebConfig, settings: WebSettings | None = None) -> None:
        self.passwords = Passwords({})
        self.hosts = Hosts()
        self.sharing = Sharing()
        self.pace = Pace()
        self.uploads = Uploads()
        self.headers: Mapping[str, str] = _HEADERS
        self.apply(config, settings or WebSettings())

    def apply(self, config: WebConfig, settings: WebSettings, listens_on: str = "") -> None:
        """From now on, as both say; ``listens_on`` is a further name of the server."""
        self.hosts.replace((*settings.hosts, listens_on))
        self.sharing.replace(settings.cors)
        self.uploads.replace(settings)
        self.pace.replace(settings.rate, settings.proxies)
        self.passwords.replace(config.basic_auth_users)
        chosen = _HEADERS | config.http_server_config.headers
        self.headers = {name: value for name, value in chosen.items() if value}

    async def set_headers(self, request: web.Request, response: web.StreamResponse) -> None:
        """Signal handler: every response, errors too."""
        self.sharing.set_headers(request, response)
        for name, value in self.headers.items():
            response.headers.setdefault(name, value)
        response.headers.setdefault(hdrs.CACHE_CONTROL, "no-cache")
        response.headers[hdrs.SERVER] = "reserve-monitor"


class Passwords:
    """Basic auth against bcrypt hashes.

    A hash takes a twentieth of a second and more, by design. So it is checked in a thread, one at a time, and the
    outcome is remembered under a keyed digest of the credentials: a scrape every few seconds pays once. What was right
    is remembered apart from the guesses, so that a flood of these cannot push it out.
    """

    def __init__(self, users: Mapping[str, str]) -> None:
        self.users: Mapping[str, str] = {}
        self._key = secrets.token_bytes(32)
        self._right: set[bytes] = set()
        self._wrong: OrderedDict[bytes, None] = OrderedDict()
        self._turn = asyncio.Lock()
        self.replace(users)

    def replace(self, users: Mapping[str, str]) -> None:
        """From now on, these users (name to hash) and no others."""
        self.users = dict(users)
        self._right.clear()

    async def allow(self, authorization: str | None) -> bool:
        """Whether the value of an Authorization header names a user and their password."""
        credentials = _credentials(authorization)
        if credentials is None:
            return False
        user, password = credentials
        # A stranger's password is compared too, with anybody's hash: the time taken must not tell who exists.
        hashed = self.users.get(user) or next(iter(self.users.values()))
        digest = hashlib.blake2b(b"\0".join((hashed.encode(), password)), key=self._key).digest()
        if digest not in self._right and digest not in self._wrong:
            async with self._turn:
                await self._check(digest, password, hashed)
        return digest in self._right and user in self.users

    async def _check(self, digest: bytes, password: bytes, hashed: str) -> None:
        if digest in self._right or digest in self._wrong:
            return  # whoever had the turn before asked the same
        if len(password) <= _BCRYPT_MOST and await asyncio.to_thread(bcrypt.checkpw, password, hashed.encode()):
            self._right.add(digest)
            return
        self._wrong[digest] = None
        if len(self._wrong) > _GUESSES_KEPT:
            self._wrong.popitem(last=False)


def _credentials(authorization: str | None) -> tuple[str, bytes] | None:
    scheme, _, encoded = (authorization or "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        user, colon, password = b64decode(encoded.strip(), validate=True).partition(b":")
        return (user.decode(), password) if colon else None
    except (binascii.Error, UnicodeDecodeError):
        return None


def authenticated(access: Access) -> Middleware:
    """A middleware that asks for a password on every route, if there are users, as Prometheus' exporters do."""

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        if access.passwords.users and not await access.passwords.allow(request.headers.get(hdrs.AUTHORIZATION)):
            challenge = {hdrs.WWW_AUTHENTICATE: 'Basic realm="reserve-monitor", charset="UTF-8"'}
            raise web.HTTPUnauthorized(headers=challenge, text="user and password are needed\n")
        return await handler(request)

    return check
