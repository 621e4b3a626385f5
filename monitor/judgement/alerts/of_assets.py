"""Conditions of one asset of one exchange."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from monitor.formats import exact
from monitor.formats.figures import digits
from monitor.formats.figures import limit as percent
from monitor.formats.phrases import counted, moment, span
from monitor.judgement.alerts.condition import Condition
from monitor.judgement.unread import places, rests_on_unread, unless
from monitor.model import AlertName, Assessment, AssetAssessment, Fall, ReserveStatus
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
    fall: Fall | None
    """The largest of the time; None where nothing can be compared."""
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
    yield _claims_unread(subject)
    yield _mismatch(subject)
    yield _bump(subject)
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
    known = digits(asset.totals.get(asset.basis, exact.ZERO))
    unread = f" That is a breach {unless(asset, limit)}." if rests_on_unread(asset) else ""
    return (
        f"{subject.exchange} shows {at_least}{known} {asset.asset} on the basis {asset.basis}"
        f" for {digits(asset.owed or exact.ZERO)} owed{_owed_as_of(subject)}:"
        f" {at_least}{_shown(asset.lower_bounds[asset.basis])}, the limit is {percent(limit)}{_read_at(subject)}."
        + unread
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
        f"{network} {snapshot.block.named}, {span(subject.now - snapshot.taken_at)} ago"
        for network, snapshot in held
        if snapshot
    ]
    return f" (read at {'; '.join(blocks)})" if blocks else ""


def _falling(subject: Subject) -> Condition:
    name, asset, allowed, fall = AlertName.RATIO_FALLING, subject.asset, subject.alerts.falling, subject.fall
    if fall is None:
        return subject.condition(name, holds=None, summary=_gaps(asset))
    if fall.drop <= allowed.drop:
        return subject.condition(name, holds=False)
    after = exact.subtract(fall.before, fall.drop)
    unread = sorted({gap.network for gap in asset.gaps if gap.network} - set(fall.networks))
    summary = (
        f"The reserves of {asset.asset} of {subject.exchange} on {', '.join(fall.networks)} fell from"
        f" {_shown(fall.before)} of what is owed ({moment(fall.since)}) to {_shown(after)};"
        f" more than {percent(allowed.drop)} within {span(allowed.within)} is an alert."
        + (f" Not compared, as they were not read: {', '.join(unread)}." if unread else "")
    )
    return subject.condition(name, holds=True, summary=summary)


def _unknown(subject: Subject) -> Condition:
    asset = subject.asset
    holds = asset.owed is not None and asset.status is ReserveStatus.UNKNOWN
    return subject.condition(AlertName.RESERVE_UNKNOWN, holds=holds, summary=_gaps(asset) if holds else "")


def _claims_unread(subject: Subject) -> Condition:
    """How much of what is owed rests on the exchange's word alone; also where that changes no answer."""
    name, asset, allowed = AlertName.CLAIMS_UNREAD, subject.asset, subject.alerts.unread_above
    unread = asset.unread.get(asset.basis, exact.ZERO)
    if not asset.owed or unread <= exact.times(allowed, asset.owed):
        return subject.condition(name, holds=False)
    amount = digits(unread) if unread.is_finite() else "An amount that nothing limits of"
    summary = (
        f"{amount} {asset.asset} of {subject.exchange} is only claimed, on {places(asset)}, for"
        f" {digits(asset.owed)} owed; more than {percent(allowed)} of it is an alert."
        f" Not read: {'; '.join(_reasons(asset))}."
    )
    return subject.condition(name, holds=True, summary=summary)


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
        f" the first, in line {first.line}: {first.account} on {first.network}, claimed {exact.plain(first.claimed)},"
        f" found {exact.plain(first.found)}."
    )
    return subject.condition(name, holds=True, summary=summary)


def _bump(subject: Subject) -> Condition:
    """Coins that were there for the report, and not in the days around."""
    name, asset, bump, allowed = (
        AlertName.REPORT_BUMP,
        subject.asset.asset,
        subject.asset.bump,
        subject.alerts.bump_above,
    )
    if bump is None:
        return subject.condition(name, holds=None, summary=_no_bump(subject.asset))
    if bump.held <= exact.times(allowed, bump.usual):
        return subject.condition(name, holds=False)
    times = f"{exact.plain(exact.cut(bump.ratio, 6))} times as much" if bump.usual else "there usually is nothing"
    summary = (
        f"At its report's own heights ({moment(bump.at)}) {subject.exchange} held {exact.plain(bump.held)} {asset}; the"
        f" median of the seven days around is {exact.plain(bump.usual)}, by {bump.days} of them: {times}; over"
        f" {exact.plain(allowed)} times is an alert."
    )
    return subject.condition(name, holds=True, summary=summary)


def _no_bump(asset: AssetAssessment) -> str:
    reason = asset.bump_unknown or "what was held at the report's own heights is not known"
    return f"{asset.asset} cannot be compared with the days around the report: {reason}."


def _not_owed(subject: Subject) -> Condition:
    asset, holds = subject.asset, subject.asset.owed is None
    summary = f"{asset.asset} has limits of its own, but the published liabilities do not name it." if holds else ""
    return subject.condition(AlertName.LIABILITIES_ABSENT, holds=holds, summary=summary)


def _gaps(asset: AssetAssessment) -> str:
    if asset.owed == 0:
        return f"{asset.asset} has no ratio: nothing is owed."
    return f"{asset.asset} cannot be judged: {'; '.join(_reasons(asset))}."


def _reasons(asset: AssetAssessment) -> list[str]:
    return [f"{gap.network}: {gap.reason}" if gap.network else gap.reason for gap in asset.gaps]


def _shown(ratio: Decimal) -> str:
    return percent(exact.cut(ratio, 6))
