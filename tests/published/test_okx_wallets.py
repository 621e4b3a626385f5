"""OKX's layouts: by column names, with every row kept, and refused when they cannot be what was published."""

import contextlib
import csv
import gc
import io
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.model import Claim, ClaimKind, WalletList
from monitor.published import DocumentError, LayoutError, claims_again
from monitor.registry import Registry
from tests.support.published import DATA, document, opened, refusal, wallets, zipped

HEADER9 = "coin,Network,Snapshot Height,address,balance,message,signature1,signature2,redeem script\n"
HEADER11 = (
    "coin,Network,Snapshot Height,address,amount,message,signature1,signature2,redeem script/ public key, eoa1, eoa2\n"
)
HEADER12 = (
    "coin,Type,Network,Snapshot Height,address,amount,"
    "message,signature1,signature2,redeem script/public key,EOA1,EOA2\n"
)
STAKING = "deposit address,validator publickey,amount,withdrawal address\n"
ETH = "0x0cdcdb19a857c2ac24818ca4fdfe38cce071483e"
OTHER = "0x16f01cfc16b0b8c3400fb8e5099b0974fcc9fc12"
VALIDATOR = "0x" + "ab" * 48


def sample(name: str) -> str:
    return (DATA / name).read_text()


def refused(text: bytes | str, registry: Registry, *, layout: str = "auto", name: str = "list.csv") -> tuple[str, str]:
    with pytest.raises(LayoutError) as caught:
        wallets(text, registry, layout=layout, name=name)
    return refusal(caught.value)


def only(text: str, registry: Registry) -> Claim:
    (claim,) = wallets(text, registry).claims
    return claim


class TestPublishedSamples:
    def test_the_list_with_11_columns(self, registry: Registry) -> None:
        found = wallets(sample("wallets-11-columns.csv"), registry)
        assert found.layout == "okx"
        assert [(claim.line, claim.coin, claim.network, claim.fault) for claim in found.claims] == [
            (16, "ETH", "ethereum", ""),
            (17, "ETH", "ethereum", ""),
            (18, "ETH", "ethereum", ""),
            (19, "USDT-TON", "ton", ""),
            (20, "APTOS", "aptos", ""),
        ]
        multisig, ton, aptos = found.claims[2:]
        assert multisig.owners == (ETH, OTHER)
        assert len(multisig.signatures) == 2
        assert multisig.amount == Decimal("0.148960774325814037")
        assert multisig.height == 20914735
        assert multisig.message == "I am an OKX address"
        assert ton.key == "6711ba8eaa47855b01d73e3849cd93861b1c11d7a86ae5fb8f96bb63d9be5a6b"
        assert aptos.owners == ("0x5bb5d85934c7587a22960ef72e9d8cd5313a60447e57a2183b1aae285d90352e",)
        assert stated(found)["ETH"] == Decimal("5.2834")
        assert found.unread == ()

    def test_the_list_with_12_columns_tells_stakes_apart(self, registry: Registry) -> None:
        found = wallets(sample("wallets-12-columns-staking.csv"), registry)
        assert [(claim.kind, claim.network) for claim in found.claims] == [
            (ClaimKind.ACCOUNT, "ethereum"),
            (ClaimKind.STAKING, "ethereum-beacon"),
            (ClaimKind.RESTAKING, "ethereum-beacon"),
        ]
        assert found.claims[1].owners == (ETH,)
        assert found.claims[2].owners == (ETH, OTHER)
        assert found.differences == ()

    def test_the_audit_list_takes_the_network_from_its_column(self, registry: Registry) -> None:
        found = wallets(sample("wallets-audit-layout.csv"), registry)
        assert found.layout == "okx-audit"
        placed = {(claim.coin, claim.network): claim for claim in found.claims}
        assert {"starknet", "okc", "eos", "tron"} < {network for _, network in placed}
        assert all(claim.fault == "" and claim.token and claim.account for claim in found.claims)
        assert all(claim.amount is None and claim.height is None for claim in found.claims)
        assert len(placed["USDT", "ethereum"].signatures) == 1
        assert placed["ETC", "okc"].key == ""
        assert placed["EOS", "eos"].key.startswith("EOS7nGMZ")
        assert len(placed["DOGE", "dogecoin"].signatures) == 2

    def test_an_excerpt_without_evidence(self, registry: Registry) -> None:
        found = wallets(sample("wallets-partial-2026-06-19.csv"), registry)
        assert len(found.claims) == 28
        assert all(claim.fault == "" and claim.token and claim.signatures == () for claim in found.claims)
        assert found.claims[-1].amount == Decimal("243232693.234473")
        assert found.claims[-1].network == "tron"


