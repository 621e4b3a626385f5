"""After one scan bitcoind is followed block by block: reorganisations, restarts and contradictions included."""

import asyncio
from collections.abc import Callable, Collection, Mapping
from typing import Any

import pytest
from aiohttp import web

from monitor.chains import AtHeight, ChainError, ChainReader, Depth, Reason, Tag
from monitor.chains.bitcoin.journal import sealed
from monitor.model import Address, EndpointState, Height, Token
from tests.chains.conftest import Opener
from tests.support.bitcoin_standins import BitcoindStandIn, Chain, script_of
from tests.support.chains import BITCOIN_ACCOUNTS, BTC, REGTEST, happened
from tests.support.journals import Journals

A, B, C, D = BITCOIN_ACCOUNTS
NAMES = dict(zip("ABCD", BITCOIN_ACCOUNTS, strict=True))
WANTED = {BTC: BITCOIN_ACCOUNTS}
LATEST = Tag("latest")


@pytest.fixture
def reader(bitcoind: BitcoindStandIn, open_reader: Opener) -> ChainReader:
    return open_reader(REGTEST, {"url": bitcoind.url})


async def held(reader: ChainReader, at: Any = LATEST) -> dict[str, int]:
    return dict((await reader.read(WANTED, at)).balances[BTC])


def state(reader: ChainReader) -> EndpointState:
    return reader.endpoints()[0]


def pay(node: BitcoindStandIn, **amounts: int) -> None:
    """Mine a block after which the accounts of these names hold so much."""
    node.chain.mine()
    node.chain.amounts.update({NAMES[name]: amount for name, amount in amounts.items()})


def calls(body: Any, method: str) -> bool:
    """Whether a request is a single call of ``method``."""
    return isinstance(body, dict) and body["method"] == method


async def until(condition: Callable[[], object]) -> None:
    """Let a rescan, which nobody waits for, come to its end."""
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - there is no event
            await asyncio.sleep(0.001)


async def test_blocks_are_followed_without_another_scan(
    bitcoind: BitcoindStandIn, reader: ChainReader, amounts: dict[str, int]
) -> None:
    assert await held(reader) == amounts
    pay(bitcoind, A=500, C=0)
    pay(bitcoind, A=501, D=7)
    bitcoind.chain.mine(3)
    assert await held(reader) == amounts | {A: 501, C: 0, D: 7}
    assert bitcoind.scans == 1
    assert state(reader).method == "follow"


@pytest.mark.parametrize("depth", range(1, 7))
async def test_a_reorganisation_is_undone(
    bitcoind: BitcoindStandIn, reader: ChainReader, amounts: dict[str, int], depth: int
) -> None:
    await held(reader)
    for number in range(1, 7):
        pay(bitcoind, A=number)
        await held(reader)
    tip = (await reader.read({}, LATEST)).block
    bitcoind.chain = bitcoind.chain.fork(depth)
    assert await held(reader) == amounts | {A: 6 - depth or amounts[A]}
    assert [(each.number, each.was, each.depth) for each in state(reader).reorganisations] == [
        (tip.number, tip.hash, depth)
    ]
    for _ in range(depth + 1):
        pay(bitcoind, B=99)
    assert await held(reader) == amounts | {A: 6 - depth or amounts[A], B: 99}
    assert bitcoind.scans == 1
    assert len(state(reader).reorganisations) == 1, "blocks in the place of those that left are no further one"


async def test_a_block_that_cannot_be_undone_any_more_leads_to_a_scan(
    bitcoind: BitcoindStandIn, reader: ChainReader, amounts: dict[str, int]
) -> None:
    pay(bitcoind, A=5)
    assert await held(reader) == amounts | {A: 5}
    bitcoind.chain = bitcoind.chain.fork(1)  # it was scanned at the block that went, so that nobody saw what it did
    pay(bitcoind, B=6)
    assert await held(reader) == amounts | {B: 6}
    assert bitcoind.scans == 2


