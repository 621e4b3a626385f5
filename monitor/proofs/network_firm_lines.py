"""The lines of The Network Firm's two large files: the leaves, and the customers they are made of."""

import re
from collections.abc import Sequence

from monitor.proofs.scheme import ProofError, UnreadableError

_LEAF = re.compile(r"(?m)^([1-9][0-9]?),(0|[1-9][0-9]{0,11})\t([0-9a-f]{16})\n")
_NAME = re.compile(r"[^\s,:#][^,:#\r\n]{0,63}")
_CUSTOMER = r"[\x21\x24-\x2b\x2d-\x7e][\x20-\x2b\x2d-\x7e]{0,254}+"
_AMOUNT = r"(?:0|[1-9][0-9]{0,39}+)(?:\.[0-9]{1,40}+)?+"


def header(file: str, line: bytes) -> tuple[str, ...]:
    names = line.decode("utf-8", "replace").rstrip("\n").split(",")
    if len(names) < 2 or not names[0].startswith("#"):
        raise UnreadableError(f"{file}: line 1: expected #id and the assets' names")
    assets = tuple(names[1:])
    if len(set(assets)) < len(assets) or not all(_NAME.fullmatch(asset) for asset in assets):
        raise UnreadableError(f"{file}: line 1: each asset needs one name of its own, up to 64 characters")
    return assets


def leaf_lines(file: str, first: int, lines: bytes) -> list[tuple[str, str, str]]:
    """Level, index and hash of each."""
    text = lines.decode("latin1")  # any byte is some character; none beyond ASCII is in a leaf's line
    found: list[tuple[str, str, str]] = _LEAF.findall(text)
    if len(found) != text.count("\n"):
        for at, line in enumerate(text.split("\n")[:-1]):
            if not _LEAF.fullmatch(line + "\n"):
                raise ProofError(f"{file}: line {first + at}: expected level,index and a hash, not {line[:80]!r}")
    return found


def rows_of(file: str, first: int, lines: bytes, assets: Sequence[str]) -> list[tuple[str, ...]]:
    """Id and balances of each."""
    text = lines.decode("latin1")
    row = re.compile(rf"(?m)^({_CUSTOMER}){rf',({_AMOUNT})' * len(assets)}\n")
    found: list[tuple[str, ...]] = row.findall(text)
    if len(found) != text.count("\n"):
        for at, line in enumerate(text.split("\n")[:-1], first):
            if not row.fullmatch(line + "\n"):
                expected = f"an id and {len(assets)} balances in ASCII, none of them negative"
                raise ProofError(f"{file}: line {at}: expected {expected}, not {line[:80]!r}")
    return found
