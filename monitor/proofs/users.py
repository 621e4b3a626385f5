"""The user who asks, among the users whose files were given."""

from collections.abc import Mapping

from monitor.proofs.scheme import ProofError


def look_for(user: str, named: Mapping[str, str]) -> str:
    """The sentence that says which file is of ``user``. Several users' files may be given, one must be theirs.

    ``named``: the ids that the files state, by the place of each. Ids in hex are known with ``0x`` and in capitals too.
    Raises :class:`ProofError`.
    """
    theirs = [place for place, identity in named.items() if user == identity or _plain(user) == identity]
    if theirs:
        return f"{', '.join(theirs)}: the user's id is the one that was given"
    place, identity = next(iter(named.items()))
    others = f", nor is any of the other {len(named) - 1} files'" if len(named) > 1 else ""
    raise ProofError(f"{place}: {identity}, not the id that was given{others}")


def _plain(text: str) -> str:
    return text.strip().lower().removeprefix("0x")
