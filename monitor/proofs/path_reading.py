"""A customer's path read by its format: every field is known, every amount has its one spelling, every side is told."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from monitor.proofs import amounts
from monitor.proofs.fields import Fields, shown
from monitor.proofs.path_format import CoinOrder, Levels, PathFormat, Side
from monitor.proofs.scheme import ProofError, UnreadableError

_ASSET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}")
_PLAIN = re.compile(r"[\x20\x21\x23-\x5b\x5d-\x7e]{1,256}")  # printable ASCII that JSON writes as it is
_MOST_LEVELS = 256


@dataclass(frozen=True, slots=True)
class Node:
    """One node as the file states it."""

    place: str
    """For errors: the file and where in it."""
    hash: str
    """Empty where the file states none: a leaf of a format without, or a sibling that does not exist."""
    side: Side | None
    level: int
    balances: Mapping[str, Decimal]
    fields: Mapping[str, str]
    """What a leaf's hash covers besides, and its user: complete, or empty."""
    report_id: str


@dataclass(frozen=True, slots=True)
class Path:
    """From the customer's leaf to the root."""

    leaf: Node
    siblings: tuple[Node, ...]
    """One for each level below the root, from the leaf's up."""
    root: Node
    order: CoinOrder | None
    places: Mapping[str, int | None]
    """Decimals by asset, as :func:`amounts.spelt` takes them."""
    numbers: bool
    """Whether balances stand as numbers in JSON."""


def read(layout: PathFormat, document: object, name: str) -> Path:
    """The path in ``document``, which is the file called ``name``. Raises :class:`ProofError`."""
    whole = Fields(document, name)
    whole.only({"self", layout.path_key, layout.root_key} - {""})
    items = whole.items(layout.path_key)
    if len(items) > _MOST_LEVELS:
        raise ProofError(f"{name}: {layout.path_key} has {len(items)} levels; more than {_MOST_LEVELS} are not read")
    steps = [Fields(item, f"{name}: {layout.path_key}[{at}]") for at, item in enumerate(items)]
    top = whole.inner(layout.root_key) if layout.root_key else None
    if not steps or (top is None and len(steps) < 2):
        raise ProofError(f"{name}: {layout.path_key} is too short: expected a sibling and the root at least")
    own = whole.inner("self")
    reader = _Reader(layout, top or steps[-1], own)
    root = reader.root(top or steps.pop())
    leaf = reader.leaf(own)
    siblings = [reader.sibling(step, first=at == 0) for at, step in enumerate(steps)]
    if layout.levels is Levels.UP and layout.missing and siblings[0].level == leaf.level + 1:
        siblings.insert(0, reader.missing(leaf))
    _check_levels(layout, leaf, siblings, root)
    _check_report(layout, [leaf, *siblings, root])
    return Path(leaf, tuple(siblings), root, reader.order, reader.places, reader.numbers)


