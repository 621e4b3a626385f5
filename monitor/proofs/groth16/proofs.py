"""Every batch's Groth16 proof, verified on all cores.

By py_ecc alone; or, where the extra ``groth16`` is installed, by groth16py, and a random sample of them by py_ecc as
well, so that neither is trusted alone.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from random import SystemRandom

from monitor.proofs.groth16 import fast
from monitor.proofs.groth16.batches import Batch, Chain
from monitor.proofs.groth16.keys import Key, read_proof
from monitor.proofs.groth16.pairing import verifies
from monitor.proofs.scheme import ProofError, UnreadableError
from monitor.proofs.work import Executor

_TIER = re.compile(r"zkpor([0-9]+)_[0-9]+\.vk")
"""How Binance names the key for users of up to so many assets."""
_AT_ONCE = 64
_SAMPLE = 4


@dataclass(frozen=True, slots=True)
class Part:
    """Some batches of one key."""

    key: Key
    rows: tuple[tuple[str, bytes, int], ...]
    """Place, proof and commitment of each."""


def check_proofs(chain: Chain, keys: Sequence[Key], executor: Executor) -> str:
    """What every batch's proof was verified with. Raises :class:`ProofError` for the first that fails."""
    parts = [Part(_key(batch, keys), ((batch.place, batch.proof, batch.commitment),)) for batch in chain.rows]
    if not fast.available():
        _raise_first(executor.map(slowly, parts))
        return "py_ecc"
    _raise_first(executor.map(quickly, _together(parts)))
    sample = SystemRandom().sample(parts, min(_SAMPLE, len(parts)))
    _raise_first(map(slowly, sample))
    return f"groth16py, {len(sample)} of them by py_ecc too"


def slowly(part: Part) -> str:
    """Why one of these proofs fails, by py_ecc; empty where none does."""
    try:
        for place, data, commitment in part.rows:
            if not verifies(part.key, read_proof(data, place), commitment):
                return _fault(place, part.key)
    except ProofError as error:
        return str(error)
    return ""


def quickly(part: Part) -> str:
    """Why one of these proofs fails, by groth16py; empty where none does."""
    try:
        for place, data, commitment in part.rows:
            if not fast.verifies(part.key, read_proof(data, place, subgroup=False), commitment, place):
                return _fault(place, part.key)
    except ProofError as error:
        return str(error)
    return ""


def _fault(place: str, key: Key) -> str:
    return f"{place}: proof_info: the Groth16 proof is not one of this batch_commitment by {key.place}"


def _raise_first(faults: Iterable[str]) -> None:
    for fault in faults:
        if fault:
            raise ProofError(fault)


def _together(parts: Sequence[Part]) -> Iterable[Part]:
    """Many rows of one key at a time."""
    by_key: dict[str, list[Part]] = {}
    for part in parts:
        by_key.setdefault(part.key.digest, []).append(part)
    for same in by_key.values():
        for i in range(0, len(same), _AT_ONCE):
            some = same[i : i + _AT_ONCE]
            yield Part(some[0].key, tuple(row for part in some for row in part.rows))


def _key(batch: Batch, keys: Sequence[Key]) -> Key:
    """The key of a batch: the only one, or the one for users of so many assets (``assets_count``)."""
    if len(keys) == 1:
        return keys[0]
    tiers = {int(match[1]): key for key in keys if (match := _TIER.fullmatch(PurePosixPath(key.place).name))}
    if batch.tier not in tiers:
        raise UnreadableError(f"{batch.place}: assets_count: no key for {batch.tier} assets (zkpor{batch.tier}_….vk)")
    return tiers[batch.tier]
