"""What the verification of a file comes to, in words for those whose balance it is: page and command say the same."""

from collections.abc import Iterable
from dataclasses import dataclass

from monitor.formats.phrases import counted, moment
from monitor.judgement.regularity import CIRCUIT, REPORT
from monitor.model import LiabilitiesProof, ProofStatus, Publication

_NOT_COMPARED = "no published root was compared"
_MEANINGS = {
    ProofStatus.PROVEN: "everything that the scheme can show by these files was recomputed and fits",
    ProofStatus.BOUND: "bound, not proven: what was recomputed fits, but a part of the proof was not",
    ProofStatus.INVALID: "the files contradict themselves, their scheme, or what was published elsewhere: they prove "
    "nothing. If they are yours and unaltered, keep them as they are and ask the exchange why",
    ProofStatus.UNREADABLE: "nothing was learnt from these files, neither for the exchange nor against it",
}
_ONE_OF_MANY = (
    "A customer's own file shows that one balance is counted under that root: not that others are, "
    "and nothing about what the exchange holds"
)


@dataclass(frozen=True, slots=True)
class RootComparison:
    """Whether a proof leads to a published root."""

    leads_there: bool | None
    """None where there was nothing to compare it with."""
    words: str
    """A clause: ``it leads to the root that …``."""


def with_given(proof: LiabilitiesProof, root: str) -> RootComparison:
    """Compare with a root that the reader has brought along; one that differs has made the proof invalid already."""
    if not root:
        return RootComparison(None, f"{_NOT_COMPARED}: whether others were shown the same is open")
    return RootComparison(proof.holds, "it leads to the root that you gave")


def with_published(proof: LiabilitiesProof, record: Iterable[Publication], publisher: str) -> RootComparison:
    """Compare with all roots that ``publisher`` was seen to publish."""
    if not proof.root:
        return RootComparison(None, f"{_NOT_COMPARED}, as the file by itself leads to none")
    roots = [each for each in record if each.root and not each.kind.endswith(CIRCUIT)]
    if not roots:
        return RootComparison(None, f"{_NOT_COMPARED}: this monitor has not seen one of {publisher} yet")
    same = [each for each in roots if _plain(each.root) == proof.root]
    if not same:
        known, since = {_plain(each.root) for each in roots}, min(each.seen_at for each in roots)
        words = (
            f"it leads to no root that this monitor saw {publisher} publish ({counted(len(known), 'root')} since "
            f"{moment(since)}): the file may be of an earlier report or of another exchange, or its root was shown to "
            "you alone"
        )
        return RootComparison(leads_there=False, words=words)
    first = min(same, key=lambda each: each.seen_at)
    where = "its report" if first.kind == REPORT else "a published proof"
    named = f" {first.report_id}" if first.report_id else ""
    words = (
        f"it leads to the root that this monitor saw in {where}{named} of {publisher}, first on {moment(first.seen_at)}"
    )
    return RootComparison(leads_there=True, words=words)


def conclusion(proof: LiabilitiesProof, root: RootComparison) -> str:
    """What ``proof`` comes to, in a few sentences. Its limits and what it leaves open stand beside it."""
    meaning = _MEANINGS[proof.status]
    if not proof.holds:
        return f"{meaning}."
    return f"{meaning}; {root.words}." + (f" {_ONE_OF_MANY}." if proof.leaves is None else "")


def reservation(proof: LiabilitiesProof, root: RootComparison) -> str:
    """What must stand behind the status of ``proof`` wherever that is shown: a proof of nobody's root proves little."""
    if not proof.holds:
        return ""
    strength = f", of {proof.strength} strength"
    if root.leads_there:
        return strength
    return f"{strength}; {_NOT_COMPARED if root.leads_there is None else 'not a root that was seen published'}"


def _plain(root: str) -> str:
    return root.strip().lower().removeprefix("0x")
