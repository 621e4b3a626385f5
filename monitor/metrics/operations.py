"""How the monitor itself does, as series."""

from collections.abc import Iterator

from monitor.judgement import clock_contradiction
from monitor.metrics import families
from monitor.metrics.values import Sources, each, each_by, once, seconds
from monitor.model import ChannelState, JobState, World


def _jobs(world: World) -> Iterator[tuple[tuple[str], JobState]]:
    for job in world.jobs:
        yield (job.key,), job


def _channels(world: World) -> Iterator[tuple[tuple[str], ChannelState]]:
    for channel in world.channels:
        yield (channel.name,), channel


def _store_failing(world: World) -> bool:
    documents = (document for each in world.assessments.values() for document in each.documents.values())
    return any(document.unsaved for document in documents) or bool(world.store.failure)


OPERATIONS: Sources = (
    (families.CLOCK_CONTRADICTED, once(lambda world: bool(clock_contradiction(world.endpoints)))),
    (families.JOB_FAILING, each(_jobs, lambda job: bool(job.error))),
    (families.JOB_FAILURES, each(_jobs, lambda job: job.failures)),
    (families.STORE_WRITES, once(lambda world: world.store.writes)),
    (families.STORE_WRITE_FAILURES, once(lambda world: world.store.failures)),
    (families.STORE_FAILING, once(_store_failing)),
    (families.STORE_KEEPS, once(lambda world: world.store.keeps)),
    (
        families.NOTIFICATIONS,
        each_by(_channels, lambda channel: {"sent": channel.sent, "failed": sum(channel.failures.values())}),
    ),
    (families.NOTIFICATION_FAILURES, each_by(_channels, lambda channel: channel.failures)),
    (families.NOTIFICATIONS_WAITING, each(_channels, lambda channel: channel.waiting)),
    (families.NOTIFICATION_CHANNEL_UP, each(_channels, lambda channel: not channel.failure)),
    (families.ASSESSED, once(lambda world: seconds(world.at))),
    (families.CONFIG_RELOAD_SUCCESS, once(lambda world: seconds(world.reload.succeeded_at))),
    (families.CONFIG_RELOAD_SUCCESSFUL, once(lambda world: world.reload.successful)),
)
