import base64
import copy
import csv
import io
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from monitor.model import LiabilitiesProof, ProofStatus
from monitor.proofs.executors import InProcess
from monitor.proofs.groth16 import SCHEME, published
from monitor.proofs.groth16.batches import read_batches
from monitor.proofs.groth16.elements import from_base64
from monitor.proofs.groth16.forms import Form
from monitor.proofs.groth16.poseidon import ORDER, permuted
from monitor.proofs.groth16.published import Asset, Sums, check_users, read_sums
from monitor.proofs.groth16.user import Account, Holding
from monitor.proofs.scheme import Expected, ProofError, UnreadableError
from tests.support.groth16 import encoded, sharing_one_root
from tests.support.proof_files import all_held, below, held

FILES = below(Path("tests/data/proofs/groth16"))
TABLE, CONFIG = FILES["proof.csv"], FILES["config.json"]
GATE, OTHER, BINANCE = "gate_user_config.json", "gate_other_user_config.json", "binance_user_config.json"
ROOT = "1d8a6447dd18b91511b76a98366191e7a89e4f356a2a03756ec2764d851d2698"


def verify(documents: dict[str, Any], user: str = "") -> LiabilitiesProof:
    return SCHEME.verify(all_held(documents), Expected(user=user), InProcess())


def rewritten(number: int, column: str, value: str) -> str:
    rows = list(csv.DictReader(io.StringIO(TABLE)))
    rows[number][column] = value
    made = io.StringIO()
    writer = csv.DictWriter(made, rows[0].keys())
    writer.writeheader()
    writer.writerows(rows)
    return made.getvalue()


def test_poseidon_is_the_common_one() -> None:
    # circomlibjs, test/poseidon.js: the hashes of (1, 2) and (1, 2, 3, 4)
    assert permuted([0, 1, 2])[0] == 0x115CC0F5E7D690413DF64C6B9662E9CF2A3617F2743245519E19607A4417189A
    assert permuted([0, 1, 2, 3, 4])[0] == 0x299C867DB6C1FDD79DCEFA40E4510B9837E60EBB1CE0663DBAA525DF65250465


def test_the_table_of_gate_is_bound_to_its_root_and_sums() -> None:
    found = verify({"proof.csv": TABLE, "config.json": CONFIG})
    assert (found.status, found.root) == (ProofStatus.BOUND, ROOT)
    assert any("3 batches" in sentence for sentence in found.proven)
    assert any("sums that the last batch commits to" in sentence for sentence in found.proven)
    assert any("were not verified" in sentence for sentence in found.not_proven)
    assert dict(found.totals) == {"btc": Decimal("2.45"), "eth": Decimal("2.45")}
    assert found.in_coins
    assert any("the unit of the amounts" in sentence for sentence in found.not_proven)


def test_the_table_alone_proves_no_sum() -> None:
    found = verify({"proof0.csv": TABLE})
    assert found.root == ROOT
    assert any("any sum" in sentence for sentence in found.not_proven)


@pytest.mark.parametrize("name", [GATE, OTHER, BINANCE])
def test_users_of_gate_and_binance_are_bound_to_their_root(name: str) -> None:
    document = json.loads(FILES[name])
    found = verify({name: document}, user=f"0x{document['AccountIdHash'].upper()}")
    assert (found.status, found.root) == (ProofStatus.BOUND, document["Root"])
    assert not any("no user id was given" in sentence for sentence in found.not_proven)


def test_gates_own_names_of_the_fields_are_understood() -> None:
    names = {
        "AccountIndex": "Arrangement",
        "AccountIdHash": "UniqueIdentification",
        "TotalEquity": "TotalAssetEquity",
        "TotalDebt": "TotalAssetDebt",
        "Assets": "AssetDetails",
        "Root": "TreeRootHash",
        "Proof": "MerkleProofEncode",
    }
    document = {names[key]: value for key, value in json.loads(FILES[GATE]).items()}
    assert verify({"user_config.json": document}).root == document["TreeRootHash"]


