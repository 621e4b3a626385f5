"""What every codec returns and raises."""

from __future__ import annotations

from typing import NamedTuple

from monitor.model import Address


class AddressError(ValueError):
    """Why a text is not an address of a network, as what is said of it: "is an address of litecoin"."""


class NoCodecError(AddressError):
    """The address may be a real one and cannot be decoded or read here: nothing is known against it."""


class Decoded(NamedTuple):
    """An address that is valid on its network. A named tuple, as a list makes a million of them."""

    canonical: Address
    """The one spelling that all spellings of this account come down to: the account's key everywhere."""
    form: str
    """The kind of account, in the words of the family: ``p2wsh``, ``contract``, ``enterprise`` ..."""
    payload: bytes
    """What the address commits to, without version and checksum: a hash, a key, a witness program, a name."""
