"""Accounts read one by one over many blocks are brought to one block: what they hold there, or nothing is told."""

import asyncio
import random
from collections.abc import Callable, Collection
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.chains import ChainError, Reason
from monitor.chains.bitcoin import anchored_chain as chain
from monitor.chains.bitcoin import anchoring as engine
from monitor.chains.bitcoin.anchored import Anchored, Answer, Step
from monitor.chains.bitcoin.anchored_chain import Moved
from monitor.chains.bitcoin.anchored_journal import AnchoredJournal
from monitor.chains.bitcoin.anchoring import Anchoring
from monitor.chains.bitcoin.journal import sealed
from monitor.chains.journals import Following
from monitor.chains.link import Link, until
from monitor.model import Address, Block, Height
from monitor.settings import EndpointSettings
from tests.support.journals import Journals
from tests.support.virtual_time import run

ACCOUNTS = [f"account-{number}" for number in range(30)]
HIDDEN = ACCOUNTS[-1]
"""What is spent from it does not show in blocks."""


class Model:
    """A chain whose blocks move coins at random, and an explorer of several machines, some of them late.

    A block may come before any answer. Machines that tell the tip are one event behind at most, those that tell
    accounts ``late``.
    """

    def __init__(
        self, seed: int, *, late: int = 5, busy: float = 0.05, comes: float = 0.02, forks: float = 0.2
    ) -> None:
        self.random = random.Random(seed)
        self.asked = 0
        """Accounts that were asked for."""
        self.moves = 0
        """Blocks that were asked for."""
        self.known: dict[str, Block] = {}
        self.parents: dict[str, str] = {}
        self.effects: dict[str, dict[Address, int]] = {}
        self.held: dict[str, dict[Address, int]] = {}
        self.still = False
        self.told: set[str] = set()
        """Blocks that were told as the tip."""
        self.refuses: Callable[[Address], ChainError | None] = lambda _: None
        self._late, self.busy, self._comes, self._forks = late, busy, comes, forks
        self._tips = [self._block(None, {each: self.random.randrange(1000, 2000) for each in ACCOUNTS})]
        for _ in range(8):
            self.mine()

    def _block(self, parent: Block | None, amounts: dict[Address, int]) -> Block:
        number = parent.number + 1 if parent else 0
        block = Block(Height(number), f"{len(self.known)}".rjust(64, "0"), datetime.fromtimestamp(number, UTC))
        before = self.held[parent.hash] if parent else {}
        self.known[block.hash] = block
        self.parents[block.hash] = parent.hash if parent else "00" * 32
        self.effects[block.hash] = amounts
        self.held[block.hash] = {each: before.get(each, 0) + amounts.get(each, 0) for each in ACCOUNTS}
        return block

    @property
    def newest(self) -> Block:
        return self._tips[-1]

    def mine(self, onto: Block | None = None) -> None:
        """A block in which some accounts pay others, itself, or nobody."""
        parent = onto or self.newest
        amounts: dict[Address, int] = {}
        for account in ACCOUNTS:
            if self.random.random() < self.busy:
                other, amount = self.random.choice(ACCOUNTS), self.random.randrange(3)
                amounts[account] = amounts.get(account, 0) - amount
                amounts[other] = amounts.get(other, 0) + amount
        self._tips.append(self._block(parent, amounts))

    def reorganise(self, depth: int) -> None:
        """Other blocks, one more, in the place of the last ones. All machines learn of it at once.

        Where nobody could know of the last one (docs/decisions/anchored-readings.md: what the rule does not see), it
        stays, and another comes.
        """
        if self.newest.hash not in self.told:
            self.mine()
            return
        self.replace(depth)

    def replace(self, depth: int) -> None:
        block = self.newest
        for _ in range(min(depth, block.number)):
            block = self.known[self.parents[block.hash]]
        for _ in range(depth + 1):
            self.mine(block)
            block = self.newest
        self._tips = [block]

    def _event(self) -> None:
        if self.still or self.random.random() >= self._comes:
            return
        if self.random.random() < self._forks:
            self.reorganise(self.random.randrange(1, 4))
        else:
            self.mine()

    def _seen(self, late: int) -> Block:
        """The tip of some machine."""
        self._event()
        return self._tips[-1 - self.random.randrange(min(late + 1, len(self._tips)))]

    # --- what is asked ---

    async def tip_hash(self) -> str:
        return (await self.tip()).hash

    async def hash_at(self, height: int) -> str | None:
        await asyncio.sleep(0.2)
        block = self.newest
        while block.number > height:
            block = self.known[self.parents[block.hash]]
        return block.hash if block.number == height else None

    async def tip(self) -> Block:
        await asyncio.sleep(0.2)
        tip = self._seen(1)
        self.told.add(tip.hash)
        return tip

    async def block_at(self, height: int) -> Block:
        return self.known[await self.hash_at(height) or ""]

    async def moved(self, block_hash: str, watched: Collection[Address]) -> Moved:
        await asyncio.sleep(0.2)
        self.moves += 1
        amounts = {each: amount for each, amount in self.effects[block_hash].items() if each in watched}
        return Moved(self.parents[block_hash], self.known[block_hash].timestamp, amounts)

    async def amounts(self, accounts: Collection[Address]) -> dict[Address, int]:
        found = {}
        for account in accounts:
            await asyncio.sleep(0.2)
            self.asked += 1
            if error := self.refuses(account):
                raise error
            found[account] = self.held[self._seen(self._late).hash][account]
        return found

    def shows(self, account: Address) -> bool:
        return account != HIDDEN


