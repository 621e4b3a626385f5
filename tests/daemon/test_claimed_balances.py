"""Reading what a list claims, a part at a time: what was read is not read again, unless it is another block now."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

import pytest

from monitor.chains import AtHeight, BlockChoice, ChainError, Reason
from monitor.daemon.claimed_balances import ClaimedNetwork, Gathered, Memory, read_claimed
from monitor.judgement import compare, questions
from monitor.model import Address, BaseUnits, Caip2, Claim, Height, Reading, Token
from monitor.store import Source, Store
from tests.support.judgement import BTC, ETH, NOW, USDT, claim
from tests.support.readers import Reader

AT = Height(100)
PLACE = ("ethereum", AT)
LIST = "a" * 64


class PastReader(Reader):
    """Fails after so many readings, and becomes another chain after so many."""

    def __init__(self) -> None:
        super().__init__()
        self.fails_after = 10**9
        self.forks_after = 10**9

    async def read(self, wanted: Mapping[Token, Collection[Address]], at: BlockChoice) -> Reading:
        if len(self.asked) >= self.fails_after:
            raise ChainError(Reason.REFUSED, "the network is down")
        reading = await super().read(wanted, at)
        if len(self.asked) <= self.forks_after:
            return reading
        balances = {token: dict.fromkeys(accounts, BaseUnits(7)) for token, accounts in wanted.items()}
        return replace(reading, block=replace(reading.block, hash="0xfork"), balances=balances)

    @property
    def sizes(self) -> list[int]:
        """Balances in each reading."""
        return [sum(map(len, wanted.values())) for wanted in self.asked]


@pytest.fixture
def reader() -> PastReader:
    return PastReader()


def rows(count: int, token: Token = ETH, height: int = AT) -> list[Claim]:
    """Each account holds its own number of base units, which is what is claimed."""
    return [
        claim(f"0x{number:x}", amount=token.whole(BaseUnits(number)), height=height, token=token)
        for number in range(1, count + 1)
    ]


async def read(
    reader: Reader,
    store: Store,
    claims: Sequence[Claim],
    *,
    part: int | None = 4,
    sha256: str = LIST,
    trust: str = "quorum 1",
    shown: list[tuple[str, int, int]] | None = None,
) -> Gathered:
    networks = {"ethereum": ClaimedNetwork(reader, Caip2("eip155:1"), trust, part)}
    memory = Memory(store, sha256, lambda: NOW)

    def progress(network: str, done: int, total: int) -> None:
        if shown is not None:
            shown.append((network, done, total))

    return await read_claimed(questions(claims), networks, memory, progress, stakes={})


def matches(claims: Sequence[Claim], gathered: Gathered) -> list[bool | None]:
    return [compare(each, gathered).match for each in claims]


async def test_a_large_height_is_read_in_parts_whose_end_is_told(reader: PastReader, store: Store) -> None:
    claims = rows(10)
    shown: list[tuple[str, int, int]] = []
    gathered = await read(reader, store, claims, shown=shown)
    assert matches(claims, gathered) == [True] * 10
    assert reader.sizes == [4, 4, 2]
    assert set(reader.choices) == {AtHeight(Height(AT))}
    assert [done for _, done, _ in shown] == sorted(done for _, done, _ in shown)
    assert {4, 8, 10} <= {done for _, done, _ in shown}
    assert {(name, total) for name, _, total in shown} == {("ethereum", 10)}
    assert gathered.settled
    assert not gathered.remembered


async def test_what_costs_the_same_for_one_as_for_all_is_read_at_once(reader: PastReader, store: Store) -> None:
    await read(reader, store, rows(10), part=None)
    assert reader.sizes == [10]


async def test_a_reading_that_was_cut_goes_on_where_it_was_cut(reader: PastReader, store: Store) -> None:
    claims = rows(10)
    reader.fails_after = 2
    gathered = await read(reader, store, claims)
    assert matches(claims, gathered).count(True) == 8, "what was read is judged"
    assert matches(claims, gathered).count(None) == 2
    assert not gathered.settled
    again = PastReader()
    gathered = await read(again, store, claims)
    assert matches(claims, gathered) == [True] * 10
    assert again.sizes == [0, 2], "a look at the block, and the rest"
    assert gathered.remembered == {PLACE: NOW}
    assert gathered.settled


async def test_what_was_read_is_not_believed_without_a_look_at_the_block(reader: PastReader, store: Store) -> None:
    claims = rows(10)
    await read(reader, store, claims)
    reader.fails_after = 0
    gathered = await read(reader, store, claims)
    assert matches(claims, gathered) == [None] * 10
    assert not gathered.settled
    reader.fails_after = 10**9
    assert matches(claims, await read(reader, store, claims)) == [True] * 10
    assert reader.sizes[3:] == [0]


async def test_a_height_that_is_another_block_now_is_read_again_as_a_whole(reader: PastReader, store: Store) -> None:
    claims = rows(10)
    await read(reader, store, claims)
    reader.forks_after = 0
    gathered = await read(reader, store, claims)
    assert set(gathered.found[PLACE][ETH].values()) == {7}
    assert reader.sizes[3:] == [0, 4, 4, 2]
    assert not gathered.remembered
    await read(reader, store, claims)
    assert reader.sizes[7:] == [0], "the other block is what is remembered now"


async def test_a_reorganisation_between_two_parts_leaves_none_of_the_old_block(
    reader: PastReader, store: Store
) -> None:
    reader.forks_after = 2
    gathered = await read(reader, store, rows(10))
    assert gathered.found[PLACE][ETH] == dict.fromkeys((f"0x{number:x}" for number in range(1, 11)), 7)
    assert reader.sizes == [4, 4, 2, 4, 4, 2]


async def test_a_chain_that_never_settles_is_given_up(store: Store) -> None:
    class Restless(PastReader):
        async def read(self, wanted: Mapping[Token, Collection[Address]], at: BlockChoice) -> Reading:
            self.height += 1
            return await super().read(wanted, at)

    claims = rows(10)
    gathered = await read(Restless(), store, claims)
    assert matches(claims, gathered) == [None] * 10
    assert not gathered.settled


async def test_only_the_same_list_and_the_same_trust_are_resumed(reader: PastReader, store: Store) -> None:
    claims = rows(10)
    await read(reader, store, claims)
    assert reader.sizes == [4, 4, 2]
    await read(reader, store, claims, sha256="b" * 64)
    assert reader.sizes[3:] == [4, 4, 2]
    await read(reader, store, claims, trust="quorum 2")
    assert reader.sizes[6:] == [4, 4, 2]


async def test_the_parts_of_several_tokens_and_heights_are_told_apart(reader: PastReader, store: Store) -> None:
    claims = [*rows(3), *rows(3, USDT), *rows(2, ETH, AT + 1)]
    gathered = await read(reader, store, claims)
    assert reader.sizes == [4, 2, 2]
    assert matches(claims, gathered) == [True] * 8


async def test_a_token_that_is_not_told_is_asked_for_once_and_named(reader: PastReader, store: Store) -> None:
    reader.refused = {USDT: "balanceOf reverts"}
    claims = [*rows(10, USDT), *rows(1)]
    gathered = await read(reader, store, claims)
    assert reader.sizes == [4, 1]
    assert matches(claims, gathered) == [None] * 10 + [True]
    assert "USDT is not told: balanceOf reverts" in compare(claims[0], gathered).reason
    assert gathered.settled, "the chain has spoken"


async def test_only_what_no_endpoint_will_ever_tell_is_settled(store: Store) -> None:
    pruned = ChainError(Reason.PRUNED, "node-1: it keeps 128 blocks")
    down = ChainError(Reason.REFUSED, "node-2: no connection")
    for causes, settled in (((pruned,), True), ((down, pruned), False)):
        reader = Reader()
        reader.error = ChainError(Reason.PRUNED, "ethereum: no endpoint could read it", causes=causes)
        gathered = await read(reader, store, rows(1))
        assert gathered.settled is settled
        assert "no endpoint could read it" in compare(rows(1)[0], gathered).reason


async def test_a_network_without_endpoints_is_told_as_such(reader: PastReader, store: Store) -> None:
    claims = [claim("A", amount=Decimal(1), height=AT, token=BTC), *rows(1)]
    gathered = await read(reader, store, claims)
    assert matches(claims, gathered) == [None, True]
    assert "no endpoint is configured" in compare(claims[0], gathered).reason
    assert gathered.settled


class Busy(Reader):
    """Answers no reading before it may, and tells how many have begun."""

    def __init__(self) -> None:
        super().__init__()
        self.may = asyncio.Event()
        self.begun = asyncio.Semaphore(0)

    async def read(self, wanted: Mapping[Token, Collection[Address]], at: BlockChoice) -> Reading:
        self.begun.release()
        await self.may.wait()
        return await super().read(wanted, at)


@pytest.mark.parametrize(("at_once", "most"), [(1, 1), (2, 2), (None, 4)])
async def test_as_many_networks_as_wanted_are_read_at_once_and_all_in_the_end(
    store: Store, at_once: int | None, most: int
) -> None:
    reader = Busy()
    networks = {
        f"n{number}": ClaimedNetwork(reader, Caip2(f"eip155:{number}"), "quorum 1", None) for number in range(4)
    }
    claims = [row for name in networks for row in rows(1, Token("ETH", name, None, 18))]
    memory = Memory(store, LIST, lambda: NOW)
    reading = asyncio.create_task(read_claimed(questions(claims), networks, memory, stakes={}, at_once=at_once))
    for _ in range(most):
        await reader.begun.acquire()
    for _ in networks:  # whoever may begin looks into the history first, and would be through with that by now
        await store.claim_readings(Source(LIST, Caip2("eip155:1"), "quorum 1"), AT)
    assert reader.begun.locked()
    reader.may.set()
    assert matches(claims, await reading) == [True] * 4
