"""Where redirects and links on pages may lead: not into our own network, and never with somebody else's password."""

import ipaddress
import json
import socket
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp.abc import ResolveResult
from yarl import URL

from monitor.published import DocumentError, Fetched, fetch, fetch_list
from monitor.published.ways import Way, is_public, with_credentials
from monitor.settings import WalletsSettings
from tests.support.published import Publisher, publishing, refusal, settings

BODY = "network,address\nbitcoin,1Kr6QSydW9bFQG1mXiPNNu6WpJGmUa9i1g\n"
PUBLIC = "https://www.example.com/list.csv"


@pytest.fixture
async def other() -> AsyncIterator[Publisher]:
    """A server at another origin."""
    async with publishing() as running:
        yield running


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """Names and the addresses that they have, in this test alone."""
    known: dict[str, list[str]] = {}

    async def resolve(_: object, host: str, port: int = 0, family: int = socket.AF_INET) -> list[ResolveResult]:
        return [
            ResolveResult(hostname=host, host=each, port=port, family=socket.AF_INET, proto=0, flags=0)
            for each in known[host]
        ]

    monkeypatch.setattr(aiohttp.ThreadedResolver, "resolve", resolve)
    return known


async def refused(url: str, **values: object) -> tuple[str, str]:
    with pytest.raises(DocumentError) as caught:
        await fetch(url, settings(**values))
    return refusal(caught.value)


