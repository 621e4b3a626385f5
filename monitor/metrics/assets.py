"""What is held of each asset against what is owed, and the alerts that follow, as series."""

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal

from monitor.formats import exact
from monitor.metrics import families
from monitor.metrics.text import Series
from monitor.metrics.values import Sources, downwards
from monitor.model import AssetAssessment, Basis, ReserveStatus, Severity, World


def _assets(world: World) -> Iterator[tuple[str, AssetAssessment]]:
    for exchange, assessment in world.assessments.items():
        for asset in assessment.assets.values():
            yield exchange, asset


def _by_basis(world: World, chosen: Callable[[AssetAssessment], Mapping[Basis, Decimal]]) -> Series:
    for exchange, asset in _assets(world):
        for basis, ratio in chosen(asset).items():
            yield (exchange, asset.asset, basis), downwards(ratio)


def _ratios(world: World) -> Series:
    return _by_basis(world, lambda asset: asset.ratios)


def _lower_bounds(world: World) -> Series:
    return _by_basis(world, lambda asset: asset.lower_bounds)


def _upper_bounds(world: World) -> Series:
    return _by_basis(world, lambda asset: asset.upper_bounds)


def _unread_ratios(world: World) -> Series:
    for exchange, asset in _assets(world):
        if asset.owed:
            for basis, amount in asset.unread.items():
                yield (exchange, asset.asset, basis), float(amount / asset.owed)


def _unread_limit(world: World) -> Series:
    yield (), float(world.limits.unread)


def _falls(world: World) -> Series:
    for labels, fall in world.falls.items():
        yield labels, max(float(fall.drop), 0.0)


def _fall_limit(world: World) -> Series:
    yield (), downwards(world.limits.fall)


def _report_ratios(world: World) -> Series:
    return _by_basis(world, lambda asset: asset.report_ratios)


def _statuses(world: World) -> Series:
    for exchange, asset in _assets(world):
        for status in ReserveStatus:
            yield (exchange, asset.asset, status), float(asset.status is status)


def _reserves(world: World) -> Series:
    for exchange, asset in _assets(world):
        for network, sums in asset.reserves.items():
            for basis, amount in sums.items():
                yield (exchange, asset.asset, network, basis), float(amount)


def _positions(world: World) -> Series:
    """Names are unique on a network; the two names of staked ETH are of different assets."""
    for exchange, asset in _assets(world):
        for held in asset.positions:
            name = held.token.position.name if held.token.position else ""
            for basis, amount in held.amounts.items():
                yield (exchange, asset.asset, held.token.network, name, basis), float(amount)


def _frozen(world: World) -> Series:
    for exchange, asset in _assets(world):
        by_network: dict[tuple[str, Basis], Decimal] = {}
        for held in asset.frozen:
            for basis, amount in held.amounts.items():
                place = held.token.network, basis
                by_network[place] = exact.add(by_network.get(place, exact.ZERO), amount)
        for (network, basis), amount in by_network.items():
            yield (exchange, asset.asset, network, basis), float(amount)


def _unaddressed(world: World) -> Series:
    for exchange, asset in _assets(world):
        if asset.unaddressed:
            yield (exchange, asset.asset), float(asset.unaddressed)


def _limits(world: World) -> Series:
    for exchange, asset in _assets(world):
        yield (exchange, asset.asset, Severity.CRITICAL), downwards(asset.breach_below)
        if asset.warn_below is not None:
            yield (exchange, asset.asset, Severity.WARNING), downwards(asset.warn_below)


def _alerts(world: World) -> Series:
    """One series per label set: alerts that differ in nothing exported (their network, say) count as one."""
    active: dict[tuple[str, ...], bool] = {}
    for alert in world.alerts:
        labels: tuple[str, ...] = (alert.exchange, alert.asset, alert.name, alert.severity)
        active[labels] = active.get(labels, False) or alert.active
    for labels, state in active.items():
        yield labels, float(state)


def _alert_bases(world: World) -> Series:
    for exchange, assessment in world.assessments.items():
        yield (exchange, assessment.basis), 1


ASSETS: Sources = (
    (families.RESERVE_RATIO, _ratios),
    (families.RESERVE_RATIO_LOWER_BOUND, _lower_bounds),
    (families.RESERVE_RATIO_UPPER_BOUND, _upper_bounds),
    (families.CLAIMS_UNREAD_RATIO, _unread_ratios),
    (families.CLAIMS_UNREAD_LIMIT, _unread_limit),
    (families.RATIO_FALL, _falls),
    (families.RATIO_FALL_LIMIT, _fall_limit),
    (families.REPORT_RESERVE_RATIO, _report_ratios),
    (families.RESERVE_STATUS, _statuses),
    (families.RESERVES, _reserves),
    (families.RESERVES_POSITIONS, _positions),
    (families.RESERVES_FROZEN, _frozen),
    (families.RESERVES_UNADDRESSED, _unaddressed),
    (families.RATIO_LIMIT, _limits),
    (families.ALERT_ACTIVE, _alerts),
    (families.ALERT_BASIS, _alert_bases),
)
