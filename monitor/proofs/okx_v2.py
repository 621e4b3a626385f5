"""OKX's Merkle sum tree, version 2: the full tree (``full-liabilities-merkle-tree.txt``) and customers' own files.

A customer's balance is split over several leaves. A leaf is hashed from the customer's own hash and its share; the
customer's hash from a nonce and the total. In the tree's file each level runs from right to left, and a level's odd
node is repeated before it, owing nothing. Heights count from the leaves, which are 1.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce
from hashlib import sha256

from monitor.formats.phrases import first
from monitor.model import LiabilitiesProof, ProofStatus
from monitor.proofs import amounts, level_tree
from monitor.proofs.fields import Fields, load
from monitor.proofs.files import ProofFile, head
from monitor.proofs.level_tree import Prefixes, Tree
from monitor.proofs.okx_v2_lines import TREE
from monitor.proofs.scheme import RUN_TOGETHER, Expected, ProofError, Scheme, UnreadableError
from monitor.proofs.tree_format import Amount, Leaf
from monitor.proofs.users import every, together
from monitor.proofs.work import Executor

_NAME = "okx-merkle-v2"
_COINS = ("BTC", "ETH", "USDT")
_PLACES = 8
_TREE_START = re.compile(rb'[0-9a-f]{64},[0-9]+,\{"')
_USER_MARK = re.compile(rb'"totalBalances"\s*:')


@dataclass(frozen=True, slots=True)
class _User:
    """A customer's file whose own hashes and sums fit."""

    name: str
    total: amounts.Amounts
    leaves: tuple[tuple[str, tuple[Amount, ...]], ...]
    """Hash and balances."""


def _is_tree(file: ProofFile) -> bool:
    return bool(_TREE_START.match(head(file)))


def _is_user(file: ProofFile) -> bool:
    start = head(file)
    return start.lstrip().startswith(b"{") and bool(_USER_MARK.search(start))


def _recognises(files: Sequence[ProofFile]) -> bool:
    return bool(files) and all(_is_tree(file) or _is_user(file) for file in files)


def _verify(files: Sequence[ProofFile], expected: Expected, executor: Executor) -> LiabilitiesProof:
    trees = [file for file in files if _is_tree(file)]
    if len(trees) > 1:
        raise UnreadableError(f"{trees[1].name}: a second tree beside {trees[0].name}; give the files of one proof")
    users = every([file for file in files if file not in trees], _read_user)
    whose = ["whose leaves these are: the files name no customer"] if expected.user else []
    if not trees:
        return _without_tree(users, whose)
    wanted = frozenset(leaf[:16] for user in users for leaf, _ in user.leaves)
    tree = level_tree.verify(TREE, trees[0], executor, Prefixes(wanted) if wanted else None)
    _check_repeated(trees[0].name, tree)
    _check_users(trees[0].name, users, tree)
    return _whole(tree, users, whose)


def _read_user(file: ProofFile) -> _User:
    whole = Fields(load(file), file.name)
    whole.only(("hash", "nonce", "totalBalances", "nodes"))
    total = _balances(whole.inner("totalBalances"))
    texts = {coin: amounts.spelt(amount, None) for coin, amount in total.items()}
    written = "{" + ",".join(f'"{coin}":"{text}"' for coin, text in texts.items()) + "}"
    own = sha256((whole.text("nonce") + written).encode("utf-8", "surrogatepass")).hexdigest()
    if whole.octets("hash", 32).hex() != own:
        raise ProofError(f"{file.name}: hash: the hash of nonce and totalBalances is {own}")
    leaves: list[tuple[str, tuple[Amount, ...]]] = []
    shares: list[amounts.Amounts] = []
    for at, item in enumerate(whole.items("nodes")):
        node = Fields(item, f"{file.name}: nodes[{at}]")
        node.only(("hash", "balances"))
        share = _balances(node.inner("balances"))
        spelt = "".join(amounts.spelt(amount, None) for amount in share.values())
        leaf = sha256((own + spelt).encode()).hexdigest()
        if node.octets("hash", 32).hex() != leaf:
            raise ProofError(f"{node.at('hash')}: the hash of the customer's hash and these balances is {leaf}")
        leaves.append((leaf, tuple(share.values())))
        shares.append(share)
    if not shares or reduce(amounts.added, shares) != total:
        raise ProofError(f"{file.name}: the nodes do not add up to totalBalances")
    return _User(file.name, total, tuple(leaves))


