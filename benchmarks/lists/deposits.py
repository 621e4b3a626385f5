"""``python -m benchmarks.lists.deposits``: Binance's four million deposit addresses, of which the largest are watched.

The archive has the layout and the size of Binance's. It is read and judged twice, as the daemon does it: first alone,
then as the next month's, compared with the one before. What is told is the memory of this process and of the others.
"""

import argparse
import asyncio
import csv
import io
import os
import random
import tempfile
import time
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from monitor.daemon.list_judge import ListJudge
from monitor.daemon.list_reading import ListTask
from monitor.daemon.stored import StoredVerdicts
from monitor.model import Document
from monitor.model.packed import PackedClaims
from monitor.registry import load
from monitor.registry.addresses.encodings import base58check
from monitor.settings import WalletsSettings
from monitor.store import Store

_KEPT = Path(".cache/benchmarks/lists")
_HEADER = ("coin", "network", "address", "balance", "Height", "Third party custodian name")
_MIX = (
    *[("ETH", "ETH"), ("USDT", "ETH"), ("USDC", "ETH"), ("USDT", "TRX"), ("TRX", "TRX"), ("BNB", "BSC")] * 3,
    *[("USDT", "BSC"), ("BTC", "BTC"), ("LTC", "LTC"), ("DOGE", "DOGE"), ("ETH", "ARBITRUM")],
)
"""Coins and labels: most deposit addresses are on Ethereum, Tron and BNB Chain; how many is assumed."""
_VERSIONS = {"TRX": b"\x41", "BTC": b"\x00", "LTC": b"\x30", "DOGE": b"\x1e"}
_HOT = 1_364


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.lists.deposits", description=__doc__)
    parser.add_argument("--rows", type=int, default=4_181_656, help="deposit addresses (default: %(default)s)")
    parser.add_argument("--largest", type=int, default=200_000, help="rows that are watched (default: %(default)s)")
    arguments = parser.parse_args()
    paths = [_archive(arguments.rows, month) for month in (0, 1)]
    size = paths[0].stat().st_size / 1e6
    print(f"{arguments.rows:,} rows, {size:.0f} MB; load before: {os.getloadavg()[0]:.1f}", flush=True)
    asyncio.run(_judged([path.read_bytes() for path in paths], arguments.largest))


def _archive(rows: int, month: int) -> Path:
    """The zip of one month, made once; the next month's has other balances, and one address of a hundred is new."""
    path = _KEPT / f"deposits-{rows}-{month}-{sha256(Path(__file__).read_bytes()).hexdigest()[:8]}.zip"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as made:
            for name, lines in (("HotCold", _rows(_HOT, 0, 1e6)), ("Deposit", _rows(rows, month, 1.0))):
                with made.open(f"PR01SEP26_{name}.csv", "w", force_zip64=True) as stream:
                    text = io.TextIOWrapper(stream, encoding="utf-8", newline="")
                    writer = csv.writer(text, lineterminator="\n")
                    writer.writerow(_HEADER)
                    writer.writerows(lines)
                    text.flush()
                    text.detach()
        part.rename(path)
    return path


def _rows(rows: int, month: int, scale: float) -> Iterator[tuple[object, ...]]:
    chance = random.Random(month)
    first = month * (rows // 100)
    for number in range(first, first + rows):
        coin, label = _MIX[number % len(_MIX)]
        balance = scale * chance.lognormvariate(-2, 3)
        yield coin, label, _address(label, number, int(scale)), f"{balance:.18f}", 24_781_026 + month, ""


def _address(label: str, number: int, salt: int) -> str:
    hashed = sha256(f"{salt}:{number}".encode()).digest()[:20]
    version = _VERSIONS.get(label)
    return base58check.encode_check(version + hashed) if version else f"0x{hashed.hex()}"


async def _judged(contents: list[bytes], largest: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = await Store.open(f"sqlite+aiosqlite:///{folder}/history.db")
        try:
            judging = ListJudge(StoredVerdicts(store))
            in_use: PackedClaims | None = None
            while contents:
                in_use = await _judge(judging, contents.pop(0), in_use, largest)
        finally:
            await store.close()


async def _judge(judging: ListJudge, content: bytes, in_use: PackedClaims | None, largest: int) -> PackedClaims:
    document = Document("wallets.zip", sha256(content).hexdigest(), len(content), datetime.now(UTC))
    settings = WalletsSettings(source="wallets.zip", format="binance", largest=largest)
    task = ListTask(document, settings, load(), datetime.now(UTC), in_use)
    peaks: dict[str, int] = {}
    watching = asyncio.create_task(_watch(peaks))
    start = time.perf_counter()
    new = await judging.judge(task, content)
    wall = time.perf_counter() - start
    watching.cancel()
    claims = new.judged.claims
    rest = sum(claim.rest for claim in claims)
    print(
        f"{len(claims):,} claims, {rest:,} rows left to the list's word; {wall:.0f} s; at most "
        f"{peaks['here']} MB here, {peaks['there']} there, {peaks['together']} together",
        flush=True,
    )
    return claims


async def _watch(peaks: dict[str, int]) -> None:
    """Note the memory of this process and of its children: their own, and their share of what they have in common."""
    while True:
        here, there = _memory(os.getpid()), sum(map(_memory, _children()))
        for name, size in (("here", here), ("there", there), ("together", here + there)):
            peaks[name] = max(peaks.get(name, 0), size // 1000)
        await asyncio.sleep(0.2)


def _children() -> list[int]:
    """All processes below this one."""
    parents: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents.setdefault(int(fields[1]), []).append(int(path.parent.name))
    found, new = [], parents.get(os.getpid(), [])
    while new:
        found += new
        new = [child for each in new for child in parents.get(each, [])]
    return found


def _memory(process: int) -> int:
    """In kB; 0 once it has ended."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


if __name__ == "__main__":
    main()
