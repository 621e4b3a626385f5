"""What tells one exchange's Merkle sum path from another's: fields, spelling, what is hashed. Data only."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum


class Side(Enum):
    """Where a node of a path stands."""

    LEFT = "left"
    RIGHT = "right"
    ROOT = "root"
    PAD = "pad"
    """A right sibling that only fills the level up: it repeats the hash beside it and owes nothing."""


class Levels(Enum):
    """How the levels of a tree are numbered, where they are."""

    UP = "up"
    """From the leaves: their number is ``PathFormat.leaf_level``."""
    DOWN = "down"
    """From the root, which is 1."""
    NONE = "none"


class Missing(Enum):
    """What is hashed in the place of a sibling that does not exist."""

    NOTHING = "nothing"
    REPEATED = "repeated"
    """The hash beside it once more."""


class Number(str):
    """A balance that stands as a number in JSON, where others stand as text."""

    __slots__ = ()


Texts = Mapping[str, str]
"""Balances by asset as they are spelt, in the order in which they are hashed; or plain fields by name."""


@dataclass(frozen=True, slots=True)
class CoinOrder:
    """The assets of one version of a format, for formats that hash amounts without their names."""

    name: str
    coins: tuple[str, ...]
    places: Mapping[str, int] = field(default_factory=dict)
    """Where an asset has other decimals than its format."""


@dataclass(frozen=True, slots=True)
class PathFormat:
    """One exchange's file: the customer's own leaf, the siblings from there up, and the root."""

    name: str
    title: str
    marks: tuple[str, ...]
    """Regular expressions that all occur in the file's first 64 KiB, and in no other format's."""
    leaf: Callable[[Texts, Texts], str]
    """What is hashed for a leaf: its fields and its balances."""
    node: Callable[[str, str, Texts, int], str]
    """What is hashed for any other node: left hash, right hash, balances, level."""
    leaf_fields: tuple[str, ...]
    leaf_form: re.Pattern[str] = re.compile(r"[^,]+")
    """What these fields are made of, so that what is hashed can be cut in one way only: a comma may end them."""
    hash_key: str = "hash"
    balances_key: str = "balances"
    side_key: str = "type"
    level_key: str = "height"
    path_key: str = "path"
    root_key: str = ""
    """Where the root has a place of its own; otherwise it ends the path."""
    user_key: str = ""
    """The leaf's field that tells whose it is; where empty, the file does not."""
    report_key: str = ""
    """Each node's field that names the report."""
    optional: frozenset[str] = frozenset()
    """Fields that a node may have beyond these."""
    unhashed: tuple[str, ...] = ()
    """Fields that no hash covers."""
    sides: Mapping[str | int, Side] = field(
        default_factory=lambda: {1: Side.LEFT, 2: Side.RIGHT, 3: Side.ROOT, 4: Side.PAD}
    )
    pads_marked: bool = False
    """Whether every pad is marked as one; otherwise it may also pass for a plain right sibling."""
    root_side: bool = True
    """Whether the root's side must be written too."""
    levels: Levels = Levels.UP
    leaf_level: int = 1
    orders: tuple[CoinOrder, ...] = ()
    """The versions of the format, where names are not hashed; otherwise any assets."""
    places: int | None = None
    """Decimals that every amount is written with; None: as many as it needs."""
    most_places: int = 18
    numbers: bool = False
    """Whether balances may stand as numbers in JSON, and are then hashed as they stand there."""
    precisions_key: str = ""
    """The leaf's field that says decimals per asset."""
    sparse_leaf: bool = False
    """Whether a customer's leaf leaves assets out that it has none of."""
    sparse_siblings: bool = False
    """Whether siblings do."""
    hashed_sorted: bool = False
    """Whether balances are hashed in the alphabetical order of their assets, instead of the file's."""
    hex_digits: int = 64
    """Of SHA-256's 64, so many are kept."""
    negatives: bool = False
    """Whether customers may owe the exchange, which then lowers what it owes."""
    limit: str = ""
    """How an exchange that cheats could pass; empty where none can."""
    missing: tuple[Missing, ...] = ()
    """What a file may mean by a sibling that does not exist; the first that leads to the root is it."""
