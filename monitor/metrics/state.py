"""From a World to series. One function per family; a new metric is one function and one line in ``STATE``."""

import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal

from monitor.judgement import clock_contradiction
from monitor.metrics import families
from monitor.metrics.families import Family
from monitor.metrics.proofs import PROOFS
from monitor.metrics.text import Series
from monitor.model import (
    Assessment,
    AssetAssessment,
    Basis,
    DocumentState,
    Durations,
    ReserveStatus,
    Severity,
    Snapshot,
    SnapshotState,
    World,
)


def downwards(value: Decimal) -> float:
    """The greatest float whose decimal spelling is not above ``value``.

    Rounding to nearest would make exactly 1.0 of 1 - 10^-20, and a rule ``< 1`` would never see it. By their spelling,
    because limits are written in decimals: a ratio of 1.01 stays 1.01, and compares with a limit as it does exactly.
    """
    nearest = float(value)
    return nearest if Decimal(repr(nearest)) <= value else math.nextafter(nearest, -math.inf)


def _seconds(moment: datetime) -> float:
    return moment.timestamp()


def _assets(world: World) -> Iterator[tuple[str, AssetAssessment]]:
    for exchange, assessment in world.assessments.items():
        for asset in assessment.assets.values():
            yield exchange, asset


def _states(world: World) -> Iterator[tuple[tuple[str, str], SnapshotState]]:
    """By exchange and network."""
    for exchange, assessment in world.assessments.items():
        for network, state in assessment.snapshots.items():
            yield (exchange, network), state


def _snapshots(world: World) -> Iterator[tuple[tuple[str, str], Snapshot]]:
    for labels, state in _states(world):
        if state.snapshot is not None:
            yield labels, state.snapshot


def _documents(world: World) -> Iterator[tuple[str, DocumentState]]:
    for exchange, assessment in world.assessments.items():
        for document in assessment.documents.values():
            yield exchange, document


def _by_basis(world: World, chosen: Callable[[AssetAssessment], Mapping[Basis, Decimal]]) -> Series:
    for exchange, asset in _assets(world):
        for basis, ratio in chosen(asset).items():
            yield (exchange, asset.asset, basis), downwards(ratio)


def _ratios(world: World) -> Series:
    return _by_basis(world, lambda asset: asset.ratios)


def _lower_bounds(world: World) -> Series:
    return _by_basis(world, lambda asset: asset.lower_bounds)


def _upper_bounds(world: World) -> Series:
    return _by_basis(world, lambda asset: asset.upper_bounds)


def _unread_ratios(world: World) -> Series:
    for exchange, asset in _assets(world):
        if asset.owed:
            for basis, amount in asset.unread.items():
                yield (exchange, asset.asset, basis), float(amount / asset.owed)


def _unread_limit(world: World) -> Series:
    yield (), float(world.limits.unread)


def _falls(world: World) -> Series:
    for labels, fall in world.falls.items():
        yield labels, max(float(fall.drop), 0.0)


def _fall_limit(world: World) -> Series:
    yield (), downwards(world.limits.fall)


def _signatures_gone(world: World) -> Series:
    for exchange, assessment in world.assessments.items():
        gone = assessment.signatures_gone
        if assessment.listed_at is not None:
            yield (exchange,), gone.accounts if gone and world.at - gone.at < world.limits.changed_for else 0


def _report_ratios(world: World) -> Series:
    return _by_basis(world, lambda asset: asset.report_ratios)


def _statuses(world: World) -> Series:
    for exchange, asset in _assets(world):
        for status in ReserveStatus:
            yield (exchange, asset.asset, status), float(asset.status is status)


def _reserves(world: World) -> Series:
    for exchange, asset in _assets(world):
        for network, sums in asset.reserves.items():
            for basis, amount in sums.items():
                yield (exchange, asset.asset, network, basis), float(amount)