def test_files_are_known_by_their_names_and_their_fields() -> None:
    for name, text in (("a/proof0.csv", TABLE), ("mine.json", FILES[GATE])):
        assert SCHEME.recognises([held(name, text)])
    for name, text in (
        ("table.csv", TABLE),
        ("proof.csv", "batch_commitment"),
        ("mine.txt", FILES[GATE]),
        ("mine.json", '{"AccountIndex": 1}'),
    ):
        assert not SCHEME.recognises([held(name, text)])


def test_a_user_of_another_run_than_the_table_is_refused() -> None:
    with pytest.raises(ProofError, match="leads to the root"):
        verify({"proof.csv": TABLE, OTHER: FILES[OTHER]})


def test_another_user_than_the_one_given_is_refused() -> None:
    with pytest.raises(ProofError, match="not the id that was given"):
        verify({GATE: FILES[GATE]}, user="00" * 32)


def test_a_user_at_other_prices_is_refused() -> None:
    with pytest.raises(ProofError, match="at the prices"):
        verify({"config.json": CONFIG, OTHER: FILES[OTHER]})


def leaves(value: object, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(value, dict | list):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        return [found for key, inner in items for found in leaves(inner, (*path, key))]
    return [path]


def altered(document: dict[str, Any], path: tuple[Any, ...], change: Any) -> dict[str, Any]:
    copied = copy.deepcopy(document)
    inner: Any = copied
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = change(inner[path[-1]])
    return copied


@pytest.mark.parametrize("path", leaves(json.loads(FILES[GATE])), ids=str)
def test_every_field_of_a_users_file_altered_is_refused(path: tuple[Any, ...]) -> None:
    def other(value: Any) -> Any:
        if isinstance(value, int):
            return value + 1
        return f"{'1' if value[0] == '0' else '0'}{value[1:]}"

    with pytest.raises(ProofError):
        verify({GATE: altered(json.loads(FILES[GATE]), path, other)})


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("AccountIndex",), 2**28 + 1, "beyond a tree"),
        (("AccountIndex",), "1", "whole number"),
        (("TotalEquity",), ORDER, "not an element"),
        (("TotalDebt",), 10**30, "more than the equity"),
        (("TotalDebt",), json.loads(FILES[GATE])["TotalEquity"], "does not lead from the fields"),
        (("Proof",), [], "0 items, not 28"),
        (("Proof", 3), "ab", "base64"),
        (("Proof", 3), encoded(ORDER), "not an element"),
        (("Assets", 1, "Index"), 104, "out of order"),
        (("Assets", 1, "Index"), 1000, "not below"),
        (("Assets", 0, "Equity"), 2**64, "64 bits"),
        (("Assets", 0, "Equity"), -1, "less than 0"),
        (("Assets", 0), {"Index": 1}, "missing"),
        (("Root",), "zz" * 32, "hex"),
    ],
)
def test_a_users_file_out_of_form_is_refused(path: tuple[Any, ...], value: object, message: str) -> None:
    with pytest.raises(ProofError, match=message):
        verify({GATE: altered(json.loads(FILES[GATE]), path, lambda _: value)})


@pytest.mark.parametrize(
    "nothing",
    [
        {"TotalEquity": 0, "TotalDebt": 0},
        {"Assets": []},
        {"TotalEquity": 0, "TotalDebt": 0, "Assets": [{"Index": i, "Equity": i, "Debt": 0} for i in range(2)]},
    ],
    ids=str,
)
def test_what_fills_up_a_batch_holds_nothing(nothing: dict[str, Any]) -> None:
    with pytest.raises(ProofError, match="fills up a batch"):
        verify({GATE: json.loads(FILES[GATE]) | {"AccountIdHash": "00" * 32} | nothing})


