"""The Groth16 family as a scheme."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from monitor.formats import exact
from monitor.formats.phrases import first
from monitor.model import LiabilitiesProof, ProofStatus
from monitor.proofs.files import ProofFile, head
from monitor.proofs.groth16.batches import Chain, read_batches
from monitor.proofs.groth16.published import Sums, check_chain, check_users, read_sums
from monitor.proofs.groth16.units import unit
from monitor.proofs.groth16.user import Account, read_user
from monitor.proofs.scheme import Expected, ProofError, Scheme, UnreadableError
from monitor.proofs.users import every, fail, look_for, together
from monitor.proofs.work import Executor

if TYPE_CHECKING:
    from monitor.proofs.groth16.keys import Key

NAME = "groth16"
_TABLE = re.compile(r"proof\d*\.csv")
_KEY = re.compile(r".*\.vk(?:\.save)?")
_CONFIGS = ("config.json", "cex_config.json")
_TABLE_COLUMNS = (b"batch_commitment", b"account_tree_roots")
_USER_FIELDS = ((b'"AccountIdHash"', b'"AccountIndex"'), (b'"UniqueIdentification"', b'"Arrangement"'))


@dataclass(frozen=True, slots=True)
class Found:
    """What the files hold."""

    chain: Chain | None
    sums: Sums | None
    users: tuple[Account, ...]
    paddings: tuple[Account, ...]
    keys: "tuple[Key, ...]" = ()
    by: str = ""
    """What all Groth16 proofs were verified with; empty where they were not."""

    @property
    def root(self) -> int:
        """Of all accounts."""
        return self.chain.root if self.chain else (*self.users, *self.paddings)[0].root


def recognises(files: Sequence[ProofFile]) -> bool:
    return any(_is_table(file) or _is_user(file) for file in files)


def verify(files: Sequence[ProofFile], expected: Expected, executor: Executor) -> LiabilitiesProof:
    """Recomputes all commitments of the table, the published sums, and every user's path to the table's root.

    Table, sums and users may be given alone. Raises :class:`ProofError`.
    """
    table = _one([file for file in files if _is_table(file)], "table of proofs")
    config = _one([file for file in files if _is_config(file)], "file of the exchange's sums")
    chain = read_batches(table, executor) if table else None
    sums = read_sums(config) if config else None
    space = check_chain(sums, chain) if chain and sums else None
    accounts = every([file for file in files if _is_user(file)], partial(read_user, known=space))
    if not chain and not accounts:
        raise UnreadableError("neither a table of proofs (proof.csv) nor a user's file is among the files")
    found = Found(
        chain,
        sums,
        tuple(account for account in accounts if not account.is_padding),
        tuple(account for account in accounts if account.is_padding),
    )
    _check_users(found, expected)
    if keys := [file for file in files if _is_key(file)]:
        found = _with_keys(found, keys, executor)
    totals = dict(_totals(sums)) if chain and sums else {}
    return LiabilitiesProof(
        scheme=NAME,
        status=ProofStatus.PROVEN if found.by and sums else ProofStatus.BOUND,
        totals=totals,
        proven=tuple(_proven(found, expected)),
        not_proven=tuple(_not_proven(found, expected)),
        root=f"{found.root:064x}",
        circuit=_circuit(found.keys) if found.by else "",
    )


def _circuit(keys: "tuple[Key, ...]") -> str:
    return hashlib.sha256("".join(sorted(key.digest for key in keys)).encode()).hexdigest()


def _with_keys(found: Found, files: Sequence[ProofFile], executor: Executor) -> Found:
    """What is found with the verifying keys in ``files``: those that the chain's proofs were verified by."""
    from monitor.proofs.groth16.keys import read_key  # noqa: PLC0415 - with py_ecc, which takes long to import
    from monitor.proofs.groth16.proofs import check_proofs, key_of  # noqa: PLC0415

    keys = tuple(read_key(file) for file in files)
    if not found.chain:
        return found
    by = check_proofs(found.chain, keys, executor)
    used = {key_of(batch, keys).place for batch in found.chain.rows}
    return replace(found, keys=tuple(key for key in keys if key.place in used), by=by)


def _one(files: Sequence[ProofFile], what: str) -> ProofFile | None:
    if len(files) > 1:
        raise UnreadableError(f"{files[1].name}: a second {what}: one report at a time")
    return files[0] if files else None


