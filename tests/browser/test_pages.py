"""Every page in a real browser, in every state: axe-core finds nothing, nothing overflows, nobody complains."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from shutil import which

import pytest
from msgspec import structs
from playwright.sync_api import Browser, Page, expect, sync_playwright

from monitor.model import Assessment, ReserveStatus, World, frozen
from monitor.web.pages import stream
from tests.support import pages, worlds
from tests.support.served import served
from tests.support.web import Daemon

pytestmark = pytest.mark.integration

_AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
_FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking")
_VIOLATIONS = """async () => (await axe.run()).violations
    .flatMap(({id, nodes}) => nodes.map(node => `${id}: ${node.html.slice(0, 160)}`))"""
_WIDE = """() => [...document.querySelectorAll("body *")]
    .filter(each => !each.closest("svg, thead, .skip, pre"))
    .filter(each => each.getBoundingClientRect().right > innerWidth + 0.5)
    .map(each => each.outerHTML.slice(0, 160))"""
_LINKS = """() => [...document.querySelectorAll('a[href^="/"]')].map(each => each.pathname)"""
_LOOKS = ((1440, "light"), (390, "dark"))


def _only(assessment: Assessment) -> World:
    return replace(worlds.world(), assessments=frozen({assessment.exchange: assessment}), alerts=())


def _unknown() -> World:
    aurora = worlds.aurora()
    return _only(replace(aurora, assets=frozen({"USDT": aurora.assets["USDT"]})))


def _stale() -> World:
    aurora = worlds.aurora()
    old = {name: replace(state, stale=True, failure="timeout") for name, state in aurora.snapshots.items()}
    return _only(replace(aurora, snapshots=frozen(old)))


STATES: Mapping[str, Callable[[], World]] = {
    "breach": worlds.world,
    "healthy": lambda: _only(worlds.borealis()),
    "unknown": _unknown,
    "stale": _stale,
    "refused": lambda: _only(worlds.cassini()),
    "twenty": pages.crowd,
}


@pytest.fixture(scope="module")
def daemons() -> Mapping[str, Daemon]:
    return {name: pages.daemon(world()) for name, world in STATES.items()}


@pytest.fixture(scope="module")
def sites(daemons: Mapping[str, Daemon]) -> Iterator[Mapping[str, str]]:
    """A server for each state, by its address."""
    with ExitStack() as stack:
        yield {name: stack.enter_context(served(each)) for name, each in daemons.items()}


@pytest.fixture(scope="module")
def browser(sites: Mapping[str, str]) -> Iterator[Browser]:
    assert sites, "its servers outlive it"
    chromium = which("chromium")
    assert chromium, "the browser is Debian's package chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=_FLAGS)
        yield browser
        browser.close()


def paths(page: Page, site: str, *, past: bool) -> list[str]:
    """Where links lead, within two steps of the first page; of many pages of a kind the first one."""
    kinds: set[str] = set()
    waiting = ["/"]
    for step in waiting:
        page.goto(site + step)
        for found in page.evaluate(_LINKS):
            parts = found.split("/")
            kind = "/".join(part for place, part in enumerate(parts) if place not in {2, 4})
            page_of_ours = parts[1] in {"exchanges", "verify", "glossary"} and "." not in parts[-1]  # no feed, no file
            if page_of_ours and kind not in kinds:
                kinds.add(kind)
                waiting.append(found)
    return [*waiting, "/nothing", *(f"{each}?at=2026-02-21" for each in waiting)] if past else waiting


@pytest.mark.parametrize("state", STATES)
def test_every_page_is_for_everybody(browser: Browser, sites: Mapping[str, str], state: str) -> None:
    context = browser.new_context(bypass_csp=True)
    page = context.new_page()
    found: list[str] = []
    page.on("console", lambda message: found.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: found.append(str(error)))
    for number, path in enumerate(paths(page, sites[state], past=state == "breach")):
        for width, scheme in _LOOKS if state == "breach" else (_LOOKS[number % 2],):
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            found.clear()
            page.goto(sites[state] + path)
            page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
            page.add_script_tag(path=_AXE)
            found += page.evaluate(_VIOLATIONS) + page.evaluate(_WIDE)
            assert not [each for each in found if "404 (Not Found)" not in each], f"{path} {width} {scheme}"
    context.close()


def test_all_is_reached_by_keyboard(browser: Browser, sites: Mapping[str, str]) -> None:
    page = browser.new_page()
    page.goto(sites["breach"])
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="To the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.get_by_label("Exchange or asset").focus()
    page.keyboard.type("eth")
    page.keyboard.press("Enter")
    expect(page.locator("details.row")).to_have_count(1)
    page.locator("#aurora > summary").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("All about Aurora")).to_be_hidden()
    page.keyboard.press("Enter")
    page.get_by_role("link", name="USDT").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("USDT of Aurora")
    page.close()


def test_a_drain_is_seen_as_it_happens_and_its_picture_too(
    browser: Browser, sites: Mapping[str, str], daemons: Mapping[str, Daemon], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "_LOOK", 0.01)
    monkeypatch.setattr(stream, "_PACE", 0.01)
    page = browser.new_page()
    page.goto(f"{sites['healthy']}/exchanges/borealis/assets/BTC")
    page.locator("#course-table > summary").click()
    expect(page.locator(".headline")).to_contain_text("107.50 %")
    borealis = worlds.borealis()
    btc = borealis.assets["BTC"]
    drained = frozen({basis: ratio * Decimal("0.9") for basis, ratio in btc.lower_bounds.items()})
    btc = structs.replace(btc, status=ReserveStatus.BREACH, lower_bounds=drained, upper_bounds=drained, ratios=drained)
    world = _only(replace(borealis, assets=frozen({"BTC": btc})))
    daemons["healthy"].world = replace(world, at=worlds.NOW + timedelta(seconds=3))
    expect(page.locator(".headline")).to_contain_text("Not covered 96.75 %")
    expect(page.locator("#course-table")).to_have_attribute("open", "")
    expect(page.locator("#course-table > summary")).to_be_focused()
    page.close()


def test_last_weeks_breach_is_read_and_cited_without_a_script(browser: Browser, sites: Mapping[str, str]) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{sites['breach']}/exchanges/aurora/assets/BTC?at=2026-02-21")
    expect(page.locator(".headline")).to_contain_text("Not covered 98.70 % to 99.70 %")
    expect(page.get_by_role("img", name="The lowest ratio")).to_be_visible()
    cited = page.locator(".cite a.source")
    expect(cited).to_have_text(f"{sites['breach']}/exchanges/aurora/assets/BTC?at=2026-02-21T00:00:00Z")
    cited.click()
    expect(page.locator(".headline")).to_contain_text("Not covered 98.70 % to 99.70 %")
    page.get_by_role("link", name="Show the present").click()
    expect(page.locator(".headline")).to_contain_text("99.99 %")
    context.close()
