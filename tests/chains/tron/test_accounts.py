"""Tron's accounts in base58 and in hex."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.chains.node import Held
from monitor.chains.tron.accounts import Translated, from_hex, to_hex
from monitor.model import Token
from monitor.registry.addresses import AddressError
from tests.support.chains import account as evm_account
from tests.support.readers import Reader
from tests.support.tron import TRON, TRX, USDT, USDT_HEX, account


def test_the_two_spellings_of_tethers_contract_are_one() -> None:
    assert (to_hex(TRON, str(USDT.contract)), from_hex(USDT_HEX)) == (USDT_HEX, USDT.contract)


@given(st.binary(min_size=20, max_size=20))
def test_every_account_comes_back_from_hex(body: bytes) -> None:
    spelled = from_hex("0x" + body.hex())
    assert spelled.startswith("T")
    assert to_hex(TRON, spelled) == "0x" + body.hex()


@pytest.mark.parametrize("text", [USDT_HEX, "1002000", ""])
def test_what_is_no_account_is_refused(text: str) -> None:
    with pytest.raises(AddressError):
        to_hex(TRON, text)


async def test_balances_and_reasons_come_back_in_trons_own_words() -> None:
    asset = Token("BTT", "tron", "1002000", 6)
    translated = Translated(TRON, {TRX: [account(7)], USDT: [account(7), account(8)], asset: [account(7)]})
    coins, tether = translated.wanted
    assert (tether.contract, translated.wanted[tether]) == (USDT_HEX, [evm_account(7), evm_account(8)])
    block = (await Reader().read({}, None)).block  # type: ignore[arg-type]
    failed = {tether: f"there is no contract at {USDT_HEX} at block 0x{'ab' * 32}"}
    held = translated.back(Held(block, {coins: {evm_account(7): 5}}, failed))
    assert held.balances == {TRX: {account(7): 5}}
    assert held.failed == {
        USDT: f"there is no contract at {USDT.contract} at block 0x{'ab' * 32}",
        asset: "1002000 is no contract of TRON: it is not base58: it holds a character outside the alphabet",
    }
