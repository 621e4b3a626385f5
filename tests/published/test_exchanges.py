"""What Binance, Bybit, BitMEX and Gate publish, from excerpts in their formats, and each way to spoil it."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.judgement import Readings, audit, holdings
from monitor.model import BaseUnits, Claim, Height, Liabilities, VerdictStatus, WalletList
from monitor.ownership import judge
from monitor.published import Cause, DocumentError, claims_again
from monitor.registry import load
from tests.support.published import DATA, document, liabilities, opened, refusal, wallets, zipped

HOT, DEPOSITS = "binance-PR01APR26_HotCold.csv", "binance-PR01APR26_Deposit.csv"
BYBIT, BITMEX = "bybit_por_202605.csv", "bitmex-reserves.yaml"
FIRST = "33ujjFrEmoQcfYHXErnVD33Z243DoFNhHS"
"""Of BitMEX's addresses."""
REGISTRY = load()
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)

Reader = Callable[..., WalletList | Liabilities]


def text(name: str) -> str:
    return (DATA / name).read_text("utf-8")


def refused(content: str | bytes, *, layout: str = "auto", read: Reader = wallets, name: str = "list") -> str:
    with pytest.raises(DocumentError) as caught:
        read(content, REGISTRY, layout=layout, name=name)
    assert caught.value.reason is not Cause.UNEXPECTED
    return ": ".join(refusal(caught.value)).replace("'", "")


def by_line(found: WalletList) -> dict[int, list[Claim]]:
    rows: dict[int, list[Claim]] = {}
    for claim in found.claims:
        rows.setdefault(claim.line, []).append(claim)
    return rows


def edited(content: str, line: int, before: str, after: str) -> str:
    lines = content.splitlines(keepends=True)
    assert before in lines[line - 1]
    lines[line - 1] = lines[line - 1].replace(before, after)
    return "".join(lines)


TABLES = {"binance": HOT, "bybit": BYBIT}


@pytest.mark.parametrize(("layout", "name"), TABLES.items())
class TestTables:
    def test_spelling_of_the_file_changes_nothing(self, layout: str, name: str) -> None:
        plain = wallets(text(name), REGISTRY)
        lines = text(name).splitlines()
        for content in (
            "\ufeff" + text(name),
            text(name).replace("\n", "\r\n"),
            "\n".join(lines),  # the last row is whole without a line end
            "\n".join([lines[0].upper().replace(",", " , "), *lines[1:], "", ""]),
        ):
            assert wallets(content, REGISTRY, layout=layout).claims == plain.claims

    def test_columns_may_change_places(self, layout: str, name: str) -> None:
        rows = [line.split(",") for line in text(name).splitlines()]
        swapped = "".join(",".join(reversed(cells)) + "\n" for cells in rows)
        assert wallets(swapped, REGISTRY, layout=layout).claims == wallets(text(name), REGISTRY).claims

    @pytest.mark.parametrize(
        ("change", "told"),
        [
            (lambda t: t.replace(",", ";"), "no line has the columns"),
            (lambda t: t.replace("oin,", "oin,Coin,", 1), "more than one column for coin"),
            (lambda t: "".join(f"{line},{'Status' * (not at)}\n" for at, line in enumerate(t.splitlines())), "Status"),
            (lambda t: "\n".join(line.rpartition(",")[0] for line in t.splitlines()), "no line has the columns"),
            (lambda t: t.splitlines()[0] + "\n", "not one row"),
            (lambda t: t[: t.rindex(",")], "ends in the middle of a record"),
        ],
        ids=["semicolons", "a column twice", "one more", "one less", "no rows", "cut"],
    )
    def test_what_may_mean_something_else_is_refused(
        self, layout: str, name: str, change: Callable[[str], str], told: str
    ) -> None:
        assert told in refused(change(text(name)), layout=layout)

    def test_rows_that_cannot_be_read_stay_and_say_why(self, layout: str, name: str) -> None:
        """A second header, thousands separators, a sign, a height that is none."""
        lines = text(name).splitlines()
        amount = [line.split(",") for line in lines][-1][3 if layout == "binance" else 2]
        last = lines[-1]
        spoilt = [
            lines[0],
            last.replace(amount, '"1,000.5"'),
            last.replace(amount, "1,000.5"),
            last.replace(amount, "-1"),
            last.replace(amount, "NaN"),
        ]
        found = wallets("\n".join([*lines, *spoilt]) + "\n", REGISTRY)
        added = [claim for claim in found.claims if claim.line > len(lines)]
        assert [claim.amount for claim in added] == [None] * len(spoilt)
        assert all(claim.fault for claim in added)
        assert "12 of" not in refused("\n".join([lines[0], *spoilt]) + "\n")


