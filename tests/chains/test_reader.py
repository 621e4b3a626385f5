"""Several endpoints of one network: failover, probes, tokens, deadlines, past blocks."""

import asyncio
from typing import Any

import pytest
from aiohttp import web
from structlog.testing import capture_logs

from monitor.chains import AtHeight, ChainError, Reason
from monitor.chains.block_choice import BlockChoice
from monitor.chains.evm.node import EvmNode
from monitor.chains.node import Held, Wanted
from monitor.model import Block, EndpointState, Height, OwnerQuestion
from tests.chains.conftest import Opener
from tests.support.chains import ETH, ETHEREUM, USDT, account, happened
from tests.support.crowds import ACCOUNTS, COINS, LATEST, WANTED, Evm, dead, hang, honest, settled, urls
from tests.support.fake_nodes import FakeNode, Fakes
from tests.support.standins import RefusedError

# --- failover ---


class _Defective(FakeNode):
    """Meets what nobody foresaw: the first of the endpoints when it names its block, or when it is read."""

    at = "resolve"

    async def resolve(self, choice: BlockChoice) -> Block:
        self._try("resolve")
        return await super().resolve(choice)

    async def balances(self, wanted: Wanted, block: Block) -> Held:
        self._try("balances")
        return await super().balances(wanted, block)

    def _try(self, what: str) -> None:
        if what == self.at and self.link.name == "node-1":
            raise AttributeError("a secret of the answer")


@pytest.mark.parametrize("at", ["resolve", "balances"])
@pytest.mark.parametrize("others", [0, 1])
async def test_an_answer_that_nobody_foresaw_is_a_fault_of_its_endpoint_and_is_told_in_the_log(
    at: str, others: int
) -> None:
    fakes = Fakes(1 + others, node=type("Node", (_Defective,), {"at": at}))
    with capture_logs() as logs:
        reading = fakes.reader.read(WANTED, LATEST)
        if others:
            assert (await reading).endpoints == ("node-2",)
        else:
            with pytest.raises(ChainError, match=r"node-1: its answer met a defect of the monitor \(AttributeError\)"):
                await reading
    assert [each["endpoint"] for each in logs if each["event"] == "an answer met a defect"] == ["node-1"]
    assert fakes.endpoints[0].up is False
    assert happened(fakes.endpoints[0].state()) == {Reason.MALFORMED: 1}


@pytest.mark.parametrize("methods", [{"eth_chainId"}, {"eth_getBlockByNumber"}, {"eth_getBalance"}])
async def test_whatever_an_endpoint_refuses_the_next_one_answers(
    evm: Evm, open_reader: Opener, methods: set[str]
) -> None:
    nodes = await honest(evm, 2)

    async def refuse(body: Any) -> web.Response | None:
        calls = body if isinstance(body, list) else [body]
        return await dead(body) if methods & {call["method"] for call in calls} else None

    nodes[0].mischief = refuse
    reader = open_reader(ETHEREUM, *urls(nodes))
    reading = await reader.read(WANTED, LATEST)
    assert reading.balances[ETH] == COINS
    assert reading.endpoints == ("node-2",)
    assert [state.up for state in reader.endpoints()] == [False, True]


async def test_an_endpoint_lost_in_the_middle_is_replaced_at_the_same_block(evm: Evm, open_reader: Opener) -> None:
    nodes = await honest(evm, 2)
    served = 0

    async def lose(body: Any) -> web.Response | None:
        nonlocal served
        served += isinstance(body, list)
        if served > 2:
            nodes[1].tip += 5  # the chain goes on meanwhile
            return web.Response(status=500)
        return None

    nodes[0].mischief = lose
    endpoints = [each | {"batch": 5, "concurrency": 1} for each in urls(nodes)]
    reading = await open_reader(ETHEREUM, *endpoints).read(WANTED, LATEST)
    assert reading.block.number == 100
    assert reading.endpoints == ("node-2",)
    assert reading.balances[ETH] == COINS


async def test_a_block_that_only_one_endpoint_knows_does_not_hold_up_the_others(evm: Evm, open_reader: Opener) -> None:
    nodes = await honest(evm, 3)
    nodes[0].fork = "a block of its own"
    reading = await open_reader(ETHEREUM, *urls(nodes), quorum=2).read(WANTED, LATEST)
    assert reading.block.hash == nodes[1].hash_of(100)
    assert set(reading.endpoints) == {"node-2", "node-3"}


async def test_an_endpoint_that_lags_is_passed_over(evm: Evm, open_reader: Opener) -> None:
    nodes = await honest(evm, 3)
    nodes[1].tip = 99
    reader = open_reader(ETHEREUM, *urls(nodes), quorum=2)
    reading = await reader.read(WANTED, LATEST)
    assert reading.block.number == 100
    assert reading.endpoints == ("node-1", "node-3")
    assert [(state.head, state.lag) for state in reader.endpoints()] == [(100, 0), (99, 1), (100, 0)]
    assert reader.endpoints()[1].up is None, "being asked for nothing that it cannot know, it did not fail"


