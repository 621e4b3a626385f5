from collections import Counter, defaultdict
from decimal import Decimal

from monitor import registry
from monitor.devnet.holdings import OWED, Kind, holdings
from monitor.devnet.keys import HOT
from monitor.model import BaseUnits, Claim, VerdictStatus
from monitor.ownership import judge


def _amounts(*, verified: bool) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for row in holdings():
        if row.verified or not verified:
            sums[row.token.asset] += row.amount
    return sums


def test_the_ratios_are_those_that_the_commands_promise() -> None:
    verified, listed = _amounts(verified=True), _amounts(verified=False)
    assert {asset: verified[asset] / owed for asset, owed in OWED.items()} == {
        "BTC": Decimal("1.05"),
        "ETH": Decimal("1.03"),
        "USDT": Decimal("1.02"),
    }
    assert listed["ETH"] / OWED["ETH"] == Decimal("1.045")


def test_eight_tenths_of_every_asset_can_be_drained() -> None:
    hot: dict[str, Decimal] = defaultdict(Decimal)
    for row in holdings():
        hot[row.token.asset] += row.amount if row.kind is Kind.HOT else 0
    verified = _amounts(verified=True)
    assert {asset: hot[asset] / verified[asset] for asset in OWED} == dict.fromkeys(OWED, Decimal("0.8"))


def test_every_amount_is_a_whole_number_of_base_units() -> None:
    assert all(row.token.whole(BaseUnits(row.units)) == row.amount for row in holdings())


def test_every_signature_is_judged_as_a_real_one() -> None:
    known = registry.load()
    verdicts: Counter[VerdictStatus] = Counter()
    for row in holdings():
        claim = Claim(
            *("wallets.csv", 1, row.coin, row.network.name, row.token, row.address, row.address),
            message=row.message,
            signatures=tuple(filter(None, row.signatures)),
            key=row.script,
            owners=tuple(filter(None, row.owners)),
        )
        verdicts[judge(claim, known.networks[row.network.name]).status] += 1
    # Unbound are the Safe, which the chain promotes, and the account whose owners nothing confirms.
    assert verdicts == {VerdictStatus.VERIFIED: 14, VerdictStatus.UNBOUND: 2, VerdictStatus.UNSIGNED: 1}


def test_the_hot_wallets_are_accounts_of_the_devnets_own_key() -> None:
    addresses = {row.address for row in holdings() if row.kind is Kind.HOT}
    assert addresses == {HOT.bitcoin_address, HOT.evm_address}
    assert HOT.secret.hex() not in str(holdings())
