"""What a node proves of a key in a store: by two proofs, that of the store and that of the store among all of them."""

import binascii
from base64 import b64decode

from monitor.chains.cosmos import ics23
from monitor.chains.rest_api import items, member, text

_FORMS = ("ics23:iavl", "ics23:simple")


def octets(value: object) -> bytes:
    """Return what is written in base64; null is nothing. Raises ValueError or TypeError."""
    if value is None:
        return b""
    try:
        return b64decode(text(value), validate=True)
    except binascii.Error:
        raise ValueError(f"{value!r:.60} is not base64") from None


def proven_value(operations: object, store: bytes, key: bytes, root: bytes) -> bytes | None:
    """Return what ``proofOps`` show to be at ``key`` of ``store`` in the state of ``root``; None: nothing.

    Raises ValueError, TypeError or LookupError where they show neither.
    """
    inner, outer = items(member(operations, "ops"))
    for operation, form, where in zip((inner, outer), _FORMS, (key, store), strict=True):
        if text(member(operation, "type")) != form or octets(member(operation, "key")) != where:
            raise ValueError(f"no {form} of {where.hex()}")
    of_store, state = ics23.root_of(ics23.SIMPLE, octets(member(outer, "data")), store)
    if state != root:
        raise ics23.NoProofError(f"the state of which it is has the root {state.hex()}, the block's {root.hex()}")
    return ics23.value_at(ics23.IAVL, octets(member(inner, "data")), key, of_store)
