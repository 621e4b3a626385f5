"""The published proof verified in full: which circuit it is of, and that it is a proof."""

from dataclasses import dataclass

from monitor.proofs.scheme import ProofError, UnreadableError
from monitor.proofs.stark_v2 import known
from monitor.proofs.stark_v2.challenges import draw
from monitor.proofs.stark_v2.circuit import Circuit, check_circuit, read_circuit
from monitor.proofs.stark_v2.documents import GlobalProof
from monitor.proofs.stark_v2.fri import check_openings
from monitor.proofs.stark_v2.identity import check_identity
from monitor.proofs.stark_v2.poseidon import hash_elements
from monitor.proofs.stark_v2.proof import read_proof


@dataclass(frozen=True, slots=True)
class Verified:
    """A proof that verifies, and who vouches for its circuit."""

    published: GlobalProof
    vouched: str
    """``OKX's program (round 508787475)``, ``the verifier data that was given``; empty where nobody does."""


def verify_sums(published: GlobalProof, pinned: bytes) -> Verified:
    """``pinned``: the verifier data that it must be of; empty where none was given. Raises :class:`ProofError`."""
    place = f"{published.place}: circuits_info: root_verifier_data_hex"
    own = known.of_round(published.round)
    data = published.verifier_data or pinned or own
    if not data:
        raise UnreadableError(
            f"{place}: missing, and none is known of round {published.round}; give the circuit's with --verifier-data"
        )
    for expected, whose in ((pinned, "that was given"), (own, f"of round {published.round} in OKX's program")):
        if expected and data != expected:
            raise ProofError(f"{place}: not the verifier data {whose}: the proof is of another circuit")
    circuit = read_circuit(data, place)
    check_circuit(circuit, place)
    if circuit.digest != published.circuit:
        raise ProofError(f"{published.place}: root_vd_digest: not the digest of the circuit's verifier data")
    _verify(published, circuit)
    round_ = known.round_of(data)
    if round_ is not None:
        return Verified(published, f"OKX's program (round {round_})")
    return Verified(published, "the verifier data that was given" if pinned else "")


def _verify(published: GlobalProof, circuit: Circuit) -> None:
    proof = read_proof(published.proof, circuit)
    place = published.proof.place
    inputs = hash_elements(published.inputs)
    drawn = draw(circuit, inputs, proof)
    check_identity(circuit, inputs, proof.openings, drawn, place)
    check_openings(circuit, proof, drawn, place)
