"""Where a full tree's lines are not what they must be: looked for line by line, once it is known that some are not."""

from itertools import zip_longest

from monitor.proofs.scheme import ProofError
from monitor.proofs.tree_format import TreeFormat
from monitor.proofs.tree_lines import Stretch


def unread(layout: TreeFormat, file: str, leaves: Stretch, text: str) -> ProofError:
    """Of leaves that cannot be read."""
    for number, line in enumerate(_lines(text), leaves.line):
        if reason := _of_line(layout, line, leaves.level):
            return ProofError(f"{file}: line {number}: {reason}")
    return ProofError(f"{file}: line {leaves.line} or after: not the lines that were counted; the file was changed")


def differing(layout: TreeFormat, file: str, stretch: Stretch, written: str, stated: str, *, below: int) -> ProofError:
    """Of lines that were ``stated`` where others had to be ``written``; their children begin at line ``below``."""
    pairs = zip_longest(_lines(written), _lines(stated), fillvalue="")
    at, (expected, line) = next((at, pair) for at, pair in enumerate(pairs) if pair[0] != pair[1])
    reason = _of_line(layout, line, stretch.level)
    if not reason and at < stretch.padded:
        reason = f"expected a repetition of the next line that owes nothing, {expected.rstrip()}"
    if not reason:
        left = below + 2 * (at - stretch.padded)
        reason = f"{_of_node(layout, expected, line)} lines {left} and {left + 1}"
    return ProofError(f"{file}: line {stretch.line + at}: {reason}")


def _lines(text: str) -> list[str]:
    return [line + "\n" for line in text.split("\n")[:-1]]


def _of_line(layout: TreeFormat, line: str, level: int) -> str:
    found = layout.line.fullmatch(line)
    if found is None:
        return f"not a line of this format: {line[:120]!r}"
    stated = int(found.groupdict().get("level", level))
    return "" if stated == level else f"level {stated}, expected {level}: a line is missing or misplaced"


def _of_node(layout: TreeFormat, expected: str, line: str) -> str:
    computed, stated = layout.line.fullmatch(expected), layout.line.fullmatch(line)
    if computed and stated and computed["amounts"] == stated["amounts"]:
        return "the hash does not recompute from"
    return "the balances are not the sums of those in"
