"""What is owed is read exactly, and refused when its figures contradict each other."""

import contextlib
import json
from copy import deepcopy
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.model import Liabilities
from monitor.published import DocumentError, LayoutError
from monitor.registry import Registry
from tests.support.published import DATA, liabilities, refusal, zipped

REPORT = json.loads((DATA / "report-506872725.json").read_text())


def refused(text: bytes | str, registry: Registry) -> tuple[str, str]:
    with pytest.raises(LayoutError) as caught:
        liabilities(text, registry)
    return refusal(caught.value)


def report(**changes: Any) -> str:
    tree = deepcopy(REPORT)
    for key, value in changes.items():
        if isinstance(value, dict):
            tree["audit"][key] |= value
        else:
            tree["audit"][key] = value
    return json.dumps(tree)


class TestOkxReport:
    def test_the_published_report(self, registry: Registry) -> None:
        found = liabilities((DATA / "report-506872725.json").read_bytes(), registry)
        assert found.layout == "okx-report"
        assert found.as_of == datetime(2026, 5, 6, 16, tzinfo=UTC)
        assert found.owed == {
            "BTC": Decimal("111188.864402819964229"),
            "ETH": Decimal("1556473.0830153074947602"),
            "USDT": Decimal("10242908095.7081861476258954"),
        }
        assert found.unaddressed == {
            "BTC": Decimal("5541.3717877240880507"),
            "ETH": Decimal("66336.0336127062819954"),
            "USDT": Decimal("155632512.0374608539069387"),
        }
        assert found.report_id == "506872725"
        assert found.merkle_root == "dd32f9c29d1840dc444b0c0780782cd04f6840870b934a0a8f607fc61b3e8d6b"

    def test_the_pages_own_object_says_the_same(self, registry: Registry) -> None:
        wrapped = liabilities(report(), registry)
        for text in (json.dumps(REPORT["audit"]), json.dumps({"auditRootInfo": REPORT["audit"]})):
            found = liabilities(text, registry)
            assert (found.owed, found.unaddressed, found.as_of) == (wrapped.owed, wrapped.unaddressed, wrapped.as_of)

    def test_assets_have_the_names_of_the_registry(self, registry: Registry) -> None:
        text = report(liabilityBalances={"RIPPLE": "7", "XRP": "1", "XRPK-KIP20": "0.5"})
        assert liabilities(text, registry).owed["XRP"] == Decimal("8.5")

    def test_reserves_are_the_sum_of_exchange_and_custody_to_within_a_whole_coin(self, registry: Registry) -> None:
        close = report(reserveBalances={"BTC": "117935.3717877240880506"})
        assert liabilities(close, registry).owed["BTC"]
        reason, sentence = refused(report(reserveBalances={"BTC": "117935.3717877240880507"}), registry)
        assert reason == "inconsistent"
        assert "BTC" in sentence

    @pytest.mark.parametrize(
        "change",
        [
            {"liabilityCurrencies": ["BTC", "ETH", "USDT", "SOL"]},
            {"reserveCurrencies": ["BTC", "SOL"]},
            {"liabilityCurrencies": "BTC"},
            {"liabilityBalances": None},
            {"liabilityBalances": {"BTC": "-1"}},
            {"liabilityBalances": {"BTC": "106%"}},
            {"liabilityBalances": {"BTC": ["1"]}},
            {"liabilityBalances": {"XRP": "1", "xrp": "1"}},
            {"liabilityBalances": {"XRP": "1", "Total": "13"}},
            {"custodyReserveBalances": {"BTC": ""}},
            {"createTime": "yesterday"},
            {"createTime": None},
            {"createTime": True},
            {"createTime": 10**30},
            {"createTime": 4_000_000_000_000},
            {"merkleHash": "dd32"},
        ],
    )
    def test_figures_that_contradict_each_other_are_refused(self, registry: Registry, change: dict[str, Any]) -> None:
        assert refused(report(**change), registry)[0] == "inconsistent"

    def test_what_is_listed_but_not_stated_is_named(self, registry: Registry) -> None:
        assert "SOL" in refused(report(liabilityCurrencies=["BTC", "SOL"]), registry)[1]

    def test_json_of_another_kind_is_refused(self, registry: Registry) -> None:
        assert refused('{"code": 0}', registry)[0] == "layout"