async def test_another_chain_behind_the_same_address_is_scanned_anew(
    bitcoind: BitcoindStandIn, reader: ChainReader
) -> None:
    await held(reader)
    bitcoind.chain = Chain({A: 11, B: 0, C: 12, D: 13}, salt=5000)
    assert await held(reader) == {A: 11, B: 0, C: 12, D: 13}
    assert bitcoind.scans == 2


async def test_confirmations_are_respected(bitcoind: BitcoindStandIn, open_reader: Opener) -> None:
    reader = open_reader(REGTEST, {"url": bitcoind.url}, block=6)
    bitcoind.chain.amounts.update({A: 1000, D: 0})
    pay(bitcoind, A=0, D=2000)  # within the last six blocks: one account's outputs were spent, another's were made
    bitcoind.chain.mine(5)
    reading = await reader.read(WANTED, Depth(6))
    assert reading.block.number == bitcoind.chain.height - 6
    assert (reading.balances[BTC][A], reading.balances[BTC][D]) == (1000, 0)
    bitcoind.chain.mine()
    later = await reader.read(WANTED, Depth(6))
    assert (later.balances[BTC][A], later.balances[BTC][D]) == (0, 2000)
    assert bitcoind.scans == 1


async def test_new_accounts_are_scanned_for_alone_and_followed_with_the_others(
    bitcoind: BitcoindStandIn, reader: ChainReader, amounts: dict[str, int]
) -> None:
    assert (await reader.read({BTC: [A, B]}, LATEST)).balances == {BTC: {A: amounts[A], B: amounts[B]}}
    pay(bitcoind, A=2, C=3)
    assert await held(reader) == amounts | {A: 2, C: 3}
    scans = [body["params"][1] for body in bitcoind.asked if body["method"] == "scantxoutset"]
    assert set(scans[1]) == {f"raw({script_of(account).hex()})" for account in (C, D)}
    pay(bitcoind, A=4, C=5)
    assert await held(reader) == amounts | {A: 4, C: 5}
    bitcoind.chain = bitcoind.chain.fork(1)
    assert await held(reader) == amounts | {A: 2, C: 3}
    assert bitcoind.scans == 2


async def test_a_reorganisation_below_a_later_scan_forgets_no_account(
    bitcoind: BitcoindStandIn, reader: ChainReader, amounts: dict[str, int]
) -> None:
    await reader.read({BTC: [A, B]}, LATEST)
    pay(bitcoind, A=2, C=3)
    await reader.read({BTC: [A, B]}, LATEST)  # what is remembered of this block does not know C
    await held(reader)
    bitcoind.chain = bitcoind.chain.fork(1)
    assert await held(reader) == amounts


async def test_a_restart_goes_on_where_it_stopped(
    bitcoind: BitcoindStandIn, open_reader: Opener, amounts: dict[str, int]
) -> None:
    journals = Journals()
    first = open_reader(REGTEST, {"url": bitcoind.url}, keeper=journals)
    await first.read({BTC: [A]}, LATEST)
    pay(bitcoind, A=2)
    await held(first)
    pay(bitcoind, B=3)
    await held(first)
    bitcoind.chain = bitcoind.chain.fork(1)
    await held(first)
    await first.close()
    pay(bitcoind, C=4)
    second = open_reader(REGTEST, {"url": bitcoind.url}, keeper=journals)
    assert await held(second) == amounts | {A: 2, C: 4}
    assert bitcoind.scans == 2  # one for A, one for the others, none after the restart
    bitcoind.chain = bitcoind.chain.fork(1)
    assert await held(second) == amounts | {A: 2}


