"""Which accounts made the deposits of which validators, as staking files say."""

from dataclasses import replace
from decimal import Decimal

from monitor.daemon.stakes import stakes_of
from monitor.model import ClaimKind
from monitor.registry import load
from tests.support.judgement import claim

REGISTRY = load()
STAKED = REGISTRY.place("ETH", "ETH", ClaimKind.STAKING).token
DEPOSITOR, OTHER = "0x" + "d1" * 20, "0x" + "e1" * 20


def test_validators_belong_to_who_made_their_deposits() -> None:
    assert STAKED
    row = claim("0xkey1", STAKED, kind=ClaimKind.STAKING, signatures=(), owners=(DEPOSITOR.upper().replace("X", "x"),))
    claims = [
        row,
        row,
        replace(row, account="0xkey2", owners=(OTHER, DEPOSITOR), amount=Decimal(32)),
        replace(row, account="0xkey3", owners=(OTHER,)),
        replace(row, account="0xkey4", signatures=("0x",)),
        replace(row, account="0xkey5", owners=("not an address",)),
        replace(row, account="0xkey6", owners=()),
        replace(row, account=None),
        claim("0xd", signatures=(), owners=(DEPOSITOR,)),
    ]
    assert stakes_of(claims, REGISTRY.networks) == {
        ("ethereum", DEPOSITOR): ((STAKED, "0xkey1"), (STAKED, "0xkey2")),
        ("ethereum", OTHER): ((STAKED, "0xkey3"),),
    }
