"""How The Network Firm's tool makes a leaf of a customer's row: by rules that changed over its versions. Data.

Source: thenetworkfirm/proof-of-reserves-merkle-tree-tool. A leaf is the first 8 bytes of a SHA-256.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256

from monitor.formats import exact
from monitor.proofs import amounts

LEAF_DIGITS = 16
_ZEROS = re.compile(r"(\.[0-9]*[1-9])0+$|\.0*$")
_OF_ANY_NUMBER = "4ea5c508a6566e76240543f8feb06fd457777be39549c4016436afda65d2330e"
"""What crypto-js 4 makes of a number instead of a text: the same for all but 0, which is hashed as nothing."""


@dataclass(frozen=True, slots=True)
class LeafRule:
    """One version's leaf."""

    title: str
    text: Callable[[str, Sequence[str], Sequence[str]], str]
    """What is hashed: id, names of the assets, balances as they are written."""
    weakness: str = ""
    """What the leaf leaves open."""
    covers_balances: bool = True
    covers_names: bool = False
    """Whether the assets' names are hashed."""


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def _run_together(customer: str, _: Sequence[str], balances: Sequence[str]) -> str:
    return _digest(customer) + _digest("".join(balances))


def _named(customer: str, assets: Sequence[str], balances: Sequence[str]) -> str:
    plain = (_ZEROS.sub(r"\1", balance) for balance in balances)
    return customer + "," + ",".join(f"{asset}:{balance}" for asset, balance in zip(assets, plain, strict=True))


def _named_by_hash(customer: str, assets: Sequence[str], balances: Sequence[str]) -> str:
    return _named(_digest(customer), assets, balances)


def _sum(customer: str, _: Sequence[str], balances: Sequence[str]) -> str:
    total = exact.total(Decimal(balance) for balance in balances)
    return _digest(customer) + _digest(amounts.spelt(total, None))


def _number(customer: str, _: Sequence[str], balances: Sequence[str]) -> str:
    return _digest(customer) + (_OF_ANY_NUMBER if any(Decimal(balance) for balance in balances) else _digest(""))


RULES: Mapping[str, LeafRule] = {
    "run together": LeafRule(
        "hash of the id and hash of the balances run together",
        _run_together,
        "balances are run together before they are hashed, so digits could move from one asset to its neighbour",
    ),
    "named": LeafRule("id and each balance by its asset's name", _named, covers_names=True),
    "named by hash": LeafRule("hash of the id and each balance by its asset's name", _named_by_hash, covers_names=True),
    "sum": LeafRule(
        "hash of the id and hash of the balances' sum",
        _sum,
        "only the sum over all assets is hashed, so amounts could move from one asset to another",
    ),
    "number": LeafRule(
        "hash of the id and a constant",
        _number,
        "the balances: a fault of the tool's first version hashes a constant in their place, unless all are 0",
        covers_balances=False,
    ),
}
"""By name; the first one that makes the first leaf of the first row is the list's."""


def leaf(rule: LeafRule, customer: str, assets: Sequence[str], balances: Sequence[str]) -> str:
    """Hex digits of a leaf."""
    return _digest(rule.text(customer, assets, balances))[:LEAF_DIGITS]
