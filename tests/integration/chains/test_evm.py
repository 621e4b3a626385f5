"""EVM balances and owners from real anvil nodes."""

import asyncio
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from eth_abi.abi import encode
from eth_utils.crypto import keccak

from monitor.chains import AtHeight, ChainError, ChainReader, Depth, Reason, Tag
from monitor.devnet import programs
from monitor.devnet.nodes import Anvil
from monitor.model import Height, OwnerOutcome, OwnerQuestion
from tests.chains.conftest import Opener
from tests.support.chains import ETH, ETHEREUM, USDC, USDT, account, happened
from tests.support.evm import (
    ECHO,
    ENDLESS,
    LONG,
    LONG_REVERT,
    put_administered,
    put_judge,
    put_look_alike,
    put_pod,
    put_yes_sayer,
)
from tests.support.keys import Key, evm
from tests.support.nodes import AnvilFactory
from tests.support.waiting import eventually

pytestmark = pytest.mark.integration

LATEST = Tag("latest")
ACCOUNTS = [account(0x1000 + number) for number in range(400)]
DOLLAR = json.loads(Path("monitor/devnet/contracts/DevnetDollar.json").read_text(encoding="utf-8"))["deployedBytecode"]
MINER = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266"  # anvil's first account
REVERTS = "0x5f5ffd"  # PUSH0 PUSH0 REVERT
NOBODY = account(0)


def send(node: Anvil, to: str | None, *, data: str = "0x", value: int = 0, sender: str = MINER) -> dict[str, Any]:
    """The receipt of a transaction, which is mined in a block of its own."""
    transaction = {"from": sender, "data": data, "value": hex(value), "gasPrice": "0x0"} | ({"to": to} if to else {})
    sent = node.rpc("eth_sendTransaction", transaction)
    eventually(lambda: node.rpc("eth_getTransactionReceipt", sent))
    receipt: dict[str, Any] = node.rpc("eth_getTransactionReceipt", sent)
    assert receipt["status"] == "0x1"
    return receipt


def call(signature: str, *arguments: object) -> str:
    """Call data by a signature such as ``transfer(address,uint256)``."""
    types = signature[:-1].partition("(")[2].split(",")
    return "0x" + (keccak(text=signature)[:4] + encode(types, arguments)).hex()


def fund(node: Anvil) -> tuple[dict[str, int], dict[str, int]]:
    """Coins and dollars for all accounts, some of them none, in the newest block."""
    chance = random.Random(20)
    coins = {name: chance.choice((0, 1, chance.getrandbits(70))) for name in ACCOUNTS}
    dollars = {name: chance.choice((0, 1, chance.getrandbits(200))) for name in ACCOUNTS}
    node.rpc("anvil_setCode", USDT.contract, DOLLAR)
    for name in ACCOUNTS:
        node.rpc("anvil_setBalance", name, hex(coins[name]))
        slot = "0x" + keccak(encode(["address", "uint256"], [name, 1])).hex()  # balanceOf is the second variable
        node.rpc("anvil_setStorageAt", USDT.contract, slot, f"0x{dollars[name]:064x}")
    node.mine()
    return coins, dollars


async def after_requests(reader: ChainReader, number: int, action: Callable[[], object]) -> None:
    """Do ``action`` when the first endpoint has got so many requests."""
    while reader.endpoints()[0].requests < number:  # noqa: ASYNC110 - the reader announces no request
        await asyncio.sleep(0)
    await asyncio.to_thread(action)


async def test_coins_and_tokens_are_read_exactly_at_the_block_that_was_chosen(
    anvil: AnvilFactory, open_reader: Opener
) -> None:
    node = anvil()
    coins, dollars = fund(node)
    height = int(node.rpc("eth_blockNumber"), 16)
    node.mine(20)
    for name in ACCOUNTS:
        node.rpc("anvil_setBalance", name, "0x7")
    node.mine(5)
    reader = open_reader(ETHEREUM, {"url": node.url})
    for choice in (AtHeight(Height(height)), Depth(25)):
        reading = await reader.read({ETH: ACCOUNTS, USDT: ACCOUNTS}, choice)
        assert reading.block.hash == node.rpc("eth_getBlockByNumber", hex(height), False)["hash"]
        assert reading.balances == {ETH: coins, USDT: dollars}
    later = await reader.read({ETH: ACCOUNTS}, LATEST)
    assert set(later.balances[ETH].values()) == {7}
    assert (await reader.read({ETH: ACCOUNTS}, Tag("finalized"))).block.number < later.block.number


async def test_a_token_that_reverts_and_one_without_code_fail_by_name(anvil: AnvilFactory, open_reader: Opener) -> None:
    node = anvil()
    node.rpc("anvil_setCode", USDT.contract, REVERTS)
    node.mine()
    wanted = {ETH: ACCOUNTS, USDT: ACCOUNTS, USDC: ACCOUNTS}
    reading = await open_reader(ETHEREUM, {"url": node.url}).read(wanted, LATEST)
    assert "reverted" in reading.failed[USDT]
    assert "no contract" in reading.failed[USDC]
    assert set(reading.balances) == {ETH}


