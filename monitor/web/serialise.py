"""The model as JSON's types. Amounts and ratios are exact decimal strings; counts and heights are integers."""

from collections.abc import Mapping

from monitor.formats.figures import exact
from monitor.judgement.unread import rests_on_unread, unless
from monitor.model import (
    Address,
    AlertState,
    Assessment,
    AssetAssessment,
    Audit,
    Claim,
    DocumentState,
    EndpointState,
    Gap,
    Liabilities,
    PositionHeld,
    ReserveStatus,
    SignaturesGone,
    Snapshot,
    SnapshotState,
    Token,
    Verdict,
    VerdictStatus,
)
from monitor.web import proofs, words
from monitor.web.plain import Json, block, by_basis, document, number, time


def summary(assessment: Assessment) -> Json:
    """An exchange in the list of all."""
    assets = assessment.assets.values()
    return {
        "name": assessment.exchange,
        "title": assessment.title,
        "at": time(assessment.at),
        "headline": words.headline(assessment),
        "status": words.worst(assessment),
        "assets": {status: [each.asset for each in assets if each.status is status] for status in ReserveStatus},
        "details": f"/api/v1/exchanges/{assessment.exchange}",
    }


def exchange(assessment: Assessment) -> Json:
    """Everything about one exchange except its claims."""
    return summary(assessment) | {
        "basis": assessment.basis,
        "assets": {name: asset(each, assessment.snapshots) for name, each in assessment.assets.items()},
        "snapshots": {name: snapshot_state(state) for name, state in assessment.snapshots.items()},
        "documents": {name: document_state(state) for name, state in assessment.documents.items()},
        "liabilities": liabilities(assessment.liabilities),
        "proof": proofs.proof(assessment.proof),
        "regularity": proofs.regularity(assessment.regularity),
        "list": {
            "accepted_at": time(assessment.listed_at),
            "verdicts": verdicts(assessment.verdicts),
            "messages": dict(assessment.messages),
            "changes": dict(assessment.changes),
            "last_changes": last_changes(assessment),
            "signatures_gone": signatures_gone(assessment.signatures_gone),
            "summary_differences": [
                {"coin": each.coin, "stated": exact(each.stated), "summed": exact(each.summed)}
                for each in assessment.differences
            ],
            "repeated_claims": {
                "rows": assessment.repeats.total,
                "examples": [
                    {
                        "network": each.network,
                        "address": each.account,
                        "rows": [{"file": file, "line": line} for file, line in each.rows],
                    }
                    for each in assessment.repeats.examples
                ],
            },
            "shared_accounts": [
                {"exchange": each.exchange, "count": each.count, "examples": list(each.examples)}
                for each in assessment.shared
            ],
        },
        "audit": audit(assessment.audit),
        "claims": f"/api/v1/exchanges/{assessment.exchange}/claims",
    }


def asset(each: AssetAssessment, snapshots: Mapping[str, SnapshotState]) -> Json:
    """One asset: sums and ratios on every basis, each network's part with the block it comes from."""
    return {
        "status": each.status,
        "implied": each.implied,
        "basis": each.basis,
        "breach_below": exact(each.breach_below),
        "warn_below": number(each.warn_below),
        "owed": number(each.owed),
        "unaddressed": exact(each.unaddressed),
        "totals": by_basis(each.totals),
        "ratios": by_basis(each.ratios),
        "lower_bounds": by_basis(each.lower_bounds),
        "upper_bounds": by_basis(each.upper_bounds),
        "unjudged": by_basis(each.unjudged),
        "unread": by_basis(each.unread),
        "unless": unless(each) if rests_on_unread(each) else None,
        "report_ratios": by_basis(each.report_ratios),
        "networks": {
            network: {"reserves": by_basis(sums), "snapshot": _snapshot_of(snapshots.get(network))}
            for network, sums in each.reserves.items()
        },
        "positions": [position(held, snapshots) for held in each.positions],
        "gaps": [gap(missing) for missing in each.gaps],
    }


