"""Scalar types of the configuration: durations, sizes and listen addresses as people write them."""

import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, ByteSize, Field, PlainSerializer, StringConstraints

CHAINLINK = "chainlink"
"""The source of prices that is feeds on chain."""
FOREVER = timedelta.max

_DEEPEST = 10_000
_HIGHEST_LIMIT = 10
_LONGEST = timedelta(days=365_000)
"""What can be added to any moment of today."""
_ENDPOINT_SCHEMES = {"http", "https", "tcp", "ssl"}
_LIKE_AN_ENDPOINT = "http://127.0.0.1:8545 or https://rpc.example.com (an Electrum server: ssl://host:50002)"
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
_UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_PART = re.compile(r"(\d+)(ms|[smhdw])")
_HOST = re.compile(r"\[[0-9a-fA-F:.]+\]|[0-9a-fA-F]*:[0-9a-fA-F]*:[0-9a-fA-F:.]*|[A-Za-z0-9._-]+")
_ORIGIN = re.compile(r"(https?)://(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:[0-9]{1,5})?")
_USUAL_PORTS = {"http": ":80", "https": ":443"}
"""Which browsers leave out."""
_DURATION = re.compile(rf"(?:{_PART.pattern})+")


def parse_duration(value: object) -> object:
    """``90s``, ``1h30m``, ``35d`` (units ms, s, m, h, d, w) as a timedelta; a bare number is refused."""
    if isinstance(value, timedelta):
        return value
    if value in {0, "0"}:
        return timedelta()
    if not isinstance(value, str) or not _DURATION.fullmatch(value):
        raise ValueError("not a duration: write it like 30s, 10m, 1h30m or 35d")
    try:
        duration = timedelta(seconds=sum(int(number) * _UNITS[unit] for number, unit in _PART.findall(value)))
    except OverflowError:
        duration = timedelta.max
    if duration > _LONGEST:
        raise ValueError("longer than a thousand years")
    return duration


def parse_moment(text: str, now: datetime) -> datetime:
    """``now``, a date or a moment (of UTC, unless it says otherwise), or how long ago: ``7d`` is a week before now.

    Raises:
        ValueError: it is none of these.

    """
    if text == "now":
        return now
    with suppress(ValueError, OverflowError):
        at = datetime.fromisoformat(text)
        return max(at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC), _BEGINNING)
    with suppress(ValueError):
        if isinstance(ago := parse_duration(text), timedelta):
            return now - min(ago, now - _BEGINNING)
    raise ValueError(f"{text} is no moment: write 2026-11-01, 2026-11-01T12:00Z, or 7d for a week ago")


