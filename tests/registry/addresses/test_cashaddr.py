from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.registry.addresses import cashaddr
from monitor.registry.addresses.bitcoin import script_pubkey
from monitor.registry.addresses.encodings import cashaddr as encoding
from tests.support.addresses import accepted, refusal

# The specification, "Examples of address translation".
TRANSLATIONS = [
    ("1BpEi6DfDAUFd7GtittLSdBeYJvcoaVggu", "bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a", "p2pkh"),
    ("1KXrWXciRDZUpQwQmuM1DbwsKDLYAYsVLR", "bitcoincash:qr95sy3j9xwd2ap32xkykttr4cvcu7as4y0qverfuy", "p2pkh"),
    ("16w1D5WRVKJuZUsSRzdLp9w3YGcgoxDXb", "bitcoincash:qqq3728yw0y47sqn6l2na30mcw6zm78dzqre909m2r", "p2pkh"),
    ("3CWFddi6m4ndiGyKqzYvsFYagqDLPVMTzC", "bitcoincash:ppm2qsznhks23z7629mms6s4cwef74vcwvn0h829pq", "p2sh"),
    ("3LDsS579y7sruadqu11beEJoTjdFiFCdX4", "bitcoincash:pr95sy3j9xwd2ap32xkykttr4cvcu7as4yc93ky28e", "p2sh"),
    ("31nwvkZwyPdgzjBJZXfDmSWsC4ZLKpYyUw", "bitcoincash:pqq3728yw0y47sqn6l2na30mcw6zm78dzq5ucqzc37", "p2sh"),
]

# The specification, "Larger test vectors": 20 bytes under the prefix of the main net, and 32 under another.
PAYLOAD_20 = bytes.fromhex("F5BF48B397DAE70BE82B3CCA4793F8EB2B6CDAC9")


@pytest.mark.parametrize(("legacy", "cash", "form"), TRANSLATIONS)
def test_all_spellings_are_one_account(legacy: str, cash: str, form: str) -> None:
    spellings = (
        legacy,
        cash,
        cash.upper(),
        cash.removeprefix("bitcoincash:"),
        cash.removeprefix("bitcoincash:").upper(),
    )
    assert {accepted("bitcoin-cash", text) for text in spellings} == {accepted("bitcoin-cash", cash)}
    assert accepted("bitcoin-cash", legacy)[:2] == (cash, form)
    assert script_pubkey(accepted("bitcoin-cash", cash)) == script_pubkey(accepted("bitcoin", legacy))


def test_the_specifications_vector_of_twenty_bytes_is_read() -> None:
    decoded = accepted("bitcoin-cash", "bitcoincash:qr6m7j9njldwwzlg9v7v53unlr4jkmx6eylep8ekg2")
    assert (decoded.form, decoded.payload) == ("p2pkh", PAYLOAD_20)


def test_the_two_coins_have_their_own_prefix() -> None:
    ecash = "ecash:qq8d5lh8c78sraajk2ndeqvgqjhdu58zny7etakvlm"
    assert accepted("ecash", ecash).form == "p2pkh"
    assert accepted("ecash", ecash.removeprefix("ecash:")).canonical == ecash
    assert refusal("bitcoin-cash", ecash) == "its prefix is 'ecash', not 'bitcoincash'"
    # Published like this in a verifier's own tests: the prefix of one coin over the checksum of the other.
    for text in ("bitcoincash:qq8d5lh8c78sraajk2ndeqvgqjhdu58zny7etakvlm", ecash.removeprefix("ecash:")):
        assert refusal("bitcoin-cash", text) == "is an address of ecash: its checksum is made for that prefix"


@given(
    st.binary(min_size=20, max_size=20), st.sampled_from(["p2pkh", "p2sh"]), st.sampled_from(["bitcoincash", "ecash"])
)
def test_what_is_encoded_is_decoded(payload: bytes, form: str, prefix: str) -> None:
    text = cashaddr.encode(prefix, form, payload)
    assert accepted({"bitcoincash": "bitcoin-cash", "ecash": "ecash"}[prefix], text) == (text, form, payload)


def cash(prefix: str, version: int, payload: bytes) -> str:
    return encoding.encode(prefix, bytes((version,)) + payload, encoding.CASHADDR_ALPHABET)


def test_a_script_hash_of_32_bytes_is_a_form_of_its_own() -> None:
    decoded = accepted("bitcoin-cash", cash("bitcoincash", 11, bytes(32)))
    assert decoded.form == "p2sh32"


def test_addresses_of_wallets_that_know_tokens_are_the_same_account() -> None:
    plain = accepted("bitcoin-cash", cash("bitcoincash", 0, PAYLOAD_20))
    assert accepted("bitcoin-cash", cash("bitcoincash", 2 << 3, PAYLOAD_20)) == plain
    assert "not a known cash address" in refusal("ecash", cash("ecash", 2 << 3, PAYLOAD_20))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (cash("bitcoincash", 0, bytes(24)), "not a known cash address"),
        (cash("bitcoincash", 1, bytes(24)), "not a known cash address"),
        (cash("bitcoincash", 3, bytes(32)), "not a known cash address"),
        (cash("bitcoincash", 0x80, bytes(20)), "not a known cash address"),
        (cash("bchtest", 0, bytes(20)), "its prefix is 'bchtest'"),
        (cash("bchtest", 0, bytes(20)).removeprefix("bchtest:"), "checksum does not match"),
        ("bitcoincash:Qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a", "mixed case"),
        ("BITCOINCASH:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a", "mixed case"),
        (":qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a", "its prefix is ''"),
        ("bitcoincash:", "too short"),
        ("bitcoincash:bpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a", "'b', which is outside its alphabet"),
        (
            "bitcoincash:bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a",
            "its prefix is 'bitcoincash:bitcoincash'",
        ),
    ],
)
def test_what_the_specification_does_not_allow_is_refused(text: str, reason: str) -> None:
    assert reason in refusal("bitcoin-cash", text)