def _positions(world: World) -> Series:
    """Names are unique on a network; the two names of staked ETH are of different assets."""
    for exchange, asset in _assets(world):
        for held in asset.positions:
            name = held.token.position.name if held.token.position else ""
            for basis, amount in held.amounts.items():
                yield (exchange, asset.asset, held.token.network, name, basis), float(amount)


def _unaddressed(world: World) -> Series:
    for exchange, asset in _assets(world):
        if asset.unaddressed:
            yield (exchange, asset.asset), float(asset.unaddressed)


def _liabilities(world: World) -> Series:
    for exchange, assessment in world.assessments.items():
        if assessment.liabilities is not None:
            for asset, owed in assessment.liabilities.owed.items():
                yield (exchange, asset), float(owed)


def _liabilities_times(world: World) -> Series:
    for exchange, assessment in world.assessments.items():
        if assessment.liabilities is not None:
            yield (exchange,), _seconds(assessment.liabilities.as_of)


def _liabilities_carried(world: World) -> Series:
    for exchange, assessment in world.assessments.items():
        if assessment.liabilities is not None:
            for asset, as_of in assessment.liabilities.carried.items():
                yield (exchange, asset), _seconds(as_of)


def _liabilities_fell(world: World) -> Series:
    for exchange, assessment in world.assessments.items():
        if assessment.liabilities is not None:
            for fall in assessment.liabilities.falls:
                yield (exchange, fall.asset), _seconds(fall.seen_at)


def _liabilities_max_ages(world: World) -> Series:
    for exchange, assessment in world.assessments.items():
        if assessment.liabilities_max_age is not None:
            yield (exchange,), assessment.liabilities_max_age.total_seconds()


def _limits(world: World) -> Series:
    for exchange, asset in _assets(world):
        yield (exchange, asset.asset, Severity.CRITICAL), downwards(asset.breach_below)
        if asset.warn_below is not None:
            yield (exchange, asset.asset, Severity.WARNING), downwards(asset.warn_below)


def _alerts(world: World) -> Series:
    """One series per label set: alerts that differ in nothing exported (their network, say) count as one."""
    active: dict[tuple[str, ...], bool] = {}
    for alert in world.alerts:
        labels: tuple[str, ...] = (alert.exchange, alert.asset, alert.name, alert.severity)
        active[labels] = active.get(labels, False) or alert.active
    for labels, state in active.items():
        yield labels, float(state)


def _alert_bases(world: World) -> Series:
    for exchange, assessment in world.assessments.items():
        yield (exchange, assessment.basis), 1


def _claims(world: World) -> Series:
    for exchange, assessment in world.assessments.items():
        for (network, status), count in assessment.verdicts.items():
            yield (exchange, network, status), count


def _mismatches(world: World) -> Series:
    for exchange, assessment in world.assessments.items():
        yield from _mismatches_of(exchange, assessment)


def _mismatches_of(exchange: str, assessment: Assessment) -> Series:
    audit = assessment.audit
    if audit is None:
        return
    found = Counter((mismatch.network, mismatch.token.asset) for mismatch in audit.mismatches)
    for (network, asset), compared in audit.checked.items():
        if compared:
            yield (exchange, network, asset), found[network, asset]


def _confirmations_lost(world: World) -> Series:
    for exchange, assessment in world.assessments.items():
        if assessment.listed_at is not None:
            yield (exchange, "refuted"), assessment.lost.refuted
            yield (exchange, "old"), assessment.lost.old


def _repeated_claims(world: World) -> Series:
    for exchange, assessment in world.assessments.items():
        for network, count in assessment.repeats.counts.items():
            yield (exchange, network), count


def _shared_accounts(world: World) -> Series:
    for exchange, assessment in world.assessments.items():
        for shared in assessment.shared:
            yield (exchange, shared.exchange), shared.count


def _list_times(world: World) -> Series:
    for exchange, assessment in world.assessments.items():
        if assessment.listed_at is not None:
            yield (exchange,), _seconds(assessment.listed_at)


