"""What an answer leaves to the exchange's own word, in sentences (design, section 4, rule 12)."""

from decimal import Decimal

from monitor.formats import exact
from monitor.formats.phrases import first
from monitor.model import AssetAssessment, ReserveStatus


def rests_on_unread(asset: AssetAssessment) -> bool:
    """Tell whether ``asset`` is in breach though something that is claimed was not read."""
    return asset.status is ReserveStatus.BREACH and asset.unread.get(asset.basis, exact.ZERO) > 0


def unless(asset: AssetAssessment, limit: Decimal | None = None) -> str:
    """Say what would have to be true for ``asset`` to reach ``limit`` (default: that of a breach).

    ``unless 399998 ETH came to starknet since the list``: what the unread networks would have to hold, less what is
    claimed there or was last read. Empty where everything was read, or nothing limits what was not.
    """
    unread = asset.unread.get(asset.basis, exact.ZERO)
    if asset.owed is None or not unread or not unread.is_finite():
        return ""
    known = asset.totals.get(asset.basis, exact.ZERO)
    needed = exact.times(limit if limit is not None else asset.breach_below, asset.owed)
    came = exact.subtract(needed, exact.add(known, asset.unjudged.get(asset.basis, exact.ZERO), unread))
    return f"unless {exact.plain(came)} {asset.asset} came to {places(asset)} since the list"


def places(asset: AssetAssessment) -> str:
    """Name where coins are claimed that were not read, those with the most first: ``starknet, ton and 2 more``."""
    open_ = sorted((gap for gap in asset.gaps if gap.claimed), key=lambda gap: gap.claimed or exact.ZERO, reverse=True)
    names = list(dict.fromkeys(gap.network or "networks that are not known here" for gap in open_))
    return first(names)
