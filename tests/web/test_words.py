"""The answer in a sentence."""

from dataclasses import replace
from decimal import Decimal

import pytest
from msgspec import structs

from monitor.formats.phrases import without_folders
from monitor.model import Assessment, AssetAssessment, Basis, Gap, ReserveStatus, frozen
from monitor.web.words import (
    aside,
    headline,
    on_its_word,
    only_claimed,
    shown,
    source,
    unready,
    worst,
)
from tests.support import worlds


def only(*assets: str) -> Assessment:
    aurora = worlds.aurora()
    return replace(aurora, assets=frozen({name: aurora.assets[name] for name in assets}))


@pytest.mark.parametrize(
    ("assessment", "said"),
    [
        (
            worlds.aurora(),
            (
                "Aurora: 1 of 3 assets covered; BTC not covered at 99.99 %, under 100 %; "
                "USDT unknown (bsc: not read lately, tron: not read by this monitor)."
            ),
        ),
        (only("ETH"), "Aurora: ETH covered."),
        (only("BTC"), "Aurora: BTC not covered at 99.99 %, under 100 %."),
        (only("USDT"), "Aurora: USDT unknown (bsc: not read lately, tron: not read by this monitor)."),
        (
            worlds.cassini(),
            (
                "Cassini: nothing can be said yet, because its wallet list was refused: "
                "wallets.csv is an HTML page, not a list; check the address of the source."
            ),
        ),
        (
            replace(worlds.cassini(), documents=frozen({})),
            "Cassini: nothing can be said yet, because no wallet list has been read.",
        ),
    ],
)
def test_the_headline_says_what_is_covered_what_is_not_and_what_is_unknown(assessment: Assessment, said: str) -> None:
    assert headline(assessment) == said


@pytest.mark.parametrize(
    ("sentence", "shown"),
    [
        ("/var/lib/por/wallets.csv: cannot be read", "wallets.csv: cannot be read"),
        ("No such file: '../a/b.csv' [~/c/d.yaml]", "No such file: 'b.csv' [d.yaml]"),
        ("https://a.example/b/c.zip: HTTP/1.1 503, 1/2 of it", "https://a.example/b/c.zip: HTTP/1.1 503, 1/2 of it"),
    ],
)
def test_a_sentence_for_people_names_files_and_no_folders_of_this_server(sentence: str, shown: str) -> None:
    assert without_folders(sentence) == shown


def test_the_source_of_a_document_is_its_address_or_the_name_of_its_file() -> None:
    assert source("https://a.example/b/c.zip") == "https://a.example/b/c.zip"
    assert (source("config/lists/okx.csv"), source("/srv/okx.csv"), source("okx.csv")) == ("okx.csv",) * 3


def test_a_long_list_of_names_is_cut_and_counted() -> None:
    others = book(*((f"COIN{number}", "1") for number in range(100)))
    aurora = replace(worlds.aurora(), assets=frozen({**worlds.aurora().assets, **others}))
    assert aside(aurora).endswith("1.0000 COIN7 and 92 more.")


def test_all_covered_is_said_shortly() -> None:
    eth = worlds.aurora().assets["ETH"]
    assets = {name: structs.replace(eth, asset=name) for name in ("ETH", "BTC")}
    assert headline(replace(worlds.aurora(), assets=frozen(assets))) == "Aurora: all 2 assets covered."


def book(*held: tuple[str, str | None]) -> dict[str, AssetAssessment]:
    """Assets that only addresses may hold, and that nobody owes; None where they were not read."""
    owed = Gap("", "what is owed is not known")
    return {
        name: structs.replace(
            worlds.aurora().assets["ETH"],
            asset=name,
            status=ReserveStatus.UNKNOWN,
            owed=None,
            totals=frozen({} if coins is None else {Basis.LISTED: Decimal(coins)}),
            gaps=(owed,) if coins is not None else (owed, Gap("tron", "not configured", Decimal("Infinity"))),
            implied=True,
        )
        for name, coins in held
    }