class TestTotals:
    def test_csv(self, registry: Registry) -> None:
        text = (
            "Asset, Amount ,As Of,unaddressed\nBTC,111188.864402819964229,2026-05-06,5541.37\nripple,0, 2026-05-06 ,\n"
        )
        found = liabilities(text, registry)
        assert found.layout == "totals"
        assert found.as_of == datetime(2026, 5, 6, tzinfo=UTC)
        assert found.owed == {"BTC": Decimal("111188.864402819964229"), "XRP": Decimal(0)}
        assert found.unaddressed == {"BTC": Decimal("5541.37")}

    def test_json(self, registry: Registry) -> None:
        text = '[{"asset": "BTC", "amount": 111188.864402819964229, "as_of": "2026-05-06T18:00:00+02:00"}]'
        found = liabilities(text, registry)
        assert found.as_of == datetime(2026, 5, 6, 16, tzinfo=UTC)
        assert found.owed == {"BTC": Decimal("111188.864402819964229")}

    @pytest.mark.parametrize(
        ("rows", "where"),
        [
            ("BTC,-1,2026-05-06\n", "owed.csv:2: the amount '-1'"),
            ("BTC,,2026-05-06\n", "owed.csv:2: the amount ''"),
            (",1,2026-05-06\n", "owed.csv:2: no asset"),
            ("BTC,1\n", "owed.csv:2: 2 fields"),
            ("BTC,1,2026-05-06,9\n", "owed.csv:2: 4 fields"),
            ("BTC,1,06.05.2026\n", "owed.csv:2: '06.05.2026'"),
            ("BTC,1,2026-05-06T16:00:00\n", "offset from UTC"),
            ("BTC,1,2026-05-06T00:00\n", "offset from UTC"),
            ("BTC,1,\n", "owed.csv:2: ''"),
        ],
    )
    def test_a_row_that_cannot_be_relied_on_refuses_the_document(
        self, registry: Registry, rows: str, where: str
    ) -> None:
        reason, sentence = refused("asset,amount,as_of\n" + rows, registry)
        assert reason == "layout"
        assert where in sentence

    def test_the_same_spelling_twice_is_a_mistake(self, registry: Registry) -> None:
        reason, sentence = refused("asset,amount,as_of\nBTC,1,2026-05-06\nbtc,1,2026-05-06\n", registry)
        assert reason == "inconsistent"
        assert "owed.csv:3: BTC is stated twice, first at owed.csv:2" in sentence

    def test_liabilities_are_as_of_one_moment(self, registry: Registry) -> None:
        reason, sentence = refused("asset,amount,as_of\nBTC,1,2026-05-06\nETH,1,2026-05-07\n", registry)
        assert reason == "inconsistent"
        assert "line 2" in sentence
        assert "line 3" in sentence

    def test_figures_from_the_future_are_refused(self, registry: Registry) -> None:
        for moment in ("2026-12-24", "2026-11-22", "2026-11-20T12:11:00Z"):
            reason, sentence = refused(f"asset,amount,as_of\nBTC,1,{moment}\n", registry)
            assert reason == "inconsistent"
            assert "still to come" in sentence
        for moment in ("2026-11-21", "2026-11-20T12:09:00Z", "2026-11-20T23:00:00+11:00"):
            assert liabilities(f"asset,amount,as_of\nBTC,1,{moment}\n", registry).owed

    @pytest.mark.parametrize("text", ["asset,amount,as_of\n", "[]"])
    def test_no_totals_are_no_liabilities(self, registry: Registry, text: str) -> None:
        assert refused(text, registry)[0] == "empty"

    @pytest.mark.parametrize(
        "text",
        [
            "asset,amount\nBTC,1\n",
            "asset,amount,as_of,note\nBTC,1,2026-05-06,\n",
            "asset,amount,amount,as_of\nBTC,1,2,2026-05-06\n",
            '[{"asset": "BTC", "amount": 1, "asof": "2026-05-06", "note": 1}]',
            '["BTC"]',
        ],
    )
    def test_columns_must_be_those_of_the_layout(self, registry: Registry, text: str) -> None:
        assert refused(text, registry)[0] == "layout"

    def test_a_document_cut_at_any_byte_is_refused_or_ends_with_a_whole_row(self, registry: Registry) -> None:
        text = "asset,amount,as_of\nBTC,12345,2026-05-06\nETH,67890,2026-05-06\n"
        taken = []
        for end in range(1, len(text)):
            try:
                liabilities(text[:end], registry)
            except LayoutError:
                continue
            taken.append(text[:end])
        assert taken == ["asset,amount,as_of\nBTC,12345,2026-05-06\n"]

    @settings(deadline=None)
    @given(
        st.dictionaries(
            st.text("ABCXYZ", min_size=4, max_size=8), st.decimals(0, 10**15, allow_nan=False, places=18), min_size=1
        )
    )
    def test_every_total_is_read_as_written(self, registry: Registry, owed: dict[str, Decimal]) -> None:
        rows = "".join(f"{asset},{amount},2026-05-06\n" for asset, amount in owed.items())
        assert liabilities("asset,amount,as_of\n" + rows, registry).owed == owed


