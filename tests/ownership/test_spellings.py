"""The strict readers: one spelling for the same bytes."""

import base64

import pytest
from base58 import b58encode
from hypothesis import given
from hypothesis import strategies as st

from monitor.ownership.ed25519 import read_signature
from monitor.ownership.family import NotJudged
from monitor.ownership.spellings import base58_bytes, base64_bytes, hex_bytes
from monitor.registry.addresses import AddressError
from monitor.registry.addresses.encodings import base58check

SPACES = pytest.mark.parametrize("space", [" ", "\n", "\t", "\u00a0", "\x1f"])


@given(st.binary(min_size=1, max_size=80))
def test_what_is_written_is_read(raw: bytes) -> None:
    assert hex_bytes(raw.hex(), "it") == hex_bytes("0x" + raw.hex(), "it") == raw
    assert base58_bytes(b58encode(raw).decode(), "it") == raw
    assert base64_bytes(base64.b64encode(raw).decode(), "it") == raw


@SPACES
def test_nothing_stands_before_or_after(space: str) -> None:
    raw = b"\x07" * 64
    text = b58encode(raw).decode()
    for spelling in (text + space, space + text):
        with pytest.raises(NotJudged):
            base58_bytes(spelling, "it")
        with pytest.raises(NotJudged):
            read_signature(spelling)
        with pytest.raises(AddressError):
            base58check.decode(spelling)
    for spelling in (raw.hex() + space, space + raw.hex()):
        with pytest.raises(NotJudged):
            hex_bytes(spelling, "it")
    for spelling in (base64.b64encode(raw).decode() + space, space + base64.b64encode(raw).decode()):
        with pytest.raises(NotJudged):
            base64_bytes(spelling, "it")