def test_binance_lists_wallets_deposits_and_what_custodians_keep() -> None:
    archive = zipped({"PR01APR26_HotCold.csv": text(HOT), "PR01APR26_Deposit.csv": text(DEPOSITS)})
    found = wallets(archive, REGISTRY, name="wallet_address_20260401.zip")
    assert found.layout == "binance"
    assert found.unread == ()
    assert len(found.claims) == 11
    assert {claim.custodian: claim.account for claim in found.claims if claim.custodian} == {
        "Ceffu": "3JZq4atUahhuA9rLhXLMhhTo133J9rF97j"
    }
    unplaced, *placed = found.claims
    assert unplaced.token is None
    assert "USDC on algorand is not known" in unplaced.fault
    assert [(claim.token.asset, claim.network) for claim in placed if claim.token] == [
        *[("BTC", "bitcoin")] * 2,
        *(("ETH", "ethereum"), ("USDT", "tron"), ("DOT", "polkadot-asset-hub"), ("XRP", "xrp"), ("BNB", "bnb")),
        *(("ETH", "ethereum"), ("USDT", "ethereum"), ("BTC", "bitcoin")),
    ]
    verdicts = [judge(claim, REGISTRY.networks[claim.network or ""]) for claim in placed]
    assert {verdict.status for verdict in verdicts} == {VerdictStatus.UNSIGNED}
    assert not holdings(found.claims, [verdicts[0]] * len(found.claims)).has_signatures


def test_a_custodian_without_an_address_is_named_and_counts_nowhere() -> None:
    row = 'BTC,BTC,,8538.5,943129,"Ceffu"\n'
    (claim,) = [claim for claim in wallets(text(HOT) + row, REGISTRY).claims if not claim.address]
    assert (claim.custodian, claim.token, claim.account) == ("Ceffu", None, None)
    assert claim.fault == "kept by a custodian, without an address"


