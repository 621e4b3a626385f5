"""Proofs of liabilities: which scheme files belong to, what they prove, and what they leave open.

``verify`` is the one entry point; a new scheme is a file and a line in ``SCHEMES``.
"""

from collections.abc import Sequence
from dataclasses import replace

from monitor.formats.phrases import first
from monitor.model import LiabilitiesProof, ProofStatus, Strength
from monitor.proofs import bitmex, groth16, network_firm, okx_v2, path_formats, stark_v1, stark_v2, sum_path
from monitor.proofs.executors import InProcess, opened
from monitor.proofs.expectations import compare
from monitor.proofs.files import DAMAGE, ProofFile, fault
from monitor.proofs.gathering import gather, unpacked
from monitor.proofs.printable import told
from monitor.proofs.scheme import Expected, ProofError, Scheme, UnreadableError
from monitor.proofs.stark_v2.known import read_verifier_data
from monitor.proofs.work import Done, Executor, UnavailableError

__all__ = [
    "SCHEMES",
    "Done",
    "Executor",
    "Expected",
    "ProofError",
    "ProofFile",
    "Scheme",
    "UnavailableError",
    "UnreadableError",
    "gather",
    "guide_lines",
    "opened",
    "read_verifier_data",
    "unpacked",
    "verify",
]

_ALL = (
    *(sum_path.scheme(layout) for layout in path_formats.FORMATS),
    okx_v2.SCHEME,
    bitmex.SCHEME,
    network_firm.SCHEME,
    stark_v1.SCHEME,
    stark_v2.SCHEME,
    groth16.SCHEME,
)

SCHEMES = {scheme.name: scheme for scheme in _ALL}
"""Every scheme by its name."""

_NOTHING = Expected()


def verify(
    files: Sequence[ProofFile], expected: Expected = _NOTHING, *, executor: Executor | None = None, scheme: str = "auto"
) -> LiabilitiesProof:
    """What ``files``, all of one proof, show. Never raises because of what is in them.

    ``proven``: everything that the scheme can show by these files was recomputed, and is what was expected.
    ``bound``: read, and tied to a root and totals, but a part of the proof itself was not, or cannot be, recomputed.
    ``invalid``: the files contradict themselves, their scheme or what was expected. ``unreadable``: of no known
    scheme, damaged or incomplete, so nothing was learnt. Totals are empty in the last two.

    ``scheme`` is a name of ``SCHEMES``, or ``auto``. Without an executor all is done in this process. Raises
    ``KeyError`` for any other name. This blocks.
    """
    chosen = _detect(files) if scheme == "auto" else SCHEMES[scheme]
    if isinstance(chosen, LiabilitiesProof):
        return told(replace(chosen, limit="of no scheme that is known here, so nothing follows from it"))
    strength = Strength.LIMITED if chosen.limit else Strength.FULL
    return told(
        replace(_judged(chosen, files, expected, executor or InProcess()), strength=strength, limit=chosen.limit)
    )


def _judged(chosen: Scheme, files: Sequence[ProofFile], expected: Expected, executor: Executor) -> LiabilitiesProof:
    if not chosen.recognises(files):
        reason = f"{_names(files)}: not the files of {chosen.name}, or not all of them"
        return LiabilitiesProof(chosen.name, ProofStatus.UNREADABLE, reason=reason)
    try:
        return compare(chosen.verify(files, expected, executor), expected)
    except UnreadableError as error:
        return LiabilitiesProof(chosen.name, ProofStatus.UNREADABLE, reason=str(error))
    except ProofError as error:
        return LiabilitiesProof(chosen.name, ProofStatus.INVALID, reason=str(error))
    except DAMAGE as error:
        return LiabilitiesProof(chosen.name, ProofStatus.UNREADABLE, reason=f"a file cannot be read: {error}")
    except UnavailableError:
        raise
    except Exception as error:  # noqa: BLE001 - strangers' files must not stop the watch over others
        reason = f"{_names(files)}: cannot be judged ({type(error).__name__}: {error})"
        return LiabilitiesProof(chosen.name, ProofStatus.UNREADABLE, reason=reason)


def _detect(files: Sequence[ProofFile]) -> Scheme | LiabilitiesProof:
    """The only scheme that takes these files for its own; or, where there is none, that."""
    nothing = LiabilitiesProof("", ProofStatus.UNREADABLE)
    if not files:
        return replace(nothing, reason="no files were given")
    names = _names(files)
    own = [scheme for scheme in SCHEMES.values() if scheme.recognises(files)]
    if len(own) == 1:
        return own[0]
    if own:
        return replace(nothing, reason=f"{names}: could be {' or '.join(one.name for one in own)}; say which")
    parts = {scheme.name for file in files for scheme in SCHEMES.values() if scheme.recognises([file])}
    if parts:
        return replace(
            nothing, reason=f"{names}: not the files of one proof, but of {', '.join(sorted(parts))}, or more"
        )
    if found := next(filter(None, map(fault, files)), ""):
        return replace(nothing, reason=found)
    return replace(nothing, reason=f"{names}: of no scheme that is known here ({', '.join(SCHEMES)})")


def _names(files: Sequence[ProofFile]) -> str:
    return first([file.name for file in files])


def guide_lines(
    proof: LiabilitiesProof, files: Sequence[ProofFile], expected: Expected = _NOTHING, executor: Executor | None = None
) -> tuple[str, ...]:
    """What the exchange's own guide tells its readers to look for, where its scheme has such lines.

    By our judgement, which is stricter; none where nothing was learnt from ``files``, of which ``proof`` was made.
    """
    if proof.status is ProofStatus.UNREADABLE:
        return ()
    if proof.scheme == stark_v2.SCHEME.name:
        return stark_v2.guide_lines(files, proof)
    if proof.scheme != stark_v1.SCHEME.name:
        return ()
    try:
        return stark_v1.guide_lines(
            files, expected, executor or InProcess(), holds=proof.status is not ProofStatus.INVALID
        )
    except UnreadableError:
        return ()
