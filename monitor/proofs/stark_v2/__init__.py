"""OKX zk-STARK V2, since September 2024: a recursive plonky2 proof over a tree of users, and a user's path in it.

The published file (``sum_proof_data.json``, once ``global_proof.json``) is verified in full: its circuit's verifier
data (:mod:`.circuit`), the challenges (:mod:`.challenges`), the identity that all rules of the circuit come to
(:mod:`.identity`, :mod:`.gates`), and that the opened values are of low-degree polynomials (:mod:`.fri`). OKX's own
verifier compares a digest that covers neither gates nor the number of queries; here all of the verifier data counts.

Sources: the formats and hashes of okx/proof-of-reserves-v2 (docs/technical_spec.md) and of okx/plonky2, a dialect of
plonky2 with other generators, another combination of polynomials and other gates.
"""

from monitor.proofs.stark_v2.verify import SCHEME, guide_lines

__all__ = ["SCHEME", "guide_lines"]
