"""Large honest trees, made once and then kept: OKX's version 2 and BitMEX's CSV."""

import os
from array import array
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from struct import Struct

from monitor.proofs import ProofFile, gather

_KEPT = Path(".cache/benchmarks/proofs")
_PAIR = Struct("<32sQ32sQ")


def prepared(kind: str, leaves: int) -> ProofFile:
    """The tree of ``kind`` with so many leaves; ``bitmex`` takes the next power of two."""
    path = _KEPT / f"{kind}-{leaves}-{int(Path(__file__).stat().st_mtime):x}.txt"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(f".{os.getpid()}.part")
        with part.open("wb", 1 << 20) as file:
            for line in MAKERS[kind](leaves):
                file.write(line)
        part.rename(path)
    (file_,) = gather([path])
    return file_


def _leaf(number: int) -> bytes:
    return sha256(b"leaf %d" % number).digest()


def _coins(units: int) -> bytes:
    whole, rest = divmod(units, 10**8)
    return b"%d.%s" % (whole, (b"%08d" % rest).rstrip(b"0")) if rest else b"%d" % whole


def _okx_v2(leaves: int) -> Iterator[bytes]:
    """Levels as packed hashes and amounts: 56 bytes a node, from the leaves up; then the lines, from the root down."""
    hashes = bytearray(b"".join(map(_leaf, range(leaves))))
    # Most customers have one asset, dust is common, and a few have much: what a line's length comes from.
    sums = [array("Q", (number * seed % modulus for number in range(leaves))) for seed, modulus in _AMOUNTS]
    levels = [(hashes, sums)]
    height = 1
    while len(hashes) > 32:
        if len(hashes) % 64:
            hashes += hashes[-32:]
            for column in sums:
                column.append(0)
        height += 1
        above = bytearray()
        added = [array("Q", map(sum, zip(column[::2], column[1::2], strict=True))) for column in sums]
        for at, own in enumerate(zip(*added, strict=True)):
            children = hashes[64 * at : 64 * at + 64].hex().encode()
            above += sha256(children + b"".join(map(_coins, own)) + b"%d" % height).digest()
        hashes, sums = above, added
        levels.append((hashes, sums))
    for level, (hashes, sums) in zip(range(height, 0, -1), reversed(levels), strict=True):
        for at in range(len(hashes) // 32 - 1, -1, -1):
            own = tuple(_coins(column[at]) for column in sums)
            text = hashes[32 * at : 32 * at + 32].hex().encode()
            yield b'%s,%d,{"BTC":"%s","ETH":"%s","USDT":"%s"}\n' % (text, level, *own)


_AMOUNTS = ((7919, 1_000_003), (104_729, 10_000_019), (15_485_863, 100_000_000_003))


def _bitmex(leaves: int) -> Iterator[bytes]:
    leaves = 1 << (leaves - 1).bit_length()
    hashes = bytearray(b"".join(map(_leaf, range(leaves))))
    sums = array("Q", (number * 7919 % 1_000_003 for number in range(leaves)))
    levels = [(hashes, sums)]
    while len(sums) > 1:
        above = bytearray()
        for at in range(0, len(sums), 2):
            left, right = hashes[32 * at : 32 * at + 32], hashes[32 * at + 32 : 32 * at + 64]
            above += sha256(_PAIR.pack(left, sums[at], right, sums[at + 1])).digest()
        hashes, sums = above, array("Q", map(sum, zip(sums[::2], sums[1::2], strict=True)))
        levels.append((hashes, sums))
    yield b"block_height:700000\n"
    for hashes, sums in reversed(levels):
        for at, amount in enumerate(sums):
            yield b"%s,%d\n" % (hashes[32 * at : 32 * at + 32].hex().encode(), amount)


MAKERS: dict[str, Callable[[int], Iterator[bytes]]] = {"okx-merkle-v2": _okx_v2, "bitmex-merkle": _bitmex}