def _list_changes(world: World) -> Series:
    for exchange, assessment in world.assessments.items():
        for change, count in assessment.changes.items():
            yield (exchange, change), count


def _snapshot_times(world: World) -> Series:
    for labels, snapshot in _snapshots(world):
        yield labels, _seconds(snapshot.taken_at)


def _block_numbers(world: World) -> Series:
    for labels, snapshot in _snapshots(world):
        yield labels, snapshot.block.number


def _block_times(world: World) -> Series:
    for labels, snapshot in _snapshots(world):
        yield labels, _seconds(snapshot.block.timestamp)


def _stale_after(world: World) -> Series:
    for labels, state in _states(world):
        if state.wanted and state.stale_after is not None:
            yield labels, state.stale_after.total_seconds()


def _snapshot_attempts(world: World) -> Series:
    for labels, state in _states(world):
        yield labels, state.attempts.begun


def _snapshot_failures(world: World) -> Series:
    for labels, state in _states(world):
        for reason, count in state.attempts.failures.items():
            yield (*labels, reason), count


def snapshot_durations(world: World) -> Iterator[tuple[tuple[str, str], Durations]]:
    """By exchange and network; a histogram of its own."""
    for labels, state in _states(world):
        yield labels, state.attempts.took


def _endpoint_requests(world: World) -> Series:
    for endpoint in world.endpoints:
        yield (endpoint.network, endpoint.name), endpoint.requests


def _endpoint_failures(world: World) -> Series:
    for endpoint in world.endpoints:
        for reason, count in endpoint.failures.items():
            yield (endpoint.network, endpoint.name, reason), count


def _endpoint_up(world: World) -> Series:
    for endpoint in world.endpoints:
        if endpoint.up is not None:
            yield (endpoint.network, endpoint.name), float(endpoint.up)


def _follow_differences(world: World) -> Series:
    for endpoint in world.endpoints:
        if endpoint.difference is not None:
            yield (endpoint.network, endpoint.name), float(bool(endpoint.difference))


def _scan_progress(world: World) -> Series:
    for endpoint in world.endpoints:
        if endpoint.work is not None:
            yield (endpoint.network, endpoint.name), endpoint.work.share


def _endpoint_disagreements(world: World) -> Series:
    for endpoint in world.endpoints:
        yield (endpoint.network, endpoint.name), endpoint.disagreements


def _endpoint_heads(world: World) -> Series:
    for endpoint in world.endpoints:
        if endpoint.head is not None:
            yield (endpoint.network, endpoint.name), endpoint.head


def _endpoint_lags(world: World) -> Series:
    for endpoint in world.endpoints:
        if endpoint.lag is not None:
            yield (endpoint.network, endpoint.name), endpoint.lag


def _document_fetches(world: World) -> Series:
    for exchange, document in _documents(world):
        yield (exchange, document.kind), document.fetched


def _document_failures(world: World) -> Series:
    for exchange, document in _documents(world):
        for reason, count in document.failures.items():
            yield (exchange, document.kind, reason), count


def _documents_refused(world: World) -> Series:
    for exchange, document in _documents(world):
        yield (exchange, document.kind), float(bool(document.refusal))


def _clock_contradicted(world: World) -> Series:
    yield (), float(bool(clock_contradiction(world.endpoints)))


def _jobs_failing(world: World) -> Series:
    for job in world.jobs:
        yield (job.key,), float(bool(job.error))


def _job_failures(world: World) -> Series:
    for job in world.jobs:
        yield (job.key,), job.failures


def _store_writes(world: World) -> Series:
    yield (), world.store.writes


def _store_write_failures(world: World) -> Series:
    yield (), world.store.failures


def _store_failing(world: World) -> Series:
    unsaved = any(document.unsaved for _, document in _documents(world))
    yield (), float(unsaved or bool(world.store.failure))


def _assessed(world: World) -> Series:
    yield (), _seconds(world.at)


def _reload_time(world: World) -> Series:
    yield (), _seconds(world.reload.succeeded_at)


