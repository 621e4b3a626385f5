"""What people read: one message for all that is told at a time. Plain text, with nothing secret in it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote

from monitor.formats import shown
from monitor.formats.phrases import moment, span
from monitor.model import Notice, NoticeKind, Severity

_MOST = 20
"""Alerts that are told in full in one message; the others by name."""
_LONGEST = 900
"""Characters of a summary: a message that is too long is refused or cut by some services."""
_SHORT = timedelta(seconds=1)
_ORDER = (Severity.CRITICAL, Severity.WARNING, Severity.INFO)


@dataclass(frozen=True, slots=True)
class Links:
    """Where people find more."""

    page: str
    """The page's address, without a slash at its end."""
    runbook: str = ""
    """Where alerts are explained, with ``{alert}`` for the name; empty: in the page's glossary."""

    def to(self, exchange: str, asset: str) -> str:
        """Return the address of what the page says of an asset, of an exchange, or at all."""
        parts = ["exchanges", exchange] if exchange else []
        parts += ["assets", asset] if exchange and asset else []
        return f"{self.page}/{'/'.join(quote(part, safe='') for part in parts)}"

    def runbook_of(self, alert: str) -> str:
        """Return the address of what an alert means."""
        return (self.runbook or f"{self.page}/glossary#{{alert}}").replace("{alert}", alert)


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent at a time."""

    title: str
    body: str
    severity: Severity
    """The worst in it."""
    over: bool
    """Whether all that it tells of has ended."""


@dataclass(frozen=True, slots=True)
class _Story:
    """All that waits to be told of one alert, oldest first."""

    notices: tuple[Notice, ...]

    @property
    def last(self) -> Notice:
        return self.notices[-1]

    @property
    def over(self) -> bool:
        return self.last.kind is NoticeKind.ENDED

    @property
    def rank(self) -> tuple[bool, int, datetime]:
        return self.over, _ORDER.index(self.last.severity), self.last.at


def message(notices: Sequence[Notice], links: Links, *, digest: bool = False) -> Message:
    """Write one message of ``notices``, which are at least one: what goes on before what ended, the worst first.

    Of an alert that began and ended while it waited, one piece tells both.
    """
    stories = sorted(_stories(notices), key=lambda story: story.rank)
    told = [
        _told(story, links, figures=story.last.figures not in {each.last.figures for each in stories[:before]})
        for before, story in enumerate(stories[:_MOST])
    ]
    if rest := stories[_MOST:]:
        told.append("And: " + "; ".join(_head(story.last) for story in rest))
    opening = ["What came in the quiet hours:"] if digest else []
    if any(notice.tried for notice in notices):
        opening.append("(The monitor was stopped while it sent this: you may have it already.)")
    return Message(
        title=shown(_title(stories), 200),
        body="\n\n".join([*opening, *told]),
        severity=min((story.last.severity for story in stories), key=_ORDER.index),
        over=all(story.over for story in stories),
    )


def _stories(notices: Iterable[Notice]) -> list[_Story]:
    stories: dict[tuple[str, str, str, str], list[Notice]] = {}
    for notice in notices:
        stories.setdefault((notice.alert, notice.severity, notice.exchange, notice.asset), []).append(notice)
    return [_Story(tuple(each)) for each in stories.values()]


def _title(stories: Sequence[_Story]) -> str:
    """The worst by its name, which is the first, and how many more there are."""
    worst = stories[0]
    over = sum(story.over for story in stories)
    more = (over if worst.over else len(stories) - over) - 1
    others = f" and {more} more" if more else ""
    ended = f", {over} ended" if over and not worst.over else ""
    return f"[{_state(worst)}] {_head(worst.last)}{others}{ended}"


def _state(story: _Story) -> str:
    return {
        NoticeKind.ENDED: "ended",
        NoticeKind.GOES_ON: f"{story.last.severity}, goes on",
        NoticeKind.BEGAN: story.last.severity.value,
    }[story.last.kind]


def _head(notice: Notice) -> str:
    return shown(" ".join(filter(None, (notice.alert, notice.exchange, notice.asset))))


def _told(story: _Story, links: Links, *, figures: bool) -> str:
    """Tell ``story``, with its figures unless the piece before has them too: alerts of one asset share theirs."""
    notice = story.last
    lines = [f"{_state(story).upper()}: {_head(notice)}"]
    lines.append(f"It was: {notice.summary}" if story.over else notice.summary)
    if figures and notice.figures:
        lines.append(f"{'Now: ' if story.over else ''}{notice.figures}.")
    lines.append(_when(story))
    lines.append(f"Page: {links.to(notice.exchange, notice.asset)}")
    lines.append(f"What it means: {links.runbook_of(notice.alert)}")
    return "\n".join(shown(line, _LONGEST) for line in lines if line)


def _when(story: _Story) -> str:
    notice = story.last
    length = span(notice.at - notice.since)
    if story.over:
        again = sum(each.kind is NoticeKind.BEGAN for each in story.notices)
        often = f", the last of {again} times" if again > 1 else ""
        return f"From {moment(notice.since)} to {moment(notice.at)}, {length}{often}."
    rule = f"told once it has held for {span(notice.holds_for)}" if notice.holds_for else "told at once"
    before = f", {length} before {moment(notice.at)}" if notice.at - notice.since >= _SHORT else ""
    return f"Since {moment(notice.since)}{before}; {rule}."
