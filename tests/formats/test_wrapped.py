"""One signature of several texts: however it is wrapped, it is the same text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.formats.wrapped import unwrapped
from monitor.model import VerdictStatus
from monitor.ownership import judge
from monitor.ownership.digests import okx_preimage
from tests.support.ed25519 import HOMES, KEY
from tests.support.ownership import MESSAGE, claim

_HOMES = {home.name: home for home in HOMES}
_WRAPPED = okx_preimage(MESSAGE.encode()).decode()


@pytest.mark.parametrize(
    ("name", "texts"),
    [
        ("solana", [MESSAGE, _WRAPPED]),
        ("polkadot", [MESSAGE, _WRAPPED]),
        ("polkadot", [MESSAGE, f"<Bytes>{MESSAGE}</Bytes>"]),
    ],
)
def test_what_one_signature_is_valid_for_is_one_text(name: str, texts: list[str]) -> None:
    home = _HOMES[name]
    signature = KEY.sign(texts[-1].encode()).hex()
    rows = [claim(home.on, home.address(KEY.public), signature, key=KEY.hex, message=text) for text in texts]
    assert {judge(row, home.on).status for row in rows} == {VerdictStatus.VERIFIED}
    assert {unwrapped(text) for text in texts} == {MESSAGE}


@given(st.text(max_size=20))
def test_a_text_is_the_same_in_whatever_it_is_wrapped(text: str) -> None:
    wrapped = [f"<Bytes>{text}</Bytes>", f"APTOS\naddress: 0x1\nmessage: {text}\nnonce: 7", f" {text}\n"]
    if text.isascii():
        wrapped.append(okx_preimage(text.encode()).decode())
    assert {unwrapped(each) for each in wrapped} == {unwrapped(text)}


def test_what_only_looks_wrapped_is_left_and_no_depth_takes_long() -> None:
    for text in ("<Bytes>a", "OKX Signed Message:\na", "APTOS\nmessage: a"):
        assert unwrapped(text) == text
    assert unwrapped("<Bytes>" * 9 + "a" + "</Bytes>" * 9) == ""
