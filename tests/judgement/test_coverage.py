"""What of a list can be read, before anything is read."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from monitor.formats import exact
from monitor.judgement import AssetCoverage, coverage, holdings
from monitor.judgement.unread import by_cause
from monitor.model import Cause, Claim, VerdictStatus
from tests.support.judgement import BTC, ETH, ETH_ARBITRUM, UNSIGNED, USDT, claim, judge, owing, verdict

CANNOT = {"arbitrum": "balances of arbitrum cannot be read yet"}


def covered(claims: Sequence[Claim], configured: Sequence[str], **fields: Any) -> dict[str, AssetCoverage]:
    held = holdings(claims, [verdict(VerdictStatus.UNSIGNED)] * len(claims))
    return {each.asset: each for each in coverage(held, configured, fields.pop("unreadable", CANNOT), **fields)}


def row(account: str, token: Any, amount: str | None) -> Claim:
    return claim(account, token, amount=None if amount is None else Decimal(amount))


CLAIMS = [
    row("0x1", ETH, "60"),
    row("0x2", ETH_ARBITRUM, "30"),
    row("0x3", USDT, "5"),
    row("A", BTC, "1"),
    claim(None, None, coin="ETH-NEWCHAIN", amount=Decimal(10), fault="no network is known: NEWCHAIN"),
    claim(None, None, coin="WEIRD", amount=Decimal(3), fault="the token is not known"),
]


def test_each_part_of_an_asset_is_told_with_its_cause_and_share() -> None:
    assets = covered(CLAIMS, ["ethereum"])
    eth = assets["ETH"]
    assert [(place.network, place.cause, place.claimed) for place in eth.places] == [
        ("ethereum", None, Decimal(60)),
        ("arbitrum", Cause.NOT_READABLE, Decimal(30)),
        ("", Cause.UNKNOWN_LABEL, Decimal(10)),
    ]
    assert (eth.claimed, eth.share(eth.part(Cause.NOT_READABLE))) == (Decimal(100), Decimal("0.3"))
    assert assets["BTC"].places[0].cause is Cause.NOT_CONFIGURED
    assert assets["WEIRD"].places[0].reason == "1 claim of WEIRD cannot be counted: the token is not known"


def test_a_row_without_an_amount_leaves_no_share_to_tell() -> None:
    (btc,) = covered([row("A", BTC, "1"), row("B", BTC, None)], []).values()
    assert (btc.claimed, btc.part(Cause.NOT_CONFIGURED), btc.share(btc.claimed)) == (*[exact.UNBOUNDED] * 2, None)


def test_tokens_that_a_bare_address_may_hold_are_told_only_where_nothing_is_named() -> None:
    implied = claim("0x9", USDT, implied=True)
    assert covered([row("0x1", ETH, "1"), implied], []).keys() == {"ETH"}
    assert covered([row("0x1", ETH, "1"), implied], [], named=["USDT"]).keys() == {"ETH", "USDT"}
    assert covered([implied], []).keys() == {"USDT"}


@given(
    st.lists(st.tuples(st.sampled_from([BTC, ETH, ETH_ARBITRUM, USDT]), st.integers(0, 10**6)), max_size=12),
    st.sets(st.sampled_from(["bitcoin", "ethereum", "arbitrum"])),
)
def test_what_is_told_beforehand_is_what_is_left_open_when_all_that_can_be_read_is(
    rows: list[tuple[Any, int]], configured: set[str]
) -> None:
    claims = [row(f"0x{n}", token, str(amount)) for n, (token, amount) in enumerate(rows)]
    told = covered(claims, sorted(configured), unreadable={})
    judged = judge([(each, UNSIGNED) for each in claims], [], owing(), basis="listed", configured=sorted(configured))
    for asset, each in told.items():
        found = by_cause(judged[asset]).get(Cause.NOT_CONFIGURED, exact.ZERO)
        assert each.part(Cause.NOT_CONFIGURED) == found
        assert exact.add(each.part(None), found) == each.claimed
