"""The same account claimed by two exchanges raises an alert (design, section 4, rule 6)."""

from collections.abc import Mapping
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from monitor.judgement import Holdings, SharedFinder, holdings
from monitor.model import Claim, SharedAccounts, Token
from tests.support.judgement import BTC, ETH, ETH_ARBITRUM, STAKED, USDT, VERIFIED, claim, verdict


def held(*accounts: tuple[str, Token]) -> Holdings:
    return holdings((claim(account, token) for account, token in accounts), [verdict(VERIFIED)] * len(accounts))


def shared_accounts(lists: Mapping[str, Holdings]) -> Mapping[str, tuple[SharedAccounts, ...]]:
    return SharedFinder().find(lists)


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


def of(*claims: Claim) -> Holdings:
    return holdings(claims, [verdict(VERIFIED)] * len(claims))


def test_rows_of_unknown_tokens_name_accounts_too() -> None:
    unknown = claim("0xa", None, network="ethereum", fault="the token is not known")

    for other in (held(("0xa", USDT)), of(unknown)):
        shared = shared_accounts({"okx": of(unknown), "other": other})
        assert shared["okx"] == (SharedAccounts("other", 1, ("0xa on ethereum",)),)


def test_where_no_network_is_known_the_address_itself_is_compared() -> None:
    adrift = claim(None, None, address="0xAb")
    spelled = claim(None, None, address="0xaB")

    assert shared_accounts({"okx": of(adrift), "other": held(("0xab", ETH))})["okx"] == (
        SharedAccounts("other", 1, ("0xab on ethereum",)),
    )
    assert shared_accounts({"okx": of(adrift), "other": of(spelled)})["other"] == (
        SharedAccounts("okx", 1, ("0xab on an unknown network",)),
    )
    assert shared_accounts(
        {"okx": of(claim(None, None, address="A1")), "other": of(claim(None, None, address="a1"))}
    ) == {
        "okx": (),
        "other": (),
    }


def test_the_owner_of_a_validator_is_shared_with_who_lists_the_account() -> None:
    staked = replace(of(claim("0xkey", STAKED)), uncounted=frozenset({("ethereum", "0xa"), ("ethereum-beacon", "0xa")}))

    for other in (held(("0xa", USDT)), held(("0xa", STAKED))):
        (shared,) = shared_accounts({"okx": staked, "other": other})["other"]
        assert (shared.exchange, shared.count) == ("okx", 1)


def test_when_a_list_changes_its_pairs_are_compared_again_and_those_of_lists_that_stay_are_kept() -> None:
    first, second = held(("A", BTC), ("B", BTC)), held(("A", BTC))
    finder = SharedFinder()
    before = finder.find({"a": first, "b": second, "c": held(("C", BTC))})

    assert finder.find({"a": first, "b": second, "c": held(("B", BTC))}) == {
        "a": (*before["a"], SharedAccounts("c", 1, ("B on bitcoin",))),
        "b": before["b"],
        "c": (SharedAccounts("a", 1, ("B on bitcoin",)),),
    }
    assert finder.find({"b": second}) == {"b": ()}
    assert finder.find({"b": second, "a": first})["a"] == before["a"]


def test_nothing_is_compared_while_no_list_changes() -> None:
    lists = {"a": held(("A", BTC)), "b": held(("A", BTC))}
    finder = SharedFinder()

    assert finder.find(lists) is finder.find(dict(lists))


names = st.sampled_from(["0xa", "0xb", "0xc", "0xd"])
places = st.frozensets(st.tuples(names, st.sampled_from(["", "ethereum", "arbitrum"])))


def naming(named: frozenset[tuple[str, str]]) -> Holdings:
    """Some of them counted, as nothing depends on that; where no network is told, nothing is."""
    tokens = {"ethereum": ETH, "arbitrum": ETH_ARBITRUM}
    counted = sorted(place for place in named if place[1] and place[0] in {"0xa", "0xb"})
    lists = held(*((account, tokens[network]) for account, network in counted))
    return replace(lists, uncounted=frozenset((network, account) for account, network in named - set(counted)))


@given(places, places)
def test_shared_is_what_both_name_and_what_one_names_without_its_network(
    one: frozenset[tuple[str, str]], other: frozenset[tuple[str, str]]
) -> None:
    same = one & other
    named = {account for account, _ in same}
    adrift = {
        (account, network)
        for mine, theirs in ((one, other), (other, one))
        for account, network in mine
        if network and (account, "") in theirs and account not in named
    }

    found = shared_accounts({"one": naming(one), "other": naming(other)})

    assert [each.count for each in found["one"]] == ([len(same | adrift)] if same | adrift else [])
    assert [each.examples for each in found["one"]] == [each.examples for each in found["other"]]
