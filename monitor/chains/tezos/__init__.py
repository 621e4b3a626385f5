"""Octez nodes of Tezos: all that an account owns at one block."""
