"""OKX zk-STARK V2, since September 2024: a recursive plonky2 proof over a tree of users, and a user's path in it.

The published file (``sum_proof_data.json``, once ``global_proof.json``) is read and bound: its round, the circuit it
names, and its public inputs, which are the total equity, the total debt and the root of all users. A user's path is
recomputed in full up to that root. The plonky2 proof itself is the next step: a module that verifies the published
``proof`` against the circuit makes ``proven`` of what :mod:`monitor.proofs.stark_v2.verify` can only call ``bound``.

Sources: the formats and hashes of okx/proof-of-reserves-v2 (docs/technical_spec.md), and plonky2's Poseidon.
"""

from monitor.proofs.stark_v2.verify import SCHEME

__all__ = ["SCHEME"]
