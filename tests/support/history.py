"""Worlds that say little more than what was known of an asset: what the history is made from."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from monitor.model import Assessment, AssetAssessment, Basis, ReloadState, ReserveStatus, World
from tests.support.judgement import NOW

COVERED, BREACH, UNKNOWN = ReserveStatus


def asset(
    known: int | str = 100,
    status: ReserveStatus = COVERED,
    *,
    owed: int | str | None = 100,
    upper: Decimal | str | None = None,
    basis: Basis = Basis.VERIFIED,
    implied: bool = False,
    accounts: str = "",
) -> AssetAssessment:
    """ETH of which so much is known for so much owed; ``upper`` is the same as the lower bound unless told.

    With the digest of its ``accounts`` it is whole.
    """
    lower = None if owed is None else Decimal(known) / Decimal(owed)
    return AssetAssessment(
        asset="ETH",
        basis=basis,
        status=status,
        breach_below=Decimal(1),
        warn_below=None,
        owed=None if owed is None else Decimal(owed),
        unaddressed=Decimal(),
        reserves={},
        totals={basis: Decimal(known)},
        ratios={},
        lower_bounds={} if lower is None else {basis: lower},
        report_ratios={},
        gaps=(),
        upper_bounds={} if lower is None else {basis: lower if upper is None else Decimal(upper)},
        implied=implied,
        whole=bool(accounts),
        accounts=accounts,
    )


def world(at: datetime = NOW, /, **exchanges: Mapping[str, AssetAssessment]) -> World:
    """A World in which each exchange has these assets."""
    assessments = {
        name: Assessment(
            exchange=name,
            title=name,
            at=at,
            basis=Basis.VERIFIED,
            assets=assets,
            snapshots={},
            verdicts={},
            documents={},
            liabilities=None,
            listed_at=None,
            messages={},
            changes={},
            last_changes=None,
            changed_at=None,
            differences=(),
            audit=None,
        )
        for name, assets in exchanges.items()
    }
    return World(at, assessments, (), (), ReloadState(successful=True, succeeded_at=at), ready=True)