@pytest.mark.parametrize(
    "address",
    [
        *(
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "224.0.0.1",
        ),
        *(
            "::1",
            "::",
            "fe80::1",
            "fc00::1",
            "fd12::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::127.0.0.1",
        ),
        *("64:ff9b::7f00:1", "2002:7f00:1::", "2002:a00:1::1", "2001:0:7f00:1::", "255.255.255.255", "198.18.0.1"),
        *("fec0::1", "64:ff9b:1::7f00:1", "::ffff:0:7f00:1", "5f00::1"),
    ],
)
def test_addresses_of_our_own_network_are_not_public(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_addresses_that_anybody_reaches_are_public(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "to",
    [
        *("http://www.example.com/list.csv", "https://127.0.0.1/x", "https://[::1]/x", "https://[::ffff:10.0.0.1]/x"),
        *(
            "https://169.254.169.254/latest/meta-data",
            "https://100.64.0.1/",
            "ftp://example.com/x",
            "file:///etc/passwd",
        ),
        *("data:text/csv,a", "mailto:a@example.com", "https:///x"),
    ],
)
def test_a_public_source_leads_to_public_https_only(to: str) -> None:
    with pytest.raises(DocumentError) as caught:
        Way(PUBLIC, "public").check(URL(to))
    assert refusal(caught.value)[0] == "redirect"


@pytest.mark.parametrize(
    ("source", "to"),
    [
        (PUBLIC, "https://cdn.example.org/list.zip"),
        ("http://www.example.com/list.csv", "http://www.example.org/list.csv"),
        ("http://127.0.0.1:80/list.csv", "http://127.0.0.1:81/list.csv"),
        ("http://localhost/list.csv", "http://127.0.0.1/list.csv"),
        ("https://10.0.0.5/list.csv", "https://10.0.0.5/newest.csv"),
    ],
)
def test_what_a_source_is_itself_it_may_lead_to(source: str, to: str) -> None:
    Way(source, "public").check(URL(to))


@pytest.mark.parametrize(
    ("source", "to"),
    [
        ("https://10.0.0.5/list.csv", "https://10.0.0.6/list.csv"),
        ("https://10.0.0.5/list.csv", "https://127.0.0.1/list.csv"),
        ("http://www.example.com/list.csv", "http://127.0.0.1:8332/"),
    ],
)
def test_a_source_on_one_private_host_does_not_lead_to_others(source: str, to: str) -> None:
    with pytest.raises(DocumentError, match="not public"):
        Way(source, "public").check(URL(to))
    Way(source, "any").check(URL(to))


@pytest.mark.parametrize("addresses", [["127.0.0.1"], ["93.184.216.34", "10.0.0.1"], ["::ffff:192.168.0.1"]])
async def test_a_name_is_judged_by_the_addresses_that_would_be_connected_to(
    publisher: Publisher, names: dict[str, list[str]], addresses: list[str]
) -> None:
    port = URL(publisher.url).port
    publisher.put("/list.csv", BODY)
    publisher.redirects["/newest"] = f"http://rebound.example:{port}/list.csv"
    names["rebound.example"] = addresses
    reason, told = await refused(publisher.url + "/newest")
    assert (reason, "rebound.example" in told, "redirects: any" in told) == ("redirect", True, True)
    assert len(publisher.requests) == 1, "nothing was asked there"
    if addresses == ["127.0.0.1"]:
        fetched = await fetch(publisher.url + "/newest", settings(redirects="any"))
        assert isinstance(fetched, Fetched)


async def test_a_link_on_a_page_leads_no_further_than_a_redirect(
    publisher: Publisher, names: dict[str, list[str]]
) -> None:
    port = URL(publisher.url).port
    link = f"http://rebound.example:{port}/list.csv"
    app = {"auditList": [{"createTime": 1, "download": link}]}
    state = json.dumps({"appContext": {"initialProps": {"App": app}}})
    page = publisher.put("/page", f'<html><script id="appState">{state}</script></html>')
    publisher.put("/list.csv", BODY)
    names["rebound.example"] = ["127.0.0.1"]
    with pytest.raises(DocumentError, match="not public"):
        await fetch_list(WalletsSettings(source=page))
    assert [request.path for request in publisher.requests] == ["/page"]
    assert isinstance(await fetch_list(WalletsSettings(source=page, redirects="any")), Fetched)


async def test_a_password_stays_with_the_origin_that_it_was_given_for(publisher: Publisher, other: Publisher) -> None:
    publisher.redirects["/newest"] = "/moved"
    publisher.redirects["/moved"] = other.put("/list.csv", BODY)
    source = publisher.url.replace("http://", "http://reader:secret@") + "/newest"
    assert isinstance(await fetch(source, settings()), Fetched)
    given = [request.headers.get("Authorization") for request in (*publisher.requests, *other.requests)]
    assert [bool(each) for each in given] == [True, True, False]


async def test_headers_of_the_session_other_than_its_name_go_nowhere_else(
    publisher: Publisher, other: Publisher
) -> None:
    publisher.redirects["/newest"] = other.put("/list.csv", BODY)
    headers = {"User-Agent": "reserve-monitor/test", "Authorization": "Bearer secret", "Cookie": "key=secret"}
    async with aiohttp.ClientSession(headers=headers) as session:
        await fetch(publisher.url + "/newest", settings(), session=session)
    (request,) = other.requests
    assert request.headers["User-Agent"] == "reserve-monitor/test"
    assert "secret" not in str(request.headers)


def test_credentials_are_those_of_the_same_origin() -> None:
    before = URL("https://me:secret@example.com/a")
    assert with_credentials(URL("https://example.com/b"), before).password == "secret"
    for other in ("https://example.org/b", "http://example.com/b", "https://example.com:8443/b"):
        assert with_credentials(URL(other), before).user is None
    assert with_credentials(URL("https://you:other@example.org/b"), before).user is None


async def test_redirects_have_an_end(publisher: Publisher) -> None:
    for number in range(6):
        publisher.redirects[f"/{number}"] = f"/{number + 1}"
    publisher.put("/6", BODY)
    assert (await refused(publisher.url + "/0"))[0] == "redirect"
    assert isinstance(await fetch(publisher.url + "/1", settings()), Fetched)


async def test_a_redirect_without_an_address_is_refused(publisher: Publisher) -> None:
    publisher.redirects["/newest"] = "http://[::1"
    assert (await refused(publisher.url + "/newest"))[0] == "redirect"
