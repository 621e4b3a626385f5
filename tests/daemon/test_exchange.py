"""One exchange's publications, apart from the daemon."""

from collections.abc import AsyncIterator, Callable
from threading import Event

import aiohttp
import pytest

from monitor.daemon import exchange
from monitor.daemon.exchange import ExchangeWatch
from monitor.model import Verdict
from monitor.ownership import RULES_VERSION
from monitor.registry import load as load_registry
from monitor.settings import Settings
from monitor.store import Store
from tests.support.daemons import Site, signed
from tests.support.readers import START


@pytest.fixture
async def watch(site: Site, store: Store) -> AsyncIterator[Callable[..., ExchangeWatch]]:
    """``watch(name)``: an exchange of the site, sharing verdicts with all others."""
    known: dict[bytes, Verdict] = {}
    async with aiohttp.ClientSession() as session:

        def make(name: str, closing: Event | None = None) -> ExchangeWatch:
            settings = Settings.model_validate(site.sections).exchanges[name]
            return ExchangeWatch(
                name,
                settings,
                load_registry(),
                store=store,
                session=session,
                now=lambda: START,
                known=known,
                closing=closing or Event(),
            )

        yield make


async def test_a_judgement_gives_up_when_the_daemon_stops(
    site: Site, store: Store, watch: Callable[..., ExchangeWatch]
) -> None:
    site.exchange("okx", [signed(1)])
    closing = Event()
    closing.set()
    one = watch("okx", closing)
    with pytest.raises(exchange._ClosingError):
        await one.refresh_wallets()
    assert one.judged is None
    assert await store.verdicts(RULES_VERSION) == {}


async def test_a_list_that_was_kept_but_not_judged_is_judged_at_the_next_start(
    site: Site, store: Store, watch: Callable[..., ExchangeWatch]
) -> None:
    site.exchange("okx", [signed(1)])
    closing = Event()
    closing.set()
    with pytest.raises(exchange._ClosingError):
        await watch("okx", closing).refresh_wallets()
    after = watch("okx")
    await after.restore()
    assert after.judged is not None
    assert len(await store.verdicts(RULES_VERSION)) == 1


async def test_exchanges_share_what_was_judged(
    site: Site, store: Store, watch: Callable[..., ExchangeWatch], monkeypatch: pytest.MonkeyPatch
) -> None:
    site.exchange("okx", [signed(1)])
    site.exchange("kraken", [signed(1)])
    first, second = watch("okx"), watch("kraken")
    await first.refresh_wallets()
    saved: list[object] = []
    monkeypatch.setattr(store, "save_verdicts", lambda _, new: saved.append(new))
    await second.refresh_wallets()
    assert saved == []
    assert first.judged is not None
    assert second.judged is not None
    assert second.judged.verdicts == first.judged.verdicts


async def test_a_document_that_was_not_asked_for_yet_counts_as_open(
    site: Site, watch: Callable[..., ExchangeWatch]
) -> None:
    site.exchange("okx", [signed(1)])
    one = watch("okx")
    assert not one.asked
    await one.refresh_wallets()
    assert not one.asked, "the liabilities were not"
    await one.refresh_liabilities()
    assert one.asked
