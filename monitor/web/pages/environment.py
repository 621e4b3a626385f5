"""How a template becomes text: its filters, its words, and the files that the pages load."""

import hashlib
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from monitor import __version__
from monitor.formats import exact, figures, shown
from monitor.formats.phrases import counted, first, moment, span, without_folders
from monitor.judgement.unread import rests_on_unread, unless
from monitor.web import lists, plain, words

_WEB = Path(__file__).parents[1]
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
STATIC = {file.name: file.read_bytes() for file in (_WEB / "static").iterdir() if file.suffix in TYPES}
"""The files that the pages load, by name."""


def render(template: str, **values: object) -> str:
    """Return ``template`` with ``values``; whatever is text in them is shown as anybody may see it."""
    return _ENVIRONMENT.get_template(template).render(**values)


def age(then: datetime, now: datetime) -> str:
    """How long ago that was."""
    return span(max(now - then, timedelta()))


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def _unbroken(text: str) -> Markup:
    """``text`` as it is shown, with each number on one line with its per cent sign."""
    return Markup(escape(shown(text)).replace(" %", "\N{NO-BREAK SPACE}%"))  # noqa: S704 - it is escaped


def _whole(number: int) -> str:
    return f"{number:,}"


def _fit(value: object) -> object:
    """What a page shows of a value: of a text, what anybody may see. Markup is this page's own."""
    return shown(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _address(name: str) -> str:
    """Where a file is; its address changes with its content, so that a browser may keep it."""
    return f"/static/{name}?{hashlib.sha256(STATIC[name]).hexdigest()[:12]}"


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_WEB / "templates"),
        autoescape=True,
        finalize=_fit,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        amount=figures.amount,
        exact=exact.plain,
        dollars=figures.dollars,
        decimal=Decimal,
        percent=figures.percent,
        limit=figures.limit,
        whole=_whole,
        moment=moment,
        isotime=plain.time,
        span=span,
        capital=_capital,
        unbroken=_unbroken,
    )
    environment.globals.update(
        answer=words.answer,
        shown=words.shown,
        aside=words.aside,
        headline=words.headline,
        worst=words.worst,
        gap=words.gap,
        span_of=words.span_of,
        rests_on_unread=rests_on_unread,
        unless=unless,
        only_claimed=words.only_claimed,
        on_its_word=words.on_its_word,
        BASES=words.BASES,
        CONTROL_GAPS=words.CONTROL_GAPS,
        POSITIONS=words.POSITIONS,
        PROOFS=words.PROOFS,
        STATUSES=words.STATUSES,
        called=words.called,
        source=words.source,
        without_folders=without_folders,
        first=first,
        VERDICTS=words.VERDICTS,
        verdict_table=lists.verdicts,
        age=age,
        alert_title=words.alert_title,
        counted=counted,
        address=_address,
        version=__version__,
    )
    return environment


_ENVIRONMENT = _environment()
