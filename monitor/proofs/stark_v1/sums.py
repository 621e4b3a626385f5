"""One sum proof: that the users of a batch, none of them negative, add up to the stated sums."""

from dataclasses import dataclass

from monitor.proofs.files import ProofFile
from monitor.proofs.scheme import ProofError
from monitor.proofs.stark_v1.constraints import Constraints
from monitor.proofs.stark_v1.documents import Config, Opening, SumProof, Sums, Trace, read_sum_proof, read_sums
from monitor.proofs.stark_v1.field import EXTENSION, PRIME
from monitor.proofs.stark_v1.hashing import check_paths, check_work, sample
from monitor.proofs.stark_v1.low_degree import check_low_degree


@dataclass(frozen=True, slots=True)
class Part:
    """The two files of a batch or of the trunk."""

    name: str
    """``a0``, ``b12`` or ``trunk``; empty where the files came without their folder."""
    proof: ProofFile
    values: ProofFile
    config: Config
    rows_per_user: tuple[int, ...]
    """What the proof's ``uts`` may be in this place."""


@dataclass(frozen=True, slots=True)
class Proven(Trace):
    """A part whose sums hold."""

    name: str
    root: bytes
    combined_root: bytes
    sums: Sums
    openings: tuple[tuple[int, Opening], ...] = ()
    """The queried points, by index in the domain; kept of the trunk only."""


def prove(part: Part) -> Proven:
    """Verifies everything that one sum proof claims. Raises :class:`ProofError`."""
    sums = read_sums(part.values, part.config)
    proof = read_sum_proof(part.proof, part.config, part.rows_per_user)
    place = part.proof.name
    check_work(proof.root, proof.nonce, f"{place}: pow_nonce")
    indices = sample(proof.combined_root, proof.domain)
    combined = [int.from_bytes(path[0]) for path in proof.combined_paths]
    if max(combined) >= PRIME:
        raise ProofError(f"{place}: l_mtree_branches: a number is not below the field's prime")
    check_low_degree(proof, place)
    _check_opened(proof, indices, place)
    constraints = Constraints(part.config, sums, proof, place)
    for index, opening, value in zip(indices, proof.openings, combined, strict=True):
        constraints.check(index, opening, value)
    openings = tuple(zip(indices, proof.openings, strict=True))
    return Proven(proof.steps, proof.uts, part.name, proof.root, proof.combined_root, sums, openings)


def _check_opened(proof: SumProof, indices: list[int], place: str) -> None:
    """The opened rows stand in the tree, at the points that the challenge names and at those beside them."""
    spans = (0, EXTENSION, EXTENSION * (proof.uts - 1), EXTENSION * proof.uts)
    opened = [(index + span) % proof.domain for index in indices for span in spans]
    hashes = [leaf for opening in proof.openings for leaf in opening.leaves]
    for i, (path, leaf) in enumerate(zip(proof.paths, hashes, strict=True)):
        if path[0] != leaf:
            raise ProofError(f"{place}: mtree_entries_data[{i}] does not hash to its leaf in mtree_branches[{i}]")
    check_paths(proof.root, proof.domain, opened, proof.paths, f"{place}: mtree_branches")
    check_paths(proof.combined_root, proof.domain, indices, proof.combined_paths, f"{place}: l_mtree_branches")
