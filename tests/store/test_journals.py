"""Journals of what endpoints follow: whole, in order, each endpoint's its own."""

from monitor.store import Store


async def test_a_journal_comes_back_in_its_order_after_a_restart(store: Store, url: str) -> None:
    entries = [bytes([number]) * 100_000 for number in range(30)]
    await store.begin_journal("bitcoin", "node", entries)
    await store.append_journal("bitcoin", "node", [b"x", b"a"])
    await store.append_journal("bitcoin", "node", [b""])
    await store.close()
    again = await Store.open(url)
    assert await again.journal("bitcoin", "node") == [*entries, b"x", b"a", b""]
    await again.close()


async def test_a_journal_that_is_begun_again_has_nothing_of_the_one_before(store: Store) -> None:
    for endpoint in ("one", "two"):
        await store.begin_journal("bitcoin", endpoint, [b"old", endpoint.encode()])
    await store.begin_journal("bitcoin", "one", [b"new"])
    await store.append_journal("litecoin", "one", [b"other"])
    assert await store.journal("bitcoin", "one") == [b"new"]
    assert await store.journal("bitcoin", "two") == [b"old", b"two"]
    assert await store.journal("litecoin", "one") == [b"other"]
    await store.begin_journal("bitcoin", "one", [])
    assert await store.journal("bitcoin", "one") == []


async def test_journals_of_others_than_those_named_are_forgotten(store: Store) -> None:
    for network, endpoint in (("bitcoin", "one"), ("bitcoin", "two"), ("litecoin", "one"), ("litecoin", "two")):
        await store.begin_journal(network, endpoint, [b"scan", f"{network} {endpoint}".encode()])
    stay = {("bitcoin", "two"), ("litecoin", "one"), ("bitcoin", "new")}
    assert sorted(await store.forget_journals(lambda *which: which not in stay)) == [
        ("bitcoin", "one"),
        ("litecoin", "two"),
    ]
    assert await store.journal("bitcoin", "one") == []
    assert await store.journal("litecoin", "two") == []
    assert await store.journal("bitcoin", "two") == [b"scan", b"bitcoin two"]
    assert await store.journal("litecoin", "one") == [b"scan", b"litecoin one"]
    assert await store.forget_journals(lambda *which: which not in stay) == []
