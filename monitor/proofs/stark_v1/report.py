"""A whole report, or as much of it as there is: what holds, what does not, and what it comes to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from monitor.proofs.files import ProofFile
from monitor.proofs.scheme import ProofError
from monitor.proofs.stark_v1.documents import BATCH_ROWS, TRUNK_ROWS, Config, read_config
from monitor.proofs.stark_v1.folder import TRUNK, Folder
from monitor.proofs.stark_v1.inclusion import Holder, Inclusion, read_inclusion
from monitor.proofs.stark_v1.sums import Part, Proven, prove
from monitor.proofs.stark_v1.trunk import check_batches
from monitor.proofs.work import Executor


@dataclass(frozen=True, slots=True)
class Report:
    """What was found in the sum proofs."""

    config: Config
    batches: Mapping[str, Proven]
    """In the order of the trunk."""
    trunk: Proven | None

    @property
    def totals(self) -> dict[str, Decimal]:
        """What all users hold per coin; empty without the trunk."""
        if self.trunk is None:
            return {}
        return dict(zip(self.config.coins, map(Decimal, self.trunk.sums.coins), strict=True))


def verify_sums(folder: Folder, executor: Executor) -> Report | None:
    """Verifies every batch, the trunk, and that the trunk is made of the batches; None where there are no sum proofs.

    Raises :class:`ProofError` for the first part that fails.
    """
    if folder.config is None or not (folder.batches or folder.trunk):
        return None
    config = read_config(folder.config)
    if folder.trunk:
        _check_all_there(folder)
    parts = [_part(name, files, config) for name, files in folder.batches.items()]
    if folder.trunk:
        parts.append(_part(TRUNK, folder.trunk, config))
    found: dict[str, Proven] = {}
    for part, result in zip(parts, executor.map(_attempt, parts), strict=True):
        if isinstance(result, ProofError):
            raise result
        found[part.name] = result
    trunk = found.pop(TRUNK, None)
    _check_distinct(found, folder)
    if trunk:
        place = folder.trunk["sum_values.json"].name
        _check_added_up(trunk, list(found.values()), config, place)
        check_batches(trunk, list(found.values()), folder.trunk["sum_proof.json"].name)
    return Report(config, found, trunk)


def _attempt(part: Part) -> Proven | ProofError:
    """The result of one part; a fault is returned, so that the first in the report's order is told, not in time's."""
    try:
        return prove(part)
    except ProofError as error:
        return error


def _part(name: str, files: Mapping[str, ProofFile], config: Config) -> Part:
    if name == TRUNK:
        rows: tuple[int, ...] = (TRUNK_ROWS,)
    else:
        rows = (BATCH_ROWS[name[0]],) if name[:1] in BATCH_ROWS and name[1:].isdecimal() else (*BATCH_ROWS.values(),)
    return Part(name, files["sum_proof.json"], files["sum_values.json"], config, rows)


def _check_all_there(folder: Folder) -> None:
    """Batches are counted from 0, without a gap; the last ones are missed by :func:`check_batches`."""
    place = folder.trunk["sum_proof.json"].name
    if not folder.batches:
        raise ProofError(f"{place}: the batches that the trunk is made of are missing")
    for letter in BATCH_ROWS:
        names = [name for name in folder.batches if name.startswith(letter)]
        for number, name in enumerate(names):
            if name != f"{letter}{number}":
                raise ProofError(f"{place}: the batch {letter}{number} is missing")


def _check_distinct(batches: Mapping[str, Proven], folder: Folder) -> None:
    seen: dict[bytes, str] = {}
    for name, batch in batches.items():
        if (other := seen.setdefault(batch.root, name)) != name:
            place = folder.batches[name]["sum_proof.json"].name
            raise ProofError(f"{place}: mtree_root: the batch is {other} again, so its users would count twice")


def _check_added_up(trunk: Proven, batches: Sequence[Proven], config: Config, place: str) -> None:
    for i, coin in enumerate(config.coins):
        total = sum(batch.sums.coins[i] for batch in batches)
        if total != trunk.sums.coins[i]:
            raise ProofError(f"{place}: {coin}: {trunk.sums.coins[i]}, but the batches add up to {total}")


def verify_inclusion(file: ProofFile, report: Report | None) -> Inclusion:
    """Verifies one inclusion file, and that it speaks of this report where there is one. Raises :class:`ProofError`."""
    found = read_inclusion(file)
    if report is None:
        return found
    if found.config != report.config:
        raise ProofError(f"{file.name}: config: not the coins of the report's config.json")
    names = list(report.batches)
    if report.trunk:
        if found.batch_index >= len(names):
            raise ProofError(
                f"{found.user.place}: batch_index: {found.batch_index}, but there are {len(names)} batches"
            )
        _check_tree(found.batch, "trunk_mtree_root", report.trunk)
        batch = report.batches[names[found.batch_index]]
    else:
        candidates = [batch for batch in report.batches.values() if batch.root == found.user.root]
        if not candidates:
            raise ProofError(
                f"{found.user.place}: batch_mtree_root: no batch here has the root {found.user.root.hex()}"
            )
        batch = candidates[0]
    _check_tree(found.user, "batch_mtree_root", batch)
    if found.uts != batch.uts:
        raise ProofError(f"{found.user.place}: uts: {found.uts}, but the batch has {batch.uts} rows per user")
    if (found.batch.total, found.batch.coins) != (batch.sums.total, batch.sums.coins):
        raise ProofError(f"{found.batch.place}: the amounts are not the sums published for the batch {batch.name}")
    return found


def _check_tree(holder: Holder, field: str, proven: Proven) -> None:
    what = proven.name or "the batch"
    if holder.root != proven.root:
        raise ProofError(
            f"{holder.place}: {field}: {holder.root.hex()}, but {what} was published with {proven.root.hex()}"
        )
