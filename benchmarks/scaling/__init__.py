"""How readings add up; ``python -m benchmarks.scaling``. docs/scaling.md has figures."""
