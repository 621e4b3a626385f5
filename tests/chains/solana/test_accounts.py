"""What lies in accounts, by the layouts of the token programs."""

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.chains.solana.accounts import SLICE, TokenAccount, account_of, mint_decimals, token_account
from tests.support.owner_standins import DATA
from tests.support.solana import SYSTEM, TOKEN, TOKEN_2022, USDC, Lying, key, mint_data, token_data

SOLDERS: dict[str, str] = json.loads((DATA / "solana.json").read_text(encoding="utf-8"))["solders"]
PROGRAMS = st.sampled_from((TOKEN, TOKEN_2022))


def read(lying: Lying) -> Any:
    return account_of(lying.told(SLICE))


@given(st.integers(0, 2**64 - 1), PROGRAMS, st.sampled_from((1, 2)), st.binary(max_size=300))
def test_units_and_owner_are_read_exactly_whatever_extensions_follow(
    units: int, program: str, state: int, extensions: bytes
) -> None:
    data = token_data(str(USDC.contract), key(1), units, state=state, extensions=extensions)
    if len(data) != 355:
        assert token_account(read(Lying(5, program, data))) == TokenAccount(str(USDC.contract), key(1), units)


def test_what_another_implementation_writes_is_read_exactly() -> None:
    made = {name: Lying(5, TOKEN, base64.b64decode(data)) for name, data in SOLDERS.items() if name != "source"}
    assert token_account(read(made["frozen account"])) == TokenAccount(str(USDC.contract), key(1), 2**64 - 3)
    assert mint_decimals(read(made["mint"])) == 6


@given(st.integers(0, 255), PROGRAMS, st.binary(max_size=150))
def test_a_mint_is_known_by_its_length_or_its_type(decimals: int, program: str, extensions: bytes) -> None:
    mint = read(Lying(5, program, mint_data(decimals, extensions=extensions)))
    if mint.size != 355:
        assert (mint_decimals(mint), token_account(mint)) == (decimals, None)


@pytest.mark.parametrize(
    "lying",
    [
        Lying(5),
        Lying(5, SYSTEM, token_data(str(USDC.contract), key(1), 7)),
        Lying(5, TOKEN, token_data(str(USDC.contract), key(1), 7, state=0)),
        Lying(5, TOKEN, token_data(str(USDC.contract), key(1), 7)[:-1]),
        Lying(5, TOKEN, token_data(str(USDC.contract), key(1), 7).ljust(355, b"\2")),
        Lying(5, TOKEN_2022, token_data(str(USDC.contract), key(1), 7) + b"\0" * 9),
        Lying(5, TOKEN, mint_data(6)),
    ],
    ids=["coins", "another program", "not in use", "too short", "multisig", "no type", "mint"],
)
def test_what_is_no_token_account_holds_no_tokens(lying: Lying) -> None:
    assert token_account(read(lying)) is None


@given(st.binary(max_size=400))
def test_any_data_of_a_token_program_are_read_or_passed_over(data: bytes) -> None:
    account = read(Lying(5, TOKEN_2022, data))
    assert token_account(account) is None or mint_decimals(account) is None


GOOD = Lying(5, TOKEN, mint_data(6)).told(SLICE)


@pytest.mark.parametrize(
    "told",
    [
        7,
        GOOD | {"lamports": -1},
        GOOD | {"lamports": True},
        GOOD | {"lamports": 5.0},
        GOOD | {"lamports": "5"},
        GOOD | {"owner": None},
        GOOD | {"space": 83},
        {name: value for name, value in GOOD.items() if name != "space"},
        GOOD | {"data": base64.b64encode(mint_data(6)).decode()},
        GOOD | {"data": ["3Mc6vR", "base58"]},
        GOOD | {"data": ["%%%%", "base64"]},
        GOOD | {"data": [None, "base64"]},
        GOOD | {"data": {"program": "spl-token", "parsed": {}, "space": 82}},
    ],
)
def test_what_is_no_account_is_refused(told: object) -> None:
    with pytest.raises((ValueError, TypeError, LookupError)):
        account_of(told)
