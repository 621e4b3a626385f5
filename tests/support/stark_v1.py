"""A prover of OKX zk-STARK V1: reports of any size, honest or not, for tests and benchmarks.

Written from the rules that the verifier checks, not from OKX's program. It does not refuse a dishonest ledger: where
the quotients are no polynomials, the proof comes out wrong, as a cheat's would.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from monitor.proofs.stark_v1 import hashing
from monitor.proofs.stark_v1.documents import TOTAL, TRUNK_ROWS, Config
from monitor.proofs.stark_v1.field import EXTENSION, PRIME, extrapolation, inverse, inverses, root_of_unity
from monitor.proofs.stark_v1.hashing import coefficients, keccak, position, sample

Json = dict[str, Any]
_QUARTER = inverse(4)


@dataclass(frozen=True)
class User:
    """Somebody with balances, in the order of the coins."""

    identity: int
    coins: tuple[int, ...]


@dataclass
class Proof:
    """A proven batch or trunk, with what stays private at the exchange."""

    config: Config
    users: Sequence[User]
    uts: int
    sums: Json
    document: Json
    tree: list[bytes]
    quotient_hashes: list[bytes]

    @property
    def root(self) -> bytes:
        return self.tree[1]

    @property
    def totals(self) -> tuple[int, ...]:
        return tuple(self.sums[coin] for coin in self.config.coins)

    def holder(self, i: int) -> Json:
        """The part of an inclusion file that is about the user of this number."""
        leaves = len(self.tree) // 2
        index = EXTENSION * (self.uts * (i + 1) + self.uts - 2)
        node = leaves + position(index, leaves)
        path = [self.tree[node]]
        while node > 1:
            path.append(self.tree[node ^ 1])
            node >>= 1
        coins = self.users[i].coins
        return {
            TOTAL: str(sum(coins)),
            **{name: str(amount) for name, amount in zip(self.config.coins, coins, strict=True)},
            "random_number": self.quotient_hashes[index].hex(),
            "merkle_path": [value.hex() for value in path],
        }


@dataclass
class Report:
    """A whole report: batches by name, the trunk over them."""

    config: Config
    batches: dict[str, Proof]
    trunk: Proof

    def documents(self) -> dict[str, Json]:
        """The published files of the sums."""
        parts = (*((f"batches/{name}", proof) for name, proof in self.batches.items()), ("trunk", self.trunk))
        made = {"sum_proof_data/config.json": config_document(self.config)}
        for folder, proof in parts:
            made[f"sum_proof_data/{folder}/sum_proof.json"] = proof.document
            made[f"sum_proof_data/{folder}/sum_values.json"] = proof.sums
        return made

    def inclusion(self, name: str, i: int) -> Json:
        """The inclusion file of one user of one batch."""
        batch, index = self.batches[name], list(self.batches).index(name)
        return {
            "batch_inclusion_proof": {
                "batch_mtree_root": batch.root.hex(),
                "user_id": _word(batch.users[i].identity).hex(),
                **batch.holder(i),
                "user_index": i,
                "batch_index": index,
                "uts": batch.uts,
            },
            "trunk_inclusion_proof": {
                "trunk_mtree_root": self.trunk.root.hex(),
                "batch_id": batch.root.hex(),
                **self.trunk.holder(index),
            },
            "config": config_document(self.config),
        }


def config_document(config: Config) -> Json:
    return {"main_coins_num": config.main, "coins": list(config.coins)}


def report(
    config: Config, batches: Mapping[str, Sequence[User]], shown: Mapping[str, Mapping[int, User]] | None = None
) -> Report:
    """Proves batches (``a…`` with 16 rows per user, ``b…`` with 32) and the trunk over them; ``shown`` by batch."""
    shown = shown or {}
    proven = {
        name: prove(config, users, 16 if name[0] == "a" else 32, shown=shown.get(name))
        for name, users in batches.items()
    }
    trunk = prove(config, [batch_user(proof) for proof in proven.values()], TRUNK_ROWS)
    return Report(config, proven, trunk)


def batch_user(proof: Proof) -> User:
    """A batch as the trunk sees it."""
    return User(int.from_bytes(proof.root), proof.totals)


def prove(
    config: Config,
    users: Sequence[User],
    uts: int,
    nets: Sequence[int] | None = None,
    shown: Mapping[int, User] | None = None,
    bent: int | str = "",
) -> Proof:
    """One sum proof. ``nets`` replaces the users' net values, which the scheme does not tie to their coins; ``shown``
    puts other leaves in the place of some users', where nothing is ever opened.

    ``bent`` breaks one rule alone, and makes everything after it fit: the quotient of that number, which one rule
    looks at, is another polynomial; or the random ``combined`` values are, their ``degree`` is, or the first ``fold``;
    or the ``final`` values are not those committed to, or one of them is ``unreduced``. With ``later``, no polynomial
    needs to be of low degree: where the first fold is looked at is known before the second is committed to.
    """
    nets = nets or [sum(user.coins) for user in users]
    count = 2
    while count < len(users) + 1:
        count *= 2
    steps, size = uts * count, EXTENSION * uts * count
    columns = [_column([0, *nets], count, uts, digits=True)]
    columns += [
        _column([0, *(user.coins[c] for user in users)], count, uts, digits=False) for c in range(len(config.coins))
    ]
    sums = [sum(nets), *(sum(user.coins[c] for user in users) for c in range(len(config.coins)))]
    extended = [_extend(column, size) for column in columns]
    quotients = _quotients(extended[: config.main + 1], sums[: config.main + 1], uts, count)
    if isinstance(bent, int):
        quotients[bent] = [(value + 1) % PRIME for value in quotients[bent]]
    ids = [0] * size
    for i, user in enumerate(users):
        ids[EXTENSION * (uts * (i + 1) + uts - 2)] = user.identity
    nets_words = [_word(value) for value in extended[0]]
    coin_words = [b"".join(map(_word, row)) for row in zip(*extended[1:], strict=True)]
    quotient_words = [b"".join(map(_word, row)) for row in zip(*quotients, strict=True)]
    hashes = [keccak(words) for words in quotient_words]
    tree = _tree([
        keccak(net + keccak(coins) + _word(identity) + noise)
        for net, coins, identity, noise in zip(nets_words, coin_words, ids, hashes, strict=True)
    ])  # fmt: skip
    told = list(users)
    for i, user in (shown or {}).items():
        told[i], index = user, EXTENSION * (uts * (i + 1) + uts - 2)
        node = size + position(index, size)
        coins = b"".join(_word(amount % PRIME) for amount in user.coins)
        tree[node] = keccak(_word(sum(user.coins) % PRIME) + keccak(coins) + _word(user.identity) + hashes[index])
        while node > 1:
            node >>= 1
            tree[node] = keccak(tree[2 * node] + tree[2 * node + 1])
    nonce = _work(tree[1])
    committed = [*extended, [0] * size, quotients[0], *quotients[2:]]
    drawn = coefficients(nonce, 2 * len(committed))
    combined = _combine(quotients[1], committed, drawn, steps)
    if bent == "combined":
        combined = [(value + 1) % PRIME for value in combined]
    if bent == "degree":
        turn = pow(root_of_unity(size), 4 * steps, PRIME)
        combined = [(value + pow(turn, j, PRIME)) % PRIME for j, value in enumerate(combined)]
    combined_tree = _tree([_word(value) for value in combined])
    entries: list[Any] = []
    opened = []
    indices = sample(combined_tree[1], size)
    for index in indices:
        entries.append((nets_words[index] + coin_words[index] + _word(0) + quotient_words[index]).hex())
        beside = [(index + span) % size for span in (EXTENSION, EXTENSION * (uts - 1), EXTENSION * uts)]
        for i, j in enumerate(beside):
            middle = coin_words[j] if i else keccak(coin_words[j])
            entries.append([nets_words[j].hex(), middle.hex(), _word(0).hex(), hashes[j].hex()])
        opened += [index, *beside]
    document = {
        "steps": steps,
        "uts": uts,
        "mtree_root": tree[1].hex(),
        "l_mtree_root": combined_tree[1].hex(),
        "pow_nonce": nonce.hex(),
        "mtree_branches": _paths(tree, opened),
        "mtree_entries_data": entries,
        "l_mtree_branches": _paths(combined_tree, indices),
        "low_degree_proof": _fold(combined, combined_tree, 4 * steps, bent),
    }
    values = dict(zip((TOTAL, *config.coins), sums, strict=True))
    return Proof(config, told, uts, values, document, tree, hashes)


def _column(amounts: Sequence[int], count: int, uts: int, *, digits: bool) -> list[int]:
    column: list[int] = []
    running = 0
    for amount in (*amounts, *([0] * (count - len(amounts)))):
        value = amount % PRIME
        column += [value >> 2 * shift if digits else 0 for shift in range(uts - 2, 0, -1)]
        running = (running + value) % PRIME
        column += [value, running]
    return column


def _extend(column: Sequence[int], size: int) -> list[int]:
    """The values, on the whole domain, of the polynomial through a column of the trace."""
    steps = len(column)
    shared = inverse(steps)
    spectrum = _transform(list(column), inverse(root_of_unity(steps)))
    return _transform([value * shared % PRIME for value in spectrum] + [0] * (size - steps), root_of_unity(size))


def _transform(values: list[int], root: int) -> list[int]:
    """Fourier transform over the field, by halves."""
    if len(values) == 1:
        return values
    if not any(values[1:]):
        return [values[0]] * len(values)
    square = root * root % PRIME
    even, odd = _transform(values[::2], square), _transform(values[1::2], square)
    power, turned = 1, []
    for value in odd:
        turned.append(value * power % PRIME)
        power = power * root % PRIME
    return [(a + b) % PRIME for a, b in zip(even, turned, strict=True)] + [
        (a - b) % PRIME for a, b in zip(even, turned, strict=True)
    ]


def _quotients(columns: Sequence[list[int]], sums: Sequence[int], uts: int, count: int) -> list[list[int]]:
    """tc0 to tc3, then two for each main coin; 0 at the trace's own points, which nobody looks at."""
    size = len(columns[0])
    steps = uts * count
    w = root_of_unity(size)
    powers = [1]
    for _ in range(size - 1):
        powers.append(powers[-1] * w % PRIME)

    def at(index: int) -> int:
        return powers[index % size]

    free = [j for j in range(size) if j % EXTENSION]
    before, last = at(EXTENSION * count * (uts - 2)), at(EXTENSION * count * (uts - 1))
    first, end = at(EXTENSION * (uts - 1)), at(EXTENSION * (steps - 1))
    slope = inverse(end - first)
    zeros = inverses([at(j * count) - 1 for j in free])
    rows = inverses([at(j * steps) - 1 for j in free])
    closing = inverses([at(j * count) - last for j in free])
    ends = inverses([(at(j) - first) * (at(j) - end) for j in free])
    found = [[0] * size for _ in range(2 + 2 * len(columns))]
    net = columns[0]
    for n, j in enumerate(free):
        blocks = at(j * count)
        found[0][j] = net[j] * zeros[n] % PRIME
        d = net[(j + EXTENSION) % size] - 4 * net[j]
        found[1][j] = (
            d * (d - 1) * (d - 2) * (d - 3) % PRIME * (blocks - before) % PRIME * (blocks - last) * rows[n] % PRIME
        )
    for c, (column, total) in enumerate(zip(columns, sums, strict=True)):
        for n, j in enumerate(free):
            step = column[(j + EXTENSION * uts) % size] - column[(j + EXTENSION * (uts - 1)) % size] - column[j]
            found[2 + 2 * c][j] = step * (at(j) - end) * closing[n] % PRIME
            found[3 + 2 * c][j] = (column[j] - total * slope * (at(j) - first)) * ends[n] % PRIME
    return found


