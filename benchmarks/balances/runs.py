"""Nodes to read from, and readings in processes of their own: what one way costs must not weigh on the next."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.balances import chain
from benchmarks.balances.ways import LIMIT, SAMPLE, SLOW, WAYS
from monitor.devnet.nodes import Anvil

Result = dict[str, Any]
"""What is known of one way of reading so many accounts; an ``error`` instead of figures where it failed."""


@contextmanager
def nodes(accounts: int, *, tokens: bool) -> Iterator[list[str]]:
    """Two nodes of the same chain."""
    with tempfile.TemporaryDirectory() as directory:
        genesis = Path(directory) / "genesis.json"
        chain.write_genesis(genesis, accounts, tokens=tokens)
        started = [Anvil(1, Path(directory) / name, arguments=("--init", str(genesis))) for name in ("a", "b")]
        try:
            for node in started:
                node.start()
            yield [node.url for node in started]
        finally:
            for node in started:
                node.kill()


def turns(what: str, accounts: int, urls: Sequence[str]) -> Result:
    """Balances/s of ours and of the bare client by turns, in one process, and ours as a share of the limit."""
    speeds = _run("turns", what, str(accounts), urls[0])
    if "error" not in speeds:
        speeds["share"] = speeds["ours"] / speeds[LIMIT]
    return {"what": what, "accounts": accounts, **speeds}


def all_ways(what: str, accounts: int, urls: Sequence[str], rounds: int) -> Iterable[Result]:
    """The quickest of several rounds of each way, which take turns: what else the machine does hits all alike."""
    best: dict[str, Result] = {}
    for _ in range(rounds):
        for way in WAYS:
            result = _measured(way, what, accounts, urls if "quorum" in way else urls[:1])
            if "error" in result:
                best.setdefault(way, result)
            elif "error" in best.get(way, result) or result["seconds"] <= best.get(way, result)["seconds"]:
                best[way] = result
    return best.values()


def _measured(way: str, what: str, accounts: int, urls: Sequence[str]) -> Result:
    """Figures for all ``accounts``; of the way that is slow beyond measure, from a sample, without its memory."""
    count = min(accounts, SAMPLE) if way == SLOW else accounts
    result = _run("measure", way, what, str(count), *urls)
    if count < accounts and "error" not in result:
        times = accounts / count
        result |= {key: round(result[key] * times) for key in ("balances", "requests", "sent", "received")}
        result |= {"seconds": result["seconds"] * times, "memory": None}
    return {"way": way, "what": what, "accounts": accounts, "sampled": count < accounts, **result}


def _run(module: str, *arguments: str) -> Result:
    """What a process of its own finds. One that fails is told of, and costs no other its turn."""
    command = [sys.executable, "-m", f"benchmarks.balances.{module}", *arguments]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    if ended.returncode:
        return {"error": (ended.stderr.strip().splitlines() or [f"exit status {ended.returncode}"])[-1]}
    result: Result = json.loads(ended.stdout)
    return result
