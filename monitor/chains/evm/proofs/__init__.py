"""Balances that an EVM node cannot make up: proofs of ``eth_getProof`` against the state root of a header."""
