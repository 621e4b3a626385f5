"""Conditions of one exchange as a whole: its list, its liabilities, its snapshots."""

from collections.abc import Iterator
from datetime import datetime

from monitor.formats import exact
from monitor.formats.phrases import counted, moment, span
from monitor.judgement.alerts.condition import Condition, of_whole
from monitor.judgement.alerts.of_proofs import of_proofs
from monitor.model import AlertName, Assessment, DocumentState, SnapshotState, VerdictStatus
from monitor.settings import AlertsSettings, ExchangeSettings


def of_exchange(
    assessment: Assessment, settings: ExchangeSettings, alerts: AlertsSettings, now: datetime
) -> Iterator[Condition]:
    """All of them, in the order of the catalogue."""
    yield _stale(assessment, now)
    yield _absent(assessment)
    if settings.liabilities is not None:
        yield _liabilities_old(assessment, settings, now)
        yield _liabilities_absent(assessment)
        yield _liabilities_refused(assessment)
        yield _liabilities_fell(assessment, alerts, now)
        yield from of_proofs(assessment, alerts, now)
    yield _list_absent(assessment)
    yield _list_changed(assessment, alerts, now)
    yield _refused(AlertName.LIST_REFUSED, assessment, "wallets")
    yield _signatures_gone(assessment, alerts, now)
    yield _ownership_invalid(assessment)
    yield _confirmation_lost(assessment)
    yield _account_shared(assessment)


def _stale(assessment: Assessment, now: datetime) -> Condition:
    ages = [
        f"{network} {span(now - state.snapshot.taken_at)}{_failure(state)}"
        for network, state in sorted(assessment.snapshots.items())
        if state.stale and state.snapshot is not None and state.wanted
    ]
    summary = f"The last whole snapshot is too old: {'; '.join(ages)}."
    return of_whole(AlertName.SNAPSHOT_STALE, assessment, summary, holds=bool(ages))


def _absent(assessment: Assessment) -> Condition:
    missing = [
        f"{network} ({counted(state.wanted, 'account')}){_failure(state)}"
        for network, state in sorted(assessment.snapshots.items())
        if state.snapshot is None and state.wanted
    ]
    summary = f"There is no whole snapshot: {'; '.join(missing)}."
    return of_whole(AlertName.SNAPSHOT_ABSENT, assessment, summary, holds=bool(missing))


def _failure(state: SnapshotState) -> str:
    return f", the newest attempt failed: {state.failure}" if state.failure else ""


def _liabilities_old(assessment: Assessment, settings: ExchangeSettings, now: datetime) -> Condition:
    name, liabilities = AlertName.LIABILITIES_OLD, assessment.liabilities
    if liabilities is None or settings.liabilities is None:
        return of_whole(name, assessment, "No liabilities are known.", holds=None)
    age, allowed = now - liabilities.as_of, settings.liabilities.max_age
    carried = [
        f"{asset}, which no report names since, as of {moment(as_of)}"
        for asset, as_of in sorted(liabilities.carried.items())
        if now - as_of > allowed
    ]
    newest = [f"The liabilities are as of {moment(liabilities.as_of)}, {span(age)} ago"] if age > allowed else []
    summary = f"{'; '.join([*newest, *carried])}; {span(allowed)} are allowed."
    return of_whole(name, assessment, summary, holds=bool(newest or carried))


def _liabilities_absent(assessment: Assessment) -> Condition:
    summary = f"No liabilities were accepted yet{_refusal(assessment.documents.get('liabilities'))}."
    return of_whole(AlertName.LIABILITIES_ABSENT, assessment, summary, holds=assessment.liabilities is None)


def _liabilities_fell(assessment: Assessment, alerts: AlertsSettings, now: datetime) -> Condition:
    name, liabilities = AlertName.LIABILITIES_FELL, assessment.liabilities
    if liabilities is None:
        return of_whole(name, assessment, "No liabilities are known.", holds=None)
    fell = [
        f"{fall.before:f} {fall.asset} as of {moment(fall.before_as_of)}, {fall.amount:f} as of {moment(fall.as_of)}"
        for fall in liabilities.falls
        if now - fall.seen_at < alerts.changed_for
    ]
    return of_whole(name, assessment, f"Much less is owed than before: {'; '.join(fell)}.", holds=bool(fell))


