"""Verifying a bundle of evidence offline, by doing all of it again."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from monitor import __version__
from monitor.daemon.evidence_derived import Derived, derive
from monitor.daemon.evidence_owed import proof_again
from monitor.daemon.list_judge import ListJudge, NothingKnown
from monitor.daemon.proof import Judged
from monitor.evidence.contents import Contents
from monitor.evidence.errors import EvidenceError, Fault, UnjudgedError
from monitor.evidence.keys import PublicKey
from monitor.evidence.log import CHECKPOINT, Head, Log, leaf_hash, root_of
from monitor.evidence.stamp import Stamp, check
from monitor.evidence.statement import (
    CALENDARS,
    STAMP,
    STATEMENT,
    Predicate,
    check_signature,
    entry_of,
    stampable,
    statement_of,
)
from monitor.evidence.tables import TableError
from monitor.formats import ForeseenError, shown
from monitor.ownership import RULES_VERSION

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

    from monitor.evidence.calendars import Proof

SHOWN = 5
"""Findings of one kind, after which the others are counted."""


@dataclass(slots=True)
class Verified:
    """What became of a bundle."""

    contents: Contents
    predicate: Predicate | None = None
    faults: list[Fault] = field(default_factory=list)
    """What is not as it was made, or not so."""
    open: list[str] = field(default_factory=list)
    """What should have been judged and could not be."""
    notes: list[str] = field(default_factory=list)
    """What the bundle does not show by itself."""
    derived: Derived | None = None
    head: Head | None = None
    stamp: Stamp | None = None
    """What an authority that is believed says."""
    proof: "Proof | None" = None
    """What leads from the statement to calendars and blocks of Bitcoin."""
    before: tuple[int, datetime, str] | None = None
    """The first of these blocks that is so by nodes: its height, time and chain."""
    confirmed: dict[str, int] = field(default_factory=dict)
    """By network, how many balances nodes have told again."""


async def verify(
    contents: Contents,
    faults: Sequence[Fault] = (),
    *,
    trusted: PublicKey | None = None,
    log: Path | None = None,
    roots: Sequence["Certificate"] = (),
    proof: str = "",
) -> Verified:
    """Verify a bundle with nothing but its files; ``faults`` were found while they were read.

    ``trusted`` must have signed it, the log in the folder ``log`` must still have it, and an authority by one of
    ``roots`` must have stamped it. ``proof`` is where the proof is by which so much is owed, where it comes from one.
    Raises EvidenceError where it does not, DocumentError.
    """
    found = Verified(contents, faults=list(faults))
    found.predicate, more = statement_of(contents)
    found.faults += more
    if found.predicate is None:
        return found
    found.head, more = check_signature(contents, found.predicate, trusted)
    found.faults += more
    if log:
        _check_log(found, contents, log)
    _check_stamp(found, found.predicate, roots)
    _check_proof(found)
    if found.predicate.signer is None:
        found.notes.append("nobody has signed this bundle: it shows what it says only as far as it can be done again")
    elif trusted is None:
        found.notes.append("whose the key is that signed it, the bundle cannot tell: compare it, and give it as --key")
    if any(name.startswith("registry/") for name in contents):
        found.notes.append(
            "it brings a registry of its own (registry/): read there which contracts it takes for which coins"
        )
    if found.faults:
        found.notes.append("nothing was judged again, because of these findings")
    else:
        await _redo(found, found.predicate, contents, await proof_again(found.predicate, proof) if proof else None)
    return found


async def _redo(found: Verified, predicate: Predicate, contents: Contents, proof: Judged | None) -> None:
    """Derive from what the bundle rests on all that it says, and compare."""
    try:
        derived = await derive(predicate, contents, ListJudge(NothingKnown()), proof)
    except TableError as error:
        found.faults.append(Fault(error.file, str(error)))
        return
    except UnjudgedError as error:
        found.open.append(str(error))
        return
    except (ForeseenError, ValueError, LookupError, ArithmeticError, TypeError, AttributeError) as error:
        what = f"missing: {error}" if isinstance(error, LookupError) else str(error)
        found.faults.append(Fault(STATEMENT, f"what it names cannot be judged: {shown(what)}"))
        return
    found.derived = derived
    found.open += derived.open
    found.notes += derived.notes
    wrong = [Fault(file, problem) for file, problem in derived.contradictions]
    for name, content in derived.files.items():
        wrong += _differences(name, content, contents.get(name, b""))
    made = predicate.software
    if wrong and (made.version, made.rules) != (__version__, RULES_VERSION):
        found.open += [str(fault) for fault in wrong]
        found.open.append(f"made by version {made.version} (rules {made.rules}): use that to judge it again")
    else:
        found.faults += wrong


def _differences(name: str, derived: bytes, told: bytes) -> list[Fault]:
    """The lines of a file that do not follow from what the bundle rests on."""
    if derived == told:
        return []
    ours, theirs = derived.decode().splitlines(), told.decode(errors="replace").splitlines()
    lines = [at for at in range(max(len(ours), len(theirs))) if ours[at : at + 1] != theirs[at : at + 1]]
    faults = [
        Fault(name, f"line {at + 1}: says {_line(theirs, at)}, but what the bundle rests on makes it {_line(ours, at)}")
        for at in lines[:SHOWN]
    ]
    if len(lines) > SHOWN:
        faults.append(Fault(name, f"and {len(lines) - SHOWN} lines more"))
    return faults or [Fault(name, "its lines do not end as they should")]


def _line(lines: Sequence[str], at: int) -> str:
    return repr(shown(lines[at], 300)) if at < len(lines) else "nothing"


def _check_stamp(found: Verified, predicate: Predicate, roots: Sequence["Certificate"]) -> None:
    """Since when the bundle is there, by an authority of ``roots``; without any, nobody's word is taken for it."""
    contents = found.contents
    if STAMP not in contents:
        if roots:
            found.faults.append(Fault(STATEMENT, "nobody has stamped it with a time: its moment is its maker's word"))
        return
    try:
        stamp = check(contents[STAMP], stampable(contents), predicate.at, roots)
    except ValueError as error:
        found.faults.append(Fault(STAMP, str(error)))
        return
    if roots:
        found.stamp = stamp
    else:
        found.notes.append(
            f"a time stamp says that it was there at {stamp.at.isoformat()}, by {stamp.authority}: whether that is so, "
            "--timestamp-roots tells"
        )


