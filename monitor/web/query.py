"""What the query of a request may say; whatever else it says is refused with 400 and what can be said."""

from collections.abc import Collection, Mapping
from datetime import datetime

from aiohttp import web

from monitor.settings.values import parse_moment


def check_names(query: Mapping[str, str], names: Collection[str]) -> None:
    """Refuse parameters that are none of ``names``: one that is passed over would seem to have been heeded."""
    if unknown := sorted(set(query) - set(names)):
        raise web.HTTPBadRequest(text=f"unknown parameter: {', '.join(unknown)}")


def one_of(query: Mapping[str, str], name: str, choices: Collection[str], usual: str) -> str:
    """The parameter ``name``, which is one of ``choices``; ``usual`` where it is not given."""
    text = query.get(name, usual)
    if text not in choices:
        raise web.HTTPBadRequest(text=f"{name} is one of {', '.join(choices)}")
    return text


def whole(query: Mapping[str, str], name: str, usual: int, *, least: int, most: int) -> int:
    """The parameter ``name``, a whole number; ``usual`` where it is not given."""
    text = query.get(name, str(usual))
    if not text.isascii() or not text.isdigit() or not least <= int(text[:12]) <= most:
        raise web.HTTPBadRequest(text=f"{name} is a whole number from {least} to {most}")
    return int(text)


def moment(query: Mapping[str, str], name: str, now: datetime) -> datetime:
    """The parameter ``name``, which is given: a date, a moment, or how long ago."""
    try:
        return parse_moment(query[name].replace(" ", "+"), now)  # a plus that was not written as %2B arrives as a space
    except ValueError as error:
        raise web.HTTPBadRequest(text=f"{name}: {error}") from None
