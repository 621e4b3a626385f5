"""The plain Merkle tree of The Network Firm (once Armanino): leaves without sums, and the auditor's totals beside them.

``output_merkle_tree.txt`` has the leaves, ``output_merkle_root.txt`` the root, ``output_total_balances.txt`` the
totals. The customers' list ``input.csv`` is what an auditor has; with it leaves and totals are recomputed. Without it
nothing ties totals to the tree.
"""

import re
from collections.abc import Sequence
from decimal import Decimal

from monitor.model import LiabilitiesProof, ProofStatus
from monitor.proofs.fields import contents, shown
from monitor.proofs.files import ProofFile, head
from monitor.proofs.network_firm_leaves import RULES
from monitor.proofs.network_firm_tree import Recomputed, recompute
from monitor.proofs.scheme import SHORT_HASHES, Expected, ProofError, Scheme
from monitor.proofs.work import Executor

_NAME = "network-firm"
_ROOT = re.compile(rb"([0-9a-f]{64}|[0-9a-f]{16})(?:\r?\n)?")
_TOTAL = re.compile(r"([^:,\r\n]{1,64}):((?:0|[1-9][0-9]{0,39})(?:\.[0-9]{1,40})?(?:e[+-][1-9][0-9]?)?)")
_KINDS = {"leaves": b"Level\tHash", "customers": b"#"}


def _kind(file: ProofFile) -> str:
    """``leaves``, ``customers``, ``root``, ``totals``, or nothing."""
    start = head(file)
    for kind, mark in _KINDS.items():
        if start.startswith(mark):
            return kind
    if _ROOT.fullmatch(start):
        return "root"
    first = start.decode("ascii", "replace").splitlines()[:1]
    return "totals" if first and _TOTAL.fullmatch(first[0]) and not first[0].startswith("block_height:") else ""


def _recognises(files: Sequence[ProofFile]) -> bool:
    kinds = [_kind(file) for file in files]
    return "leaves" in kinds and all(kinds) and len(set(kinds)) == len(kinds)


def _verify(files: Sequence[ProofFile], expected: Expected, executor: Executor) -> LiabilitiesProof:
    parts = {_kind(file): file for file in files}
    found = recompute(parts["leaves"], parts.get("customers"), expected.user, executor)
    stated = _totals(parts["totals"]) if "totals" in parts else {}
    proven = [f"{found.leaves:,} leaves lead to the root {found.root}"]
    open_ = ["that every customer has a leaf: a customer who was left out can only find that out alone"]
    open_.append("that no two balances make one leaf: leaves are cut to 64 bits")
    if "root" in parts:
        _check_root(parts["root"], found)
        proven.append(f"{parts['root'].name} has this root")
    if "customers" in parts and "totals" in parts and stated != found.totals:
        difference = next(a for a in [*found.totals, *stated] if found.totals.get(a) != stated.get(a))
        raise ProofError(
            f"{parts['totals'].name}: {difference} is {stated.get(difference)}, but the customers' balances in"
            f" {parts['customers'].name} add up to {found.totals.get(difference)}"
        )
    whole = _judge(found, stated, proven, open_, expected)
    return LiabilitiesProof(
        scheme=_NAME,
        status=ProofStatus.PROVEN if whole else ProofStatus.BOUND,
        totals=found.totals or stated,
        proven=tuple(proven),
        not_proven=tuple(open_),
        root=found.root,
        leaves=found.leaves,
    )


def _judge(
    found: Recomputed, stated: dict[str, Decimal], proven: list[str], open_: list[str], expected: Expected
) -> bool:
    """Says what the leaves show of the totals; whether that is all there is to show."""
    if not found.rule:
        open_.append("what is owed: the tree has no sums, and the customers' list was not given")
        if stated:
            open_.append("the stated totals: nothing ties them to the tree")
        if expected.user:
            open_.append("whether this customer has a leaf: the customers' list was not given")
        return False
    rule = RULES[found.rule]
    proven.append(f"every leaf recomputes from its row of the customers' list: {rule.title}")
    proven.append("the totals are the sums of the customers' list, none of whose balances is negative")
    if stated:
        proven.append("the stated totals are these")
    if expected.user:
        proven.append(f"the customer {expected.user} has {found.own} row of the list")
    if rule.weakness:
        open_.append(rule.weakness)
    if not rule.covers_names:
        open_.append("which asset each sum is of: the names stand in no hash, only above the list's columns")
    if not rule.covers_balances:
        open_.append("the totals, therefore: the list adds up to them, but no hash covers the list's balances")
    return rule.covers_balances


def _check_root(file: ProofFile, found: Recomputed) -> None:
    stated = _ROOT.fullmatch(contents(file))
    if stated is None or stated[1].decode() != found.root:
        raise ProofError(f"{file.name}: not the root that the leaves lead to, {found.root}")


def _totals(file: ProofFile) -> dict[str, Decimal]:
    """Lines of ``asset:amount``; an older version of the tool begins all but the first with a comma."""
    try:
        lines = contents(file).decode("ascii").splitlines()
    except UnicodeDecodeError as error:
        raise ProofError(f"{file.name}: byte {error.start} is not ASCII") from error
    found: dict[str, Decimal] = {}
    for number, line in enumerate(lines, 1):
        total = _TOTAL.fullmatch(line.removeprefix(",") if number > 1 else line)
        if total is None:
            raise ProofError(f"{file.name}: line {number}: expected asset:amount, not {shown(line)}")
        if total[1] in found:
            raise ProofError(f"{file.name}: line {number}: a second total of {total[1]}")
        found[total[1]] = Decimal(total[2])
    return found


SCHEME = Scheme(_NAME, "The Network Firm's plain Merkle tree", _recognises, _verify, SHORT_HASHES)
