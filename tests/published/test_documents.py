"""Documents arrive whole, only when they changed, and never larger than allowed."""

import asyncio
import hashlib
import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import aiohttp
import pytest

from monitor.published import Cause, DocumentError, Fetched, Unchanged, Validators, fetch, unpack
from monitor.published.documents import origin_of
from tests.support.published import Publisher, answering, gzipped, refusal, settings, zipped

BODY = b"network,address\nbitcoin,1\n"


async def refused(source: str, **values: object) -> tuple[str, str]:
    with pytest.raises(DocumentError) as caught:
        await fetch(source, settings(**values))
    return refusal(caught.value)


class TestPaths:
    async def test_a_file_is_read_with_its_identity(self, tmp_path: Path) -> None:
        path = tmp_path / "list.csv"
        path.write_bytes(BODY)
        os.utime(path, (1_780_000_000, 1_780_000_000))
        fetched = await fetch(str(path), settings())
        assert isinstance(fetched, Fetched)
        assert fetched.raw == BODY
        assert fetched.document.sha256 == hashlib.sha256(BODY).hexdigest()
        assert fetched.document.size == len(BODY)
        assert fetched.document.modified_at == datetime.fromtimestamp(1_780_000_000, UTC)
        assert fetched.document.members == ()
        assert [(file.name, file.content()) for file in fetched.files] == [("list.csv", BODY)]

    async def test_an_untouched_file_is_not_modified(self, tmp_path: Path) -> None:
        path = tmp_path / "list.csv"
        path.write_bytes(BODY)
        first = await fetch(str(path), settings())
        assert isinstance(first, Fetched)
        assert isinstance(await fetch(str(path), settings(), known=first.validators), Unchanged)

    async def test_a_touched_file_with_the_same_bytes_is_not_modified(self, tmp_path: Path) -> None:
        path = tmp_path / "list.csv"
        path.write_bytes(BODY)
        first = await fetch(str(path), settings())
        assert isinstance(first, Fetched)
        os.utime(path, (1, 1))
        touched = await fetch(str(path), settings(), known=first.validators)
        assert isinstance(touched, Unchanged)
        assert touched.validators == replace(first.validators, mtime_ns=10**9), "it is not read a third time"

    async def test_a_changed_file_of_the_same_size_is_read_again(self, tmp_path: Path) -> None:
        path = tmp_path / "list.csv"
        path.write_bytes(BODY)
        os.utime(path, (1, 1))
        first = await fetch(str(path), settings())
        path.write_bytes(BODY.upper())
        assert isinstance(first, Fetched)
        again = await fetch(str(path), settings(), known=first.validators)
        assert isinstance(again, Fetched)
        assert again.raw == BODY.upper()

    async def test_a_missing_file_is_unreachable_and_named(self, tmp_path: Path) -> None:
        reason, sentence = await refused(str(tmp_path / "none.csv"))
        assert reason == "unreachable"
        assert "No such file" in sentence
        assert str(tmp_path / "none.csv") in sentence

    async def test_a_directory_is_unreachable(self, tmp_path: Path) -> None:
        assert (await refused(str(tmp_path)))[0] == "unreachable"

    @pytest.mark.parametrize("content", [b"", b" \r\n\t "])
    async def test_a_file_without_content_is_empty(self, tmp_path: Path, content: bytes) -> None:
        path = tmp_path / "list.csv"
        path.write_bytes(content)
        assert (await refused(str(path)))[0] == "empty"

    async def test_a_file_over_the_limit_is_refused(self, tmp_path: Path) -> None:
        path = tmp_path / "list.csv"
        path.write_bytes(BODY)
        assert (await refused(str(path), max_size=len(BODY) - 1))[0] == "too_large"
        assert isinstance(await fetch(str(path), settings(max_size=len(BODY))), Fetched)

    async def test_what_tells_no_size_is_read_to_its_end_and_no_further_than_allowed(self, tmp_path: Path) -> None:
        path = tmp_path / "list.csv"
        os.mkfifo(path)

        async def read(**values: object) -> Fetched | Unchanged:
            written = asyncio.create_task(asyncio.to_thread(path.write_bytes, BODY))
            try:
                return await fetch(str(path), settings(**values))
            finally:
                await written

        fetched = await read()
        assert isinstance(fetched, Fetched)
        assert fetched.raw == BODY
        with pytest.raises(DocumentError) as caught:
            await read(max_size=len(BODY) - 1)
        assert refusal(caught.value)[0] == "too_large"


