"""What an answer leaves to the exchange's own word, in sentences (design, section 4, rule 12)."""

from collections.abc import Container, Mapping
from decimal import Decimal

from monitor.formats import exact
from monitor.formats.phrases import counted, first
from monitor.judgement.holdings import Unplaced
from monitor.model import AssetAssessment, Cause, Gap, ReserveStatus


def why_not_read(network: str, configured: Container[str], unreadable: Mapping[str, str]) -> tuple[Cause, str] | None:
    """Tell why nothing can be read on ``network``, whatever its endpoints say; None where it can.

    ``configured`` are the networks that are read, ``unreadable`` says of others why no node can be asked.
    """
    if network in unreadable:
        return Cause.NOT_READABLE, unreadable[network]
    if network not in configured:
        return Cause.NOT_CONFIGURED, "not configured: no endpoint to read it from"
    return None


def uncounted(claims: Unplaced) -> str:
    """Say which claims cannot be counted, and why."""
    if claims.rest:
        return f"{claims.reason} ({claims.coin})"
    return f"{counted(claims.claims, 'claim')} of {claims.coin} cannot be counted: {claims.reason}"


def rests_on_unread(asset: AssetAssessment) -> bool:
    """Tell whether ``asset`` is in breach though something that is claimed was not read."""
    return asset.status is ReserveStatus.BREACH and asset.unread.get(asset.basis, exact.ZERO) > 0


def by_cause(asset: AssetAssessment) -> Mapping[Cause, Decimal]:
    """Return what of ``asset`` is only claimed, in whole coins on the acting basis, by why it was not read."""
    return {
        cause: amount
        for cause in Cause
        if (amount := exact.total(gap.claimed or exact.ZERO for gap in asset.gaps if gap.cause is cause))
    }


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
    return first(list(dict.fromkeys(gap.network or _nowhere(gap) for gap in open_)))


def _nowhere(gap: Gap) -> str:
    return "accounts too small to be watched" if gap.cause is Cause.NOT_WATCHED else "networks that are not known here"
