"""One exchange's publications, apart from the daemon."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from threading import Event

import pytest
from structlog.testing import capture_logs

from monitor.daemon import exchange
from monitor.daemon.exchange import ExchangeWatch
from monitor.judgement import shared_accounts
from monitor.model import Claim, Network, Verdict, VerdictStatus
from monitor.ownership import RULES_VERSION, batch, judge
from monitor.store import Store
from tests.support.daemons import Row, Site, list_of, publish, signed

STAKING = Path(__file__).parent.parent / "data" / "ownership" / "wallets-12-columns-staking.csv"


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


async def test_a_list_that_was_not_judged_to_its_end_does_not_take_the_place_of_the_last_good_one(
    site: Site, store: Store, watch: Callable[..., ExchangeWatch]
) -> None:
    site.exchange("okx", [signed(1)])
    assert await watch("okx").refresh_wallets()
    publish(site.list("okx"), list_of([signed(1), signed(2)]))
    closing = Event()
    closing.set()
    with pytest.raises(exchange._ClosingError):
        await watch("okx", closing).refresh_wallets()
    after = watch("okx")
    await after.restore()
    assert after.judged is not None
    assert len(after.judged.claims) == 1
    assert await after.refresh_wallets(), "it is asked for again, and judged"
    assert len(after.judged.claims) == 2


@pytest.mark.parametrize("step", ["read_wallets", "compare_lists", "judged_list"])
async def test_an_error_that_nobody_expected_refuses_the_list_and_the_next_good_one_is_taken(
    site: Site, store: Store, watch: Callable[..., ExchangeWatch], monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    site.exchange("okx", [signed(1)])
    one = watch("okx")
    assert await one.refresh_wallets()
    publish(site.list("okx"), list_of([signed(1), signed(2)]))
    with monkeypatch.context() as patch, capture_logs() as logs:

        def fail(*_: object) -> None:
            raise ZeroDivisionError("by a hostile row")

        patch.setattr(exchange, step, fail)
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

        def fail(*_: object) -> None:
            raise ZeroDivisionError

        patch.setattr(exchange, "judged_list", fail)
        after = watch("okx")
        await after.restore()
        assert after.judged is None
    assert await after.refresh_wallets(), "it is fetched anew"


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
    assert one.owed is not None
    await one.owed.refresh()
    assert one.asked


ROWS = [signed(number) for number in range(1, 7)]


@pytest.fixture
def judged_accounts(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses of the rows that were judged, two at a time."""
    accounts: list[str] = []

    def watched(claim: Claim, network: Network | None) -> Verdict:
        accounts.append(claim.address)
        return judge(claim, network)

    monkeypatch.setattr(batch, "_CHUNK", 2)
    monkeypatch.setattr(batch, "judge", watched)
    return accounts


async def test_a_judgement_that_was_stopped_in_the_middle_goes_on_from_there(
    site: Site, store: Store, watch: Callable[..., ExchangeWatch], judged_accounts: list[str]
) -> None:
    site.exchange("okx", ROWS)
    closing = Event()

    def stop(done: int) -> None:
        if done == 2:
            closing.set()

    with pytest.raises(exchange._ClosingError):
        await watch("okx", closing).refresh_wallets(stop)
    before = judged_accounts.copy()
    assert 0 < len(before) < len(ROWS)
    assert len(await store.verdicts(RULES_VERSION)) == len(before)

    after = watch("okx")
    await after.refresh_wallets()
    assert after.judged is not None
    assert after.judged.counts == {("ethereum", VerdictStatus.VERIFIED): len(ROWS)}
    assert sorted(judged_accounts) == sorted(row.address for row in ROWS), "each once, before the stop or after it"


async def test_a_cancelled_judgement_leaves_what_it_found(
    site: Site, store: Store, watch: Callable[..., ExchangeWatch], judged_accounts: list[str]
) -> None:
    site.exchange("okx", ROWS)
    loop, closing, cancelled = asyncio.get_running_loop(), Event(), Event()

    def cancel(done: int) -> None:
        if done == 2:
            loop.call_soon_threadsafe(refresh.cancel)
            cancelled.wait()

    refresh = asyncio.create_task(watch("okx", closing).refresh_wallets(cancel))
    with pytest.raises(asyncio.CancelledError):
        await refresh
    closing.set()
    cancelled.set()
    assert len(await store.verdicts(RULES_VERSION)) == 2


async def test_the_event_loop_turns_while_a_list_is_judged(
    site: Site, watch: Callable[..., ExchangeWatch], judged_accounts: list[str]
) -> None:
    site.exchange("okx", ROWS)
    loop = asyncio.get_running_loop()
    turns: list[int] = []

    async def turn(done: int) -> None:
        turns.append(done)

    def ask(done: int) -> None:
        """Waits for an answer, which a loop that judges by itself could not give."""
        asyncio.run_coroutine_threadsafe(turn(done), loop).result(timeout=30)

    assert await watch("okx").refresh_wallets(ask)
    assert turns == [0, 2, 4, 6]


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
    (shared,) = shared_accounts(lists)["other"]
    assert (shared.exchange, shared.examples) == ("okx", (f"{owner} on ethereum",))