@pytest.mark.parametrize("damage", ["cut", "hole", "rubbish", "version"])
async def test_a_damaged_journal_leads_to_a_scan(
    bitcoind: BitcoindStandIn, open_reader: Opener, amounts: dict[str, int], damage: str
) -> None:
    journals = Journals()
    first = open_reader(REGTEST, {"url": bitcoind.url}, keeper=journals)
    for number in range(3):
        pay(bitcoind, A=number + 5)
        await held(first)
    entries = journals.entries["node-1"]
    match damage:
        case "cut":
            del entries[0]
        case "hole":
            del entries[-2]
        case "rubbish":
            entries[1] = b"rubbish"
        case "version":
            entries[:] = sealed([entries[0][8:-1] + b"\x63", *(entry[8:] for entry in entries[1:])])
    second = open_reader(REGTEST, {"url": bitcoind.url}, keeper=journals)
    assert await held(second) == amounts | {A: 7}
    assert bitcoind.scans == 2


async def test_an_entry_that_could_not_be_written_leads_to_a_scan_and_never_to_the_amounts_of_others(
    bitcoind: BitcoindStandIn, open_reader: Opener, amounts: dict[str, int]
) -> None:
    journals = Journals()
    first = open_reader(REGTEST, {"url": bitcoind.url}, keeper=journals)
    await first.read({BTC: [A]}, LATEST)
    journals.full = True
    await first.read({BTC: [A, B]}, LATEST)
    journals.full = False
    await first.read({BTC: [A, B, C]}, LATEST)
    pay(bitcoind, B=77)
    await first.read({BTC: [A, B, C]}, LATEST)
    await first.close()
    second = open_reader(REGTEST, {"url": bitcoind.url}, keeper=journals)
    assert await held(second) == amounts | {B: 77}


async def test_after_a_long_absence_a_scan_is_quicker(bitcoind: BitcoindStandIn, reader: ChainReader) -> None:
    await held(reader)
    bitcoind.chain.mine(433)
    pay(bitcoind, A=1)
    assert (await held(reader))[A] == 1
    assert bitcoind.scans == 2


# --- what does not fit ---


async def test_a_rescan_confirms_what_was_followed(bitcoind: BitcoindStandIn, open_reader: Opener) -> None:
    reader = open_reader(REGTEST, {"url": bitcoind.url}, rescan="1ms")
    await held(reader)
    assert state(reader).difference is None
    pay(bitcoind, A=5)
    await held(reader)
    await until(lambda: state(reader).difference is not None)
    assert state(reader).difference == ""
    assert bitcoind.scans >= 2
    pay(bitcoind, A=6)
    assert (await held(reader))[A] == 6


async def test_a_rescan_is_of_all_that_was_asked_for_and_not_of_the_last_reading_alone(
    bitcoind: BitcoindStandIn, open_reader: Opener, amounts: dict[str, int]
) -> None:
    reader = open_reader(REGTEST, {"url": bitcoind.url}, rescan="1ms")

    async def next_begun(wanted: Mapping[Token, Collection[Address]]) -> None:
        """Read until the next rescan has begun: the one before has ended, as there is one at a time."""
        before = bitcoind.scans
        while bitcoind.scans == before:
            await reader.read(wanted, LATEST)

    await held(reader)
    bitcoind.scan_ends.clear()
    await next_begun(WANTED)
    await held(reader)
    bitcoind.scan_ends.set()
    await next_begun({BTC: [A]})
    bitcoind.scan_ends.clear()
    await next_begun({BTC: [A]})
    async with asyncio.timeout(10):
        assert await held(reader) == amounts, "without another scan"


async def test_a_rescan_that_finds_something_else_is_told_and_wins(
    bitcoind: BitcoindStandIn, open_reader: Opener, amounts: dict[str, int]
) -> None:
    reader = open_reader(REGTEST, {"url": bitcoind.url}, rescan="1ms")
    bitcoind.twist = lambda answer: (
        answer | {"result": answer["result"] | {"tx": []}} if "previousblockhash" in str(answer) else answer
    )
    await held(reader)
    await until(lambda: state(reader).difference == "")
    bitcoind.scan_ends.clear()
    pay(bitcoind, B=5, C=6)
    assert (await reader.read(WANTED, LATEST)).balances[BTC] == amounts  # the block does not show what it did
    bitcoind.scan_ends.set()
    async with asyncio.timeout(10):
        while not state(reader).difference:  # a reading begins the rescan, once the one before has ended
            await held(reader)
    difference = str(state(reader).difference)
    assert difference.startswith("at block 101: 4 outputs not followed, such as ")
    assert "; 4 outputs followed, but not there, such as " in difference
    assert await held(reader) == amounts | {B: 5, C: 6}


