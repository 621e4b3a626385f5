"""What a reader on another machine tells is what it read, and what cannot be that is refused."""

import zlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, timedelta
from typing import Any, cast

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.chains import AtHeight, AtSlot, BlockChoice, ChainError, Depth, Reason, Tag
from monitor.daemon import reading_forms as forms
from monitor.daemon.reader_service import answered
from monitor.daemon.shared_reader import SharedReader
from monitor.formats import SECRETS
from monitor.model import (
    BaseUnits,
    Block,
    EndpointState,
    FeedAnswer,
    FeedReading,
    Height,
    OwnerAnswer,
    OwnerOutcome,
    OwnerQuestion,
    Rate,
    Reading,
    SentReading,
    Work,
    frozen,
)
from monitor.settings import NetworkSettings
from monitor.store import NoReaderError, ReadingJob, ReadingJobs, StoreError
from tests.support.chains import ETH, ETHEREUM, USDT, account
from tests.support.positions import CUSDT
from tests.support.readers import START, Reader

SETTINGS = NetworkSettings.model_validate({"endpoints": [{"url": "http://node.example"}], "read_by": "east"})
WANTED = {ETH: [account(1), account(2)], USDT: [account(2)]}
STATE = EndpointState(
    "ethereum", "node-1", "evm", True, 7, {"timeout": 1}, 2, last_success_at=START, work=Work("x", 0.5)
)
QUESTION = OwnerQuestion("ethereum", account(1), (account(2),), b"d" * 32, (b"\xff" * 65,), (b"k",), accuses=False)

amounts = st.integers(0, 2**256 - 1).map(BaseUnits)
accounts = st.lists(st.integers(1, 50).map(account), unique=True, max_size=5)
blocks = st.builds(
    Block,
    st.integers(0, 2**53).map(Height),
    st.text("0123456789abcdef", max_size=64),
    st.datetimes(timezones=st.just(UTC)),
)


@st.composite
def readings(draw: st.DrawFn) -> tuple[forms.Accounts, Reading]:
    wanted = [(token, draw(accounts)) for token in draw(st.lists(st.sampled_from([ETH, USDT, CUSDT]), unique=True))]
    failed = {token: "reverts" for token, _ in wanted if draw(st.booleans())}
    reading = Reading(
        replace(draw(blocks), since=draw(st.none() | blocks)),
        frozen({token: frozen({a: draw(amounts) for a in each}) for token, each in wanted if token not in failed}),
        frozen(failed),
        ("node-1", "node-2"),
        frozen({CUSDT: Rate(BaseUnits(draw(amounts) + 1), draw(amounts))}),
        frozen({account(1): account(2)}),
        frozen({ETH.frozen: frozen({account(1): draw(amounts)})}),
        agreed=draw(st.integers(1, 5)),
        asked=draw(st.none() | st.integers(1, 5)),
    )
    return wanted, reading


@given(readings())
def test_a_reading_is_the_same_on_the_other_machine(made: tuple[forms.Accounts, Reading]) -> None:
    wanted, reading = made
    sent = forms.pack(forms.Answer(digest="", told=forms.Told.of(reading, wanted), endpoints=(STATE,)))
    answer = forms.unpack(sent, forms.Answer)
    assert answer.told
    assert (answer.told.reading(wanted, 1), answer.endpoints) == (reading, (STATE,))


def test_many_accounts_are_in_their_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forms, "_PIECE", 3)
    wanted = [(ETH, [account(number) for number in range(10)]), (USDT, [])]
    request = forms.Request(chain=ETHEREUM.caip2, accounts=wanted)
    assert forms.unpack(forms.pack(request), forms.Request) == request
    balances = {ETH: {each: BaseUnits(number) for number, each in enumerate(wanted[0][1])}, USDT: {}}
    reading = Reading(Block(Height(1), "0x1", START), balances, {}, (), agreed=1)
    assert forms.Told.of(reading, wanted).reading(wanted, 1) == reading


