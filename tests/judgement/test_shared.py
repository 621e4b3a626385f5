"""The same account claimed by two exchanges raises an alert (design, section 4, rule 6)."""

from monitor.judgement import Holdings, holdings, shared_accounts
from monitor.model import SharedAccounts, Token
from tests.support.judgement import BTC, ETH, ETH_ARBITRUM, USDT, VERIFIED, claim, verdict


def held(*accounts: tuple[str, Token]) -> Holdings:
    return holdings((claim(account, token) for account, token in accounts), [verdict(VERIFIED)] * len(accounts))


def test_an_account_that_two_lists_name_is_shared_whatever_it_holds() -> None:
    shared = shared_accounts({"okx": held(("0xa", ETH), ("A", BTC)), "other": held(("0xa", USDT), ("B", BTC))})

    assert shared == {
        "okx": (SharedAccounts("other", 1, ("0xa on ethereum",)),),
        "other": (SharedAccounts("okx", 1, ("0xa on ethereum",)),),
    }


def test_the_same_address_on_different_networks_is_not_shared() -> None:
    assert shared_accounts({"okx": held(("0xa", ETH)), "other": held(("0xa", ETH_ARBITRUM))}) == {
        "okx": (),
        "other": (),
    }


def test_all_shared_accounts_are_counted_and_a_few_are_named() -> None:
    many = held(*((f"0x{number}", token) for number in range(9) for token in (ETH, ETH_ARBITRUM)))

    (shared,) = shared_accounts({"okx": many, "other": many})["okx"]

    assert shared.count == 18
    assert shared.examples == tuple(f"0x{number} on arbitrum" for number in range(5))


def test_of_three_exchanges_each_pair_is_compared() -> None:
    shared = shared_accounts({"a": held(("A", BTC), ("B", BTC)), "b": held(("A", BTC)), "c": held(("B", BTC))})

    assert {exchange: [each.exchange for each in found] for exchange, found in shared.items()} == {
        "a": ["b", "c"],
        "b": ["a"],
        "c": ["a"],
    }