@pytest.mark.parametrize("number", range(3))
@pytest.mark.parametrize("column", ["cex_asset_list_commitments", "account_tree_roots", "batch_commitment"])
def test_every_element_of_the_table_altered_is_refused(number: int, column: str) -> None:
    cell = list(csv.DictReader(io.StringIO(TABLE)))[number][column]
    elements = json.loads(cell) if cell.startswith("[") else [cell]
    for i in range(len(elements)):
        changed = [*elements[:i], encoded(int.from_bytes(base64.b64decode(elements[i])) ^ 1), *elements[i + 1 :]]
        text = json.dumps(changed) if cell.startswith("[") else changed[0]
        with pytest.raises(ProofError, match="batch_commitment"):
            verify({"proof.csv": rewritten(number, column, text)})


@pytest.mark.parametrize(
    ("number", "column", "value", "message"),
    [
        (1, "batch_number", "3", "batch_number: 2 after 0"),
        (1, "batch_number", "0", "0 after 0"),
        (0, "batch_number", "x", "plain whole number"),
        (0, "proof_info", "", "proof_info is empty"),
        (0, "proof_info", "!AA==", "is not base64"),
        (0, "account_tree_roots", "[]", "0 roots"),
        (0, "account_tree_roots", "[1", "list in JSON"),
        (0, "account_tree_roots", '{"a": 1}', "expected a list"),
        (0, "account_tree_roots", "[" * 99999, "list in JSON"),
        (0, "cex_asset_list_commitments", '["a"]', "1 items, not 2"),
    ],
)
def test_a_table_out_of_form_is_refused(number: int, column: str, value: str, message: str) -> None:
    with pytest.raises(ProofError, match=message):
        verify({"proof.csv": rewritten(number, column, value)})


@pytest.mark.parametrize(
    "value", [None, 7, "\u00e9" * 44, encoded(1)[:-1], f"{encoded(1)}\n", encoded(1)[:-2] + "B=", "AAEC"]
)
def test_an_element_in_base64_has_one_spelling(value: object) -> None:
    assert from_base64(encoded(ORDER - 1), "here") == ORDER - 1
    with pytest.raises(UnreadableError, match="here: expected 32 bytes in base64"):
        from_base64(value, "here")
    with pytest.raises(ProofError, match="is not an element of the field"):
        from_base64(encoded(ORDER), "here")


@pytest.mark.parametrize("number", ["", "-1", "1.0", " 1", "\u00b2", "\u0661", "1" * 11])
def test_a_number_of_the_table_is_a_plain_one(number: str) -> None:
    assert verify({"proof.csv": rewritten(2, "batch_number", "0000000002")}).holds
    with pytest.raises(UnreadableError, match=r"batch_number: .* is not a plain whole number"):
        verify({"proof.csv": rewritten(0, "batch_number", number)})


@pytest.fixture
def _few_rooms(monkeypatch: pytest.MonkeyPatch) -> None:
    """Instead of 1000 that are tried in vain, which takes seconds."""
    monkeypatch.setattr(published, "MOST_ASSETS", 60)


@pytest.mark.parametrize("dropped", [0, 1, 2])
@pytest.mark.usefixtures("_few_rooms")
def test_a_table_that_lacks_a_batch_is_refused(dropped: int) -> None:
    lines = TABLE.splitlines(keepends=True)
    with pytest.raises(ProofError):
        verify({"proof.csv": "".join(lines[: dropped + 1] + lines[dropped + 2 :]), "config.json": CONFIG})


@pytest.mark.parametrize("field", ["TotalEquity", "BasePrice", "Index"])
@pytest.mark.parametrize("asset", [0, 1])
@pytest.mark.usefixtures("_few_rooms")
def test_every_published_sum_altered_is_refused(asset: int, field: str) -> None:
    changed = altered(json.loads(CONFIG), ("CexAssetsInfo", asset, field), lambda value: value + 1)
    with pytest.raises(ProofError):
        verify({"proof.csv": TABLE, "config.json": changed})


