"""What was published elsewhere, compared with what the files say themselves: the same for every scheme."""

from dataclasses import replace

from monitor.model import LiabilitiesProof
from monitor.proofs.amounts import spelt
from monitor.proofs.scheme import Expected, ProofError


def compare(found: LiabilitiesProof, expected: Expected) -> LiabilitiesProof:
    """``found`` with what was compared added to its sentences. Raises :class:`ProofError` at a difference."""
    proven, open_ = list(found.proven), list(found.not_proven)
    _compare_root(found.root, expected.root, proven, open_)
    if expected.report_id and not found.report_id:
        open_.append(f"that this is the report {expected.report_id}: the files do not name theirs")
    elif expected.report_id and found.report_id != expected.report_id:
        raise ProofError(f"the files are of the report {found.report_id}, not {expected.report_id}")
    for asset, amount in expected.totals.items():
        if asset not in found.totals:
            open_.append(
                f"what is owed in {asset}: {spelt(amount, None)} was published, and these files do not state any"
            )
        elif found.totals[asset] != amount:
            owed = spelt(found.totals[asset], None)
            raise ProofError(f"{asset}: {owed} is owed by these files, but {spelt(amount, None)} was published")
    if common := [asset for asset in expected.totals if asset in found.totals]:
        proven.append(f"the published totals are these: {', '.join(common)}")
    return replace(found, proven=tuple(proven), not_proven=tuple(open_))


def _compare_root(root: str, published: str, proven: list[str], open_: list[str]) -> None:
    if root and not published:
        open_.append("that everybody was shown this root: no published one was given to compare it with")
    elif published and not root:
        raise ProofError(f"the published root {_plain(published)} is nowhere in these files: they state no root")
    elif published and _plain(published) != root:
        raise ProofError(f"the root is {root}, but {_plain(published)} was published")
    elif published:
        proven.append("the root is the published one")


def _plain(root: str) -> str:
    return root.strip().lower().removeprefix("0x")
