"""Secrets are masked in every form in which something repeats them, and nothing else is."""

import json
from base64 import b64encode, urlsafe_b64encode
from html import escape
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.formats import SECRETS, Secrets, shown, shown_lines, shown_value

SECRET = 'k3y/+"<&ö'


def masking(*values: str) -> Secrets:
    secrets = Secrets()
    secrets.add(values)
    return secrets


@pytest.mark.parametrize(
    "form",
    [
        SECRET,
        quote(SECRET),
        quote(SECRET, safe=""),
        quote(SECRET, safe="").lower(),
        json.dumps(SECRET),
        escape(SECRET),
        b64encode(SECRET.encode()).decode(),
        urlsafe_b64encode(SECRET.encode()).decode(),
        urlsafe_b64encode(SECRET.encode()).decode().rstrip("="),
    ],
)
def test_every_form_is_masked(form: str) -> None:
    masked = masking(SECRET).mask(f"Authorization: Basic {form}, they said")
    assert form not in masked
    assert "***" in masked
    assert masked.endswith(", they said")


@given(st.text(min_size=8, max_size=40))
def test_a_secret_is_in_no_text(secret: str) -> None:
    assert secret not in masking(secret).mask(f"before{secret}after {secret}") or secret in "before***after ***"


def test_a_short_one_is_masked_where_it_stands_by_itself() -> None:
    secrets = masking("abcd")
    assert secrets.mask("abcd, (abcd) and /abcd?x but abcde") == "***, (***) and /***?x but abcde"


def test_a_part_of_a_path_is_masked_with_its_slash_and_is_no_host() -> None:
    assert masking("/KEY").mask("POST /v2/KEY?x of https://KEY.example/KEYS, KEY") == (
        "POST /v2/***?x of https://KEY.example/KEYS, KEY"
    )


def test_the_longer_of_two_is_masked_whole() -> None:
    assert masking("token", "token-and-more").mask("token-and-more") == "***"


def test_what_was_secret_before_a_reload_stays_so() -> None:
    secrets = masking("first-key")
    assert secrets.mask("first-key second-key") == "*** second-key"
    secrets.add(["second-key"])
    assert secrets.mask("first-key second-key") == "*** ***"


def test_a_secret_is_masked_before_a_text_is_cut() -> None:
    SECRETS.add(["topsecretkey"])
    assert shown("the key topsecretkey is wrong", 12) == "the key *** …"


def test_texts_in_json_are_shown_and_our_own_names_stay() -> None:
    SECRETS.add(["status", "topsecretkey"])
    value = {
        "status": "is topsecretkey",
        "a\u202e": [1, None, "\x1b"],
        r"a\u202e": True,
        "topsecretkey!": {"x": "status"},
    }
    assert shown_value(value) == {
        "status": "is ***",
        r"a\u202e": [1, None, r"\x1b"],
        r"a\u202e'": True,
        "***!": {"x": "***"},
    }


def test_lines_of_our_own_stay_lines() -> None:
    assert shown_lines("first\nsec\x1bond") == "first\nsec\\x1bond"
