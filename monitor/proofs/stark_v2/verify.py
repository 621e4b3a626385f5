"""OKX zk-STARK V2 as a scheme, and the lines that OKX's own tool prints."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import PurePosixPath

from monitor.formats.phrases import first
from monitor.model import LiabilitiesProof, ProofStatus
from monitor.proofs.files import ProofFile, head
from monitor.proofs.scheme import Expected, ProofError, Scheme, UnreadableError
from monitor.proofs.stark_v2.documents import UserProof, hex_of, read_global, read_user
from monitor.proofs.stark_v2.path import check_amounts, check_shape, root_of
from monitor.proofs.stark_v2.sums import Verified, verify_sums
from monitor.proofs.users import every, look_for, together
from monitor.proofs.work import Executor

NAME = "okx-stark-v2"
NET = "net"
"""What the only sound total is called: equity less debt, over all assets."""
_GLOBAL_NAMES = ("sum_proof_data.json", "global_proof.json")
_USER_NAME = "inclusion_proof.json"
"""How OKX ends the name of a user's file; people rename them."""
_USER_FIELDS = (b'"sum_tree_siblings"', b'"recursive_tree_siblings"')
NOBODY = "of a circuit that nobody here vouches for"

LIMIT = (
    "OKX's root circuit does not fix the circuit of the batches below it: with another one of the same shape a hidden"
    " customer's debt lowers the total, and everything still verifies"
)


@dataclass(frozen=True, slots=True)
class Found:
    """What the files hold."""

    sums: Verified | None
    users: tuple[UserProof, ...]
    paddings: tuple[UserProof, ...]


def recognises(files: Sequence[ProofFile]) -> bool:
    return any(_is_global(file) or _is_user(file) for file in files)


def verify(files: Sequence[ProofFile], expected: Expected, _executor: Executor) -> LiabilitiesProof:
    """Verifies the published proof, and recomputes every user's path to its root.

    Either may be given alone. ``proven`` where somebody vouches for the circuit. Raises :class:`ProofError`.
    """
    published = [read_global(file) for file in files if _is_global(file)]
    if len(published) > 1:
        raise UnreadableError(f"{published[1].place}: a second published proof: one report at a time")
    sums = verify_sums(published[0], expected.verifier_data) if published else None
    root = hex_of(published[0].root) if published else ""

    def judged(file: ProofFile) -> tuple[UserProof, str]:
        user = read_user(file)
        if sums:
            check_shape(user, sums.published)
        leads_to = hex_of(root_of(user))
        if root and leads_to != root:
            raise ProofError(f"{user.place}: the path leads to {leads_to}, not to {root}")
        return user, leads_to

    users = every([file for file in files if _is_user(file) or _USER_NAME in _name(file)], judged)
    if not published and not users:
        raise UnreadableError("neither the published proof (sum_proof_data.json) nor a user's file is among the files")
    roots = {root: user.place for user, root in users}
    if len(roots) > 1:
        raise ProofError(f"{' and '.join(roots.values())}: lead to two roots, so they are of two reports")
    if sums:
        check_amounts([user for user, _ in users], sums.published)
    found = Found(
        sums,
        tuple(user for user, _ in users if not user.is_padding),
        tuple(user for user, _ in users if user.is_padding),
    )
    whose = {f"{user.place}: account: id": user.identity for user in found.users}
    theirs = look_for(expected.user, whose) if expected.user else ""
    return LiabilitiesProof(
        scheme=NAME,
        status=ProofStatus.PROVEN if sums and sums.vouched else ProofStatus.BOUND,
        totals={NET: Decimal(sums.published.net)} if sums else {},
        proven=(*_proven(found), *([theirs] if theirs else [])),
        not_proven=tuple(_not_proven(found, expected)),
        root=root or next(iter(roots)),
        report_id=str(sums.published.round) if sums else "",
        circuit=hex_of(sums.published.circuit) if sums else "",
        in_coins=False,
    )


def _proven(found: Found) -> Iterator[str]:
    if found.sums:
        published, vouched = found.sums.published, found.sums.vouched
        yield (
            f"{published.place}: the plonky2 proof verifies in full, of the circuit {hex_of(published.circuit)} of "
            f"{vouched}"
            if vouched
            else f"{published.place}: the plonky2 proof verifies in full, {NOBODY} ({hex_of(published.circuit)})"
        )
        yield (
            f"all accounts under the root {hex_of(published.root)} have {published.net} more than they owe, each of "
            "them not less than nothing, as far as the circuit is OKX's down to the batches"
        )
    if found.users:
        one = found.users[0]
        what = f" (id {one.identity}, equity {one.equity}, debt {one.debt}, number {one.index})"
        yield (
            f"{together([user.place for user in found.users])}: the leaf{what if len(found.users) == 1 else ''} is "
            "under the root"
        )


def _not_proven(found: Found, expected: Expected) -> Iterator[str]:
    if found.sums:
        if not found.sums.vouched:
            yield f"that the circuit proves what OKX says: the proof is {NOBODY} (--verifier-data FILE)"
        yield (
            "that the batch proofs are of OKX's circuit, which the root circuit does not enforce: a hidden customer's "
            "debt could lower the total"
        )
        yield (
            f"equity {found.sums.published.equity} and debt {found.sums.published.debt}, each by itself: an account "
            "with both below zero lowers both; only their difference is proven"
        )
        yield "what is owed in each asset: the proof has the sums over all assets only, and does not state their unit"
        yield f"that this is round {found.sums.published.round}: the number is in no hash"
    else:
        yield "any sum, and the root: the published proof (sum_proof_data.json) is not among the files"
    if found.paddings:
        paddings = first([one.place for one in found.paddings], 10)
        yield f"{paddings}: of accounts that fill up a batch (id 0), not of users"
    if found.users:
        yield "how a user's equity and debt split over assets: a leaf holds only the user's two sums"
        if not expected.user:
            yield "whose the user's file is: no user id was given to compare it with"
    else:
        yield "that any user is in it: no user's file is among the files"
    yield "that all users were counted: users have to look, each for themselves"


def guide_lines(files: Sequence[ProofFile], proof: LiabilitiesProof) -> tuple[str, ...]:
    """The lines that OKX's guide tells its readers to look for, by the judgement of the whole."""
    passed = "passed" if proof.holds else "failed"
    lines = []
    if any(_is_global(file) for file in files):
        whose = f", {NOBODY}" if proof.status is ProofStatus.BOUND else ""
        lines.append(f"Total sum and non-negative constraint validation {passed}{whose}")
    if any(_is_user(file) for file in files):
        lines.append(f"Inclusion constraint validation {passed}")
    return tuple(lines)


def _is_global(file: ProofFile) -> bool:
    return _name(file) in _GLOBAL_NAMES and head(file).lstrip()[:1] == b"{"


def _is_user(file: ProofFile) -> bool:
    return _name(file).endswith(".json") and any(field in head(file) for field in _USER_FIELDS)


def _name(file: ProofFile) -> str:
    return PurePosixPath(file.name.replace("\\", "/")).name


SCHEME = Scheme(NAME, "OKX zk-STARK V2 (plonky2, since September 2024)", recognises, verify, LIMIT)
