"""`reserve-monitor liabilities`."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.options import JsonOption
from monitor.cli.printing import ExitStatus, SafeTable, complain, json_line, note, progress_bar, say
from monitor.cli.state import state_directory
from monitor.formats.exact import plain
from monitor.judgement import RootComparison, conclusion, reservation, with_given
from monitor.model import LiabilitiesProof, ProofStatus
from monitor.proofs import (
    SCHEMES,
    Done,
    Executor,
    Expected,
    ProofFile,
    UnavailableError,
    UnreadableError,
    gather,
    guide_lines,
    opened,
    read_verifier_data,
    verify,
)

_STYLES = {ProofStatus.PROVEN: "green", ProofStatus.BOUND: "yellow"}
_EXITS = {
    ProofStatus.PROVEN: ExitStatus.WELL,
    ProofStatus.BOUND: ExitStatus.UNJUDGED,
    ProofStatus.INVALID: ExitStatus.FINDING,
    ProofStatus.UNREADABLE: ExitStatus.UNJUDGED,
}


def _scheme(name: str) -> str:
    if name not in {"auto", *SCHEMES}:
        raise typer.BadParameter(f"no scheme is called {name}; there are auto, {', '.join(SCHEMES)}")
    return name


def _verifier_data(path: Path) -> bytes:
    try:
        return read_verifier_data(path)
    except UnreadableError as error:
        complain(str(error))
        raise typer.Exit(ExitStatus.USAGE) from None


def _hex(root: str) -> str:
    digits = root.strip().lower().removeprefix("0x")
    if root and (not digits or set(digits) - set("0123456789abcdef")):
        raise typer.BadParameter("a root is written in hexadecimal digits")
    return digits


_FilesArgument = Annotated[
    list[Path],
    typer.Argument(metavar="FILE…", help="The files of one proof, their directory, or the archive they came in."),
]
_SchemeOption = Annotated[
    str,
    typer.Option(
        "--format", metavar="SCHEME", help="The scheme (docs/liabilities.md); `auto` finds it.", callback=_scheme
    ),
]
_RootOption = Annotated[
    str, typer.Option("--root", metavar="HEX", help="The root as it was published elsewhere.", callback=_hex)
]
_UserOption = Annotated[str, typer.Option("--user", metavar="ID", help="Your own id, as the exchange told it to you.")]
_ReportOption = Annotated[
    str, typer.Option("--report", metavar="ID", help="The report (audit, round) that it must be of.")
]
_VerifierDataOption = Annotated[
    Path | None,
    typer.Option(
        "--verifier-data",
        metavar="FILE",
        help="What a zk-STARK V2 must be of: its circuit's verifier data, in hex.",
    ),
]
_WorkersOption = Annotated[
    int | None, typer.Option("--workers", min=1, metavar="N", help="Processes; by default one for each core.")
]
_SchedulerOption = Annotated[
    str, typer.Option("--scheduler", metavar="tcp://…", help="Do the work on this Dask cluster instead.")
]
_StateOption = Annotated[
    Path | None,
    typer.Option(
        "--state",
        metavar="FILE",
        help="Where it is noted which proofs of a table were verified, so that a run that was cut goes on there. "
        "[default: ~/.local/state/reserve-monitor/proofs]",
        show_default=False,
    ),
]
_FreshOption = Annotated[
    bool, typer.Option("--fresh", help="Verify everything anew, whatever an earlier run has verified.")
]


def liabilities(
    files: _FilesArgument,
    *,
    format_: _SchemeOption = "auto",
    root: _RootOption = "",
    user: _UserOption = "",
    report: _ReportOption = "",
    verifier_data: _VerifierDataOption = None,
    workers: _WorkersOption = None,
    scheduler: _SchedulerOption = "",
    state: _StateOption = None,
    fresh: _FreshOption = False,
    json: JsonOption = False,
) -> None:
    """Verify a published proof of liabilities: totals per asset, what was proven and what was not.

    **proven**: everything that the scheme can show by these files was recomputed. **bound**: what was recomputed fits,
    but a part of the proof was not given, or not verified. **invalid**, **unreadable**: with the reason.
    docs/liabilities.md says per scheme what each of them is worth.

    **If you are a customer:** give the file that the exchange offers you (a Merkle path, an inclusion proof), your id
    with --user, and with --root the root as it stands on the exchange's page, best as others see it too. The last line
    says what that comes to. Without --root no published root was compared: then the file may have been made for you
    alone. Even with it, one file shows that one balance is counted, not that all are, nor what the exchange holds.

    Exit status: 0 proven · 1 invalid · 2 a file is not there · 3 bound only, or unreadable.
    """
    missing = [path for path in files if not path.exists()]
    if missing:
        complain(*(f"{path}: no such file or directory" for path in missing))
        raise typer.Exit(ExitStatus.USAGE)
    pinned = _verifier_data(verifier_data) if verifier_data else b""
    expected = Expected(root=root, user=user, report_id=report, verifier_data=pinned)
    try:
        done = Done(state or state_directory() / "proofs")
        if fresh:
            done.clear()
        with progress_bar() as progress, opened(scheduler, workers, progress, done) as executor:
            proof, gathered = _judged(files, expected, executor, format_)
            lines = () if json else guide_lines(proof, gathered, expected, executor)
        done.clear()
    except UnavailableError as error:
        complain(str(error))
        raise typer.Exit(ExitStatus.USAGE) from None
    compared = with_given(proof, root)
    if json:
        _print_json(proof, compared)
    else:
        _print(proof, compared, lines)
    raise typer.Exit(_EXITS[proof.status])


def _judged(
    paths: Sequence[Path], expected: Expected, executor: Executor, scheme: str
) -> tuple[LiabilitiesProof, Sequence[ProofFile]]:
    """What the files at ``paths`` show, and the files."""
    try:
        files = gather(paths)
    except UnreadableError as error:
        return LiabilitiesProof("", ProofStatus.UNREADABLE, reason=str(error)), ()
    return verify(files, expected, executor=executor, scheme=scheme), files


def _print_json(proof: LiabilitiesProof, root: RootComparison) -> None:
    json_line(
        {
            "scheme": proof.scheme or None,
            "status": proof.status,
            "strength": proof.strength,
            "limit": proof.limit or None,
            "totals": proof.totals,
            "in_coins": proof.in_coins,
            "proven": proof.proven,
            "not_proven": proof.not_proven,
            "root": proof.root or None,
            "circuit": proof.circuit or None,
            "report_id": proof.report_id or None,
            "leaves": proof.leaves,
            "reason": proof.reason or None,
            "conclusion": conclusion(proof, root),
        }
    )


def _print(proof: LiabilitiesProof, root: RootComparison, lines: Sequence[str]) -> None:
    for line in lines:
        say(line)
    if proof.totals:
        shown = SafeTable("asset", "owed", title="What is owed by this proof")
        for asset, amount in proof.totals.items():
            shown.add_row(asset, plain(amount))
        shown.print()
        if not proof.in_coins:
            say("in a unit that the files do not state")
    if proof.root:
        say(f"root {proof.root}")
    _print_list("Proven:", proof.proven)
    _print_list("Not proven:", proof.not_proven)
    scheme = f" ({SCHEMES[proof.scheme].title})" if proof.scheme else ""
    say((f"{proof.status.upper()}{reservation(proof, root)}", _STYLES.get(proof.status, "bold red")), scheme)
    if proof.holds and proof.limit:
        say(f"An exchange that cheats could pass: {proof.limit}.")
    if proof.reason:
        complain(proof.reason)
    note(conclusion(proof, root))


def _print_list(title: str, sentences: Sequence[str]) -> None:
    if sentences:
        say(title)
    for sentence in sentences:
        say(f"  · {sentence}")