async def test_an_endpoint_on_another_chain_is_never_used_and_is_taken_back_when_it_returns(
    evm: Evm, open_reader: Opener
) -> None:
    nodes = await honest(evm, 1)
    nodes[0].chain_id = 137
    reader = open_reader(ETHEREUM, *urls(nodes))
    with pytest.raises(ChainError, match="it is on eip155:137, but ethereum is eip155:1") as failure:
        await reader.read(WANTED, LATEST)
    assert failure.value.reason is Reason.WRONG_CHAIN
    assert set(nodes[0].methods) == {"eth_chainId"}
    nodes[0].chain_id = 1
    assert (await reader.read(WANTED, LATEST)).balances[ETH] == COINS
    assert reader.endpoints()[0].up


async def test_an_endpoint_that_changes_its_chain_between_two_readings_is_noticed(
    evm: Evm, open_reader: Opener
) -> None:
    nodes = await honest(evm, 2)
    reader = open_reader(ETHEREUM, *urls(nodes))
    assert (await reader.read(WANTED, LATEST)).endpoints == ("node-1",)
    nodes[0].chain_id = 5
    assert (await reader.read(WANTED, LATEST)).endpoints == ("node-2",)


async def test_when_all_endpoints_fail_the_error_names_each_with_its_reason(evm: Evm, open_reader: Opener) -> None:
    nodes = await honest(evm, 3)
    nodes[0].mischief = dead
    nodes[1].chain_id = 5
    nodes[2].twist = lambda _: None
    with pytest.raises(ChainError) as failure:
        await open_reader(ETHEREUM, *urls(nodes)).read(WANTED, LATEST)
    text = str(failure.value)
    assert "http_status: node-1" in text
    assert "wrong_chain: node-2" in text
    assert "malformed: node-3" in text
    assert [cause.reason for cause in failure.value.causes] == ["http_status", "wrong_chain", "malformed"]


async def test_no_error_and_no_state_holds_a_url_or_its_key(evm: Evm, open_reader: Opener) -> None:
    node = await evm()
    node.twist = lambda _: None
    url = node.url.replace("http://", "http://me:opensesame@") + "v3/abcdefgh"
    reader = open_reader(ETHEREUM, {"url": url})
    with capture_logs() as logs, pytest.raises(ChainError) as failure:
        await reader.read(WANTED, LATEST)
    for text in (str(failure.value), repr(reader.endpoints()), repr(logs)):
        assert "abcdefgh" not in text
        assert "opensesame" not in text


# --- states ---


async def test_a_change_of_state_is_one_line_in_the_log(evm: Evm, open_reader: Opener) -> None:
    nodes = await honest(evm, 1)
    reader = open_reader(ETHEREUM, *urls(nodes))
    with capture_logs() as logs:
        nodes[0].mischief = dead
        for _ in range(3):
            with pytest.raises(ChainError):
                await reader.read(WANTED, LATEST)
        nodes[0].mischief = None
        for _ in range(3):
            await reader.read(WANTED, LATEST)
    lines = [entry for entry in logs if entry["event"].startswith("endpoint")]
    assert [link["event"] for link in lines] == ["endpoint down", "endpoint restored"]
    assert (lines[0]["network"], lines[0]["endpoint"]) == ("ethereum", "node-1")


async def test_nothing_is_said_of_an_endpoint_before_it_was_asked(evm: Evm, open_reader: Opener) -> None:
    nodes = await honest(evm, 1)
    (state,) = open_reader(ETHEREUM, *urls(nodes)).endpoints()
    assert state == EndpointState(
        network="ethereum",
        name="node-1",
        protocol="evm",
        up=None,
        requests=0,
        failures=dict.fromkeys(Reason, 0),
        disagreements=0,
    )


async def test_endpoints_that_a_reading_did_not_need_are_probed_without_delaying_it(
    evm: Evm, open_reader: Opener
) -> None:
    nodes = await honest(evm, 4)
    nodes[1].mischief = dead
    nodes[2].chain_id = 5
    nodes[3].mischief = hang
    reader = open_reader(ETHEREUM, *(each | {"timeout": "1s"} for each in urls(nodes)))
    assert (await reader.read(WANTED, LATEST)).endpoints == ("node-1",)
    assert reader.endpoints()[3].up is None
    await settled()
    assert [state.up for state in reader.endpoints()] == [True, False, False, False]
    assert len(nodes[1].asked) == 1


