"""Reports that an exchange's own page lists: kept once, over restarts too, and none of a day that has not come."""

from collections.abc import Callable
from datetime import timedelta

from monitor.daemon.exchange import ExchangeWatch
from monitor.judgement import LISTED
from monitor.model import ListedReport
from monitor.store import Store
from tests.support.daemons import Site, signed
from tests.support.readers import START

LIST = tuple(ListedReport(name, START + timedelta(days=days)) for name, days in (("31", -60), ("32", -30), ("99", 400)))


async def test_each_listed_report_is_kept_once(site: Site, watch: Callable[..., ExchangeWatch], store: Store) -> None:
    site.owes("okx", BTC="1")
    site.exchange("okx", [signed(1)], liabilities={"source": str(site.liabilities("okx"))})
    for _ in ("first", "after a restart"):
        owed = watch("okx").owed
        assert owed is not None
        await owed.restore()
        for _ in range(2):
            await owed.note_listed(LIST)
        kept = [(each.kind, each.report_id) for each in await store.publications("okx")]
        assert kept == [(LISTED, "31"), (LISTED, "32")]
        record = owed.regularity()
        assert record is not None
        assert record.in_a_row == 2
    assert await store.events("okx", 10) == [], "they were not seen to happen"