class TestUrls:
    async def test_a_document_is_read_with_its_identity(self, publisher: Publisher) -> None:
        url = publisher.put("/por/list.csv", BODY, ETag='"1"', Last_Modified="Wed, 06 May 2026 16:00:00 GMT")
        fetched = await fetch(url, settings())
        assert isinstance(fetched, Fetched)
        assert fetched.raw == BODY
        assert fetched.files[0].name == "list.csv"
        assert fetched.document.sha256 == hashlib.sha256(BODY).hexdigest()
        assert fetched.document.modified_at == datetime(2026, 5, 6, 16, tzinfo=UTC)
        assert fetched.validators.etag == '"1"'

    async def test_the_next_request_is_conditional(self, publisher: Publisher) -> None:
        url = publisher.put("/list.csv", BODY, ETag='"1"', Last_Modified="Wed, 06 May 2026 16:00:00 GMT")
        first = await fetch(url, settings())
        assert isinstance(first, Fetched)
        assert isinstance(await fetch(url, settings(), known=first.validators), Unchanged)
        assert publisher.statuses == [200, 304]
        assert publisher.requests[1].headers["If-None-Match"] == '"1"'
        assert publisher.requests[1].headers["If-Modified-Since"] == "Wed, 06 May 2026 16:00:00 GMT"

    async def test_the_same_bytes_under_a_new_etag_are_not_modified(self, publisher: Publisher) -> None:
        first = await fetch(publisher.put("/list.csv", BODY, ETag='"1"'), settings())
        url = publisher.put("/list.csv", BODY, ETag='"2"')
        assert isinstance(first, Fetched)
        unchanged = await fetch(url, settings(), known=first.validators)
        assert isinstance(unchanged, Unchanged)
        assert publisher.statuses == [200, 200]
        assert isinstance(await fetch(url, settings(), known=unchanged.validators), Unchanged)
        assert publisher.statuses == [200, 200, 304]

    async def test_new_bytes_are_read(self, publisher: Publisher) -> None:
        first = await fetch(publisher.put("/list.csv", BODY, ETag='"1"'), settings())
        url = publisher.put("/list.csv", BODY + BODY, ETag='"2"')
        assert isinstance(first, Fetched)
        again = await fetch(url, settings(), known=first.validators)
        assert isinstance(again, Fetched)
        assert again.raw == BODY + BODY

    async def test_validators_of_another_source_are_not_sent(self, publisher: Publisher) -> None:
        url = publisher.put("/list.csv", BODY, ETag='"1"')
        known = Validators(origin_of("https://other.example/list.csv"), hashlib.sha256(BODY).hexdigest(), 1, '"1"')
        assert isinstance(await fetch(url, settings(), known=known), Fetched)
        assert "If-None-Match" not in publisher.requests[0].headers

    async def test_a_session_can_be_shared(self, publisher: Publisher) -> None:
        url = publisher.put("/list.csv", BODY)
        async with aiohttp.ClientSession() as session:
            assert isinstance(await fetch(url, settings(), session=session), Fetched)
            assert not session.closed

    async def test_other_statuses_are_refused(self, publisher: Publisher) -> None:
        reason, sentence = await refused(publisher.url + "/none.csv")
        assert reason == "http_status"
        assert "404" in sentence

    async def test_not_modified_without_a_condition_is_refused(self) -> None:
        async with answering(b"HTTP/1.1 304 Not Modified\r\n\r\n") as url:
            assert (await refused(url))[0] == "http_status"

    async def test_an_empty_body_is_refused(self, publisher: Publisher) -> None:
        assert (await refused(publisher.put("/list.csv", b"")))[0] == "empty"

    async def test_a_body_shorter_than_announced_is_truncated(self) -> None:
        async with answering(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + BODY) as url:
            assert (await refused(url))[0] == "truncated"

    async def test_a_chunked_body_without_its_end_is_truncated(self) -> None:
        async with answering(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n") as url:
            assert (await refused(url))[0] == "truncated"

    async def test_an_announced_size_over_the_limit_is_refused_unread(self) -> None:
        async with answering(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n", hang=True) as url:
            assert (await refused(url, max_size=1000))[0] == "too_large"

    async def test_the_limit_holds_for_a_body_that_announces_no_size(self) -> None:
        body = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"3e8\r\n" + b"x" * 1000 + b"\r\n0\r\n\r\n"
        async with answering(body) as url:
            assert (await refused(url, max_size=999))[0] == "too_large"

    async def test_the_limit_holds_for_what_a_compressed_transfer_expands_to(self, publisher: Publisher) -> None:
        url = publisher.put("/list.csv", gzipped(b"0" * 10_000_000), Content_Encoding="gzip")
        assert (await refused(url, max_size=1_000_000))[0] == "too_large"

    async def test_a_server_that_hangs_is_given_up(self) -> None:
        async with answering(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + BODY, hang=True) as url:
            assert (await refused(url, timeout="200ms"))[0] == "timeout"

    async def test_a_closed_port_is_unreachable(self) -> None:
        async with answering(b"") as url:
            pass
        reason, sentence = await refused(url)
        assert reason == "unreachable"
        assert url in sentence

    @pytest.mark.parametrize("source", ["http://[", "http://", "http://127.0.0.1:99999/"])
    async def test_what_is_no_url_is_unreachable(self, source: str) -> None:
        assert (await refused(source))[0] == "unreachable"

    async def test_what_is_not_http_is_unreachable(self) -> None:
        async with answering(b"220 ftp ready\r\n") as url:
            assert (await refused(url))[0] == "unreachable"

    async def test_a_document_from_the_future_is_refused(self, publisher: Publisher) -> None:
        later = datetime.now(UTC) + timedelta(hours=2)
        url = publisher.put("/list.csv", BODY, Last_Modified=format_datetime(later, usegmt=True))
        reason, told = await refused(url)
        assert (reason, "which is still to come" in told) == ("inconsistent", True)
        soon = datetime.now(UTC) + timedelta(minutes=10)
        publisher.put("/list.csv", BODY, Last_Modified=format_datetime(soon, usegmt=True))
        assert isinstance(await fetch(url, settings()), Fetched), "clocks differ"

    @pytest.mark.parametrize("date", ["Fri, 31 Dec 9999 23:59:59 -2359", "soon", "99"])
    async def test_a_date_outside_the_calendar_is_none(self, publisher: Publisher, date: str) -> None:
        fetched = await fetch(publisher.put("/list.csv", BODY, Last_Modified=date), settings())
        assert isinstance(fetched, Fetched)
        assert fetched.document.modified_at is None

    async def test_redirects_are_followed(self, publisher: Publisher) -> None:
        publisher.redirects["/newest"] = publisher.put("/list.csv", BODY)
        fetched = await fetch(publisher.url + "/newest", settings())
        assert isinstance(fetched, Fetched)
        assert fetched.raw == BODY

    async def test_redirects_to_other_schemes_are_refused(self, publisher: Publisher) -> None:
        publisher.redirects["/newest"] = "ftp://127.0.0.1/list.csv"
        assert (await refused(publisher.url + "/newest"))[0] == "redirect"

    async def test_endless_redirects_are_refused(self, publisher: Publisher) -> None:
        publisher.redirects["/newest"] = publisher.url + "/newest"
        assert (await refused(publisher.url + "/newest"))[0] == "redirect"

    async def test_secrets_of_the_url_are_in_no_message_and_no_document(self, publisher: Publisher) -> None:
        publisher.put("/list.csv", BODY)
        host = publisher.url.removeprefix("http://")
        fetched = await fetch(f"http://watcher:hunter2@{host}/list.csv?token=swordfish", settings())
        assert isinstance(fetched, Fetched)
        _, sentence = await refused(f"http://watcher:hunter2@{host}/none.csv?token=swordfish")
        for text in (sentence, repr(fetched), fetched.document.source):
            assert "hunter2" not in text
            assert "swordfish" not in text
        assert fetched.document.source.endswith("/list.csv?token=***")


class TestAgain:
    async def test_kept_bytes_give_the_same_files(self, publisher: Publisher) -> None:
        raw = zipped({"a.csv": BODY, "b.csv": BODY.upper()})
        fetched = await fetch(publisher.put("/list.zip", raw), settings())
        assert isinstance(fetched, Fetched)
        assert fetched.document.members == ("a.csv", "b.csv")
        again = unpack(fetched.raw, fetched.document, settings())
        assert [(file.name, file.content()) for file in again] == [("a.csv", BODY), ("b.csv", BODY.upper())]

    def test_reasons_are_labels(self) -> None:
        assert all(reason.replace("_", "").isalpha() and reason.islower() for reason in Cause)
        page = (Path(__file__).parents[2] / "docs/layouts.md").read_text(encoding="utf-8")
        assert [reason for reason in Cause if f"`{reason}`" not in page] == []