class TestColumns:
    def test_nine_columns_call_the_amount_balance(self, registry: Registry) -> None:
        claim = only(HEADER9 + f"ETH,ETH,7,{ETH},1.5,I am an OKX address,0x1,,\n", registry)
        assert (claim.amount, claim.height, claim.signatures) == (Decimal("1.5"), 7, ("0x1",))

    def test_case_spaces_and_order_of_names_do_not_matter(self, registry: Registry) -> None:
        text = f"EOA1 , ADDRESS,signature 1,Coin,snapshot_height, Amount,NETWORK\n{OTHER},{ETH},0x1,ETH,7,2,ETH\n"
        claim = only(text, registry)
        assert (claim.account, claim.amount, claim.owners, claim.signatures) == (ETH, Decimal(2), (OTHER,), ("0x1",))

    def test_there_need_be_no_blank_line_and_may_be_many(self, registry: Registry) -> None:
        row = f"ETH,ETH,7,{ETH},1,m,0x1,,\n"
        block = "coin,amount\nETH,1\n"
        for gap in ("", "\n", "\n\n\n", ",,,\n", " \n"):
            assert len(wallets(block + gap + HEADER9 + gap + row + gap, registry).claims) == 1

    def test_an_empty_cell_keeps_the_next_signature_in_its_place(self, registry: Registry) -> None:
        claim = only(HEADER11 + f"ETH,ETH,7,{ETH},1,m,,0x2,,,{OTHER}\n", registry)
        assert (claim.signatures, claim.owners) == (("", "0x2"), ("", OTHER))

    @pytest.mark.parametrize("marker", ["", "null", "NULL", r"\N", "  ", " null "])
    def test_empty_markers_are_nothing(self, registry: Registry, marker: str) -> None:
        row = f"ETH,ETH,{marker},{ETH},{marker},{marker},{marker},{marker},{marker},{marker},{marker}\n"
        claim = only(HEADER11 + row, registry)
        assert (claim.amount, claim.height, claim.message, claim.key) == (None, None, "", "")
        assert (claim.signatures, claim.owners, claim.fault) == ((), (), "")

    def test_spaces_around_a_cell_go_but_for_the_signed_text(self, registry: Registry) -> None:
        claim = only(HEADER9 + f" ETH , ETH, 7 , {ETH} , 5.2834 , I am  an address ,0x1 ,,\n", registry)
        assert (claim.coin, claim.account, claim.amount) == ("ETH", ETH, Decimal("5.2834"))
        assert (claim.message, claim.padded, claim.signatures) == (" I am  an address ", True, ("0x1",))

    def test_a_quoted_json_key_is_one_cell(self, registry: Registry) -> None:
        header = "digitalAsset,network,address,signedMessage,signedMessage2,message,publicKey,owner1,owner2\n"
        key = '{"publicKey1":"EOS1","publicKey2":"EOS2"}'
        quoted = '"' + key.replace('"', '""') + '"'
        claim = only(header + f"EOS,EOS,okbwallet1tr,SIG_1,SIG_2,m,{quoted},null,\n", registry)
        assert (claim.key, claim.signatures, claim.owners) == (key, ("SIG_1", "SIG_2"), ())

    def test_line_ends_marks_and_long_lines_do_not_matter(self, registry: Registry) -> None:
        text = HEADER9 + f"ETH,ETH,7,{ETH},1,{'m' * 9000},0x1,,\n"
        for raw in (text.encode("utf-8-sig"), text.replace("\n", "\r\n").encode()):
            (claim,) = wallets(raw, registry).claims
            assert len(claim.message) == 9000

    def test_lines_are_those_of_the_file_even_after_cells_with_line_ends(self, registry: Registry) -> None:
        text = HEADER9 + f'ETH,ETH,7,{ETH},1,"two\nlines",0x1,,\n\nETH,ETH,7,{ETH},1,m,0x1,,\n'
        assert [claim.line for claim in wallets(text, registry).claims] == [2, 5]

    def test_an_unknown_column_is_reported(self, registry: Registry) -> None:
        text = HEADER11.replace("coin,", "coin,Custodian,") + f"ETH,Acme,ETH,7,{ETH},1,m,0x1,,,,\n"
        found = wallets(text, registry)
        assert found.unread == ("list.csv: column 'Custodian' is not read",)
        assert found.claims[0].account == ETH

    def test_an_unknown_column_in_place_of_the_evidence_refuses_the_list(self, registry: Registry) -> None:
        text = HEADER11.replace("signature1", "proof") + f"ETH,ETH,7,{ETH},1,m,0x1,,,,\n"
        reason, sentence = refused(text, registry)
        assert reason == "layout"
        assert "signature1" in sentence
        assert "proof" in sentence

    def test_two_columns_of_one_meaning_refuse_the_list(self, registry: Registry) -> None:
        text = HEADER9.replace("balance", "balance,amount") + f"ETH,ETH,7,{ETH},1,2,m,0x1,,\n"
        assert "amount" in refused(text, registry)[1]


