"""Users' own files: the user who asks, files that fail among many, and entries that are nobody's."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

from monitor.formats.phrases import first
from monitor.proofs.scheme import ProofError, UnreadableError

T = TypeVar("T")
R = TypeVar("R")


def look_for(user: str, named: Mapping[str, str]) -> str:
    """The sentence that says which file is of ``user``. Several users' files may be given, one must be theirs.

    ``named``: the ids that the files state, by the place of each. Ids in hex are known with ``0x`` and in capitals too.
    Raises :class:`ProofError`.
    """
    theirs = [place for place, identity in named.items() if user == identity or _plain(user) == identity]
    if theirs:
        return f"{', '.join(theirs)}: the user's id is the one that was given"
    if not named:
        raise ProofError("no user's file is among the files, so no user can be looked for")
    place, identity = next(iter(named.items()))
    others = f", nor is any of the other {len(named) - 1} files'" if len(named) > 1 else ""
    raise ProofError(f"{place}: {identity}, not the id that was given{others}")


def every(files: Iterable[T], judge: Callable[[T], R]) -> list[R]:
    """``judge`` of each file, all of them, so that those that fail can be named together.

    Raises :class:`ProofError` for all that fail; :class:`UnreadableError` where none fails in another way.
    """
    found: list[R] = []
    faults: list[ProofError] = []
    for file in files:
        try:
            found.append(judge(file))
        except ProofError as error:
            faults.append(error)
    fail(faults, len(found) + len(faults))
    return found


def fail(faults: Sequence[ProofError], files: int) -> None:
    """Raises the faults of some of so many users' files as one error; nothing where there are none."""
    if not faults:
        return
    kind = UnreadableError if all(isinstance(fault, UnreadableError) for fault in faults) else ProofError
    if files == 1:
        raise kind(str(faults[0]))
    raise kind(f"{len(faults)} of {files} users' files fail: {first([str(fault) for fault in faults], 10, '; ')}")


def is_padding(identity: str) -> bool:
    """Whether an id in hex is that of the entries which fill up a tree: they are no users."""
    return not identity.strip("0")


def together(names: Sequence[str]) -> str:
    """Users' files that hold, for a sentence: the one by its name, many by their number."""
    return names[0] if len(names) == 1 else f"{len(names)} of {len(names)} users' files"


def _plain(text: str) -> str:
    return text.strip().lower().removeprefix("0x")
