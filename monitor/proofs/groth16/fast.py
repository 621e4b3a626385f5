"""Groth16 by groth16py, an optional extra around a library in Rust: some milliseconds a proof.

It knows neither gnark's commitments nor its files. A commitment D goes into K_0, and its hash becomes a second public
input; the proof of knowledge is a pairing equation too, and is put to it as a proof without inputs.
"""

import json
from functools import cache
from importlib.util import find_spec
from typing import Protocol

from py_ecc.optimized_bn128.optimized_curve import G1 as GENERATOR_1
from py_ecc.optimized_bn128.optimized_curve import G2 as GENERATOR_2
from py_ecc.optimized_bn128.optimized_curve import add, is_inf, normalize

from monitor.proofs.groth16.curve import G1, G2, point1
from monitor.proofs.groth16.keys import Key, Proof
from monitor.proofs.groth16.pairing import hashed, negated
from monitor.proofs.scheme import ProofError

_ONE_1: G1 = (int(GENERATOR_1[0]), int(GENERATOR_1[1]))
_ONE_2: G2 = (
    (int(GENERATOR_2[0].coeffs[0]), int(GENERATOR_2[0].coeffs[1])),
    (int(GENERATOR_2[1].coeffs[0]), int(GENERATOR_2[1].coeffs[1])),
)


@cache
def available() -> bool:
    """Whether the extra is installed."""
    return find_spec("groth16py") is not None


def verifies(key: Key, proof: Proof, commitment: int, place: str) -> bool:
    """Whether ``proof`` is one of the batch that has this commitment. Raises :class:`ProofError` for bad points."""
    if key.commitment is None and proof.commitment is None:
        return _checked(_plain(key), (proof.a, proof.b, proof.c), (commitment,), place)
    if key.commitment is None or proof.commitment is None:
        return False
    (committed, knowledge), (base, sigma) = proof.commitment, key.commitment
    first, *others = key.inputs
    both = add(point1(first), point1(committed))
    if is_inf(both):  # by a commitment that was made for it
        return False
    x, y = normalize(both)
    verifier = _verifier(key.alpha, key.beta, key.gamma, key.delta, ((int(x), int(y)), *others))
    if not _checked(verifier, (proof.a, proof.b, proof.c), (commitment, hashed(committed)), place):
        return False
    # e(D, G_sigma) e(PoK, G) = 1 as e(-D, G_sigma) = e(g, h) e(-g, h) e(PoK, G)
    return _checked(_knowledge(base), (negated(committed), sigma, knowledge), (), place)


class _Verifier(Protocol):
    def verify_snarkjs(self, proof_json: str, public_json: str) -> bool: ...


@cache
def _plain(key: Key) -> _Verifier:
    return _verifier(key.alpha, key.beta, key.gamma, key.delta, key.inputs)


@cache
def _knowledge(base: G2) -> _Verifier:
    return _verifier(_ONE_1, _ONE_2, _ONE_2, base, (negated(_ONE_1),))


def _verifier(alpha: G1, beta: G2, gamma: G2, delta: G2, inputs: tuple[G1, ...]) -> _Verifier:
    import groth16py  # noqa: PLC0415 - an optional extra

    told = {
        "protocol": "groth16",
        "curve": "bn128",
        "nPublic": len(inputs) - 1,
        "vk_alpha_1": _one(alpha),
        "vk_beta_2": _two(beta),
        "vk_gamma_2": _two(gamma),
        "vk_delta_2": _two(delta),
        "IC": [_one(point) for point in inputs],
    }
    return groth16py.Verifier(groth16py.VerifyingKey.from_snarkjs(json.dumps(told)))


def _checked(verifier: _Verifier, points: tuple[G1, G2, G1], inputs: tuple[int, ...], place: str) -> bool:
    import groth16py  # noqa: PLC0415 - an optional extra

    a, b, c = points
    told = {"protocol": "groth16", "curve": "bn128", "pi_a": _one(a), "pi_b": _two(b), "pi_c": _one(c)}
    try:
        return bool(verifier.verify_snarkjs(json.dumps(told), json.dumps([str(each) for each in inputs])))
    except groth16py.VerificationError:
        return False
    except groth16py.EncodingError as error:
        raise ProofError(f"{place}: proof_info: {error}") from error


def _one(point: G1) -> list[str]:
    return [str(point[0]), str(point[1]), "1"]


def _two(point: G2) -> list[list[str]]:
    return [[str(part) for part in point[0]], [str(part) for part in point[1]], ["1", "0"]]