class TestRows:
    @pytest.mark.parametrize(
        ("row", "fault"),
        [
            (f"ETH,ETH,7,{ETH},1", "5 fields where the header names 11"),
            (f"ETH,ETH,7,{ETH},1,m,0x1,,,,,surplus", "12 fields where the header names 11"),
        ],
    )
    def test_a_row_of_the_wrong_width_is_kept_but_names_no_account(
        self, registry: Registry, row: str, fault: str
    ) -> None:
        good = f"ETH,ETH,7,{OTHER},1,m,0x1,,\n"
        found = wallets(HEADER11 + good + row + "\n" + good, registry)
        claim = found.claims[1]
        assert (claim.line, claim.fault, claim.coin, claim.address) == (3, fault, "ETH", ETH)
        assert (claim.account, claim.token, claim.amount) == (None, None, None)

    def test_a_row_may_end_before_the_owners(self, registry: Registry) -> None:
        for end in (",,", ",,,", ",,,,"):
            assert only(HEADER11 + f"ETH,ETH,7,{ETH},1,m,0x1{end}\n", registry).fault == ""

    @pytest.mark.parametrize(
        "amount", ["-1", "+1", "1,5", "NaN", "Infinity", "1e999", "0x10", "\u0661", "1_000", "$5", "1 0"]
    )
    def test_a_bad_amount_is_a_fault_of_a_known_account(self, registry: Registry, amount: str) -> None:
        good = f"ETH,ETH,7,{OTHER},1,m,0x1,,\n"
        claim = wallets(HEADER11 + good + f'ETH,ETH,7,{ETH},"{amount}",m,0x1,,\n', registry).claims[1]
        assert claim.amount is None
        assert claim.account == ETH
        assert claim.token is not None
        assert "amount" in claim.fault

    @pytest.mark.parametrize(
        ("text", "amount"),
        [("0", "0"), ("007.50", "7.50"), (".5", "0.5"), ("5.", "5"), ("1E-8", "0.00000001"), ("1.5e+3", "1500")],
    )
    def test_amounts_are_exact(self, registry: Registry, text: str, amount: str) -> None:
        assert only(HEADER11 + f"ETH,ETH,7,{ETH},{text},m,0x1,,\n", registry).amount == Decimal(amount)

    @pytest.mark.parametrize("height", ["7.0", "-7", "0x7", "block 7"])
    def test_a_bad_height_is_a_fault(self, registry: Registry, height: str) -> None:
        good = f"ETH,ETH,7,{OTHER},1,m,0x1,,\n"
        claim = wallets(HEADER11 + good + f"ETH,ETH,{height},{ETH},1,m,0x1,,\n", registry).claims[1]
        assert (claim.height, claim.amount, claim.account) == (None, Decimal(1), ETH)
        assert "height" in claim.fault

    @pytest.mark.parametrize("height", ["-", "latest", ""])
    def test_no_height_is_no_fault(self, registry: Registry, height: str) -> None:
        claim = only(HEADER11 + f"ETH,ETH,{height},{ETH},1,m,0x1,,\n", registry)
        assert (claim.height, claim.fault) == (None, "")

    def test_an_unknown_coin_is_kept(self, registry: Registry) -> None:
        claim = only(HEADER11 + f"NOSUCHCOIN,NOSUCHNET,7,{ETH},1,m,0x1,,\n", registry)
        assert (claim.network, claim.token, claim.account, claim.amount) == (None, None, None, Decimal(1))
        assert claim.fault

    def test_an_address_that_does_not_decode_is_kept_with_its_reason(self, registry: Registry) -> None:
        claim = only(HEADER11 + "BTC,BTC,7,1Kr6QSydW9bFQG1mXiPNNu6WpJGmUa9i1h,1,m,sig,,\n", registry)
        assert claim.account is None
        assert claim.network == "bitcoin"
        assert "1Kr6QSydW9bFQG1mXiPNNu6WpJGmUa9i1h" in claim.fault

    def test_an_unknown_type_is_not_counted(self, registry: Registry) -> None:
        claim = only(HEADER12 + f"ETH,Lent Out,ETH,7,{ETH},1,m,0x1,,,,\n", registry)
        assert claim.token is None
        assert "Lent Out" in claim.fault

    @pytest.mark.parametrize(("status", "confirmed"), [("5", True), ("", True), ("3", False), ("rejected", False)])
    def test_a_row_that_the_publisher_does_not_confirm_is_visible_but_not_counted(
        self, registry: Registry, status: str, confirmed: bool
    ) -> None:
        header = "digitalAsset,network,address,signedMessage,signedMessage2,message,publicKey,owner1,owner2,status\n"
        claim = only(header + f"ETH,ETH,{ETH},0x1,null,m,,,,{status}\n", registry)
        assert (claim.account, claim.signatures) == (ETH, ("0x1",))
        assert (claim.token is not None) is confirmed
        assert (claim.fault == "") is confirmed


