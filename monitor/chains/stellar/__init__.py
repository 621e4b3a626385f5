"""Stellar and Pi, by Horizon: what accounts had at one ledger, proven by when they changed last."""
