"""What the application needs from its surroundings. It holds no state of its own and changes nothing but by reload."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from aiohttp import web

from monitor.model import (
    Event,
    EventPlace,
    HistoryStep,
    LiabilitiesProof,
    Publication,
    ReloadState,
    ReserveStatus,
    Step,
    World,
)
from monitor.settings import VerifySettings


class Scrape(Protocol):
    """The answer to a scrape: a body and its headers, the content type among them."""

    @property
    def body(self) -> bytes: ...

    @property
    def headers(self) -> Mapping[str, str]: ...


class Verify(Protocol):
    """What a customer's own file shows."""

    async def __call__(self, name: str, content: bytes, user: str, limits: VerifySettings) -> LiabilitiesProof:
        """Verify the file ``name``, in which the customer is called ``user``; never raises because of what is in it."""
        ...


class Events(Protocol):
    """What happened to an exchange."""

    async def __call__(
        self, exchange: str, most: int, *, before: EventPlace | None = None, until: datetime | None = None
    ) -> Sequence[tuple[EventPlace, Event]]:
        """Return the newest ``most`` events, newest first: those before a place, and not after ``until``.

        Raises:
            ForeseenError: they cannot be read.

        """
        ...


class Evidence(Protocol):
    """The bundles that were made."""

    async def __call__(self, exchange: str, until: datetime) -> tuple[datetime, Path] | None:
        """Return the archive of the last one that is not after ``until``, and its moment; None: there is none.

        Raises:
            OSError: they cannot be read.

        """
        ...


class History(Protocol):
    """What was known before."""

    async def __call__(
        self, exchange: str, step: Step, since: datetime, until: datetime, *, asset: str | None
    ) -> Sequence[HistoryStep]:
        """Return the steps from the one of ``since`` to the last that begins before ``until``, oldest first.

        Raises:
            ForeseenError: they cannot be read.

        """
        ...


class Statuses(Protocol):
    """How it was."""

    async def __call__(
        self, exchange: str, step: Step, since: datetime, until: datetime
    ) -> Mapping[datetime, Mapping[str, ReserveStatus]]:
        """Return the worst status of every asset that was owed, by the beginnings of the steps, as History has them.

        Raises:
            ForeseenError: they cannot be read.

        """
        ...


class Moment(Protocol):
    """What was known at one time."""

    async def __call__(self, at: datetime, exchanges: Collection[str]) -> Mapping[str, HistoryStep]:
        """Return the finest step that is kept of the time ``at``, by exchange; those of which there is none left out.

        Raises:
            ForeseenError: they cannot be read.

        """
        ...


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deps:
    """The daemon's side of the application."""

    world: Callable[[], World | None]
    """The current World; None before there is one."""
    exposition: Callable[[str, str], Scrape]
    """From the request headers Accept and Accept-Encoding."""
    history: History
    moment: Moment
    statuses: Statuses
    finest: Callable[[datetime, datetime, int], Step]
    """The finest step that is kept from one moment on, and of which there are no more until the other."""
    publications: Callable[[str], Awaitable[Sequence[Publication]]]
    """Every report and root that an exchange was seen to publish, in that order. Raises ForeseenError."""
    events: Events
    evidence: Evidence
    verify: Verify
    reload: Callable[[], Awaitable[ReloadState]]
    """Load the configuration again; a bad one is an unsuccessful state, not an exception."""
    stalled: Callable[[], str] = str
    """Why the daemon does not get on; empty while passes end in time."""
    devnet: str = ""
    """Where this watches the devnet, the address of its inbox: then the page says what to try."""
    runbook_url: Callable[[], str] = str
    """Where the alerts' pages are, with ``{alert}`` for the name; empty: pages lead to the glossary."""
    external_url: Callable[[], str] = str
    """Where people reach the pages, without a slash at its end; empty: at the address that they ask for."""
    now: Callable[[], datetime] = _now


DEPS = web.AppKey("deps", Deps)
