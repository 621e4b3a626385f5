"""OKX zk-STARK V2 as a scheme."""

from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from monitor.model import LiabilitiesProof, ProofStatus
from monitor.proofs.files import ProofFile, head
from monitor.proofs.scheme import Expected, ProofError, Scheme, UnreadableError
from monitor.proofs.stark_v2.documents import GlobalProof, UserProof, hex_of, read_global, read_user
from monitor.proofs.stark_v2.path import check_path, root_of
from monitor.proofs.users import look_for
from monitor.proofs.work import Executor

NAME = "okx-stark-v2"
_GLOBAL_NAMES = ("sum_proof_data.json", "global_proof.json")
_USER_NAME = "inclusion_proof.json"
"""How OKX ends the name of a user's file; people rename them."""
_USER_FIELDS = (b'"sum_tree_siblings"', b'"recursive_tree_siblings"')


def recognises(files: Sequence[ProofFile]) -> bool:
    return any(_is_global(file) or _is_user(file) for file in files)


def verify(files: Sequence[ProofFile], expected: Expected, _executor: Executor) -> LiabilitiesProof:
    """Reads the published proof, and recomputes every user's path to its root.

    Either may be given alone. Raises :class:`ProofError`.
    """
    published = [read_global(file) for file in files if _is_global(file)]
    users = [read_user(file) for file in files if _is_user(file) or _USER_NAME in _name(file)]
    if len(published) > 1:
        raise UnreadableError(f"{published[1].place}: a second published proof: one report at a time")
    if not published and not users:
        raise UnreadableError("neither the published proof (sum_proof_data.json) nor a user's file is among the files")
    if expected.user and not users:
        raise ProofError("no user's file is among the files, so no user can be looked for")
    found = published[0] if published else None
    root = hex_of(found.root) if found else ""
    for user in users:
        if found:
            check_path(user, found)
        leads_to = hex_of(root_of(user))
        root = root or leads_to
        if leads_to != root:
            raise ProofError(f"{user.place}: the path leads to {leads_to}, not to {root}")
    theirs = look_for(expected.user, {f"{u.place}: account: id": u.identity for u in users}) if expected.user else ""
    return LiabilitiesProof(
        scheme=NAME,
        status=ProofStatus.BOUND,
        proven=tuple(_proven(found, users, theirs)),
        not_proven=tuple(_not_proven(found, users, expected)),
        root=root,
        report_id=str(found.round) if found else "",
    )


def _proven(found: GlobalProof | None, users: Sequence[UserProof], theirs: str) -> Iterator[str]:
    if found:
        yield (
            f"round {found.round} is bound to the circuit {hex_of(found.circuit)}, the root {hex_of(found.root)}, "
            f"equity {found.equity} and debt {found.debt} of all users, so {found.equity - found.debt} is owed"
        )
    for user in users:
        yield (
            f"{user.place}: the leaf of user {user.identity} (equity {user.equity}, debt {user.debt}) is number "
            f"{user.index} under the root"
        )
    if theirs:
        yield theirs


def _not_proven(found: GlobalProof | None, users: Sequence[UserProof], expected: Expected) -> Iterator[str]:
    if found:
        yield "the plonky2 proof itself, and that it belongs to OKX's circuit: it was read, not verified"
        yield "what is owed in each asset: the proof has the sums over all assets only, and does not state their unit"
    else:
        yield "any sum, and the root: the published proof (sum_proof_data.json) is not among the files"
    if users:
        yield "how a user's equity and debt split over assets: a leaf holds only the user's two sums"
        if not expected.user:
            yield "whose the user's file is: no user id was given to compare it with"
    else:
        yield "that any user is in it: no user's file is among the files"
    yield "that all users were counted: users have to look, each for themselves"


def _is_global(file: ProofFile) -> bool:
    return _name(file) in _GLOBAL_NAMES and head(file).lstrip()[:1] == b"{"


def _is_user(file: ProofFile) -> bool:
    return _name(file).endswith(".json") and any(field in head(file) for field in _USER_FIELDS)


def _name(file: ProofFile) -> str:
    return PurePosixPath(file.name.replace("\\", "/")).name


SCHEME = Scheme(NAME, "OKX zk-STARK V2 (plonky2, since September 2024)", recognises, verify)
