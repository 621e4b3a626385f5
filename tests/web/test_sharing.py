"""Pages of other sites may read the API where that is configured, and change nothing anywhere."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp.test_utils import TestClient, TestServer

from monitor.settings import WebSettings
from monitor.settings.web_config import WebConfig
from monitor.web.access import Access
from monitor.web.app import create_app
from tests.support.web import Client, Daemon

SITE, OTHER = "https://status.example.com", "https://evil.example"
ALLOWED = "Access-Control-Allow-Origin"
PREFLIGHT = {"Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "if-none-match"}


@asynccontextmanager
async def sharing(*cors: str, users: dict[str, str] | None = None) -> AsyncIterator[Client]:
    access = Access(WebConfig(basic_auth_users=users or {}), WebSettings(cors=cors))
    async with TestClient(TestServer(create_app(Daemon().deps(), access))) as client:
        yield client


async def allowed(client: Client, origin: str, path: str = "/api/v1/exchanges", method: str = "GET") -> str | None:
    async with client.request(method, path, headers={"Origin": origin}) as response:
        assert "Access-Control-Allow-Credentials" not in response.headers
        return response.headers.get(ALLOWED)


async def test_nobodys_page_may_read_unless_it_is_configured(client: Client) -> None:
    assert await allowed(client, SITE) is None
    async with client.options("/api/v1/exchanges", headers={"Origin": SITE, **PREFLIGHT}) as response:
        assert (response.status, ALLOWED in response.headers) == (405, False)


async def test_the_pages_of_a_site_that_is_listed_may_read_and_no_others() -> None:
    async with sharing(SITE, "https://docs.example.com") as client:
        assert await allowed(client, SITE) == SITE
        assert await allowed(client, OTHER) is None
        async with client.get("/api/v1/exchanges", headers={"Origin": OTHER}) as response:
            assert "Origin" in response.headers.getall("Vary")
        assert await allowed(client, SITE, "/api/v1/exchanges/nobody") == SITE, "a refusal can be read too"


async def test_any_page_may_read_where_the_operator_says_so() -> None:
    async with sharing("*") as client:
        assert await allowed(client, OTHER) == "*"
        for path in ("/", "/metrics", "/-/ready"):
            assert await allowed(client, OTHER, path) is None, "it is the API that is shared"


async def test_nobody_may_change_anything_from_another_site() -> None:
    async with sharing("*") as client:
        async with client.post("/-/reload", headers={"Origin": OTHER}) as response:
            assert (response.status, ALLOWED in response.headers) == (403, False)
        assert await allowed(client, OTHER, method="POST") is None


async def test_a_page_may_ask_with_a_tag_or_a_password_of_its_own() -> None:
    """Browsers ask beforehand, and without password."""
    async with sharing(SITE, users={"alice": "$2y$10$" + "a" * 53}) as client:
        async with client.options("/api/v1/exchanges", headers={"Origin": SITE, **PREFLIGHT}) as response:
            assert response.status == 204
            assert response.headers[ALLOWED] == SITE
            assert response.headers["Access-Control-Allow-Methods"] == "GET, HEAD"
            assert response.headers["Access-Control-Allow-Headers"] == "Authorization, If-None-Match"
        async with client.get("/api/v1/exchanges", headers={"Origin": SITE}) as response:
            assert response.status == 401
        async with client.options("/api/v1/exchanges", headers={"Origin": OTHER, **PREFLIGHT}) as response:
            assert response.status == 401
