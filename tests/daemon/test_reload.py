"""Loading the configuration again: whole or not at all, and without disturbing what it leaves as it was."""

import pytest

from tests.support.daemons import Site, Watched, publish, signed, until, watching


@pytest.fixture
def okx(site: Site) -> Site:
    site.exchange("okx", [signed(1)])
    site.owes("okx", ETH="100")
    site.write()
    return site


async def exchanges(watched: Watched) -> set[str]:
    return {labels["exchange"] for labels in await watched.labels("por_claims")}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("exchanges: [", "not YAML"),
        ("exchanges: {okx: {wallet: {source: x}}}\nnetworks: {atlantis: {endpoints: [{url: 'http://x'}]}}", "wallet"),
        ("exchanges: {okx: {wallets: {source: x, format: papyrus}}}", "no such layout of wallet lists"),
    ],
    ids=["no YAML", "unknown keys", "unknown names"],
)
async def test_a_bad_configuration_changes_nothing_but_raises_an_alert(okx: Site, text: str, told: str) -> None:
    async with watching(okx.path) as watched:
        await until(watched.ready)
        assert await watched.value("por_config_last_reload_successful") == 1
        loaded = await watched.value("por_config_reload_success_timestamp_seconds")
        before = await watched.api("config")
        publish(okx.path, text)
        status, answer = await watched.reload()
        assert status == 500
        assert "the old configuration stays" in answer
        assert await watched.value("por_config_last_reload_successful") == 0
        assert await watched.value("por_config_reload_success_timestamp_seconds") == loaded
        alert = (await watched.alerts())["PorConfigReloadFailed"]
        assert str(okx.path) in alert["summary"]
        assert told in alert["summary"]
        assert told in answer
        assert await exchanges(watched) == {"okx"}
        assert await watched.api("config") == before

        okx.write()
        assert await watched.reload() == (200, "reloaded\n")
        assert await watched.value("por_config_last_reload_successful") == 1
        assert "PorConfigReloadFailed" not in await watched.alerts()


async def test_a_new_exchange_appears_and_the_series_of_a_removed_one_vanish(okx: Site) -> None:
    async with watching(okx.path) as watched:
        await until(watched.ready)
        okx.exchange("kraken", [signed(2)])
        okx.owes("kraken", ETH="50")
        del okx.sections["exchanges"]["okx"]
        okx.write()
        assert (await watched.reload())[0] == 200

        async def changed() -> bool:
            return await exchanges(watched) == {"kraken"}

        await until(changed)
        assert {labels.get("exchange") for _, labels in map(_apart, await watched.scrape())} <= {"kraken", "", None}


def _apart(series: tuple[str, frozenset[tuple[str, str]]]) -> tuple[str, dict[str, str]]:
    return series[0], dict(series[1])


async def test_another_source_is_read_at_once(okx: Site) -> None:
    """Whoever corrects a source does not wait for the next round, which may be an hour away."""
    for document in okx.sections["exchanges"]["okx"].values():
        document["refresh"] = "1h"
    async with watching(okx.write()) as watched:
        await until(watched.ready)
        okx.exchange("other", [signed(1), signed(2)])
        okx.owes("other", ETH="70")
        other = okx.sections["exchanges"].pop("other")
        for document in other.values():
            document["refresh"] = "1h"
        okx.sections["exchanges"]["okx"] = other
        okx.write()
        assert (await watched.reload())[0] == 200

        async def is_read() -> bool:
            owed = await watched.value("por_liabilities", exchange="okx", asset="ETH")
            listed = await watched.value("por_claims", exchange="okx", network="ethereum", verdict="verified")
            return (owed, listed) == (70, 2)

        await until(is_read)


async def test_what_the_configuration_leaves_as_it_was_is_not_read_anew(okx: Site) -> None:
    for document in okx.sections["exchanges"]["okx"].values():
        document["refresh"] = "1h"
    async with watching(okx.write()) as watched:
        await until(watched.ready)
        okx.exchange("kraken", [signed(2)])
        okx.owes("kraken", ETH="50")
        okx.write()
        assert (await watched.reload())[0] == 200

        async def appeared() -> bool:
            return await exchanges(watched) == {"okx", "kraken"}

        await until(appeared)
        for document in ("wallets", "liabilities"):
            assert await watched.value("por_document_fetches_total", exchange="okx", document=document) == 1


async def test_registry_files_that_say_the_same_leave_every_exchange_as_it_was(okx: Site) -> None:
    own = okx.folder / "own.yaml"
    publish(own, "networks:\n  own: {title: Own, caip2: 'eip155:99', family: evm, labels: [OWNCHAIN]}\n")
    for document in okx.sections["exchanges"]["okx"].values():
        document["refresh"] = "1h"
    async with watching(okx.write(registry=[str(own)])) as watched:
        await until(watched.ready)
        publish(own, f"# a remark\n{own.read_text()}")
        assert (await watched.reload())[0] == 200
        assert (await watched.reload())[0] == 200
        for document in ("wallets", "liabilities"):
            assert await watched.value("por_document_fetches_total", exchange="okx", document=document) == 1


async def test_messages_that_are_not_accepted_any_more_are_so_at_once(okx: Site) -> None:
    async with watching(okx.path) as watched:
        await until(watched.ready)
        okx.sections["exchanges"]["okx"]["wallets"]["messages"] = ["I am another"]
        okx.write()
        assert (await watched.reload())[0] == 200
        assert await watched.value("por_claims", exchange="okx", network="ethereum", verdict="invalid") == 1
        assert await watched.value("por_claims", exchange="okx", network="ethereum", verdict="verified") is None


async def test_alerts_lead_to_the_runbooks_that_are_configured_now(okx: Site) -> None:
    async with watching(okx.path) as watched:
        await until(watched.ready)
        okx.sections["web"]["runbook_url"] = "https://docs.example/{alert}"
        okx.write()
        assert (await watched.reload())[0] == 200
        publish(okx.path, "exchanges: [")
        assert (await watched.reload())[0] == 500
        assert 'href="https://docs.example/PorConfigReloadFailed"' in (await watched.get("/"))[1]