@pytest.mark.usefixtures("single_calls")
async def test_a_batch_over_the_nodes_size_limit_is_halved(anvil: AnvilFactory, open_reader: Opener) -> None:
    many = [account(number) for number in range(0x10000, 0x10000 + 30_000)]
    reader = open_reader(ETHEREUM, {"url": anvil().url, "batch": 30_000, "timeout": "30s"})
    reading = await reader.read({ETH: many}, LATEST)
    assert reading.balances[ETH] == dict.fromkeys(many, 0)
    (state,) = reader.endpoints()
    assert state.up
    assert set(happened(state)) <= {"refused"}  # anvil may cut the line rather than read on
    assert 6 < state.requests < 20


@pytest.mark.usefixtures("single_calls")
async def test_transfers_between_two_accounts_throughout_the_reading_change_nothing_in_the_sum(
    anvil: AnvilFactory, open_reader: Opener
) -> None:
    node = anvil()
    node.rpc("anvil_setCode", USDT.contract, DOLLAR)
    pair = ACCOUNTS[0], ACCOUNTS[-1]
    for name in pair:
        node.rpc("anvil_setBalance", name, hex(10**18))
        node.rpc("anvil_impersonateAccount", name)
        send(node, USDT.contract, data=call("issue(address,uint256)", name, 1000))
    moved = 0
    stop = asyncio.Event()

    async def move() -> None:
        nonlocal moved
        while not stop.is_set():
            source, target = pair if moved % 2 else pair[::-1]
            await asyncio.to_thread(send, node, target, value=10**17, sender=source)
            data = call("transfer(address,uint256)", target, 100)
            await asyncio.to_thread(send, node, USDT.contract, data=data, sender=source)
            moved += 1

    moving = asyncio.create_task(move())
    reader = open_reader(ETHEREUM, {"url": node.url, "batch": 5, "concurrency": 2})
    during = 0
    while during < 20:
        before = moved
        reading = await reader.read({ETH: ACCOUNTS, USDT: ACCOUNTS}, LATEST)
        during += moved - before
        assert sum(reading.balances[ETH].values()) == 2 * 10**18
        assert sum(reading.balances[USDT].values()) == 2000
    stop.set()
    await moving


@pytest.mark.usefixtures("single_calls")
async def test_an_endpoint_killed_in_the_middle_is_replaced_at_the_same_block(
    anvil: AnvilFactory, open_reader: Opener
) -> None:
    origin = anvil()
    coins, _ = fund(origin)
    height = int(origin.rpc("eth_blockNumber"), 16)
    copy = anvil(arguments=("--fork-url", origin.url))
    reader = open_reader(ETHEREUM, {"url": copy.url, "batch": 1, "concurrency": 1}, {"url": origin.url})

    def kill() -> None:
        copy.kill()
        origin.mine()  # what is set without a transaction changes the newest block
        for name in ACCOUNTS:
            origin.rpc("anvil_setBalance", name, "0x7")
        origin.mine(3)

    reading, _ = await asyncio.gather(reader.read({ETH: ACCOUNTS}, LATEST), after_requests(reader, 50, kill))
    assert reading.block.number == height
    assert reading.balances[ETH] == coins
    assert reading.endpoints == ("node-2",)
    assert reader.endpoints()[0].up is False


@pytest.mark.usefixtures("single_calls")
async def test_a_reorganisation_between_the_header_and_the_last_balance_is_noticed_and_read_again(
    anvil: AnvilFactory, open_reader: Opener
) -> None:
    node = anvil()
    fund(node)
    for number in range(5):
        send(node, ACCOUNTS[number], value=10**18)
    old = node.rpc("eth_getBlockByNumber", "latest", False)["hash"]
    reader = open_reader(ETHEREUM, {"url": node.url, "batch": 1, "concurrency": 1})
    reading, _ = await asyncio.gather(
        reader.read({ETH: ACCOUNTS, USDT: ACCOUNTS}, LATEST),
        after_requests(reader, 50, lambda: node.rpc("anvil_reorg", 3, [])),
    )
    assert reading.block.hash == node.rpc("eth_getBlockByNumber", hex(reading.block.number), False)["hash"] != old
    noticed = happened(reader.endpoints()[0])  # "behind" while anvil has unwound the old blocks
    assert noticed
    assert set(noticed) <= {"tip_moved", "behind"}
    assert reading.balances[ETH] == {
        name: int(node.rpc("eth_getBalance", name, {"blockHash": reading.block.hash}), 16) for name in ACCOUNTS
    }


async def test_another_chain_is_never_read(anvil: AnvilFactory, open_reader: Opener) -> None:
    wrong, right = anvil(42161), anvil()
    right.rpc("anvil_setBalance", ACCOUNTS[0], "0x5")
    right.mine()
    reader = open_reader(ETHEREUM, {"url": wrong.url}, {"url": right.url})
    reading = await reader.read({ETH: ACCOUNTS}, LATEST)
    assert reading.balances[ETH][ACCOUNTS[0]] == 5
    assert happened(reader.endpoints()[0]) == {"wrong_chain": 1}
    with pytest.raises(ChainError) as failure:
        await open_reader(ETHEREUM, {"url": wrong.url}).read({ETH: ACCOUNTS}, LATEST)
    assert failure.value.reason is Reason.WRONG_CHAIN


