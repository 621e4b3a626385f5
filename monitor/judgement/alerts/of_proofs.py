"""Conditions of what an exchange proves of its liabilities, and of how regularly it publishes."""

from collections.abc import Iterator
from datetime import datetime

from monitor.formats.phrases import moment
from monitor.judgement.alerts.condition import Condition, of_whole
from monitor.judgement.regularity import BEFORE_ITS_REPORT, missing_lately
from monitor.model import AlertName, Assessment
from monitor.settings import AlertsSettings


def of_proofs(assessment: Assessment, alerts: AlertsSettings, now: datetime) -> Iterator[Condition]:
    """All of them, in the order of the catalogue; those about a proof only where one is configured."""
    if "proof" in assessment.documents:
        yield _failed(assessment)
        yield _differs(assessment)
    yield _root_changed(assessment, alerts, now)
    yield _report_missing(assessment, now)


def _failed(assessment: Assessment) -> Condition:
    name, state = AlertName.PROOF_FAILED, assessment.proof
    if state is None:
        return of_whole(name, assessment, "No proof was verified yet.", holds=None)
    proof, source = state.proof, state.document.source
    summary = f"The proof of liabilities ({proof.scheme or 'of no known scheme'}) is {proof.status}: {proof.reason}"
    return of_whole(name, assessment, f"{summary} [{source}].", holds=not proof.holds)


def _differs(assessment: Assessment) -> Condition:
    name, state = AlertName.PROOF_DIFFERS, assessment.proof
    if state is None or state.differences is None:
        return of_whole(name, assessment, "Nothing of proof and report can be compared.", holds=None)
    summary = f"Proof and report contradict each other: {'; '.join(state.differences)}."
    return of_whole(name, assessment, summary, holds=bool(state.differences))


def _root_changed(assessment: Assessment, alerts: AlertsSettings, now: datetime) -> Condition:
    changes = assessment.regularity.root_changes if assessment.regularity else ()
    recent = [change for change in changes if now - change.at < alerts.changed_for + BEFORE_ITS_REPORT]
    told = [
        f"of the report {change.report} from {change.before} to {change.after} at {moment(change.at)}"
        for change in recent
    ]
    what = " and ".join(sorted({change.what for change in recent}))
    summary = f"The {what or 'root'} was replaced without a new report: {'; '.join(told)}."
    return of_whole(AlertName.ROOT_CHANGED, assessment, summary, holds=bool(told))


def _report_missing(assessment: Assessment, now: datetime) -> Condition:
    missing = missing_lately(assessment.regularity, now) if assessment.regularity else ()
    summary = f"No report ever came for {', '.join(missing)}."
    return of_whole(AlertName.REPORT_MISSING, assessment, summary, holds=bool(missing))
