"""ICON: ``hx`` (a key's account) or ``cx`` (a contract) and 20 bytes in lower-case hexadecimal, without a checksum."""

from __future__ import annotations

from monitor.model import Network
from monitor.registry.addresses.decoded import AddressError, Decoded
from monitor.registry.addresses.encodings import hexadecimal

_FORMS = {"hx": "account", "cx": "contract"}


def decode(_network: Network, text: str) -> Decoded:
    form = _FORMS.get(text[:2])
    if form is None:
        raise AddressError("does not begin with hx or cx")
    if text != text.lower():
        raise AddressError("holds upper-case letters")
    return Decoded(text, form, hexadecimal.decode(text, 20, prefix=text[:2]))
