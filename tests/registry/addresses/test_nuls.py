import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import keys
from tests.support.addresses import accepted, refusal

PUBLISHED = "NULSd6HgXY3zLvEoCRUa6yFXwpnF8gqrDeToT"  # ENS' address-encoder, test of the coin


def test_a_published_address_holds_its_twenty_bytes() -> None:
    decoded = accepted("nuls", PUBLISHED)
    assert (decoded.canonical, decoded.form) == (PUBLISHED, "account")
    assert decoded.payload.hex() == "3ba3e3c56062266262514c74fafb01852af99fec"


@pytest.mark.parametrize(("kind", "form"), [(1, "account"), (2, "contract"), (3, "multisig")])
@given(account=st.binary(min_size=20, max_size=20))
def test_every_type_of_account_is_told_apart(kind: int, form: str, account: bytes) -> None:
    decoded = accepted("nuls", keys.nuls(account, kind))
    assert (decoded.form, decoded.payload) == (form, account)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("tNULSeBaMvEtDfvZuukDf2mVyfGo3DdiN8KLRG", "does not begin with NULSd"),
        ("Nse5FeeiYk1opxdc5RqYpEWkiUDGNuLs", "does not begin with NULSd"),
        (PUBLISHED[:-1] + "U", "checksum"),
        (PUBLISHED[:-1], "bytes, not 24"),
        (PUBLISHED + "111", "bytes, not 24"),
        (PUBLISHED[:-1] + "0", "not base58"),
        (keys.nuls(bytes(20), 4), "no known type"),
        (keys.nuls(bytes(20), chain=2), "main net"),
    ],
)
def test_anything_else_is_refused(text: str, why: str) -> None:
    assert why in refusal("nuls", text)
