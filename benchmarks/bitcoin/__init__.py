"""How fast Bitcoin balances are read, followed and traced back; ``python -m benchmarks.bitcoin``."""