def anchoring(model: Model, journals: Journals) -> Anchoring:
    link = Link(EndpointSettings(name="explorer", url="http://explorer", rate=5))
    found = Anchoring(model, "bitcoin", link, 1)
    found.configure(Following(journals))
    return found


async def known(reader: Anchoring, model: Model, accounts: Collection[Address] = ACCOUNTS) -> Block:
    """A reading that goes on until it is told what most accounts hold, at a block at which that must be true."""
    for _ in range(1000):
        try:
            others = await reader.ready(accounts)
            at = model.newest
            sums = await reader.sums([each for each in accounts if each not in others], at)
        except ChainError as error:
            if error.reason not in (Reason.UNDER_WAY, Reason.TIP_MOVED):
                raise
            continue
        assert sums == {each: model.held[at.hash][each] for each in sums}
        assert not model.still or others <= {HIDDEN}
        return at
    raise AssertionError("it never came to an end")


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock of the tests does not wait for threads."""

    async def inline(work: Callable[..., Any], *arguments: Any) -> Any:
        return work(*arguments)

    monkeypatch.setattr(asyncio, "to_thread", inline)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 2**32))
def test_what_is_told_is_what_is_held_at_that_block(seed: int) -> None:
    model, journals = Model(seed), Journals()
    chance = model.random

    async def scenario() -> None:
        reader = anchoring(model, journals)
        accounts = set(chance.sample(ACCOUNTS, 20))
        for _ in range(12):
            match chance.randrange(4):
                case 0:  # a restart, in the middle of what it reads
                    await reader.close()
                    reader = anchoring(model, journals)
                case 1:
                    accounts |= set(chance.sample(ACCOUNTS, 3))
                case 2:
                    model.reorganise(chance.randrange(1, 6))
            try:
                async with until(asyncio.get_running_loop().time() + chance.choice([1, 5, 60])):
                    await known(reader, model, sorted(accounts))
            except TimeoutError:
                pass
        model.still, model.busy = True, 0
        for _ in range(10):
            model.mine()
            await reader.keep_up()
            await asyncio.sleep(60)
        await known(reader, model, sorted(accounts))
        await reader.close()
        assert reader.difference is None

    run(scenario())


# --- the rule ---


def _state(highest: int, touched: int) -> Anchored:
    """Blocks from 101 on, one of which has to do with the account."""
    state = Anchored(_block(100), {ACCOUNTS[0], ACCOUNTS[1]})
    for number in range(101, highest + 1):
        account = ACCOUNTS[number != touched]
        state.do(Step(_block(number - 1), _block(number), {account: 0}))
    return state


def _block(number: int, branch: str = "a") -> Block:
    return Block(Height(number), branch * 60 + f"{number:04}", datetime.fromtimestamp(number, UTC))


def _settle(state: Anchored, first: Block, last: Block) -> bool | None:
    """Whether an answer between these two blocks counts; None: not yet."""
    sums, useless = state.settle({ACCOUNTS[0]: Answer(7, first, last)})
    return True if sums == {ACCOUNTS[0]: 7} else False if useless == {ACCOUNTS[0]} else None


@pytest.mark.parametrize("touched", range(101, 112))
def test_an_answer_counts_if_no_block_around_it_has_to_do_with_the_account(touched: int) -> None:
    first, last = _block(108), _block(110)
    assert _settle(_state(111, touched), first, last) is (touched <= 102)


def test_an_answer_waits_for_the_block_after_it_and_for_nothing_longer() -> None:
    assert _settle(_state(110, 0), _block(108), _block(110)) is None
    assert _settle(_state(109, 0), _block(108), _block(110)) is None, "its block is not there yet, or not any more"
    assert _settle(_state(111, 0), _block(108), _block(110)) is True


def test_an_answer_of_another_branch_or_of_blocks_that_nobody_remembers_never_counts() -> None:
    state = _state(111, 0)
    assert _settle(state, _block(108, "b"), _block(110)) is False
    assert _settle(state, _block(108), _block(110, "b")) is False
    assert _settle(state, _block(105), _block(106)) is False, "block 100 is not known to have left it alone"


def test_an_account_of_a_block_that_left_the_chain_is_not_read_before_it_has_rested() -> None:
    state = _state(110, 110)
    state.undo()
    for number in range(110, 117):
        state.do(Step(state.block, _block(number, "b"), {}))
        quiet = ACCOUNTS[0] in state.quiet([ACCOUNTS[0]])
        assert quiet is (number == 116), "a server may have that block still"


def test_a_sum_that_would_be_less_than_nothing_is_not_known_any_more() -> None:
    state = _state(102, 0)
    state.sums |= {ACCOUNTS[0]: 5, ACCOUNTS[1]: 5}
    wrong = state.do(Step(state.block, _block(103), {ACCOUNTS[0]: -6, ACCOUNTS[1]: -5}))
    assert (wrong, state.sums) == ([ACCOUNTS[0]], {ACCOUNTS[1]: 0})
    assert state.at(_block(102), [ACCOUNTS[1]]) == {ACCOUNTS[1]: 5}
    assert state.at(_block(102, "b"), [ACCOUNTS[1]]) is None


def test_an_answer_from_a_block_that_came_and_was_replaced_between_two_looks_never_counts() -> None:
    """One machine, whose tip moves on by two blocks meanwhile: less cannot replace one."""
    model = _Racing(3, late=0, busy=0, comes=0)
    true = model.held[model.newest.hash][ACCOUNTS[0]]

    async def scenario() -> None:
        reader = anchoring(model, Journals())
        for _ in range(4):
            with suppress(ChainError):
                await reader.ready(ACCOUNTS[:1])
            model.mine()
        assert await reader.ready(ACCOUNTS[:1]) == set()
        assert model.stale not in (None, true)
        assert await reader.sums(ACCOUNTS[:1], model.newest) == {ACCOUNTS[0]: true}
        await reader.close()

    run(scenario())


class _Racing(Model):
    """Its first answer is from a block that is replaced before the next look."""

    stale: int | None = None

    async def amounts(self, accounts: Collection[Address]) -> dict[Address, int]:
        if self.stale is not None:
            return await super().amounts(accounts)
        block = self._block(self.newest, {ACCOUNTS[0]: -1, ACCOUNTS[1]: 1})
        self._tips.append(block)
        found = await super().amounts(accounts)
        self.stale = found[ACCOUNTS[0]]
        self.replace(1)
        return found


# --- accounts that the explorer does not tell ---

REFUSED = ACCOUNTS[3]


def refusing(*accounts: Address) -> Callable[[Address], ChainError | None]:
    return lambda each: ChainError(Reason.HTTP_STATUS, "explorer: HTTP 400") if each in accounts else None


async def rested(reader: Anchoring, model: Model) -> ChainError:
    """Read until nothing is left but what fails; gives back how."""
    for _ in range(30):
        try:
            assert await reader.ready(ACCOUNTS) == {HIDDEN}
        except ChainError as error:
            if error.reason is not Reason.UNDER_WAY:
                return error
        model.mine()
    raise AssertionError("nothing fails")


async def until_read(reader: Anchoring, model: Model, accounts: Collection[Address]) -> None:
    """See that all are read once some blocks have come: answers wait for one, and machines are one behind."""
    for _ in range(10):
        model.mine()
        if not await reader.ready(accounts):
            return
    raise AssertionError("some are never read")


def test_an_account_that_the_explorer_never_tells_is_named_and_all_others_are_read_once() -> None:
    model, journals = Model(5, late=0, comes=0), Journals()
    model.busy = 0
    for _ in range(8):
        model.mine()
    model.refuses = refusing(REFUSED)

    async def scenario() -> None:
        reader = anchoring(model, journals)
        error = await rested(reader, model)
        assert error.reason is Reason.HTTP_STATUS
        assert str(error) == f"http_status: explorer: HTTP 400; account {REFUSED} cannot be read"
        others = [each for each in ACCOUNTS if each not in (REFUSED, HIDDEN)]
        await until_read(reader, model, others)
        await reader.close()
        again, asked = anchoring(model, journals), model.asked
        assert str(await rested(again, model)) == str(error)
        assert model.asked - asked <= 10, "what was read is kept, and that account alone is asked for"
        model.refuses = refusing()
        await known(again, model)
        await again.close()

    run(scenario())


def test_several_are_told_of_and_an_explorer_that_tells_nothing_for_a_while_loses_nothing() -> None:
    model = Model(6, late=0, comes=0)
    model.busy = 0
    for _ in range(8):
        model.mine()

    async def scenario() -> None:
        reader = anchoring(model, Journals())
        model.refuses = refusing(*ACCOUNTS)
        assert "cannot be read" in str(await rested(reader, model))
        model.refuses = refusing(*ACCOUNTS[:3])
        while not str(await rested(reader, model)).endswith("cannot be read, nor could 2 others be"):
            pass
        await until_read(reader, model, ACCOUNTS[3:-1])
        model.refuses = refusing()
        await known(reader, model)
        await reader.close()

    run(scenario())


# --- restarts and progress ---


def test_after_a_long_absence_all_are_read_anew_and_it_is_said_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chain, "_MOST_BLOCKS", 20)
    model = Model(7, late=0, comes=0)

    async def scenario() -> None:
        reader = anchoring(model, Journals())
        at = await known(reader, model)
        monkeypatch.setattr(engine, "LONGEST", 1.0)
        for _ in range(22):
            model.mine()
        with pytest.raises(ChainError, match=f"read anew, since block {at.number + 22} is too far from {at.number}"):
            await reader.ready(ACCOUNTS)
        await reader.close()

    run(scenario())


@pytest.mark.parametrize("rewritten", [False, True])
def test_a_block_that_left_the_chain_is_remembered_over_a_restart(rewritten: bool) -> None:
    journals = Journals()

    async def scenario() -> None:
        journal = AnchoredJournal("bitcoin", "explorer")
        journal.keeper = journals
        state = _state(110, 110)
        await journal.begin(Anchored(_block(100), state.watched))
        for step in state.steps:
            await journal.step(state, step)
        state.undo()
        await journal.back(state)
        if rewritten:
            await journal.begin(state)
        again = AnchoredJournal("bitcoin", "explorer")
        again.keeper = journals
        kept = await again.restore()
        assert kept is not None
        assert (kept.undone, kept.block) == (state.undone, state.block)
        assert ACCOUNTS[0] in kept.undone
        assert list(kept.quiet(ACCOUNTS[:1])) == []

    asyncio.run(scenario())


def test_a_restart_reads_what_was_not_kept_alone_and_shows_how_far_it_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(engine, "_PART", 6)
    model, journals = Model(1, comes=0), Journals()
    model.busy = 0
    for _ in range(8):
        model.mine()
    accounts = [each for each in ACCOUNTS if each != HIDDEN]

    async def scenario() -> None:
        reader = anchoring(model, journals)
        async with until(asyncio.get_running_loop().time() + 10):
            with pytest.raises(ChainError, match="0 of 29 accounts have been read") as failure:
                await reader.ready(accounts)
        assert failure.value.reason is Reason.UNDER_WAY
        while model.asked < 18:  # noqa: ASYNC110 - there is no event
            await asyncio.sleep(0.1)
        model.mine()
        await asyncio.sleep(1)  # of the next part, which is lost
        assert reader.work is not None
        assert reader.work.share == pytest.approx(18 / 29)
        await reader.close()
        again = anchoring(model, journals)
        asked = model.asked
        with pytest.raises(ChainError, match="12 of 29 accounts have been read, and 17 more count as soon as"):
            await again.ready(accounts)
        for _ in range(2):  # one of the machines may not have seen the last
            model.mine()
        assert await again.ready(accounts) == set()
        assert 17 <= model.asked - asked < len(accounts), "not what had been read before the last block"
        assert again.work is None
        await again.close()

    monkeypatch.setattr(engine, "LONGEST", 1.0)
    run(scenario())


@pytest.mark.parametrize("damage", ["cut", "hole", "rubbish", "another's"])
def test_a_damaged_journal_is_read_anew_and_never_taken_for_sums(damage: str) -> None:
    model, journals = Model(2, comes=0), Journals()

    async def scenario() -> None:
        reader = anchoring(model, journals)
        for _ in range(12):
            model.mine()
            await known(reader, model)
        await reader.close()
        entries = journals.entries["explorer"]
        match damage:
            case "cut":
                del entries[0]
            case "hole":
                del entries[-3]
            case "rubbish":
                entries[2] = b"rubbish"
            case _:
                entries[:] = sealed([b"\x93\xa7scanned\x01\xc0"])
        again = anchoring(model, journals)
        asked = model.asked
        await known(again, model)
        assert model.asked > asked
        await again.close()

    run(scenario())


def test_blocks_that_left_an_explorers_chain_are_noted_and_a_tip_that_lags_is_none() -> None:
    model = Model(7, late=0, busy=0, comes=0)
    link = Link(EndpointSettings(name="explorer", url="http://explorer", rate=5))
    reader = Anchoring(model, "bitcoin", link, 1)
    reader.configure(Following(Journals()))

    async def scenario() -> None:
        await known(reader, model)
        for _ in range(4):
            model.mine()
        before = await known(reader, model)
        parent = model.known[model.parents[before.hash]]
        tips, model._tips = model._tips, [parent]
        await reader.keep_up()
        assert list(link.blocks.seen) == [], "a machine behind it that has one block less"
        model._tips = tips
        await known(reader, model)
        model.replace(3)
        await known(reader, model)
        (seen,) = link.blocks.seen
        assert (seen.number, seen.was, seen.depth) == (before.number, before.hash, 3)
        await reader.close()

    run(scenario())
