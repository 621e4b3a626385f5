"""That the users of the trunk are the published batches: every one of them, once, in order, with its sums.

The scheme leaves this open: OKX's validator compares only the sums of all. But the whole trace of the trunk follows
from the published sums, so the columns that its proof commits to can be computed at the points that it opens. Two
different columns of that many rows agree on at most a sixteenth of the points, and sixteen are drawn. The ids, the
batches' roots, stand at points that are never opened: only an inclusion file shows that of its batch.
"""

from collections.abc import Iterator, Sequence
from itertools import accumulate, repeat
from operator import mul

from monitor.proofs.scheme import ProofError
from monitor.proofs.stark_v1.field import EXTENSION, PRIME, inverse, inverses, root_of_unity
from monitor.proofs.stark_v1.hashing import keccak
from monitor.proofs.stark_v1.sums import Proven


def check_batches(trunk: Proven, batches: Sequence[Proven], place: str) -> None:
    """Refuses a trunk that was made of anything but these batches. Raises :class:`ProofError`."""
    if trunk.users <= len(batches):
        raise ProofError(f"{place}: room for {trunk.users - 1} batches, but {len(batches)} were published")
    columns = len(trunk.sums.coins) + 1
    factor = int.from_bytes(keccak(trunk.combined_root + b"trunk"))
    weights = list(accumulate(repeat(factor % PRIME, columns - 1), _times, initial=1))
    trace = list(_trace(trunk, [(batch.sums.total, *batch.sums.coins) for batch in batches], weights))
    for index, opening in trunk.openings:
        opened = sum(map(mul, opening.row[:columns], weights))
        if (_value(trace, trunk.domain, index) - opened) % PRIME:
            raise ProofError(f"{place}: the batches in the trunk are not those published, in their order, once each")


def _trace(trunk: Proven, batches: Sequence[Sequence[int]], weights: Sequence[int]) -> Iterator[int]:
    """The rows of all columns, combined by ``weights``, from the zero user's lowest to the last running total.

    A user's rows: the total divided by 4 again and again, the coins staying 0; then total and coins; then what all
    users so far hold.
    """
    running = 0
    for total, *coins in ((0,), *batches, *repeat((0,), trunk.users - len(batches) - 1)):
        yield from (total >> 2 * shift for shift in range(trunk.uts - 2, 0, -1))
        own = (total + sum(map(mul, coins, weights[1:]))) % PRIME
        yield own
        running = (running + own) % PRIME
        yield running


def _times(a: int, b: int) -> int:
    return a * b % PRIME


def _value(trace: Sequence[int], domain: int, index: int) -> int:
    """The polynomial through the trace at another point of the domain (barycentric formula over roots of unity)."""
    steps = len(trace)
    root = root_of_unity(domain)
    point = pow(root, index, PRIME)
    step = pow(root, EXTENSION, PRIME)
    places = list(accumulate(repeat(step, steps - 1), _times, initial=1))
    gaps = inverses([point - there for there in places])
    value = sum(
        amount * (there * gap % PRIME) for amount, there, gap in zip(trace, places, gaps, strict=True) if amount
    )
    return value % PRIME * (pow(point, steps, PRIME) - 1) % PRIME * inverse(steps) % PRIME
