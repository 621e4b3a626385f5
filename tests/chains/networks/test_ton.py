"""TON: jettons by the wallets that their masters name, accounts that there are not, and addresses as cells."""

from base64 import b64decode, b64encode
from contextlib import AsyncExitStack
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.chains import ChainError, Reason, Tag
from monitor.chains.ton.cells import account_of, cell_of
from monitor.model import Token
from monitor.registry.addresses import decode
from tests.chains.conftest import Opener
from tests.support.networks.ton import TON, USDT, TonStandIn, wallet_of

COIN = TonStandIn.coin
ONE, TWO = TonStandIn.account(1), TonStandIn.account(2)
MASTER = decode(TON, str(USDT.contract)).canonical
WALLET = wallet_of(MASTER, ONE)
FINALIZED = Tag("finalized")

TOLD = {  # by the contracts of @ton-community/assets-sdk, in the virtual machine of @ton/sandbox
    "EQDmi7pw6pt2hyeXliOk8LSJvw8ClYmQFWTXFo6kzKHXZRX7": "Ac0XdOHVNu0OTy8sR0nhaRN+HgUrEyAqya4tHUmZQ67LC9vhe/",
    "EQBDqObEyc8KYOuHCKm0evBNp0hJ9derp8eSIdhYMjIeMRSZ": "AIdRzYmTnhTB1w4RU2j14JtOkJPrr1dPjyRDsLBkZDxjCGHRGp",
    "EQBoCpiqc97ZtOPMYQjoXniZR7BV-GiI6Rtxh6cQ-csAm6yO": "ANAVMVTnvbNpx5jCEdC88TKPYKvw0RHSNuMPTiHzlgE3DJgz5A",
}
BEGINNING = "te6cckEBAQEAJAAAQ4"


@pytest.fixture
async def node(stack: AsyncExitStack) -> TonStandIn:
    return await stack.enter_async_context(TonStandIn().give([ONE]).serving())


@pytest.mark.parametrize("address", TOLD)
def test_addresses_that_real_contracts_told_are_read_and_written(address: str) -> None:
    account, cell = decode(TON, address).canonical, BEGINNING + TOLD[address]
    assert account_of(cell) == account
    body = b64decode(cell)[11:-4]
    assert b64decode(cell_of(account))[11:] == body, "but for index and checksum"


@given(st.sampled_from([0, -1]), st.binary(min_size=32, max_size=32))
def test_every_address_is_read_as_it_was_written(workchain: int, digits: bytes) -> None:
    account = f"{workchain}:{digits.hex()}"
    assert account_of(cell_of(account)) == account


def _altered(place: int) -> bytes:
    bag = bytearray(b64decode(cell_of(ONE)))
    bag[place] ^= 0xFF
    return bytes(bag)


@given(st.binary(max_size=60) | st.integers(0, 46).map(_altered))
def test_what_is_no_address_is_never_taken_for_one(bag: bytes) -> None:
    try:
        account = account_of(b64encode(bag).decode())
    except ValueError:
        return
    assert decode(TON, account.replace(account.split(":")[0], "0", 1))


@pytest.mark.parametrize("unused", ["-1", 0, "0"])
async def test_an_account_that_there_is_not_holds_nothing(node: TonStandIn, open_reader: Opener, unused: Any) -> None:
    node.unused = unused
    reading = await open_reader(TON, {"url": node.url}).read({COIN: [TWO], USDT: [TWO]}, FINALIZED)
    assert reading.balances == {COIN: {TWO: 0}, USDT: {TWO: 0}}


async def test_less_than_nothing_in_an_account_that_there_is_is_malformed(
    node: TonStandIn, open_reader: Opener
) -> None:
    node.unused, node.states[TWO] = "-1", "active"
    with pytest.raises(ChainError) as caught:
        await open_reader(TON, {"url": node.url}).read({COIN: [TWO]}, FINALIZED)
    assert caught.value.reason is Reason.MALFORMED


@pytest.mark.parametrize("claim", [(TWO, MASTER), (ONE, TWO)])
async def test_a_wallet_that_is_of_somebody_else_is_not_counted(
    node: TonStandIn, open_reader: Opener, claim: tuple[str, str]
) -> None:
    node.claims[WALLET] = claim
    reading = await open_reader(TON, {"url": node.url}).read({COIN: [ONE], USDT: [ONE]}, FINALIZED)
    assert reading.balances == {COIN: {ONE: node.held[None, ONE]}}
    assert reading.failed == {USDT: f"the wallet {WALLET} of {ONE} says that it is of {claim[0]}, for {claim[1]}"}


async def test_a_frozen_wallet_is_not_an_empty_one(node: TonStandIn, open_reader: Opener) -> None:
    node.states[WALLET] = "frozen"
    reading = await open_reader(TON, {"url": node.url}).read({USDT: [ONE]}, FINALIZED)
    assert reading.failed == {USDT: f"the wallet {WALLET} of {ONE} is frozen, and tells nothing"}


@pytest.mark.parametrize(
    ("contract", "why"),
    [
        (
            "EQBoCpiqc97ZtOPMYQjoXniZR7BV-GiI6Rtxh6cQ-csAm6yO",
            "no jetton: get_wallet_address ends with exit code -13",
        ),
        (ONE, "no jetton: get_wallet_address ends with exit code 11"),
        ("0x00", "0x00 is no jetton: it is neither"),
    ],
)
async def test_a_contract_that_is_no_jetton_fails_by_name_and_alone(
    node: TonStandIn, open_reader: Opener, contract: str, why: str
) -> None:
    other = Token("OTHER", "ton", contract, 9)
    wanted = {other: [ONE, TWO], USDT: [ONE, TWO]}
    reading = await open_reader(TON, {"url": node.url}).read(wanted, FINALIZED)
    assert reading.balances == {USDT: node.truth(wanted, reading.block.number)[USDT]}
    assert why in reading.failed[other]


async def test_another_chain_with_the_main_nets_number_is_another_chain(node: TonStandIn, open_reader: Opener) -> None:
    node.began = "AAAAT01CXAps5qeSWUtxcyBfdAo5zVb1N979KLSKD24="
    with pytest.raises(ChainError, match="it is on tvm:-239, begun by AAAA") as caught:
        await open_reader(TON, {"url": node.url}).read({COIN: [ONE]}, FINALIZED)
    assert caught.value.reason is Reason.WRONG_CHAIN


async def test_another_block_of_the_same_number_is_not_the_one(node: TonStandIn, open_reader: Opener) -> None:
    def elsewhere(asked: Any, document: Any) -> Any:
        if asked.path == "/getAddressInformation":
            document["result"]["block_id"]["root_hash"] = b64encode(b"\7" * 32).decode()
        return document

    node.twist = elsewhere
    with pytest.raises(ChainError) as caught:
        await open_reader(TON, {"url": node.url}).read({COIN: [ONE]}, FINALIZED)
    assert caught.value.reason is Reason.TIP_MOVED