class TestWholeLists:
    def rows(self, count: int, broken: int) -> str:
        good = f"ETH,ETH,7,{ETH},1,m,0x1,,\n"
        bad = f"ETH,ETH,7,{ETH},one,m,0x1,,\n"
        return HEADER11 + bad * broken + good * (count - broken)

    def test_a_few_broken_rows_are_put_up_with(self, registry: Registry) -> None:
        found = wallets(self.rows(20, 10), registry)
        assert sum(1 for claim in found.claims if claim.fault) == 10

    def test_one_in_a_hundred_is_put_up_with(self, registry: Registry) -> None:
        assert len(wallets(self.rows(1100, 11), registry).claims) == 1100

    def test_more_than_one_in_a_hundred_refuse_the_list_and_are_named(self, registry: Registry) -> None:
        reason, sentence = refused(self.rows(1099, 11), registry)
        assert reason == "rows"
        assert "11 of 1099" in sentence
        assert "line 2: the amount 'one'" in sentence

    def test_a_list_without_a_sound_row_is_refused(self, registry: Registry) -> None:
        assert refused(self.rows(2, 2), registry)[0] == "rows"

    @pytest.mark.parametrize("text", [HEADER11, "coin,amount\nETH,1\n\n" + HEADER11])
    def test_a_header_without_rows_is_empty(self, registry: Registry, text: str) -> None:
        assert refused(text, registry)[0] == "empty"

    @pytest.mark.parametrize("text", ["<!DOCTYPE html><html>", " \n<html>", "\ufeff<?xml version='1.0'?><Error/>"])
    def test_a_web_page_is_refused(self, registry: Registry, text: str) -> None:
        assert refused(text, registry)[0] == "html"

    @pytest.mark.parametrize(
        "text",
        ["hello\n", "asset,amount,as_of\nBTC,1,2026-01-01\n", "coin,network,address,balance,Height\nBTC,BTC,1,1,1\n"],
    )
    def test_other_layouts_are_refused(self, registry: Registry, text: str) -> None:
        assert refused(text, registry)[0] == "layout"

    def test_text_that_is_not_utf8_is_refused(self, registry: Registry) -> None:
        assert refused(HEADER11.encode("utf-16"), registry)[0] == "layout"

    def test_the_layout_that_was_asked_for_is_demanded(self, registry: Registry) -> None:
        text = self.rows(1, 0)
        assert wallets(text, registry, layout="okx").layout == "okx"
        assert refused(text, registry, layout="accounts")[0] == "layout"
        assert "nosuch" in refused(text, registry, layout="nosuch")[1]

    def test_an_unterminated_quote_is_truncation(self, registry: Registry) -> None:
        text = self.rows(3, 0) + f'ETH,ETH,7,{ETH},1,"I am an\n' + f"ETH,ETH,7,{ETH},1,m,0x1,,\n"
        reason, sentence = refused(text, registry)
        assert reason == "truncated"
        assert "list.csv:5" in sentence

    def test_a_last_row_without_a_line_end_is_taken_only_if_it_ends_in_evidence(self, registry: Registry) -> None:
        signed = HEADER11 + f"ETH,ETH,7,{ETH},1,m,0x1,,5221"
        assert only(signed, registry).key == "5221"
        unsigned = f"coin,network,snapshot height,address,amount\nETH,ETH,7,{ETH},12"
        assert only(unsigned + "345\n", registry).amount == Decimal(12345)
        assert refused(unsigned, registry)[0] == "truncated"

    def test_a_list_cut_at_any_byte_is_refused_or_lacks_only_whole_rows(self, registry: Registry) -> None:
        text = sample("wallets-12-columns-staking.csv").encode()
        whole = wallets(text, registry).claims
        last_column = text.rindex(b",") + 1
        kept = 0
        for end in range(1, len(text)):
            try:
                claims = wallets(text[:end], registry).claims
            except LayoutError:
                continue
            kept += 1
            if end <= last_column:
                assert claims == whole[: len(claims)] or claims[:-1] == whole[: len(claims) - 1]
                assert [claim.amount for claim in claims] == [claim.amount for claim in whole[: len(claims)]]
                assert [claim.account for claim in claims] == [claim.account for claim in whole[: len(claims)]]
        assert 0 < kept < len(text) / 2


