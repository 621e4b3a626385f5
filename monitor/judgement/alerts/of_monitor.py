"""Conditions of the monitor itself: its endpoints, clock, jobs, history and configuration."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from monitor.formats.phrases import counted, moment
from monitor.judgement.alerts.catalogue import DISAGREEMENT_LASTS
from monitor.judgement.alerts.condition import Condition, Rise
from monitor.judgement.clock import clock_contradiction
from monitor.model import AlertName, Assessment, ChannelState, EndpointState, JobState, ReloadState, StoreState


def endpoint_down(endpoints: Sequence[EndpointState]) -> Condition:
    """Unknown while an endpoint has not been asked and none is known to be down."""
    down = [endpoint for endpoint in endpoints if endpoint.up is False]
    if not down:
        unasked = ", ".join(_name(endpoint) for endpoint in endpoints if endpoint.up is None)
        summary = f"Not asked yet: {unasked}." if unasked else ""
        return Condition(AlertName.ENDPOINT_DOWN, "", "", holds=None if unasked else False, summary=summary)
    reasons = "; ".join(f"{_name(endpoint)}: {endpoint.last_error or 'no reason given'}" for endpoint in down)
    return Condition(AlertName.ENDPOINT_DOWN, "", "", holds=True, summary=f"Down: {reasons}.")


def disagreements(
    endpoints: Sequence[EndpointState], before: Mapping[str, Rise], now: datetime
) -> tuple[Condition, Mapping[str, Rise]]:
    """Counters start anew with the process: one that is under what was seen of it has risen from zero."""
    rises = {
        _name(endpoint): _risen(endpoint.disagreements, before.get(_name(endpoint)), now) for endpoint in endpoints
    }
    recent = [
        f"{name} (last at {moment(rise.rose_at)})"
        for name, rise in rises.items()
        if rise.rose_at is not None and now - rise.rose_at < DISAGREEMENT_LASTS
    ]
    summary = f"Told something else than the others at the same block: {', '.join(recent)}." if recent else ""
    return Condition(AlertName.ENDPOINTS_DISAGREE, "", "", holds=bool(recent), summary=summary), rises


def _risen(count: int, before: Rise | None, now: datetime) -> Rise:
    if before is None:
        return Rise(count, now if count else None)
    seen = before.total if before.total <= count else 0
    return Rise(count, now if count > seen else before.rose_at)


def follow_difference(endpoints: Sequence[EndpointState]) -> Condition:
    """Unknown while an endpoint has not been asked and none is known to differ: then it tells what it found last."""
    differing = [f"{_name(endpoint)} {endpoint.difference}" for endpoint in endpoints if endpoint.difference]
    if not differing:
        unasked = ", ".join(_name(endpoint) for endpoint in endpoints if endpoint.up is None)
        summary = f"Not asked yet: {unasked}." if unasked else ""
        return Condition(AlertName.FOLLOW_DIFFERENCE, "", "", holds=None if unasked else False, summary=summary)
    summary = f"A scan found something else, which counts now: {'; '.join(differing)}."
    return Condition(AlertName.FOLLOW_DIFFERENCE, "", "", holds=True, summary=summary)


def clock_stepped(endpoints: Sequence[EndpointState]) -> Condition:
    """Unknown while no endpoint has named a block."""
    if all(endpoint.block_age is None for endpoint in endpoints):
        return Condition(AlertName.CLOCK_STEPPED, "", "", holds=None, summary="No block was named yet.")
    summary = clock_contradiction(endpoints)
    return Condition(AlertName.CLOCK_STEPPED, "", "", holds=bool(summary), summary=summary)


def job_failing(jobs: Sequence[JobState]) -> Condition:
    """Named with their errors: what nobody expected, so that nothing else may tell of it."""
    failing = [f"{job.key}: {job.error}" for job in jobs if job.error]
    summary = f"Failing: {'; '.join(failing)}." if failing else ""
    return Condition(AlertName.JOB_FAILING, "", "", holds=bool(failing), summary=summary)


def store_failing(store: StoreState, assessments: Mapping[str, Assessment]) -> Condition:
    """The newest write failed, or a document in use is not in the history: a restart would lose it."""
    unsaved = [
        f"the {document.kind} of {exchange}"
        for exchange, assessment in assessments.items()
        for document in assessment.documents.values()
        if document.unsaved
    ]
    lost = f"Not in the history, though in use: {', '.join(unsaved)}." if unsaved else ""
    failure = f"The newest write failed: {store.failure}." if store.failure else ""
    summary = " ".join(filter(None, (failure, lost)))
    return Condition(AlertName.STORE_FAILING, "", "", holds=bool(summary), summary=summary)


def notifications_failing(channels: Sequence[ChannelState]) -> Condition:
    """The newest attempt of a channel failed; the others tell of it."""
    failing = [
        f"{each.name} ({counted(each.waiting, 'alert')} wait): {each.failure}" for each in channels if each.failure
    ]
    summary = f"Not told: {'; '.join(failing)}." if failing else ""
    return Condition(AlertName.NOTIFICATIONS_FAILING, "", "", holds=bool(failing), summary=summary)


def reload_failed(reload: ReloadState) -> Condition:
    summary = ""
    if not reload.successful:
        summary = f"{reload.error or 'The configuration cannot be used'}; that of {moment(reload.succeeded_at)} stays."
    return Condition(AlertName.CONFIG_RELOAD_FAILED, "", "", holds=not reload.successful, summary=summary)


def _name(endpoint: EndpointState) -> str:
    return f"{endpoint.network}/{endpoint.name}"
