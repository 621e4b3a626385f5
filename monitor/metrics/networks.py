"""Snapshots and the endpoints that they were read from, as series."""

from collections.abc import Iterator

from monitor.metrics import families
from monitor.metrics.text import Series
from monitor.metrics.values import Sources, seconds
from monitor.model import Durations, Snapshot, SnapshotState, World


def _states(world: World) -> Iterator[tuple[tuple[str, str], SnapshotState]]:
    """By exchange and network."""
    for exchange, assessment in world.assessments.items():
        for network, state in assessment.snapshots.items():
            yield (exchange, network), state


def _snapshots(world: World) -> Iterator[tuple[tuple[str, str], Snapshot]]:
    for labels, state in _states(world):
        if state.snapshot is not None:
            yield labels, state.snapshot


def _snapshot_times(world: World) -> Series:
    for labels, snapshot in _snapshots(world):
        yield labels, seconds(snapshot.taken_at)


def _block_numbers(world: World) -> Series:
    for labels, snapshot in _snapshots(world):
        yield labels, snapshot.block.number


def _window_blocks(world: World) -> Series:
    for labels, snapshot in _snapshots(world):
        if (since := snapshot.block.since) is not None:
            yield labels, snapshot.block.number - since.number


def _block_times(world: World) -> Series:
    for labels, snapshot in _snapshots(world):
        yield labels, seconds(snapshot.block.timestamp)


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


def _endpoint_disagreements(world: World) -> Series:
    for endpoint in world.endpoints:
        yield (endpoint.network, endpoint.name), endpoint.disagreements


def _follow_differences(world: World) -> Series:
    for endpoint in world.endpoints:
        if endpoint.difference is not None:
            yield (endpoint.network, endpoint.name), float(bool(endpoint.difference))


def _scan_progress(world: World) -> Series:
    for endpoint in world.endpoints:
        if endpoint.work is not None:
            yield (endpoint.network, endpoint.name), endpoint.work.share


def _endpoint_heads(world: World) -> Series:
    for endpoint in world.endpoints:
        if endpoint.head is not None:
            yield (endpoint.network, endpoint.name), endpoint.head


def _endpoint_lags(world: World) -> Series:
    for endpoint in world.endpoints:
        if endpoint.lag is not None:
            yield (endpoint.network, endpoint.name), endpoint.lag


NETWORKS: Sources = (
    (families.SNAPSHOT_SUCCESS, _snapshot_times),
    (families.SNAPSHOT_BLOCK_NUMBER, _block_numbers),
    (families.SNAPSHOT_WINDOW_BLOCKS, _window_blocks),
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
)
