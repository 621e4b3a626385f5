"""How much of a list can be read, before anything is read: where assets are claimed, and what is in the way there."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from monitor.formats import exact
from monitor.judgement.holdings import MOST, Holdings, Unplaced, by_basis, unplaced_by_asset
from monitor.judgement.tally import unread_of
from monitor.judgement.unread import uncounted, why_not_read
from monitor.model import Basis, Cause


@dataclass(frozen=True, slots=True)
class ClaimedPlace:
    """Where part of an asset is claimed."""

    network: str
    """Short name; empty where the list's own name for it tells nothing."""
    cause: Cause | None
    """Why it is not read there; None where it is configured."""
    reason: str
    """The same as a sentence."""
    claimed: Decimal
    """Whole coins by the list's own word, on the basis ``listed``; unbounded where a row states no amount."""


@dataclass(frozen=True, slots=True)
class AssetCoverage:
    """Where one asset is claimed, the largest amounts first."""

    asset: str
    places: Sequence[ClaimedPlace]

    @property
    def claimed(self) -> Decimal:
        """All of it, in whole coins."""
        return exact.total(place.claimed for place in self.places)

    def part(self, cause: Cause | None) -> Decimal:
        """Return the whole coins in the places of one ``cause``; None: in those that are configured."""
        return exact.total(place.claimed for place in self.places if place.cause is cause)

    def share(self, amount: Decimal) -> Decimal | None:
        """Return ``amount`` over all that is claimed; None where that is nothing, or unbounded."""
        return exact.ratio(amount, self.claimed) if self.claimed and self.claimed.is_finite() else None


def coverage(
    holdings: Holdings, configured: Collection[str], unreadable: Mapping[str, str], named: Collection[str] = ()
) -> Sequence[AssetCoverage]:
    """Tell where each asset of a list is claimed, and whether it can be read there, by asset.

    ``configured`` and ``unreadable`` are as in :func:`~monitor.judgement.unread.why_not_read`; ``named`` are assets
    that others than the list name. A list of bare addresses names none: then all that they may hold is told.
    """
    known = {token.asset for token in holdings.accounts}
    shown = known & {*holdings.named, *named} or known
    found: defaultdict[str, list[ClaimedPlace]] = defaultdict(list)
    for token, groups in holdings.accounts.items():
        if token.asset in shown:
            cause, reason = why_not_read(token.network, configured, unreadable) or (None, "")
            claimed = unread_of(token, groups, None)[Basis.LISTED]
            found[token.asset].append(ClaimedPlace(token.network, cause, reason, claimed))
    for asset, unplaced in unplaced_by_asset(holdings.unplaced, {*known, *named}).items():
        for claims in unplaced:
            found[asset or claims.coin].append(_unplaced(claims))
    return [AssetCoverage(asset, tuple(_joined(places))) for asset, places in sorted(found.items())]


def _unplaced(claims: Unplaced) -> ClaimedPlace:
    claimed = by_basis(MOST, claims.stated)[Basis.LISTED]
    return ClaimedPlace(claims.network, claims.cause, uncounted(claims), claimed)


def _joined(places: Sequence[ClaimedPlace]) -> Iterator[ClaimedPlace]:
    """One place for each network and reason: an asset may have several forms on a network."""
    sums: defaultdict[tuple[str, Cause | None, str], list[Decimal]] = defaultdict(list)
    for place in places:
        sums[place.network, place.cause, place.reason].append(place.claimed)
    joined = [ClaimedPlace(*where, exact.total(amounts)) for where, amounts in sums.items()]
    yield from sorted(joined, key=lambda place: (-place.claimed, place.network))
