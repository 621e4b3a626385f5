"""What stays owed from one report to the next: nothing vanishes, and what is owed much less of is told."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from msgspec import structs

from monitor.formats import exact
from monitor.model import Liabilities, LiabilitiesFall, LiabilitiesLedger, OwedAsset, frozen


def taken_up(
    ledger: LiabilitiesLedger, found: Liabilities, *, max_fall: Decimal, max_age: timedelta, now: datetime
) -> LiabilitiesLedger:
    """``ledger`` after the report ``found``, which is not older than it. The same report again changes nothing.

    An amount is compared with the highest one that was owed within ``max_age`` and since the last fall: many small
    steps are one large one.
    """
    assets = dict(ledger.assets)
    for asset, amount in found.owed.items():
        assets[asset] = _restated(asset, assets.get(asset), amount, found.as_of, max_fall, max_age, now)
    return LiabilitiesLedger(found.document, found.as_of, ledger.source, frozen(assets))


def _restated(  # noqa: PLR0917 - what a report says, and what it is judged by
    asset: str,
    before: OwedAsset | None,
    amount: Decimal,
    as_of: datetime,
    max_fall: Decimal,
    max_age: timedelta,
    now: datetime,
) -> OwedAsset:
    if before is None:
        return OwedAsset(amount, as_of, amount, as_of)
    recent = before.highest_as_of >= as_of - max_age
    highest, at = (before.highest, before.highest_as_of) if recent else (before.amount, before.as_of)
    if _fell(highest, amount, max_fall):
        return OwedAsset(amount, as_of, amount, as_of, LiabilitiesFall(asset, highest, at, amount, as_of, now))
    fall = before.fall if before.fall and _fell(before.fall.before, amount, max_fall) else None
    return OwedAsset(amount, as_of, *((amount, as_of) if amount >= highest else (highest, at)), fall)


def _fell(before: Decimal, amount: Decimal, max_fall: Decimal) -> bool:
    return amount < before and (not amount or exact.subtract(before, amount) > exact.times(before, max_fall))


def renamed(ledger: LiabilitiesLedger, asset_of: Callable[[str], str]) -> LiabilitiesLedger:
    """``ledger`` by the names that the registry has today: what had a name of its own may be known meanwhile."""
    assets: dict[str, OwedAsset] = {}
    for name, each in ledger.assets.items():
        asset = asset_of(name)
        known = assets.get(asset)
        if known is None or each.as_of > known.as_of:
            assets[asset] = each
        elif each.as_of == known.as_of:  # one report named both
            amount, highest = exact.add(each.amount, known.amount), exact.add(each.highest, known.highest)
            assets[asset] = structs.replace(known, amount=amount, highest=highest, fall=known.fall or each.fall)
    return replace(ledger, assets=frozen(assets))


def in_force(
    found: Liabilities, ledger: LiabilitiesLedger, dropped: Collection[str], known: Callable[[str], bool]
) -> Liabilities:
    """``found`` with what earlier reports named and it does not, save what the operator has ``dropped``."""
    carried = {asset: each for asset, each in ledger.assets.items() if asset not in found.owed and asset not in dropped}
    falls = tuple(each.fall for asset, each in ledger.assets.items() if each.fall and asset not in carried)
    if not carried and not falls:
        return found
    return replace(
        found,
        owed=frozen({**found.owed, **_amounts(carried)}),
        unknown_names=found.unknown_names | {asset for asset in carried if not known(asset)},
        carried=frozen({asset: each.as_of for asset, each in carried.items()}),
        falls=falls,
    )


def _amounts(assets: Mapping[str, OwedAsset]) -> dict[str, Decimal]:
    return {asset: each.amount for asset, each in assets.items()}
