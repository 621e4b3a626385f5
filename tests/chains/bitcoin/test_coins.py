"""The set of unspent outputs: what blocks do to it can be undone exactly, kept, and read again."""

from datetime import UTC, datetime
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.chains.bitcoin import journal
from monitor.chains.bitcoin.blocks import BlockAnswer, effect_of
from monitor.chains.bitcoin.coins import Change, Coin, Coins, Effect, OutputsContradictError, outpoint_of, shown
from monitor.chains.bitcoin.walk import UtxoSet
from monitor.model import Block, Height

SCRIPTS = [bytes([number]) * 22 for number in range(4)]
OTHER = b"\xff" * 22
TXID = "ab" * 32


def block(number: int) -> Block:
    return Block(Height(number), f"{number:064x}", datetime.fromtimestamp(number, UTC))


@st.composite
def histories(draw: st.DrawFn) -> list[Change]:
    """Changes that fit one behind the other."""
    held: dict[bytes, Coin] = {}
    made, changes = 0, []
    for height in range(1, draw(st.integers(1, 12))):
        spent = {name: held.pop(name) for name in draw(st.sets(st.sampled_from(sorted(held))))} if held else {}
        created = {}
        for _ in range(draw(st.integers(0, 5))):
            made += 1
            name = outpoint_of(f"{made:064x}", made % 3)
            created[name] = Coin(draw(st.integers(0, 3)), draw(st.integers(0, 2**62)), height)
        held |= created
        changes.append(Change(created, spent))
    return changes


def sums_by_hand(coins: Coins) -> dict[bytes, int]:
    return {
        script: sum(coin.amount for coin in coins.unspent.values() if coin.owner == owner)
        for script, owner in coins.owners.items()
    }


@given(histories())
def test_what_was_done_can_be_undone_and_sums_are_those_of_the_outputs(changes: list[Change]) -> None:
    coins = Coins(SCRIPTS)
    states = [dict(coins.unspent)]
    for change in changes:
        assert coins.apply(change) == change
        assert coins.sums(SCRIPTS) == sums_by_hand(coins)
        states.append(dict(coins.unspent))
    for change in reversed(changes):
        assert coins.unspent == states.pop()
        coins.apply(change.reversed())
    assert coins.unspent == {}
    assert set(coins.sums(SCRIPTS).values()) == {0}


@given(histories())
def test_inputs_alone_lead_to_the_same(changes: list[Change]) -> None:
    told, coins = Coins(SCRIPTS), Coins(SCRIPTS)
    for change in changes:
        told.apply(change)
        strangers = {outpoint_of("ff" * 32, 1): None}
        assert coins.apply(Effect(change.created, dict.fromkeys(change.spent) | strangers)) == change
    assert coins.unspent == told.unspent


@given(histories(), st.integers(0, 11))
def test_a_journal_gives_the_same_outputs_again(changes: list[Change], back: int) -> None:
    utxos = UtxoSet(block(0), Coins(SCRIPTS[:2]))
    entries = list(journal.beginning(journal.Scanned(7), utxos))
    scripts, added = utxos.absorb(UtxoSet(block(0), Coins(SCRIPTS)))
    entries += journal.addition(utxos.block, scripts, added.created)
    for number, change in enumerate(changes, 1):
        entries.append(journal.step_entry(utxos.do(block(number), change)))
    for _ in range(min(back, len(utxos.steps))):
        last = utxos.steps[-1]
        entries.append(journal.step_entry(utxos.undo(last.before, last.change)))
    scanned, again, scans = journal.read(list(journal.sealed(entries)))
    assert scanned == journal.Scanned(7)
    assert again is not None
    assert scans == {}
    assert (again.block, again.coins.unspent, again.coins.owners, list(again.steps)) == (
        utxos.block,
        utxos.coins.unspent,
        utxos.coins.owners,
        list(utxos.steps),
    )
    assert again.coins.sums(SCRIPTS) == utxos.coins.sums(SCRIPTS)