class TestBybit:
    def test_a_row_has_an_amount_for_all_of_its_addresses(self) -> None:
        rows = by_line(wallets(text(BYBIT), REGISTRY))
        assert [(claim.amount, claim.shared) for claim in rows[3]] == [(None, Decimal("44736.5")), (None, 0)]
        assert [claim.account is None for claim in rows[5]] == [False, False, True]
        assert "has 39 hexadecimal digits" in rows[5][2].fault
        (alone,) = rows[6]
        assert (alone.network, alone.amount, alone.shared, alone.height) == (
            "arbitrum",
            Decimal("20.25"),
            None,
            456789012,
        )
        (unknown,) = rows[9]
        assert (unknown.token, unknown.coin) == (None, "USDT-HyperNew")
        assert "the network HyperNew of USDT is not known" in unknown.fault

    def test_the_amount_stands_at_an_account_that_counts(self) -> None:
        swapped = edited(
            text(BYBIT), 3, "1Kr6QSydW9bFQG1mXiPNNu6WpJGmUa9i1g ", "1Kr6 3JZq4atUahhuA9rLhXLMhhTo133J9rF97j "
        )
        assert [claim.shared for claim in by_line(wallets(swapped, REGISTRY))[3]] == [0, Decimal("44736.5"), 0]

    def test_an_address_twice_in_a_cell_is_one(self) -> None:
        twice = edited(
            text(BYBIT),
            6,
            "Arbitrum,456789012,20.25,",
            "Arbitrum,456789012,20.25,0xf89d7b9c864f589bbF53a82105107622B35EaA40 ",
        )
        (claim,) = by_line(wallets(twice, REGISTRY))[6]
        assert claim.amount == Decimal("20.25")

    def test_totals_that_do_not_add_up_are_named(self) -> None:
        found = wallets(edited(text(BYBIT), 4, "120.75", "120.76"), REGISTRY)
        (difference,) = found.differences
        assert (difference.coin, difference.stated, difference.summed) == (
            "ETH(ALL)",
            Decimal("120.76"),
            Decimal("120.75"),
        )

    @pytest.mark.parametrize(
        ("row", "told"),
        [
            ("BTC(ALL),,44736.6,", "a second total of BTC(ALL)"),
            ("BTC(ALL),,many,", "not a plain decimal number"),
            ("SOL(ALL),,1,7yQ", "a row of totals that names addresses"),
            ("SOL-Solana,1,5,", "the row has no address"),
        ],
    )
    def test_rows_that_are_no_claims(self, row: str, told: str) -> None:
        found = wallets(text(BYBIT) + row + "\n", REGISTRY)
        assert told in found.claims[-1].fault.replace("'", "")
        assert found.claims[-1].account is None

    def test_amounts_of_several_accounts_are_compared_together(self) -> None:
        claims = [claim for claim in wallets(text(BYBIT), REGISTRY).claims if claim.coin == "BTC"]
        token, place = claims[0].token, ("bitcoin", Height(951000))
        assert token is not None
        held = holdings(claims, [judge(claim, REGISTRY.networks["bitcoin"]) for claim in claims])
        (group,) = held.accounts[token]
        assert (group.stated, group.silent) == (Decimal("44736.5"), ())

        def compared(*satoshis: int) -> tuple[int, int]:
            units = {
                claim.account: BaseUnits(each) for claim, each in zip(claims, satoshis, strict=False) if claim.account
            }
            found = audit(claims, held, Readings(found={place: {token: units}}), NOW)
            return found.matches, len(found.mismatches)

        assert compared(4473650000000 - 7, 7) == (1, 0)
        assert compared(4473650000000, 7) == (0, 1)
        assert compared(4473650000000) == (0, 0), "one of them was not read"


BYBIT_CHAINS = [
    "Ethereum",
    "BSC",
    "Arbitrum",
    "ARBINOVA",
    "AVAXC",
    "Optimism",
    "Polygon",
    "Mantle",
    "BASE",
    "Solana",
    "Aptos",
    "SUI",
    "TON",
    "ZKSync",
    "ZKSyncEra",
    "TRX",
    "Tron",
    "XRP",
    "Scroll",
    "TAIKO",
    "LINEA",
    "Litecoin",
    "Dogecoin",
    "Cosmos",
    "Celo",
    "Polkadot",
    "KLAY",
    "KAVAEVM",
    "EOS",
    "Dydx",
    "Sonic",
    "HyperEVM",
    "PLASMA",
    "MONAD",
    "Cardano",
    "Starknet",
]
BINANCE_NETWORKS = [
    "BTC",
    "ETH",
    "BSC",
    "TRX",
    "SOL",
    "APT",
    "ALGO",
    "AVAXC",
    "MATIC",
    "ARBITRUM",
    "OPTIMISM",
    "BASE",
    "OPBNB",
    "SEGWITBTC",
    "STATEMINT",
    "TON",
    "NEAR",
    "XTZ",
    "CELO",
    "XRP",
    "DOGE",
    "LTC",
    "SUI",
    "SCROLL",
    "ZKSYNCERA",
    "STARKNET",
    "SONIC",
    "EOS",
    "ADA",
    "DOT",
    "XLM",
    "HBAR",
    "ETC",
    "BCH",
    "KAVAEVM",
]


@pytest.mark.parametrize("label", dict.fromkeys((*BYBIT_CHAINS, *BINANCE_NETWORKS)))
def test_labels_that_they_use_are_known(label: str) -> None:
    assert REGISTRY.network_by_label(label)


