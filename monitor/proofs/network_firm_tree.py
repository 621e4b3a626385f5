"""The plain tree itself, in one pass over its leaves and the customers beside them, chunk by chunk.

A chunk is a power of two of leaves, so it is a whole branch of the tree and a worker folds it to one hash. A level's
odd node goes up as it is, which makes the tree of RFC 6962 over leaves that are not hashed again.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial, reduce
from hashlib import sha256

from monitor.formats import exact
from monitor.proofs.blocks import Block, source
from monitor.proofs.files import ProofFile
from monitor.proofs.lines import Lines
from monitor.proofs.network_firm_leaves import RULES, leaf
from monitor.proofs.network_firm_lines import header, leaf_lines, rows_of
from monitor.proofs.repetitions import Buckets, Repetitions, bucketed
from monitor.proofs.scheme import ProofError, UnreadableError
from monitor.proofs.work import Executor

_CHUNK = 8_192


@dataclass(frozen=True, slots=True)
class Recomputed:
    """What the leaves, and the customers' rows where they are known, come to."""

    root: str
    leaves: int
    rule: str = ""
    """A key of ``RULES``; empty without the customers' list."""
    totals: dict[str, Decimal] = field(default_factory=dict)
    own: int = 0
    """Rows of the customer who was asked for."""


@dataclass(frozen=True, slots=True)
class _Given:
    """What every chunk needs."""

    leaves: str
    """Name of the leaves' file."""
    customers: str
    assets: tuple[str, ...]
    rule: str
    user: str


@dataclass(frozen=True, slots=True)
class _Chunk:
    index: int
    """Of the first leaf."""
    count: int
    leaves: Block
    rows: Block | None


@dataclass(frozen=True, slots=True)
class _Folded:
    count: int
    branches: tuple[tuple[int, bytes], ...]
    """Whole branches from left to right: leaves and hash."""
    level: str
    sums: tuple[Decimal, ...]
    own: int
    buckets: Buckets


def recompute(leaves: ProofFile, customers: ProofFile | None, user: str, executor: Executor) -> Recomputed:
    """Fold all leaves, and compare each with its customer's row. Raises :class:`ProofError`."""
    given = _first_look(leaves, customers, user)
    branches: list[tuple[int, bytes]] = []
    sums = [Decimal(0)] * len(given.assets)
    count = own = 0
    levels: set[str] = set()
    with Repetitions() as repetitions:
        for folded in executor.map(partial(_fold, given), _chunks(given, leaves, customers, executor)):
            count += folded.count
            own += folded.own
            levels.add(folded.level)
            sums = [exact.add(total, more) for total, more in zip(sums, folded.sums, strict=True)]
            repetitions.add(folded.buckets)
            for branch in folded.branches:
                _join(branches, branch)
        if repeated := sorted(repetitions.found(executor)):
            raise ProofError(f"{leaves.name}: the leaf {repeated[0]} occurs twice: one row for two customers")
    root = _top(branches)
    depth = (count - 1).bit_length() + 1
    if levels != {str(depth)}:
        stated = ", ".join(sorted(levels))
        raise ProofError(f"{leaves.name}: leaves of level {stated}, but {count} leaves make {depth} levels")
    if user and customers is not None and not own:
        raise ProofError(f"{customers.name}: no row of the customer {user}")
    return Recomputed(root.hex(), count, given.rule, dict(zip(given.assets, sums, strict=True)), own)


def _first_look(leaves: ProofFile, customers: ProofFile | None, user: str) -> _Given:
    """The assets, and by which rule the first row makes the first leaf."""
    if customers is None:
        return _Given(leaves.name, "", (), "", user)
    with Lines(customers) as rows, Lines(leaves) as hashes:
        assets = header(customers.name, rows.take(1))
        hashes.skip(1)
        (_, _, first), *_ = leaf_lines(leaves.name, 2, hashes.take(1)) or [("", "", "")]
        ((customer, *balances),) = rows_of(customers.name, 2, rows.take(1), assets) or [("",)]
    if not first or not balances:
        raise ProofError(f"{leaves.name} or {customers.name}: no leaves, or no customers")
    for name, rule in RULES.items():
        if leaf(rule, customer, assets, balances) == first:
            return _Given(leaves.name, customers.name, assets, name, user)
    raise ProofError(
        f"{customers.name}: line 2 does not make the first leaf of {leaves.name} by any rule of the tool's"
    )


