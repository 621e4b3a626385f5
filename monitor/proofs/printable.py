"""What strangers' files may put before people: no control characters, no broken Unicode, nothing that turns a line."""

from dataclasses import replace

from monitor.model import LiabilitiesProof


def printable(text: str) -> str:
    """``text`` with everything escaped that is not a visible character or a blank (a file's name may be any bytes)."""
    return text if text.isprintable() else "".join(char if char.isprintable() else repr(char)[1:-1] for char in text)


def told(proof: LiabilitiesProof) -> LiabilitiesProof:
    """``proof`` with all of its words made printable."""
    return replace(
        proof,
        totals={printable(asset): amount for asset, amount in proof.totals.items()},
        proven=tuple(map(printable, proof.proven)),
        not_proven=tuple(map(printable, proof.not_proven)),
        report_id=printable(proof.report_id),
        reason=printable(proof.reason),
    )
