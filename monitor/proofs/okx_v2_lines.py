"""The lines of OKX's full tree, version 2: ``hash,level,{"BTC":"…","ETH":"…","USDT":"…"}``, levels from right to left.

A node is SHA-256 over its left and its right child's hash, its three sums and its level, all as they are written.
"""

import re
from collections.abc import Sequence
from decimal import Decimal, localcontext
from hashlib import sha256
from itertools import chain, repeat
from operator import add
from typing import Any

from monitor.formats.exact import EXACT
from monitor.proofs.tree_format import Nodes, TreeFormat, all_hex

_AMOUNT = r"(?:0|[1-9][0-9]{0,17}+)(?:\.[0-9]{1,8}+(?<!0))?+"
_LINE = re.compile(
    r"(?P<hash>[0-9a-f]{64}),(?P<level>[1-9][0-9]{0,2}),"
    rf'\{{(?P<amounts>"BTC":"{_AMOUNT}","ETH":"{_AMOUNT}","USDT":"{_AMOUNT}")\}}\n'
)
_LEAF = re.compile(r'(?m)^([^,]*+),1,\{"BTC":"([^"]*+)","ETH":"([^"]*+)","USDT":"([^"]*+)"\}\n')
"""Quick, as it looks at no character twice; what hashes and amounts are made of is looked at in bulk."""
_AMOUNTS = re.compile(rf'(?:{_AMOUNT}")*+')

_UNIT = Decimal("0.00000001")
_EIGHT_PLACES = 0 * _UNIT
"""Added to an amount, it makes ``str`` write eight decimals, so that all that is left to do is to strip zeros."""
_TINY = {str(units * _UNIT): f"{units * _UNIT:f}".rstrip("0").rstrip(".") for units in range(100)}
"""What ``str`` writes with an exponent."""


def _read(text: str) -> Nodes | None:
    found = _LEAF.findall(text)
    if not found:
        return None
    hashes, *columns = zip(*found, strict=True)
    if not all_hex(hashes) or not _AMOUNTS.fullmatch('"'.join(chain(*columns, [""]))):
        return None
    return Nodes(hashes, [list(map(Decimal, column)) for column in columns])


def _above(nodes: Nodes, level: int) -> tuple[Nodes, str]:
    with localcontext(EXACT):
        sums = [_sums(column, level) for column in nodes.amounts]
    btc, eth, usdt = map(_written, sums)
    hashes = [
        sha256(f"{left}{right}{b}{e}{u}{level}".encode()).hexdigest()
        for right, left, b, e, u in zip(nodes.hashes[::2], nodes.hashes[1::2], btc, eth, usdt, strict=True)
    ]
    lines = [
        f'{own},{level},{{"BTC":"{b}","ETH":"{e}","USDT":"{u}"}}\n'
        for own, b, e, u in zip(hashes, btc, eth, usdt, strict=True)
    ]
    return Nodes(hashes, sums), "".join(lines)


def _sums(column: Sequence[Any], level: int) -> list[Decimal]:
    firsts = column[::2]
    if level == 2:
        firsts = list(map(add, firsts, repeat(_EIGHT_PLACES)))
    return list(map(add, firsts, column[1::2]))


def _written(amounts: Sequence[Decimal]) -> list[str]:
    """In plain digits, without superfluous zeros; amounts have eight places."""
    texts = list(map(str.rstrip, map(str.rstrip, map(str, amounts), repeat("0")), repeat(".")))
    return list(map(_TINY.get, texts, texts))


def _pad(own: str, level: int) -> str:
    return f'{own},{level},{{"BTC":"0","ETH":"0","USDT":"0"}}\n'


TREE = TreeFormat(line=_LINE, read=_read, above=_above, pad=_pad)