def test_what_nobody_owes_and_no_list_names_is_told_in_a_line() -> None:
    others = book(("LINK", "12.5"), ("UNI", "0"), ("SHIB", None), ("DAI", "3"), ("POL", None))
    others["DAI"] = structs.replace(others["DAI"], gaps=others["POL"].gaps)
    aurora = replace(worlds.aurora(), assets=frozen({**worlds.aurora().assets, **others}))
    assert [asset.asset for asset in shown(aurora)] == ["BTC", "ETH", "USDT"]
    assert headline(aurora).startswith("Aurora: 1 of 3 assets covered; ")
    assert aside(aurora) == (
        "Also held, with nothing known to be owed: 12.5000 LINK, at least 3.0000 DAI. "
        "Not read, with nothing known to be owed: SHIB, POL."
    )
    assert aside(worlds.aurora()) == ""


def test_where_nothing_is_named_at_all_what_is_held_is_shown_and_no_count_is_made_of_it() -> None:
    book_only = replace(worlds.aurora(), assets=frozen(book(("LINK", "12.5"), ("UNI", "0"), ("SHIB", None))))
    assert [asset.asset for asset in shown(book_only)] == ["LINK"]
    assert headline(book_only) == "Aurora: nothing can be said yet, because what is owed is not known."
    assert aside(book_only) == "Not read, with nothing known to be owed: SHIB."
    assert worst(book_only) is ReserveStatus.UNKNOWN
    unread = replace(worlds.aurora(), assets=frozen(book(("SHIB", None))))
    assert (shown(unread), worst(unread)) == ([], ReserveStatus.UNKNOWN)


def test_what_rests_on_the_exchanges_word_is_told_with_its_amount_and_place() -> None:
    assets = worlds.aurora().assets
    assert on_its_word(assets["USDT"]) == (
        "1,210,000,000.0000 USDT on tron, bsc rest on the exchange's word alone: they were not read "
        "(900,000,000.0000 on networks that could be read, but not by this monitor, "
        "310,000,000.0000 where reading failed). "
        "They are not in the 72.85 %; the 107.42 % count them, and what may have come there since the list."
    )
    assert on_its_word(assets["BTC"]) == ""
    silent = structs.replace(assets["USDT"], unread=frozen({Basis.SIGNED: Decimal("Infinity")}))
    assert on_its_word(silent) == (
        "Accounts on tron, bsc are claimed without an amount and not read: nothing limits what they hold."
    )
    assert only_claimed(silent) is None
    unowed = structs.replace(assets["USDT"], owed=None, lower_bounds=frozen({}), upper_bounds=frozen({}))
    assert on_its_word(unowed).endswith("310,000,000.0000 where reading failed).")


def test_a_long_list_of_reasons_is_cut_and_counted() -> None:
    usdt = structs.replace(
        worlds.aurora().assets["USDT"], gaps=tuple(Gap(f"n{index}", "not configured: why") for index in range(5))
    )
    said = headline(replace(worlds.aurora(), assets=frozen({"USDT": usdt})))
    assert "(n0: not configured, n1: not configured, n2: not configured and 2 more)" in said


def test_one_breach_is_a_breach_and_nothing_known_is_unknown() -> None:
    assert worst(worlds.aurora()) is ReserveStatus.BREACH
    assert worst(only("ETH", "USDT")) is ReserveStatus.UNKNOWN
    assert worst(worlds.borealis()) is ReserveStatus.COVERED
    assert worst(worlds.cassini()) is ReserveStatus.UNKNOWN


def test_what_is_not_ready_is_said_with_what_is_still_to_be_read() -> None:
    assert unready(worlds.world()) == ""
    assert "nothing has been read yet" in unready(None)
    assert unready(replace(worlds.world(), ready=False)) == (
        "the first pass is not finished; still to be read: xlayer of Aurora"
    )