async def test_a_block_that_spends_what_is_not_followed_leads_to_a_scan_and_is_told(
    bitcoind: BitcoindStandIn, reader: ChainReader, amounts: dict[str, int]
) -> None:
    await held(reader)
    pay(bitcoind, B=5)
    hidden = bitcoind.chain.hash_at(101)
    bitcoind.twist = lambda answer: (
        answer | {"result": answer["result"] | {"tx": []}}
        if isinstance(answer.get("result"), dict)
        and answer["result"].get("hash") == hidden
        and "tx" in answer["result"]
        else answer
    )
    await held(reader)
    pay(bitcoind, B=6)
    assert await held(reader) == amounts | {B: 6}
    assert "is spent" in str(state(reader).difference)
    assert bitcoind.scans == 2


async def test_a_node_that_does_not_tell_what_is_spent_is_followed_all_the_same(
    bitcoind: BitcoindStandIn, reader: ChainReader, amounts: dict[str, int]
) -> None:
    bitcoind.tells_prevouts = False
    await held(reader)
    pay(bitcoind, A=5, B=6)
    pay(bitcoind, A=7, B=0)
    assert await held(reader) == amounts | {A: 7, B: 0}
    bitcoind.chain = bitcoind.chain.fork(1)
    assert await held(reader) == amounts | {A: 5, B: 6}
    assert bitcoind.scans == 1
    with pytest.raises(ChainError, match="Bitcoin Core 23") as failure:
        await held(reader, AtHeight(Height(50)))
    assert failure.value.reason is Reason.PRUNED


async def test_confirmations_need_a_node_that_tells_what_was_spent(
    bitcoind: BitcoindStandIn, open_reader: Opener
) -> None:
    bitcoind.tells_prevouts = False
    pay(bitcoind, A=5)
    with pytest.raises(ChainError, match=r"right after a scan: block 101 cannot be undone.*Core 23") as failure:
        await held(open_reader(REGTEST, {"url": bitcoind.url}, block=6), Depth(6))
    assert failure.value.reason is Reason.PRUNED


# --- trouble on the way ---


async def test_a_rescan_that_is_under_way_ends_with_the_reader(bitcoind: BitcoindStandIn, open_reader: Opener) -> None:
    reader = open_reader(REGTEST, {"url": bitcoind.url}, rescan="1ms")
    await held(reader)
    await until(lambda: state(reader).difference == "")
    bitcoind.scan_ends.clear()
    bitcoind.scanning.clear()
    await held(reader)
    await bitcoind.scanning.wait()
    assert (await held(reader)) == dict(bitcoind.chain.amounts), "readings go on beside it"
    await reader.close()
    assert bitcoind.asked[-1]["params"] == ["abort"]


