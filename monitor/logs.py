"""Logging: structured, to stderr, without secrets."""

import logging
import sys
from collections.abc import Collection
from typing import Literal

import stamina
import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

_MASK = "***"


class SecretMask:
    """A processor that replaces every configured secret in every string of an event, however deep it sits."""

    def __init__(self, secrets: Collection[str] = ()) -> None:
        self.secrets = tuple(sorted(secrets, key=len, reverse=True))

    def __call__(self, _logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        return {key: self.clean(value) for key, value in event.items()} if self.secrets else event

    def clean(self, value: object) -> object:
        """``value`` with secrets masked; containers are copied, other objects pass unless their text holds one."""
        match value:
            case str():
                for secret in self.secrets:
                    value = value.replace(secret, _MASK)
                return value
            case dict():
                return {self.clean(key): self.clean(item) for key, item in value.items()}
            case list() | tuple() | set() | frozenset():
                return [self.clean(item) for item in value]
            case None | bool() | int() | float():
                return value
            case _:
                text = str(value)
                return self.clean(text) if any(secret in text for secret in self.secrets) else value


def configure(level: str = "info", style: Literal["json", "console"] = "json", secrets: Collection[str] = ()) -> None:
    """Set up structlog and the standard library's logging alike: one line an event, JSON or for people."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    mask = SecretMask(secrets)
    if style == "json":
        last: list[Processor] = [
            structlog.processors.format_exc_info,
            mask,
            structlog.processors.JSONRenderer(default=str),
        ]
    else:
        last = [structlog.processors.format_exc_info, mask, structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,  # a reload changes level and secrets
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
