"""Who is told of alerts, and how: decisions and texts are pure functions, channels carry them.

Nothing here waits for a poll, and no poll for anything here; what waits to be sent is kept by the daemon.
"""

import re
from datetime import datetime, timedelta

from monitor.model import Severity
from monitor.notify.batches import Batch, due
from monitor.notify.channel import DEADLINE, Channel, SendError
from monitor.notify.decisions import Decision, Key, Told, as_json, decide, from_json, standing
from monitor.notify.texts import Links, Message, message
from monitor.settings import ChannelSettings

__all__ = [
    "DEADLINE",
    "Batch",
    "Channel",
    "Decision",
    "Key",
    "Links",
    "Message",
    "SendError",
    "Told",
    "as_json",
    "check_channel",
    "decide",
    "due",
    "from_json",
    "message",
    "open_channel",
    "standing",
    "trial_alert",
    "trial_message",
]


def open_channel(url: str) -> Channel:
    """Return the channel of an Apprise URL. Raises ValueError where that cannot be used."""
    from monitor.notify.by_apprise import AppriseChannel  # noqa: PLC0415 - half a second, where nobody is told of anything

    return AppriseChannel(url)


_WEBHOOK = re.compile(r"(json|form|xml)s?://[a-z0-9.-]+(:[0-9]{1,5})?(/[\w./-]*)?", re.ASCII | re.IGNORECASE)
TEST_ALERT = "PorNotificationTest"


def trial_message(links: Links) -> Message:
    """Return what a channel of people is sent to try it."""
    body = f"This is a test of reserve-monitor: alerts come to this place.\nPage: {links.page}/"
    return Message("[test] reserve-monitor", body, Severity.INFO, over=False)


def trial_alert(now: datetime, severity: Severity) -> Told:
    """Return what an Alertmanager is sent to try it, of the least severity that it is told: over within minutes."""
    summary = "This is a test of reserve-monitor: alerts come to this place."
    return Told(TEST_ALERT, severity, "", "", now, now, timedelta(), summary)


def check_channel(settings: ChannelSettings) -> None:
    """Raise ValueError where the channel's URL cannot be used.

    Of a plain webhook that is told without Apprise, which takes half a second to come.
    """
    if settings.url and not _WEBHOOK.fullmatch(settings.url):
        open_channel(settings.url)
