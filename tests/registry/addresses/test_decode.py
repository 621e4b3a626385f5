"""What holds for the addresses of every network."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model import Caip2, Network
from monitor.registry.addresses import AddressError, NoCodecError, decode
from tests.support.addresses import accepted, network, refusal

PUBLISHED: dict[str, list[str]] = json.loads((Path(__file__).parents[2] / "data/addresses/published.json").read_text())
"""Real addresses that five exchanges published, by network: some of every form."""

ROWS = [(name, text) for name, texts in PUBLISHED.items() for text in texts]

# Networks on which one change of a character is caught: by a checksum, or by a rule that knows every account.
CHECKED = [
    ("aelf", "2XNagboftecQgKRtgG8W5zpdRiZWinUfsfZm62a5NmmEVoZG7X"),
    ("algorand", "JDQ7EW3VY2ZHK4DKUHMNP35XLFPRJBND6M7SZ7W5RCFDNYAA47OC5IS62I"),
    ("bitcoin", "1DcT5Wij5tfb3oVViF8mA8p4WrG98ahZPT"),
    ("bitcoin", "bc1q82aks5ft2at48wp0sa6rr5vtzutvgzr8azts6w8nlu0dqc2dx24qvzwspk"),
    ("bitcoin", "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0"),
    ("bitcoin-cash", "bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a"),
    ("cardano", "addr1v9500j9f8sgnw9uftxmuc429kyy2mduuaj3649rw779v8ks4nyrxz"),
    (
        "cardano",
        "DdzFFzCqrhstFM5XQYA28G2ekCkvpb6bPdhUT5vcsZtqYT3i7wAtjNPCTEGNbUmgL4ym9udeV5k6Utc3vCmAbky6Bvda72r1SQknZH9L",
    ),
    ("casper", "01682FA591f79eC7dCcaAdBf3a4C11d37b913e224F901730f6AaA1Dd545AE553E7"),
    ("conflux", "cfx:aameksd3gwvmtduc861ym2uzkfaawu9566k0jnte55"),
    ("cosmos", "cosmos1h9ymfm2fxrqgd257dlw5nku3jgqjgpl59sm5ns"),
    ("ethereum", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"),
    ("filecoin", "f410fa7sh5u6fvd7vt625dx2akhbu3jt7yvkhgdp55ki"),
    ("filecoin", "f1lzszobfjwres2otlbitgpbeo6ha72sujwsdjy5i"),
    ("flow", "0xe467b9dd11fa00df"),
    ("hedera", "0.0.123-vfmkw"),
    ("internet-computer", "d4685b31b51450508aff0331584df7692a84467b680326f5c5f7d30ae711682f"),
    ("klayr", "kly24cd35u4jdq8szo3pnsqe5dsxwrnazyqqqg5eu"),
    ("litecoin", "MFFutLx5oXJ3mZife6zsGAir11hVbmUF99"),
    ("polkadot", "12Z1EpgUskkbinZ47CdiUSdBMSvh4FVhgr6iDKfiyvEFndEa"),
    ("sia", "0" * 64 + "89eb0d6a8a69"),
    ("stacks", "SP2J6ZY48GV1EZ5V2V5RB9MP66SW86PYKKNRV9EJ7"),
    ("stellar", "GDMA3OUZHWTQ4RZBYEXR4VEZ7YGQNXOAMRSYRHDM5GSXH3UZQF5VGPXN"),
    ("tezos", "tz1KtGwriE7VuLwT3LwuvU9Nv4wAxP7XZ57d"),
    ("ton", "UQB1CKrUWm7qf41Z1GeEE6AgVVj5cH6y6x1aRmWe6q4mj1fn"),
    ("tron", "TSBg5SM1TXVXneSivmzpZa9hpccLNeYcWq"),
    ("xrp", "r4G3oDV1FJu1TtTv5M2u1cGbMDHnZzZpdn"),
    ("zcash", "t1Hsc1LR8yKnbbe3twRp88p6vFfC5t7DLbs"),
]

HEXADECIMAL = {"aptos", "sui", "starknet", "substrate"}
"""Families that read 32 bytes of hexadecimal without a checksum."""

EXAMPLES = sorted(dict([*ROWS, *CHECKED]).items())
"""One address for each network."""


@pytest.mark.parametrize(("name", "texts"), PUBLISHED.items(), ids=PUBLISHED)
def test_every_published_address_decodes_and_its_canonical_spelling_is_the_same_account(
    name: str, texts: list[str]
) -> None:
    for text in texts:
        decoded = accepted(name, text)
        again = accepted(name, decoded.canonical)
        assert (again.canonical, again.payload) == (decoded.canonical, decoded.payload)


@pytest.mark.parametrize(("name", "text"), CHECKED)
def test_one_wrong_character_is_refused(name: str, text: str) -> None:
    assert not refusal(name, text)
    for place, right in enumerate(text):
        for wrong in {character for character in text if character != right} | {"7", "x", "Z"} - {right}:
            changed = text[:place] + wrong + text[place + 1 :]
            assert refusal(name, changed), f"{changed} is accepted"


@pytest.mark.parametrize(("name", "text"), EXAMPLES)
def test_nothing_may_stand_around_an_address(name: str, text: str) -> None:
    for changed in (f" {text}", f"{text} ", f"{text}\n", f"\t{text}", f"\ufeff{text}", f"{text}\0", f'"{text}"'):
        assert refusal(name, changed), f"{changed!r} is accepted"


@pytest.mark.parametrize(("name", "text"), EXAMPLES)
def test_letters_of_other_scripts_do_not_pass_for_ascii(name: str, text: str) -> None:
    for place in range(len(text)):
        for foreign in (
            "\u212a",
            "\u0430",
            "\uff11",
            "\u00b2",
        ):  # kelvin sign, Cyrillic a, full-width and superscript digit
            assert refusal(name, text[:place] + foreign + text[place + 1 :])


@pytest.mark.parametrize("name", [name for name, _ in EXAMPLES])
def test_empty_and_endless_texts_are_refused(name: str) -> None:
    assert refusal(name, "") == "is empty"
    assert "characters" in refusal(name, "1" * 1_000_000)


@pytest.mark.parametrize(("name", "text"), EXAMPLES)
def test_an_address_of_another_family_is_refused(name: str, text: str) -> None:
    family = network(name).family
    # NEAR takes nearly any word for an account name; Filecoin, Harmony, Injective and (for withdrawals) the beacon
    # chain read Ethereum's spelling, and hexadecimal of 32 bytes without a checksum is the same everywhere.
    alike = {"near", family} | (HEXADECIMAL if re.fullmatch("(0x)?[0-9a-f]{62,64}", text) else set())
    readers = ("filecoin", "ethereum-beacon", "injective")
    for other, _ in EXAMPLES:
        if network(other).family not in alike and not (other in readers and family == "evm"):
            assert refusal(other, text), f"{text} of {name} is accepted on {other}"


@given(name=st.sampled_from([name for name, _ in EXAMPLES]), text=st.text())
def test_any_text_is_decoded_or_refused_with_an_address_error(name: str, text: str) -> None:
    refusal(name, text)


@given(row=st.sampled_from(EXAMPLES), data=st.data())
def test_any_damaged_address_is_decoded_or_refused_with_an_address_error(
    row: tuple[str, str], data: st.DataObject
) -> None:
    name, text = row
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    filler = data.draw(st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=12))
    refusal(name, text[:start] + filler + text[end:])


def test_a_network_without_a_codec_is_told_apart_from_a_wrong_address() -> None:
    future = Network(name="future", caip2=Caip2("future:1"), family="future", title="Future")
    with pytest.raises(NoCodecError, match="Future"):
        decode(future, "anything")
    for family in ("bitcoin", "cosmos", "substrate"):
        with pytest.raises(NoCodecError, match="unheard-of"):
            decode(Network(name="unheard-of", caip2=Caip2("a:b"), family=family, title="Unheard of"), "anything")
    with pytest.raises(AddressError) as refused:
        decode(network("bitcoin"), "anything")
    assert not isinstance(refused.value, NoCodecError)
