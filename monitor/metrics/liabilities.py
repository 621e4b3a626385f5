"""What exchanges say that they owe, the proofs of it, and how regularly they publish, as series."""

from monitor.judgement import missing_lately
from monitor.metrics import families
from monitor.metrics.text import Series
from monitor.metrics.values import Sources, seconds
from monitor.model import ProofStatus, World


def _liabilities(world: World) -> Series:
    for exchange, assessment in world.assessments.items():
        if assessment.liabilities is not None:
            for asset, owed in assessment.liabilities.owed.items():
                yield (exchange, asset), float(owed)


def _liabilities_times(world: World) -> Series:
    for exchange, assessment in world.assessments.items():
        if assessment.liabilities is not None:
            yield (exchange,), seconds(assessment.liabilities.as_of)


def _liabilities_carried(world: World) -> Series:
    for exchange, assessment in world.assessments.items():
        if assessment.liabilities is not None:
            for asset, as_of in assessment.liabilities.carried.items():
                yield (exchange, asset), seconds(as_of)


def _liabilities_fell(world: World) -> Series:
    for exchange, assessment in world.assessments.items():
        if assessment.liabilities is not None:
            for fall in assessment.liabilities.falls:
                yield (exchange, fall.asset), seconds(fall.seen_at)


def _liabilities_max_ages(world: World) -> Series:
    for exchange, assessment in world.assessments.items():
        if assessment.liabilities_max_age is not None:
            yield (exchange,), assessment.liabilities_max_age.total_seconds()


def _proofs(world: World) -> Series:
    for exchange, assessment in world.assessments.items():
        if assessment.proof is not None:
            proof = assessment.proof.proof
            for status in ProofStatus:
                yield (exchange, proof.scheme, status, proof.strength), float(proof.status is status)


def _proof_times(world: World) -> Series:
    for exchange, assessment in world.assessments.items():
        if assessment.proof is not None:
            yield (exchange,), seconds(assessment.proof.verified_at)


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


LIABILITIES: Sources = (
    (families.LIABILITIES, _liabilities),
    (families.LIABILITIES_TIMESTAMP, _liabilities_times),
    (families.LIABILITIES_CARRIED_TIMESTAMP, _liabilities_carried),
    (families.LIABILITIES_FELL_TIMESTAMP, _liabilities_fell),
    (families.LIABILITIES_MAX_AGE, _liabilities_max_ages),
    (families.LIABILITIES_PROOF, _proofs),
    (families.LIABILITIES_PROOF_TIMESTAMP, _proof_times),
    (families.LIABILITIES_PROOF_DIFFERENCES, _proof_differences),
    (families.LIABILITIES_ROOT_CHANGES, _root_changes),
    (families.LIABILITIES_REPORTS_IN_A_ROW, _reports_in_a_row),
    (families.LIABILITIES_REPORTS_MISSING, _reports_missing),
)