COLUMNS = "proof_info,cex_asset_list_commitments,account_tree_roots,batch_commitment,batch_number"


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (f"{COLUMNS}\n", "no batches"),
        (f"{COLUMNS.removesuffix(',batch_number')}\nAA==,a,b,c\n", "the column batch_number is missing"),
        (f"{COLUMNS},batch_number\nAA==,a,b,c,0,1\n", "a column is named twice"),
        (f"{COLUMNS}\nAA==,a,b,c\n", "more or fewer cells than line 1"),
        (f"{COLUMNS}\nAA==,a,b,c,0,1\n", "more or fewer cells than line 1"),
        (f'{COLUMNS}\n"AA=="x,a,b,c,0\n', "line 2: ',' expected after"),
    ],
)
def test_a_table_of_other_columns_is_refused(text: str, rule: str) -> None:
    with pytest.raises(ProofError, match=rule):
        read_batches(held("proof.csv", text), InProcess())


@pytest.mark.parametrize(
    ("assets", "rule"),
    [
        ([], "0 assets, not 1 to 1000"),
        ([{"TotalBalance": 1}] * 1001, "1001 assets, not 1 to 1000"),
        ([{"TotalBalance": 1, "TotalDebt": 0}], "unknown field 'TotalDebt'"),
        ([{"TotalEquity": 1, "TotalDebt": 2, "BasePrice": 3}], "TotalDebt: 2 is more than the equity 1"),
    ],
    ids=["none", "too many", "a field more", "more owed than held"],
)
def test_sums_out_of_form_are_refused(assets: list[dict[str, int]], rule: str) -> None:
    assert len(read_sums(held("config.json", {"CexAssetsInfo": [{"TotalBalance": 1}] * 1000})).assets) == 1000
    equal = {"TotalEquity": 1, "TotalDebt": 1, "BasePrice": 3}
    assert read_sums(held("config.json", {"CexAssetsInfo": [equal]})).assets[0].debt == 1
    with pytest.raises(ProofError, match=rule):
        read_sums(held("config.json", {"CexAssetsInfo": assets}))


def test_sums_with_collateral_need_all_of_its_fields() -> None:
    config = json.loads(CONFIG)
    for asset in config["CexAssetsInfo"]:
        asset["LoanCollateral"] = 0
    with pytest.raises(ProofError, match="'LoanRatios' is missing"):
        verify({"proof.csv": TABLE, "config.json": config})


def test_batches_that_share_a_root_go_on_from_account_to_account() -> None:
    assert verify({"proof.csv": sharing_one_root((0, 9), (10, 19), (20, 20))}).root == f"{7:064x}"


@pytest.mark.parametrize("spans", [[(0, 9), (11, 19)], [(0, 9), (9, 19)], [(1, 9)], [(0, 9), (10, 8)]])
def test_accounts_left_out_or_counted_twice_are_refused(spans: list[tuple[int, int]]) -> None:
    with pytest.raises(ProofError):
        verify({"proof.csv": sharing_one_root(*spans)})


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(["proof.csv", "config.json", GATE]), st.binary(max_size=100), st.integers(0, 250))
def test_whatever_bytes_come_only_a_proof_error_comes_out(name: str, noise: bytes, kept: int) -> None:
    texts = {"proof.csv": TABLE, "config.json": CONFIG, GATE: FILES[GATE]}
    changed = texts[name].encode()[:kept] + noise
    assume(changed != texts[name].encode())
    wanted = {"proof.csv", "config.json"} if name != GATE else {GATE}
    with pytest.raises(ProofError):
        verify({**{other: texts[other] for other in wanted}, name: changed})


SUMS = Sums("config.json", Form.PRICED, (Asset(10, 4, price=2), Asset(5, 0, price=3)), ())


def account(*holdings: Holding, index: int = 1, form: Form = Form.PRICED, more: tuple[int, int] = (0, 0)) -> Account:
    """Worth what it holds, and ``more``."""
    prices = [asset.price for asset in SUMS.assets] + [0]
    equity = sum(one.equity * prices[one.index] for one in holdings) + more[0]
    debt = sum(one.debt * prices[one.index] for one in holdings) + more[1]
    return Account(f"user{index}.json", form, index, "ab" * 32, equity, debt, holdings, root=7)


