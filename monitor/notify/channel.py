"""What carries messages: one file for each kind, opened here."""

from datetime import timedelta
from typing import Protocol

from monitor.model import SendFailure
from monitor.notify.texts import Message

DEADLINE = timedelta(seconds=30)
"""For one attempt."""


class SendError(Exception):
    """A channel did not take a message. The text has no secret in it."""

    def __init__(self, failure: SendFailure, reason: str) -> None:
        super().__init__(reason)
        self.failure = failure


class Channel(Protocol):
    """Tells people, by a service that takes messages."""

    async def send(self, message: Message) -> None:
        """Send ``message`` once; it may last. Raises SendError."""
        ...