async def test_a_probe_asks_for_the_very_calls_that_a_reading_needs(evm: Evm, open_reader: Opener) -> None:
    nodes = await honest(evm, 2)

    async def no_balances(body: Any) -> web.Response | None:
        return await dead(body) if isinstance(body, list) or body["method"] == "eth_getBalance" else None

    nodes[1].mischief = no_balances
    reader = open_reader(ETHEREUM, *urls(nodes))
    await reader.read(WANTED, LATEST)
    await settled()
    assert reader.endpoints()[1].up is False


async def test_a_past_block_probes_nobody(evm: Evm, open_reader: Opener) -> None:
    nodes = await honest(evm, 2)
    await open_reader(ETHEREUM, *urls(nodes)).read(WANTED, AtHeight(Height(5)))
    await settled()
    assert nodes[1].asked == []


async def test_an_endpoint_that_is_down_is_not_asked_first_until_a_probe_found_it_up(
    evm: Evm, open_reader: Opener
) -> None:
    nodes = await honest(evm, 2)
    nodes[0].mischief = dead
    reader = open_reader(ETHEREUM, *urls(nodes))
    assert (await reader.read(WANTED, LATEST)).endpoints == ("node-2",)
    asked = len(nodes[0].asked)
    assert (await reader.read(WANTED, LATEST)).endpoints == ("node-2",)
    await settled()
    assert len(nodes[0].asked) == asked  # it rests
    nodes[0].mischief = None
    await reader.examine(WANTED)
    assert (await reader.read(WANTED, LATEST)).endpoints == ("node-1",)


async def test_an_examination_asks_every_endpoint(evm: Evm, open_reader: Opener) -> None:
    nodes = await honest(evm, 3)
    nodes[1].chain_id = 5
    first, second, third = await open_reader(ETHEREUM, *urls(nodes)).examine({ETH: ACCOUNTS[:1]})
    assert (first.error, third.error) == (None, None)
    assert second.error is not None
    assert second.error.reason is Reason.WRONG_CHAIN
    assert "eip155:5" in str(second.error)


async def test_a_closed_reader_leaves_no_task_behind(evm: Evm, open_reader: Opener) -> None:
    nodes = await honest(evm, 2)
    nodes[1].mischief = hang
    reader = open_reader(ETHEREUM, *urls(nodes))
    await reader.read(WANTED, LATEST)
    await reader.close()
    assert not [task for task in asyncio.all_tasks() if "probe" in str(task.get_coro())]


# --- tokens ---


async def test_a_token_that_only_one_endpoint_refuses_is_read_from_another(evm: Evm, open_reader: Opener) -> None:
    nodes = await honest(evm, 2)
    del nodes[0].tokens[str(USDT.contract)]
    reader = open_reader(ETHEREUM, *urls(nodes))
    reading = await reader.read({ETH: ACCOUNTS, USDT: ACCOUNTS}, LATEST)
    assert reading.failed == {}
    assert reading.balances[USDT] == COINS
    assert [state.disagreements for state in reader.endpoints()] == [1, 0]


async def test_a_token_that_every_endpoint_refuses_fails(evm: Evm, open_reader: Opener) -> None:
    nodes = await honest(evm, 2)
    for node in nodes:
        node.tokens.clear()
    reader = open_reader(ETHEREUM, *urls(nodes))
    reading = await reader.read({ETH: ACCOUNTS, USDT: ACCOUNTS}, LATEST)
    assert set(reading.failed) == {USDT}
    assert [state.disagreements for state in reader.endpoints()] == [0, 0]


async def test_a_quorum_agrees_on_a_failing_token_too(evm: Evm, open_reader: Opener) -> None:
    nodes = await honest(evm, 3)
    for node in nodes[:2]:
        node.tokens.clear()
    reader = open_reader(ETHEREUM, *urls(nodes), quorum=2)
    assert set((await reader.read({USDT: ACCOUNTS}, LATEST)).failed) == {USDT}
    with pytest.raises(ChainError):
        await open_reader(ETHEREUM, *urls(nodes[1:]), quorum=2).read({USDT: ACCOUNTS}, LATEST)


# --- deadline and past blocks ---


async def test_a_reading_ends_with_its_deadline_and_says_so(evm: Evm, open_reader: Opener) -> None:
    nodes = await honest(evm, 2)
    for node in nodes:
        node.mischief = hang
    reader = open_reader(ETHEREUM, *urls(nodes), deadline="100ms")
    with pytest.raises(ChainError, match="deadline") as failure:
        await reader.read(WANTED, LATEST)
    assert failure.value.reason is Reason.TIMEOUT
    assert [happened(state) for state in reader.endpoints()] == [{"timeout": 1}] * 2


