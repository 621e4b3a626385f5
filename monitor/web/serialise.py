"""The model as JSON's types. Amounts and ratios are exact decimal strings; counts and heights are integers."""

from monitor.model import AlertState, Assessment, ChannelState, DocumentState, Prices, ReserveStatus
from monitor.web import assets, dollars, liabilities, lists, snapshots, words
from monitor.web.plain import Json, document, number, time


def summary(assessment: Assessment, prices: Prices | None) -> Json:
    """An exchange in the list of all."""
    bounds = {
        name: {"lower": number(each.lower_bounds[each.basis]), "upper": number(each.upper_bounds.get(each.basis))}
        for name, each in assessment.assets.items()
        if each.basis in each.lower_bounds
    }
    own = {"basis": assessment.basis, "bounds": bounds, "dollars": dollars.of_exchange(assessment, prices)}
    return _head(assessment) | own


def _head(assessment: Assessment) -> Json:
    known = assessment.assets.values()
    return {
        "name": assessment.exchange,
        "title": assessment.title,
        "at": time(assessment.at),
        "headline": words.headline(assessment),
        "status": words.worst(assessment),
        "assets": {status: [each.asset for each in known if each.status is status] for status in ReserveStatus},
        "details": f"/api/v1/exchanges/{assessment.exchange}",
    }


def exchange(assessment: Assessment, prices: Prices | None) -> Json:
    """Everything about one exchange except its claims; in dollars too, where there are ``prices``."""
    return _head(assessment) | {
        "basis": assessment.basis,
        "assets": {
            name: assets.asset(each, assessment.snapshots)
            | {"control": assets.control_of(assessment, name), "dollars": dollars.of_asset(each, prices)}
            for name, each in assessment.assets.items()
        },
        "control": assets.control(assessment.control) if assessment.control else None,
        "dollars": dollars.of_exchange(assessment, prices),
        "snapshots": {name: snapshots.snapshot_state(state) for name, state in assessment.snapshots.items()},
        "documents": {name: document_state(state) for name, state in assessment.documents.items()},
        "liabilities": liabilities.liabilities(assessment.liabilities),
        "proof": liabilities.proof(assessment.proof),
        "regularity": liabilities.regularity(assessment.regularity),
        "list": lists.wallet_list(assessment),
        "audit": lists.audit(assessment.audit),
        "claims": f"/api/v1/exchanges/{assessment.exchange}/claims",
    }


def document_state(state: DocumentState) -> Json:
    return {
        "current": document(state.current),
        "fetched": state.fetched,
        "failures": dict(state.failures),
        "refusal": state.refusal or None,
        "refused_at": time(state.refused_at),
    }


def alert(state: AlertState) -> Json:
    return {
        "name": state.name,
        "severity": state.severity,
        "exchange": state.exchange or None,
        "asset": state.asset or None,
        "active": state.active,
        "since": time(state.since),
        "for_seconds": int(state.holds_for.total_seconds()),
        "summary": state.summary,
    }


def channel(state: ChannelState) -> Json:
    return {
        "name": state.name,
        "kind": state.kind,
        "sent": state.sent,
        "failures": dict(state.failures),
        "waiting": state.waiting,
        "failure": state.failure or None,
        "sent_at": time(state.sent_at),
    }
