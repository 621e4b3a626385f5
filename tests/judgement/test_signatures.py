"""Signatures that a newer list no longer has."""

from decimal import Decimal
from types import MappingProxyType

from monitor.judgement import Lost, holdings, signatures_gone, signatures_lost
from monitor.judgement.holdings import Holdings
from monitor.model import BaseUnits, VerdictStatus
from tests.support.judgement import (
    BTC,
    ETH,
    INVALID,
    NOW,
    UNBOUND,
    UNSIGNED,
    UNSUPPORTED,
    VERIFIED,
    claim,
    state,
    verdict,
)

STATES = {"bitcoin": state({BTC: {"A": BaseUnits(3 * 10**8), "B": BaseUnits(10**8), "C": BaseUnits(5 * 10**8)}})}


def listed(**statuses: VerdictStatus) -> Holdings:
    rows = [claim(account, ETH if account.startswith("x") else BTC) for account in statuses]
    return holdings(rows, map(verdict, statuses.values()))


def lost(before: Holdings, after: Holdings, earlier: Lost = MappingProxyType({})) -> Lost:
    return signatures_lost(before, after, earlier)


def test_accounts_that_lost_a_valid_signature_are_counted_with_their_coins() -> None:
    before = listed(A=VERIFIED, B=UNBOUND, C=VERIFIED, xD=VERIFIED)

    gone = signatures_gone(
        lost(before, listed(A=UNSIGNED, B=INVALID, C=VERIFIED, xD=UNSUPPORTED)),
        STATES,
        NOW,
    )

    assert (gone.at, gone.accounts, gone.unread) == (NOW, 3, 1)
    assert gone.amounts == {"BTC": Decimal(4), "ETH": Decimal(0)}


def test_accounts_that_left_the_list_or_were_never_signed_are_no_matter_of_signatures() -> None:
    before = listed(A=VERIFIED, B=UNSIGNED, C=INVALID)

    assert not lost(before, listed(B=UNSIGNED, C=UNSIGNED))


def test_what_the_chain_makes_of_an_owner_is_no_loss_of_a_signature() -> None:
    assert not lost(listed(A=VERIFIED), listed(A=UNBOUND))


def test_signatures_that_go_in_steps_are_counted_together_those_that_came_back_are_not() -> None:
    first, second = listed(A=VERIFIED, B=VERIFIED, C=VERIFIED), listed(A=UNSIGNED, B=UNSUPPORTED, C=VERIFIED)
    earlier = lost(first, second)

    third = lost(second, listed(A=VERIFIED, B=UNSUPPORTED, C=UNSIGNED), earlier)

    assert third == {BTC: {"B", "C"}}
    assert signatures_gone(third, STATES, NOW).amounts == {"BTC": Decimal(6)}


def test_a_list_that_loses_no_more_signatures_is_no_loss() -> None:
    first, second = listed(A=VERIFIED, B=VERIFIED), listed(A=UNSIGNED, B=VERIFIED)

    assert not lost(second, second, lost(first, second))


def test_an_account_that_lost_its_signature_is_told_though_another_coin_lost_none() -> None:
    assert lost(listed(A=VERIFIED, xD=VERIFIED), listed(A=UNSIGNED, xD=VERIFIED)) == {BTC: {"A"}}


def test_a_coin_that_is_no_longer_listed_is_no_matter_of_signatures() -> None:
    earlier = lost(listed(A=VERIFIED, xD=VERIFIED), listed(A=VERIFIED, xD=UNSIGNED))
    assert earlier == {ETH: {"xD"}}

    assert lost(listed(A=VERIFIED), listed(A=UNSIGNED), earlier) == {BTC: {"A"}}
