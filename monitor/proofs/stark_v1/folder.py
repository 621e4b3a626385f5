"""Which file is what in a published report of OKX zk-STARK V1."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from monitor.proofs.files import ProofFile, head
from monitor.proofs.scheme import UnreadableError

TRUNK = "trunk"
_BATCH = re.compile(r"([ab])(0|[1-9][0-9]{0,5})")
_SUM_FILES = ("sum_proof.json", "sum_values.json")
_INCLUSION = "inclusion_proof.json"


@dataclass(slots=True)
class Folder:
    """The files by their part. Batches in the order of the trunk: all of a, then all of b, each by number."""

    config: ProofFile | None = None
    batches: dict[str, dict[str, ProofFile]] = field(default_factory=dict)
    """By name (``a0``), each with its files by their own names."""
    trunk: dict[str, ProofFile] = field(default_factory=dict)
    inclusions: list[ProofFile] = field(default_factory=list)


def recognises(files: Sequence[ProofFile]) -> bool:
    """By the names, which OKX's guide prescribes; an inclusion file by what it begins with, too."""
    return any(_path(file).name in _SUM_FILES or _is_inclusion(file) for file in files)


def sort(files: Sequence[ProofFile]) -> Folder:
    """Files that have no part in a report (a guide, a program) are left aside. Raises :class:`UnreadableError`."""
    found = Folder()
    batches: dict[str, dict[str, ProofFile]] = {}
    for file in files:
        path = _path(file)
        if path.name in _SUM_FILES:
            part = found.trunk if path.parent.name == TRUNK else batches.setdefault(path.parent.name, {})
            if path.name in part:
                raise UnreadableError(f"{file.name}: a second {path.name} of {path.parent.name or 'a batch'}")
            part[path.name] = file
        elif path.name == "config.json":
            if found.config:
                raise UnreadableError(f"{file.name}: a second config.json: one report at a time")
            found.config = file
        elif _INCLUSION in path.name:
            found.inclusions.append(file)
    found.batches = {name: batches[name] for name in sorted(batches, key=_order)}
    _check_names(found)
    return found


def _check_names(found: Folder) -> None:
    for part in (*found.batches.values(), *([found.trunk] if found.trunk else [])):
        for wanted in _SUM_FILES:
            if wanted not in part:
                there = next(iter(part.values())).name
                raise UnreadableError(f"{there}: {wanted} is missing beside it")
    alone = len(found.batches) == 1 and not found.trunk
    for name, part in found.batches.items():
        if not alone and not _BATCH.fullmatch(name):
            there = next(iter(part.values())).name
            raise UnreadableError(f"{there}: {name!r} is not the name of a batch: a0, a1, … or b0, b1, …")
    if not found.config and (found.batches or found.trunk):
        raise UnreadableError("config.json is missing: it tells the coins that the sum proofs are about")


def _order(name: str) -> tuple[str, int]:
    match = _BATCH.fullmatch(name)
    return (match[1], int(match[2])) if match else (name, 0)


def _is_inclusion(file: ProofFile) -> bool:
    return _INCLUSION in _path(file).name and b'"batch_inclusion_proof"' in head(file)


def _path(file: ProofFile) -> PurePosixPath:
    return PurePosixPath(file.name.replace("\\", "/"))
