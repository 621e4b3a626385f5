"""How quickly pages come, and how long they are.

    python -m benchmarks.serving                    # 20 exchanges, 25 assets each, 300 000 wallets; a minute
    python -m benchmarks.serving --wallets 20000 --rounds 5

90 days of history lie in a real database, as the daemon keeps them; the pages come over a real socket. *First* is when
a page is asked for the first time after the start, *then* the median of the others, *CPU* that of both ends.
"""

import argparse
import asyncio
import time
from collections.abc import Iterable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import aiohttp

from monitor.model import BaseUnits, Step, World, frozen
from monitor.model.packed import PackedClaims, PackedVerdicts
from monitor.store import Store
from monitor.web.server import WebServer
from tests.support import pages, worlds
from tests.support.web import ANYWHERE, Daemon, judged

NAME = "exchange-07"
PATHS = (
    "/static/style.css",  # what client and server take for 14 kB that are kept
    *("/", "/?q=btc", "/?at=2026-02-21", f"/exchanges/{NAME}", f"/exchanges/{NAME}?at=2026-02-21"),
    *(f"/exchanges/{NAME}/assets/BTC", f"/exchanges/{NAME}/assets/BTC?range=7d", f"/exchanges/{NAME}/badge.svg"),
    f"/exchanges/{NAME}/picture.png",
    *(f"/exchanges/{NAME}/wallets", f"/exchanges/{NAME}/wallets?search=7abc", f"/exchanges/{NAME}/wallets?search=bc1q"),
    f"/exchanges/{NAME}/wallets?search=7abc&verdict=verified&reason=p2wpkh&order=balance",
    *(f"/exchanges/{NAME}/wallets?order=network", f"/exchanges/{NAME}/wallets?order=balance", "/glossary"),
)


def _world(wallets: int) -> World:
    """20 exchanges, one of them with a long list."""
    world, rows = pages.crowd(), judged(wallets)
    accounts = [f"bc1q{sha256(str(row).encode()).hexdigest()[:38]}" for row in range(wallets)]
    claims = (replace(claim, address=each, account=each) for (claim, _), each in zip(rows, accounts, strict=True))
    state = worlds.aurora().snapshots["bitcoin"]
    assert state.last
    held = {worlds.BTC: {each: BaseUnits(int(each[4:14], 16)) for each in accounts}}
    state = replace(state, last=replace(state.last, balances=held))
    listed = replace(
        world.assessments[NAME],
        claims=PackedClaims(claims),
        claim_verdicts=PackedVerdicts(verdict for _, verdict in rows),
        snapshots=frozen({**world.assessments[NAME].snapshots, "bitcoin": state}),
    )
    return replace(world, assessments=frozen({**world.assessments, NAME: listed}))


async def _remember(store: Store, world: World) -> None:
    for name, assessment in world.assessments.items():
        steps = [each for each in pages.past(name, *assessment.assets) if each.step is not Step.RAW]
        await store.save_history(steps)


async def _measure(address: str, paths: Iterable[str], rounds: int) -> None:
    print(f"{'page':<46} {'bytes':>8} {'first':>9} {'then':>9} {'CPU':>9}")
    async with aiohttp.ClientSession(address, headers={"Accept": "text/html"}) as session:
        for path in paths:
            spent, worked = [], []
            for _ in range(1 + rounds):
                began, before = time.perf_counter(), time.process_time()
                async with session.get(path) as response:
                    body = await response.read()
                    response.raise_for_status()
                spent.append((time.perf_counter() - began) * 1000)
                worked.append((time.process_time() - before) * 1000)
            times = " ".join(f"{each:6.0f} ms" for each in (spent[0], median(spent[1:]), median(worked[1:])))
            print(f"{path:<46} {len(body):8,} {times}")


def _bare(world: World) -> float:
    """Milliseconds of CPU to look once into the text of every account: less than that no search can take."""
    accounts, began = world.assessments[NAME].claims.accounts, time.process_time()
    sum("7abc" in (account or "") for account in accounts)
    return (time.process_time() - began) * 1000


async def _run(wallets: int, rounds: int) -> None:
    world = _world(wallets)
    print(f"{'bare: every account looked at once':<56} {'':>19} {median(_bare(world) for _ in range(5)):6.0f} ms")
    with TemporaryDirectory() as folder:
        store = await Store.open(f"sqlite+aiosqlite:///{Path(folder) / 'history.db'}")
        await _remember(store, world)
        deps = Daemon(world=world).deps()
        server = WebServer(replace(deps, history=store.history, moment=store.moment, statuses=store.statuses))
        await server.start(ANYWHERE)
        try:
            await _measure(f"http://127.0.0.1:{server.port}", PATHS, rounds)
        finally:
            await server.stop()
            await store.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--wallets", type=int, default=300_000)
    parser.add_argument("--rounds", type=int, default=20)
    asked = parser.parse_args()
    asyncio.run(_run(asked.wallets, asked.rounds))


if __name__ == "__main__":
    main()
