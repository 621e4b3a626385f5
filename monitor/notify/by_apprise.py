"""Messages by Apprise, which speaks to more than a hundred services.

Its plugins block, so each channel has a thread of its own: one that hangs holds up nobody else.
"""

import asyncio
import logging
import re
from concurrent.futures import ThreadPoolExecutor

from apprise import Apprise, AppriseAsset, NotifyFormat, NotifyType, PersistentStoreMode
from apprise.common import OverflowMode
from apprise.result import AppriseResult, AppriseResultStatus

from monitor.formats import shown
from monitor.model import SendFailure, Severity
from monitor.notify.channel import SendError
from monitor.notify.texts import Message

_KINDS = {
    Severity.CRITICAL: NotifyType.FAILURE,
    Severity.WARNING: NotifyType.WARNING,
    Severity.INFO: NotifyType.INFO,
}
_ADDRESS = re.compile(r"\S+://\S+|url: \S+")
"""Libraries repeat the URL in their errors, in spellings of their own."""


class AppriseChannel:
    """One Apprise URL. Nothing is written to disk, and no log has its URL."""

    def __init__(self, url: str) -> None:
        """Raise ValueError where Apprise does not know ``url``."""
        logging.getLogger("apprise").propagate = False  # what it says of a failure is in the result
        logging.getLogger("urllib3").setLevel(logging.CRITICAL)
        asset = AppriseAsset(app_id="reserve-monitor", storage_mode=PersistentStoreMode.MEMORY, secure_logging=True)
        plugin = Apprise.instantiate(url, asset=asset)
        if plugin is None:
            raise ValueError(
                f"Apprise cannot use this {url.partition('://')[0]}:// URL: see its documentation for what belongs "
                "into one"
            )
        plugin.overflow_mode = OverflowMode.SPLIT
        self._apprise = Apprise(plugin, asset=asset)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="notify")

    async def send(self, message: Message) -> None:
        """Send ``message`` once. Raises SendError."""
        kind = NotifyType.SUCCESS if message.over else _KINDS[message.severity]
        result = await asyncio.get_running_loop().run_in_executor(self._thread, self._notify, message, kind)
        if not result:
            failure = SendFailure.TIMEOUT if result.status is AppriseResultStatus.TIMEOUT else SendFailure.REFUSED
            raise SendError(failure, _reason(result))

    def _notify(self, message: Message, kind: NotifyType) -> AppriseResult:
        return self._apprise.notify(
            message.body, message.title, notify_type=kind, body_format=NotifyFormat.TEXT, log_level=logging.WARNING
        )


def _reason(result: AppriseResult) -> str:
    told = "; ".join(dict.fromkeys(_ADDRESS.sub("***", str(entry.message)) for entry in result.logs()))
    return shown(told, 300) or "the service did not take the message"
