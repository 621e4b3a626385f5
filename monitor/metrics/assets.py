"""What is held of each asset against what is owed, and the alerts that follow, as series."""

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal

from monitor.formats import exact
from monitor.metrics import families
from monitor.metrics.text import Series
from monitor.metrics.values import Source, Sources, downwards, each, each_by, once
from monitor.model import AssetAssessment, AssetControl, Basis, ReserveStatus, Severity, World


def _assets(world: World) -> Iterator[tuple[tuple[str, str], AssetAssessment]]:
    for exchange, assessment in world.assessments.items():
        for asset in assessment.assets.values():
            yield (exchange, asset.asset), asset


def _by_basis(chosen: Callable[[AssetAssessment], Mapping[Basis, Decimal]]) -> Source:
    """Make the series of ratios, or of bounds."""
    return each_by(_assets, lambda asset: {basis: downwards(ratio) for basis, ratio in chosen(asset).items()})


def _unread_ratios(world: World) -> Series:
    for labels, asset in _assets(world):
        if asset.owed:
            for basis, amount in asset.unread.items():
                yield (*labels, basis), float(amount / asset.owed)


def _falls(world: World) -> Series:
    for labels, fall in world.falls.items():
        yield labels, max(float(fall.drop), 0.0)


def _reserves(world: World) -> Series:
    for labels, asset in _assets(world):
        for network, sums in asset.reserves.items():
            for basis, amount in sums.items():
                yield (*labels, network, basis), float(amount)


def _positions(world: World) -> Series:
    """Names are unique on a network; the two names of staked ETH are of different assets."""
    for labels, asset in _assets(world):
        for held in asset.positions:
            name = held.token.position.name if held.token.position else ""
            for basis, amount in held.amounts.items():
                yield (*labels, held.token.network, name, basis), float(amount)


def _frozen(world: World) -> Series:
    for labels, asset in _assets(world):
        by_network: dict[tuple[str, Basis], Decimal] = {}
        for held in asset.frozen:
            for basis, amount in held.amounts.items():
                place = held.token.network, basis
                by_network[place] = exact.add(by_network.get(place, exact.ZERO), amount)
        for (network, basis), amount in by_network.items():
            yield (*labels, network, basis), float(amount)


def _controls(world: World) -> Iterator[tuple[tuple[str, str], AssetControl]]:
    for exchange, assessment in world.assessments.items():
        if assessment.control:
            for asset, parts in assessment.control.assets.items():
                yield (exchange, asset), parts


def _limits(world: World) -> Series:
    for labels, asset in _assets(world):
        yield (*labels, Severity.CRITICAL), downwards(asset.breach_below)
        if asset.warn_below is not None:
            yield (*labels, Severity.WARNING), downwards(asset.warn_below)


def _alerts(world: World) -> Series:
    """One series per label set: alerts that differ in nothing exported (their network, say) count as one."""
    active: dict[tuple[str, ...], bool] = {}
    for alert in world.alerts:
        labels: tuple[str, ...] = (alert.exchange, alert.asset, alert.name, alert.severity)
        active[labels] = active.get(labels, False) or alert.active
    for labels, state in active.items():
        yield labels, float(state)


ASSETS: Sources = (
    (families.RESERVE_RATIO, _by_basis(lambda asset: asset.ratios)),
    (families.RESERVE_RATIO_LOWER_BOUND, _by_basis(lambda asset: asset.lower_bounds)),
    (families.RESERVE_RATIO_UPPER_BOUND, _by_basis(lambda asset: asset.upper_bounds)),
    (families.CLAIMS_UNREAD_RATIO, _unread_ratios),
    (families.CLAIMS_UNREAD_LIMIT, once(lambda world: float(world.limits.unread))),
    (families.RATIO_FALL, _falls),
    (families.RATIO_FALL_LIMIT, once(lambda world: downwards(world.limits.fall))),
    (families.REPORT_RESERVE_RATIO, _by_basis(lambda asset: asset.report_ratios)),
    (families.REPORT_BUMP_RATIO, each(_assets, lambda it: downwards(it.bump.ratio) if it.bump else None)),
    (families.REPORT_BUMP_LIMIT, once(lambda world: downwards(world.limits.bump))),
    (families.RESERVE_STATUS, each_by(_assets, lambda asset: {each: asset.status is each for each in ReserveStatus})),
    (families.RESERVES, _reserves),
    (families.RESERVES_POSITIONS, _positions),
    (families.RESERVES_FROZEN, _frozen),
    (
        families.RESERVES_CONTROL,
        each_by(_controls, lambda parts: {control: float(share) for control, share in parts.shares().items()}),
    ),
    (
        families.RESERVES_UNADDRESSED,
        each(_assets, lambda it: float(it.unaddressed) if it.unaddressed else None),
    ),
    (families.RATIO_LIMIT, _limits),
    (families.ALERT_ACTIVE, _alerts),
    (families.ALERT_BASIS, lambda world: (((name, one.basis), 1) for name, one in world.assessments.items())),
)
