"""Logging: structured, to stderr, without secrets and without anything that acts on a terminal."""

import logging
import sys
from typing import Literal

import stamina
import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from monitor.formats import shown, shown_lines, shown_value

Style = Literal["json", "console"]
Configured = tuple[str, Style]
"""Level and style."""

_LINED = frozenset({"exception", "stack"})
"""Fields that hold a traceback: their lines are our own."""


def _made_fit(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """A processor that leaves no secret, and nothing that a terminal would act on, in any text of an event."""
    return {key: shown_lines(str(value)) if key in _LINED else _fit(value) for key, value in event.items()}


def _fit(value: object) -> object:
    """``value`` as JSON's types, its texts fit to be shown; other objects become their text."""
    match value:
        case None | bool() | int() | float():
            return value
        case dict():
            return shown_value({_fit(key): _fit(item) for key, item in value.items()})
        case list() | tuple() | set() | frozenset():
            return [_fit(item) for item in value]
        case _:
            return shown(str(value))


_configured: Configured = ("warning", "console")
"""As of a process that nobody has configured."""


def configured() -> Configured:
    """How this process logs, for those that it starts."""
    return _configured


def configure(level: str = "info", style: Style | Literal["auto"] = "json") -> None:
    """Set up structlog and the standard library's logging alike: one line an event, JSON or for people.

    ``auto`` is for people where a terminal shows it.
    """
    global _configured  # noqa: PLW0603 - logging is one for the whole process
    at_terminal: Style = "console" if sys.stderr.isatty() else "json"
    _configured = level, at_terminal if style == "auto" else style
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    if _configured[1] == "json":
        last: list[Processor] = [
            structlog.processors.format_exc_info,
            _made_fit,
            structlog.processors.JSONRenderer(default=str),
        ]
    else:
        last = [
            structlog.processors.format_exc_info,
            _made_fit,
            structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()),
        ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,  # a reload changes the level
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    stamina.instrumentation.set_on_retry_hooks(
        ()
    )  # retries are counted per endpoint; a line for each would drown the rest
    for chatty in ("aiosqlite", "web3", "alembic", "aiohttp.access", "asyncio"):
        logging.getLogger(chatty).setLevel(max(logging.WARNING, root.level))
