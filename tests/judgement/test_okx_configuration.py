"""A list with every coin id that OKX has, watched by the configuration that is shipped for it.

Some of its networks are not among those that are configured: none of them may take the answer from an asset of which
they hold little.
"""

import csv
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from monitor.judgement import Holdings, assess, holdings, tally
from monitor.model import AssetAssessment, BaseUnits, Basis, Claim, ReserveStatus, SnapshotState, Token
from monitor.registry import load
from monitor.settings import load as load_settings
from tests.support.judgement import NOW, VERIFIED, owing, state, verdict

REGISTRY = load()
SETTINGS = load_settings(Path("config/okx.yaml"), {})
_TABLE = Path("tests/data/registry/okx-coin-ids.csv").read_text(encoding="utf-8").splitlines()
IDS = [row["id"] for row in csv.DictReader(_TABLE)]
LIMIT = Decimal(1)

Amounts = Mapping[str, Decimal]


def claims(weights: int) -> list[Claim]:
    """One of each id; what is claimed differs from id to id, and with ``weights``."""
    found = []
    for line, coin in enumerate(IDS, 2):
        placed = REGISTRY.place(coin)
        network, account = placed.network.name if placed.network else None, f"account-{line}"
        amount = Decimal(1 + line * weights % 97)
        found.append(Claim("okx.csv", line, coin, network, placed.token, account, account, placed.fault, amount=amount))
    return found


def asset_of(claim: Claim, assets: Iterable[str]) -> str:
    """By its token, or as people read an id that the registry does not place (USDT-NEWCHAIN)."""
    head = claim.coin.upper().replace("_", "-").partition("-")[0]
    return claim.token.asset if claim.token else head if head in set(assets) else ""


def is_read(claim: Claim) -> bool:
    return claim.token is not None and claim.network in SETTINGS.networks


def sums(rows: Iterable[Claim], assets: Iterable[str]) -> dict[str, Decimal]:
    found: defaultdict[str, Decimal] = defaultdict(Decimal)
    for claim in rows:
        found[asset_of(claim, assets)] += claim.amount or 0
    return found


def units(token: Token, coins: Decimal) -> BaseUnits:
    return BaseUnits(int(coins.scaleb(token.position.decimals if token.position else token.decimals)))


def snapshots(held: Holdings, amounts: Amounts) -> dict[str, SnapshotState]:
    """Of every configured network: each account holds what is in ``amounts``, in whole coins, and else nothing."""
    return {
        network: state(
            {
                token: {account: units(token, amounts.get(account, Decimal())) for account in accounts}
                for token, accounts in held.wanted(network).items()
            },
            network=network,
        )
        for network in SETTINGS.networks
    }


def judged(held: Holdings, amounts: Amounts, owed: Amounts) -> Mapping[str, AssetAssessment]:
    states = snapshots(held, amounts)
    return assess(
        held,
        states,
        tally(held, states),
        liabilities=replace(owing(), owed=owed),
        settings=SETTINGS.exchanges["okx"],
        basis=Basis.VERIFIED,
        growth={},
        configured=frozenset(SETTINGS.networks),
        audit=None,
        now=NOW,
    )


@pytest.mark.parametrize("weights", [0, 1, 5, 11, 31])
def test_no_network_that_is_not_read_takes_the_answer_from_an_asset(weights: int) -> None:
    rows = claims(weights)
    assert len({row.coin for row in rows}) == len(rows) > 250
    assets = {row.token.asset for row in rows if row.token}
    held = holdings(rows, [verdict(VERIFIED)] * len(rows))
    owed = {asset: amount for asset, amount in sums(rows, assets).items() if asset}
    unread = sums([row for row in rows if not is_read(row)], assets)
    full = {row.address: row.amount or Decimal() for row in rows}

    whole, drained = judged(held, full, owed), judged(held, {}, owed)
    assert whole.keys() >= assets
    for asset in assets:
        share = unread[asset] / owed[asset]
        for found, lower in ((whole[asset], 1 - share), (drained[asset], Decimal())):
            assert abs(found.lower_bounds[Basis.VERIFIED] - lower) < Decimal("1e-20"), asset
            assert abs(found.upper_bounds[Basis.VERIFIED] - lower - 2 * share) < Decimal("1e-20"), asset
        assert whole[asset].status is (ReserveStatus.UNKNOWN if share else ReserveStatus.COVERED), asset
        breach = 2 * share < LIMIT - drained[asset].lower_bounds[Basis.VERIFIED]
        assert drained[asset].status is (ReserveStatus.BREACH if breach else ReserveStatus.UNKNOWN), asset
    breaches = {asset for asset in assets if drained[asset].status is ReserveStatus.BREACH}
    assert breaches
    assert breaches != assets
    assert {"ETH", "USDT", "USDC"} <= breaches or weights, "where all claim the same"
