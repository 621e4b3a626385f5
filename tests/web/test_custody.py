"""What custodians keep is told apart, by who they are: each account once, and nothing where one was not read."""

import re
from dataclasses import replace
from decimal import Decimal
from typing import Any

from monitor.model import BaseUnits, Claim, Token
from monitor.model.packed import PackedClaims
from monitor.web import lists
from tests.support import worlds
from tests.support.web import Client, Daemon, judged, listing
from tests.web.test_page import page

ETH = Token("ETH", "ethereum", None, 18)
USDT = Token("USDT", "ethereum", "0xdac", 6)


def kept(*rows: Claim) -> Any:
    state = worlds.aurora().snapshots["ethereum"]
    assert state.last
    balances = {ETH: {"0xa": BaseUnits(3 * 10**18), "0xb": BaseUnits(10**18)}}
    snapshots = {"ethereum": replace(state, last=replace(state.last, balances=balances))}
    return lists.custody(replace(worlds.aurora(), claims=PackedClaims(rows), snapshots=snapshots))


def row(token: Token | None, account: str, amount: str, custodian: str) -> Claim:
    coin, network = (token.asset, token.network) if token else ("NEW", None)
    return Claim(
        "a.csv", 1, coin, network, token, account, account or None, amount=Decimal(amount), custodian=custodian
    )


def test_custody_by_custodian_and_asset() -> None:
    assert kept(
        row(ETH, "0xa", "4", "Ceffu"),
        row(ETH, "0xb", "1", ""),
        row(USDT, "0xa", "7.5", "Ceffu"),
        row(ETH, "0xa", "4", "Ceffu"),
        row(ETH, "0xb", "2", "Another"),
        row(None, "", "9", "Ceffu"),
    ) == [
        {"custodian": "Another", "asset": "ETH", "accounts": 1, "claimed": "2", "held": "1"},
        {"custodian": "Ceffu", "asset": "ETH", "accounts": 1, "claimed": "8", "held": "3"},
        {"custodian": "Ceffu", "asset": "NEW", "accounts": 1, "claimed": "9", "held": None},
        {"custodian": "Ceffu", "asset": "USDT", "accounts": 1, "claimed": "7.5", "held": None},
    ]


async def test_the_page_of_an_asset_tells_custody_apart(client: Client, daemon: Daemon) -> None:
    ((claim, verdict),) = judged(1)
    daemon.world = listing([(replace(claim, custodian="Ceffu", amount=Decimal(7)), verdict)])
    text = re.sub(r"</?data[^>]*>", "", await page(client, "/exchanges/aurora/assets/BTC"))
    assert (
        "Ceffu keeps 1 account of the list for the exchange: 7.0000 BTC by the list, 94,000.0000 by the chain." in text
    )
    assert "1,000.5000 BTC are stated without an address" in text
    assert "Ceffu" not in await page(client, "/exchanges/aurora/assets/ETH")


def test_a_list_that_names_no_custodian_has_none() -> None:
    assert kept(row(ETH, "0xa", "4", "")) == []
