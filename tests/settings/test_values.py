"""Durations, listen addresses and blocks as people write them."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from monitor.settings.values import (
    Retention,
    format_duration,
    format_retention,
    host_and_port,
    parse_block,
    parse_duration,
    parse_fingerprint,
    parse_host,
    parse_listen,
    parse_origin,
)

RETENTION: TypeAdapter[timedelta] = TypeAdapter(Retention)


@pytest.mark.parametrize(
    ("text", "seconds"), [("30s", 30), ("10m", 600), ("1h30m", 5400), ("35d", 3024000), ("2w", 1209600), ("0", 0)]
)
def test_durations_have_units(text: str, seconds: int) -> None:
    assert parse_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "30", 30, "1.5h", "-1s", "1y", "s", "1h 30m", None])
def test_a_duration_without_unit_or_sense_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match="write it like 30s"):
        parse_duration(text)


@pytest.mark.parametrize("text", ["365001d", "99999999999999d", "1" * 400 + "ms"])
def test_a_duration_that_no_clock_reaches_is_refused(text: str) -> None:
    """It would be added to the present moment, somewhere, and fail there."""
    with pytest.raises(ValueError, match="longer than a thousand years"):
        parse_duration(text)


@given(st.timedeltas(min_value=timedelta(), max_value=timedelta(days=4000)))
def test_every_duration_reads_back_to_the_millisecond(value: timedelta) -> None:
    rounded = timedelta(milliseconds=round(value / timedelta(milliseconds=1)))
    assert parse_duration(format_duration(value)) == rounded


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("127.0.0.1:9876", "127.0.0.1", 9876),
        ("[::1]:80", "::1", 80),
        (":9876", "", 9876),
        ("localhost:0", "localhost", 0),
    ],
)
def test_listen_addresses_are_host_and_port(text: str, host: str, port: int) -> None:
    assert parse_listen(text) == text
    assert host_and_port(text) == (host, port)


@pytest.mark.parametrize("text", ["9876", "127.0.0.1", "127.0.0.1:99999", "::1:80", "a b:1", 9876])
def test_other_listen_addresses_are_refused(text: object) -> None:
    with pytest.raises(ValueError, match=r"listen address|65535"):
        parse_listen(text)


@pytest.mark.parametrize("block", ["finalized", "safe", "latest", 0, 12, 10_000])
def test_a_block_is_a_tag_or_a_number_of_confirmations(block: object) -> None:
    assert parse_block(block) == block


@pytest.mark.parametrize("block", ["pending", "earliest", -1, 10_001, True, 1.5, None, "0x1"])
def test_other_blocks_are_refused(block: object) -> None:
    with pytest.raises(ValueError, match="not a block"):
        parse_block(block)


@pytest.mark.parametrize("text", ["AB" * 32, "sha256:" + "ab" * 32, "SHA256:" + ":".join(["aB"] * 32)])
def test_a_certificates_fingerprint_is_its_sha256_with_or_without_colons(text: str) -> None:
    assert parse_fingerprint(text) == "sha256:" + "ab" * 32


@pytest.mark.parametrize("text", ["", "ab" * 20, "sha1:" + "ab" * 20, "sha256:" + "zz" * 32, "ab" * 33, 7, None])
def test_other_fingerprints_are_refused(text: object) -> None:
    with pytest.raises(ValueError, match="64 hexadecimal digits"):
        parse_fingerprint(text)


@pytest.mark.parametrize("text", ["por.example", "localhost", "192.0.2.7", "::1", "[2001:db8::1]"])
def test_hosts_are_names_and_addresses(text: str) -> None:
    assert parse_host(text) == text


@pytest.mark.parametrize("text", ["", "por.example:9876", "http://por.example", "por.example/", "a b", 7, None])
def test_other_hosts_are_refused(text: object) -> None:
    with pytest.raises(ValueError, match="not a host"):
        parse_host(text)


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("*", "*"),
        ("https://status.example.com", "https://status.example.com"),
        ("HTTPS://Status.Example.com:443", "https://status.example.com"),  # as browsers send it
        ("http://localhost:3000", "http://localhost:3000"),
        ("http://[::1]:80", "http://[::1]"),
    ],
)
def test_origins_are_those_that_browsers_send(text: str, origin: str) -> None:
    assert parse_origin(text) == origin


@pytest.mark.parametrize(
    "text", ["", "null", "status.example.com", "https://a.example/", "https://a.example/page", "https://*.example", 7]
)
def test_other_origins_are_refused(text: object) -> None:
    with pytest.raises(ValueError, match="not an origin"):
        parse_origin(text)


@pytest.mark.parametrize("text", ["forever", "90d", "1h"])
def test_what_is_kept_for_ever_is_said_so(text: str) -> None:
    assert format_retention(RETENTION.validate_python(text)) == text


@pytest.mark.parametrize("text", ["always", "7", 7, "0s", ""])
def test_other_times_to_keep_something_are_refused(text: object) -> None:
    with pytest.raises(ValidationError):
        RETENTION.validate_python(text)
