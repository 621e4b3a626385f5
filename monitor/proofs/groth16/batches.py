"""The table of proofs: every batch's commitment, and how each batch goes on from the one before."""

import base64
import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from monitor.formats import strict_json
from monitor.formats.strict_json import JsonError
from monitor.proofs.fields import contents, listed, shown
from monitor.proofs.files import ProofFile
from monitor.proofs.groth16.elements import from_base64
from monitor.proofs.groth16.poseidon import hash_elements
from monitor.proofs.scheme import ProofError, UnreadableError
from monitor.proofs.work import Executor

_COLUMNS = ("proof_info", "cex_asset_list_commitments", "account_tree_roots", "batch_commitment", "batch_number")
_RANGE = ("min_account_index", "max_account_index")
_AT_ONCE = 256
"""Batches of one piece of work."""


@dataclass(frozen=True, slots=True)
class Batch:
    """One row."""

    place: str
    number: int
    roots: tuple[int, ...]
    """Root of all accounts before and after it; or the one root that every batch shares."""
    sums: tuple[int, int]
    """Commitments to the exchange's sums before and after it."""
    accounts: tuple[int, int] | None
    """First and last account, where the batches share the root."""
    commitment: int
    proof: bytes
    """The Groth16 proof that leads from before to after."""
    tier: int | None
    """Of which circuit, where there are several: assets that each of its users may have."""


@dataclass(frozen=True, slots=True)
class Chain:
    """All batches, in order and without a gap."""

    place: str
    rows: tuple[Batch, ...]
    root: int
    """Of all accounts."""
    first_root: int | None
    """Of no accounts, before the first batch; None where the batches share one root."""
    first_sums: int
    last_sums: int
    last_account: int | None
    """Of those that the batches count; None where no account is in the tree but by a batch."""


def read_batches(file: ProofFile, executor: Executor) -> Chain:
    """Recomputes every commitment and follows the chain. Raises :class:`ProofError`."""
    ordered = sorted(_rows(file), key=lambda batch: batch.number)
    if not ordered:
        raise UnreadableError(f"{file.name}: no batches")
    for fault in executor.map(_fault, [ordered[i : i + _AT_ONCE] for i in range(0, len(ordered), _AT_ONCE)]):
        if fault:
            raise ProofError(fault)
    if ordered[0].number or (ordered[0].accounts or (0,))[0]:
        raise ProofError(f"{ordered[0].place}: the first batch is not number 0, or does not begin with account 0")
    for before, after in pairwise(ordered):
        _check_follows(before, after)
    first, last = ordered[0], ordered[-1]
    return Chain(
        place=file.name,
        rows=tuple(ordered),
        root=last.roots[-1],
        first_root=first.roots[0] if len(first.roots) == 2 else None,
        first_sums=first.sums[0],
        last_sums=last.sums[1],
        last_account=last.accounts[1] if last.accounts else None,
    )


def _check_follows(before: Batch, after: Batch) -> None:
    if after.number != before.number + 1:
        raise ProofError(f"{after.place}: batch_number: {after.number} after {before.number}")
    if len(after.roots) != len(before.roots) or after.roots[0] != before.roots[-1]:
        raise ProofError(f"{after.place}: account_tree_roots: not the root that batch {before.number} leaves")
    if after.sums[0] != before.sums[1]:
        raise ProofError(f"{after.place}: cex_asset_list_commitments: not the sums that batch {before.number} leaves")
    if before.accounts and after.accounts and after.accounts[0] != before.accounts[1] + 1:
        raise ProofError(f"{after.place}: min_account_index: {after.accounts[0]} after {before.accounts[1]}")


def _fault(batches: Sequence[Batch]) -> str:
    for batch in batches:
        if hash_elements((*batch.roots, *batch.sums, *(batch.accounts or ()))) != batch.commitment:
            return f"{batch.place}: batch_commitment is not the hash of the row's roots and sums"
    return ""


def _rows(file: ProofFile) -> Iterator[Batch]:
    try:
        text = contents(file).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableError(f"{file.name}: byte {error.start} is not UTF-8, so this is no table") from error
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        names = reader.fieldnames or ()
        if missing := [column for column in _COLUMNS if column not in names]:
            raise UnreadableError(f"{file.name}: line 1: the column {missing[0]} is missing")
        if len(set(names)) != len(names):
            raise UnreadableError(f"{file.name}: line 1: a column is named twice")
        for row in reader:
            yield _batch(row, f"{file.name}: line {reader.line_num}")
    except csv.Error as error:
        raise UnreadableError(f"{file.name}: line {reader.reader.line_num}: {error}") from error


def _batch(row: Mapping[str | None, object], place: str) -> Batch:
    if None in row or None in row.values():
        raise UnreadableError(f"{place}: more or fewer cells than line 1")
    if not row["proof_info"]:
        raise UnreadableError(f"{place}: proof_info is empty")
    try:
        proof = base64.b64decode(str(row["proof_info"]), validate=True)
    except ValueError as error:
        raise UnreadableError(f"{place}: proof_info: {shown(row['proof_info'])} is not base64") from error
    tier = _count(row, "assets_count", place) if "assets_count" in row else None
    roots = _elements(row, "account_tree_roots", place)
    before, after = _elements(row, "cex_asset_list_commitments", place, 2)
    if len(roots) not in {1, 2}:
        raise UnreadableError(f"{place}: account_tree_roots: {len(roots)} roots, not 1 or 2")
    accounts = None
    if len(roots) == 1:
        first, last = (_count(row, column, place) for column in _RANGE)
        if last < first:
            raise ProofError(f"{place}: max_account_index: {last} is less than {first}")
        accounts = (first, last)
    commitment = from_base64(row["batch_commitment"], f"{place}: batch_commitment")
    return Batch(
        place, _count(row, "batch_number", place), tuple(roots), (before, after), accounts, commitment, proof, tier
    )


def _elements(row: Mapping[str | None, object], column: str, place: str, count: int | None = None) -> list[int]:
    """A cell that holds a JSON list of elements in base64."""
    where = f"{place}: {column}"
    try:
        value = strict_json.read(str(row[column]).encode())
    except JsonError as error:
        raise UnreadableError(f"{where}: {shown(row[column])} is not a list in JSON") from error
    return [from_base64(item, f"{where}[{i}]") for i, item in enumerate(listed(value, where, count))]


def _count(row: Mapping[str | None, object], column: str, place: str) -> int:
    text = row.get(column)
    if not isinstance(text, str) or not text.isascii() or not text.isdigit() or len(text) > 10:
        raise UnreadableError(f"{place}: {column}: {shown(text)} is not a plain whole number")
    return int(text)
