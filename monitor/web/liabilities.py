"""What an exchange says that it owes, the proof of it, and how regularly it publishes, as JSON's types."""

from monitor.formats.exact import plain
from monitor.model import Liabilities, ProofState, Regularity
from monitor.web.plain import Json, document, time


def liabilities(owed: Liabilities | None) -> Json | None:
    if owed is None:
        return None
    return {
        "as_of": time(owed.as_of),
        "owed": {name: plain(value) for name, value in owed.owed.items()},
        "carried": {name: time(as_of) for name, as_of in owed.carried.items()},
        "falls": [
            {
                "asset": fall.asset,
                "before": plain(fall.before),
                "before_as_of": time(fall.before_as_of),
                "amount": plain(fall.amount),
                "as_of": time(fall.as_of),
                "seen_at": time(fall.seen_at),
            }
            for fall in owed.falls
        ],
        "unknown_names": sorted(owed.unknown_names),
        "unaddressed": {name: plain(value) for name, value in owed.unaddressed.items()},
        "report_id": owed.report_id or None,
        "merkle_root": owed.merkle_root or None,
        "layout": owed.layout,
        "document": document(owed.document),
    }


def proof(state: ProofState | None) -> Json | None:
    """What the newest proof shows and what it does not, beside the report."""
    if state is None:
        return None
    shown = state.proof
    return {
        "scheme": shown.scheme or None,
        "status": shown.status,
        "strength": shown.strength,
        "limit": shown.limit or None,
        "reason": shown.reason or None,
        "totals": {asset: plain(amount) for asset, amount in shown.totals.items()},
        "in_coins": shown.in_coins,
        "proven": list(shown.proven),
        "not_proven": list(shown.not_proven),
        "root": shown.root or None,
        "circuit": shown.circuit or None,
        "report_id": shown.report_id or None,
        "leaves": shown.leaves,
        "differences": list(state.differences) if state.differences is not None else None,
        "verified_at": time(state.verified_at),
        "document": document(state.document),
    }


def regularity(found: Regularity | None) -> Json | None:
    """The record of reports."""
    if found is None:
        return None
    return {
        "months": list(found.months),
        "in_a_row": found.in_a_row,
        "missing": list(found.missing),
        "root_changes": [
            {
                "at": time(each.at),
                "what": each.what,
                "report": each.report,
                "before": each.before,
                "after": each.after,
            }
            for each in found.root_changes
        ],
    }