def test_a_journal_with_many_outputs_is_read_in_parts() -> None:
    found = {outpoint_of(f"{number:064x}", 0): Coin(number % 4, number, 5) for number in range(45_000)}
    coins = Coins(SCRIPTS)
    coins.apply(Effect(found, {}))
    entries = list(journal.beginning(journal.Scanned(1, "before"), UtxoSet(block(9), coins)))
    assert len(entries) == 5
    again = journal.read(list(journal.sealed(entries)))
    assert again.scanned == journal.Scanned(1, "before")
    assert again.utxos is not None
    assert (again.utxos.block, again.utxos.coins.unspent) == (block(9), found)


def test_nothing_kept_is_nothing_to_go_on_from() -> None:
    assert journal.read([]) == (None, None, {})


def test_a_journal_tells_of_scans_that_were_begun_and_not_ended() -> None:
    first = journal.scan_entry("scantxoutset", 1.25)
    assert journal.read(list(journal.sealed([first]))) == (None, None, {"scantxoutset": 1.25})
    beginning = list(journal.beginning(journal.Scanned(1), UtxoSet(block(9), Coins(SCRIPTS))))
    step = journal.step_entry(UtxoSet(block(9), Coins(SCRIPTS)).do(block(10), Change({}, {})))
    others = [journal.scan_entry("scanblocks", 2.5), step, journal.scan_entry("scantxoutset", None)]
    found = journal.read(list(journal.sealed([*beginning, first, *others])))
    assert found.scans == {"scanblocks": 2.5}
    assert found.utxos is not None
    assert found.utxos.block == block(10)


@pytest.mark.parametrize(
    ("effect", "complaint"),
    [
        (Effect({}, {outpoint_of(TXID, 1): Coin(0, 5, 3)}), "5 of block 3, but held was nothing"),
        (Effect({}, {outpoint_of(TXID, 0): Coin(0, 5, 3)}), "5 of block 3, but held was 7 of block 2"),
        (Effect({}, {outpoint_of(TXID, 0): Coin(1, 7, 2)}), "held was 7 of block 2"),
        (Effect({outpoint_of(TXID, 0): Coin(0, 5, 3)}, {}), "was held already"),
    ],
)
def test_a_block_that_does_not_fit_changes_nothing(effect: Effect, complaint: str) -> None:
    coins = Coins(SCRIPTS)
    coins.apply(Effect({outpoint_of(TXID, 0): Coin(0, 7, 2)}, {}))
    with pytest.raises(OutputsContradictError, match=complaint):
        coins.apply(effect)
    assert coins.sums(SCRIPTS[:1]) == {SCRIPTS[0]: 7}


def test_differences_of_a_rescan_name_outputs_and_pass_over_scripts_of_one_side() -> None:
    followed, scanned = Coins(SCRIPTS), Coins(SCRIPTS[3:0:-1])  # another order, and one script less
    same, gone, new, not_asked = (outpoint_of(f"{number:064x}", number) for number in range(4))
    followed.apply(Effect({same: Coin(1, 5, 5), gone: Coin(2, 6, 6), not_asked: Coin(0, 9, 9)}, {}))
    scanned.apply(Effect({same: Coin(2, 5, 5), new: Coin(0, 8, 8)}, {}))
    assert followed.difference(scanned) == (
        f"1 output not followed, such as {shown(new)}; 1 output followed, but not there, such as {shown(gone)}"
    )
    scanned.apply(Change({gone: Coin(1, 6, 6)}, {new: Coin(0, 8, 8)}))
    assert followed.difference(scanned) == ""


# --- blocks ---


def answer(*transactions: object, height: int = 9) -> BlockAnswer:
    document = {"hash": "00" * 32, "height": height, "time": 1, "previousblockhash": "11" * 32, "tx": transactions}
    return msgspec.json.decode(msgspec.json.encode(document), type=BlockAnswer)