def _check_users(found: Found, expected: Expected) -> None:
    if expected.user and not found.users:
        raise ProofError("no user's file is among the files, so no user can be looked for")
    accounts = (*found.users, *found.paddings)
    strays = [
        ProofError(f"{account.place}: leads to the root {account.root:064x}, not to {found.root:064x}")
        for account in accounts
        if account.root != found.root
    ]
    if found.chain and (last := found.chain.last_account) is not None:
        strays += (
            ProofError(f"{account.place}: is account {account.index}, and the batches count those up to {last} only")
            for account in accounts
            if account.index > last
        )
    fail(strays, len(accounts))
    if found.sums:
        check_users(accounts, found.sums)


def _totals(sums: Sums) -> Iterator[tuple[str, Decimal]]:
    """What is owed in coins of each asset whose unit is certain."""
    for symbol, asset in zip(sums.symbols, sums.assets, strict=bool(sums.symbols)):
        if coins := unit(sums.form, symbol):
            yield symbol, exact.times(Decimal(asset.equity - asset.debt), coins)


def _proven(found: Found, expected: Expected) -> Iterator[str]:
    if found.chain:
        yield (
            f"{found.chain.place}: {len(found.chain.rows)} batches, each committed to as stated, follow one another up "
            f"to the root {found.root:064x}"
        )
    if found.chain and found.by:
        names = ", ".join(f"{key.place} (SHA-256 {key.digest})" for key in found.keys)
        yield f"{len(found.chain.rows)} of {len(found.chain.rows)} Groth16 proofs verify by {names} ({found.by})"
    if found.chain and found.sums:
        yield (
            f"{found.sums.place}: what is owed of {len(found.sums.assets)} assets are the sums that the last batch "
            "commits to, and the first batch begins with none"
        )
    if found.users:
        numbers = first([str(user.index) for user in found.users], 10)
        yield (
            f"{together([user.place for user in found.users])}: leads from the account (number {numbers}) to the root "
            f"{found.root:064x}"
        )
        if expected.user:
            yield look_for(expected.user, {f"{user.place}: account": user.identity for user in found.users})


def _not_proven(found: Found, expected: Expected) -> Iterator[str]:
    if found.chain and found.by:
        yield (
            "that the keys are of the circuit that the exchange publishes, and that nobody kept the secret that they "
            "are made from: whoever has it can prove any total, and the exchange made them alone"
        )
    elif found.chain:
        yield "the Groth16 proofs: they were not verified, since the verifying key (….vk) is not among the files"
    else:
        yield "any sum, and the root: the table of proofs (proof.csv) is not among the files"
    if found.chain and found.sums:
        yield from _units(found.sums)
        if any(asset.debt for asset in found.sums.assets):
            yield (
                "that the debts are real: what is owed is less by them, and a made-up customer may owe any of one coin "
                "against another, at prices that the exchange sets"
            )
    elif found.chain:
        yield "any sum: the exchange's sums (config.json with CexAssetsInfo) are not among the files"
    if found.paddings:
        paddings = first([one.place for one in found.paddings], 10)
        yield f"{paddings}: of accounts that fill up a batch (id 0, or the hash of their number), not of users"
    if not found.users:
        yield "that any user is in it: no user's file is among the files"
    elif not expected.user:
        yield "whose the user's file is: no user id was given to compare it with"
    yield "that all users were counted: users have to look, each for themselves"


def _units(sums: Sums) -> Iterator[str]:
    if not sums.symbols:
        yield "what is owed of which asset: the sums do not name them"
    elif unclear := [symbol for symbol in sums.symbols if unit(sums.form, symbol) is None]:
        yield (
            f"what is owed in whole coins of {first(unclear, 10)}: amounts count hundred-millionths of most coins and "
            "hundredths of some, and the exchange's published programs disagree about these"
        )
    if sums.symbols:
        yield "which asset each sum is of: their order is proven, and the names beside them stand in no commitment"
        yield "the unit of the amounts: it stands in the exchange's program, and in no file"


def _is_table(file: ProofFile) -> bool:
    start = head(file)
    return bool(_TABLE.fullmatch(_name(file))) and all(column in start for column in _TABLE_COLUMNS)


def _is_config(file: ProofFile) -> bool:
    return _name(file) in _CONFIGS or b'"CexAssetsInfo"' in head(file)


def _is_key(file: ProofFile) -> bool:
    return bool(_KEY.fullmatch(_name(file)))


def _is_user(file: ProofFile) -> bool:
    start = head(file)
    return _name(file).endswith(".json") and any(all(field in start for field in both) for both in _USER_FIELDS)


def _name(file: ProofFile) -> str:
    return PurePosixPath(file.name.replace("\\", "/")).name


LIMIT = (
    "whoever made the keys can prove anything with the secret that they are made from, and the exchange makes them"
    " alone: who kept that secret can state any total"
)

SCHEME = Scheme(NAME, "Groth16 proofs of Binance, Gate and HTX", recognises, verify, LIMIT)