class TestBitmex:
    def test_reserves_whose_scripts_hold_the_published_keys(self) -> None:
        found = wallets(text(BITMEX), REGISTRY, name=BITMEX)
        assert found.layout == "bitmex"
        assert found.unread == (
            f"{BITMEX}: 1 addresses with 0.00000546 BTC are left out: BitMEX says that nobody can spend what is there",
        )
        assert [(claim.line, claim.amount, claim.height, claim.fault) for claim in found.claims] == [
            (14, Decimal(1500), 966053, ""),
            (18, Decimal("123.45678901"), 966053, ""),
            (22, Decimal("0.007"), 966053, ""),
            (26, 0, 966053, ""),
        ]
        assert all(claim.account and claim.token == REGISTRY.native("bitcoin") for claim in found.claims[:4])
        assert {judge(claim, REGISTRY.networks["bitcoin"]).status for claim in found.claims[:4]} == {
            VerdictStatus.UNSIGNED
        }

    def test_the_same_in_any_order_and_spelling(self) -> None:
        lines = text(BITMEX).splitlines(keepends=True)
        start = lines.index("address:\n")
        turned = "---\n# reserves\n" + "".join([*lines[start:], *lines[:start]])
        flow = text(BITMEX).replace("claim:\n  m: 3\n  n: 4\n", "claim: {m: 3, n: 4}\n")
        plain = wallets(text(BITMEX), REGISTRY)
        for content in (turned, flow, "\ufeff" + text(BITMEX), text(BITMEX).replace("\n", "\r\n")):
            found = wallets(content, REGISTRY)
            assert [claim.account for claim in found.claims] == [claim.account for claim in plain.claims]

    @pytest.mark.parametrize(
        ("line", "before", "after", "told"),
        [
            (15, "addr_type: sh", "addr_type: sh_wsh", "its script does not make this address"),
            (
                14,
                "33ujjFrEmoQcfYHXErnVD33Z243DoFNhHS",
                "3JZq4atUahhuA9rLhXLMhhTo133J9rF97j",
                "does not make this address",
            ),
            (
                14,
                "33ujjFrEmoQcfYHXErnVD33Z243DoFNhHS",
                "33ujjFrEmoQcfYHXErnVD33Z243DoFNhHT",
                "is not an address of bitcoin",
            ),
            (17, "'5341", "'xx41", "its script is not hexadecimal"),
            (29, "xpub6CatWdi", "xpub6CatWdj", "not among the published ones"),
            (29, "/0/0)", "/0/1)", "not that of the key which its descriptor leads to"),
            (29, "/0/0)", "/0/2147483648)", "no public key leads to"),
            (29, "wpkh(", "tr(", "its descriptor is not wpkh()"),
        ],
    )
    def test_an_address_that_is_not_made_of_the_keys_counts_nowhere(
        self, line: int, before: str, after: str, told: str
    ) -> None:
        (claim,) = [
            each for each in wallets(edited(text(BITMEX), line, before, after), REGISTRY).claims if told in each.fault
        ]
        assert claim.account is None

    def test_keys_that_nobody_published_are_not_theirs(self) -> None:
        """The file names two of the three keys, and another one."""
        other = text(BITMEX).replace("- 04c10be2", "- 04c10be3")
        faults = [claim.fault for claim in wallets(other, REGISTRY).claims]
        assert faults[:3] == ["its script has 2 of the published keys, 3 are needed"] * 3
        two_of_four = text(BITMEX).replace("  m: 3", "  m: 2")
        faults = [claim.fault for claim in wallets(two_of_four, REGISTRY).claims]
        assert faults[:3] == ["its script is no multisig of 2 out of 4 keys"] * 3

    def test_a_type_that_nobody_knows_is_left_open(self) -> None:
        (claim,) = [
            each
            for each in wallets(edited(text(BITMEX), 15, "sh", "custodial"), REGISTRY).claims
            if "'custodial'" in each.fault or "custodial" in each.fault
        ]
        assert claim.account
        assert claim.token is None
        verdict = judge(claim, REGISTRY.networks["bitcoin"])
        (open_,) = holdings([claim], [verdict], REGISTRY.known_asset).unplaced
        assert (open_.asset, *open_.stated.values()) == ("BTC", Decimal(1500))

    @pytest.mark.parametrize(
        ("change", "told"),
        [
            (lambda t: t.replace("total: 162346379447", "total: 162346379448"), "add up to 162346379447"),
            (lambda t: t[: t.index("- addr: bc1qcr8")], "add up to"),
            (lambda t: t.replace("chain: main", "chain: test"), "chain is test, not main"),
            (lambda t: t.replace("height: 966053\n", ""), "without height"),
            (lambda t: t.replace("height: 966053", "height: 9e5"), "height is 9e5, not a whole number"),
            (lambda t: t.replace("  m: 3", "  m: 5"), "claim is 5 of 4"),
            (lambda t: t.replace("- 04ceba29", "- 05ceba29"), "is no public key"),
            (lambda t: t.replace("chain: main", "chain: &a main"), "an anchor, alias or tag"),
            (lambda t: t.replace("chain: main", "chain: !!str main"), "an anchor, alias or tag"),
            (lambda t: t.replace("chain: main", "chain: main\nchain: main"), "stands twice"),
            (lambda t: t + "---\n" + t, "a second document"),
            (lambda t: t.replace("address:\n", "address: none\nother:\n"), "address is no list"),
            (lambda t: t.replace("claim:\n", "claim: [[[[[[[[[[[[1]]]]]]]]]]]]\nelse:\n"), "within each other"),
            (lambda t: t.replace("  m: 3", " m: 3"), "not YAML"),
            (lambda t: t.replace("  balance: 700000\n", "  balance: 7.5\n"), "add up to"),
        ],
    )
    def test_a_file_that_cannot_be_what_was_meant_is_refused(self, change: Callable[[str], str], told: str) -> None:
        assert told in refused(change(text(BITMEX)), name=BITMEX)

    def test_what_nobody_reads_is_named(self) -> None:
        found = wallets(text(BITMEX).replace("chain: main", "chain: main\nauditor: nobody"), REGISTRY, name=BITMEX)
        assert found.unread[0] == f"{BITMEX}:3: the key 'auditor' is not read"
        odd = edited(text(BITMEX), 15, "addr_type: sh", "addr_type: sh\n  label: cold")
        (claim,) = [each for each in wallets(odd, REGISTRY).claims if "unknown keys" in each.fault]
        assert claim.account is None

    @settings(max_examples=100, deadline=None)
    @given(data=st.data())
    def test_damaged_bytes_are_read_or_refused(self, data: st.DataObject) -> None:
        whole = text(BITMEX).encode()
        start = data.draw(st.integers(0, len(whole)))
        end = data.draw(st.integers(start, min(len(whole), start + 8)))
        damaged = whole[:start] + data.draw(st.binary(max_size=8)) + whole[end:]
        refusals = []
        try:
            wallets(damaged, REGISTRY)
        except DocumentError as error:
            refusals.append(error.reason)
        assert Cause.UNEXPECTED not in refusals


