"""Flow: a key proven, and no account."""

from dataclasses import replace

import pytest
from eth_hash.auto import keccak
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.model import Claim, Code, VerdictStatus
from monitor.ownership import judge
from monitor.registry import load
from tests.support.keys import Key
from tests.support.ownership import MESSAGE, NOT_PROVEN, claim, with_high_s

FLOW = load().networks["flow"]
ACCOUNT = "0xe467b9dd11fa00df"
KEY, OTHER = Key(b"\x01" * 32), Key(b"\x02" * 32)
RAW = KEY.sign(keccak(b"\x14OKX Signed Message:\n" + bytes((len(MESSAGE),)) + MESSAGE.encode()))
SIGNED = "0x" + RAW.hex()


def row(signature: str = SIGNED, key: str = KEY.x_y.hex(), message: str = MESSAGE) -> Claim:
    return claim(FLOW, ACCOUNT, signature, key=key, message=message)


@pytest.mark.parametrize("stated", [KEY.compressed, KEY.uncompressed, KEY.x_y])
def test_the_stated_keys_signature_is_unbound(stated: bytes) -> None:
    verdict = judge(row(key=stated.hex()), FLOW)
    assert verdict.status is VerdictStatus.UNBOUND
    assert (verdict.code, "nothing ties it to the account" in verdict.reason) == (Code.UNBOUND_KEY, True)


@pytest.mark.parametrize(
    "key", ["", OTHER.x_y.hex(), KEY.x_y.hex()[:-2], "04" + KEY.compressed.hex(), "00" * 33, "ff" * 64, "rubbish"]
)
def test_another_key_or_none_is_not_proven(key: str) -> None:
    verdict = judge(row(key=key), FLOW)
    assert (verdict.status in NOT_PROVEN, verdict.code is Code.DEFECT) == (True, False)


def test_an_altered_message_or_signature_is_not_proven_and_owners_are_not_judged() -> None:
    twin = "0x" + (with_high_s(RAW[:64]) + bytes((55 - RAW[64],))).hex()
    for altered in (row(message="."), row(twin), row(SIGNED + "00"), replace(row(), signatures=(SIGNED, SIGNED))):
        assert judge(altered, FLOW).status in NOT_PROVEN
    assert judge(replace(row(), owners=(ACCOUNT,)), FLOW).status is VerdictStatus.UNSUPPORTED


@settings(max_examples=30, deadline=None)
@given(position=st.integers(0, 64), change=st.integers(1, 255))
def test_a_signature_with_any_byte_changed_is_not_proven(position: int, change: int) -> None:
    raw = bytearray(RAW)
    raw[position] ^= change
    assert judge(row("0x" + raw.hex()), FLOW).status in NOT_PROVEN
