"""The page of an exchange's wallets: found, told in words, and honest about what is old or was not read."""

import re
from dataclasses import replace

import pytest

from monitor.model import VerdictStatus, World
from tests.support import worlds
from tests.support.web import EVIL, Client, Daemon, judged, listing

PAGE = "/exchanges/aurora/wallets"


async def get(client: Client, path: str = PAGE, status: int = 200) -> str:
    async with client.get(path, headers={"Accept": "text/html"}) as response:
        assert response.status == status, await response.text()
        assert response.content_type == "text/html"
        return " ".join((await response.text()).split())


def rows(text: str) -> list[str]:
    return re.findall(r"line (\d+)<", text)


def with_explorer(world: World) -> World:
    aurora = replace(world.assessments["aurora"], explorers={"bitcoin": "https://explorer.example/{account}"})
    return replace(world, assessments={**world.assessments, "aurora": aurora})


async def test_a_wallet_is_shown_with_what_is_known_of_it(client: Client, daemon: Daemon) -> None:
    (good, _), (bad, _) = listed = judged(2)
    listed[0] = (replace(good, message="I am Aurora"), listed[0][1])
    daemon.world = with_explorer(listing(listed))
    text = await get(client)
    assert rows(text) == ["2", "3"]
    for shown in (
        "bc1qaurora1",
        '<data value="94000" title="94000">',
        "at block 940123",
        "valid, by a key that the account itself names",
        "P2WPKH of the key that signed",
        "<q>I am Aurora</q>",
        'href="https://explorer.example/bc1qaurora1" rel="noreferrer noopener external"',
        "not read",
        bad.fault,
    ):
        assert shown in text
    assert text.count("https://explorer.example/") == 1, "none of an address that does not decode"


async def test_a_form_narrows_and_keeps_what_was_asked(client: Client, daemon: Daemon) -> None:
    daemon.world = listing(judged(9))
    text = await get(client, f"{PAGE}?search=aurora2&network=&asset=BTC&verdict=invalid&reason=&order=balance")
    assert rows(text) == []
    text = await get(client, f"{PAGE}?search=aurora0&network=&asset=BTC&verdict=invalid&reason=&order=verdict")
    assert rows(text) == ["3", "5", "7", "9"]
    assert "4 of 9 rows." in text
    assert 'value="aurora0"' in text
    assert "<option selected>BTC</option>" in text
    assert '<option value="verdict" selected>' in text
    link = "claims?search=aurora0&amp;asset=BTC&amp;verdict=invalid&amp;order=verdict&amp;limit=1000"
    assert f'href="/api/v1/exchanges/aurora/{link}"' in text
    assert f'href="/api/v1/exchanges/aurora/{link}&amp;format=csv"' in text


async def test_pages_lead_from_the_first_to_the_last_row(client: Client, daemon: Daemon) -> None:
    daemon.world = listing(judged(120))
    path, seen = f"{PAGE}?order=verdict", list[str]()
    while path:
        text = await get(client, path)
        seen += rows(text)
        following = re.search(r'href="([^"]+)" rel="next"', text)
        path = following[1].replace("&amp;", "&") if following else ""
    assert len(seen) == len(set(seen)) == 120
    assert "these are 101 to 120" in text
    assert f'<a href="{PAGE}?order=verdict">First page</a>' in text


async def test_a_refused_list_is_said_beside_the_last_one_that_could_be_used(client: Client, daemon: Daemon) -> None:
    world = listing(judged(1))
    aurora = world.assessments["aurora"]
    state = replace(aurora.documents["wallets"], refusal="/srv/list.csv: an HTML page", refused_at=worlds.NOW)
    aurora = replace(aurora, documents={**aurora.documents, "wallets": state})
    daemon.world = replace(world, assessments={**world.assessments, "aurora": aurora})
    text = await get(client)
    assert "was refused: what follows is the last list that could be used" in text
    assert "/srv/list.csv" not in text
    assert rows(text) == ["2"]


async def test_without_a_list_there_is_no_table_and_nothing_is_said_of_wallets(client: Client) -> None:
    text = await get(client, "/exchanges/cassini/wallets")
    assert "No wallet list of Cassini has been read yet" in text
    assert "<table" not in text


@pytest.mark.parametrize(
    ("query", "status"), [("page=2", 400), ("order=size", 400), ("verdict=good", 400), ("cursor=7", 400)]
)
async def test_what_cannot_be_asked_for_is_refused_on_a_page(client: Client, query: str, status: int) -> None:
    await get(client, f"{PAGE}?{query}", status)


async def test_rows_of_today_are_not_shown_for_a_past_moment(client: Client, daemon: Daemon) -> None:
    daemon.world = listing(judged(2))
    text = await get(client, f"{PAGE}?at=2026-03-01")
    assert rows(text) == []
    assert "Which rows the list had at that moment is not kept." in text


async def test_nothing_of_a_list_acts_on_the_page(client: Client, daemon: Daemon) -> None:
    (claim, verdict) = judged(1)[0]
    evil = replace(claim, address=EVIL, account=EVIL, coin=EVIL, file=EVIL, message=EVIL, network=EVIL)
    daemon.world = with_explorer(listing([(evil, replace(verdict, reason=EVIL))]))
    for path in (PAGE, f"{PAGE}?search=%3Cb%3E%22"):
        text = await get(client, path)
        assert "<b>" not in text
        assert "\x1b" not in text
        assert 'value="<' not in text


async def test_a_verdict_is_a_choice_for_each_that_there_is(client: Client, daemon: Daemon) -> None:
    daemon.world = listing(judged(1))
    text = await get(client)
    assert all(f"<option>{verdict}</option>" in text for verdict in VerdictStatus)
