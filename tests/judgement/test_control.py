"""How much lies on accounts whose keys were used lately: what rose, stayed, fell, has code, or nobody tells."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.formats import exact
from monitor.judgement import holdings
from monitor.judgement.control import (
    assets_by_control,
    awaits_reading,
    control_of,
    counted,
    counted_then,
    largest_accounts,
    listed,
    messages_of,
    seen_to_hold,
)
from monitor.model import AssetControl, BaseUnits, Basis, Control, ControlGap, Sent, Sighting
from monitor.model.packed import PackedClaims, PackedVerdicts
from tests.support.judgement import (
    BTC,
    ETH,
    INVALID,
    NOW,
    STAKED,
    UNBOUND,
    UNSIGNED,
    USDT,
    VERIFIED,
    absent,
    claim,
    judge,
    state,
    verdict,
)

DAY = timedelta(days=1)
SINCE = NOW - 90 * DAY
UNCHANGED = Sighting({"m": SINCE - DAY}, frozenset("m"))
SHOWN, NOT_SHOWN, _ = Control


def asked(*told: tuple[int, int | None]) -> Sent | None:
    """What is known after counts were told, each so many days ago."""
    return reduce(lambda sent, each: counted(sent, each[1], NOW - each[0] * DAY), told, None)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        pytest.param([], ControlGap.NOT_TOLD, id="nobody tells"),
        pytest.param([(0, 7)], ControlGap.SINCE_LATER, id="told once"),
        pytest.param([(100, 7), (0, 7)], NOT_SHOWN, id="the same"),
        pytest.param([(90, 7), (0, 7)], NOT_SHOWN, id="the same since the very moment"),
        pytest.param([(89, 7), (0, 7)], ControlGap.SINCE_LATER, id="the same, and not for long enough"),
        pytest.param([(3, 7), (2, 8), (0, 8)], SHOWN, id="rose"),
        pytest.param([(100, 0), (90, 0), (1, 1)], SHOWN, id="rose after the very moment"),
        pytest.param([(100, 7), (95, 8), (0, 8)], NOT_SHOWN, id="rose before"),
        pytest.param([(100, 7), (0, 8)], ControlGap.SINCE_LATER, id="rose before or since"),
        pytest.param([(100, 7), (50, 7), (40, 9), (0, 9)], SHOWN, id="rose, and stayed"),
        pytest.param([(100, 7), (5, 7)], ControlGap.NOT_TOLD, id="the same, and not asked lately"),
        pytest.param([(100, 7), (5, 8), (4, 9)], SHOWN, id="rose, and not asked lately"),
        pytest.param([(100, None), (0, None)], ControlGap.CODE, id="code"),
        pytest.param([(100, 7), (1, None), (0, 9)], ControlGap.SINCE_LATER, id="code in between"),
        pytest.param([(9, 7), (8, 8), (0, None)], SHOWN, id="rose before there was code"),
        pytest.param([(100, 7), (2, 3), (1, 3)], ControlGap.NOT_TOLD, id="fell"),
        pytest.param([(100, 7), (2, 3), (0, 7)], ControlGap.SINCE_LATER, id="fell, and is as before"),
        pytest.param([(100, 7), (2, 3), (0, 8)], ControlGap.SINCE_LATER, id="fell, and is more"),
        pytest.param([(9, 7), (8, 99), (0, 7)], ControlGap.NOT_TOLD, id="a lie made it rise, and is found out"),
        pytest.param([(100, 7), (0, 7), (50, 5)], NOT_SHOWN, id="a node behind the last"),
        pytest.param([(100, 7), (0, 7), (50, 9)], ControlGap.NOT_TOLD, id="more at a block before the last"),
        pytest.param([(100, 7), (0, 7), (0, 9)], ControlGap.NOT_TOLD, id="more at the last block"),
    ],
)
def test_what_was_sent_tells_whether_a_key_was_used(told: list[tuple[int, int | None]], expected: object) -> None:
    sighting = Sighting(UNCHANGED.messages, UNCHANGED.verified, asked(*told))
    assert control_of(sighting, SINCE, NOW) == expected
    assert control_of(Sighting(sent=sighting.sent), SINCE, NOW) == (
        SHOWN if expected is SHOWN else expected if isinstance(expected, ControlGap) else ControlGap.SINCE_LATER
    ), "that nothing was signed is known no longer than the list"


@given(st.lists(st.tuples(st.integers(0, 200), st.none() | st.integers(0, 3)), max_size=8), st.integers(1, 199))
def test_a_key_counts_as_used_or_not_only_where_counts_of_the_time_say_so(
    told: list[tuple[int, int | None]], days: int
) -> None:
    """However nodes contradict each other: used, if one count since was followed by a higher one; and so on."""
    sent, since = asked(*told), NOW - days * DAY
    found = control_of(Sighting({"": NOW - 999 * DAY}, sent=sent), since, NOW)
    lately = [count for ago, count in told if ago <= days and count is not None]
    if found is SHOWN:
        assert any(first < then for n, first in enumerate(lately) for then in lately[n:])
    if found is NOT_SHOWN:
        assert sent is not None
        assert any(ago >= days and count == sent.count for ago, count in told)
        assert max(lately, default=sent.count) == sent.count


@pytest.mark.parametrize(
    ("held", "shown"),
    [
        pytest.param([(9, 10), (8, 10), (7, 9)], True, id="less than on two days before"),
        pytest.param([(9, 10), (8, 10), (7, 9), (6, 99), (5, 99)], True, id="less once, and more again"),
        pytest.param([(9, 10), (8, 10), (7, 11), (6, 10)], False, id="a deposit that was taken back"),
        pytest.param([(9, 10), (8, 9)], False, id="seen once before"),
        pytest.param([(9, 0), (8, 5), (7, 10), (6, 10)], False, id="more and more"),
        pytest.param([(9, 10), (7, 10), (8, 3)], False, id="a node behind the last"),
        pytest.param([(99, 10), (91, 10), (80, 9)], False, id="less since a day before that time"),
        pytest.param([(99, 10), (90, 10), (80, 9)], True, id="less since the very moment"),
    ],
)
def test_outputs_that_have_gone_show_the_key_and_as_much_as_before_shows_nothing(
    held: list[tuple[int, int]], *, shown: bool
) -> None:
    seen = reduce(lambda before, each: seen_to_hold(before, each[1], NOW - each[0] * DAY), held, None)
    found = control_of(replace(UNCHANGED, held=seen), SINCE, NOW)
    assert found is (SHOWN if shown else ControlGap.NOT_TOLD)


def test_an_archive_tells_at_once_and_no_more_than_it_knows() -> None:
    known = asked((0, 7))
    assert known

    def then(count: int | None, known: Sent = known) -> object:
        return control_of(Sighting(UNCHANGED.messages, sent=counted_then(known, count, SINCE)), SINCE, NOW)

    assert then(7) is NOT_SHOWN
    assert then(6) is SHOWN
    assert then(8) is ControlGap.NOT_TOLD, "it cannot have been more"
    assert then(None) is ControlGap.SINCE_LATER, "it had code then"
    assert then(0, Sent(7, NOW)) is ControlGap.NOT_TOLD, "a contradiction stays one"


@pytest.mark.parametrize(
    ("lists", "expected"),
    [
        pytest.param([(100, {"a": True})], NOT_SHOWN, id="the same"),
        pytest.param([(5, {"a": True})], ControlGap.SINCE_LATER, id="seen for the first time"),
        pytest.param([(5, {})], ControlGap.SINCE_LATER, id="listed for the first time"),
        pytest.param([(100, {})], NOT_SHOWN, id="never signed"),
        pytest.param([(100, {}), (5, {"a": True})], ControlGap.SINCE_LATER, id="signed for the first time"),
        pytest.param([(100, {"a": True}), (5, {"b": True})], SHOWN, id="signed anew"),
        pytest.param([(10, {"a": True}), (5, {"b": True})], SHOWN, id="signed anew by a list after the first"),
        pytest.param([(100, {"a": True}), (95, {"b": True})], NOT_SHOWN, id="signed anew before"),
        pytest.param([(100, {"a": True}), (99, {"b": True}), (5, {"a": True})], NOT_SHOWN, id="the old one again"),
        pytest.param([(100, {"a": True}), (50, {}), (5, {"b": True})], SHOWN, id="not signed in between"),
        pytest.param([(100, {"a": True}), (5, {"b": False})], NOT_SHOWN, id="signed anew, and not verified"),
        pytest.param([(100, {"a": False}), (5, {"b": True})], ControlGap.SINCE_LATER, id="no valid one before"),
        pytest.param([(100, {"a": True, "b": False}), (5, {"b": True})], NOT_SHOWN, id="judged better, and old"),
        pytest.param([(5, {"a": True, "b": True})], ControlGap.SINCE_LATER, id="two at once"),
        pytest.param([(100, {"a": True}), (-900, {"b": True})], ControlGap.SINCE_LATER, id="by a clock that was ahead"),
    ],
)
def test_another_message_than_a_list_before_had_shows_the_key(
    lists: list[tuple[int, Mapping[str, bool]]], expected: object
) -> None:
    sighting = Sighting(sent=asked((100, 7), (0, 7)))
    for ago, messages in lists:
        sighting = listed(sighting, messages, NOW - ago * DAY)
    assert control_of(sighting, SINCE, NOW) == expected


def test_no_more_messages_are_noted_than_there_is_room_for_and_then_nothing_is_known_by_them() -> None:
    """None makes room: an old one that is forgotten would be new when it comes back."""
    many = {str(number): True for number in range(600)}
    full = listed(Sighting(sent=asked((100, 7), (0, 7))), many, NOW - 100 * DAY)
    later = listed(listed(full, {"new": True}, NOW), {"0": True}, NOW)
    assert later == full
    assert len(full.messages) == len(full.verified) == 500
    assert control_of(full, SINCE, NOW) is ControlGap.NOT_TOLD
    nearly = listed(UNCHANGED, {str(number): True for number in range(499)}, NOW)
    assert control_of(nearly, SINCE, NOW) is SHOWN, "what is noted still shows it"


def test_messages_are_those_of_the_rows_of_an_account_whatever_is_around_them() -> None:
    rows = [
        (claim("A", ETH, message="I am here"), VERIFIED),
        (claim("A", USDT, message=" I am here\n"), UNBOUND),
        (claim("A", ETH, message="<Bytes> I am here</Bytes>"), VERIFIED),
        (claim("A", BTC, message="elsewhere"), VERIFIED),
        (claim("B", ETH, message="no more"), INVALID),
        (claim("C", ETH, message="not asked"), VERIFIED),
        (claim("D", ETH, message="unsigned", signatures=()), UNSIGNED),
    ]
    claims, verdicts = PackedClaims(row for row, _ in rows), PackedVerdicts(verdict(status) for _, status in rows)
    found = messages_of(claims, verdicts, {"ethereum": ["A", "B", "D"]})["ethereum"]
    assert {account: list(each.values()) for account, each in found.items()} == {"A": [True], "B": [False], "D": []}


def test_the_largest_accounts_of_every_token_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    tokens = {ETH: [("A", 94), ("B", 5), ("C", 1)], USDT: [("B", 1), ("D", 9), ("E", 0)]}
    held = holdings(
        (claim(account, token) for token, each in tokens.items() for account, _ in each),
        (verdict(UNSIGNED) for each in tokens.values() for _ in each),
    )
    states = {
        "ethereum": state({token: {name: BaseUnits(units) for name, units in each} for token, each in tokens.items()})
    }
    assert largest_accounts(held, states) == {"ethereum": {"A", "B", "D"}}
    monkeypatch.setattr("monitor.judgement.control._MOST", 2)
    assert largest_accounts(held, states) == {"ethereum": {"A", "D"}}, "those with the largest shares"


def test_a_network_that_is_to_be_read_first_is_waited_for() -> None:
    held = holdings([claim("A", ETH), claim("B", ETH)], [verdict(UNSIGNED)] * 2)
    whole = state({ETH: {"A": BaseUnits(1), "B": BaseUnits(1)}})
    assert not awaits_reading(held, {"ethereum": whole})
    assert awaits_reading(held, {"ethereum": state({ETH: {"A": BaseUnits(1)}})}), "the list has changed since"
    assert not awaits_reading(held, {"ethereum": absent("ethereum")}), "it cannot be read"
    assert not awaits_reading(held, {})


SIGHTINGS = {
    "shown": Sighting(UNCHANGED.messages, sent=asked((3, 1), (0, 2))),
    "not": Sighting(UNCHANGED.messages, sent=asked((100, 1), (0, 1))),
    "code": Sighting(UNCHANGED.messages, sent=asked((0, None))),
    "later": Sighting(UNCHANGED.messages, sent=asked((0, 1))),
    "untold": UNCHANGED,
}
NAMES = (*SIGHTINGS, "small")


def test_each_part_is_of_the_reserves_that_were_read_and_what_an_issuer_has_blocked_is_in_none() -> None:
    rows = [(claim(name, USDT), UNSIGNED) for name in NAMES]
    whole = state({USDT: {name: BaseUnits(10**6 * 2**n) for n, name in enumerate(NAMES)}})
    assert whole.last
    whole = replace(whole, last=replace(whole.last, positions={USDT.frozen: {"not": BaseUnits(10**6)}}))
    held = holdings((row for row, _ in rows), (verdict(status) for _, status in rows))
    found = assets_by_control(held, {"ethereum": whole}, {"ethereum": SIGHTINGS}, SINCE, NOW)["USDT"]
    gaps = dict(zip(("code", "later", "untold", "small"), (4, 8, 16, 32), strict=True))
    assert found == AssetControl(
        Decimal(1),
        Decimal(1),
        {
            ControlGap.NOT_ASKED: Decimal(gaps["small"]),
            ControlGap.NOT_TOLD: Decimal(gaps["untold"]),
            ControlGap.CODE: Decimal(gaps["code"]),
            ControlGap.SINCE_LATER: Decimal(gaps["later"]),
        },
    )
    assert AssetControl(exact.ZERO, exact.ZERO, {}).shares() == {}


Held = st.dictionaries(st.sampled_from(NAMES), st.integers(0, 10**30), max_size=6)


@given(Held, Held, Held, st.booleans())
def test_the_parts_are_all_reserves_of_the_basis_listed(
    ether: Mapping[str, int], staked: Mapping[str, int], tether: Mapping[str, int], lacking: bool
) -> None:
    """Exactly, whatever was read: an asset of which a form is not whole on a network is not shown there either."""
    tokens = {token: held for token, held in ((ETH, ether), (STAKED, staked), (USDT, tether)) if held}
    rows = [
        (claim(name, token), status)
        for token, held in tokens.items()
        for name, status in zip(held, (VERIFIED, UNBOUND, UNSIGNED, INVALID) * 2, strict=False)
    ]
    if lacking:
        rows.append((claim("new", USDT), UNSIGNED))
    read = {token: {name: BaseUnits(units) for name, units in held.items()} for token, held in tokens.items()}
    networks = {token.network: [each for each in tokens if each.network == token.network] for token in tokens}
    states = {name: state({token: read[token] for token in each}) for name, each in networks.items()}
    assets = judge(rows, states.values())
    held = holdings((row for row, _ in rows), (verdict(status) for _, status in rows))
    found = assets_by_control(held, states, dict.fromkeys(networks, SIGHTINGS), SINCE, NOW)
    for asset, judged in assets.items():
        shown = exact.total(sums[Basis.LISTED] for sums in judged.reserves.values())
        parts: Mapping[Control, Decimal] = found[asset].amounts() if asset in found else {}
        assert exact.total(parts.values()) == shown
        assert all(amount >= 0 for amount in parts.values())
        assert not shown or abs(exact.total(found[asset].shares().values()) - 1) < Decimal("1e-40")
