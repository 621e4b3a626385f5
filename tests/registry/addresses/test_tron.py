"""Tron addresses are recognised at sight, all of them and nothing else."""

from hypothesis import example, given
from hypothesis import strategies as st

from monitor.registry.addresses import tron
from monitor.registry.addresses.encodings import base58check
from tests.support.addresses import accepted, refusal


@given(st.binary(min_size=20, max_size=20))
@example(bytes(20))
@example(b"\xff" * 20)
def test_every_account_has_an_address_that_is_canonical_at_sight(account: bytes) -> None:
    text = base58check.encode_check(b"\x41" + account)
    assert tron.is_canonical(text)
    assert accepted("tron", text).payload == account


@given(st.binary(max_size=30))
@example(b"\x42" + bytes(20))
@example(b"\x41" + bytes(19))
def test_bytes_of_another_kind_are_no_address(body: bytes) -> None:
    if len(body) != 21 or body[0] != 0x41:
        text = base58check.encode_check(body)
        assert not tron.is_canonical(text)
        assert refusal("tron", text)
