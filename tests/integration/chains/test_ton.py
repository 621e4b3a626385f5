"""TON's coins, jettons and owners, as real contracts tell them in TON's virtual machine."""

from base64 import b64decode
from collections.abc import Iterator
from hashlib import sha256

import pytest

from monitor.chains import AtHeight, ChainError, Reason, Tag
from monitor.chains.ton.cells import account_of, cell_of
from monitor.model import Address, Height, OwnerOutcome, OwnerQuestion, Token
from monitor.ownership.families.ton.wallets import bind
from monitor.registry import load
from monitor.registry.addresses import decode
from tests.chains.conftest import Opener
from tests.support.toncenter import PRIVATE, TON, Toncenter

pytestmark = pytest.mark.integration

COINS = [f"0:{number:064x}" for number in range(1, 41)]
HELD = {each: 10**9 + number if number % 2 else 0 for number, each in enumerate(COINS)}
OWNERS = [f"0:{number:064x}" for number in range(101, 111)]
"""Of jettons. Some coins come along with these, so owners of coins are others."""
MINTED = {each: 170_479_995 + number for number, each in enumerate(OWNERS)}
ACCOUNTS = [*COINS, *OWNERS]
NEW, ONE, TWO = COINS[0], OWNERS[0], "0:" + "70" * 32
LATEST = Tag("latest")


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Toncenter]:
    with Toncenter(tmp_path_factory.mktemp("toncenter")) as started:
        for each, units in HELD.items():
            if units:  # the others are of accounts that there are not
                started.pay(each, units)
        yield started


@pytest.fixture
def jetton(node: Toncenter) -> Token:
    return node.jetton("USDT")


def canonical(token: Token) -> Address:
    return decode(PRIVATE, str(token.contract)).canonical


def wallet_of(node: Toncenter, token: Token, owner: Address) -> Address:
    """Where the master says that the owner's jettons lie."""
    [[_, told]] = node.run(str(token.contract), "get_wallet_address", cell_of(owner))["stack"]
    return account_of(told["bytes"])


async def test_coins_and_jettons_are_read_whole_at_one_block_and_past_ones_as_they_were(
    node: Toncenter, open_reader: Opener, jetton: Token
) -> None:
    for owner, units in MINTED.items():
        node.mint(jetton, owner, units)
    then = node.newest()
    node.pay(NEW, 7)  # whoever was paid before would also pay for storage now
    node.mint(jetton, ONE, 5)
    reader = open_reader(PRIVATE, {"url": node.url})
    wanted = {TON: COINS, jetton: ACCOUNTS}
    past = await reader.read(wanted, AtHeight(Height(then["seqno"])))
    now = await reader.read(wanted, LATEST)
    nothing = dict.fromkeys(ACCOUNTS, 0)
    assert (past.block.number, past.block.hash) == (then["seqno"], b64decode(then["root_hash"]).hex())
    assert past.balances == {TON: HELD, jetton: nothing | MINTED}
    assert now.block.hash == b64decode(node.newest()["root_hash"]).hex()
    assert now.balances == {TON: HELD | {NEW: 7}, jetton: nothing | MINTED | {ONE: MINTED[ONE] + 5}}
    assert (past.failed, now.failed) == ({}, {})


async def test_the_first_jettons_of_an_owner_are_minted_between_two_readings(
    node: Toncenter, open_reader: Opener, jetton: Token
) -> None:
    reader = open_reader(PRIVATE, {"url": node.url})
    before = await reader.read({jetton: [ONE, TWO]}, LATEST)
    node.mint(jetton, TWO, 1)
    after = await reader.read({jetton: [ONE, TWO]}, LATEST)
    assert before.balances == {jetton: {ONE: 0, TWO: 0}}
    assert after.balances == {jetton: {ONE: 0, TWO: 1}}
    assert after.block.number == before.block.number + 1


