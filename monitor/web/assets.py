"""What is held of an asset against what is owed, as JSON's types."""

from collections.abc import Mapping

from msgspec import structs

from monitor.formats.exact import plain
from monitor.judgement.unread import by_cause, rests_on_unread, unless
from monitor.model import Assessment, AssetAssessment, ControlShown, Gap, PositionHeld, ReportBump, SnapshotState
from monitor.web.plain import Json, block, by_basis, number, time
from monitor.web.snapshots import snapshot_of


def asset(each: AssetAssessment, snapshots: Mapping[str, SnapshotState]) -> Json:
    """One asset: sums and ratios on every basis, each network's part with the block it comes from."""
    return {
        "status": each.status,
        "implied": each.implied,
        "basis": each.basis,
        "breach_below": plain(each.breach_below),
        "warn_below": number(each.warn_below),
        "owed": number(each.owed),
        "unaddressed": plain(each.unaddressed),
        "totals": by_basis(each.totals),
        "ratios": by_basis(each.ratios),
        "lower_bounds": by_basis(each.lower_bounds),
        "upper_bounds": by_basis(each.upper_bounds),
        "unjudged": by_basis(each.unjudged),
        "unread": by_basis(each.unread),
        "unread_by_cause": {cause: number(amount) for cause, amount in by_cause(each).items()},
        "unless": unless(each) if rests_on_unread(each) else None,
        "report_ratios": by_basis(each.report_ratios),
        "report_bump": bump(each.bump) if each.bump else None,
        "report_bump_unknown": each.bump_unknown or None,
        "networks": {
            network: {"reserves": by_basis(sums), "snapshot": snapshot_of(snapshots.get(network))}
            for network, sums in each.reserves.items()
        },
        "positions": [position(held, snapshots) for held in each.positions],
        "frozen": [frozen(held, snapshots) for held in each.frozen],
        "gaps": [gap(missing) for missing in each.gaps],
    }


def bump(found: ReportBump) -> Json:
    """What was held for the report beside the days around; without a ratio where there usually is nothing."""
    return {
        "at": time(found.at),
        "held": plain(found.held),
        "usual": plain(found.usual),
        "days": found.days,
        "ratio": number(found.ratio),
    }


def control(found: ControlShown) -> Json:
    """Of which time, and by which blocks, it was told whose keys were used."""
    return {
        "at": time(found.at),
        "since": time(found.since),
        "networks": {
            name: {
                "snapshot": block(each.snapshot),
                "asked": block(each.asked) if each.asked else None,
                "untold": each.untold or None,
            }
            for name, each in found.networks.items()
        },
    }


def control_of(assessment: Assessment, asset: str) -> Json | None:
    """The coins of an asset by whether the keys of their accounts were used, and as shares of all that was read."""
    parts = assessment.control.assets.get(asset) if assessment.control else None
    if parts is None:
        return None
    return {
        **{each: plain(amount) for each, amount in parts.amounts().items()},
        "unknown_by_reason": {gap: plain(amount) for gap, amount in parts.unknown.items()},
        "shares": {each: plain(share) for each, share in parts.shares().items()} or None,
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
        "snapshot": snapshot_of(snapshots.get(token.network)),
    }


def frozen(held: PositionHeld, snapshots: Mapping[str, SnapshotState]) -> Json:
    """What an issuer has blocked on one network, with the accounts by name."""
    state = snapshots.get(held.token.network)
    snapshot = state.of(structs.replace(held.token, position=None)) if state else None
    return {
        "network": held.token.network,
        "contract": held.token.contract,
        "amounts": by_basis(held.amounts),
        "accounts": list(snapshot.positions.get(held.token, ())) if snapshot else [],
    }


def rate(held: PositionHeld) -> Json:
    """Coins per unit of a position, and the answer that this is from: ``assets`` for ``shares``, in base units."""
    call = held.token.position.rate if held.token.position else None
    answer = {
        "function": call.function if call else None,
        "shares": str(held.rate.shares) if held.rate else None,
        "assets": str(held.rate.assets) if held.rate else None,
    }
    return {"per_unit": plain(held.per_unit), **answer}


def gap(missing: Gap) -> Json:
    return {"network": missing.network or None, "reason": missing.reason, "cause": missing.cause, **_claimed(missing)}


def _claimed(missing: Gap) -> Json:
    unbounded = missing.claimed is not None and not missing.claimed.is_finite()
    return {"claimed": number(missing.claimed), "unbounded": unbounded}