def paid(script: bytes, value: float, n: int = 0) -> dict[str, object]:
    return {"value": value, "n": n, "scriptPubKey": {"hex": script.hex(), "asm": "…"}}


def spending(txid: str, script: bytes, value: float, vout: int = 0) -> dict[str, object]:
    return {"txid": txid, "vout": vout, "prevout": {"height": 3, "generated": False, **paid(script, value)}}


OWNERS = {script: owner for owner, script in enumerate(SCRIPTS)}


def test_new_coins_count_and_others_accounts_do_not() -> None:
    coinbase = {"txid": TXID, "vin": [{"coinbase": "51"}], "vout": [paid(SCRIPTS[1], 6.25), paid(OTHER, 1, 1)]}
    spent = {
        "txid": "cd" * 32,
        "vin": [spending("01" * 32, SCRIPTS[2], 0.1), spending("02" * 32, OTHER, 5)],
        "vout": [],
    }
    assert effect_of(answer(coinbase, spent), OWNERS, 8) == Effect(
        {outpoint_of(TXID, 0): Coin(1, 625_000_000, 9)}, {outpoint_of("01" * 32, 0): Coin(2, 10_000_000, 3)}
    )


def test_an_output_that_the_block_itself_spends_is_in_neither() -> None:
    first = {"txid": TXID, "vin": [{"coinbase": "51"}], "vout": [paid(SCRIPTS[0], 1), paid(SCRIPTS[0], 0, 1)]}
    second = {"txid": "cd" * 32, "vin": [spending(TXID, SCRIPTS[0], 1)], "vout": []}
    untold = {"txid": "ef" * 32, "vin": [{"txid": TXID, "vout": 1}], "vout": []}
    assert effect_of(answer(first, second, untold), OWNERS, 8) == Effect({}, {})


def test_inputs_whose_outputs_are_not_told_are_all_kept_and_cannot_be_undone() -> None:
    effect = effect_of(answer({"txid": TXID, "vin": [{"txid": "cd" * 32, "vout": 4}], "vout": []}), OWNERS, 8)
    assert effect == Effect({}, {outpoint_of("cd" * 32, 4): None})
    with pytest.raises(ValueError, match="Bitcoin Core 23"):
        effect.known()


def test_the_genesis_does_nothing_for_its_output_is_in_no_set() -> None:
    genesis = {"txid": TXID, "vin": [{"coinbase": "51"}], "vout": [paid(SCRIPTS[0], 50)]}
    assert effect_of(answer(genesis, height=0), OWNERS, 8) == Effect({}, {})


def test_amounts_are_exact_beyond_what_a_float_holds() -> None:
    text = (
        b'{"hash": "%s", "height": 5, "time": 1, "tx": [{"txid": "%s", "vin": [], "vout": '
        b'[{"n": 0, "value": 90000000000.12345678, "scriptPubKey": {"hex": "%s"}}]}]}'
    ) % (b"00" * 32, TXID.encode(), SCRIPTS[0].hex().encode())
    effect = effect_of(msgspec.json.decode(text, type=BlockAnswer), OWNERS, 8)
    (coin,) = effect.created.values()
    assert coin.amount == int(Decimal("90000000000.12345678") * 10**8)


@pytest.mark.parametrize(
    "transaction",
    [
        {"txid": "ab", "vin": [], "vout": [paid(SCRIPTS[0], 1)]},
        {"txid": TXID, "vin": [], "vout": [paid(SCRIPTS[0], -1)]},
        {"txid": TXID, "vin": [], "vout": [paid(SCRIPTS[0], 0.000000001)]},
        {"txid": TXID, "vin": [], "vout": [{"value": 1, "n": 0, "scriptPubKey": {"hex": "zz"}}]},
        {"txid": TXID, "vin": [spending("zz" * 32, SCRIPTS[0], 1)], "vout": []},
    ],
)
def test_rubbish_in_a_block_is_refused(transaction: object) -> None:
    with pytest.raises(ValueError, match=r"."):
        effect_of(answer(transaction), OWNERS, 8)
