"""Hedera, by the REST API of mirror nodes: balances of the snapshots that they keep."""
