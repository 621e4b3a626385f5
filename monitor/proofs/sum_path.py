"""One engine for every Merkle sum path over SHA-256: the root is computed from a customer's leaf, with all sums."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import partial
from hashlib import sha256
from itertools import pairwise

from monitor.model import LiabilitiesProof, ProofStatus
from monitor.proofs import amounts, path_reading
from monitor.proofs.fields import load
from monitor.proofs.files import ProofFile, head
from monitor.proofs.path_format import Levels, Missing, Number, PathFormat, Side
from monitor.proofs.path_reading import Node, Path
from monitor.proofs.scheme import Expected, ProofError, Scheme
from monitor.proofs.users import every, look_for, together
from monitor.proofs.work import Executor

_OPPOSITE = {Side.LEFT: Side.RIGHT, Side.RIGHT: Side.LEFT, Side.PAD: Side.LEFT}


def scheme(layout: PathFormat) -> Scheme:
    """The scheme of files in ``layout``; several customers' files of one report may be given together."""
    marks = [re.compile(mark.encode()) for mark in layout.marks]

    def recognises(files: Sequence[ProofFile]) -> bool:
        return bool(files) and all(_is_json_with(marks, head(file)) for file in files)

    def verify(files: Sequence[ProofFile], expected: Expected, _: Executor) -> LiabilitiesProof:
        paths = every(files, partial(_read, layout))
        for first, other in pairwise(paths):
            if (first.root.hash, first.root.balances) != (other.root.hash, other.root.balances):
                raise ProofError(f"{other.root.place}: another root than {first.root.place} has")
        return _result(layout, paths, expected)

    return Scheme(layout.name, layout.title, recognises, verify, layout.limit)


def _is_json_with(marks: Sequence[re.Pattern[bytes]], start: bytes) -> bool:
    return start.lstrip().startswith(b"{") and all(mark.search(start) for mark in marks)


def _read(layout: PathFormat, file: ProofFile) -> Path:
    """The path in a file, checked by itself."""
    path = path_reading.read(layout, load(file, fractions=layout.numbers), file.name)
    _check(layout, path)
    return path


def _check(layout: PathFormat, path: Path) -> None:
    """Raises :class:`ProofError` unless leaf, siblings and root fit together."""
    leaf = path.leaf
    _check_sides(path)
    start = _leaf_hash(layout, path, leaf)
    if leaf.hash and leaf.hash != start:
        raise ProofError(f"{leaf.place}: the hash of its balances is {start}, not {leaf.hash}")
    _check_neighbour(layout, path, start)
    reached = [_climb(layout, path, start, missing) for missing in layout.missing or (Missing.NOTHING,)]
    sums = reached[0][1]
    if wrong := [asset for asset, amount in path.root.balances.items() if sums.get(asset) != amount]:
        asset = wrong[0]
        found = amounts.spelt(sums.get(asset, Decimal(0)), None)
        raise ProofError(f"{path.root.place}: the path adds up to {asset} {found}, not {path.root.balances[asset]}")
    if path.root.hash not in {top for top, _ in reached}:
        raise ProofError(f"{path.root.place}: the path leads to {reached[0][0]}, not to {path.root.hash}")


def _check_sides(path: Path) -> None:
    """The leaf stands opposite its neighbour."""
    own, beside = path.leaf.side, path.siblings[0].side
    if own is not None and (own not in {Side.LEFT, Side.RIGHT} or (beside and _OPPOSITE[beside] is not own)):
        raise ProofError(f"{path.leaf.place}: not on the other side of {path.siblings[0].place}")


def _check_neighbour(layout: PathFormat, path: Path, start: str) -> None:
    """The neighbour's hash covers what the file gives of it. A pad repeats the leaf's hash, so all else of it too."""
    neighbour = path.siblings[0]
    if not neighbour.fields:
        return
    if neighbour.hash == start:
        if neighbour.fields != path.leaf.fields:
            raise ProofError(f"{neighbour.place}: repeats the leaf's hash with other fields than the leaf's")
    elif neighbour.hash != (computed := _leaf_hash(layout, path, neighbour)):
        raise ProofError(f"{neighbour.place}: the hash of its balances is {computed}, not {neighbour.hash}")


def _leaf_hash(layout: PathFormat, path: Path, leaf: Node) -> str:
    return _hash(layout, layout.leaf(leaf.fields, _texts(layout, path, leaf.balances)))