def test_an_archive_of_one_file_is_read(registry: Registry) -> None:
    raw = zipped({"owed.csv": "asset,amount,as_of\nBTC,1,2026-05-06\n"})
    assert liabilities(raw, registry).owed == {"BTC": 1}


def test_an_archive_of_several_files_is_refused(registry: Registry) -> None:
    assert refused(zipped({"a.csv": "a\n", "b.csv": "b\n"}), registry)[0] == "layout"


def test_a_web_page_is_refused(registry: Registry) -> None:
    assert refused("<!doctype html>", registry)[0] == "html"


def test_the_layout_that_was_asked_for_is_demanded(registry: Registry) -> None:
    text = "asset,amount,as_of\nBTC,1,2026-05-06\n"
    assert liabilities(text, registry, layout="totals").owed
    for layout in ("okx-report", "nosuch"):
        with pytest.raises(LayoutError):
            liabilities(text, registry, layout=layout)


@settings(deadline=None)
@given(st.data())
def test_a_damaged_report_raises_nothing_but_document_errors(registry: Registry, data: st.DataObject) -> None:
    raw = bytearray(json.dumps(REPORT["audit"]).encode())
    for position in data.draw(st.lists(st.integers(0, len(raw) - 1), max_size=4)):
        raw[position : position + 1] = data.draw(st.binary(max_size=2))
    with contextlib.suppress(DocumentError):
        liabilities(bytes(raw), registry)


def owed(rows: str, registry: Registry) -> Liabilities:
    return liabilities("asset,amount,as_of\n" + "".join(f"{row},2026-05-06\n" for row in rows.split("; ")), registry)


class TestNames:
    def test_an_asset_under_several_names_is_owed_once_with_all_of_it(self, registry: Registry) -> None:
        found = owed("USDT,900; USDT-TRC20,200; USDT(BEP20),1; tether,2; Tether USDt (USDT),3", registry)
        assert found.owed == {"USDT": 1106}
        assert not found.unknown_names

    def test_a_name_that_nobody_knows_keeps_its_amount_and_is_told(self, registry: Registry) -> None:
        found = owed("BTC,1; xyz,5; WETH,2; USDT.e,3", registry)
        assert found.owed == {"BTC": 1, "XYZ": 5, "WETH": 2, "USDT.E": 3}
        assert found.unknown_names == {"XYZ", "WETH", "USDT.E"}
        assert any("owed.csv:3" in note and "'xyz'" in note for note in found.notes)

    def test_a_satoshi_is_no_bitcoin(self, registry: Registry) -> None:
        found = owed("XBt,100000000; XBT,1", registry)
        assert found.owed == {"XBt": 100000000, "BTC": 1}
        assert found.unknown_names == {"XBt"}


