"""TLS to endpoints: the right certificate, and nothing is sent to anyone who shows another."""

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import RawTestServer

from monitor.chains import ChainError, Reason, Tag, check_endpoint
from monitor.chains.http import Http
from monitor.chains.link import Link
from monitor.settings import EndpointSettings
from tests.chains.conftest import Opener
from tests.support.bitcoin_standins import Chain, ElectrumStandIn
from tests.support.certificates import Certificate, certificate
from tests.support.chains import BITCOIN_ACCOUNTS, BTC, REGTEST

Ask = Callable[..., Awaitable[object]]


@pytest.fixture
def shown(tmp_path: Path) -> Certificate:
    """What the server shows."""
    return certificate(tmp_path / "shown")


@pytest.fixture
def another(tmp_path: Path) -> Certificate:
    return certificate(tmp_path / "another")


@pytest.fixture
async def electrum(stack: AsyncExitStack, shown: Certificate) -> ElectrumStandIn:
    server = ElectrumStandIn(Chain({BITCOIN_ACCOUNTS[0]: 7}))
    await stack.enter_async_context(server.serving(shown.server))
    return server


@pytest.fixture(params=["electrum", "https"])
async def ask(
    request: pytest.FixtureRequest,
    stack: AsyncExitStack,
    shown: Certificate,
    electrum: ElectrumStandIn,
    open_reader: Opener,
) -> tuple[Ask, list[Any]]:
    """``await ask(**trust)`` asks a server with these settings; beside it, what the server was asked."""
    if request.param == "electrum":

        async def by_electrum(**trust: object) -> object:
            reader = open_reader(REGTEST, {"url": electrum.url, "protocol": "electrum", **trust})
            return (await reader.read({BTC: BITCOIN_ACCOUNTS[:1]}, Tag("latest"))).balances[BTC][BITCOIN_ACCOUNTS[0]]

        return by_electrum, electrum.asked
    asked: list[Any] = []

    async def handle(received: web.BaseRequest) -> web.Response:
        asked.append(received.path)
        return web.Response(text="7")

    server = RawTestServer(handle, host="127.0.0.1")
    await server.start_server(ssl=shown.server)
    stack.push_async_callback(server.close)

    async def by_https(**trust: object) -> object:
        http = Http(Link(EndpointSettings.model_validate({"url": str(server.make_url("/")), **trust})))
        stack.push_async_callback(http.close)
        return int((await http.request("GET")).body)

    return by_https, asked


async def refusal(ask: Ask, **trust: object) -> str:
    with pytest.raises(ChainError) as failure:
        await ask(**trust)
    assert failure.value.reason is Reason.CERTIFICATE
    return str(failure.value)


async def test_the_pinned_certificate_is_accepted_whoever_signed_it(
    ask: tuple[Ask, list[Any]], shown: Certificate
) -> None:
    colons = shown.fingerprint.removeprefix("sha256:").upper()
    for spelling in (shown.fingerprint, ":".join(colons[at : at + 2] for at in range(0, 64, 2))):
        assert await ask[0](certificate=spelling) == 7


async def test_another_than_the_pinned_certificate_is_refused_and_told_nothing(
    ask: tuple[Ask, list[Any]], shown: Certificate, another: Certificate
) -> None:
    told = await refusal(ask[0], certificate=another.fingerprint)
    assert f"its certificate is {shown.fingerprint}, not the pinned one" in told
    assert ask[1] == []


async def test_a_certificate_that_the_named_authority_signed_is_accepted(
    ask: tuple[Ask, list[Any]], shown: Certificate
) -> None:
    assert await ask[0](ca_file=shown.authority) == 7


async def test_a_certificate_that_nobody_vouches_for_is_refused_with_what_could_be_pinned(
    ask: tuple[Ask, list[Any]], shown: Certificate, another: Certificate
) -> None:
    for trust in ({}, {"ca_file": another.authority}):
        told = await refusal(ask[0], **trust)
        assert f"its certificate, {shown.fingerprint}, is not trusted" in told
        assert "set `certificate` to that" in told
    assert ask[1] == []


async def test_a_certificate_for_another_name_is_refused_though_its_authority_is_trusted(
    stack: AsyncExitStack, tmp_path: Path, open_reader: Opener
) -> None:
    foreign = certificate(tmp_path / "foreign", "electrum.example")
    server = ElectrumStandIn(Chain({}))
    await stack.enter_async_context(server.serving(foreign.server))
    endpoint = {"url": server.url, "protocol": "electrum", "ca_file": foreign.authority}
    with pytest.raises(ChainError, match="IP address mismatch") as failure:
        await open_reader(REGTEST, endpoint).read({BTC: []}, Tag("latest"))
    assert failure.value.reason is Reason.CERTIFICATE
    assert server.asked == []


async def test_a_server_without_tls_is_refused(stack: AsyncExitStack, open_reader: Opener) -> None:
    server = ElectrumStandIn(Chain({}))
    await stack.enter_async_context(server.serving())
    url = server.url.replace("tcp://", "ssl://")
    reader = open_reader(REGTEST, {"url": url, "protocol": "electrum", "certificate": "ab" * 32, "timeout": "1s"})
    with pytest.raises(ChainError) as failure:
        await reader.read({BTC: []}, Tag("latest"))
    assert failure.value.reason in (Reason.REFUSED, Reason.TIMEOUT)


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_a_file_without_authorities_is_told_before_anything_is_asked(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "authorities.pem"
    if content:
        path.write_text(content)
    settings = EndpointSettings(url="ssl://127.0.0.1:1", protocol="electrum", ca_file=path)
    with pytest.raises(ValueError, match=r"ca_file .*authorities\.pem cannot be used"):
        check_endpoint(REGTEST, settings)