def _list_absent(assessment: Assessment) -> Condition:
    summary = f"No wallet list was accepted yet{_refusal(assessment.documents.get('wallets'))}."
    return of_whole(AlertName.LIST_ABSENT, assessment, summary, holds=assessment.listed_at is None)


def _refusal(state: DocumentState | None) -> str:
    return f": {state.refusal}" if state and state.refusal else ""


def _liabilities_refused(assessment: Assessment) -> Condition:
    """The report, or else the proof that stands beside it."""
    name = AlertName.LIABILITIES_REFUSED
    proof = _refused(name, assessment, "proof")
    report = _refused(name, assessment, "liabilities")
    return proof if proof.holds and not report.holds else report


def _refused(name: AlertName, assessment: Assessment, kind: str) -> Condition:
    state = assessment.documents.get(kind)
    if state is None:
        return of_whole(name, assessment, "It was not asked for yet.", holds=None)
    stays = f"; that of {moment(state.current.fetched_at)} stays in use" if state.current else ""
    summary = f"The newest attempt was refused: {state.refusal}{stays}."
    return of_whole(name, assessment, summary, holds=bool(state.refusal))


def _list_changed(assessment: Assessment, alerts: AlertsSettings, now: datetime) -> Condition:
    name, changes, at = AlertName.LIST_CHANGED, assessment.last_changes, assessment.changed_at
    if not changes or at is None or now - at >= alerts.changed_for:
        return of_whole(name, assessment, "", holds=False)
    first = (*changes.removed, *changes.added, *changes.altered)[0]
    summary = (
        f"{counted(len(changes.added), 'claim')} added, {len(changes.removed)} removed, {len(changes.altered)} altered"
        f" at {moment(at)}; for one, {first}."
    )
    return of_whole(name, assessment, summary, holds=True)


def _signatures_gone(assessment: Assessment, alerts: AlertsSettings, now: datetime) -> Condition:
    name, gone = AlertName.SIGNATURES_GONE, assessment.signatures_gone
    if gone is None or now - gone.at >= alerts.changed_for:
        return of_whole(name, assessment, "", holds=False)
    held = ", ".join(f"{exact.plain(amount)} {asset}" for asset, amount in sorted(gone.amounts.items()) if amount)
    unread = f"; {gone.unread} of them were never read" if gone.unread else ""
    summary = (
        f"The list of {moment(gone.at)} no longer has a valid signature for {counted(gone.accounts, 'account')} that"
        f" the one before it had, holding {held or 'nothing'}{unread}. Alerts act on the basis {assessment.basis}."
    )
    return of_whole(name, assessment, summary, holds=True)


def _ownership_invalid(assessment: Assessment) -> Condition:
    name = AlertName.OWNERSHIP_INVALID
    if assessment.listed_at is None:
        return of_whole(name, assessment, "There is no wallet list to judge.", holds=None)
    invalid = {
        network: count
        for (network, status), count in sorted(assessment.verdicts.items())
        if status is VerdictStatus.INVALID and count
    }
    places = ", ".join(f"{network} {count}" for network, count in invalid.items())
    summary = f"{counted(sum(invalid.values()), 'claim')} with a wrong signature or address: {places}."
    return of_whole(name, assessment, summary, holds=bool(invalid))


def _confirmation_lost(assessment: Assessment) -> Condition:
    name, lost = AlertName.CONFIRMATION_LOST, assessment.lost
    if assessment.listed_at is None:
        return of_whole(name, assessment, "There is no wallet list to judge.", holds=None)
    amounts = ", ".join(f"{amount.normalize():f} {asset}" for asset, amount in sorted(lost.coins.items()))
    told = [f"{counted(lost.refuted, 'claim')} no longer confirmed by the chain"] if lost.refuted else []
    told += [f"{counted(lost.old, 'claim')} confirmed too long ago"] if lost.old else []
    holding = f", holding {amounts}" if amounts else ""
    summary = f"Verified once and not now: {' and '.join(told)}{holding}; for one, {lost.example}."
    return of_whole(name, assessment, summary, holds=bool(told))


def _account_shared(assessment: Assessment) -> Condition:
    name = AlertName.ACCOUNT_SHARED
    if assessment.listed_at is None:
        return of_whole(name, assessment, "There is no wallet list to compare.", holds=None)
    shared = "; ".join(
        f"{counted(each.count, 'account')} with {each.exchange} ({', '.join(each.examples)})"
        for each in assessment.shared
    )
    return of_whole(name, assessment, f"The list shares {shared}.", holds=bool(shared))