def _chunks(given: _Given, leaves: ProofFile, customers: ProofFile | None, executor: Executor) -> Iterator[_Chunk]:
    hashes = source(leaves, executor)
    with ExitStack() as stack:
        first = stack.enter_context(hashes.cursor(1)).take(1)
        if first.read() != b"Level\tHash\n":
            raise UnreadableError(f"{leaves.name}: line 1: expected Level and Hash")
        if hashes.lines < 2:
            raise ProofError(f"{leaves.name}: no leaves")
        own = stack.enter_context(hashes.cursor(2))
        beside = None
        if customers is not None:
            rows = source(customers, executor)
            if rows.lines != hashes.lines:
                counts = f"{rows.lines - 1} customers, but {hashes.lines - 1} leaves in {given.leaves}"
                raise ProofError(f"{given.customers}: line {rows.lines} is the last: {counts}")
            beside = stack.enter_context(rows.cursor(2))
        for index in range(0, hashes.lines - 1, _CHUNK):
            count = min(_CHUNK, hashes.lines - 1 - index)
            yield _Chunk(index, count, own.take(count), beside.take(count) if beside else None)


def _fold(given: _Given, chunk: _Chunk) -> _Folded:
    read = leaf_lines(given.leaves, chunk.index + 2, chunk.leaves.read())
    levels, indices, hashes = zip(*read, strict=True)
    if len(set(levels)) > 1 or list(map(int, indices)) != list(range(chunk.index, chunk.index + chunk.count)):
        raise _misplaced(given.leaves, chunk.index, read)
    sums, own = _compare(given, chunk, hashes) if given.rule else ((), 0)
    return _Folded(chunk.count, _branches(hashes), levels[0], sums, own, bucketed(hashes))


def _misplaced(file: str, first: int, read: Sequence[tuple[str, str, str]]) -> ProofError:
    level = read[0][0]
    for at, (stated, index, _) in enumerate(read, first):
        if int(index) != at or stated != level:
            return ProofError(f"{file}: line {at + 2}: leaf {index}, expected {at} of one level")
    return ProofError(f"{file}: line {first + len(read) + 2}: a line is missing: the file was changed")


def _branches(hashes: Sequence[str]) -> tuple[tuple[int, bytes], ...]:
    """Whole branches of these leaves, from left to right, the larger ones first: leaves and hash."""
    found: list[tuple[int, bytes]] = []
    digests = list(map(bytes.fromhex, hashes))
    while digests:
        size = 1 << (len(digests).bit_length() - 1)
        level = digests[:size]
        while len(level) > 1:
            level = [sha256(left + right).digest() for left, right in zip(level[::2], level[1::2], strict=True)]
        found.append((size, level[0]))
        del digests[:size]
    return tuple(found)


def _compare(given: _Given, chunk: _Chunk, hashes: Sequence[str]) -> tuple[tuple[Decimal, ...], int]:
    """The sums of the rows of these leaves, and how many are the customer's who was asked for."""
    rows = rows_of(given.customers, chunk.index + 2, chunk.rows.read() if chunk.rows else b"", given.assets)
    rule = RULES[given.rule]
    for at, ((customer, *balances), expected) in enumerate(zip(rows, hashes, strict=True), chunk.index + 2):
        if leaf(rule, customer, given.assets, balances) != expected:
            raise ProofError(f"{given.customers}: line {at}: this row does not make the leaf in {given.leaves}")
    customers, *columns = zip(*rows, strict=True)
    sums = tuple(exact.total(map(Decimal, column)) for column in columns)
    return sums, customers.count(given.user)


def _join(branches: list[tuple[int, bytes]], branch: tuple[int, bytes]) -> None:
    """One more branch on the right; branches of one size become one of twice the size."""
    size, digest = branch
    while branches and branches[-1][0] == size:
        digest = sha256(branches.pop()[1] + digest).digest()
        size *= 2
    branches.append((size, digest))


def _top(branches: Sequence[tuple[int, bytes]]) -> bytes:
    """What is left over joins from the right, as each level's odd node goes up."""
    digests = [digest for _, digest in branches]
    return reduce(lambda right, left: sha256(left + right).digest(), digests[-2::-1], digests[-1])