async def test_a_rescan_that_fails_leaves_what_is_followed(
    bitcoind: BitcoindStandIn, open_reader: Opener, amounts: dict[str, int]
) -> None:
    reader = open_reader(REGTEST, {"url": bitcoind.url}, rescan="1ms")
    await held(reader)
    await until(lambda: state(reader).difference == "")
    bitcoind.twist = lambda answer: (
        answer | {"result": answer["result"] | {"success": False}} if "unspents" in str(answer) else answer
    )
    pay(bitcoind, A=5)
    await held(reader)
    await until(lambda: happened(state(reader)).get("busy"))
    assert await held(reader) == amounts | {A: 5}
    assert state(reader).up
    assert not state(reader).difference


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (lambda _: web.Response(status=503, text="Work queue depth exceeded"), "busy"),
        (
            lambda body: web.json_response(
                {"id": body["id"], "error": {"code": -28, "message": "Loading block index…"}}, status=500
            ),
            "warming_up",
        ),
        (lambda body: web.json_response({"id": body["id"], "result": {"hash": 5}}), "malformed"),
        (lambda body: web.json_response({"id": body["id"], "result": None}), "malformed"),
        (lambda _: web.Response(text="<html>"), "not_json"),
    ],
)
async def test_a_block_that_is_not_told_is_no_reading_and_it_goes_on_from_there(
    bitcoind: BitcoindStandIn, reader: ChainReader, amounts: dict[str, int], answer: Any, reason: str
) -> None:
    await held(reader)
    for number in range(1, 6):
        pay(bitcoind, A=number)
    refused = bitcoind.chain.hash_at(103)

    async def mischief(body: Any) -> web.Response | None:
        return answer(body) if calls(body, "getblock") and refused in body["params"] else None

    bitcoind.mischief = mischief
    with pytest.raises(ChainError) as failure:
        await held(reader)
    assert failure.value.reason == reason
    bitcoind.mischief = None
    asked = len(bitcoind.asked)
    assert await held(reader) == amounts | {A: 5}
    assert bitcoind.scans == 1
    read = [body["params"][0] for body in bitcoind.asked[asked:] if calls(body, "getblock")]
    assert read == [bitcoind.chain.hash_at(height) for height in (103, 104, 105)]


async def test_a_reorganisation_on_the_way_is_noticed(
    bitcoind: BitcoindStandIn, reader: ChainReader, amounts: dict[str, int]
) -> None:
    await held(reader)
    for number in range(1, 6):
        pay(bitcoind, A=number)

    async def reorganise(body: Any) -> None:
        if calls(body, "getblock"):
            bitcoind.mischief = None
            bitcoind.chain = bitcoind.chain.fork(3)
            for _ in range(4):
                pay(bitcoind, B=9)

    bitcoind.mischief = reorganise
    assert await held(reader) == amounts | {A: 2, B: 9}


async def test_a_scan_that_someone_else_aborts_is_tried_again_at_the_next_reading(
    bitcoind: BitcoindStandIn, reader: ChainReader, amounts: dict[str, int]
) -> None:
    bitcoind.twist = lambda answer: (
        answer | {"result": answer["result"] | {"success": False}} if "unspents" in str(answer) else answer
    )
    with pytest.raises(ChainError, match="aborted by someone else") as failure:
        await held(reader)
    assert failure.value.reason is Reason.BUSY
    bitcoind.twist = lambda answer: answer
    assert await held(reader) == amounts


# --- what is shown ---


async def test_every_balance_can_be_traced_to_its_outputs(
    bitcoind: BitcoindStandIn, reader: ChainReader, amounts: dict[str, int]
) -> None:
    before = await reader.read(WANTED, LATEST)
    pay(bitcoind, A=5)
    after = await reader.read(WANTED, LATEST)
    for reading, expected in ((before, amounts), (after, amounts | {A: 5})):
        assert reading.outputs
        assert reading.block.hash == bitcoind.chain.hash_at(reading.block.number)
        for account, amount in expected.items():
            traced = reading.outputs.of(account)
            assert sum(output.amount for output in traced) == amount, "also of a block that is not the newest any more"
            assert [(each.txid, each.index, each.amount, each.height) for each in traced] == [
                (each["txid"], each["vout"], each["amount"].satoshi, each["height"])
                for each in bitcoind.chain.outputs(account, reading.block.number)
            ]


async def test_what_was_read_without_a_change_since_is_one_and_the_same(
    bitcoind: BitcoindStandIn, reader: ChainReader, amounts: dict[str, int]
) -> None:
    first = await reader.read(WANTED, LATEST)
    bitcoind.chain.mine()
    second = await reader.read(WANTED, LATEST)
    assert first.outputs
    assert second.outputs
    assert first.block != second.block
    assert {each: first.outputs.of(each) for each in amounts} == {each: second.outputs.of(each) for each in amounts}