def _check_proof(found: Verified) -> None:
    """Where the proof of OpenTimestamps leads to: whether blocks have these roots, nodes tell."""
    contents = found.contents
    if CALENDARS not in contents:
        return
    from monitor.evidence.calendars import Proof  # noqa: PLC0415 - slow to import

    try:
        proof = Proof.read(contents[CALENDARS], stampable(contents))
    except ValueError as error:
        found.faults.append(Fault(CALENDARS, str(error)))
        return
    found.proof = proof
    if proof.blocks:
        blocks = " and ".join(str(height) for height, _ in proof.blocks)
        found.notes.append(
            f"a time stamp says that it was there before block {blocks} of Bitcoin: whether that is so, nodes of yours "
            "tell (--config), and so does `ots verify`"
        )
    else:
        where = " and ".join(dict.fromkeys(calendar for _, calendar in proof.pending)) or "nobody that is known here"
        found.notes.append(f"its time stamp is pending at {where}")


def _check_log(found: Verified, contents: Contents, folder: Path) -> None:
    """Whether the log still has the bundle where it was entered, and still begins as it did then."""
    predicate = found.predicate
    if predicate is None or predicate.signer is None or found.head is None:
        found.faults.append(Fault(STATEMENT, "the bundle carries no proof that it was entered in a log"))
        return
    if not (folder / CHECKPOINT).is_file():
        found.open.append(f"whether the log still has it: there is no {CHECKPOINT} in {folder}")
        return
    try:
        head, entries = Log(folder).read(PublicKey(bytes.fromhex(predicate.signer)))
    except EvidenceError as error:
        found.faults.append(Fault(CHECKPOINT, str(error)))
        return
    if head.origin != found.head.origin or head.size < found.head.size:
        found.faults.append(
            Fault(CHECKPOINT, f"the log has {head.size} entries, fewer than the bundle saw, or another name")
        )
    elif root_of([leaf_hash(each) for each in entries[: found.head.size]]) != found.head.root:
        found.faults.append(Fault(CHECKPOINT, "the log does not begin any more as it was when this bundle was made"))
    elif entry_of(predicate, contents[STATEMENT]) not in entries[: found.head.size]:
        found.faults.append(Fault(CHECKPOINT, "the log has no entry of this bundle"))
