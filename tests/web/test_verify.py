"""/verify: off unless it is wanted; a visitor's file goes to the verifier and nowhere else, within limits."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from aiohttp import FormData
from aiohttp.test_utils import TestClient, TestServer

from monitor.judgement import REPORT
from monitor.model import LiabilitiesProof, ProofStatus, Publication
from monitor.settings import VerifySettings, WebSettings
from monitor.settings.web_config import WebConfig
from monitor.web.access import Access
from monitor.web.app import create_app
from tests.support import worlds
from tests.support.web import Client, Daemon

ROOT = "ab" * 32
PATH = LiabilitiesProof(
    "okx-merkle-v1", ProofStatus.PROVEN, root=ROOT, proven=("the leaf is yours",), not_proven=("that all are counted",)
)


@pytest.fixture
def limits() -> VerifySettings:
    return VerifySettings(max_size=1000, at_once=1, timeout=timedelta(minutes=1))


@pytest.fixture
def access(limits: VerifySettings) -> Access:
    return Access(WebConfig(), WebSettings(verify=True, verify_limits=limits))


@pytest.fixture
async def client(daemon: Daemon, access: Access) -> AsyncIterator[Client]:
    daemon.proof = PATH
    async with TestClient(TestServer(create_app(daemon.deps(), access))) as client:
        yield client


def upload(content: bytes = b"{}", name: str = "proof.json", exchange: str = "aurora", **fields: str) -> FormData:
    form = FormData({"exchange": exchange, **fields}, quote_fields=False)
    form.add_field("file", content, filename=name)
    return form


async def post(client: Client, form: FormData | bytes, status: int = 200, **headers: str) -> str:
    async with client.post("/verify", data=form, headers={"Accept": "text/html", **headers}) as response:
        text = await response.text()
        assert response.status == status, text
        return " ".join(text.split()).replace("&#39;", "'")


async def test_it_is_off_unless_the_configuration_wants_it(daemon: Daemon) -> None:
    async with TestClient(TestServer(create_app(daemon.deps()))) as client:
        for ask in (client.get, client.post):
            async with ask("/verify") as response:
                assert response.status == 404
        async with client.get("/") as response:
            assert "Check your own file" not in await response.text()


async def test_the_form_is_found_and_says_what_happens_with_the_file(client: Client) -> None:
    async with client.get("/") as response:
        assert '<a href="/verify">Check your own file</a>' in await response.text()
    async with client.get("/verify?exchange=borealis") as response:
        text = await response.text()
    assert '<option value="borealis" selected>' in text
    assert "It is not kept, and nothing of it is logged." in text


@pytest.mark.parametrize(
    ("record", "badge", "said"),
    [
        ([], "unknown", "no published root was compared: this monitor has not seen one of Aurora yet"),
        (
            [ROOT],
            "covered",
            "the root that this monitor saw in its report 125 of Aurora, first on 2026-03-14",
        ),
        (["cd" * 32], "breach", "it leads to no root that this monitor saw Aurora publish (1 root since"),
    ],
    ids=["nothing seen", "seen", "another"],
)
async def test_the_answer_says_whether_the_file_leads_to_a_root_that_was_seen_published(
    client: Client, daemon: Daemon, record: list[str], badge: str, said: str
) -> None:
    daemon.published = [Publication(worlds.NOW, worlds.NOW, REPORT, "125", root, "0" * 64) for root in record]
    text = await post(client, upload(b'{"path": 1}', user=" me "))
    assert daemon.uploaded == [("proof.json", b'{"path": 1}', "me")]
    assert said in text
    assert f'<span class="badge {badge}">Proven' in text
    assert "the leaf is yours" in text
    assert "that all are counted" in text
    assert ROOT in text
    if badge == "unknown":
        assert ">Proven, of limited strength; no published root was compared<" in text


async def test_an_answer_is_kept_by_no_browser(client: Client) -> None:
    async with client.post("/verify", data=upload()) as response:
        assert response.headers["Cache-Control"] == "no-store"
        assert "refresh.js" not in await response.text()


async def test_a_file_that_proves_nothing_is_told_with_its_reason(client: Client, daemon: Daemon) -> None:
    daemon.proof = LiabilitiesProof("", ProofStatus.UNREADABLE, reason="proof.json: of no scheme <b>")
    text = await post(client, upload())
    assert '<span class="badge unknown">Unreadable</span>' in text
    assert "proof.json: of no scheme &lt;b&gt;" in text


@pytest.mark.parametrize(
    ("form", "status", "said"),
    [
        (upload(b"x" * 1001), 413, "larger than the 1000b"),
        (upload(b"x" * 100_000), 413, "larger than the 1000b"),
        (upload(b""), 400, "no file was chosen, or it is empty"),
        (upload(exchange="nobody"), 400, "choose the exchange"),
        (upload(user="x" * 301), 400, "longer than 300 bytes"),
        (b"file=1", 415, "send the file by the form"),
    ],
    ids=["too large", "far too large", "empty", "no exchange", "long field", "no form"],
)
async def test_what_is_no_file_to_verify_is_refused(
    client: Client, daemon: Daemon, form: FormData | bytes, status: int, said: str
) -> None:
    assert said in (await post(client, form, status)).lower()
    assert not daemon.uploaded


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"--x",
        b"--x\r\n\r\n",
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nabc',
        b"--x\r\nContent-Type: multipart/mixed; boundary=y\r\n\r\n--y\r\n\r\na\r\n--y--\r\n--x--\r\n",
        b'--x\r\nContent-Disposition: form-data; name="user"\r\n\r\n\xff\r\n--x--\r\n',
    ],
    ids=["nothing", "a start", "no name", "cut", "nested", "no text"],
)
async def test_broken_forms_are_refused_and_nothing_fails(client: Client, daemon: Daemon, body: bytes) -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    assert "<h1>" in await post(client, body, 400, **headers)
    assert not daemon.uploaded


async def test_many_fields_and_many_files_are_refused(client: Client, daemon: Daemon) -> None:
    two = upload()
    two.add_field("file", b"{}", filename="other.json")
    assert "Send one file" in await post(client, two, 400)
    assert "No file was chosen" in await post(
        client, FormData({f"field{n}": "x" for n in range(50)}, default_to_multipart=True), 400
    )
    assert not daemon.uploaded


async def test_a_name_is_shown_without_its_folders_and_acts_on_nothing(client: Client, daemon: Daemon) -> None:
    text = await post(client, upload(name="C:\\Users\\me\\<b>\u202e.json"))
    assert daemon.uploaded[0][0] == "<b>\\u202e.json"
    assert "&lt;b&gt;\\u202e.json" in text


async def test_more_than_may_be_at_once_are_refused_until_there_is_a_place(client: Client, daemon: Daemon) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow() -> AsyncIterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="exchange"\r\n\r\naurora\r\n--x\r\n'
        begun.set()
        await go_on.wait()
        yield b'Content-Disposition: form-data; name="file"; filename="a"\r\n\r\n{}\r\n--x--\r\n'

    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    first = asyncio.create_task(post(client, slow(), 200, **headers))  # type: ignore[arg-type]
    await begun.wait()
    assert "As many files as may be" in await post(client, upload(), 503)
    go_on.set()
    await first
    await post(client, upload())
    assert len(daemon.uploaded) == 2


@pytest.mark.parametrize("limits", [VerifySettings(timeout=timedelta(milliseconds=50), at_once=1)], ids=["50 ms"])
async def test_who_sends_too_slowly_loses_the_place(client: Client, daemon: Daemon) -> None:
    async def never() -> AsyncIterator[bytes]:
        yield b"--x\r\n"
        await asyncio.Event().wait()

    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    assert "took too long" in await post(client, never(), 408, **headers)  # type: ignore[arg-type]
    await post(client, upload())
    assert len(daemon.uploaded) == 1


@pytest.mark.parametrize(
    "headers",
    [{"Host": "evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}],
    ids=["host", "site", "origin"],
)
async def test_another_sites_page_cannot_have_a_file_verified(
    client: Client, daemon: Daemon, headers: dict[str, str]
) -> None:
    await post(client, upload(), 403, **headers)
    assert not daemon.uploaded


@pytest.mark.parametrize("access", [Access(WebConfig(), WebSettings(verify=True, rate=0.1))], ids=["one in ten s"])
async def test_the_rate_of_the_api_holds_for_files_too(client: Client) -> None:
    for status in (200, 200, 429):
        await post(client, upload(), status)


async def test_a_record_that_cannot_be_read_is_not_taken_for_an_empty_one(client: Client, daemon: Daemon) -> None:
    daemon.history_error = "the history cannot be read: disk"
    assert "The history cannot be read" in await post(client, upload(), 503)
    assert not re.search("no published root", await post(client, upload(), 503))