@pytest.mark.parametrize("name", [HOT, BYBIT, BITMEX])
def test_a_list_is_read_again_as_it_was(name: str) -> None:
    found = wallets(text(name), REGISTRY, name=name)
    again = claims_again(opened(text(name).encode(), name), document(name), "auto", REGISTRY)
    assert tuple(again) == found.claims


SNAPSHOT, GATE = json.loads(text("binance-snapshot.json")), json.loads(text("gate-report.json"))


def changed(tree: Any, *path: Any, **values: Any) -> str:
    copy = json.loads(json.dumps(tree))
    inner = copy
    for key in path:
        inner = inner[key]
    inner |= values
    return json.dumps(copy)


class TestBinanceSnapshot:
    def test_the_published_snapshot(self) -> None:
        found = liabilities(text("binance-snapshot.json"), REGISTRY)
        assert (found.layout, found.report_id) == ("binance-snapshot", "PR01APR26")
        assert found.as_of == datetime(2026, 4, 1, tzinfo=UTC)
        assert found.owed == {"BTC": Decimal("618951.27130074")}
        assert found.unaddressed == {}, "the list has the custodians' accounts: they must not count twice"
        assert found.merkle_root == SNAPSHOT["data"]["merkleRootHash"]
        assert found.notes == ()
        assert liabilities(json.dumps(SNAPSHOT["data"]), REGISTRY).owed == found.owed

    def test_names_fold_or_are_told(self) -> None:
        rows = [{**SNAPSHOT["data"]["snapshotDataList"][0], "coin": coin} for coin in ("XBT", "NEWCOIN")]
        found = liabilities(changed(SNAPSHOT, "data", snapshotDataList=rows), REGISTRY)
        assert found.owed.keys() == {"BTC", "NEWCOIN"}
        assert found.unknown_names == {"NEWCOIN"}
        assert "NEWCOIN" in found.notes[0]

    @pytest.mark.parametrize(
        ("values", "told"),
        [
            ({"exchangeBalance": 610597.565}, "add up to 619136.127"),
            ({"ratio": "1.0200"}, "ratio is 1.0200"),
            ({"customerLiability": 618951.27130074 * 1.001}, "ratio is"),
            ({"customerLiability": None}, "customerLiability"),
            ({"customerLiability": "618,951.27"}, "not a plain decimal number"),
            ({"customerLiability": -1}, "not a plain decimal number"),
            ({"coin": ""}, "no coin is named"),
            ({"coin": ["BTC"]}, "where a text or a number belongs"),
        ],
    )
    def test_figures_that_contradict_each_other_are_refused(self, values: dict[str, Any], told: str) -> None:
        found = refused(changed(SNAPSHOT, "data", "snapshotDataList", 0, **values), read=liabilities)
        assert found.startswith("inconsistent: ")
        assert told in found

    @pytest.mark.parametrize(
        ("values", "told"),
        [
            ({"snapshotTime": "04/01/26 00:00:00 UTC"}, "auditId is PR01APR26"),
            ({"snapshotTime": "31/02/26 00:00:00 UTC", "auditId": ""}, "snapshotTime is"),
            ({"snapshotTime": "01/04/26 00:00:00"}, "snapshotTime is"),
            ({"snapshotTime": None}, "snapshotTime is"),
            ({"merkleRootHash": "xyz"}, "merkleRootHash is xyz"),
            ({"snapshotDataList": None}, "is not a list of objects"),
            ({"snapshotDataList": [1]}, "is not a list of objects"),
        ],
    )
    def test_a_head_that_says_nothing_is_refused(self, values: dict[str, Any], told: str) -> None:
        assert told in refused(changed(SNAPSHOT, "data", **values), read=liabilities)

    def test_funds_and_unknown_keys_are_told(self) -> None:
        values = {"futureInsurance": 12.5, "newColumn": 1}
        found = liabilities(changed(SNAPSHOT, "data", "snapshotDataList", 0, **values), REGISTRY)
        assert found.notes == (
            "snapshotDataList[0]: the key 'newColumn' is not read",
            "snapshotDataList[0]: of BTC futureInsurance 12.5 are not counted as owed",
        )


