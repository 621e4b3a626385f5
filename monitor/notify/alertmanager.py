"""Alerts to Alertmanager's API v2, which groups, silences, inhibits and tells on.

As Prometheus does it: all that is active again and again, each with an end that lies some repetitions ahead, so that
an alert does not outlive the monitor for long; and what ended for a while, so that an Alertmanager that was away, or
was killed with it, hears of it all the same.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import aiohttp

from monitor.formats import shown, shown_value
from monitor.formats.phrases import moment, span
from monitor.model import SendFailure
from monitor.notify.channel import SendError
from monitor.notify.decisions import Told
from monitor.notify.texts import Links

_MISSED = 4
_TIMEOUT = aiohttp.ClientTimeout(total=10)
_MOST = 500
"""Alerts in one request."""


class Alertmanager:
    """One Alertmanager."""

    def __init__(self, url: str, session: aiohttp.ClientSession) -> None:
        self._url = f"{url.rstrip('/')}/api/v2/alerts"
        self._session = session

    async def post(self, alerts: Sequence[dict[str, Any]]) -> None:
        """Hand over ``alerts``. Raises SendError."""
        for start in range(0, len(alerts), _MOST):
            await self._post(alerts[start : start + _MOST])

    async def _post(self, alerts: Sequence[dict[str, Any]]) -> None:
        try:
            async with self._session.post(self._url, json=alerts, timeout=_TIMEOUT, allow_redirects=False) as answer:
                text = await answer.text(errors="replace")
        except TimeoutError as error:
            raise SendError(SendFailure.TIMEOUT, "it did not answer in time") from error
        except (aiohttp.ClientError, OSError) as error:
            raise SendError(SendFailure.UNREACHABLE, shown(str(error) or type(error).__name__, 300)) from error
        if answer.status != 200:
            raise SendError(SendFailure.REFUSED, shown(f"it answered {answer.status}: {text}", 300))


def payload(told: Iterable[Told], links: Links, resend: timedelta, now: datetime) -> list[dict[str, Any]]:
    """Return ``told`` as the API's ``postableAlerts``.

    Labels tell what an alert is, and nothing of who sends it: of two monitors that say the same, there is one alert.
    """
    return [
        {
            "labels": _fit(
                alertname=each.alert, severity=each.severity.value, exchange=each.exchange, asset=each.asset
            ),
            "annotations": _fit(
                summary=each.summary,
                since=f"{moment(each.since)}; told once it has held for {span(each.holds_for)}",
                runbook_url=links.runbook_of(each.alert),
            ),
            "startsAt": each.since.isoformat(),
            "endsAt": (each.ended_at or now + _MISSED * resend).isoformat(),
            "generatorURL": links.to(each.exchange, each.asset),
        }
        for each in told
    ]


def _fit(**texts: str) -> Any:  # noqa: ANN401 - JSON
    return shown_value({name: text for name, text in texts.items() if text})
