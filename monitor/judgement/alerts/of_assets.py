"""Conditions of one asset of one exchange."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from monitor.judgement import exact
from monitor.judgement.alerts.condition import Condition
from monitor.judgement.phrases import counted, moment, span
from monitor.model import AlertName, Assessment, AssetAssessment, RatioPoint, ReserveStatus
from monitor.settings import AlertsSettings, ExchangeSettings

_BREACHED: Mapping[ReserveStatus, bool | None] = {
    ReserveStatus.COVERED: False,
    ReserveStatus.BREACH: True,
    ReserveStatus.UNKNOWN: None,
}


@dataclass(frozen=True, slots=True)
class Subject:
    """One asset, and what its conditions are judged by."""

    assessment: Assessment
    asset: AssetAssessment
    settings: ExchangeSettings
    alerts: AlertsSettings
    points: Sequence[RatioPoint]
    """The asset's own."""
    now: datetime

    def condition(self, name: AlertName, *, holds: bool | None, summary: str = "", lingers: bool = False) -> Condition:
        return Condition(name, self.assessment.exchange, self.asset.asset, holds, summary, lingers)

    @property
    def exchange(self) -> str:
        """As people call it."""
        return self.assessment.title or self.assessment.exchange


def of_asset(subject: Subject) -> Iterator[Condition]:
    """All of them; a limit or document that is not configured has no condition."""
    asset = subject.asset
    yield _below(subject, AlertName.RATIO_BELOW_LIMIT, asset.breach_below, holds=_BREACHED[asset.status])
    if asset.warn_below is not None:
        holds = _under(asset, asset.warn_below)
        yield _below(subject, AlertName.RATIO_BELOW_WARNING, asset.warn_below, holds=holds)
    yield _falling(subject)
    yield _unknown(subject)
    yield _mismatch(subject)
    if subject.settings.liabilities and subject.assessment.liabilities and asset.asset in subject.settings.assets:
        yield _not_owed(subject)


def _under(asset: AssetAssessment, limit: Decimal) -> bool | None:
    """Whether the ratio is under ``limit``; both bounds are rounded down, so they compare as the exact ones do."""
    low, high = asset.lower_bounds.get(asset.basis), asset.upper_bounds.get(asset.basis)
    if asset.owed == 0 or (low is not None and low >= limit):
        return False
    return True if high is not None and high < limit else None


def _below(subject: Subject, name: AlertName, limit: Decimal, *, holds: bool | None) -> Condition:
    """A ratio alert: it starts under ``limit`` and ends only a hysteresis above it."""
    if holds is None:
        return subject.condition(name, holds=None, summary=_gaps(subject.asset))
    low = subject.asset.lower_bounds.get(subject.asset.basis)
    lingers = not holds and low is not None and low < exact.add(limit, subject.alerts.hysteresis)
    summary = _reserves(subject, limit) if holds or lingers else ""
    return subject.condition(name, holds=holds, summary=summary, lingers=lingers)


def _reserves(subject: Subject, limit: Decimal) -> str:
    asset = subject.asset
    at_least = "" if asset.ratios else "at least "
    return (
        f"{subject.exchange} shows {at_least}{_plain(asset.totals[asset.basis])} {asset.asset} on the basis"
        f" {asset.basis} for {_plain(asset.owed or exact.ZERO)} owed{_owed_as_of(subject)}: a ratio of"
        f" {at_least}{_shown(asset.lower_bounds[asset.basis])}, the limit is {_plain(limit)}{_read_at(subject)}."
    )


def _owed_as_of(subject: Subject) -> str:
    if subject.assessment.liabilities is None:
        return ""
    liabilities = subject.assessment.liabilities
    as_of = liabilities.carried.get(subject.asset.asset, liabilities.as_of)
    return f" (as of {as_of:%Y-%m-%d}, {span(subject.now - as_of)} ago)"


def _read_at(subject: Subject) -> str:
    snapshots = subject.assessment.snapshots
    held = ((network, snapshots[network].snapshot) for network in subject.asset.reserves)
    blocks = [
        f"{network} block {snapshot.block.number}, {span(subject.now - snapshot.taken_at)} ago"
        for network, snapshot in held
        if snapshot
    ]
    return f" (read at {'; '.join(blocks)})" if blocks else ""


def _falling(subject: Subject) -> Condition:
    name, asset, allowed = AlertName.RATIO_FALLING, subject.asset, subject.alerts.falling
    current = asset.ratios.get(asset.basis)
    if current is None:
        return subject.condition(name, holds=None, summary=_gaps(asset))
    recent = (point for point in subject.points if subject.now - allowed.within <= point.at <= subject.now)
    peak = max(recent, key=lambda point: point.ratio, default=None)
    if peak is None or exact.subtract(peak.ratio, current) <= allowed.drop:
        return subject.condition(name, holds=False)
    summary = (
        f"The ratio of {asset.asset} of {subject.exchange} fell from {_shown(peak.ratio)} ({moment(peak.at)})"
        f" to {_shown(current)}; more than {_plain(allowed.drop)} within {span(allowed.within)} is an alert."
    )
    return subject.condition(name, holds=True, summary=summary)


def _unknown(subject: Subject) -> Condition:
    asset = subject.asset
    holds = asset.owed is not None and asset.status is ReserveStatus.UNKNOWN
    return subject.condition(AlertName.RESERVE_UNKNOWN, holds=holds, summary=_gaps(asset) if holds else "")


def _mismatch(subject: Subject) -> Condition:
    name, asset, audit = AlertName.CLAIM_MISMATCH, subject.asset.asset, subject.assessment.audit
    checked = sum(count for (_, each), count in audit.checked.items() if each == asset) if audit else 0
    if audit is None or not checked:
        return subject.condition(name, holds=None, summary=f"No claimed amount of {asset} was compared.")
    wrong = [mismatch for mismatch in audit.mismatches if mismatch.token.asset == asset]
    if not wrong:
        return subject.condition(name, holds=False)
    first = wrong[0]
    summary = (
        f"{len(wrong)} of {counted(checked, 'claimed amount')} of {asset} differ from the chain at the claimed height;"
        f" the first, in line {first.line}: {first.account} on {first.network}, claimed {_plain(first.claimed)},"
        f" found {_plain(first.found)}."
    )
    return subject.condition(name, holds=True, summary=summary)


def _not_owed(subject: Subject) -> Condition:
    asset, holds = subject.asset, subject.asset.owed is None
    summary = f"{asset.asset} has limits of its own, but the published liabilities do not name it." if holds else ""
    return subject.condition(AlertName.LIABILITIES_ABSENT, holds=holds, summary=summary)


def _gaps(asset: AssetAssessment) -> str:
    if asset.owed == 0:
        return f"{asset.asset} has no ratio: nothing is owed."
    reasons = [f"{gap.network}: {gap.reason}" if gap.network else gap.reason for gap in asset.gaps]
    return f"{asset.asset} cannot be judged: {'; '.join(reasons)}."


def _shown(ratio: Decimal) -> str:
    return _plain(exact.rounded_down(ratio, 6))


def _plain(amount: Decimal) -> str:
    text = f"{amount:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
