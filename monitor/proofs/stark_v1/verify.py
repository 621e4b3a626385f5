"""OKX zk-STARK V1 as a scheme, and the lines that OKX's own validator prints."""

from collections.abc import Sequence
from dataclasses import dataclass

from monitor.formats.phrases import first
from monitor.model import LiabilitiesProof, ProofStatus
from monitor.proofs.files import ProofFile
from monitor.proofs.scheme import Expected, ProofError, Scheme, UnreadableError
from monitor.proofs.stark_v1.folder import TRUNK, Folder, recognises, sort
from monitor.proofs.stark_v1.inclusion import Inclusion, check_together, ids_by_place
from monitor.proofs.stark_v1.report import Report, verify_inclusion, verify_sums
from monitor.proofs.stark_v1.statement import not_proven, proven
from monitor.proofs.users import fail, look_for
from monitor.proofs.work import Executor

NAME = "okx-stark-v1"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of each piece: the thing itself, or why it fails."""

    sums: Report | ProofError | None
    """None where there are no sum proofs."""
    inclusions: tuple[Inclusion | ProofError, ...]


def verify(files: Sequence[ProofFile], expected: Expected, executor: Executor) -> LiabilitiesProof:
    """Every sum proof, the trunk, every inclusion file, and how they hang together.

    Any part of a report may be given alone (a batch, the sum proofs, an inclusion file); the result says what is then
    left open. Raises :class:`ProofError`.
    """
    folder = sort(files)
    if expected.user and not folder.inclusions:
        raise ProofError("no inclusion file (…inclusion_proof.json) is among the files, so no user can be looked for")
    outcome = _judge(folder, expected, executor)
    if isinstance(outcome.sums, ProofError):
        raise outcome.sums
    fail([found for found in outcome.inclusions if isinstance(found, ProofError)], len(outcome.inclusions))
    inclusions = [found for found in outcome.inclusions if isinstance(found, Inclusion)]
    report = outcome.sums
    if report is None and not inclusions:
        raise UnreadableError("neither a sum proof nor an inclusion file is among the files")
    roots = {found.batch.root.hex(): found.batch.place for found in inclusions}
    if report and report.trunk:
        roots = {report.trunk.root.hex(): TRUNK}
    if len(roots) > 1:
        raise ProofError(f"{' and '.join(roots.values())}: two trunks, so the inclusion files are of two reports")
    return LiabilitiesProof(
        scheme=NAME,
        status=ProofStatus.PROVEN,
        totals=report.totals if report else {},
        proven=tuple(proven(report, inclusions, expected)),
        not_proven=tuple(not_proven(report, inclusions, expected)),
        root=next(iter(roots), ""),
        in_coins=False,
    )


def guide_lines(
    files: Sequence[ProofFile], expected: Expected, executor: Executor, *, holds: bool = True
) -> tuple[str, ...]:
    """The lines that OKX's guide tells its readers to look for, by our stricter judgement.

    One line for the inclusion files, with their number, then one for the sum proofs; none for what is not there.
    Where the whole does not hold (``holds``) although every piece does, be it for its root, no piece has passed.
    Raises :class:`UnreadableError` where files cannot be told apart.
    """
    folder = sort(files)
    outcome = _judge(folder, expected, executor)
    failed = [
        file.name
        for file, found in zip(folder.inclusions, outcome.inclusions, strict=True)
        if isinstance(found, ProofError)
    ]
    fine = holds or bool(failed) or isinstance(outcome.sums, ProofError)
    results = []
    if folder.inclusions:
        users = sum(not (isinstance(found, Inclusion) and found.is_padding) for found in outcome.inclusions)
        results.append(_line("Inclusion", passed=fine and not failed))
        if users > 1 and fine:
            results.append(f"{users - len(failed)} of {users} files" + (f"; not {first(failed, 10)}" if failed else ""))
    if outcome.sums is not None:
        results.append(_line("Total sum and non-negative", passed=fine and not isinstance(outcome.sums, ProofError)))
    return (
        "============ Validation started ==============",
        *results,
        "============ Validation finished =============",
    )


def _line(what: str, *, passed: bool) -> str:
    return f"{what} constraint validation {'passed' if passed else 'failed'}"


def _judge(folder: Folder, expected: Expected, executor: Executor) -> Outcome:
    try:
        sums = verify_sums(folder, executor)
    except ProofError as error:
        lost = ProofError(f"the report that the inclusion files lead to does not hold: {error}")
        return Outcome(error, tuple(lost for _ in folder.inclusions))
    inclusions = tuple(_included(file, sums) for file in folder.inclusions)
    fine = [found for found in inclusions if isinstance(found, Inclusion)]
    try:
        check_together(fine)
        if expected.user and fine:
            look_for(expected.user, ids_by_place(fine))
    except ProofError as error:
        inclusions = tuple(found if isinstance(found, ProofError) else error for found in inclusions)
    return Outcome(sums, inclusions)


def _included(file: ProofFile, report: Report | None) -> Inclusion | ProofError:
    try:
        return verify_inclusion(file, report)
    except ProofError as error:
        return error


LIMIT = (
    "a prover knows where the foldings are looked at before the later ones are committed to, so made-up sums can pass"
    " at no cost; and the leaves that customers are shown are not tied to the sums, which may be of another ledger"
)

SCHEME = Scheme(NAME, "OKX zk-STARK V1 (April 2023 to August 2024)", recognises, verify, LIMIT)
