"""The JSON files of OKX zk-STARK V2 as types."""

import re
from dataclasses import dataclass

from monitor.proofs.fields import Fields, kind, listed, load, octets, shown
from monitor.proofs.files import ProofFile
from monitor.proofs.scheme import ProofError, UnreadableError
from monitor.proofs.stark_v2.poseidon import HASH_WIDTH, ORDER, Hash
from monitor.proofs.users import is_padding

SUM_LIMIT = 1 << 62
"""Below it the circuits keep what every user, and all users together, have more than they owe."""
_PUBLIC_INPUTS = 2 + HASH_WIDTH
_LEVELS_LIMIT = 64
_COUNT_LIMIT = 2**32 - 1
"""Rounds and tokens: more than there will ever be."""
_BRANCHES_LIMIT = 4096
_TOKENS_LIMIT = 100_000
_PLAIN = re.compile(r"0|[1-9][0-9]{0,19}")


@dataclass(frozen=True, slots=True)
class GlobalProof:
    """What is published for everybody."""

    place: str
    round: int
    """The report's number."""
    batch_size: int
    """Users of one batch, a power of two."""
    branches: int
    """Children of a node above the batches."""
    tokens: int
    circuit: Hash
    """The digest of the root circuit's verifier data, as the file states it."""
    verifier_data: bytes
    """Of the root circuit, as the file states it; empty where it does not."""
    equity: int
    debt: int
    root: Hash
    proof: Fields
    """The plonky2 proof, not read yet: what it consists of depends on the circuit."""

    @property
    def inputs(self) -> tuple[int, ...]:
        """The public inputs."""
        return (self.equity, self.debt, *self.root)

    @property
    def net(self) -> int:
        """What is owed, over all assets."""
        return self.equity - self.debt


@dataclass(frozen=True, slots=True)
class Level:
    """The siblings on both sides, one level above the batches."""

    left: tuple[Hash, ...]
    right: tuple[Hash, ...]


@dataclass(frozen=True, slots=True)
class UserProof:
    """One user's file."""

    place: str
    index: int
    """The user's number among all."""
    identity: str
    """64 hex digits."""
    equity: int
    debt: int
    tokens: int
    siblings: tuple[Hash, ...]
    """In the user's batch, from the leaf upwards."""
    levels: tuple[Level, ...]

    @property
    def is_padding(self) -> bool:
        """Whether it only fills up a batch."""
        return is_padding(self.identity)


def hex_of(value: Hash) -> str:
    """A hash as OKX writes it: four little-endian 64-bit numbers in hex."""
    return b"".join(element.to_bytes(8, "little") for element in value).hex()


def read_global(file: ProofFile) -> GlobalProof:
    """Fields that later versions added are left aside. Raises :class:`ProofError`."""
    fields = Fields(load(file), file.name)
    general, proof = fields.inner("general"), fields.inner("proof")
    place = proof.at("public_inputs")
    inputs = [element(value, f"{place}[{i}]") for i, value in enumerate(proof.items("public_inputs", _PUBLIC_INPUTS))]
    equity, debt, *root = inputs
    if not 0 <= equity - debt < SUM_LIMIT:
        raise ProofError(
            f"{place}: equity {equity} less debt {debt} is not from 0 to 2^62 - 1, which the circuit proves"
        )
    batch_size, branches = general.integer("batch_size", least=2), general.integer("recursion_branchout_num", least=2)
    if batch_size & (batch_size - 1) or batch_size.bit_length() > _LEVELS_LIMIT:
        raise UnreadableError(f"{general.at('batch_size')}: {shown(batch_size)} is not a power of two")
    if branches > _BRANCHES_LIMIT:
        raise UnreadableError(
            f"{general.at('recursion_branchout_num')}: {shown(branches)} is more than {_BRANCHES_LIMIT}"
        )
    digest = fields.inner("root_vd_digest")
    place = digest.at("elements")
    circuit = [element(value, f"{place}[{i}]") for i, value in enumerate(digest.items("elements", HASH_WIDTH))]
    return GlobalProof(
        place=file.name,
        round=general.integer("round_num", most=_COUNT_LIMIT),
        batch_size=batch_size,
        branches=branches,
        tokens=general.integer("token_num", least=1, most=_COUNT_LIMIT),
        circuit=_hash(circuit),
        verifier_data=_verifier_data(fields),
        equity=equity,
        debt=debt,
        root=_hash(root),
        proof=proof.inner("proof"),
    )


