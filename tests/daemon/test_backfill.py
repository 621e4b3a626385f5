"""Days that are read once more: what was known of them stays as long as it is of the same blocks."""

from dataclasses import replace
from decimal import Decimal

from monitor.daemon.backfill import with_what_was_known
from monitor.model import Basis, PastDay
from tests.support.judgement import NOW, block

ACCOUNTS = {asset: {Basis.LISTED: asset} for asset in ("ETH", "USDT")}
BEFORE = PastDay(
    *("okx", NOW, Basis.LISTED, NOW, {"ethereum": block(7)}, {"USDT": {Basis.LISTED: Decimal(5)}}, ACCOUNTS),
    unknown={"ETH": "refused"},
)
NOW_READ = replace(BEFORE, held={"ETH": {Basis.LISTED: Decimal(9)}}, unknown={"USDT": "cannot connect"})


def test_what_was_known_stays_with_what_is_read_at_the_same_blocks_alone() -> None:
    told = with_what_was_known(NOW_READ, BEFORE)
    assert (set(told.held), dict(told.unknown), told.blocks) == ({"ETH", "USDT"}, {}, BEFORE.blocks)
    other_tron = replace(NOW_READ, blocks={"tron": block(3)})
    assert with_what_was_known(other_tron, BEFORE).blocks.keys() == {"ethereum", "tron"}
    for elsewhere in (block(8), replace(block(7), hash="0xother")):
        moved = replace(NOW_READ, blocks={"ethereum": elsewhere})
        assert with_what_was_known(moved, BEFORE) == moved, "each number can be traced to its block"
    assert with_what_was_known(replace(NOW_READ, accounts={}), BEFORE).unknown == {"USDT": "cannot connect"}
    assert with_what_was_known(NOW_READ, None) == NOW_READ
