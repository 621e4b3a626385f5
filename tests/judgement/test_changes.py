"""A change of the list is an event (design, section 4, rule 11)."""

from collections import Counter
from dataclasses import replace
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor import judgement
from monitor.model import Claim, ClaimKind, Height, ListChanges
from monitor.model.packed import PackedClaims
from tests.support.judgement import ETH, claim

ONE = claim("0xa", ETH, line=17, address="0xA", amount=Decimal(1), height=5)
OTHER = claim("0xb", ETH, line=18, address="0xB")


def compare_lists(old: list[Claim], new: list[Claim]) -> ListChanges:
    return judgement.compare_lists(PackedClaims(old), PackedClaims(new))


def test_the_same_rows_in_another_order_and_on_other_lines_are_no_change() -> None:
    assert compare_lists([ONE, OTHER], [replace(OTHER, line=1), replace(ONE, line=2)]) == ListChanges()


def test_added_and_removed_rows_are_named_with_their_own_place() -> None:
    changes = compare_lists([ONE], [OTHER])

    assert (changes.added, changes.removed) == (("ETH 0xB (wallets.csv:18)",), ("ETH 0xA (wallets.csv:17)",))
    assert changes


def test_another_spelling_of_the_same_account_is_no_change() -> None:
    assert compare_lists([ONE], [replace(ONE, address="0xa")]) == ListChanges()


def test_an_address_that_does_not_decode_is_compared_as_published() -> None:
    broken = claim(None, address="1broken")

    assert compare_lists([broken], [replace(broken, address="1broker")]).removed == ("BTC 1broken (wallets.csv:2)",)


def test_a_new_amount_or_height_is_restated_and_no_event() -> None:
    changes = compare_lists([ONE, OTHER], [replace(ONE, amount=Decimal(2)), replace(OTHER, height=Height(9))])

    assert changes == ListChanges(restated=2)
    assert not changes
    assert compare_lists([ONE], [replace(ONE, amount=Decimal("1.00"))]) == ListChanges(), "the same amount"
    together = replace(ONE, amount=None, shared=Decimal(1))
    assert compare_lists([ONE, together], [together, replace(ONE, amount=None)]) == ListChanges(restated=1)


@pytest.mark.parametrize(
    "new",
    [
        replace(ONE, message="another"),
        replace(ONE, signatures=("another",)),
        replace(ONE, key="another"),
        replace(ONE, owners=("another",)),
        replace(ONE, kind=ClaimKind.STAKING),
    ],
)
def test_other_evidence_for_the_same_account_is_altered(new: Claim) -> None:
    assert compare_lists([ONE], [new]) == ListChanges(altered=("ETH 0xA (wallets.csv:17)",))


@pytest.mark.parametrize("new", [replace(ONE, network="base"), replace(ONE, coin="ETH-BASE")])
def test_the_same_account_on_another_network_or_under_another_coin_is_another_row(new: Claim) -> None:
    changes = compare_lists([ONE], [new])

    assert (len(changes.added), len(changes.removed), len(changes.altered)) == (1, 1, 0)


def test_a_row_that_stands_twice_is_two_rows() -> None:
    assert compare_lists([ONE], [ONE, ONE]).added == ("ETH 0xA (wallets.csv:17)",)
    assert compare_lists([ONE, ONE], [ONE]).removed == ("ETH 0xA (wallets.csv:17)",)


def test_of_rows_for_one_account_the_equal_ones_are_matched_first() -> None:
    signed_anew = replace(ONE, message="another", line=20)

    changes = compare_lists([signed_anew, ONE], [ONE, replace(ONE, message="a third", line=21)])

    assert changes == ListChanges(altered=("ETH 0xA (wallets.csv:21)",))


rows = st.lists(
    st.builds(
        lambda account, message, amount: replace(ONE, account=account, message=message, amount=Decimal(amount)),
        st.sampled_from("abc"),
        st.sampled_from("xy"),
        st.integers(1, 2),
    ),
    max_size=8,
)


def evidence(claims: list[Claim]) -> Counter[tuple[str | None, str]]:
    return Counter((row.account, row.message) for row in claims)


@given(rows, rows)
def test_every_row_is_in_exactly_one_class(old: list[Claim], new: list[Claim]) -> None:
    changes = compare_lists(old, new)

    kept = (evidence(old) & evidence(new)).total()
    assert len(old) == kept + len(changes.altered) + len(changes.removed)
    assert len(new) == kept + len(changes.altered) + len(changes.added)
    assert changes.restated <= kept


@given(rows, st.randoms())
def test_a_list_never_differs_from_itself_shuffled(old: list[Claim], random: Random) -> None:
    new = [*old]
    random.shuffle(new)

    assert compare_lists(old, new) == ListChanges()
