"""The Groth16 family as a scheme."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from monitor.model import LiabilitiesProof, ProofStatus
from monitor.proofs.files import ProofFile, head
from monitor.proofs.groth16.batches import Chain, read_batches
from monitor.proofs.groth16.published import Sums, check_chain, check_prices, read_sums
from monitor.proofs.groth16.user import Account, read_user
from monitor.proofs.scheme import Expected, ProofError, Scheme, UnreadableError
from monitor.proofs.users import look_for
from monitor.proofs.work import Executor

NAME = "groth16"
_TABLE = re.compile(r"proof\d*\.csv")
_CONFIGS = ("config.json", "cex_config.json")
_TABLE_COLUMNS = (b"batch_commitment", b"account_tree_roots")
_USER_FIELDS = ((b'"AccountIdHash"', b'"AccountIndex"'), (b'"UniqueIdentification"', b'"Arrangement"'))


@dataclass(frozen=True, slots=True)
class Found:
    """What the files hold."""

    chain: Chain | None
    sums: Sums | None
    users: tuple[Account, ...]

    @property
    def summed(self) -> bool:
        """Whether the published sums were recomputed from the batches."""
        return self.chain is not None and self.sums is not None and not self.sums.collateral


def recognises(files: Sequence[ProofFile]) -> bool:
    return any(_is_table(file) or _is_user(file) for file in files)


def verify(files: Sequence[ProofFile], expected: Expected, executor: Executor) -> LiabilitiesProof:
    """Recomputes all commitments of the table, the published sums, and every user's path to the table's root.

    Table, sums and users may be given alone. Raises :class:`ProofError`.
    """
    table = _one([file for file in files if _is_table(file)], "table of proofs")
    config = _one([file for file in files if _is_config(file)], "file of the exchange's sums")
    found = Found(
        chain=read_batches(table, executor) if table else None,
        sums=read_sums(config) if config else None,
        users=tuple(read_user(file) for file in files if _is_user(file)),
    )
    if not found.chain and not found.users:
        raise UnreadableError("neither a table of proofs (proof.csv) nor a user's file is among the files")
    if found.chain and found.sums and not found.sums.collateral:
        check_chain(found.sums, found.chain)
    root = _root(found)
    _check_users(found, expected)
    return LiabilitiesProof(
        scheme=NAME,
        status=ProofStatus.BOUND,
        totals=found.sums.owed if found.sums and found.summed else {},
        proven=tuple(_proven(found, root, expected)),
        not_proven=tuple(_not_proven(found, expected)),
        root=f"{root:064x}",
        in_coins=False,
    )


def _one(files: Sequence[ProofFile], what: str) -> ProofFile | None:
    if len(files) > 1:
        raise UnreadableError(f"{files[1].name}: a second {what}: one report at a time")
    return files[0] if files else None


def _root(found: Found) -> int:
    root = found.chain.root if found.chain else found.users[0].root
    for user in found.users:
        if user.root != root:
            raise ProofError(f"{user.place}: leads to the root {user.root:064x}, not to {root:064x}")
    return root


def _check_users(found: Found, expected: Expected) -> None:
    if expected.user and not found.users:
        raise ProofError("no user's file is among the files, so no user can be looked for")
    for user in found.users:
        if found.sums:
            check_prices(user, found.sums)


def _proven(found: Found, root: int, expected: Expected) -> Iterator[str]:
    if found.chain:
        yield (
            f"{found.chain.place}: {found.chain.batches} batches, each committed to as stated, follow one another up "
            f"to the root {root:064x}"
        )
    if found.summed and found.sums:
        yield (
            f"{found.sums.place}: equity and debt of {len(found.sums.assets)} assets are the sums that the last batch "
            "commits to, and the first batch begins with none"
        )
    for user in found.users:
        yield f"{user.place}: the leaf of account {user.identity} (number {user.index}) leads to the root {root:064x}"
    if found.users and expected.user:
        yield look_for(expected.user, {f"{user.place}: account": user.identity for user in found.users})


def _not_proven(found: Found, expected: Expected) -> Iterator[str]:
    if found.chain:
        yield "the Groth16 proofs, and that their circuit and keys are sound: they were read, not verified"
    else:
        yield "any sum, and the root: the table of proofs (proof.csv) is not among the files"
    if found.sums and found.sums.collateral:
        yield f"{found.sums.place}: that these are the sums of the batches: the form with collateral is not recomputed"
    elif found.sums and found.chain:
        yield (
            "what is owed in whole coins: the sums count hundred-millionths of a coin for most assets and hundredths "
            "for some, and the files do not say for which"
        )
    elif found.chain:
        yield "any sum: the exchange's sums (config.json with CexAssetsInfo) are not among the files"
    if not found.users:
        yield "that any user is in it: no user's file is among the files"
    elif not expected.user:
        yield "whose the user's file is: no user id was given to compare it with"
    yield "that all users were counted: users have to look, each for themselves"


def _is_table(file: ProofFile) -> bool:
    start = head(file)
    return bool(_TABLE.fullmatch(_name(file))) and all(column in start for column in _TABLE_COLUMNS)


def _is_config(file: ProofFile) -> bool:
    return _name(file) in _CONFIGS or b'"CexAssetsInfo"' in head(file)


def _is_user(file: ProofFile) -> bool:
    start = head(file)
    return _name(file).endswith(".json") and any(all(field in start for field in both) for both in _USER_FIELDS)


def _name(file: ProofFile) -> str:
    return PurePosixPath(file.name.replace("\\", "/")).name


SCHEME = Scheme(NAME, "Groth16 proofs of Binance, Gate and HTX", recognises, verify)
