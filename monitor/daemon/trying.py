"""A test message over every channel: what the command `notify test` does."""

import asyncio
from dataclasses import dataclass

import aiohttp

from monitor.daemon.channels import Line
from monitor.daemon.clock import utc_now
from monitor.formats.phrases import span
from monitor.notify import DEADLINE, Links, SendError, trial_alert, trial_message
from monitor.notify.alertmanager import payload
from monitor.settings import ChannelSettings, Settings


@dataclass(frozen=True, slots=True)
class Tried:
    """What became of a test message."""

    name: str
    kind: str
    failure: str | None


async def try_channels(settings: Settings) -> list[Tried]:
    """Send a test message over every channel of ``settings``, all at once."""
    links = Links(settings.web.external_url.rstrip("/") or f"http://{settings.web.listen}", settings.web.runbook_url)
    async with aiohttp.ClientSession() as session:
        return list(await asyncio.gather(*(_tried(channel, links, session) for channel in settings.notify)))


async def _tried(channel: ChannelSettings, links: Links, session: aiohttp.ClientSession) -> Tried:
    line = Line.opened(channel, session)
    failure = None
    try:
        async with asyncio.timeout(DEADLINE.total_seconds()):
            if line.alertmanager:
                now = utc_now()
                await line.post(payload([trial_alert(now, channel.severity)], links, channel.resend, now))
            else:
                await line.send(trial_message(links))
    except SendError as error:
        failure = str(error)
    except TimeoutError:
        failure = f"no answer after {span(DEADLINE)}"
    return Tried(channel.label, channel.kind, failure)
