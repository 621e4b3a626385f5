"""A file of prices: read whole or not at all, and old prices are unknown."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.prices import PricesError, read_prices
from monitor.registry import load

REGISTRY = load()
HEADING = "asset,usd,as_of,source\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "prices.csv"


def test_every_row_is_a_price_with_its_moment_and_source(file: Path) -> None:
    rows = 'PEOPLE,0.0123,2026-05-06,"a broker, by hand"\nELF,1,2026-05-06T12:00:00+02:00,another\n\n'
    file.write_bytes(b"\xef\xbb\xbf" + (HEADING + rows).replace("\n", "\r\n").encode())
    prices = read_prices(file, REGISTRY).prices
    assert {each.asset: (each.usd, each.at, each.source) for each in prices.values()} == {
        "PEOPLE": (Decimal("0.0123"), datetime(2026, 5, 6, tzinfo=UTC), "prices.csv (a broker, by hand)"),
        "ELF": (Decimal(1), datetime(2026, 5, 6, 10, tzinfo=UTC), "prices.csv (another)"),
    }


def test_a_price_counts_until_it_is_old_and_not_before_its_time(file: Path) -> None:
    file.write_text(HEADING + "ELF,1,2026-05-06T12:00:00Z,a broker\n", encoding="utf-8")
    stated, noon, day = read_prices(file, REGISTRY), datetime(2026, 5, 6, 12, tzinfo=UTC), timedelta(days=1)
    second = timedelta(seconds=1)
    assert stated.at(noon + day, day) == stated.prices
    told = "prices.csv (a broker): it is of 2026-05-06 12:00:00 UTC, older than 1 d"
    assert stated.at(noon + day + second, day) == {"ELF": told}
    assert "has not come yet" in str(stated.at(noon - second, day)["ELF"])


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "1: the first line must be asset,usd,as_of,source"),
        ("asset;usd;as_of;source\n", "1: the first line must be asset,usd,as_of,source"),
        (HEADING + "ELF,1,2026-05-06\n", "2: has 3 cells, and should have 4"),
        (HEADING + "ELF,1,2026-05-06,a\nELF,2,2026-05-07,b\n", "3: ELF stands twice; keep one"),
        (HEADING + "elf,1,2026-05-06,a\n", "2: elf is called ELF here: write that"),
        (HEADING + ",1,2026-05-06,a\n", "2: the asset is empty"),
        (HEADING + "ELF,1,2026-05-06, \n", "2: the source is empty"),
        (HEADING + "ELF,1,6.5.2026,a\n", "2: '6.5.2026' is no moment"),
        (HEADING + "ELF,1,2026-05-06T12:00:00,a\n", "2: '2026-05-06T12:00:00' is no moment"),
        (HEADING + 'ELF,"1,2026-05-06,a\n', "2: not CSV: unexpected end of data"),
        *(
            (HEADING + f"ELF,{usd},2026-05-06,a\n", f"2: '{usd}' is no price")
            for usd in ("0", "0.00", "-1", "1e9", "$1", "NaN", "\u0661", "")
        ),
    ],
)
def test_whatever_is_wrong_is_named_with_its_line(file: Path, text: str, fault: str) -> None:
    file.write_text(text, encoding="utf-8")
    with pytest.raises(PricesError) as refused:
        read_prices(file, REGISTRY)
    (sentence,) = refused.value.sentences
    assert sentence.startswith(f"{file}:{fault}")


def test_all_faults_are_told_at_once_and_a_missing_file_too(file: Path) -> None:
    with pytest.raises(PricesError, match=r"cannot be read: No such file"):
        read_prices(file, REGISTRY)
    file.write_text(HEADING + "ELF,x,2026-05-06,a\nPEOPLE,1,y,a\n", encoding="utf-8")
    with pytest.raises(PricesError) as refused:
        read_prices(file, REGISTRY)
    assert len(refused.value.sentences) == 2


@given(raw=st.binary(max_size=80))
def test_no_bytes_raise_anything_else(tmp_path_factory: pytest.TempPathFactory, raw: bytes) -> None:
    file = tmp_path_factory.getbasetemp() / "any.csv"
    file.write_bytes(HEADING.encode() + raw)
    prices = {}
    with suppress(PricesError):
        prices = dict(read_prices(file, REGISTRY).prices)
    assert all(each.usd > 0 for each in prices.values())
