"""What several workers find out at the same time, put together."""

from hypothesis import given
from hypothesis import strategies as st

from monitor.chains.evm.worklist import Gathered, Turns
from tests.support.chains import ETH, account


@given(st.permutations(range(6)), st.sets(st.integers(0, 5)))
def test_balances_are_in_the_order_in_which_they_were_asked_for_whoever_ends_first(
    ends: list[int], failed: set[int]
) -> None:
    findings = Gathered({ETH: []})
    turns = Turns(findings)
    begun = [turns.begin(ETH) for _ in range(6)]
    for number in ends:
        if number not in failed:
            begun[number].accounts = [account(2 * number + 1), account(2 * number + 2)]
            begun[number].amounts = [2 * number + 1, 2 * number + 2]
        turns.end(begun[number])
    expected = [each for number in range(6) if number not in failed for each in (2 * number + 1, 2 * number + 2)]
    assert list(findings.held[ETH].items()) == [(account(number), number) for number in expected]
