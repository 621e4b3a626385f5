"""The proof of what the devnet's exchange owes: a Merkle sum tree of its customers, as OKX published it (version 2)."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256

from monitor.formats.exact import plain

_LEVELS = 4
_CUSTOMERS = 2**_LEVELS


@dataclass(frozen=True, slots=True)
class _Entry:
    """One node of the tree."""

    hash: str
    height: int
    balances: tuple[Decimal, ...]

    def line(self, assets: Sequence[str]) -> str:
        return f"{self.hash},{self.height},{_json(assets, self.balances)}"


@dataclass(frozen=True, slots=True)
class Tree:
    """The published tree, and the file of one customer."""

    root: str
    text: str
    """Every node: the root first, then level after level, each from right to left."""
    customer: str


def plant(owed: Mapping[str, Decimal]) -> Tree:
    """A tree of sixteen customers, to whom ``owed`` is owed in all; the last has twice as much as the others, or so."""
    assets = tuple(owed)
    shares = [_share(owed, number) for number in range(_CUSTOMERS - 1)]
    rest = tuple(owed[asset] - sum(share[i] for share in shares) for i, asset in enumerate(assets))
    accounts = [(_nonce(number), share) for number, share in enumerate([*shares, rest])]
    level = [_leaf(nonce, assets, share) for nonce, share in accounts]
    levels = [level]
    while len(level) > 1:
        level = [_parent(left, right) for left, right in zip(level[::2], level[1::2], strict=True)]
        levels.append(level)
    lines = [node.line(assets) for level in reversed(levels) for node in reversed(level)]
    return Tree(level[0].hash, "\n".join(lines) + "\n", _file(accounts[0], levels[0][0], assets))


def _share(owed: Mapping[str, Decimal], number: int) -> tuple[Decimal, ...]:
    """About a seventeenth, and not the same for any two: whole thousandths of what is owed."""
    return tuple(amount * (50 + number) / 1000 for amount in owed.values())


def _nonce(number: int) -> str:
    return sha256(f"reserve-monitor devnet: customer {number}".encode()).hexdigest()


def _leaf(nonce: str, assets: Sequence[str], balances: tuple[Decimal, ...]) -> _Entry:
    customer = _hash(nonce, _json(assets, balances))
    return _Entry(_hash(customer, *map(plain, balances)), 1, balances)


def _parent(left: _Entry, right: _Entry) -> _Entry:
    balances = tuple(mine + theirs for mine, theirs in zip(left.balances, right.balances, strict=True))
    height = left.height + 1
    return _Entry(_hash(left.hash, right.hash, *map(plain, balances), str(height)), height, balances)


def _file(account: tuple[str, tuple[Decimal, ...]], leaf: _Entry, assets: Sequence[str]) -> str:
    nonce, balances = account
    told = dict(zip(assets, map(plain, balances), strict=True))
    content = {
        "hash": _hash(nonce, _json(assets, balances)),
        "nodes": [{"balances": told, "hash": leaf.hash}],
        "nonce": nonce,
        "totalBalances": told,
    }
    return json.dumps(content, indent=2) + "\n"


def _json(assets: Iterable[str], balances: Iterable[Decimal]) -> str:
    return json.dumps(dict(zip(assets, map(plain, balances), strict=True)), separators=(",", ":"))


def _hash(*texts: str) -> str:
    return sha256("".join(texts).encode()).hexdigest()