async def test_a_node_that_comes_back_is_read_again(anvil: AnvilFactory, open_reader: Opener) -> None:
    node = anvil()
    reader = open_reader(ETHEREUM, {"url": node.url})
    await reader.read({ETH: ACCOUNTS}, LATEST)
    node.kill()
    with pytest.raises(ChainError) as failure:
        await reader.read({ETH: ACCOUNTS}, LATEST)
    assert failure.value.reason is Reason.REFUSED
    node.start()
    await reader.read({ETH: ACCOUNTS}, LATEST)
    assert reader.endpoints()[0].up


# --- owners ---

OWNERS = [account(0xA0 + number) for number in range(3)]


def code_of(name: str) -> str:
    bytecode: str = json.loads(programs.safe_artifact(name).read_text(encoding="utf-8"))["bytecode"]
    return bytecode


def deploy_safe(node: Anvil, owners: list[str], threshold: int) -> str:
    """The address of a new Safe: the proxy that users have, in front of the contract that all share."""
    shared = send(node, None, data=code_of("Safe"))["contractAddress"]
    constructor = encode(["address"], [shared]).hex()
    safe: str = send(node, None, data=code_of("proxies/SafeProxy") + constructor)["contractAddress"]
    signature = "setup(address[],uint256,address,bytes,address,address,uint256,address)"
    send(node, safe, data=call(signature, owners, threshold, NOBODY, b"", NOBODY, NOBODY, 0, NOBODY))
    return safe


def question(contract: str, *signers: Key) -> OwnerQuestion:
    """Signed by all of ``signers``."""
    digest = b"\x07" * 32
    accounts = tuple(evm(signer) for signer in signers)
    return OwnerQuestion("ethereum", contract, accounts, digest, tuple(signer.sign(digest) for signer in signers))


async def test_accounts_are_asked_for_their_owners_by_real_contracts(anvil: AnvilFactory, open_reader: Opener) -> None:
    node = anvil()
    first, second, third = keys = [Key(bytes([number]) * 32) for number in (1, 2, 3)]
    stranger = Key(b"\x09" * 32)
    safe = deploy_safe(node, [evm(key) for key in keys], 2)
    judging, yes_sayer, administered, pod, echo, reverting, endless, long, long_revert, delegating, look_alike = (
        account(0xB0 + number) for number in range(11)
    )
    put_judge(node, judging, evm(first))
    put_yes_sayer(node, yes_sayer)
    put_administered(node, administered, evm(first))
    put_pod(node, pod, evm(first))
    put_look_alike(node, look_alike, [evm(key) for key in keys], 2)
    codes = {echo: ECHO, reverting: REVERTS, endless: ENDLESS, long: LONG, long_revert: LONG_REVERT}
    for contract, code in {**codes, delegating: "0xef0100" + judging[2:]}.items():
        node.rpc("anvil_setCode", contract, code)
    node.mine()
    confirmed, refuted, undecided = OwnerOutcome.CONFIRMED, OwnerOutcome.REFUTED, OwnerOutcome.UNDECIDED
    expected = {
        question(safe, first, second): (confirmed, "2 of the 3 owners of the Safe (1.5.0) signed; it needs 2"),
        question(safe, third, stranger): (refuted, "1 of the 3 owners of the Safe (1.5.0) signed; it needs 2"),
        question(look_alike, first, second): (undecided, "its code is none of the known Safes'"),
        question(look_alike, stranger): (refuted, "too few of its 3 owners signed"),
        question(administered, first): (OwnerOutcome.ADMINISTERED, f"owner() is the signer {evm(first)}"),
        question(administered, second): (refuted, f"owner() is {evm(first)}, who did not sign"),
        question(pod, first): (confirmed, f"podOwner() is the signer {evm(first)}"),
        question(pod, second): (refuted, f"podOwner() is {evm(first)}, who did not sign"),
        question(judging, first): (confirmed, "isValidSignature accepts the signatures"),
        question(judging, second): (refuted, "isValidSignature refuses the signatures"),
        question(yes_sayer, first): (undecided, "accepts the signatures of strangers too"),
        question(echo, first): (undecided, "answers a function that nobody has"),
        question(delegating, first): (undecided, "(EIP-7702)"),
        question(reverting, first): (undecided, "names no owner"),
        question(endless, first): (undecided, "names no owner"),
        question(long, first): (undecided, "names no owner"),
        question(long_revert, first): (undecided, "names no owner"),
        question(account(0xEE), first): (refuted, "there is no contract at this account"),
    }
    for batch in (1, 100):
        reader = open_reader(ETHEREUM, {"url": node.url, "batch": batch}, block="latest")
        answers = await reader.confirm(list(expected))
        for answer, (outcome, reason) in zip(answers, expected.values(), strict=True):
            assert (answer.outcome, reason in answer.reason) == (outcome, True), answer.reason
            assert answer.block.hash == node.rpc("eth_getBlockByNumber", "latest", False)["hash"]