def stated(found: WalletList) -> dict[str, Decimal]:
    return {total.coin: total.stated for total in found.summary}


class TestSummary:
    def block(self, totals: dict[str, str], amounts: dict[str, str], registry: Registry) -> dict[str, Decimal]:
        block = "coin,snapshot height,amount\n" + "".join(f"{coin},-, {total}\n" for coin, total in totals.items())
        rows = "".join(f"{coin},,7,{ETH},{amount},m,0x1,,\n" for coin, amount in amounts.items())
        found = wallets(block + "\n" + HEADER11 + rows, registry)
        assert stated(found) == {coin: Decimal(total) for coin, total in totals.items()}
        return {difference.coin: difference.summed for difference in found.differences}

    def test_totals_may_be_rounded_or_cut_off_at_the_decimals_that_they_show(self, registry: Registry) -> None:
        for total in ("1.23456789", "1.2345", "1.2346", "1", "2", "1.23"):
            assert self.block({"ETH": total}, {"ETH": "1.23456789"}, registry) == {}

    def test_other_totals_are_differences(self, registry: Registry) -> None:
        for total in ("1.2344", "1.2347", "3", "0", "1.23456788"):
            assert self.block({"ETH": total}, {"ETH": "1.23456789"}, registry) == {"ETH": Decimal("1.23456789")}

    def test_all_networks_of_an_asset_are_summed(self, registry: Registry) -> None:
        amounts = {"ETH": "5.2834", "ETH-ARBITRUM": "0.2214", "ETH-OPTIMISM": "1.3971", "USDT-ERC20": "9"}
        assert self.block({"ETH(ALL)": "6"}, amounts, registry) == {}
        assert self.block({"ETH(ALL)": "7"}, amounts, registry) == {}
        assert self.block({"ETH(ALL)": "8"}, amounts, registry) == {"ETH(ALL)": Decimal("6.9019")}

    def test_a_total_without_rows_differs_unless_it_is_zero(self, registry: Registry) -> None:
        totals = {"ETH": "1", "BTC": "2.5", "USDT-POLY": "0"}
        assert self.block(totals, {"ETH": "1"}, registry) == {"BTC": Decimal(0)}

    def test_sums_are_exact_at_any_size(self, registry: Registry) -> None:
        amount = "123456789012345678901234567890.000000000000000001"
        assert self.block({"ETH": amount}, {"ETH": amount}, registry) == {}

    def test_a_total_that_is_no_number_is_reported(self, registry: Registry) -> None:
        text = "coin,amount\nETH,much\n" + HEADER11 + f"ETH,ETH,7,{ETH},1,m,0x1,,\n"
        found = wallets(text, registry)
        assert found.summary == ()
        assert "list.csv:2" in found.unread[0]