@pytest.mark.parametrize(
    ("accounts", "rule"),
    [
        ([account(form=Form.BALANCE)], "of another form than the sums"),
        ([account(Holding(2, 1))], "holds asset 2, but 2 are published"),
        ([account(Holding(0, 9), more=(1, 0))], "equity 19 and debt 0, but .* are worth 18 and 0"),
        ([account(Holding(0, 9, 3), more=(0, -1))], "equity 18 and debt 5, but .* are worth 18 and 6"),
        ([account(Holding(1, 6))], "of asset 1 the given users alone hold 6 and owe 0"),
        ([account(Holding(0, 9, 5))], "of asset 0 the given users alone hold 9 and owe 5"),
        ([account(Holding(0, 6)), account(Holding(0, 5), index=2)], "user2.json: .* alone hold 11"),
    ],
)
def test_no_user_has_what_the_sums_have_not(accounts: list[Account], rule: str) -> None:
    check_users(
        [account(Holding(0, 10, 4), Holding(1, 5)), account(Holding(0, 10, 4))], SUMS
    )  # one account, given twice
    check_users([account(Holding(0, 6)), account(Holding(0, 4), index=2)], SUMS)
    with pytest.raises(ProofError, match=rule):
        check_users(accounts, SUMS)


@pytest.mark.parametrize(
    ("names", "told"),
    [
        ([("b", 1), ("a", 0)], ("a", "b")),  # by their numbers
        ([("a", 0), ("a", 1)], ()),
        ([("a", 0), ("", 1)], ()),
        ([("a", 0), (None, 1)], ()),
        ([("a", 0), (" b", 1)], ()),
    ],
)
def test_assets_are_named_where_each_has_one_name_of_its_own(names: list[Any], told: tuple[str, ...]) -> None:
    assets = [{"TotalBalance": 1, "Index": index} | ({} if name is None else {"Symbol": name}) for name, index in names]
    assert read_sums(held("config.json", {"CexAssetsInfo": assets})).symbols == told
    for index in (1, 2):
        assets[1]["Index"] = assets[0]["Index"] if index == 1 else 2
        with pytest.raises(ProofError, match="occurs twice, or leaves a gap"):
            read_sums(held("config.json", {"CexAssetsInfo": assets}))


def test_one_report_has_one_table_and_one_file_of_sums() -> None:
    with pytest.raises(UnreadableError, match=r"proof1\.csv: a second table of proofs"):
        verify({"proof.csv": TABLE, "proof1.csv": TABLE})
    with pytest.raises(UnreadableError, match=r"cex_config\.json: a second file of the exchange's sums"):
        verify({"proof.csv": TABLE, "config.json": CONFIG, "cex_config.json": CONFIG})
    with pytest.raises(UnreadableError, match="neither a table of proofs"):
        verify({"config.json": CONFIG})
    with pytest.raises(ProofError, match="no user's file is among the files"):
        verify({"proof.csv": TABLE}, user="00")


def test_what_the_files_leave_open_is_said() -> None:
    alone = " ".join(verify({GATE: FILES[GATE]}).not_proven)
    for said in ("the table of proofs (proof.csv) is not among the files", "no user id was given"):
        assert said in alone
    table = " ".join(verify({"proof.csv": TABLE}).not_proven)
    for said in ("the verifying key", "any sum: the exchange's sums", "no user's file is among the files"):
        assert said in table
    unnamed = json.loads(CONFIG)
    for asset in unnamed["CexAssetsInfo"]:
        del asset["Symbol"]
    found = verify({"proof.csv": TABLE, "config.json": unnamed})
    assert (found.totals, "the sums do not name them" in " ".join(found.not_proven)) == ({}, True)
