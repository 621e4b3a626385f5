"""What nodes said comes out of a bundle as it went in, of whatever kind it was."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import msgspec
import rfc8785
from msgspec import structs

from monitor.evidence.readings import balance_rows, network_read, states_of
from monitor.evidence.statement import NetworkRead, Predicate, Software
from monitor.evidence.tables import BALANCES
from monitor.formats.strict_json import read
from monitor.model import BaseUnits, Rate, Snapshot, SnapshotState, Token
from tests.support.judgement import BTC, ETH, NOW, STAKED, USDT, block
from tests.support.positions import CUSDT


def held(**amounts: int) -> dict[str, BaseUnits]:
    return {account: BaseUnits(units) for account, units in amounts.items()}


def told_again(*states: SnapshotState) -> dict[str, SnapshotState]:
    """Through the statement's JSON and the table."""
    networks = tuple(network_read(each, Decimal("2.5")) for each in states)
    plain = read(rfc8785.dumps(msgspec.to_builtins(networks)))
    predicate = Predicate(
        exchange="okx",
        title="OKX",
        at=NOW,
        software=Software("reserve-monitor", "1", 1),
        signer=None,
        log=None,
        basis="verified",
        settings={},
        documents=(),
        owed=None,
        networks=msgspec.convert(plain, tuple[NetworkRead, ...]),
    )
    return states_of(predicate, BALANCES.write(balance_rows(states)))


def test_every_kind_of_snapshot_is_told_as_it_was() -> None:
    balances = {
        ETH: held(a=2**90, b=0),
        USDT: held(a=7),
        CUSDT: held(c=10**20),
        structs.replace(USDT, contract="0x" + "00" * 20): {},
    }
    last = Snapshot(
        *("okx", "ethereum", replace(block(7), since=block(3)), NOW, balances, ("node-1", "node-2")),
        rates={CUSDT: Rate(BaseUnits(10**18), BaseUnits(2**70))},
        agreed=2,
        asked=3,
        positions={USDT.frozen: held(a=3), ETH.frozen: {}},
    )
    refused = Token("DAI", "ethereum", "0x" + "da" * 20, 18)
    before = Snapshot("okx", "ethereum", block(5), NOW - timedelta(hours=1), {refused: held(a=1)}, ("node-1", "node-2"))
    state = SnapshotState(
        *("ethereum", last, False, 0, "1 token could not be told"),
        stale_after=timedelta(minutes=5),
        earlier={refused: before},
        untold={refused: "reverts"},
    )
    silent = SnapshotState(
        "bitcoin", None, stale=True, wanted=0, failure="ca_file /etc/ssl/own.pem cannot be used", attempted=False
    )
    empty = SnapshotState("tron", Snapshot("okx", "tron", block(1), NOW, {}), stale=True, wanted=0, dropped=True)
    found = told_again(state, silent, empty)
    assert found["ethereum"].last == replace(last, agreed=None, asked=None)
    assert found["ethereum"].earlier == {refused: before}
    assert replace(found["ethereum"], last=None, earlier={}) == replace(state, last=None, earlier={})
    assert (found["bitcoin"], found["tron"]) == (replace(silent, failure="ca_file own.pem cannot be used"), empty)
    for token in (BTC, STAKED):
        alone = replace(last, network=token.network, balances={token: held(a=1)}, rates={}, positions={}, agreed=None)
        assert told_again(SnapshotState(token.network, alone, stale=False, wanted=0))[token.network].last is not None
