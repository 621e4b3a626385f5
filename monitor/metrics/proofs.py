"""What proofs of liabilities show, and how regularly exchanges publish, as series."""

from collections.abc import Callable

from monitor.judgement import missing_lately
from monitor.metrics import families
from monitor.metrics.families import Family
from monitor.metrics.text import Series
from monitor.model import ProofStatus, World


def _proofs(world: World) -> Series:
    for exchange, assessment in world.assessments.items():
        if assessment.proof is not None:
            proof = assessment.proof.proof
            for status in ProofStatus:
                yield (exchange, proof.scheme, status, proof.strength), float(proof.status is status)


def _proof_times(world: World) -> Series:
    for exchange, assessment in world.assessments.items():
        if assessment.proof is not None:
            yield (exchange,), assessment.proof.verified_at.timestamp()


def _proof_differences(world: World) -> Series:
    for exchange, assessment in world.assessments.items():
        if assessment.proof is not None and assessment.proof.differences is not None:
            yield (exchange,), len(assessment.proof.differences)


def _root_changes(world: World) -> Series:
    for exchange, assessment in world.assessments.items():
        if assessment.regularity is not None:
            yield (exchange,), len(assessment.regularity.root_changes)


def _reports_in_a_row(world: World) -> Series:
    for exchange, assessment in world.assessments.items():
        if assessment.regularity is not None:
            yield (exchange,), assessment.regularity.in_a_row


def _reports_missing(world: World) -> Series:
    for exchange, assessment in world.assessments.items():
        if assessment.regularity is not None:
            yield (exchange,), len(missing_lately(assessment.regularity, world.at))


PROOFS: tuple[tuple[Family, Callable[[World], Series]], ...] = (
    (families.LIABILITIES_PROOF, _proofs),
    (families.LIABILITIES_PROOF_TIMESTAMP, _proof_times),
    (families.LIABILITIES_PROOF_DIFFERENCES, _proof_differences),
    (families.LIABILITIES_ROOT_CHANGES, _root_changes),
    (families.LIABILITIES_REPORTS_IN_A_ROW, _reports_in_a_row),
    (families.LIABILITIES_REPORTS_MISSING, _reports_missing),
)