def _climb(layout: PathFormat, path: Path, start: str, missing: Missing) -> tuple[str, amounts.Amounts]:
    """The hash and the sums that the leaf and the siblings lead to."""
    current, sums, level = start, path.leaf.balances, path.leaf.level
    for sibling in path.siblings:
        level += -1 if layout.levels is Levels.DOWN else 1
        if sibling.hash:
            _check_repetition(layout, sibling, current)
            sums = amounts.added(sums, sibling.balances)
            left, right = (sibling.hash, current) if sibling.side is Side.LEFT else (current, sibling.hash)
        else:
            left, right = current, current if missing is Missing.REPEATED else ""
        if path.numbers and sibling is path.siblings[-1] and sums == path.root.balances:
            sums = path.root.balances  # the same amounts, as they stand in the file
        current = _hash(layout, layout.node(left, right, _texts(layout, path, sums), level))
    return current, sums


def _check_repetition(layout: PathFormat, sibling: Node, beside: str) -> None:
    if sibling.hash != beside:
        if sibling.side is Side.PAD:
            raise ProofError(f"{sibling.place}: marked as a pad, but does not repeat the node beside it")
        return
    pads = {Side.PAD} if layout.pads_marked else {Side.PAD, Side.RIGHT}
    if sibling.side not in pads or any(sibling.balances.values()):
        raise ProofError(f"{sibling.place}: repeats the node beside it, but is no pad that owes nothing")


def _texts(layout: PathFormat, path: Path, balances: Mapping[str, Decimal]) -> dict[str, str]:
    order = sorted(balances) if layout.hashed_sorted else [asset for asset in path.places if asset in balances]
    if path.numbers:  # hashed as they stand; sums with the decimals of what they are of
        return {asset: Number(format(balances[asset], "f")) for asset in order}
    return {asset: amounts.spelt(balances[asset], path.places[asset]) for asset in order}


def _hash(layout: PathFormat, text: str) -> str:
    return sha256(text.encode()).hexdigest()[: layout.hex_digits]


def _result(layout: PathFormat, paths: Sequence[Path], expected: Expected) -> LiabilitiesProof:
    root = paths[0].root
    levels = " and ".join(str(count) for count in sorted({len(path.siblings) for path in paths}))
    counted = f"{paths[0].leaf.place} counts {_listed(paths[0].leaf.balances)}"
    proven = [
        "the leaf of each customer whose file was given is the hash of their balances: "
        + (counted if len(paths) == 1 else together([path.leaf.place for path in paths])),
        f"hashes and sums of all {levels} levels above lead to the root {root.hash}",
        "the root's totals are the sums of the balances along the path"
        + ("" if layout.negatives else ", none of which is negative"),
    ]
    if expected.user and layout.user_key:
        named = {f"{path.leaf.place}: {layout.user_key}": path.leaf.fields[layout.user_key] for path in paths}
        proven.append(look_for(expected.user, named))
    report = next((n.report_id for n in [root, paths[0].leaf, *paths[0].siblings] if n.report_id), "")
    return LiabilitiesProof(
        scheme=layout.name,
        status=ProofStatus.PROVEN,
        totals=dict(root.balances),
        proven=tuple(proven),
        not_proven=tuple(_open(layout, paths, expected)),
        root=root.hash,
        report_id=report,
    )


def _open(layout: PathFormat, paths: Sequence[Path], expected: Expected) -> list[str]:
    """What stays unproven although everything recomputes."""
    found = [
        "that the totals hold every customer: a path shows these leaves under the root, and of all others only sums",
        "that no balance inside a sibling's branch is negative and lowers the totals: only its sum is seen",
    ]
    if layout.negatives and (negative := _negatives(paths)):
        found.append(
            f"that the totals are what is owed: debts of customers are subtracted ({', '.join(negative)} are negative)"
        )
    if layout.hex_digits < 64:
        bits = layout.hex_digits * 4
        found.append(
            f"that nobody made two trees for one root: hashes are cut to {bits} bits, so two that agree are found"
            f" in about 2^{bits // 2} tries"
        )
    if layout.orders and (order := paths[0].order):
        found.append(
            f"which amount is which asset: names are not hashed, the order is the format's own (version {order.name})"
        )
    if layout.unhashed:
        found.append(f"{' and '.join(layout.unhashed)}: covered by no hash, so anyone could have changed what they say")
    if expected.user and not layout.user_key:
        found.append("whose leaf it is: these files do not name their customer")
    return found


def _negatives(paths: Sequence[Path]) -> list[str]:
    nodes = [node for path in paths for node in (path.leaf, *path.siblings)]
    return [f"{asset} in {node.place}" for node in nodes for asset, amount in node.balances.items() if amount < 0]


def _listed(balances: Mapping[str, Decimal]) -> str:
    some = [f"{asset} {amounts.spelt(amount, None)}" for asset, amount in balances.items() if amount]
    return ", ".join(some) or "nothing"
