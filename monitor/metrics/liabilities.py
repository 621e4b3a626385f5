"""What exchanges say that they owe, the proofs of it, and how regularly they publish, as series."""

from collections.abc import Iterator

from monitor.judgement import missing_lately
from monitor.metrics import families
from monitor.metrics.text import Series
from monitor.metrics.values import Sources, each, each_by, seconds
from monitor.model import Assessment, Liabilities, ProofState, ProofStatus, Regularity, World


def _assessments(world: World) -> Iterator[tuple[tuple[str], Assessment]]:
    for exchange, assessment in world.assessments.items():
        yield (exchange,), assessment


def _owed(world: World) -> Iterator[tuple[tuple[str], Liabilities]]:
    return ((labels, one.liabilities) for labels, one in _assessments(world) if one.liabilities is not None)


def _proofs(world: World) -> Iterator[tuple[tuple[str], ProofState]]:
    return ((labels, one.proof) for labels, one in _assessments(world) if one.proof is not None)


def _regularities(world: World) -> Iterator[tuple[tuple[str], Regularity]]:
    return ((labels, one.regularity) for labels, one in _assessments(world) if one.regularity is not None)


def _proof_statuses(world: World) -> Series:
    for (exchange,), state in _proofs(world):
        proof = state.proof
        for status in ProofStatus:
            yield (exchange, proof.scheme, status, proof.strength), float(proof.status is status)


def _reports_missing(world: World) -> Series:
    for labels, regularity in _regularities(world):
        yield labels, len(missing_lately(regularity, world.at))


def _max_age(assessment: Assessment) -> float | None:
    age = assessment.liabilities_max_age
    return age.total_seconds() if age is not None else None


def _differences(state: ProofState) -> int | None:
    return len(state.differences) if state.differences is not None else None


LIABILITIES: Sources = (
    (families.LIABILITIES, each_by(_owed, lambda it: {asset: float(owed) for asset, owed in it.owed.items()})),
    (families.LIABILITIES_TIMESTAMP, each(_owed, lambda it: seconds(it.as_of))),
    (
        families.LIABILITIES_CARRIED_TIMESTAMP,
        each_by(_owed, lambda it: {asset: seconds(as_of) for asset, as_of in it.carried.items()}),
    ),
    (
        families.LIABILITIES_FELL_TIMESTAMP,
        each_by(_owed, lambda it: {fall.asset: seconds(fall.seen_at) for fall in it.falls}),
    ),
    (families.LIABILITIES_MAX_AGE, each(_assessments, _max_age)),
    (families.LIABILITIES_PROOF, _proof_statuses),
    (families.LIABILITIES_PROOF_TIMESTAMP, each(_proofs, lambda state: seconds(state.verified_at))),
    (families.LIABILITIES_PROOF_DIFFERENCES, each(_proofs, _differences)),
    (families.LIABILITIES_ROOT_CHANGES, each(_regularities, lambda it: len(it.root_changes))),
    (families.LIABILITIES_REPORTS_IN_A_ROW, each(_regularities, lambda it: it.in_a_row)),
    (families.LIABILITIES_REPORTS_MISSING, _reports_missing),
)