def _balances(fields: Fields) -> dict[str, Decimal]:
    if tuple(fields.names()) != _COINS:
        raise ProofError(f"{fields.place}: expected {', '.join(_COINS)}, in this order")
    found = {coin: amounts.read(fields.value(coin), fields.at(coin), None) for coin in _COINS}
    for coin, amount in found.items():
        if amount < 0:
            raise ProofError(f"{fields.at(coin)}: {amount} is negative")
        if -int(amount.as_tuple().exponent) > _PLACES:
            raise ProofError(f"{fields.at(coin)}: {amount} has more than {_PLACES} decimals")
    return found


def _check_repeated(name: str, tree: Tree) -> None:
    """A hash covers its balances: leaves that share one must share those too."""
    first: dict[str, Leaf] = {}
    for leaf in tree.repeated:
        known = first.setdefault(leaf.hash, leaf)
        if known.amounts != leaf.amounts:
            raise ProofError(f"{name}: lines {known.line} and {leaf.line}: one leaf's hash with two balances")


def _check_users(name: str, users: Sequence[_User], tree: Tree) -> None:
    """Every leaf of every customer is in the tree, as often as their files name it."""
    there = Counter(leaf.hash for leaf in tree.found)
    balances = {leaf.hash: leaf.amounts for leaf in tree.found}
    named: Counter[str] = Counter()
    for user in users:
        for leaf, share in user.leaves:
            named[leaf] += 1
            if named[leaf] > there[leaf]:
                missing = "is not a leaf of" if not there[leaf] else "is named more often than it is in"
                raise ProofError(f"{user.name}: {leaf} {missing} {name}")
            if balances[leaf] != share:
                raise ProofError(f"{user.name}: {leaf} has other balances in {name}")


def _whole(tree: Tree, users: Sequence[_User], whose: list[str]) -> LiabilitiesProof:
    totals = {coin: Decimal(amounts.spelt(Decimal(sum_), None)) for coin, sum_ in zip(_COINS, tree.totals, strict=True)}
    proven = [
        f"every hash and every sum of the whole tree recomputes, from {tree.leaves:,} leaves to the root",
        "the root's totals are the sums of all leaves, none of which is negative",
    ]
    if len(users) == 1:
        proven.append(f"{_counted(users[0])} are {_leaves(users[0])} of this tree")
    elif users:
        proven.append(f"{together([user.name for user in users])}: all of their leaves are in this tree")
    open_ = [
        "that every customer has a leaf: a customer who was left out can only find that out with their own file",
        *(["that any customer's leaves are there: no customer's file was given"] if not users else []),
        *whose,
    ]
    status = ProofStatus.PROVEN
    if tree.repeated:
        lines = first([str(leaf.line) for leaf in tree.repeated], 10)
        open_.insert(
            0,
            f"that no leaf counts for two customers: duplicate leaves in lines {lines}; they are equal shares of one"
            " customer, or one leaf shown to several, which the file cannot tell apart",
        )
        status = ProofStatus.BOUND
    return LiabilitiesProof(
        scheme=_NAME,
        status=status,
        totals=totals,
        proven=tuple(proven),
        not_proven=tuple(open_),
        root=tree.root,
        leaves=tree.leaves,
    )


def _without_tree(users: Sequence[_User], whose: list[str]) -> LiabilitiesProof:
    return LiabilitiesProof(
        scheme=_NAME,
        status=ProofStatus.BOUND,
        proven=(
            f"{_counted(users[0])} are split into {_leaves(users[0])}, hashes and sums fitting"
            if len(users) == 1
            else f"{together([user.name for user in users])}: split into leaves, hashes and sums fitting",
        ),
        not_proven=(
            "that these leaves are counted anywhere: the full tree (full-liabilities-merkle-tree.txt) was not given",
            "what is owed in all: only the tree has totals",
            *whose,
        ),
    )


def _counted(user: _User) -> str:
    some = [f"{coin} {amounts.spelt(amount, None)}" for coin, amount in user.total.items() if amount]
    return f"the balances of {user.name} ({', '.join(some) or 'nothing'})"


def _leaves(user: _User) -> str:
    return f"{len(user.leaves)} {'leaf' if len(user.leaves) == 1 else 'leaves'}"


SCHEME = Scheme(
    _NAME, "OKX Merkle sum tree, version 2: the full tree, customers' files", _recognises, _verify, RUN_TOGETHER
)
