"""OKX zk-STARK V1: a prover's claim that a ledger of users, none below zero, adds up to the published sums.

The files of ``sum_proof_data`` (batches of users, and a trunk that adds the batches up) and a user's inclusion file.
Everything that the scheme can show is recomputed from the fields alone, and what OKX's own validator lets through is
refused: other numbers of rows per user, other roots and coins than the published ones, batches left out or repeated.
What the scheme itself leaves open is said in the result.
"""

from monitor.proofs.stark_v1.verify import SCHEME, guide_lines

__all__ = ["SCHEME", "guide_lines"]