class TestArchives:
    row = f"ETH,ETH,7,{ETH},1,m,0x1,,\n"
    staking = f"coin,amount\nETH staking,32\n\n{STAKING}{OTHER},{VALIDATOR},32.0,{ETH}\n"

    def test_list_and_validators_are_read_as_one(self, registry: Registry) -> None:
        raw = zipped({"okx_por.csv": HEADER11 + self.row, "okx_por_eth_staking.csv": self.staking})
        found = wallets(raw, registry, layout="okx", name="por.zip")
        assert found.layout == "okx+okx-staking"
        assert [claim.file for claim in found.claims] == ["okx_por.csv", "okx_por_eth_staking.csv"]
        stake = found.claims[1]
        assert (stake.coin, stake.network, stake.kind) == ("ETH", "ethereum-beacon", ClaimKind.STAKING)
        assert (stake.account, stake.amount, stake.owners) == (VALIDATOR, Decimal(32), (ETH, OTHER))
        assert (stake.signatures, stake.fault, stake.line) == ((), "", 5)
        assert found.differences == ()

    def test_the_total_of_the_validators_is_compared(self, registry: Registry) -> None:
        (difference,) = wallets(self.staking.replace("staking,32", "staking,64"), registry).differences
        assert (difference.coin, difference.stated, difference.summed) == ("ETH staking", Decimal(64), Decimal(32))

    def test_other_files_are_named_as_unread(self, registry: Registry) -> None:
        raw = zipped(
            {"readme.txt": "How to verify\n", "okx_por.csv": HEADER11 + self.row, "guide.pdf": b"%PDF-1.7\xff"}
        )
        found = wallets(raw, registry, name="por.zip")
        assert found.document.members == ("okx_por.csv",)
        assert len(found.unread) == 2
        assert "readme.txt" in found.unread[0]
        assert "guide.pdf" in found.unread[1]

    def test_an_archive_without_a_list_is_refused_and_its_files_named(self, registry: Registry) -> None:
        reason, sentence = refused(zipped({"readme.txt": "How to\n", "b.csv": "a,b\n"}), registry, name="por.zip")
        assert reason == "layout"
        assert "readme.txt" in sentence
        assert "b.csv" in sentence
        assert "por.zip" in sentence

    @pytest.mark.parametrize("other", ["", "<html>", HEADER11, HEADER11 + "ETH,ETH,7"])
    def test_a_damaged_list_beside_a_sound_one_refuses_both(self, registry: Registry, other: str) -> None:
        raw = zipped({"a.csv": HEADER11 + self.row, "b.csv": other})
        assert refused(raw, registry, name="por.zip")[0] in {"empty", "html", "truncated"}

    def test_a_list_that_is_no_table_after_its_header_refuses_both(self, registry: Registry) -> None:
        damaged = HEADER11 + self.row + 'ETH,ETH,7,"x"y,1,m,0x1,,\n'
        reason, sentence = refused(zipped({"a.csv": HEADER11 + self.row, "b.csv": damaged}), registry, name="por.zip")
        assert reason == "layout"
        assert "b.csv:3" in sentence

    def test_a_total_stated_by_two_files_is_kept_for_both(self, registry: Registry) -> None:
        text = "coin,amount\nETH,1\n" + HEADER11 + self.row
        found = wallets(zipped({"a.csv": text, "b.csv": text}), registry, name="por.zip")
        assert [(total.file, total.coin, total.stated) for total in found.summary] == [
            ("a.csv", "ETH", Decimal(1)),
            ("b.csv", "ETH", Decimal(1)),
        ]


