"""The newest list and the newest liabilities, straight or by way of OKX's pages."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from monitor.model import ListedReport
from monitor.published import (
    DocumentError,
    Fetched,
    Unchanged,
    check_shrink,
    fetch_liabilities,
    fetch_list,
    fetch_wallets,
    read_liabilities,
    unpack,
)
from monitor.published.okx_pages import find_report, find_wallet_archive
from monitor.registry import Registry
from monitor.settings import LiabilitiesSettings, WalletsSettings
from tests.support.published import DATA, Publisher, refusal, wallets, zipped

HEADER = "coin,Network,Snapshot Height,address,amount,message,signature1,signature2,redeem script\n"
OLD = HEADER + "ETH,ETH,7,0x0cdcdb19a857c2ac24818ca4fdfe38cce071483e,1,m,0x1,,\n"
NEW = OLD + "ETH,ETH,7,0x16f01cfc16b0b8c3400fb8e5099b0974fcc9fc12,1,m,0x1,,\n"
AUDIT: dict[str, Any] = json.loads((DATA / "report-506872725.json").read_text())["audit"]


def page(noise: str = "", **app: Any) -> str:
    """A page of the shape that OKX serves; ``noise`` is what differs from one request to the next."""
    state = {"appContext": {"initialProps": {"App": app}, "requestId": noise}}
    text = json.dumps(state).replace("</", "<\\/")
    return (
        "<!DOCTYPE html><html><head><title>Proof of Reserves</title><script>var other = '{}';</script>"
        f'<script data-id="x" type="application/json" id="appState">{text}</script></head>'
        "<body><p>1 &lt; 2</p><script id='late'>{}</script></body></html>"
    )


def audits(*downloads: tuple[int, str]) -> list[dict[str, Any]]:
    return [
        {"auditId": str(created), "createTime": created, "typeNum": 4, "download": url, "merkleTreeDownload": "/m.zip"}
        for created, url in downloads
    ]


def list_at(source: str, layout: str = "auto") -> WalletsSettings:
    return WalletsSettings(source=source, format=layout)


def owed_at(source: str, layout: str = "auto") -> LiabilitiesSettings:
    return LiabilitiesSettings(source=source, format=layout)


class TestWallets:
    async def test_a_file_is_a_source(self, registry: Registry, tmp_path: Path) -> None:
        path = tmp_path / "list.csv"
        path.write_text(NEW)
        found = await fetch_wallets(list_at(str(path)), registry)
        assert isinstance(found, tuple)
        assert len(found[0].claims) == 2
        assert isinstance(await fetch_wallets(list_at(str(path)), registry, known=found[1].validators), Unchanged)

    async def test_the_page_leads_to_the_newest_archive(self, registry: Registry, publisher: Publisher) -> None:
        publisher.put("/chain/old.zip", zipped({"old.csv": OLD}))
        publisher.put("/chain/new.zip", zipped({"new.csv": NEW}))
        listed = audits((1, "/chain/old.zip"), (3, "/chain/new.zip"), (2, "/chain/old.zip"), (9, ""))
        source = publisher.put("/por/download", page(auditList=listed))
        found = await fetch_wallets(list_at(source, "okx"), registry)
        assert isinstance(found, tuple)
        wallet_list, fetched = found
        assert [claim.file for claim in wallet_list.claims] == ["new.csv", "new.csv"]
        assert wallet_list.document.source == publisher.url + "/chain/new.zip"
        assert fetched.raw == zipped({"new.csv": NEW})

    async def test_all_reports_that_the_page_lists_come_along(self, registry: Registry, publisher: Publisher) -> None:
        publisher.put("/a.zip", zipped({"a.csv": NEW}))
        listed = [*audits((2000, "/a.zip"), (1000, "")), {"auditId": "x", "createTime": 10**30}, {"createTime": 5}, 7]
        source = publisher.put("/por/download", page(auditList=listed))
        fetched = await fetch_list(list_at(source, "okx"))
        expected = tuple(ListedReport(str(at), datetime.fromtimestamp(at // 1000, UTC)) for at in (1000, 2000))
        assert fetched.listed == expected
        assert isinstance(fetched, Fetched)
        unchanged = await fetch_list(list_at(source, "okx"), known=fetched.validators)
        assert isinstance(unchanged, Unchanged)
        assert unchanged.listed == expected

    async def test_an_archive_that_stays_is_unchanged_however_the_page_changes(
        self, registry: Registry, publisher: Publisher
    ) -> None:
        archive = publisher.put("/a.zip", zipped({"a.csv": NEW}), ETag='"a"')
        source = publisher.put("/download", page("one", auditList=audits((1, archive))))
        first = await fetch_wallets(list_at(source), registry)
        publisher.put("/download", page("two", auditList=audits((1, archive))))
        assert isinstance(first, tuple)
        assert isinstance(await fetch_wallets(list_at(source), registry, known=first[1].validators), Unchanged)
        assert publisher.statuses == [200, 200, 200, 304]

    async def test_an_archive_that_changes_is_read_though_the_page_stays(
        self, registry: Registry, publisher: Publisher
    ) -> None:
        archive = publisher.put("/a.zip", zipped({"a.csv": OLD}), ETag='"a"')
        source = publisher.put("/download", page(auditList=audits((1, archive))), ETag='"page"')
        first = await fetch_wallets(list_at(source), registry)
        publisher.put("/a.zip", zipped({"a.csv": NEW}), ETag='"b"')
        assert isinstance(first, tuple)
        again = await fetch_wallets(list_at(source), registry, known=first[1].validators)
        assert isinstance(again, tuple)
        assert len(again[0].claims) == 2

    async def test_a_new_archive_of_the_same_etag_is_read(self, registry: Registry, publisher: Publisher) -> None:
        publisher.put("/a.zip", zipped({"a.csv": OLD}), ETag='"1"')
        publisher.put("/b.zip", zipped({"b.csv": NEW}), ETag='"1"')
        source = publisher.put("/download", page(auditList=audits((1, "/a.zip"))))
        first = await fetch_wallets(list_at(source), registry)
        publisher.put("/download", page(auditList=audits((1, "/a.zip"), (2, "/b.zip"))))
        assert isinstance(first, tuple)
        again = await fetch_wallets(list_at(source), registry, known=first[1].validators)
        assert isinstance(again, tuple)
        assert len(again[0].claims) == 2

    @pytest.mark.parametrize(
        "html",
        [
            "<html>Access denied</html>",
            page(),
            page(auditRootInfo=AUDIT),
            page(auditList={}),
            '<script id="appState">{"appContext": 1}</script>',
        ],
    )
    async def test_any_other_page_is_refused(self, registry: Registry, publisher: Publisher, html: str) -> None:
        source = publisher.put("/download", html)
        with pytest.raises(DocumentError) as caught:
            await fetch_wallets(list_at(source), registry)
        reason, sentence = refusal(caught.value)
        assert reason == "html"
        assert source in sentence

    async def test_a_page_is_only_followed_for_okx(self, registry: Registry, publisher: Publisher) -> None:
        publisher.put("/a.zip", zipped({"a.csv": NEW}))
        source = publisher.put("/download", page(auditList=audits((1, "/a.zip"))))
        with pytest.raises(DocumentError) as caught:
            await fetch_wallets(list_at(source, "accounts"), registry)
        assert refusal(caught.value)[0] == "html"

    async def test_a_page_that_leads_to_a_page_is_refused(self, registry: Registry, publisher: Publisher) -> None:
        source = publisher.put("/download", page(auditList=audits((1, "/download"))))
        with pytest.raises(DocumentError) as caught:
            await fetch_wallets(list_at(source), registry)
        assert refusal(caught.value)[0] == "html"


class TestLinks:
    def test_links_are_relative_to_the_page(self) -> None:
        html = page(auditList=audits((1, "../a.zip"))).encode()
        assert find_wallet_archive(html, "https://okx.example/por/x/download") == "https://okx.example/por/a.zip"

    @pytest.mark.parametrize("link", ["http://okx.example/a.zip", "file:///etc/passwd", "ftp://okx.example/a.zip"])
    def test_only_https_is_followed(self, link: str) -> None:
        with pytest.raises(DocumentError) as caught:
            find_wallet_archive(page(auditList=audits((1, link))).encode(), "https://okx.example/download")
        assert refusal(caught.value)[0] == "redirect"

    def test_a_saved_page_needs_whole_links(self) -> None:
        html = page(auditList=audits((1, "a.zip"))).encode()
        with pytest.raises(DocumentError):
            find_wallet_archive(html, "saved/download.html")

    @pytest.mark.parametrize(
        "listed",
        [
            [],
            [{"createTime": 1}],
            ["x"],
            [{"download": "/a.zip"}],
            audits((1, "https://[")),
            [{"createTime": "x", "download": "/a"}],
        ],
    )
    def test_a_list_without_a_dated_archive_is_refused(self, listed: list[Any]) -> None:
        with pytest.raises(DocumentError) as caught:
            find_wallet_archive(page(auditList=listed).encode(), "https://okx.example/download")
        assert refusal(caught.value)[0] == "layout"

    def test_state_that_is_not_json_is_refused(self) -> None:
        with pytest.raises(DocumentError) as caught:
            find_report(b'<script id="appState">{"appContext": </script>')
        assert refusal(caught.value)[0] in {"layout", "truncated"}

    def test_numbers_of_the_report_keep_their_digits(self) -> None:
        report = '{"x":0.10000000000000000001}'
        state = '{"appContext":{"initialProps":{"App":{"auditRootInfo":' + report + "}}}}"
        html = f'<script id="appState">{state}</script>'.encode()
        assert json.loads(find_report(html)) == {"x": "0.10000000000000000001"}


class TestLiabilities:
    async def test_the_report_is_taken_out_of_the_page(self, registry: Registry, publisher: Publisher) -> None:
        source = publisher.put("/detail", page(auditRootInfo=AUDIT))
        found = await fetch_liabilities(owed_at(source, "okx-report"), registry)
        assert isinstance(found, tuple)
        owed, fetched = found
        assert owed.owed["BTC"] == Decimal("111188.864402819964229")
        assert owed.document.source == source
        again = unpack(fetched.raw, fetched.document, owed_at(source))
        assert read_liabilities(again, fetched.document, "okx-report", registry) == owed

    async def test_a_page_with_the_same_report_is_unchanged(self, registry: Registry, publisher: Publisher) -> None:
        source = publisher.put("/detail", page("one", auditRootInfo=AUDIT))
        first = await fetch_liabilities(owed_at(source), registry)
        publisher.put("/detail", page("two", auditRootInfo=AUDIT))
        assert isinstance(first, tuple)
        assert isinstance(await fetch_liabilities(owed_at(source), registry, known=first[1].validators), Unchanged)
        publisher.put("/detail", page("two", auditRootInfo=AUDIT | {"auditId": "2"}))
        again = await fetch_liabilities(owed_at(source), registry, known=first[1].validators)
        assert isinstance(again, tuple)
        assert again[0].report_id == "2"

    async def test_a_page_that_the_server_says_is_unchanged_is(self, registry: Registry, publisher: Publisher) -> None:
        source = publisher.put("/detail", page(auditRootInfo=AUDIT), ETag='"1"')
        first = await fetch_liabilities(owed_at(source), registry)
        assert isinstance(first, tuple)
        assert isinstance(await fetch_liabilities(owed_at(source), registry, known=first[1].validators), Unchanged)
        assert publisher.statuses == [200, 304]

    async def test_the_download_page_holds_no_report(self, registry: Registry, publisher: Publisher) -> None:
        source = publisher.put("/download", page(auditList=audits((1, "/a.zip"))))
        with pytest.raises(DocumentError) as caught:
            await fetch_liabilities(owed_at(source), registry)
        reason, sentence = refusal(caught.value)
        assert reason == "html"
        assert "detail" in sentence

    async def test_the_json_is_a_source(self, registry: Registry) -> None:
        found = await fetch_liabilities(owed_at(str(DATA / "report-506872725.json")), registry)
        assert isinstance(found, tuple)
        assert found[0].report_id == "506872725"


class TestShrinking:
    @pytest.mark.parametrize(("previous", "limit"), [(1, "0"), (2, "0"), (4, "0.5"), (100, "1"), (0, "0")])
    def test_a_list_may_lose_the_share_that_is_allowed(self, registry: Registry, previous: int, limit: str) -> None:
        check_shrink(previous, wallets(NEW, registry), Decimal(limit))

    @pytest.mark.parametrize(("previous", "limit"), [(3, "0"), (5, "0.5"), (200, "0.98")])
    def test_a_list_that_lost_more_is_refused(self, registry: Registry, previous: int, limit: str) -> None:
        with pytest.raises(DocumentError) as caught:
            check_shrink(previous, wallets(NEW, registry), Decimal(limit))
        reason, sentence = refusal(caught.value)
        assert reason == "shrunk"
        assert f"2 rows where the accepted list has {previous}" in sentence