class TestGate:
    def test_the_published_report(self) -> None:
        found = liabilities(text("gate-report.json"), REGISTRY)
        assert (found.layout, found.report_id, found.as_of) == ("gate", "20260618", datetime(2026, 6, 18, tzinfo=UTC))
        assert found.owed["BTC"] == 19054
        assert found.unknown_names == {"LAB"} | ({"USD1"} - {REGISTRY.known_asset("USD1")})
        assert found.merkle_root == GATE["info"]["data"]["merkle_root_hash"]

    @pytest.mark.parametrize(
        ("path", "values", "told"),
        [
            (("info",), {"code": 1}, "not an answer with `code` 0"),
            (("coinList",), {"data": None}, "not an answer with `code` 0"),
            (("coinList", "data"), {"list": []}, "is not a list of objects"),
            (("coinList", "data", "list", 0), {"reserve_rate": 142.7}, "reserve_rate is 142.7"),
            (("coinList", "data", "list", 0), {"customer_liability": ""}, "customer_liability"),
            (("info", "data"), {"audit_time": "18.06.2026"}, "not an ISO 8601 date"),
            (("info", "data"), {"audit_time": ""}, "not an ISO 8601 date"),
        ],
    )
    def test_what_cannot_be_relied_on_is_refused(
        self, path: tuple[Any, ...], values: dict[str, Any], told: str
    ) -> None:
        assert told in refused(changed(GATE, *path, **values), read=liabilities)

    def test_one_answer_alone_is_of_no_layout(self) -> None:
        assert "not of a known layout" in refused(json.dumps(GATE["coinList"]), read=liabilities)
