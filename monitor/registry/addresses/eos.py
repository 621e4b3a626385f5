"""EOS (Vaulta) and WAX: account names of 1 to 12 characters. A name has no checksum."""

from __future__ import annotations

import re

from monitor.model import Network
from monitor.registry.addresses.decoded import AddressError, Decoded

# A dot is the digit zero of the name's number: at the end it would vanish; accounts do not begin with one.
_NAME = re.compile(r"[a-z1-5]([a-z1-5.]{0,10}[a-z1-5])?")


def decode(_network: Network, text: str) -> Decoded:
    if not _NAME.fullmatch(text):
        raise AddressError("is not an account name: 1 to 12 of a-z, 1-5 and dots, with no dot at either end")
    return Decoded(text, "name", text.encode())
