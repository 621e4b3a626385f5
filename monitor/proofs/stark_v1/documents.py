"""The JSON files of OKX zk-STARK V1 as types. What does not fit their one layout is refused here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from monitor.proofs.fields import Fields, listed, load, octets, shown
from monitor.proofs.files import ProofFile
from monitor.proofs.scheme import ProofError, UnreadableError
from monitor.proofs.stark_v1.field import EXTENSION, PRIME
from monitor.proofs.stark_v1.hashing import QUERIES, keccak

TOTAL = "total_value"
TRUNK_ROWS = 32
"""Rows of one batch in the trunk."""
BATCH_ROWS: Mapping[str, int] = {"a": 16, "b": 32}
"""Rows of one user in a batch, by the first letter of the batch's name."""
_DOMAIN_LIMIT = 2**24  # the sampling of positions is not defined above
_FINAL_BOUND = 16  # folding stops when the degree is below


@dataclass(frozen=True, slots=True)
class Config:
    """Which coins a report counts, in the order of every list in it."""

    coins: tuple[str, ...]
    main: int
    """How many of them, from the first, the proof constrains."""

    @property
    def columns(self) -> int:
        """Numbers of an opened row: net value, coins, id, four quotients, two quotients for each main coin."""
        return 1 + len(self.coins) + 1 + 4 + 2 * self.main