@given(st.binary() | st.binary().map(zlib.compress))
def test_what_is_no_answer_is_refused_whatever_it_is(content: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        forms.unpack(content, forms.Answer)


class Chain(Reader):
    """Answers all that a reader is asked, and tells of its node."""

    async def read(self, wanted: Any, at: BlockChoice) -> Reading:
        return replace(await super().read(wanted, at), agreed=1, asked=2)

    async def quote(self, contracts: Any, at: BlockChoice) -> FeedReading:
        told = await super().quote(contracts, at)
        return replace(told, answers=frozen(told.answers))

    async def sent(self, accounts: Any, at: BlockChoice) -> SentReading:
        told = await super().sent(accounts, at)
        return replace(told, counts=frozen(told.counts))

    async def confirm(self, questions: Any) -> list[OwnerAnswer]:
        self.questions = questions
        block = Block(Height(1), "0x1", START)
        return [OwnerAnswer(OwnerOutcome.CONFIRMED, "1 of 2 owners", block, each) for each in questions]

    def endpoints(self) -> tuple[EndpointState, ...]:
        return (STATE,)


class Jobs:
    """Stands in for the database: has a chain read, and hands its answer back as a test changes it."""

    def __init__(self) -> None:
        self.chain = Chain()
        self.error: Exception | None = None
        self.change: Callable[[dict[str, Any]], object] = lambda _: None
        self.patience = timedelta()

    async def ask(self, reader: str, job: tuple[str, str, bytes], patience: timedelta) -> bytes:
        assert reader == "east"
        self.patience = patience
        if self.error:
            raise self.error
        found = await answered(ReadingJob("1", *job), ETHEREUM, self.chain)
        plain = msgspec.to_builtins(found)
        self.change(plain)
        return zlib.compress(msgspec.json.encode(plain))


@pytest.fixture
def jobs() -> Jobs:
    return Jobs()


@pytest.fixture
def shared(jobs: Jobs) -> SharedReader:
    return SharedReader(ETHEREUM, SETTINGS, cast("ReadingJobs", jobs))


LATEST = Tag("latest")


@pytest.mark.parametrize("at", [LATEST, Depth(6), AtHeight(Height(12)), AtSlot(Height(0))])
async def test_what_is_asked_arrives_as_it_is(shared: SharedReader, jobs: Jobs, at: BlockChoice) -> None:
    price = FeedAnswer("ETH / USD", 8, 2**100, 1, 2)
    jobs.chain.prices = {account(7): price, account(8): "reverts"}
    jobs.chain.refused = {USDT: "reverts"}
    reading = await shared.read({token: frozenset(each) for token, each in WANTED.items()}, at)
    assert (jobs.chain.choices, [{*each} for each in jobs.chain.asked[0].values()]) == (
        [at],
        [{*WANTED[ETH]}, {*WANTED[USDT]}],
    )
    assert reading == await jobs.chain.read(WANTED, at)
    assert (await shared.quote([account(7), account(8)], at)).answers == jobs.chain.prices
    jobs.chain.counts = {account(7): 3, account(8): None}
    assert (await shared.sent([account(7), account(8)], at)).counts == jobs.chain.counts
    (told,) = await shared.confirm([QUESTION])
    assert (jobs.chain.questions, told.referred) == ([QUESTION], QUESTION)
    assert await shared.confirm([]) == []
    reader = shared.endpoints()[-1]
    assert shared.endpoints()[0] == STATE
    assert (reader.name, reader.protocol, reader.up, reader.requests, sum(reader.failures.values())) == (
        "reader east",
        "reader",
        True,
        4,
        0,
    )


async def test_a_reading_that_failed_there_fails_here_with_its_reasons_and_no_secret(
    shared: SharedReader, jobs: Jobs
) -> None:
    SECRETS.add(["hunter2hunter2"])
    cause = ChainError(Reason.TIMEOUT, "node-1: http://x/hunter2hunter2: nothing")
    jobs.chain.error = ChainError(Reason.BEHIND, "no endpoint could be read", causes=[cause])
    with pytest.raises(ChainError) as caught:
        await shared.read(WANTED, LATEST)
    SECRETS.clear()
    assert str(caught.value) == "behind: no endpoint could be read"
    assert [str(each) for each in caught.value.causes] == ["timeout: node-1: http://x/***: nothing"]
    assert caught.value.passing
    assert [each.up for each in shared.endpoints()] == [True, True]


def other_version(answer: dict[str, Any]) -> None:
    answer["version"] = "0.1.0"
    del answer["digest"]  # which that one may not have known


LIES: dict[str, Callable[[dict[str, Any]], object]] = {
    "it is of version 0.1.0, this is": other_version,
    "something else than what was asked": lambda it: it.update(digest="0" * 64),
    "it is of eip155:5, but ethereum is eip155:1": lambda it: it.update(chain="eip155:5"),
    "does not have it read ethereum": lambda it: it.update(chain=""),
    "1 balance of 2 accounts": lambda it: it["told"]["amounts"][0].pop(),
    "argument 2": lambda it: it["told"]["amounts"].pop(),
    ">= 0": lambda it: it["told"]["amounts"][0].__setitem__(0, -1),
    "got `float`": lambda it: it["told"]["amounts"][0].__setitem__(0, 1.5),
    "tells no balances": lambda it: it.update(told=None),
    "no parties agreed": lambda it: it["told"].update(agreed=None),
    "a rate is of no shares": lambda it: it["told"].update(
        rates=[[msgspec.to_builtins(CUSDT), {"shares": 0, "assets": 1}]]
    ),
    "no names of their own": lambda it: it["endpoints"][0].update(name="reader east"),
    "got `str`": lambda it: it["told"]["block"].update(number="x"),
}


@pytest.mark.parametrize("why", LIES)
async def test_an_answer_that_cannot_be_one_is_refused_and_the_reader_is_down(
    shared: SharedReader, jobs: Jobs, why: str
) -> None:
    await shared.read(WANTED, LATEST)
    jobs.change = LIES[why]
    with pytest.raises(ChainError, match=why) as caught:
        await shared.read(WANTED, LATEST)
    assert caught.value.reason is Reason.MALFORMED
    node, reader = shared.endpoints()
    assert (node.up, reader.up, reader.failures["malformed"], reader.last_error) == (None, False, 1, str(caught.value))
    jobs.change = lambda _: None
    await shared.read(WANTED, LATEST)
    assert [each.up for each in shared.endpoints()] == [True, True]


async def test_a_part_of_owners_prices_or_counts_is_refused(shared: SharedReader, jobs: Jobs) -> None:
    jobs.chain.prices = {account(7): "reverts"}
    jobs.change = lambda it: (it["prices"] or {"answers": {}})["answers"].clear()
    with pytest.raises(ChainError, match="each feed"):
        await shared.quote([account(7)], LATEST)
    jobs.chain.counts = {account(7): 3, account(8): -1}
    with pytest.raises(ChainError, match="less than nothing"):
        await shared.sent([account(8)], LATEST)
    jobs.change = lambda it: it["sent"]["counts"].clear()
    with pytest.raises(ChainError, match="each account has sent"):
        await shared.sent([account(7)], LATEST)
    jobs.change = lambda it: it["owners"].clear()
    with pytest.raises(ChainError, match="each question"):
        await shared.confirm([QUESTION])


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (NoReaderError(), "refused: reader east: none is running: start one with `run --reader east`"),
        (TimeoutError(), "timeout: reader east: no answer within 5 min 30 s"),
        (StoreError("the database cannot be asked: x"), "refused: reader east: the database cannot be asked: x"),
    ],
)
async def test_a_reader_that_does_not_answer_is_down_and_nobody_knows_of_its_nodes(
    shared: SharedReader, jobs: Jobs, error: Exception, told: str
) -> None:
    assert [(each.name, each.up) for each in shared.endpoints()] == [("reader east", None)]
    await shared.read(WANTED, LATEST)
    jobs.error = error
    with pytest.raises(ChainError) as caught:
        await shared.read(WANTED, LATEST)
    assert str(caught.value) == told
    assert [each.up for each in shared.endpoints()] == [None, False]
    with pytest.raises(ChainError):
        await shared.read(WANTED, AtHeight(Height(1)))
    assert jobs.patience > timedelta(hours=6), "many blocks may have to be undone"


@pytest.mark.parametrize("kind", ["read", "sing"])
async def test_a_request_that_a_reader_cannot_read_is_answered_so(kind: str) -> None:
    request = forms.pack(forms.Request(chain=ETHEREUM.caip2, at="yesterday"))
    answer = await answered(ReadingJob("1", "ethereum", kind, request), ETHEREUM, Chain())
    assert answer.failure
    assert answer.failure.reason is Reason.MALFORMED
    garbage = await answered(ReadingJob("1", "ethereum", kind, b"garbage"), ETHEREUM, Chain())
    assert garbage.failure
    assert garbage.digest == forms.digest_of(b"garbage")


async def test_a_defect_of_a_reader_is_told_and_stops_nothing(shared: SharedReader, jobs: Jobs) -> None:
    jobs.chain.error = cast("ChainError", ZeroDivisionError())
    with pytest.raises(ChainError, match=r"met a defect \(ZeroDivisionError\)"):
        await shared.read(WANTED, LATEST)
