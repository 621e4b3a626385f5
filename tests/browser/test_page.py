"""The page in a real browser: it renders, stays within a phone's width, obeys its own policy and refreshes itself."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from shutil import which

import pytest
from playwright.async_api import Browser, Page, Request, async_playwright, expect
from yarl import URL

from monitor.model import frozen
from monitor.web.server import WebServer
from tests.support import worlds
from tests.support.web import ANYWHERE, Daemon

pytestmark = pytest.mark.integration

_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_OVERFLOWING = """() => [...document.querySelectorAll("body *")]
    .filter(each => !each.closest("svg, thead, .skip, pre"))
    .filter(each => each.getBoundingClientRect().right > innerWidth + 0.5 || each.scrollWidth > each.clientWidth + 1)
    .filter(each => getComputedStyle(each).display !== "inline")
    .map(each => each.outerHTML.slice(0, 120))"""


@dataclass
class Opened:
    """A page with everything that it complained about."""

    page: Page
    address: str
    complaints: list[str] = field(default_factory=list)

    async def visit(self) -> None:
        self.page.on("console", lambda message: self.complaints.append(f"{message.type}: {message.text}"))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("requestfailed", self._failed)
        await self.page.goto(self.address)

    def _failed(self, request: Request) -> None:
        if not request.url.endswith("/events"):  # a stream ends with its page
            self.complaints.append(f"failed: {request.url}")


@pytest.fixture
def daemon() -> Daemon:
    return Daemon(devnet="http://127.0.0.1:8025/")


@pytest.fixture
async def address(daemon: Daemon) -> AsyncIterator[str]:
    server = WebServer(daemon.deps())
    await server.start(ANYWHERE)
    yield f"http://127.0.0.1:{server.port}/exchanges/aurora"
    await server.stop()


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    chromium = which("chromium")
    assert chromium, "the browser is Debian's package chromium"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=_FLAGS)
        yield browser
        await browser.close()


async def test_the_answer_is_seen_and_details_open(browser: Browser, address: str) -> None:
    opened = Opened(await browser.new_page(), address)
    await opened.visit()
    page = opened.page
    await expect(page.get_by_role("heading", level=1)).to_have_text("Aurora")
    await expect(page.get_by_text("1 of 3 assets covered")).to_be_visible()
    btc, usdt = page.locator("#BTC"), page.locator("#USDT")
    await expect(btc).to_have_attribute("open", "")
    await expect(btc.locator("summary")).to_contain_text("Not covered")
    await expect(usdt.get_by_text("tron: not read by this monitor")).to_be_hidden()
    await usdt.locator("summary").click()
    await expect(usdt.get_by_text("tron: not read by this monitor")).to_be_visible()
    await page.get_by_role("link", name="All exchanges").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Do the coins cover what is owed?")
    await expect(page.locator("#aurora summary")).to_be_visible()
    await expect(page.get_by_text("reserve-monitor devnet drain BTC 10%")).to_be_visible()
    assert opened.complaints == []


@pytest.mark.parametrize("width", [320, 360, 768, 1280])
async def test_nothing_reaches_beyond_the_screen(browser: Browser, address: str, width: int) -> None:
    opened = Opened(await browser.new_page(viewport={"width": width, "height": 800}), address)
    await opened.visit()
    await opened.page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    assert await opened.page.evaluate("document.documentElement.scrollWidth") == width
    assert await opened.page.evaluate(_OVERFLOWING) == []


async def test_the_policy_stops_an_inline_script(browser: Browser, address: str) -> None:
    opened = Opened(await browser.new_page(), address)
    await opened.visit()
    await opened.page.evaluate(
        """() => {
            const script = document.createElement("script");
            script.textContent = "window.smuggled = true";
            document.body.append(script);
        }"""
    )
    assert await opened.page.evaluate("window.smuggled") is None
    assert any("Content Security Policy" in complaint for complaint in opened.complaints)


async def test_a_refresh_shows_the_new_world_and_keeps_what_was_open(
    browser: Browser, address: str, daemon: Daemon
) -> None:
    opened = Opened(await browser.new_page(), address)
    await opened.visit()
    page = opened.page
    await page.locator("#USDT summary").click()
    await page.locator("#BTC summary").click()
    only = replace(worlds.aurora(), title="Aurora Ltd")
    later = worlds.NOW + timedelta(seconds=9)
    daemon.world = replace(worlds.world(), at=later, assessments=frozen({"aurora": only}))
    await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    await expect(page.get_by_role("heading", name="Aurora Ltd")).to_be_visible()
    await expect(page.locator("#USDT")).to_have_attribute("open", "")
    await expect(page.locator("#BTC")).not_to_have_attribute("open", "")
    await expect(page.locator("#BTC summary")).to_be_focused()
    assert opened.complaints == []


async def test_a_monitor_that_does_not_answer_is_said_to_be_silent(browser: Browser, address: str) -> None:
    opened = Opened(await browser.new_page(), address)
    await opened.visit()
    page = opened.page
    await expect(page.get_by_role("status")).to_be_hidden()
    await page.context.set_offline(offline=True)
    await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    await expect(page.get_by_text("The monitor does not answer")).to_be_visible()
    await page.context.set_offline(offline=False)
    await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    await expect(page.get_by_text("The monitor does not answer")).to_be_hidden()


async def test_before_the_first_pass_the_page_says_so(browser: Browser, address: str, daemon: Daemon) -> None:
    daemon.world = None
    opened = Opened(await browser.new_page(), URL(address).with_path("/").human_repr())
    await opened.visit()
    await expect(opened.page.get_by_text("nothing has been read yet")).to_be_visible()
    assert opened.complaints == []
