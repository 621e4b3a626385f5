"""What is signed: one form each, from the message's UTF-8 to the bytes under the signature."""

from collections.abc import Callable
from dataclasses import dataclass

from monitor.ownership import digests


@dataclass(frozen=True, slots=True)
class Form:
    """One way of making a message ready for signing."""

    name: str
    prepare: Callable[[bytes, bytes], bytes | None]
    """From message and key; None where the form cannot hold the message."""


OKX = Form("OKX header", lambda message, _: digests.okx_preimage(message))
"""OKX's own header, not hashed: what it signs on every chain of this package."""

TEXT = Form("plain text", lambda message, _: message)
"""The message alone: for wallets whose "sign message" adds nothing."""