def _combine(tc1: list[int], committed: Sequence[list[int]], drawn: Sequence[int], steps: int) -> list[int]:
    size = len(tc1)
    plain, shifted = drawn[::2], drawn[1::2]
    turn = pow(root_of_unity(size), 3 * steps, PRIME)
    shifts = [pow(turn, j, PRIME) for j in range(EXTENSION)]
    found = []
    for j, row in enumerate(zip(*committed, strict=True)):
        if j % EXTENSION == 0:
            found.append(0)
            continue
        first = sum(map(int.__mul__, row, plain))
        second = sum(map(int.__mul__, row, shifted))
        found.append((tc1[j] + first + second * shifts[j % EXTENSION]) % PRIME)
    return found


def _fold(values: list[int], tree: list[bytes], bound: int, bent: int | str) -> list[Any]:
    layers: list[Any] = []
    queries: list[int] = []
    added = int(bent == "fold")
    while bound > 16:
        size = len(values)
        quarter, w = size // 4, root_of_unity(size)
        challenge = int.from_bytes(tree[1]) % PRIME
        back = pow(w, size - quarter, PRIME)
        folded, power, down = [], challenge, inverse(w)
        for y in range(quarter):
            a, b, c, d = values[y::quarter]
            terms = (a + b + c + d, a + b * back - c - d * back, a - b + c - d, a - b * back - c + d * back)
            folded.append(sum(term * pow(power, k, PRIME) for k, term in enumerate(terms)) * _QUARTER % PRIME)
            power = power * down % PRIME
        folded, added = [(value + added) % PRIME for value in folded], 0
        if bent == "later" and len(layers) == 1:
            known = tuple({query % quarter for query in queries})
            others = tuple(y for y in range(quarter) if y not in known)
            kept = [folded[y] for y in known]
            for y, weights in zip(others, extrapolation(quarter, known, others), strict=True):
                folded[y] = sum(map(int.__mul__, weights, kept)) % PRIME
        if bent == "unreduced" and bound <= 64:
            folded[0] += PRIME  # it is 0, and fits
        below = _tree([_word(value) for value in folded])
        queries = [query % quarter for query in queries or sample(below[1], quarter)]
        rows = [query + j * quarter for query in queries for j in range(4)]
        layers.append([below[1].hex(), _paths(below, queries), _paths(tree, rows)])
        values, tree, bound = folded, below, bound // 4
    return [*layers, [_word(value + (bent == "final")).hex() for value in values]]


def _tree(leaves: list[bytes]) -> list[bytes]:
    size = len(leaves)
    nodes = [b""] * (2 * size)
    for index, leaf in enumerate(leaves):
        nodes[size + position(index, size)] = leaf
    for i in range(size - 1, 0, -1):
        nodes[i] = keccak(nodes[2 * i] + nodes[2 * i + 1])
    return nodes


def _paths(tree: list[bytes], indices: Sequence[int]) -> list[list[str]]:
    """Siblings that follow from the paths, or stood in one before, are left out."""
    size = len(tree) // 2
    leaves = [size + position(index, size) for index in indices]
    known = {leaf >> level for leaf in leaves for level in range(size.bit_length())}
    paths = []
    for leaf in leaves:
        path, node = [tree[leaf].hex()], leaf
        while node > 1:
            path.append("" if node ^ 1 in known else tree[node ^ 1].hex())
            known.add(node ^ 1)
            node >>= 1
        paths.append(path)
    return paths


def _work(root: bytes) -> bytes:
    nonce = int.from_bytes(root)
    while int.from_bytes(keccak(root + _word(nonce))) >> (256 - hashing.WORK_BITS):
        nonce += 1
    return _word(nonce)


def _word(number: int) -> bytes:
    return number.to_bytes(32)
