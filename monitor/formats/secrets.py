"""What nobody may read: the secrets of this process, masked in whatever text they turn up."""

import html
import json
import re
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterable, Iterator
from functools import lru_cache
from urllib.parse import quote, quote_plus

MASK = "***"

_SHORTEST = 4
"""Shorter values would mask half of every sentence. In a path (``/KEY``) the slash counts."""
_SURE = 8
"""Shorter ones are masked where they stand by themselves, longer ones inside of other text too."""


class Secrets:
    """Values that are masked, in every form in which a program repeats them."""

    def __init__(self) -> None:
        self._values: frozenset[str] = frozenset()
        self._forms: tuple[tuple[str, re.Pattern[str]], ...] = ()
        self.mask = lru_cache(maxsize=16_384)(self._masked)

    def add(self, values: Iterable[str]) -> None:
        """From now on, mask ``values`` too. What was secret stays so: texts of before a reload are still shown."""
        values = self._values.union(values)
        if values != self._values:
            forms = {form for value in values for form in _forms(value) if len(form) >= _SHORTEST}
            self._forms = tuple((form, _pattern(form)) for form in sorted(forms, key=len, reverse=True))
            self._values = values
            self.mask.cache_clear()

    def clear(self) -> None:
        """Begin anew, without any secret."""
        self._values, self._forms = frozenset(), ()
        self.mask.cache_clear()

    def _masked(self, text: str) -> str:
        for form, pattern in self._forms:
            if form in text:
                text = pattern.sub(f"/{MASK}" if form.startswith("/") else MASK, text)
        return text


SECRETS = Secrets()
"""Those of this process: whoever loads a configuration adds them, and every way out masks them."""


def _forms(value: str) -> Iterator[str]:
    """``value`` as it is, percent-encoded (RFC 3986), in JSON, in HTML, and in either Base64 (RFC 4648)."""
    yield value
    for encoded in (quote(value, safe=""), quote(value), quote_plus(value)):
        yield encoded
        yield re.sub("%..", lambda found: found[0].lower(), encoded)
    yield json.dumps(value)[1:-1]
    yield json.dumps(value, ensure_ascii=False)[1:-1]
    yield html.escape(value)
    if not value.startswith("/"):
        yield b64encode(value.encode("utf-8", "surrogatepass")).decode().rstrip("=")
        yield urlsafe_b64encode(value.encode("utf-8", "surrogatepass")).decode().rstrip("=")


def _pattern(form: str) -> re.Pattern[str]:
    before = "(?<!/)" if form.startswith("/") else "" if len(form) >= _SURE else "(?<![0-9A-Za-z])"
    after = "" if len(form) >= _SURE else "(?![0-9A-Za-z])"
    return re.compile(f"{before}{re.escape(form)}{after}")
