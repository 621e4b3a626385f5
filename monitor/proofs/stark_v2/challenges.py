"""What is drawn while a proof is read, in the order in which the prover had to commit itself."""

from dataclasses import dataclass

from monitor.proofs.stark_v2.circuit import CHALLENGES, QUERIES, RATE_BITS, Circuit
from monitor.proofs.stark_v2.extension import Element
from monitor.proofs.stark_v2.poseidon import Hash
from monitor.proofs.stark_v2.proof import Proof
from monitor.proofs.stark_v2.transcript import Transcript


@dataclass(frozen=True, slots=True)
class Challenges:
    """Everything that the verifier has chosen."""

    betas: tuple[int, ...]
    gammas: tuple[int, ...]
    alphas: tuple[int, ...]
    zeta: Element
    combination: Element
    """Combines all polynomials into one (plonky2's alpha of FRI)."""
    folds: tuple[Element, ...]
    work: int
    """What the proof of work came to."""
    indices: tuple[int, ...]


def draw(circuit: Circuit, inputs: Hash, proof: Proof) -> Challenges:
    """``inputs``: the hash of the public inputs."""
    transcript = Transcript()
    transcript.observe(circuit.digest)
    transcript.observe(inputs)
    transcript.observe_cap(proof.wires)
    betas, gammas = transcript.draw_many(CHALLENGES), transcript.draw_many(CHALLENGES)
    transcript.observe_cap(proof.zs)
    alphas = transcript.draw_many(CHALLENGES)
    transcript.observe_cap(proof.quotients)
    zeta = transcript.draw_extension()
    transcript.observe_extension(proof.openings.at_zeta)
    transcript.observe_extension(proof.openings.zs_next)
    combination = transcript.draw_extension()
    folds = []
    for cap in proof.folds:
        transcript.observe_cap(cap)
        folds.append(transcript.draw_extension())
    transcript.observe_extension(proof.final)
    transcript.observe([proof.witness])
    work = transcript.draw()
    size = 1 << circuit.degree_bits + RATE_BITS
    indices = tuple(drawn % size for drawn in transcript.draw_many(QUERIES))
    return Challenges(tuple(betas), tuple(gammas), tuple(alphas), zeta, combination, tuple(folds), work, indices)
