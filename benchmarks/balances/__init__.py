"""How fast balances of an EVM chain are read; ``python -m benchmarks.balances``. docs/performance.md has figures."""