@dataclass(frozen=True, slots=True)
class Sums:
    """What all users of a batch, or all batches, hold together. Integers of a unit that the report does not state."""

    coins: tuple[int, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Opening:
    """A queried row and the three rows that its constraints need beside it."""

    row: tuple[int, ...]
    """Net value, coins, id, tc0 to tc3, then (cc1, cc2) of each main coin."""
    next_net: int
    """Net value one row on."""
    last: tuple[int, ...]
    """Net value and coins at the user's last but one row."""
    wrapped: tuple[int, ...]
    """Net value and coins one user on."""
    leaves: tuple[bytes, bytes, bytes, bytes]
    """The hashes of the four rows, which must stand in the tree."""


@dataclass(frozen=True, slots=True)
class Layer:
    """One folding: the root of the folded values, and paths of the queried ones and of the four each came from."""

    root: bytes
    columns: tuple[tuple[bytes, ...], ...]
    rows: tuple[tuple[bytes, ...], ...]


@dataclass(frozen=True, slots=True)
class Trace:
    """How large the table is whose columns are committed to."""

    steps: int
    """Its rows."""
    uts: int
    """Rows of one user."""

    @property
    def users(self) -> int:
        """The zero user at the beginning and zero users that fill up included."""
        return self.steps // self.uts

    @property
    def domain(self) -> int:
        """Points that each column is extended to."""
        return EXTENSION * self.steps


@dataclass(frozen=True, slots=True)
class SumProof(Trace):
    """One ``sum_proof.json``."""

    root: bytes
    combined_root: bytes
    """Root of the tree over the random combination of all columns."""
    nonce: bytes
    paths: tuple[tuple[bytes, ...], ...]
    openings: tuple[Opening, ...]
    combined_paths: tuple[tuple[bytes, ...], ...]
    layers: tuple[Layer, ...]
    final: tuple[bytes, ...]


def read_config(file: ProofFile) -> Config:
    return config_of(Fields(load(file), file.name))


def config_of(fields: Fields) -> Config:
    fields.only(("main_coins_num", "coins"))
    coins = tuple(_coin(item, fields.at("coins")) for item in fields.items("coins"))
    if len(set(coins)) != len(coins):
        raise UnreadableError(f"{fields.at('coins')}: a coin is named twice")
    main = fields.integer("main_coins_num", least=1)
    if main > len(coins):
        raise UnreadableError(f"{fields.at('main_coins_num')}: {main} of {len(coins)} coins")
    return Config(coins, main)


def _coin(item: object, place: str) -> str:
    if not isinstance(item, str) or not item or item == TOTAL:
        raise UnreadableError(f"{place}: {shown(item)} is not the name of a coin")
    return item


def read_sums(file: ProofFile, config: Config) -> Sums:
    """Refuses what is negative, beyond the field, or does not add up."""
    fields = Fields(load(file), file.name)
    fields.only((*config.coins, TOTAL))
    sums = Sums(tuple(fields.integer(coin) for coin in config.coins), fields.integer(TOTAL))
    for coin, amount in zip(config.coins, sums.coins, strict=True):
        if amount >= PRIME:
            raise ProofError(f"{fields.at(coin)}: {shown(amount)} is not below the field's prime")
    if sum(sums.coins) != sums.total:
        raise ProofError(f"{fields.at(TOTAL)}: {sums.total}, but the coins add up to {sum(sums.coins)}")
    return sums


def read_sum_proof(file: ProofFile, config: Config, rows_per_user: Sequence[int]) -> SumProof:
    """The proof, all lengths checked. ``rows_per_user`` are those that a proof of its place may have."""
    fields = Fields(load(file), file.name)
    fields.only((
        "steps", "uts", "mtree_root", "l_mtree_root", "pow_nonce", "mtree_branches", "mtree_entries_data",
        "l_mtree_branches", "low_degree_proof",
    ))  # fmt: skip
    uts = fields.integer("uts")
    if uts not in rows_per_user:
        allowed = " or ".join(map(str, rows_per_user))
        raise ProofError(f"{fields.at('uts')}: {uts} rows per user, not {allowed}: larger ones let negative users pass")
    steps = fields.integer("steps")
    if steps & (steps - 1) or steps < 2 * uts or EXTENSION * steps >= _DOMAIN_LIMIT:
        raise ProofError(f"{fields.at('steps')}: {steps} is not a power of two from {2 * uts} to {_DOMAIN_LIMIT // 32}")
    depth = (EXTENSION * steps).bit_length() - 1
    entries = fields.items("mtree_entries_data", 4 * QUERIES)
    place = fields.at("mtree_entries_data")
    layers, final = _low_degree(fields, steps)
    return SumProof(
        steps=steps,
        uts=uts,
        root=fields.octets("mtree_root", 32),
        combined_root=fields.octets("l_mtree_root", 32),
        nonce=fields.octets("pow_nonce", 32),
        paths=_paths(fields.value("mtree_branches"), fields.at("mtree_branches"), 4 * QUERIES, depth),
        openings=tuple(_opening(entries[i : i + 4], config, place, i) for i in range(0, 4 * QUERIES, 4)),
        combined_paths=_paths(fields.value("l_mtree_branches"), fields.at("l_mtree_branches"), QUERIES, depth),
        layers=layers,
        final=final,
    )


def _low_degree(fields: Fields, steps: int) -> tuple[tuple[Layer, ...], tuple[bytes, ...]]:
    """As many foldings by four as bring the degree, 4 x steps, down to 16 or less; then all values that are left."""
    bound, size = 4 * steps, EXTENSION * steps
    folds = 0
    while bound > _FINAL_BOUND:
        bound, folds = bound // 4, folds + 1
    place = fields.at("low_degree_proof")
    *parts, last = fields.items("low_degree_proof", folds + 1)
    layers = []
    for i, part in enumerate(parts):
        where = f"{place}[{i}]"
        root, columns, rows = listed(part, where, 3)
        depth = size.bit_length() - 1
        layers.append(
            Layer(
                octets(root, f"{where}[0]", 32),
                _paths(columns, f"{where}[1]", QUERIES, depth - 2),
                _paths(rows, f"{where}[2]", 4 * QUERIES, depth),
            )
        )
        size //= 4
    final = listed(last, f"{place}[{folds}]", size)
    return tuple(layers), tuple(octets(value, f"{place}[{folds}][{i}]", 32) for i, value in enumerate(final))


def _paths(value: object, place: str, count: int, depth: int) -> tuple[tuple[bytes, ...], ...]:
    """Merkle paths: each a leaf and ``depth`` siblings of 32 bytes; a sibling, not the leaf, may be empty."""
    paths = []
    for i, path in enumerate(listed(value, place, count)):
        leaf, *siblings = listed(path, f"{place}[{i}]", depth + 1)
        found = [octets(leaf, f"{place}[{i}][0]", 32)]
        for level, item in enumerate(siblings, 1):
            found.append(octets(item, f"{place}[{i}][{level}]", 32) if item != "" else b"")
        paths.append(tuple(found))
    return tuple(paths)


def _opening(entries: Sequence[object], config: Config, place: str, first: int) -> Opening:
    """Four entries: the queried point in full, then one row, uts - 1 rows and uts rows on."""
    coins = len(config.coins)
    flat = octets(entries[0], f"{place}[{first}]", 32 * config.columns)
    balances, rest = flat[32 : 32 * (coins + 1)], flat[32 * (coins + 1) :]
    following = _hashed(entries[1], f"{place}[{first + 1}]", 1)
    last = _hashed(entries[2], f"{place}[{first + 2}]", coins)
    wrapped = _hashed(entries[3], f"{place}[{first + 3}]", coins)
    return Opening(
        row=_numbers(flat, f"{place}[{first}]"),
        next_net=_numbers(following[0], f"{place}[{first + 1}][0]")[0],
        last=_numbers(last[0] + last[1], f"{place}[{first + 2}]"),
        wrapped=_numbers(wrapped[0] + wrapped[1], f"{place}[{first + 3}]"),
        leaves=(
            keccak(flat[:32] + keccak(balances) + rest[:32] + keccak(rest[32:])),
            keccak(b"".join(following)),
            keccak(last[0] + keccak(last[1]) + last[2] + last[3]),
            keccak(wrapped[0] + keccak(wrapped[1]) + wrapped[2] + wrapped[3]),
        ),
    )


def _hashed(entry: object, place: str, middle: int) -> tuple[bytes, bytes, bytes, bytes]:
    """Net value, ``middle`` words, id, and the hash of the quotients."""
    net, words, identity, quotients = listed(entry, place, 4)
    return (
        octets(net, f"{place}[0]", 32),
        octets(words, f"{place}[1]", 32 * middle),
        octets(identity, f"{place}[2]", 32),
        octets(quotients, f"{place}[3]", 32),
    )


def _numbers(data: bytes, place: str) -> tuple[int, ...]:
    found = tuple(int.from_bytes(data[i : i + 32]) for i in range(0, len(data), 32))
    if max(found) >= PRIME:
        raise ProofError(f"{place}: a number is not below the field's prime")
    return found