def position(held: PositionHeld, snapshots: Mapping[str, SnapshotState]) -> Json:
    """Part of an asset's reserves that is no coin in a wallet, with the rate and the block that its number is from."""
    token, what = held.token, held.token.position
    return {
        "name": what.name if what else None,
        "kind": what.kind if what else None,
        "network": token.network,
        "contract": token.contract,
        "reserves": by_basis(held.amounts),
        "rate": rate(held),
        "snapshot": _snapshot_of(snapshots.get(token.network)),
    }


def rate(held: PositionHeld) -> Json:
    """Coins per unit of a position, and the answer that this is from: ``assets`` for ``shares``, in base units."""
    call = held.token.position.rate if held.token.position else None
    answer = {
        "function": call.function if call else None,
        "shares": str(held.rate.shares) if held.rate else None,
        "assets": str(held.rate.assets) if held.rate else None,
    }
    return {"per_unit": exact(held.per_unit), **answer}


def gap(missing: Gap) -> Json:
    return {"network": missing.network or None, "reason": missing.reason, **_claimed(missing)}


def _claimed(missing: Gap) -> Json:
    unbounded = missing.claimed is not None and not missing.claimed.is_finite()
    return {"claimed": number(missing.claimed), "unbounded": unbounded}


def signatures_gone(gone: SignaturesGone | None) -> Json | None:
    if gone is None:
        return None
    amounts = {asset: exact(amount) for asset, amount in gone.amounts.items()}
    return {"at": time(gone.at), "accounts": gone.accounts, "amounts": amounts, "unread": gone.unread}


def _snapshot_of(state: SnapshotState | None) -> Json | None:
    if state is None or state.snapshot is None:
        return None
    return snapshot(state.snapshot) | {"stale": state.stale}


def snapshot(whole: Snapshot) -> Json:
    return {
        "block": block(whole.block),
        "taken_at": time(whole.taken_at),
        "endpoints": list(whole.endpoints),
        "agreed": whole.agreed,
        "asked": whole.asked,
    }


def snapshot_state(state: SnapshotState) -> Json:
    return {
        "accounts_wanted": state.wanted,
        "stale": state.stale,
        "stale_after_seconds": int(state.stale_after.total_seconds()) if state.stale_after else None,
        "snapshot": snapshot(state.snapshot) if state.snapshot is not None else None,
        "failure": state.failure or None,
        "failed_at": time(state.failed_at),
    }


def account(state: SnapshotState, whole: Snapshot, held: Mapping[Token, int]) -> Json:
    """What an account held at a snapshot, by token."""
    balances = [
        {"asset": token.asset, "contract": token.contract, "amount": exact(token.whole(units))}
        for token, units in held.items()
    ]
    return {"balances": balances, "snapshot": snapshot(whole) | {"stale": state.stale}}


def outputs(whole: Snapshot, account: Address) -> Json | None:
    """The unspent outputs of an account, in coins of its network; None where they are not followed."""
    coin = next((token for token, held in whole.balances.items() if token.contract is None and account in held), None)
    if coin is None or whole.outputs is None:
        return None
    traced = whole.outputs.of(account)
    return {
        "block": block(whole.block),
        "total": exact(coin.whole(sum(output.amount for output in traced))),
        "unspent": [
            {
                "txid": output.txid,
                "index": output.index,
                "height": output.height,
                "amount": exact(coin.whole(output.amount)),
            }
            for output in traced
        ],
    }


def document_state(state: DocumentState) -> Json:
    return {
        "current": document(state.current),
        "fetched": state.fetched,
        "failures": dict(state.failures),
        "refusal": state.refusal or None,
        "refused_at": time(state.refused_at),
    }


