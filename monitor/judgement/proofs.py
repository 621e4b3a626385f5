"""A proof of liabilities beside the report that it is of."""

from collections.abc import Iterator
from decimal import Decimal

from monitor.formats.exact import agrees
from monitor.model import Liabilities, LiabilitiesProof


def differences(proof: LiabilitiesProof, report: Liabilities | None) -> tuple[str, ...] | None:
    """Where ``proof`` contradicts ``report``, a sentence each; None where nothing of the two can be compared.

    Root and totals are compared. A proof that names another report is of another month: that is no contradiction. What
    the proof does not state (many cover a few assets only) is none either.
    """
    if report is None or not proof.holds or _of_another(proof.report_id, report.report_id):
        return None
    compared = dict(_compared(proof, report))
    return tuple(filter(None, compared.values())) if compared else None


def _of_another(mine: str, theirs: str) -> bool:
    return bool(mine and theirs) and mine != theirs


def _compared(proof: LiabilitiesProof, report: Liabilities) -> Iterator[tuple[str, str]]:
    """Everything that both state, with the sentence that tells how they differ; empty where they agree."""
    published = report.merkle_root.lower().removeprefix("0x")
    if proof.root and published:
        differs = proof.root != published
        yield "root", f"the proof's root is {proof.root}, but the report states {published}" if differs else ""
    if proof.in_coins:
        for asset in proof.totals.keys() & report.owed.keys() - report.carried.keys():
            yield asset, _apart(asset, proof.totals[asset], report.owed[asset])


def _apart(asset: str, proven: Decimal, stated: Decimal) -> str:
    return "" if agrees(stated, proven) else f"by the proof {proven} {asset} is owed, by the report {stated}"
