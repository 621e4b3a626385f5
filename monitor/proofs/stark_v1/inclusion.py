"""A user's inclusion file: the user's leaf in a batch, and that batch's leaf in the trunk."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from monitor.proofs.fields import Fields, load, octets
from monitor.proofs.files import ProofFile
from monitor.proofs.scheme import ProofError, UnreadableError
from monitor.proofs.stark_v1.documents import BATCH_ROWS, TOTAL, TRUNK_ROWS, Config, config_of
from monitor.proofs.stark_v1.field import EXTENSION, PRIME
from monitor.proofs.stark_v1.hashing import keccak, position
from monitor.proofs.users import is_padding

_DEPTH_LIMIT = 24


@dataclass(frozen=True, slots=True)
class Holder:
    """A leaf that is said to be in a tree: a user's in a batch, or a batch's in the trunk."""

    root: bytes
    identity: bytes
    total: int
    coins: tuple[int, ...]
    path: tuple[bytes, ...]
    row: int
    """The row of the trace that the leaf stands for."""
    place: str

    @property
    def domain(self) -> int:
        return 1 << (len(self.path) - 1)


@dataclass(frozen=True, slots=True)
class Inclusion:
    """One inclusion file that leads from the user to the trunk's root. It holds for what its own roots commit to."""

    name: str
    config: Config
    user: Holder
    uts: int
    user_index: int
    batch: Holder
    batch_index: int

    @property
    def is_padding(self) -> bool:
        """Whether the leaf is of an entry that only fills up its batch."""
        return is_padding(self.user.identity.hex())


def read_inclusion(file: ProofFile) -> Inclusion:
    """Reads a file and checks all that it says by itself. Raises :class:`ProofError`."""
    fields = Fields(load(file), file.name)
    fields.only(("batch_inclusion_proof", "trunk_inclusion_proof", "config"))
    config = config_of(fields.inner("config"))
    user, batch = fields.inner("batch_inclusion_proof"), fields.inner("trunk_inclusion_proof")
    shared = ("random_number", "merkle_path", TOTAL, *config.coins)
    user.only(("batch_mtree_root", "user_id", "user_index", "batch_index", "uts", *shared))
    batch.only(("trunk_mtree_root", "batch_id", *shared))
    uts, user_index, batch_index = user.integer("uts"), user.integer("user_index"), user.integer("batch_index")
    if uts not in BATCH_ROWS.values():
        raise ProofError(f"{user.at('uts')}: {uts} rows per user, not 16 or 32: larger ones let negative users pass")
    found = Inclusion(
        name=file.name,
        config=config,
        user=_holder(user, config, "batch_mtree_root", "user_id", uts * (user_index + 1) + uts - 2),
        uts=uts,
        user_index=user_index,
        batch=_holder(batch, config, "trunk_mtree_root", "batch_id", TRUNK_ROWS * (batch_index + 1) + TRUNK_ROWS - 2),
        batch_index=batch_index,
    )
    _check_alone(found, uts)
    return found


def ids_by_place(inclusions: Iterable[Inclusion]) -> dict[str, str]:
    """Each user's id in hex, by where it stands; padding is no user."""
    return {f"{one.user.place}: user_id": one.user.identity.hex() for one in inclusions if not one.is_padding}


def _check_alone(found: Inclusion, uts: int) -> None:
    user, batch = found.user, found.batch
    if batch.identity != user.root:
        raise ProofError(f"{batch.place}: batch_id is {batch.identity.hex()}, not the batch's root {user.root.hex()}")
    _check_net(user, uts)
    _check_net(batch, TRUNK_ROWS)
    if min(batch.coins) < 0:
        raise ProofError(f"{batch.place}: a batch's sum is negative")
    if user.total > batch.total:
        raise ProofError(
            f"{user.place}: {TOTAL}: {user.total} is more than the {batch.total} of the whole batch, in which nobody's "
            "net value is negative"
        )
    if found.is_padding and any((user.total, *user.coins)):
        raise ProofError(f"{user.place}: user_id: an entry that fills up a batch (id 0) holds something")


def check_together(inclusions: Sequence[Inclusion]) -> None:
    """The users of one batch have no more together than the batch, in which nobody's net value is negative.

    Raises :class:`ProofError`.
    """
    users = {(found.user.root, found.user_index): found for found in inclusions}
    held: Counter[bytes] = Counter()
    for (batch, _), found in users.items():
        held[batch] += found.user.total
        if held[batch] > found.batch.total:
            raise ProofError(
                f"{found.user.place}: {TOTAL}: with it, the given users of batch {found.batch_index} have "
                f"{held[batch]}, more than the {found.batch.total} of the whole batch"
            )


def _check_net(holder: Holder, uts: int) -> None:
    """The sum proof allows net values that uts - 2 digits to base 4 can write, so a file may not say another."""
    if not 0 <= holder.total < 4 ** (uts - 2):
        raise ProofError(f"{holder.place}: {TOTAL}: {holder.total} is not from 0 to 4^{uts - 2} - 1")


def _holder(fields: Fields, config: Config, root: str, identity: str, row: int) -> Holder:
    total, coins = fields.decimal(TOTAL), tuple(fields.decimal(coin) for coin in config.coins)
    for name, amount in zip((TOTAL, *config.coins), (total, *coins), strict=True):
        if abs(amount) > PRIME // 2:
            raise ProofError(f"{fields.at(name)}: {amount} is beyond half the field's prime, so it may mean another")
    if sum(coins) != total:
        raise ProofError(f"{fields.at(TOTAL)}: {total}, but the coins add up to {sum(coins)}")
    place = fields.at("merkle_path")
    path = tuple(octets(item, f"{place}[{i}]", 32) for i, item in enumerate(fields.items("merkle_path")))
    holder = Holder(fields.octets(root, 32), fields.octets(identity, 32), total, coins, path, row, fields.place)
    _check_path(holder, fields.octets("random_number", 32))
    return holder


def _check_path(holder: Holder, noise: bytes) -> None:
    place = f"{holder.place}: merkle_path"
    if not 0 < len(holder.path) <= _DEPTH_LIMIT:
        raise UnreadableError(f"{place}: {len(holder.path)} hashes, not 1 to {_DEPTH_LIMIT}")
    index = EXTENSION * holder.row
    if index >= holder.domain:
        raise ProofError(f"{place}: the tree has {holder.domain} leaves, the leaf would be number {index}")
    amounts = b"".join((amount % PRIME).to_bytes(32) for amount in holder.coins)
    node = keccak((holder.total % PRIME).to_bytes(32) + keccak(amounts) + holder.identity + noise)
    if node != holder.path[0]:
        raise ProofError(f"{place}[0]: {holder.path[0].hex()} is not the hash of the fields, {node.hex()}")
    there = position(index, holder.domain)
    for sibling in holder.path[1:]:
        node = keccak(sibling + node if there & 1 else node + sibling)
        there >>= 1
    if node != holder.root:
        raise ProofError(f"{place}: leads to {node.hex()}, not to the root {holder.root.hex()}")
