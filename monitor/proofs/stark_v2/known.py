"""Root circuits that were seen in OKX's own program, whole, by the round that they came with.

A circuit depends on batch size, number of tokens, levels and program only, so one may serve several rounds. A new one
is a file here and a line in ``ROUNDS``; an operator may give one instead (``--verifier-data``, ``verifier_data:``).
"""

from functools import cache
from importlib.resources import files
from pathlib import Path

from monitor.proofs.scheme import UnreadableError
from monitor.proofs.stark_v2.circuit import read_circuit

ROUNDS = (508787475,)
"""The first: 2024-09-16, whose published file leaves the verifier data to OKX's program (v0.1.0)."""


MOST_BYTES = 1 << 20


def read_verifier_data(path: Path) -> bytes:
    """The verifier data in a file of hexadecimal digits, as in OKX's program and files. Raises UnreadableError."""
    try:
        with path.open("rb") as stream:
            text = stream.read(MOST_BYTES)
        data = bytes.fromhex(text.decode())
    except OSError as error:
        raise UnreadableError(f"{path}: {error.strerror or error}") from error
    except ValueError as error:
        raise UnreadableError(f"{path}: expected verifier data in hexadecimal digits") from error
    read_circuit(data, str(path))
    return data


@cache
def of_round(number: int) -> bytes:
    """The verifier data that the round of this number must be of; empty where none is known."""
    if number not in ROUNDS:
        return b""
    return bytes.fromhex((files(__package__) / f"verifier-data-{number}.hex").read_text().strip())


def round_of(verifier_data: bytes) -> int | None:
    """The first round that is known to be of this circuit."""
    return next((number for number in ROUNDS if of_round(number) == verifier_data), None)