class TestAgain:
    """A list that was read before, gone through once more."""

    def again(self, raw: bytes | str, registry: Registry, name: str = "list.csv") -> list[Claim]:
        content = raw.encode() if isinstance(raw, str) else raw
        return [*claims_again(opened(content, name), document(name), "auto", registry)]

    @pytest.mark.parametrize(
        "name",
        ["wallets-11-columns.csv", "wallets-12-columns-staking.csv", "wallets-audit-layout.csv", "okex.json"],
    )
    def test_it_has_the_same_claims_in_the_same_order(self, registry: Registry, name: str) -> None:
        assert self.again(sample(name), registry) == [*wallets(sample(name), registry).claims]

    def test_so_has_an_archive_of_several_files(self, registry: Registry) -> None:
        names = ("wallets-11-columns.csv", "wallets-12-columns-staking.csv")
        raw = zipped({name: sample(name) for name in names} | {"readme.txt": "How to verify\n"})
        assert self.again(raw, registry, "por.zip") == [*wallets(raw, registry, name="por.zip").claims]

    def test_what_cannot_be_read_any_more_is_refused_with_its_source(self, registry: Registry) -> None:
        for text in ("hello\n", sample("wallets-11-columns.csv") + 'ETH,"', "<html>"):
            with pytest.raises(LayoutError, match=r"\[list\.csv\]"):
                self.again(text, registry)


def test_a_list_that_nobody_holds_is_gone_without_the_cycle_collector(registry: Registry) -> None:
    def claims() -> int:
        return sum(type(each) is Claim for each in gc.get_objects())

    gc.collect()
    gc.disable()
    try:
        before = claims()
        for name in ("wallets-11-columns.csv", "wallets-audit-layout.csv", "okex.json"):
            assert wallets(sample(name), registry).claims
        assert claims() == before
    finally:
        gc.enable()


CELL = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=12).map(str.strip)
COLUMNS = {
    "coin": st.sampled_from(["ETH", "USDT-ERC20", "UNHEARD-OF"]),
    "network": st.sampled_from(["ETH", ""]),
    "snapshot height": st.integers(0, 10**9).map(str),
    "address": st.sampled_from([ETH, OTHER, "rubbish"]),
    "amount": st.decimals(0, 10**20, allow_nan=False, places=18).map(str),
    "message": CELL,
    "signature1": CELL,
    "signature2": CELL,
    "redeem script": CELL,
    "eoa1": CELL,
    "eoa2": CELL,
}


@settings(deadline=None)
@given(st.lists(st.fixed_dictionaries(COLUMNS), min_size=1, max_size=5), st.permutations(list(COLUMNS)))
def test_every_table_is_read_as_written_in_any_column_order(
    registry: Registry, rows: list[dict[str, str]], order: list[str]
) -> None:
    out = io.StringIO()
    writer = csv.DictWriter(out, order)
    writer.writeheader()
    writer.writerows(rows)
    claims = wallets(out.getvalue(), registry).claims
    assert len(claims) == len(rows)
    for claim, row in zip(claims, rows, strict=True):
        empty = {"null", "NULL", "Null", "\\N"}
        expected = {name: "" if cell in empty else cell for name, cell in row.items()}
        assert claim.coin == row["coin"]
        assert claim.address == row["address"]
        assert claim.amount == Decimal(row["amount"])
        assert claim.height == int(row["snapshot height"])
        assert (claim.message, claim.key) == (expected["message"], expected["redeem script"])
        assert [*claim.signatures, "", ""][:2] == [expected["signature1"], expected["signature2"]]
        assert [*claim.owners, "", ""][:2] == [expected["eoa1"], expected["eoa2"]]


