"""What proofs say, fit to be kept and shown: a file's name may be any bytes."""

from dataclasses import replace

from monitor.formats import visible
from monitor.model import LiabilitiesProof


def told(proof: LiabilitiesProof) -> LiabilitiesProof:
    """``proof`` with all of its words made printable."""
    return replace(
        proof,
        totals={visible(asset): amount for asset, amount in proof.totals.items()},
        proven=tuple(map(visible, proof.proven)),
        not_proven=tuple(map(visible, proof.not_proven)),
        circuit=visible(proof.circuit),
        report_id=visible(proof.report_id),
        reason=visible(proof.reason),
    )
