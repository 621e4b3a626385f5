"""FRI: that the combined values are those of a polynomial of low degree, folded by four until it can be read whole."""

from collections.abc import Sequence

from monitor.proofs.scheme import ProofError
from monitor.proofs.stark_v1.documents import Layer, SumProof
from monitor.proofs.stark_v1.field import EXTENSION, PRIME, extrapolation, inverse, root_of_unity
from monitor.proofs.stark_v1.hashing import check_paths, keccak, position, sample

_QUARTER = inverse(4)


def check_low_degree(proof: SumProof, place: str) -> None:
    """Refuses values, committed to by the root of the combination, that no polynomial of degree < 4 x steps takes.

    One fold: the cubic through the values at the four points with the same fourth power, taken at the challenge.
    """
    root, size, bound = proof.combined_root, proof.domain, 4 * proof.steps
    queries = sample(proof.layers[0].root, size // 4)
    for i, layer in enumerate(proof.layers):
        quarter = size // 4
        queries = [query % quarter for query in queries]
        _check_fold(layer, root, size, queries, f"{place}: low_degree_proof[{i}]")
        root, size, bound = layer.root, quarter, bound // 4
    _check_final(proof.final, root, bound, f"{place}: low_degree_proof[{len(proof.layers)}]")


def _check_fold(layer: Layer, root: bytes, size: int, queries: Sequence[int], place: str) -> None:
    quarter = size // 4
    check_paths(layer.root, quarter, queries, layer.columns, f"{place}[1]")
    rows = [query + j * quarter for query in queries for j in range(4)]
    check_paths(root, size, rows, layer.rows, f"{place}[2]")
    challenge = int.from_bytes(root) % PRIME
    w = root_of_unity(size)
    back = pow(w, 3 * quarter, PRIME)  # 1/i, with i = w^quarter a fourth root of unity
    for n, (query, column) in enumerate(zip(queries, layer.columns, strict=True)):
        a, b, c, d = (_number(path[0], f"{place}[2]") for path in layer.rows[4 * n : 4 * n + 4])
        even, odd, twist, turned = a + c, b + d, a - c, (b - d) * back
        z = challenge * pow(w, size - query, PRIME) % PRIME
        folded = even + odd + z * (twist + turned + z * (even - odd + z * (twist - turned) % PRIME) % PRIME)
        if (folded * _QUARTER - _number(column[0], f"{place}[1]")) % PRIME:
            raise ProofError(f"{place}[1][{n}]: the value is not the fold of its four")


def _check_final(final: Sequence[bytes], root: bytes, bound: int, place: str) -> None:
    """The last values are all there; those at multiples of 16 are nobody's business, as everywhere in this scheme."""
    size = len(final)
    level = [b""] * size
    for index, value in enumerate(final):
        level[position(index, size)] = value
    while len(level) > 1:
        level = [keccak(level[i] + level[i + 1]) for i in range(0, len(level), 2)]
    if level[0] != root:
        raise ProofError(f"{place}: the values do not hash to the root of the fold before")
    values = [_number(value, place) for value in final]
    free = tuple(index for index in range(size) if index % EXTENSION)
    known, others = free[:bound], free[bound:]
    at_known = [values[index] for index in known]
    for index, weights in zip(others, extrapolation(size, known, others), strict=True):
        if (sum(w * v for w, v in zip(weights, at_known, strict=True)) - values[index]) % PRIME:
            raise ProofError(f"{place}[{index}]: the values are not those of a polynomial of degree below {bound}")


def _number(data: bytes, place: str) -> int:
    number = int.from_bytes(data)
    if number >= PRIME:
        raise ProofError(f"{place}: a number is not below the field's prime")
    return number
