"""The numbers beside an alert, and the blocks that they were read at."""

from decimal import Decimal

from monitor.formats import exact
from monitor.formats.figures import digits, limit
from monitor.formats.phrases import moment
from monitor.model import AssetAssessment, SnapshotState, World


def figures(world: World, exchange: str, asset: str) -> str:
    """Return what is held of an asset for what is owed, and at which blocks; empty where that is not known."""
    assessment = world.assessments.get(exchange)
    known = assessment.assets.get(asset) if assessment else None
    if assessment is None or known is None or known.owed is None:
        return ""
    held = digits(known.totals.get(known.basis, exact.ZERO))
    blocks = [_read_at(network, assessment.snapshots.get(network)) for network in known.reserves]
    at = f"; read at {', '.join(filter(None, blocks))}" if any(blocks) else ""
    return f"{held} {asset} {known.basis} for {digits(known.owed)} owed{_ratio(known)}{at}"


def _ratio(asset: AssetAssessment) -> str:
    low, high = asset.lower_bounds.get(asset.basis), asset.upper_bounds.get(asset.basis)
    if low is None:
        return ""
    most = "" if high is None or high == low else " or more" if not high.is_finite() else f" to {_cut(high)}"
    return f", {_cut(low)}{most}, the limit is {limit(asset.breach_below)}"


def _cut(ratio: Decimal) -> str:
    return limit(exact.cut(ratio, 6))


def _read_at(network: str, state: SnapshotState | None) -> str:
    if state is None or state.snapshot is None:
        return ""
    block = state.snapshot.block
    return f"{network} {block.named} ({block.hash}) of {moment(block.timestamp)}"
