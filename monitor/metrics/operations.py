"""How the monitor itself does, as series."""

from monitor.judgement import clock_contradiction
from monitor.metrics import families
from monitor.metrics.text import Series
from monitor.metrics.values import Sources, seconds
from monitor.model import World


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
    documents = (document for each in world.assessments.values() for document in each.documents.values())
    yield (), float(any(document.unsaved for document in documents) or bool(world.store.failure))


def _notifications(world: World) -> Series:
    for channel in world.channels:
        yield (channel.name, "sent"), channel.sent
        yield (channel.name, "failed"), sum(channel.failures.values())


def _notification_failures(world: World) -> Series:
    for channel in world.channels:
        for reason, count in channel.failures.items():
            yield (channel.name, reason.value), count


def _notifications_waiting(world: World) -> Series:
    for channel in world.channels:
        yield (channel.name,), channel.waiting


def _channels_up(world: World) -> Series:
    for channel in world.channels:
        yield (channel.name,), float(not channel.failure)


def _assessed(world: World) -> Series:
    yield (), seconds(world.at)


def _reload_time(world: World) -> Series:
    yield (), seconds(world.reload.succeeded_at)


def _reload_success(world: World) -> Series:
    yield (), float(world.reload.successful)


OPERATIONS: Sources = (
    (families.CLOCK_CONTRADICTED, _clock_contradicted),
    (families.JOB_FAILING, _jobs_failing),
    (families.JOB_FAILURES, _job_failures),
    (families.STORE_WRITES, _store_writes),
    (families.STORE_WRITE_FAILURES, _store_write_failures),
    (families.STORE_FAILING, _store_failing),
    (families.NOTIFICATIONS, _notifications),
    (families.NOTIFICATION_FAILURES, _notification_failures),
    (families.NOTIFICATIONS_WAITING, _notifications_waiting),
    (families.NOTIFICATION_CHANNEL_UP, _channels_up),
    (families.ASSESSED, _assessed),
    (families.CONFIG_RELOAD_SUCCESS, _reload_time),
    (families.CONFIG_RELOAD_SUCCESSFUL, _reload_success),
)