async def test_jettons_of_two_masters_with_one_name_are_told_apart(
    node: Toncenter, open_reader: Opener, jetton: Token
) -> None:
    other = node.jetton("false USDT")
    node.mint(jetton, ONE, 3)
    node.mint(other, ONE, 10**15)
    reading = await open_reader(PRIVATE, {"url": node.url}).read({jetton: [ONE], other: [ONE]}, LATEST)
    assert reading.balances == {jetton: {ONE: 3}, other: {ONE: 10**15}}


@pytest.mark.parametrize("lie", ["master", "owner"])
async def test_a_wallet_whose_data_name_another_is_not_counted(
    node: Toncenter, open_reader: Opener, jetton: Token, lie: str
) -> None:
    node.mint(jetton, ONE, 3)
    wallet, master = wallet_of(node, jetton, ONE), canonical(jetton)
    told = {"owner": ONE, "master": master} | {lie: TWO}
    node.replace(wallet, "wallet", units=10**15, **told)
    reading = await open_reader(PRIVATE, {"url": node.url}).read({TON: COINS[1:2], jetton: [TWO, ONE]}, LATEST)
    assert set(reading.balances) == {TON}
    why = f"the wallet {wallet} of {ONE} says that it is of {told['owner']}, for {told['master']}"
    assert reading.failed == {jetton: why}


async def test_a_wallet_with_other_code_is_none(node: Toncenter, open_reader: Opener, jetton: Token) -> None:
    node.mint(jetton, ONE, 3)
    wallet = wallet_of(node, jetton, ONE)
    node.replace(wallet, "minter", owner=ONE, master=canonical(jetton), units=3)
    reading = await open_reader(PRIVATE, {"url": node.url}).read({jetton: [ONE]}, LATEST)
    assert reading.failed == {jetton: f"{wallet} is no wallet of a jetton: get_wallet_data ends with exit code 11"}


async def test_a_contract_of_another_kind_is_no_jetton(node: Toncenter, open_reader: Opener, jetton: Token) -> None:
    node.mint(jetton, ONE, 3)
    wallet = wallet_of(node, jetton, ONE)
    wrong = Token("WRONG", "ton", wallet, 6)
    reading = await open_reader(PRIVATE, {"url": node.url}).read({wrong: [ONE], jetton: [ONE]}, LATEST)
    assert reading.balances == {jetton: {ONE: 3}}
    assert reading.failed == {wrong: f"{wallet} is no jetton: get_wallet_address ends with exit code 11"}


async def test_a_chain_of_its_own_is_not_the_main_net(node: Toncenter, open_reader: Opener) -> None:
    with pytest.raises(ChainError, match="it is on tvm:-217") as caught:
        await open_reader(load().networks["ton"], {"url": node.url}).read({TON: [ONE]}, LATEST)
    assert caught.value.reason is Reason.WRONG_CHAIN


@pytest.mark.parametrize("version", ["V3R2", "V4", "V5R1"])
async def test_the_key_of_a_wallet_is_what_its_contract_tells_and_what_its_address_hashes(
    node: Toncenter, open_reader: Opener, version: str
) -> None:
    key, stranger = (sha256(each.encode()).digest() for each in (version, "stranger"))
    account = node.key_wallet(key, version)
    questions = [OwnerQuestion("ton", account, keys=(each,)) for each in (key, stranger)]
    answers = await open_reader(PRIVATE, {"url": node.url}).confirm(questions)
    assert [each.outcome for each in answers] == [OwnerOutcome.CONFIRMED, OwnerOutcome.REFUTED]
    assert bind(key, decode(PRIVATE, account))
    assert not bind(stranger, decode(PRIVATE, account))


async def test_contracts_that_tell_no_key_confirm_nobody(node: Toncenter, open_reader: Opener, jetton: Token) -> None:
    key = sha256(b"old").digest()
    old, master = node.key_wallet(key, "V3R1"), canonical(jetton)
    questions = [OwnerQuestion("ton", account, keys=(key,)) for account in (old, master)]
    answers = await open_reader(PRIVATE, {"url": node.url}).confirm(questions)
    assert [each.outcome for each in answers] == [OwnerOutcome.UNDECIDED] * 2
    assert [each.reason.rpartition(" ")[2] for each in answers] == ["32", "11"], "the exit codes"