async def test_an_endpoint_without_the_state_of_a_past_block_stays_up_and_another_answers(
    evm: Evm, open_reader: Opener
) -> None:
    nodes = await honest(evm, 2)

    def pruned(account: str, at: Any) -> str:
        nodes[0].known(at)
        raise RefusedError(-32000, "missing trie node 5a1c")

    nodes[0].on_eth_getBalance = pruned  # type: ignore[method-assign]
    reader = open_reader(ETHEREUM, *urls(nodes))
    reading = await reader.read(WANTED, AtHeight(Height(7)))
    assert (reading.block.number, reading.endpoints) == (7, ("node-2",))
    assert happened(reader.endpoints()[0]) == {"pruned": 1}
    assert reader.endpoints()[0].up is None


async def test_past_blocks_are_asked_of_those_that_keep_them(evm: Evm, open_reader: Opener) -> None:
    nodes = await honest(evm, 3)

    def pruned(account: str, at: Any) -> str:
        nodes[0].known(at)
        raise RefusedError(-32000, "missing trie node 5a1c")

    nodes[0].on_eth_getBalance = pruned  # type: ignore[method-assign]
    reader = open_reader(
        ETHEREUM, *(url | {"archive": archive} for url, archive in zip(urls(nodes), (None, False, None), strict=True))
    )
    assert [(await reader.read(WANTED, AtHeight(Height(7)))).endpoints for _ in range(2)] == [("node-3",)] * 2
    assert happened(reader.endpoints()[0]) == {"pruned": 1}, "what is gone is not asked for again"
    assert nodes[1].asked == []
    assert [state.archive for state in reader.endpoints()] == [False, False, None]


CANARY = {"account": ACCOUNTS[3], "height": 5, "balance": COINS[ACCOUNTS[3]]}


async def test_who_tells_another_balance_than_the_known_one_is_not_asked_about_the_past(
    evm: Evm, open_reader: Opener
) -> None:
    nodes = await honest(evm, 2)
    nodes[0].coins[ACCOUNTS[3]] += 1  # as it is today, say
    reader = open_reader(ETHEREUM, *urls(nodes), canary=CANARY)
    for _ in range(2):
        assert (await reader.read(WANTED, AtHeight(Height(7)))).endpoints == ("node-2",)
    states = reader.endpoints()
    assert happened(states[0]) == {"false_past": 1}
    assert f"{ACCOUNTS[3]} had {3 * 10**18 + 1} at block 5" in states[0].last_error
    assert [state.archive for state in states] == [False, True]
    assert states[0].up is None, "it may be asked for the newest block"


async def test_who_takes_over_in_the_middle_is_not_believed_of_the_past_before_it_told_the_known_balance(
    evm: Evm, open_reader: Opener
) -> None:
    nodes = await honest(evm, 2)

    async def fail(body: Any) -> web.Response | None:
        asked = {call["params"][0] for call in body} if isinstance(body, list) else set()
        return await dead(body) if asked & (set(ACCOUNTS) - {ACCOUNTS[3]}) else None

    nodes[0].mischief = fail
    nodes[1].coins[ACCOUNTS[3]] += 1
    reader = open_reader(ETHEREUM, *urls(nodes), canary=CANARY)
    with pytest.raises(ChainError):
        await reader.read(WANTED, AtHeight(Height(7)))
    assert happened(reader.endpoints()[1]) == {"false_past": 1}


async def test_without_an_endpoint_that_passes_the_canary_nothing_of_the_past_is_told(
    evm: Evm, open_reader: Opener
) -> None:
    (node,) = await honest(evm, 1)
    reader = open_reader(ETHEREUM, {"url": node.url}, canary=CANARY | {"balance": 1})
    with pytest.raises(ChainError) as failure:
        await reader.read(WANTED, AtHeight(Height(7)))
    assert failure.value.reason is Reason.FALSE_PAST
    assert (await reader.read(WANTED, LATEST)).balances[ETH] == COINS
    assert (await reader.read(WANTED, AtHeight(Height(4)))).balances[ETH] == COINS, "under the canary it proves nothing"


async def test_a_protocol_that_forgets_an_account_makes_no_reading(
    evm: Evm, open_reader: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def forgetful(self: EvmNode, wanted: Wanted, block: Block) -> Held:
        return Held(block, {ETH: {ACCOUNTS[0]: 5}})

    monkeypatch.setattr(EvmNode, "balances", forgetful)
    nodes = await honest(evm, 1)
    with pytest.raises(ChainError, match="not every account was read"):
        await open_reader(ETHEREUM, *urls(nodes)).read(WANTED, LATEST)


# --- owners ---


async def test_owners_that_no_node_can_be_asked_for_are_an_error_and_no_answer(evm: Evm, open_reader: Opener) -> None:
    nodes = await honest(evm, 1)
    nodes[0].mischief = dead
    reader = open_reader(ETHEREUM, *urls(nodes))
    question = OwnerQuestion("ethereum", account(1), (account(2),), bytes(32), (bytes(65),))
    with pytest.raises(ChainError):
        await reader.confirm([question])
    assert await reader.confirm([]) == []
