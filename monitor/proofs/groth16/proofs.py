"""Every batch's Groth16 proof, verified on all cores.

By py_ecc alone; or, where the extra ``groth16`` is installed, by groth16py, and a random sample of them by py_ecc as
well, so that neither is trusted alone.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
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
_RULES = "groth16 1"
"""Counted up when what is verified here changes: what was verified by other rules is verified again."""


@dataclass(frozen=True, slots=True)
class Part:
    """Some batches of one key."""

    key: Key
    rows: tuple[tuple[str, bytes, int], ...]
    """Place, proof and commitment of each."""

    def digests(self, how: str) -> list[bytes]:
        """What each row is remembered by once it was verified by ``how``: key, commitment and proof."""
        start = f"{_RULES} {how} {self.key.digest} ".encode()
        return [sha256(start + commitment.to_bytes(32) + data).digest() for _, data, commitment in self.rows]


def check_proofs(chain: Chain, keys: Sequence[Key], executor: Executor) -> str:
    """What every batch's proof was verified with. Raises :class:`ProofError` for the first that fails.

    What the executor knows to be done is passed over, but for the sample, which is drawn of all.
    """
    parts = [Part(key_of(batch, keys), ((batch.place, batch.proof, batch.commitment),)) for batch in chain.rows]
    how, work = ("groth16py", quickly) if fast.available() else ("py_ecc", slowly)
    left = [part for part in parts if part.digests(how)[0] not in executor.done]
    earlier = len(parts) - len(left)
    done = earlier
    if work is quickly:
        left = [*_together(left)]
    for part, fault in zip(left, executor.map(work, left), strict=True):
        _refuse(fault)
        executor.done.add(part.digests(how))
        done += len(part.rows)
        executor.report("proofs verified", done, len(parts))
    if earlier:
        how += f", {earlier} of them in an earlier run that was cut"
    if work is slowly:
        return how
    sample = SystemRandom().sample(parts, min(_SAMPLE, len(parts)))
    for part in sample:
        _refuse(slowly(part))
    return f"{how}, {len(sample)} of them by py_ecc too"


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


def _refuse(fault: str) -> None:
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


def key_of(batch: Batch, keys: Sequence[Key]) -> Key:
    """The key for users of so many assets (``assets_count``); or the only one, where no number tells keys apart."""
    tiers = {int(match[1]): key for key in keys if (match := _TIER.fullmatch(PurePosixPath(key.place).name))}
    if len(keys) == 1 and (batch.tier is None or not tiers):
        return keys[0]
    if batch.tier is None:
        raise UnreadableError(
            f"{batch.place}: no assets_count tells which of {len(keys)} keys it is of: give one of them"
        )
    if batch.tier not in tiers:
        raise UnreadableError(f"{batch.place}: assets_count: no key for {batch.tier} assets (zkpor{batch.tier}_….vk)")
    return tiers[batch.tier]
