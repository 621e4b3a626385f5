"""Field elements as these files write them, and how amounts are packed into them."""

import base64
import binascii
from collections.abc import Sequence

from monitor.proofs.fields import Fields, shown
from monitor.proofs.groth16.poseidon import ORDER
from monitor.proofs.scheme import ProofError, UnreadableError

_AMOUNT_BITS = 64


def from_base64(value: object, place: str) -> int:
    """An element written as base64 of 32 bytes."""
    data = b""
    if isinstance(value, str) and value.isascii():
        try:
            data = base64.b64decode(value, validate=True)
        except binascii.Error:
            data = b""
    if len(data) != 32 or base64.b64encode(data).decode() != value:
        raise UnreadableError(f"{place}: expected 32 bytes in base64, not {shown(value)}")
    return _below(int.from_bytes(data), place)


def from_hex(fields: Fields, name: str) -> int:
    """An element written as 64 hex digits."""
    return _below(int.from_bytes(fields.octets(name, 32)), fields.at(name))


def total(fields: Fields, name: str) -> int:
    """A sum over assets: a whole number below the field's order."""
    return _below(fields.integer(name), fields.at(name))


def amount(fields: Fields, name: str) -> int:
    """An amount or a price: a whole number of 64 bits."""
    value = fields.integer(name)
    if value >> _AMOUNT_BITS:
        raise ProofError(f"{fields.at(name)}: {shown(value)} does not fit into {_AMOUNT_BITS} bits")
    return value


def check_collateral(fields: Fields, equity: int, collaterals: Sequence[int]) -> None:
    """No more of an asset secures debts than there is. Raises :class:`ProofError`."""
    if sum(collaterals) > equity:
        raise ProofError(f"{fields.place}: {sum(collaterals)} is collateral, which is more than the equity {equity}")


def packed(amounts: Sequence[int]) -> list[int]:
    """Three amounts to an element, the first highest; the last element is filled up with zeros."""
    filled = [*amounts, *([0] * (-len(amounts) % 3))]
    return [filled[i] << 128 | filled[i + 1] << 64 | filled[i + 2] for i in range(0, len(filled), 3)]


def _below(value: int, place: str) -> int:
    if value >= ORDER:
        raise ProofError(f"{place}: {shown(value)} is not an element of the field")
    return value