def _reload_success(world: World) -> Series:
    yield (), float(world.reload.successful)


STATE: tuple[tuple[Family, Callable[[World], Series]], ...] = (
    (families.RESERVE_RATIO, _ratios),
    (families.RESERVE_RATIO_LOWER_BOUND, _lower_bounds),
    (families.RESERVE_RATIO_UPPER_BOUND, _upper_bounds),
    (families.CLAIMS_UNREAD_RATIO, _unread_ratios),
    (families.CLAIMS_UNREAD_LIMIT, _unread_limit),
    (families.RATIO_FALL, _falls),
    (families.RATIO_FALL_LIMIT, _fall_limit),
    (families.REPORT_RESERVE_RATIO, _report_ratios),
    (families.RESERVE_STATUS, _statuses),
    (families.RESERVES, _reserves),
    (families.RESERVES_POSITIONS, _positions),
    (families.RESERVES_UNADDRESSED, _unaddressed),
    (families.LIABILITIES, _liabilities),
    (families.LIABILITIES_TIMESTAMP, _liabilities_times),
    (families.LIABILITIES_CARRIED_TIMESTAMP, _liabilities_carried),
    (families.LIABILITIES_FELL_TIMESTAMP, _liabilities_fell),
    (families.LIABILITIES_MAX_AGE, _liabilities_max_ages),
    *PROOFS,
    (families.RATIO_LIMIT, _limits),
    (families.ALERT_ACTIVE, _alerts),
    (families.ALERT_BASIS, _alert_bases),
    (families.CLAIMS, _claims),
    (families.CLAIM_MISMATCHES, _mismatches),
    (families.CONFIRMATIONS_LOST, _confirmations_lost),
    (families.CLAIMS_REPEATED, _repeated_claims),
    (families.SHARED_ACCOUNTS, _shared_accounts),
    (families.WALLET_LIST_TIMESTAMP, _list_times),
    (families.SIGNATURES_GONE, _signatures_gone),
    (families.WALLET_LIST_CHANGES, _list_changes),
    (families.SNAPSHOT_SUCCESS, _snapshot_times),
    (families.SNAPSHOT_BLOCK_NUMBER, _block_numbers),
    (families.SNAPSHOT_BLOCK_TIMESTAMP, _block_times),
    (families.SNAPSHOT_STALE_AFTER, _stale_after),
    (families.SNAPSHOT_ATTEMPTS, _snapshot_attempts),
    (families.SNAPSHOT_FAILURES, _snapshot_failures),
    (families.ENDPOINT_REQUESTS, _endpoint_requests),
    (families.ENDPOINT_FAILURES, _endpoint_failures),
    (families.ENDPOINT_UP, _endpoint_up),
    (families.ENDPOINT_DISAGREEMENTS, _endpoint_disagreements),
    (families.FOLLOW_DIFFERENCE, _follow_differences),
    (families.SCAN_PROGRESS, _scan_progress),
    (families.ENDPOINT_HEAD_BLOCK, _endpoint_heads),
    (families.ENDPOINT_HEAD_LAG, _endpoint_lags),
    (families.DOCUMENT_FETCHES, _document_fetches),
    (families.DOCUMENT_FAILURES, _document_failures),
    (families.DOCUMENT_REFUSED, _documents_refused),
    (families.CLOCK_CONTRADICTED, _clock_contradicted),
    (families.JOB_FAILING, _jobs_failing),
    (families.JOB_FAILURES, _job_failures),
    (families.STORE_WRITES, _store_writes),
    (families.STORE_WRITE_FAILURES, _store_write_failures),
    (families.STORE_FAILING, _store_failing),
    (families.ASSESSED, _assessed),
    (families.CONFIG_RELOAD_SUCCESS, _reload_time),
    (families.CONFIG_RELOAD_SUCCESSFUL, _reload_success),
)
"""What can be told from a World alone, in the order of ``families``."""