class _Reader:
    """Reads the nodes of one file; the root says which assets there are, and in which order."""

    def __init__(self, layout: PathFormat, root: Fields, leaf: Fields) -> None:
        self._layout = layout
        balances = root.inner(layout.balances_key)
        self._assets = tuple(balances.names())
        self.numbers = layout.numbers and not any(isinstance(balances.value(asset), str) for asset in self._assets)
        self.order = self._known_order(balances.place)
        decimals = self.order.places if self.order else {}
        self.places: dict[str, int | None] = {asset: decimals.get(asset, layout.places) for asset in self._assets}
        if layout.precisions_key:
            self.places.update(_precisions(leaf.inner(layout.precisions_key), self._assets))

    def root(self, fields: Fields) -> Node:
        side = {self._layout.side_key} if self._layout.root_side else set()
        if not self._layout.root_key and self._layout.side_key in fields.names():
            side = {self._layout.side_key}
        self._only(fields, side)
        node = self._node(fields, Side.ROOT if not side else self._side(fields), sparse=False)
        if node.side is not Side.ROOT:
            raise ProofError(f"{fields.at(self._layout.side_key)}: the last node is not marked as the root")
        if any(amount < 0 for amount in node.balances.values()):
            raise ProofError(f"{fields.at(self._layout.balances_key)}: a negative total is no liability")
        return node

    def leaf(self, fields: Fields) -> Node:
        layout = self._layout
        sided = layout.levels is not Levels.NONE
        own = {*layout.leaf_fields, layout.precisions_key} | ({layout.side_key} if sided else set())
        self._only(fields, own, hashed=sided)
        return self._node(fields, self._side(fields) if sided else None, sparse=layout.sparse_leaf, hashed=sided)

    def sibling(self, fields: Fields, *, first: bool) -> Node:
        layout = self._layout
        if layout.missing and not fields.names():
            return Node(fields.place, "", None, 0, {}, {}, "")
        own = {layout.side_key}
        if first:  # the neighbour is a leaf too, and some files give what its hash covers
            own |= fields.names() & {*layout.leaf_fields, layout.precisions_key}
        self._only(fields, own)
        if layout.precisions_key in own and self.places != _precisions(
            fields.inner(layout.precisions_key), self._assets
        ):
            raise ProofError(f"{fields.at(layout.precisions_key)}: not the same as the customer's")
        node = self._node(fields, self._side(fields), sparse=layout.sparse_siblings)
        if node.side is Side.ROOT:
            raise ProofError(f"{fields.at(layout.side_key)}: a sibling is marked as the root")
        if not node.hash and (any(node.balances.values()) or node.side is not Side.RIGHT):
            raise ProofError(f"{fields.place}: a sibling without a hash must stand on the right and owe nothing")
        return node

    def missing(self, beside: Node) -> Node:
        """The sibling of a leaf that has none, where the file does not list it."""
        return Node(f"{beside.place}: sibling", "", Side.RIGHT, beside.level, {}, {}, "")

    def _only(self, fields: Fields, own: set[str], *, hashed: bool = True) -> None:
        layout = self._layout
        needed = {layout.balances_key, layout.level_key, *own} | ({layout.hash_key} if hashed else set())
        may = {layout.report_key, *layout.optional} & fields.names()
        fields.only((needed | may) - {""})

    def _node(self, fields: Fields, side: Side | None, *, sparse: bool, hashed: bool = True) -> Node:
        layout = self._layout
        stated = self._hash(fields) if hashed else ""
        level = fields.integer(layout.level_key) if layout.level_key else 0
        given = [key for key in layout.leaf_fields if key in fields.names()]
        if given and len(given) < len(layout.leaf_fields):
            raise ProofError(f"{fields.place}: a leaf needs all of {', '.join(layout.leaf_fields)}")
        plain = {key: _plain(fields, key) for key in given}
        for key, text in plain.items():
            if not layout.leaf_form.fullmatch(text):
                raise UnreadableError(f"{fields.at(key)}: with {shown(text)} what is hashed could be cut in two ways")
        for key in layout.optional & fields.names():
            if fields.value(key) != "":  # some files write what a node has none of, and leave it empty
                _plain(fields, key)
        report = _plain(fields, layout.report_key) if layout.report_key in fields.names() else ""
        return Node(fields.place, stated, side, level, self._balances(fields, sparse=sparse), plain, report)

    def _hash(self, fields: Fields) -> str:
        if self._layout.missing and fields.value(self._layout.hash_key) == "":
            return ""
        return fields.octets(self._layout.hash_key, self._layout.hex_digits // 2).hex()

    def _side(self, fields: Fields) -> Side:
        value = fields.value(self._layout.side_key)
        known = self._layout.sides
        # In JSON, true is no 1; in Python it would find it.
        if not isinstance(value, str | int) or isinstance(value, bool) or value not in known:
            expected = ", ".join(str(side) for side in known)
            raise ProofError(f"{fields.at(self._layout.side_key)}: expected one of {expected}")
        return known[value]

    def _balances(self, fields: Fields, *, sparse: bool) -> dict[str, Decimal]:
        layout = self._layout
        balances = fields.inner(layout.balances_key)
        found = tuple(balances.names())
        expected = tuple(asset for asset in self._assets if not sparse or asset in balances.names())
        if found != expected:
            raise ProofError(f"{balances.place}: expected the root's assets in its order: {', '.join(expected)}")
        if self.numbers:
            read = {a: amounts.read_number(balances.value(a), balances.at(a)) for a in found}
        else:
            read = {a: amounts.read(balances.value(a), balances.at(a), self.places[a]) for a in found}
        for asset, amount in read.items():
            if amount < 0 and not layout.negatives:
                raise ProofError(f"{balances.at(asset)}: {amount} is negative")
            if -int(amount.as_tuple().exponent) > layout.most_places:
                raise ProofError(f"{balances.at(asset)}: {amount} has more than {layout.most_places} decimals")
        return read

    def _known_order(self, place: str) -> CoinOrder | None:
        layout = self._layout
        for asset in self._assets:
            if not _ASSET.fullmatch(asset):
                raise UnreadableError(f"{place}: {shown(asset)} is not the name of an asset")
        if not self._assets:
            raise UnreadableError(f"{place}: no assets")
        if not layout.orders:
            return None
        order = next((known for known in layout.orders if known.coins == self._assets), None)
        if order is None:
            same = any(set(known.coins) == set(self._assets) for known in layout.orders)
            problem = "not in the format's order" if same else "not those of a version that is known here"
            raise (ProofError if same else UnreadableError)(
                f"{place}: the assets are {problem}; their names are not hashed, so their order is all that tells them"
            )
        return order


def _precisions(fields: Fields, assets: tuple[str, ...]) -> dict[str, int | None]:
    fields.only(assets)
    found: dict[str, int | None] = {}
    for asset in assets:
        found[asset] = fields.integer(asset)
        if fields.integer(asset) > 18:
            raise ProofError(f"{fields.at(asset)}: more than 18 decimals")
    return found


def _plain(fields: Fields, key: str) -> str:
    text = fields.text(key)
    if not _PLAIN.fullmatch(text):
        raise ProofError(f"{fields.at(key)}: expected up to 256 printable ASCII characters")
    return text


def _check_levels(layout: PathFormat, leaf: Node, siblings: list[Node], root: Node) -> None:
    if layout.levels is Levels.NONE:
        return
    step = 1 if layout.levels is Levels.UP else -1
    first = layout.leaf_level if layout.levels is Levels.UP else 1 + len(siblings)
    if leaf.level != first:
        raise ProofError(f"{leaf.place}: level {leaf.level}, expected {first}")
    if siblings[0].level != leaf.level:
        raise ProofError(f"{siblings[0].place}: level {siblings[0].level}, expected {leaf.level} as the leaf's")
    for below, above in pairwise([*siblings, root]):
        if above.level != below.level + step:
            raise ProofError(f"{above.place}: level {above.level} after {below.level}: a level is missing or misplaced")


def _check_report(layout: PathFormat, nodes: list[Node]) -> None:
    named = {node.report_id: node for node in nodes if node.report_id}
    if len(named) > 1:
        first, second, *_ = named.values()
        raise ProofError(
            f"{second.place}: {layout.report_key} is {second.report_id}, but {first.report_id} in {first.place}"
        )
