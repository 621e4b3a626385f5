"""Signatures that a newer list no longer has."""

from decimal import Decimal

from monitor.judgement import holdings, signatures_gone
from monitor.judgement.holdings import Holdings
from monitor.model import VerdictStatus
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

STATES = {"bitcoin": state({BTC: {"A": 3 * 10**8, "B": 10**8, "C": 5 * 10**8}})}


def listed(**statuses: VerdictStatus) -> Holdings:
    rows = [claim(account, ETH if account.startswith("x") else BTC) for account in statuses]
    return holdings(rows, map(verdict, statuses.values()))


def test_accounts_that_lost_a_valid_signature_are_counted_with_their_coins() -> None:
    before = listed(A=VERIFIED, B=UNBOUND, C=VERIFIED, xD=VERIFIED)

    gone = signatures_gone(before, listed(A=UNSIGNED, B=INVALID, C=VERIFIED, xD=UNSUPPORTED), STATES, NOW)

    assert gone is not None
    assert (gone.at, gone.accounts, gone.unread) == (NOW, 3, 1)
    assert gone.amounts == {"BTC": Decimal(4), "ETH": Decimal(0)}


def test_accounts_that_left_the_list_or_were_never_signed_are_no_matter_of_signatures() -> None:
    before = listed(A=VERIFIED, B=UNSIGNED, C=INVALID)

    assert signatures_gone(before, listed(B=UNSIGNED, C=UNSIGNED), STATES, NOW) is None


def test_what_the_chain_makes_of_an_owner_is_no_loss_of_a_signature() -> None:
    assert signatures_gone(listed(A=VERIFIED), listed(A=UNBOUND), STATES, NOW) is None
