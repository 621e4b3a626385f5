"""What nobody expected: it ends neither the job nor the watch, and is told."""

import pytest

from monitor.daemon.hub import Hub
from tests.support.daemons import Site, signed, until, watching


async def test_a_job_that_raises_is_an_alert_until_a_run_ends_well(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.exchange("okx", [signed(1)])
    site.owes("okx", ETH="1")
    refresh, fails = Hub.refresh_wallets, True

    async def refresh_wallets(hub: Hub, exchange: str) -> bool:
        if fails:
            raise KeyError("ETH")
        return await refresh(hub, exchange)

    monkeypatch.setattr(Hub, "refresh_wallets", refresh_wallets)
    async with watching(site.write()) as watched:

        async def told() -> bool:
            return "PorJobFailing" in await watched.alerts()

        await until(told)
        alert = (await watched.alerts())["PorJobFailing"]
        assert alert["summary"] == "Failing: wallets:okx: KeyError: 'ETH'."
        assert (await watched.value("por_job_failures_total", task="wallets:okx") or 0) > 0
        assert await watched.value("por_job_failing", task="wallets:okx") == 1
        assert await watched.value("por_job_failing", task="liabilities:okx") == 0
        fails = False

        async def gone() -> bool:
            return not await told()

        await until(gone)
        assert await watched.value("por_job_failing", task="wallets:okx") == 0
