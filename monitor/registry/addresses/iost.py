"""IOST: account names of 5 to 11 characters (its system contract ``auth.iost``). A name has no checksum."""

from __future__ import annotations

import re

from monitor.model import Network
from monitor.registry.addresses.decoded import AddressError, Decoded

_NAME = re.compile(r"[a-z0-9_]{5,11}")


def decode(_network: Network, text: str) -> Decoded:
    if not _NAME.fullmatch(text):
        raise AddressError("is not an account name: 5 to 11 of a-z, 0-9 and underscores")
    return Decoded(text, "name", text.encode())
