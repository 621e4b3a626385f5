"""Large honest trees, made once and then kept: OKX's version 2, BitMEX's CSV, The Network Firm's with its customers."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from monitor.proofs import ProofFile, bitmex_lines, gather, okx_v2_lines
from monitor.proofs.network_firm_leaves import RULES, leaf
from monitor.proofs.tree_format import Nodes, TreeFormat, joined, padded

_KEPT = Path(".cache/benchmarks/proofs")
_SOURCE = sha256(Path(__file__).read_bytes()).hexdigest()[:12]
_AT_ONCE = 1 << 14


def prepared(kind: str, leaves: int) -> list[ProofFile]:
    """The files of ``kind`` with so many leaves; ``bitmex-merkle`` takes the next power of two."""
    folder = _KEPT / f"{kind}-{leaves}-{_SOURCE}"
    if not folder.exists():
        part = folder.with_suffix(f".{os.getpid()}.part")
        part.mkdir(parents=True)
        MAKERS[kind](part, leaves)
        part.rename(folder)
    return gather(sorted(folder.iterdir()))


def _okx_v2(folder: Path, leaves: int) -> None:
    _tree(folder, okx_v2_lines.TREE, leaves, _okx_leaves, b"")


def _bitmex(folder: Path, leaves: int) -> None:
    _tree(folder, bitmex_lines.TREE, 1 << (leaves - 1).bit_length(), _bitmex_leaves, b"block_height:700000\n")


def _okx_leaves(numbers: range) -> str:
    # Most customers have one asset, dust is common, and a few have much: what a line's length comes from.
    return "".join(
        f'{_hash(at)},1,{{"BTC":"{_coins(at * 7919 % 1_000_003)}","ETH":"{_coins(at * 104_729 % 10_000_019)}",'
        f'"USDT":"{_coins(at * 15_485_863 % 100_000_000_003)}"}}\n'
        for at in numbers
    )


def _bitmex_leaves(numbers: range) -> str:
    return "".join(f"{_hash(at)},{at * 7919 % 1_000_003}\n" for at in numbers)


def _hash(number: int) -> str:
    return sha256(b"leaf %d" % number).hexdigest()


def _coins(units: int) -> str:
    whole, rest = divmod(units, 10**8)
    return f"{whole}.{rest:08d}".rstrip("0") if rest else str(whole)


def _tree(folder: Path, layout: TreeFormat, leaves: int, lines: Callable[[range], str], start: bytes) -> None:
    """Branch after branch, each level into a file of its own; the whole is these from the root down."""
    with ExitStack() as stack:
        levels = _Levels(layout, leaves, lambda at: stack.enter_context((folder / f"level{at}").open("w+b")))
        height = min(len(levels.files), _AT_ONCE.bit_length())
        tops: list[Nodes] = []
        for numbers in _branches(leaves):
            text = lines(numbers)
            nodes = layout.read(text)
            if nodes is None:
                raise SystemExit("the benchmark's own leaves are not of the format")
            nodes = levels.put(0, nodes, text, first=not numbers.start)
            tops.append(levels.climbed(nodes, range(1, height), first=not numbers.start))
        levels.climbed(joined(tops), range(height, len(levels.files)), first=True)
        with (folder / "tree.txt").open("wb") as tree:
            tree.write(start)
            for file in reversed(levels.files):
                file.seek(0)
                shutil.copyfileobj(file, tree, 1 << 20)
    for level in folder.glob("level*"):
        level.unlink()


def _branches(leaves: int) -> Iterator[range]:
    """What is over comes first."""
    start, end = 0, (leaves - 1) % _AT_ONCE + 1
    while start < leaves:
        yield range(start, end)
        start, end = end, end + _AT_ONCE


class _Levels:
    def __init__(self, layout: TreeFormat, leaves: int, opened: Callable[[int], BinaryIO]) -> None:
        self._layout = layout
        self._sizes = [leaves]
        while self._sizes[-1] > 1:
            self._sizes.append((self._sizes[-1] + 1) // 2)
        self.files = [opened(at) for at in range(len(self._sizes))]

    def climbed(self, nodes: Nodes, levels: range, *, first: bool) -> Nodes:
        for at in levels:
            nodes = self.put(at, *self._layout.above(nodes, at + 1), first=first)
        return nodes

    def put(self, at: int, nodes: Nodes, text: str, *, first: bool) -> Nodes:
        """Write the nodes' lines, with the level's pad before the first."""
        if first and self._layout.pad and self._sizes[at] > 1 and self._sizes[at] % 2:
            text = self._layout.pad(nodes.hashes[0], at + 1) + text
            nodes = padded(nodes)
        self.files[at].write(text.encode())
        return nodes


def _network_firm(folder: Path, leaves: int) -> None:
    rule, assets, depth = RULES["run together"], ("BTC", "ETH"), (leaves - 1).bit_length() + 1
    with (folder / "output_merkle_tree.txt").open("w") as tree, (folder / "input.csv").open("w") as customers:
        tree.write("Level\tHash\n")
        customers.write("#ID,BTC,ETH\n")
        for at in range(leaves):
            balances = (_coins(at * 7919 % 1_000_003), _coins(at * 104_729 % 10_000_019))
            tree.write(f"{depth},{at}\t{leaf(rule, f'customer {at}', assets, balances)}\n")
            customers.write(f"customer {at},{balances[0]},{balances[1]}\n")


MAKERS: dict[str, Callable[[Path, int], None]] = {
    "okx-merkle-v2": _okx_v2,
    "bitmex-merkle": _bitmex,
    "network-firm": _network_firm,
}