UNUSUAL = {
    "coin": st.sampled_from(["ETH", "USDT-TRC20", "BTC", "UNHEARD-OF", ""]),
    "Type": st.sampled_from(["", "Non Staking", "Native ETH Staking", "null", "Other"]),
    "network": st.sampled_from(["ETH", "", "TRX", "nowhere"]),
    "snapshot height": st.sampled_from(["7", "", "-", "latest", "7.5", "null"]),
    "address": st.sampled_from(
        [ETH, ETH.upper(), OTHER, VALIDATOR, "TLaGjwhvA8XQYSxFAcAXy7Dvuue9eGYitv", "rubbish", ""]
    ),
    "amount": st.sampled_from(["1", "0.5", "", "1e5", "-1", "many", "\\N"]),
    "message": st.sampled_from(["m", ""]),
    "signature1": st.sampled_from(["0x1", ""]),
    "signature2": st.sampled_from(["0x2", ""]),
    "redeem script": st.sampled_from(["51", ""]),
    "eoa1": st.sampled_from([OTHER, ""]),
    "eoa2": st.sampled_from([OTHER, ""]),
}


@settings(deadline=None)
@given(st.lists(st.fixed_dictionaries(UNUSUAL), min_size=1, max_size=4), st.sampled_from(["", ",,,\n", "ETH,x\n"]))
def test_a_row_means_the_same_among_others_as_alone(
    registry: Registry, rows: list[dict[str, str]], between: str
) -> None:
    sound = ",".join(["ETH", "", "ETH", "7", ETH, "1", *[""] * 6]) + "\n"
    lines = [sound, *(",".join(row.values()) + "\n" + between for row in rows)]

    def read(text: str) -> list[Claim]:
        """The claims of ``text``, after a sound row: a list of broken rows alone is refused."""
        return [*wallets(",".join(UNUSUAL) + "\n" + sound + text, registry).claims[1:]]

    together = read("".join(lines))
    alone = [claim for line in lines for claim in read(line)]
    assert [replace(claim, line=0) for claim in together] == [replace(claim, line=0) for claim in alone]


@settings(deadline=None)
@given(st.data())
def test_rubbish_raises_nothing_but_document_errors(registry: Registry, data: st.DataObject) -> None:
    raw = bytearray(HEADER11.encode() + f'ETH,ETH,7,{ETH},1,"m",0x1,,\n'.encode() * 3)
    for position in data.draw(st.lists(st.integers(0, len(raw) - 1), max_size=6)):
        raw[position : position + 1] = data.draw(st.binary(max_size=3))
    with contextlib.suppress(DocumentError):  # mostly of its layout, but it may also begin like an archive
        wallets(bytes(raw), registry)


DOT = "12T1tgaYZzEkFpnPvyqttmPRJxbGbR4uDx49cvZR5SRF8QDu"


@pytest.mark.parametrize(
    ("height", "network"),
    [("28490501", "polkadot"), ("28490502", "polkadot-asset-hub"), ("", "polkadot-asset-hub")],
)
def test_a_coin_whose_chain_moved_is_where_it_was_at_its_height(registry: Registry, height: str, network: str) -> None:
    okx = f"coin,Network,Snapshot Height,address,balance,message,signature1,signature2\nDOT,DOT,{height},{DOT},5,,,\n"
    accounts = f"network,address,asset,amount,height\npolkadot,{DOT},DOT,5,{height}\n"
    for text in (okx, accounts):
        (claim,) = wallets(text, registry).claims
        assert (claim.network, claim.token, claim.account) == (network, registry.native(network), DOT)
