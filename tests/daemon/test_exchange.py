"""One exchange's publications, apart from the daemon."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from monitor.daemon import list_reading
from monitor.daemon.exchange import ExchangeWatch
from monitor.judgement import SharedFinder
from monitor.ownership import RULES_VERSION
from monitor.store import Store, tables
from tests.support.daemons import Row, Site, list_of, publish, signed
from tests.support.readers import START

STAKING = Path(__file__).parent.parent / "data" / "ownership" / "wallets-12-columns-staking.csv"


@pytest.mark.parametrize("step", ["read_wallets", "compare_lists", "judged_list"])
async def test_an_error_that_nobody_expected_refuses_the_list_and_the_next_good_one_is_taken(
    site: Site, store: Store, watch: Callable[..., ExchangeWatch], monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    site.exchange("okx", [signed(1)])
    one = watch("okx")
    assert await one.refresh_wallets()
    publish(site.list("okx"), list_of([signed(1), signed(2)]))
    with monkeypatch.context() as patch, capture_logs() as logs:

        def fail(*_: object, **__: object) -> None:
            raise ZeroDivisionError("by a hostile row")

        patch.setattr(list_reading, step, fail)
        assert not await one.refresh_wallets()
    state = one.document_states()["wallets"]
    assert state.failures["unexpected"] == 1
    assert "ZeroDivisionError: by a hostile row" in state.refusal
    assert [isinstance(log["exc_info"], Exception) for log in logs] == [True], "the log has the traceback"
    assert one.judged
    assert len(one.judged.claims) == 1

    after = watch("okx")
    await after.restore()
    assert after.judged
    assert len(after.judged.claims) == 1, "a restart does not lose the last good one"

    assert await one.refresh_wallets(), "the same bytes are taken once we can read them"
    assert len(one.judged.claims) == 2
    assert not one.document_states()["wallets"].refusal


async def test_a_kept_list_that_cannot_be_judged_any_more_does_not_stop_the_start(
    site: Site, store: Store, watch: Callable[..., ExchangeWatch], monkeypatch: pytest.MonkeyPatch
) -> None:
    site.exchange("okx", [signed(1)])
    assert await watch("okx").refresh_wallets()
    with monkeypatch.context() as patch:

        def fail(*_: object, **__: object) -> None:
            raise ZeroDivisionError

        patch.setattr(list_reading, "judged_list", fail)
        after = watch("okx")
        await after.restore()
        assert after.judged is None
    publish(site.list("okx"), list_of([signed(1), signed(2)]))
    assert await after.refresh_wallets(), "it is fetched anew"
    assert after.changes["added"] == 1, "compared with the kept one, which can be judged again"


async def test_exchanges_share_what_was_judged(
    site: Site, store: Store, watch: Callable[..., ExchangeWatch], monkeypatch: pytest.MonkeyPatch
) -> None:
    site.exchange("okx", [signed(1)])
    site.exchange("kraken", [signed(1)])
    first, second = watch("okx"), watch("kraken")
    await first.refresh_wallets()
    saved: list[object] = []
    monkeypatch.setattr(store, "save_verdicts", lambda _, new, *__: saved.append(new))
    await second.refresh_wallets()
    assert saved == []
    assert first.judged is not None
    assert second.judged is not None
    assert second.judged.verdicts == first.judged.verdicts


async def test_what_the_newest_list_needs_stays_when_lists_before_it_go(
    site: Site, store: Store, watch: Callable[..., ExchangeWatch], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def kept() -> set[bytes]:
        return {row.fingerprint for row in await store._rows(select(tables.verdicts))}

    site.exchange("okx", [signed(1), signed(2)])
    okx = watch("okx")
    await okx.refresh_wallets()
    first = await kept()
    for day, number in ((1, 3), (2, 4)):
        publish(site.list("okx"), list_of([signed(1), signed(number)]))
        monkeypatch.setattr(okx, "_now", lambda day=day: START + timedelta(days=day))
        assert await okx.refresh_wallets()
    assert len(await kept()) == 4
    await store.prune_ownership(RULES_VERSION, await store.prune_documents(1))
    left = await kept()
    assert (len(left), len(left & first)) == (2, 1)


async def test_a_document_that_was_not_asked_for_yet_counts_as_open(
    site: Site, watch: Callable[..., ExchangeWatch]
) -> None:
    site.exchange("okx", [signed(1)])
    one = watch("okx")
    assert not one.asked
    await one.refresh_wallets()
    assert not one.asked, "the liabilities were not"
    assert one.owed is not None
    await one.owed.refresh()
    assert one.asked


async def test_accounts_of_a_network_are_counted_once_each_and_anew_when_the_list_has_changed(
    site: Site, watch: Callable[..., ExchangeWatch]
) -> None:
    first, second = (f"0x{number:040x}" for number in (1, 2))
    rows = [Row("ethereum", "USDT", first), Row("ethereum", "ETH", first), Row("ethereum", "ETH", second)]
    site.exchange("okx", rows[:2])
    one = watch("okx")
    assert one.accounts("ethereum") == 0
    await one.refresh_wallets()
    assert (one.accounts("ethereum"), one.accounts("bitcoin")) == (1, 0)
    publish(site.list("okx"), list_of(rows))
    await one.refresh_wallets()
    assert one.accounts("ethereum") == 2


async def test_who_lists_validators_with_their_owner_shares_the_owners_account(
    site: Site, watch: Callable[..., ExchangeWatch]
) -> None:
    owner = "0x0cdcdb19a857c2ac24818ca4fdfe38cce071483e"
    header, _, staked = STAKING.read_text().splitlines()[3:6]
    site.exchange("okx", [])
    publish(site.list("okx"), f"{header}\n{staked}\n")
    site.exchange("other", [Row("ethereum", "USDT", owner)])
    lists = {}
    for name in ("okx", "other"):
        one = watch(name)
        assert await one.refresh_wallets()
        assert one.judged is not None
        lists[name] = one.judged.holdings
    (shared,) = SharedFinder().find(lists)["other"]
    assert (shared.exchange, shared.examples) == ("okx", (f"{owner} on ethereum",))