def format_duration(value: timedelta) -> str:
    """The shortest exact spelling that :func:`parse_duration` reads back."""
    milliseconds = round(value / timedelta(milliseconds=1))
    parts = []
    for unit, size in (("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)):
        count, milliseconds = divmod(milliseconds, size)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"


def parse_retention(value: object) -> object:
    """A duration, or ``forever``."""
    if value in {"forever", FOREVER}:
        return FOREVER
    try:
        return parse_duration(value)
    except ValueError as error:
        raise ValueError(f"{error}; or forever") from error


def format_retention(value: timedelta) -> str:
    """The spelling that :func:`parse_retention` reads back."""
    return "forever" if value == FOREVER else format_duration(value)


def parse_listen(value: object) -> object:
    """``HOST:PORT`` or ``[IPv6]:PORT``; port 0 lets the system choose one."""
    if not isinstance(value, str) or not re.fullmatch(r"(?:\[[0-9a-fA-F:]+\]|[^:\s]*):\d{1,5}", value):
        raise ValueError("not a listen address: write it like 127.0.0.1:9876 or [::1]:9876")
    if host_and_port(value)[1] > 65535:
        raise ValueError("the port is over 65535")
    return value


def host_and_port(listen: str) -> tuple[str, int]:
    """Cut an address that :func:`parse_listen` lets pass; an IPv6 address is without its brackets."""
    host, _, port = listen.rpartition(":")
    return host.strip("[]"), int(port)


def parse_host(value: object) -> object:
    """A host's name or address as a browser names it, without scheme, port and path."""
    if isinstance(value, str) and re.fullmatch(
        r"\[[0-9a-fA-F:.]+\]|[0-9a-fA-F]*:[0-9a-fA-F:.]+|[A-Za-z0-9._-]+", value
    ):
        return value
    raise ValueError("not a host: write it like por.example.com or 192.0.2.7, without scheme, port and path")


def parse_origin(value: object) -> object:
    """An origin as browsers send it (``https://status.example.com``), or ``*`` for any."""
    found = _ORIGIN.fullmatch(value.lower()) if isinstance(value, str) else None
    if value == "*":
        return value
    if found is None:
        raise ValueError("not an origin: write it like https://status.example.com, without a path; or * for any")
    scheme, host, port = found.groups()
    return f"{scheme}://{host}" + (port if port and port != _USUAL_PORTS[scheme] else "")


def parse_block(value: object) -> object:
    """A block tag, or how many confirmations under the tip."""
    if value in {"finalized", "safe", "latest"}:
        return value
    if type(value) is int or (isinstance(value, str) and value.isdecimal()):
        depth = int(value)
        if 0 <= depth <= _DEEPEST:
            return depth
    raise ValueError(f"not a block: write finalized, safe, latest, or a number of confirmations up to {_DEEPEST}")


def parse_fingerprint(value: object) -> object:
    """A certificate's SHA-256 as ``sha256:<64 digits>``; it may be written with colons, as openssl prints it."""
    digits = value.lower().removeprefix("sha256:").replace(":", "") if isinstance(value, str) else ""
    if not re.fullmatch(r"[0-9a-f]{64}", digits):
        raise ValueError("not a certificate's fingerprint: write sha256: and its 64 hexadecimal digits")
    return f"sha256:{digits}"


def parse_source(value: object) -> object:
    """A path, or an http(s) URL with a host."""
    if not isinstance(value, str):
        return value
    scheme, separator, rest = value.partition(":")
    named = scheme.lower() if separator and re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]+", scheme) else ""
    if named in {"http", "https"}:
        if not rest.startswith("//") or not rest.strip("/") or rest.startswith("///"):
            raise ValueError(f"names no host: write it like {named}://www.example.com/list.csv")
        check_parts(value)
    elif rest.startswith("//"):
        remedy = "write the path alone" if named == "file" else "name a path, or a URL with http:// or https://"
        raise ValueError(f"{named}:// is not read: {remedy}")
    return value


def parse_price_sources(value: object) -> object:
    """``chainlink``, a path, or both in a list."""
    found = [value] if isinstance(value, str) else value
    if not isinstance(found, (list, tuple)) or not found or not all(isinstance(each, str) and each for each in found):
        raise ValueError("not a source of prices: write chainlink, the path of a file, or [chainlink, prices.csv]")
    if len(set(found)) < len(found) or len(set(found) - {CHAINLINK}) > 1:
        raise ValueError("name each source once, and one file at the most")
    if urls := [each for each in found if "://" in each]:
        raise ValueError(f"{urls[0].partition('://')[0]}:// is not read: name a file, which a job of yours may renew")
    return tuple(found)


def check_parts(url: str) -> str:
    """Raise ValueError, which tells nothing of ``url``, where its host and port cannot be told apart."""
    try:
        parts = urlsplit(url)
        if parts.hostname and parts.port != 0:
            return url
    except ValueError:
        pass
    raise ValueError(
        "its host and port cannot be told: a port is a number up to 65535, and in a user or password / is written %2F, "
        "? %3F and # %23"
    )


def parse_endpoint(value: object) -> object:
    """An endpoint's URL, with a host."""
    if not isinstance(value, str):
        return value
    scheme, separator, rest = value.partition("://")
    if not separator or not re.match(r"[^\s/]", rest):
        raise ValueError(f"no URL with a host: write it like {_LIKE_AN_ENDPOINT}")
    if scheme not in _ENDPOINT_SCHEMES:
        ours = {"ws": "http", "wss": "https", "tls": "ssl"}.get(scheme.lower(), "https")
        raise ValueError(f"{scheme}:// is not spoken here: write it like {_LIKE_AN_ENDPOINT}; did you mean {ours}://?")
    return check_parts(value)


def worded(pattern: str, otherwise: str) -> AfterValidator:
    """Return what refuses texts that do not match ``pattern`` whole, with words instead of the pattern."""
    form = re.compile(pattern)

    def check(value: str) -> str:
        if not form.fullmatch(value):
            raise ValueError(otherwise)
        return value

    return AfterValidator(check)


def check_limit(value: Decimal) -> Decimal:
    """A limit that can be meant as a ratio of reserves to liabilities."""
    if value > _HIGHEST_LIMIT:
        raise ValueError(f"over {_HIGHEST_LIMIT}: a limit is a ratio, 1 means 100 %; write 1.02 for 102 %")
    return value


Duration = Annotated[timedelta, BeforeValidator(parse_duration), PlainSerializer(format_duration)]
PositiveDuration = Annotated[Duration, Field(gt=timedelta())]
Retention = Annotated[
    timedelta, BeforeValidator(parse_retention), PlainSerializer(format_retention), Field(gt=timedelta())
]
"""How long something is kept; ``FOREVER`` may be."""
Size = Annotated[ByteSize, Field(gt=0)]
Listen = Annotated[str, BeforeValidator(parse_listen)]
Host = Annotated[str, BeforeValidator(parse_host)]
Origin = Annotated[str, BeforeValidator(parse_origin)]
Fingerprint = Annotated[str, BeforeValidator(parse_fingerprint)]
BlockChoice = Annotated[Literal["finalized", "safe", "latest"] | int, BeforeValidator(parse_block)]
PriceSources = Annotated[tuple[str, ...], BeforeValidator(parse_price_sources)]
Limit = Annotated[Decimal, Field(ge=0), AfterValidator(check_limit)]
Name = Annotated[
    str,
    worded(
        r"[a-z0-9][a-z0-9._-]{0,62}",
        "not a name: up to 63 lower-case letters, digits, dots, _ and -, of which the first is a letter or a digit",
    ),
]
Growth = Annotated[Decimal, Field(ge=1, le=1000)]
AssetName = Annotated[
    str,
    worded(
        r"[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]{0,63}",
        "not an asset's name: 1 to 64 visible characters, such as BTC",
    ),
]
Root = Annotated[
    str, worded(r"(0x)?[0-9A-Fa-f]{0,128}", "not a root: up to 128 hexadecimal digits, with 0x before them or not")
]
Protocol = Annotated[str, worded(r"[a-z0-9-]+", "not a protocol's name: docs/nodes.md lists those that there are")]
EndpointUrl = Annotated[str, BeforeValidator(parse_endpoint)]
Source = Annotated[str, StringConstraints(min_length=1), BeforeValidator(parse_source)]