class TestTotalRows:
    @pytest.mark.parametrize("name", ["Total", "TOTAL", "sum", "All", "Grand Total", "Total liabilities", "All assets"])
    def test_a_total_that_agrees_is_no_asset(self, registry: Registry, name: str) -> None:
        assert owed(f"BTC,1; ETH,2.5; {name},3.5", registry).owed == {"BTC": 1, "ETH": Decimal("2.5")}

    @pytest.mark.parametrize("name", ["Total", "sum", "ALL"])
    def test_a_total_that_does_not_refuses_the_report_with_its_line(self, registry: Registry, name: str) -> None:
        reason, sentence = refused(f"asset,amount,as_of\nBTC,1,2026-05-06\nETH,2,2026-05-06\n{name},4,\n", registry)
        assert reason == "inconsistent"
        assert f"owed.csv:4: the total '{name}' is 4, but the rows add up to 3" in sentence

    @pytest.mark.parametrize("name", ["Total (USD)", "total value", "Total USD", "TOTAL in BTC", "Sum (BTC)"])
    def test_a_total_in_another_unit_is_told_and_not_compared(self, registry: Registry, name: str) -> None:
        found = owed(f"BTC,1; ETH,2; {name},90000", registry)
        assert found.owed == {"BTC": 1, "ETH": 2}
        assert any("owed.csv:4" in note and "unit" in note for note in found.notes)

    def test_the_total_of_one_asset_is_compared_with_its_rows(self, registry: Registry) -> None:
        assert owed("USDT-TRC20,1; USDT-ERC20,2; USDT(ALL),3", registry).owed == {"USDT": 3}
        assert owed("BTC(ALL),7; ETH,1", registry).owed == {"BTC": 7, "ETH": 1}
        rows = "USDT-TRC20,1,2026-05-06\nUSDT-ERC20,2,2026-05-06\nUSDT(ALL),4,2026-05-06\n"
        assert "owed.csv:4" in refused("asset,amount,as_of\n" + rows, registry)[1]

    def test_totals_may_be_rounded_and_need_no_date(self, registry: Registry) -> None:
        text = "asset,amount,as_of\nBTC,1.23456,2026-05-06\nETH,1.1,2026-05-06\nTotal,2.33,\n"
        assert liabilities(text, registry).owed == {"BTC": Decimal("1.23456"), "ETH": Decimal("1.1")}

    def test_a_total_alone_owes_nothing(self, registry: Registry) -> None:
        assert refused("asset,amount,as_of\nTotal,1,\n", registry)[0] == "empty"
        assert refused("asset,amount,as_of\nTotal,0,2026-05-06\n", registry)[0] == "empty"

    @settings(deadline=None)
    @given(st.lists(st.decimals(0, 10**9, allow_nan=False, places=8), min_size=1, max_size=9), st.data())
    def test_names_of_one_asset_add_up_exactly(
        self, registry: Registry, amounts: list[Decimal], data: st.DataObject
    ) -> None:
        names = [
            "USDT",
            "Tether",
            "USDT-TRC20",
            "USDT-ERC20",
            "USDT (TON)",
            "usdt-spl",
            "USD₮",
            "USDT-POLY",
            "USDT@near",
        ]
        rows = [f"{name},{amount:f}" for name, amount in zip(names, amounts, strict=False)]
        shuffled = data.draw(st.permutations([*rows, f"Total,{sum(amounts):f}"]))
        assert owed("; ".join(shuffled), registry).owed == {"USDT": sum(amounts)}
