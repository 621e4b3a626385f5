"""The forms that the exchanges' programs have hashed amounts in.

Which program made a report, how many assets its circuit has room for, and how many elements its hash takes in at a
time, no file says. All that were seen are tried; every one of them hashes the very same amounts.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from monitor.proofs.groth16.elements import packed
from monitor.proofs.groth16.poseidon import ABSORBED, hash_elements

DEPTH = 28
"""Levels of the account tree, the root not counted."""


class Form(Enum):
    """What a user has of one asset, and what is published of each."""

    BALANCE = "balance"
    """HTX: one number, no price."""
    PRICED = "priced"
    """Binance until September 2024, Gate: equity, debt, price."""
    COLLATERAL = "collateral"
    """Binance since: also what secures loans, and how much of it counts (haircuts by tiers)."""


ROOMS = {Form.BALANCE: (168, 174), Form.PRICED: (350, 500, 800), Form.COLLATERAL: (500,)}
"""How many assets the circuits have had room for."""
TIERS = (50, 500)
"""How many assets one user may have, in the two circuits of :attr:`Form.COLLATERAL`."""
FIRST_ROOMS = (350, 500)
"""Room for assets in its first version, which hashed every asset of a user, held or not."""
MOST_ASSETS = 1000
"""The most that is looked for where no known room fits."""


@dataclass(frozen=True, slots=True)
class Space:
    """One version: assets that there is room for, and elements that the hash takes in at a time."""

    room: int
    absorbed: int


def absorptions(form: Form) -> tuple[int, ...]:
    """How many elements at a time the programs of this form have taken in."""
    return ABSORBED if form is Form.PRICED else ABSORBED[:1]


def spaces(form: Form, assets: int, known: Space | None = None) -> Iterator[Space]:
    """The versions that can hold so many assets: the one that is ``known``, or all that were seen."""
    seen = [Space(room, absorbed) for room in ROOMS[form] for absorbed in absorptions(form)]
    yield from (space for space in ([known] if known else seen) if space.room >= assets)


def empty_root(form: Form, space: Space) -> int:
    """The root of the tree of no accounts."""
    if form is Form.COLLATERAL:
        node = hash_elements((0, 0, 0, 0, 0))
    else:
        zeros = [0] * space.room if form is Form.BALANCE else packed([0] * (2 * space.room))
        node = hash_elements((0, 0, 0, hash_elements(zeros, space.absorbed)))
    for _ in range(DEPTH):
        node = hash_elements((node, node))
    return node
