"""Snapshots and the endpoints that they were read from, as series."""

from collections.abc import Iterator

from monitor.metrics import families
from monitor.metrics.values import Sources, each, each_by, seconds
from monitor.model import Durations, EndpointState, Snapshot, SnapshotState, World


def _states(world: World) -> Iterator[tuple[tuple[str, str], SnapshotState]]:
    """By exchange and network."""
    for exchange, assessment in world.assessments.items():
        for network, state in assessment.snapshots.items():
            yield (exchange, network), state


def _snapshots(world: World) -> Iterator[tuple[tuple[str, str], Snapshot]]:
    for labels, state in _states(world):
        if state.snapshot is not None:
            yield labels, state.snapshot


def _endpoints(world: World) -> Iterator[tuple[tuple[str, str], EndpointState]]:
    for endpoint in world.endpoints:
        yield (endpoint.network, endpoint.name), endpoint


def _window(snapshot: Snapshot) -> int | None:
    since = snapshot.block.since
    return snapshot.block.number - since.number if since is not None else None


def _stale_after(state: SnapshotState) -> float | None:
    return state.stale_after.total_seconds() if state.wanted and state.stale_after is not None else None


def snapshot_durations(world: World) -> Iterator[tuple[tuple[str, str], Durations]]:
    """By exchange and network; a histogram of its own."""
    for labels, state in _states(world):
        yield labels, state.attempts.took


NETWORKS: Sources = (
    (families.SNAPSHOT_SUCCESS, each(_snapshots, lambda snapshot: seconds(snapshot.taken_at))),
    (families.SNAPSHOT_BLOCK_NUMBER, each(_snapshots, lambda snapshot: snapshot.block.number)),
    (families.SNAPSHOT_WINDOW_BLOCKS, each(_snapshots, _window)),
    (families.SNAPSHOT_BLOCK_TIMESTAMP, each(_snapshots, lambda snapshot: seconds(snapshot.block.timestamp))),
    (families.SNAPSHOT_STALE_AFTER, each(_states, _stale_after)),
    (families.SNAPSHOT_ATTEMPTS, each(_states, lambda state: state.attempts.begun)),
    (families.SNAPSHOT_FAILURES, each_by(_states, lambda state: state.attempts.failures)),
    (families.ENDPOINT_REQUESTS, each(_endpoints, lambda endpoint: endpoint.requests)),
    (families.ENDPOINT_FAILURES, each_by(_endpoints, lambda endpoint: endpoint.failures)),
    (families.ENDPOINT_UP, each(_endpoints, lambda endpoint: endpoint.up)),
    (families.ENDPOINT_DISAGREEMENTS, each(_endpoints, lambda endpoint: endpoint.disagreements)),
    (families.FOLLOW_DIFFERENCE, each(_endpoints, lambda it: None if it.difference is None else bool(it.difference))),
    (families.SCAN_PROGRESS, each(_endpoints, lambda endpoint: endpoint.work.share if endpoint.work else None)),
    (families.ENDPOINT_HEAD_BLOCK, each(_endpoints, lambda endpoint: endpoint.head)),
    (families.ENDPOINT_HEAD_LAG, each(_endpoints, lambda endpoint: endpoint.lag)),
)
