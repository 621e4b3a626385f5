"""The Groth16 family: Binance's zkmerkle-proof-of-solvency, and what Gate and HTX made of it.

An exchange publishes a table of proofs (``proof.csv``), one for each batch of users, and its own sums per asset
(``config.json``, ``cex_config.json``); a user gets a path (``user_config.json``). Every batch commits to the tree of
accounts and the sums before and after it. Here these commitments, their chain, the published sums and a user's path are
recomputed, so that all of them are bound to one root, and every batch's Groth16 proof is verified where the key is
among the files (:mod:`.proofs`).

Sources: the verifiers of binance/zkmerkle-proof-of-solvency and gatechain/gate-zkmerkle-proof and the examples beside
them, which the tests recompute.
"""

from monitor.proofs.groth16.verify import SCHEME

__all__ = ["SCHEME"]