def _verifier_data(fields: Fields) -> bytes:
    if "circuits_info" not in fields.names():
        return b""
    info = fields.inner("circuits_info")
    text = info.text("root_verifier_data_hex")
    return octets(text, info.at("root_verifier_data_hex"), len(text) // 2)


def read_user(file: ProofFile) -> UserProof:
    """Raises :class:`ProofError`."""
    fields = Fields(load(file), file.name)
    fields.only(("account", "index", "sum_tree_siblings", "recursive_tree_siblings"))
    account = fields.inner("account")
    account.only(("id", "equity", "debt"))
    identity = account.octets("id", 32).hex()
    equity, debt = _amounts(account, "equity"), _amounts(account, "debt")
    if len(equity) != len(debt):
        raise UnreadableError(f"{account.place}: {len(equity)} amounts of equity, but {len(debt)} of debt")
    if max(sum(equity), sum(debt)) >= ORDER:
        raise ProofError(f"{account.place}: the amounts add up to more than the field holds, so they may mean less")
    if not 0 <= sum(equity) - sum(debt) < SUM_LIMIT:
        raise ProofError(
            f"{account.place}: equity {sum(equity)} less debt {sum(debt)} is not from 0 to 2^62 - 1, as all are"
        )
    if is_padding(identity) and any((*equity, *debt)):
        raise ProofError(f"{account.place}: an account that fills up a batch (id 0) holds something")
    siblings = _hashes(fields, "sum_tree_siblings", _LEVELS_LIMIT)
    place = fields.at("recursive_tree_siblings")
    items = fields.items("recursive_tree_siblings")
    if len(items) > _LEVELS_LIMIT:
        raise UnreadableError(f"{place}: {len(items)} levels")
    levels = [Fields(item, f"{place}[{i}]") for i, item in enumerate(items)]
    for level in levels:
        level.only(("left_hashes", "right_hashes"))
    return UserProof(
        place=file.name,
        index=fields.integer("index"),
        identity=identity,
        equity=sum(equity),
        debt=sum(debt),
        tokens=len(equity),
        siblings=siblings,
        levels=tuple(
            Level(
                _hashes(level, "left_hashes", _BRANCHES_LIMIT),
                _hashes(level, "right_hashes", _BRANCHES_LIMIT),
            )
            for level in levels
        ),
    )


def element(value: object, place: str) -> int:
    """A field element in its one form: a whole number from 0 to below the field's order."""
    if type(value) is not int:
        raise UnreadableError(f"{place}: expected a whole number, not {kind(value)}")
    if not 0 <= value < ORDER:
        raise ProofError(f"{place}: {shown(value)} is not an element of the field")
    return value


def _amounts(account: Fields, name: str) -> list[int]:
    """Amounts per token, as text (OKX's files) or as numbers (its documentation)."""
    items = account.items(name)
    if len(items) > _TOKENS_LIMIT:
        raise UnreadableError(f"{account.at(name)}: {len(items)} amounts")
    found = []
    for i, item in enumerate(items):
        place = f"{account.at(name)}[{i}]"
        value: object = item
        if isinstance(item, str):
            if not _PLAIN.fullmatch(item):
                raise UnreadableError(f"{place}: {shown(item)} is not a plain whole number")
            value = int(item)
        found.append(element(value, place))
    return found


def _hashes(fields: Fields, name: str, most: int) -> tuple[Hash, ...]:
    place = fields.at(name)
    items = listed(fields.value(name), place)
    if len(items) > most:
        raise UnreadableError(f"{place}: {len(items)} hashes, more than {most}")
    found = []
    for i, item in enumerate(items):
        data = octets(item, f"{place}[{i}]", 8 * HASH_WIDTH)
        words = [int.from_bytes(data[at : at + 8], "little") for at in range(0, len(data), 8)]
        found.append(_hash([element(word, f"{place}[{i}]") for word in words]))
    return tuple(found)


def _hash(elements: list[int]) -> Hash:
    a, b, c, d = elements
    return a, b, c, d
