from __future__ import annotations

import pytest
from eth_utils.address import to_checksum_address
from hypothesis import given
from hypothesis import strategies as st

from tests.support.addresses import accepted, refusal

# EIP-55, "Test Cases".
EIP_55 = [
    "0x52908400098527886E0F7030069857D2E4169EE7",
    "0x8617E340B3D01FA5F11F306F4090FD50E238070D",
    "0xde709f2102306220921060314715629080e2fb77",
    "0x27b1fdb04752bbc536007a920d24acb045561c26",
    "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
    "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
    "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
    "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
]

accounts = st.binary(min_size=20, max_size=20)


@pytest.mark.parametrize("text", EIP_55)
def test_the_vectors_of_eip_55_are_accepted_and_lower_case_is_canonical(text: str) -> None:
    decoded = accepted("ethereum", text)
    assert decoded == (text.lower(), "account", bytes.fromhex(text[2:]))


@given(accounts)
def test_any_account_is_read_in_lower_upper_and_checksummed_spelling(account: bytes) -> None:
    digits = account.hex()
    checksummed = to_checksum_address(account)
    spellings = (digits, digits.upper(), checksummed[2:])
    padded = [prefix + "00" * 12 + text for text in spellings for prefix in ("0x", "")]
    for text in (*padded, *(prefix + text for text in spellings for prefix in ("0x", "0X", ""))):
        assert accepted("ethereum", text) == ("0x" + digits, "account", account)


def test_a_wrong_checksum_is_refused_with_the_right_spelling() -> None:
    assert refusal("ethereum", "0x5AAeb6053F3E94C9b9A09f33669435E7Ef1BeAed") == (
        "its EIP-55 checksum does not match: expected 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("de709f2102306220921060314715629080e2fb7", "has 39 hexadecimal digits, not 40"),
        ("0x01" + "00" * 11 + "de709f2102306220921060314715629080e2fb77", "has 64 hexadecimal digits, not 40"),
        ("XKOde709f2102306220921060314715629080e2fb77", "does not begin with 0x"),
        ("5AAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "EIP-55 checksum does not match"),
        ("0xde709f2102306220921060314715629080e2fb7", "has 39 hexadecimal digits, not 40"),
        ("0xde709f2102306220921060314715629080e2fb7700", "has 42 hexadecimal digits, not 40"),
        ("0xde709f2102306220921060314715629080e2fbxx", "not hexadecimal"),
        ("ex1a0ugda5r0hc3vrzu9wyfkx22vz3g2y2paegqvc", "does not begin with 0x"),
    ],
)
def test_what_is_not_twenty_bytes_of_hexadecimal_is_refused(text: str, reason: str) -> None:
    assert reason in refusal("ethereum", text)


@pytest.mark.parametrize(
    ("name", "text", "account"),
    [
        ("okc", "ex1a0ugda5r0hc3vrzu9wyfkx22vz3g2y2paegqvc", "0xebf886f6837df1160c5c2b889b194a60a2851141"),
        ("harmony", "one19hwuxvg6e9fgl9fem6gxspff0uyc0s3wwzjdx2", "0x2dddc3311ac9528f9539de906805297f0987c22e"),
    ],
)
def test_chains_with_a_bech32_spelling_name_the_same_account_in_both(name: str, text: str, account: str) -> None:
    assert accepted(name, text).canonical == accepted(name, account).canonical == account
    assert "not hexadecimal" in refusal(name, "0x" + text)


def test_the_bech32_spelling_of_another_chain_is_refused() -> None:
    assert refusal("okc", "one19hwuxvg6e9fgl9fem6gxspff0uyc0s3wwzjdx2") == "its bech32 prefix is one, not ex"
