"""CPU of commands from their start to their end, as a multiple of Python's own.

    python -m benchmarks.start

Everything is compiled before: what is measured is a command that has been called once. The least of some runs counts,
since a machine that others share adds to all of them.
"""

import os
import resource
import subprocess
import sys
from tempfile import TemporaryDirectory

_RUNS = 7
_COMMANDS = (
    ("--help",),
    ("config", "check", "config/devnet.yaml"),
    ("ownership", "tests/data/cases/reports/accounts.csv"),
    ("liabilities", "tests/data/proofs/trees/bitmex-liabilities-100-proof.csv"),
    ("liabilities", "tests/data/proofs/trees/merkle-v2-tree.txt"),
    ("liabilities", "tests/data/proofs/stark-v1"),
    ("liabilities", "tests/data/proofs/stark-v2/sum_proof_data.json.gz"),
    ("liabilities", "tests/data/proofs/groth16/proof.csv"),
)


def main() -> None:
    with TemporaryDirectory() as compiled:
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": compiled}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        bare = _least(("-c", "pass"), environment)
        print(f"{'python -c pass':<75} {bare:6.3f} s")
        for arguments in _COMMANDS:
            spent = _least(("-m", "monitor", *arguments), environment)
            print(f"{' '.join(arguments):<75} {spent:6.3f} s  {spent / bare:5.1f} times")


def _least(arguments: tuple[str, ...], environment: dict[str, str]) -> float:
    """Seconds of user and system time, the first run left out."""
    return min([_spent(arguments, environment) for _ in range(_RUNS + 1)][1:])


def _spent(arguments: tuple[str, ...], environment: dict[str, str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run((sys.executable, *arguments), env=environment, capture_output=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    main()