def liabilities(owed: Liabilities | None) -> Json | None:
    if owed is None:
        return None
    return {
        "as_of": time(owed.as_of),
        "owed": {name: exact(value) for name, value in owed.owed.items()},
        "carried": {name: time(as_of) for name, as_of in owed.carried.items()},
        "falls": [
            {
                "asset": fall.asset,
                "before": exact(fall.before),
                "before_as_of": time(fall.before_as_of),
                "amount": exact(fall.amount),
                "as_of": time(fall.as_of),
                "seen_at": time(fall.seen_at),
            }
            for fall in owed.falls
        ],
        "unknown_names": sorted(owed.unknown_names),
        "unaddressed": {name: exact(value) for name, value in owed.unaddressed.items()},
        "report_id": owed.report_id or None,
        "merkle_root": owed.merkle_root or None,
        "layout": owed.layout,
        "document": document(owed.document),
    }


def verdicts(counts: Mapping[tuple[str, VerdictStatus], int]) -> dict[str, dict[str, int]]:
    """By network: every status, 0 where there is no such claim."""
    networks = sorted({network for network, _ in counts})
    return {
        network: {status.value: counts.get((network, status), 0) for status in VerdictStatus} for network in networks
    }


def last_changes(assessment: Assessment) -> Json | None:
    changes = assessment.last_changes
    if changes is None:
        return None
    return {
        "at": time(assessment.changed_at),
        "added": list(changes.added),
        "removed": list(changes.removed),
        "altered": list(changes.altered),
        "restated": changes.restated,
    }


def audit(done: Audit | None) -> Json | None:
    if done is None:
        return None
    return {
        "at": time(done.at),
        "matches": done.matches,
        "mismatches": [
            {
                "line": each.line,
                "network": each.network,
                "asset": each.token.asset,
                "address": each.account,
                "claimed": exact(each.claimed),
                "found": exact(each.found),
            }
            for each in done.mismatches
        ],
        "unjudged": dict(done.unjudged),
        "heights": {
            network: {"count": each.count, "lowest": each.lowest, "highest": each.highest}
            for network, each in done.heights.items()
        },
        "report_unknown": dict(done.report_unknown),
    }


def endpoint(state: EndpointState) -> Json:
    return {
        "network": state.network,
        "name": state.name,
        "protocol": state.protocol,
        "method": state.method or None,
        "work": {"what": state.work.what, "percent": int(100 * state.work.share)} if state.work else None,
        "difference": state.difference,
        "up": state.up,
        "requests": state.requests,
        "failures": dict(state.failures),
        "disagreements": state.disagreements,
        "standing": state.standing,
        "head": state.head,
        "lag": state.lag,
        "archive": state.archive,
        "last_error": state.last_error or None,
        "last_success_at": time(state.last_success_at),
    }


def alert(state: AlertState) -> Json:
    return {
        "name": state.name,
        "severity": state.severity,
        "exchange": state.exchange or None,
        "asset": state.asset or None,
        "active": state.active,
        "since": time(state.since),
        "summary": state.summary,
    }


def claim(row: Claim, verdict: Verdict, snapshots: Mapping[str, SnapshotState]) -> Json:
    """One row of the list, what was made of it, and what its account holds by the last whole snapshot."""
    return {
        "file": row.file,
        "line": row.line,
        "coin": row.coin,
        "network": row.network,
        "asset": row.token.asset if row.token is not None else None,
        "contract": row.token.contract if row.token is not None else None,
        "position": row.token.position.name if row.token is not None and row.token.position is not None else None,
        "kind": row.kind,
        "address": row.address,
        "account": row.account,
        "fault": row.fault or None,
        "claimed": number(row.amount),
        "height": row.height,
        "verdict": verdict.status,
        "reason": verdict.reason,
        "administered": verdict.administered,
        "balance": _balance(row, snapshots),
    }


def _balance(row: Claim, snapshots: Mapping[str, SnapshotState]) -> Json | None:
    state = snapshots.get(row.network or "")
    if state is None or state.snapshot is None or row.token is None or row.account is None:
        return None
    units = state.snapshot.balances.get(row.token, {}).get(row.account)
    if units is None:
        return None
    return {"amount": exact(row.token.whole(units)), "block": block(state.snapshot.block)}
