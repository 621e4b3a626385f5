"""What a published full tree may not do, and that its size changes nothing."""

import json
import re
from collections.abc import Callable
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from struct import pack

import pytest

from monitor.model import LiabilitiesProof, ProofStatus
from monitor.proofs import Expected, gather, level_tree, network_firm_tree, tree_lines, verify
from monitor.proofs.network_firm_leaves import RULES, leaf
from monitor.proofs.repetitions import Repetitions
from tests.support import trees

ZERO, CENT = Decimal(0), Decimal("0.01")
OWED = [[(Decimal(at), CENT * at, Decimal(at) / 4)] for at in range(1, 12)]
INVALID = ProofStatus.INVALID
REFUSED = {ProofStatus.INVALID, ProofStatus.UNREADABLE}


@pytest.fixture(autouse=True, params=["streamed", "on disk"])
def folder(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file on disk is read in places, any other from its start; both must judge alike."""
    monkeypatch.setitem(WHERE, "folder", tmp_path if request.param == "on disk" else None)


WHERE: dict[str, Path | None] = {}


def judged(*content: bytes, user: str = "") -> LiabilitiesProof:
    files = [trees.file(f"{at}.txt", data) for at, data in enumerate(content)]
    if folder := WHERE["folder"]:
        for file, data in zip(files, content, strict=True):
            (folder / file.name).write_bytes(data)
        files = gather([folder / file.name for file in files])
    found = verify(files, Expected(user=user))
    assert "cannot be judged" not in found.reason  # somebody foresaw it
    return found


def lines_of(data: bytes) -> list[bytes]:
    return data.splitlines(keepends=True)


FULL: dict[str, Callable[[], bytes]] = {
    "okx": lambda: trees.okx_v2(OWED)["tree.txt"],
    "okx-crlf": lambda: trees.okx_v2(OWED, "\r\n")["tree.txt"],
    "bitmex": lambda: trees.bitmex([7, 0, 12, 12, 10**12, 1, 2, 3]) + b"\n",
}


@pytest.mark.parametrize(
    ("line", "altered", "rule"),
    [
        (4, rb"[0-9a-f]{64}", "line 4: expected a repetition of the next line that owes nothing"),
        (5, rb"[0-9a-f]{64}", "line 5: the hash does not recompute from lines 8 and 9"),
        (5, rb'(?<="BTC":")\d+', "line 5: the balances are not the sums of those in lines 8 and 9"),
        (7, rb'(?<="BTC":")\d+', "line 7: the balances are not the sums of those in lines 12 and 13"),
    ],
)
def test_a_line_that_is_wrong_is_named_with_its_fault(line: int, altered: bytes, rule: str) -> None:
    lines = lines_of(trees.okx_v2(OWED[:5])["tree.txt"])
    lines[line - 1] = re.sub(altered, lambda found: found[0][::-1] if len(found[0]) == 64 else b"77", lines[line - 1])
    assert rule in judged(b"".join(lines)).reason


@pytest.mark.parametrize("name", FULL)
def test_no_line_can_be_left_out_repeated_or_moved(name: str) -> None:
    lines = lines_of(FULL[name]())
    assert judged(b"".join(lines)).status is ProofStatus.PROVEN
    for at in range(len(lines)):
        for other in (
            lines[:at] + lines[at + 1 :],
            lines[: at + 1] + lines[at:],
            lines[:at] + lines[at + 1 :] + lines[at : at + 1],
        ):
            if other != lines:
                assert judged(b"".join(other)).status in REFUSED, f"line {at + 1}"
    for at in range(1, len(lines) - 1):
        if lines[at] != lines[at + 1]:
            swapped = [*lines[:at], lines[at + 1], lines[at], *lines[at + 2 :]]
            assert judged(b"".join(swapped)).status in REFUSED, f"lines {at + 1} and {at + 2}"


@pytest.mark.parametrize("name", FULL)
@pytest.mark.parametrize("more", [b"\n", b" ", b"\0", b"x\n", b"\r\n"])
def test_nothing_may_follow_a_tree(name: str, more: bytes) -> None:
    assert judged(FULL[name]() + more).status in REFUSED


@pytest.mark.parametrize("name", FULL)
def test_a_tree_may_lack_the_last_lines_end_but_not_be_cut(name: str) -> None:
    whole = FULL[name]()
    assert judged(whole.rstrip(b"\r\n")).status is ProofStatus.PROVEN
    for cut in (1, 10, 100):
        assert judged(whole.rstrip(b"\r\n")[:-cut]).status in REFUSED
    assert judged(b"").status is ProofStatus.UNREADABLE


def test_a_tree_without_its_lowest_levels_is_refused_where_levels_are_numbered() -> None:
    lines = lines_of(FULL["okx"]())
    for height in range(1, 5):
        kept = [line for line in lines if int(line.split(b",")[1]) > height]
        found = judged(b"".join(kept))
        assert found.status is ProofStatus.INVALID
        assert "line 1: the root is of level 5, not" in found.reason


def test_line_ends_do_not_change_within_a_tree() -> None:
    lines = lines_of(FULL["okx-crlf"]())
    lines[7] = lines[7].replace(b"\r\n", b"\n")
    assert judged(b"".join(lines)).status is ProofStatus.INVALID


@pytest.mark.parametrize(
    "amount",
    ["-1", "+1", "01", "1.", ".5", "1.10", "1e2", " 1", "NaN", "0x1", "1_0", "1.123456789", "\uff19", "", "-0"],
)
def test_an_amount_in_a_tree_has_one_spelling(amount: str) -> None:
    whole = FULL["okx"]().decode()
    for place in re.finditer(r'"(BTC|ETH|USDT)":"([^"]*)"', whole):
        altered = whole[: place.start(2)] + amount + whole[place.end(2) :]
        assert judged(altered.encode()).status in REFUSED


@pytest.mark.parametrize("name", FULL)
def test_a_leafs_hash_has_one_spelling(name: str) -> None:
    lines = lines_of(FULL[name]())
    own, rest = lines[-1][:64], lines[-1][64:]
    for other in (own.upper(), own[:-2], own + b"00", own[:-1] + b"g", b" " + own[1:], own[:32] + b"\xe9" * 32):
        found = judged(b"".join([*lines[:-1], other + rest]))
        assert (found.status, f"line {len(lines)}: not a line of this format" in found.reason) == (INVALID, True)


def test_a_chunk_of_lines_that_are_no_leaves_is_refused() -> None:
    for made in FULL.values():
        lines = lines_of(made())
        found = judged(
            b"".join([*lines[: len(lines) // 2], *[line.replace(b",", b";") for line in lines[len(lines) // 2 :]]])
        )
        assert (found.status, "not a line of this format" in found.reason) == (INVALID, True)


def test_negative_leaves_are_refused_although_everything_recomputes() -> None:
    debts = [[(Decimal(5), ZERO, ZERO)], [(Decimal(-3), ZERO, ZERO)]]
    found = judged(trees.okx_v2(debts)["tree.txt"])
    assert found.status is ProofStatus.INVALID
    assert '"BTC":"-3"' in found.reason


def test_a_pad_that_owes_something_is_no_pad() -> None:
    """A third leaf, repeated with its balance: the root's total would hold it twice."""
    leaves = [trees.Node(trees.digest(str(at)), (Decimal(at + 1), ZERO, ZERO)) for at in range(3)]
    found = judged(trees.okx_v2_tree([*leaves, leaves[2]]))
    assert found.status is ProofStatus.BOUND
    assert any("duplicate leaves in lines 4, 5" in sentence for sentence in found.not_proven)


def test_duplicate_leaves_are_noticed_wherever_they_stand() -> None:
    leaves = [trees.Node(trees.digest(str(at % 37)), (Decimal(1), ZERO, ZERO)) for at in range(41)]
    found = judged(trees.okx_v2_tree(leaves))
    assert found.status is ProofStatus.BOUND
    assert any(sentence.startswith("that no leaf counts for two customers") for sentence in found.not_proven)


def test_a_tree_of_one_leaf_over_and_over_is_noticed_without_holding_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(level_tree, "_MOST_FOUND", 50)
    monkeypatch.setattr(tree_lines, "PARENTS", 16)
    leaves = [trees.Node(trees.digest("same"), (Decimal(1), ZERO, ZERO))] * 1_024
    assert judged(trees.okx_v2_tree(leaves)).status is ProofStatus.BOUND


def test_leaves_whose_hashes_only_begin_alike_are_two(monkeypatch: pytest.MonkeyPatch) -> None:
    leaf = lines_of(FULL["okx"]())[-1][:16].decode()
    monkeypatch.setattr(Repetitions, "found", lambda *_: frozenset({leaf}))
    assert judged(FULL["okx"]()).status is ProofStatus.PROVEN


def test_a_customer_of_more_leaves_than_can_be_held_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    tree, user = trees.bitmex([5, 6, 7, 8], owners=(1, 2, 1, 3)), f"1:{trees.ACCOUNT_NONCE}"
    monkeypatch.setattr(level_tree, "_MOST_FOUND", 2)
    assert judged(tree, user=user).status is ProofStatus.PROVEN
    monkeypatch.setattr(level_tree, "_MOST_FOUND", 1)
    assert "more than 1 leaves are the customer's" in judged(tree, user=user).reason


def test_a_customers_leaf_that_the_tree_lacks_or_has_only_once_is_noticed() -> None:
    content = trees.okx_v2(OWED)
    stranger = trees.okx_v2([*OWED, [(Decimal(99), ZERO, ZERO)]])["user_11.json"]
    found = verify(trees.files({"tree.txt": content["tree.txt"], "stranger.json": stranger}))
    assert found.status is ProofStatus.INVALID
    assert "is not a leaf of tree.txt" in found.reason
    found = verify(trees.files({**content, "again.json": content["user_3.json"]}))
    assert found.status is ProofStatus.INVALID
    assert "more often" in found.reason


def okx_user(total: str, *shares: str, coins: str = "BTC ETH USDT") -> bytes:
    """A customer's file of OKX's, of which every hash fits; amounts as they are written, of each coin."""
    names = coins.split()
    own = trees.digest("nonce" + trees.compact(names, total.split()))
    nodes = [
        {"balances": dict(zip(names, share.split(), strict=True)), "hash": trees.digest(own + share.replace(" ", ""))}
        for share in shares
    ]
    totals = dict(zip(names, total.split(), strict=True))
    return json.dumps({"hash": own, "nonce": "nonce", "totalBalances": totals, "nodes": nodes}).encode()


@pytest.mark.parametrize(
    ("made", "rule"),
    [
        (okx_user("5 0 0", "2 0 0", "2 0 0"), "the nodes do not add up to totalBalances"),
        (okx_user("0 0 0"), "the nodes do not add up to totalBalances"),
        (okx_user("1 0 0", "3 0 0", "-2 0 0"), "nodes[1]: balances: BTC: -2 is negative"),
        (okx_user("-1 0 0", "-1 0 0"), "totalBalances: BTC: -1 is negative"),
        (okx_user("0.000000001 0 0", "0.000000001 0 0"), "has more than 8 decimals"),
        (okx_user("1 2 3", "1 2 3", coins="ETH BTC USDT"), "expected BTC, ETH, USDT, in this order"),
        (okx_user("1 2 3 4", "1 2 3 4", coins="BTC ETH USDT SOL"), "expected BTC, ETH, USDT, in this order"),
    ],
)
def test_a_customers_file_of_okx_is_refused_though_every_hash_fits(made: bytes, rule: str) -> None:
    assert judged(okx_user("5.5 0 1", "2 0 0.5", "3.5 0 0.5")).status is ProofStatus.BOUND
    found = judged(made)
    assert (found.status, rule in found.reason) == (INVALID, True), found.reason


def test_a_leaf_that_holds_other_coins_than_its_customer_was_shown_is_refused() -> None:
    """Amounts are run together: 11, 0, 0 gives the hash of 1, 10, 0."""
    user = okx_user("11 0 0", "11 0 0")
    leaf = trees.Node(json.loads(user)["nodes"][0]["hash"], (Decimal(1), Decimal(10), ZERO))
    found = judged(trees.okx_v2_tree([leaf]), user)
    assert (found.status, "has other balances in 0.txt" in found.reason) == (INVALID, True), found.reason


def test_a_tree_of_okx_beside_a_strangers_file_is_not_one_proof() -> None:
    assert "not the files of one proof, but of okx-merkle-v2" in judged(FULL["okx"](), b"see also").reason


def test_two_trees_are_not_one_proof() -> None:
    tree = FULL["okx"]()
    assert judged(tree, tree).status is ProofStatus.UNREADABLE


def test_one_leaf_is_a_tree() -> None:
    found = judged(trees.okx_v2(OWED[:1])["tree.txt"])
    assert (found.status, found.leaves, found.totals["BTC"]) == (ProofStatus.PROVEN, 1, Decimal(1))
    assert judged(trees.bitmex([5])).totals == {"BTC": Decimal("0.00000005")}


def test_a_customer_of_bitmex_is_found_by_the_nonce_of_the_account_or_of_the_report() -> None:
    tree = trees.bitmex([5, 6, 7, 8], owners=(1, 2, 1, 3))
    found = judged(tree, user=f"1:{trees.ACCOUNT_NONCE}")
    assert any("2 leaves are of the customer" in sentence and "0.00000012 BTC" in sentence for sentence in found.proven)
    assert judged(tree, user=f"4:{trees.ACCOUNT_NONCE}").status is ProofStatus.INVALID
    assert judged(tree, user=trees.digest("no key")).status is ProofStatus.INVALID
    assert "--user: these trees know customers by nonce" in judged(tree, user="somebody").reason
    assert "line 1: expected block_height" in judged(b"block_height:x\n" + tree.partition(b"\n")[2]).reason
    assert judged(tree, user="42").status is ProofStatus.UNREADABLE


def test_a_leaf_that_stands_twice_in_bitmexs_tree_is_refused() -> None:
    leaf = (trees.digest("leaf"), 5)
    root = sha256((bytes.fromhex(leaf[0]) + pack("<Q", 5)) * 2).hexdigest()
    found = judged(f"block_height:1\n{root},10\n{leaf[0]},5\n{leaf[0]},5".encode())
    assert found.status is ProofStatus.INVALID
    assert "none can occur twice" in found.reason


@pytest.mark.parametrize("leaves", [1, 2, 7, 8, 9, 31, 64, 65])
def test_parts_of_any_size_make_the_same_tree(leaves: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tree_lines, "PARENTS", 4)
    monkeypatch.setattr(network_firm_tree, "_CHUNK", 8)
    owed = [[(Decimal(at), CENT, ZERO)] for at in range(leaves)]
    found = judged(trees.okx_v2(owed)["tree.txt"])
    assert (found.status, found.leaves) == (ProofStatus.PROVEN, leaves), found.reason
    rows = [[f"customer{at}", str(at), "0.5"] for at in range(leaves)]
    found = verify(trees.files(trees.network_firm(rows, ("BTC", "ETH"))))
    assert (found.status, found.leaves) == (ProofStatus.PROVEN, leaves), found.reason
    assert found.totals["BTC"] == sum(range(leaves))
    if leaves & (leaves - 1) == 0:
        assert judged(trees.bitmex(range(leaves))).totals["BTC"] == Decimal(sum(range(leaves))).scaleb(-8)


def test_the_network_firms_rows_and_leaves_belong_together() -> None:
    rows = [["a", "1", "2"], ["b", "3", "4"], ["c", "5", "6"]]
    whole = trees.network_firm(rows, ("BTC", "ETH"))
    assert verify(trees.files(whole)).status is ProofStatus.PROVEN
    for other in (rows[:2], [*rows, ["d", "0", "0"]], [rows[1], rows[0], rows[2]], [["a", "12", ""], *rows[1:]]):
        data = trees.network_firm(other, ("BTC", "ETH"))["input.csv"] if other[0][2] else b"#ID,BTC,ETH\na,12,\n"
        assert verify(trees.files({**whole, "input.csv": data})).status in REFUSED
    without = {name: data for name, data in whole.items() if name != "input.csv"}
    found = verify(trees.files(without))
    assert (found.status, found.totals["BTC"]) == (ProofStatus.BOUND, Decimal(9))
    assert "the stated totals: nothing ties them to the tree" in found.not_proven
    negative = trees.network_firm([*rows, ["d", "-1", "0"]], ("BTC", "ETH"))
    assert verify(trees.files(negative)).status is ProofStatus.INVALID
    twice = trees.network_firm([*rows, rows[0]], ("BTC", "ETH"))
    assert "occurs twice" in verify(trees.files(twice)).reason
    assert verify(trees.files(whole), Expected(user="z")).status is ProofStatus.INVALID


LEAVES, ROWS, TOP, SUMS = "output_merkle_tree.txt", "input.csv", "output_merkle_root.txt", "output_total_balances.txt"


@pytest.mark.parametrize(
    ("file", "old", "new", "rule"),
    [
        (LEAVES, b"\n3,", b"\n4,", "leaves of level 4, but 3 leaves make 3 levels"),
        (LEAVES, b"3,1\t", b"3,2\t", "line 3: leaf 2, expected 1 of one level"),
        (LEAVES, b"3,1\t", b"2,1\t", "line 3: leaf 1, expected 1 of one level"),
        (LEAVES, b"3,1\t", b"3;1\t", "line 3: expected level,index and a hash"),
        (LEAVES, b"Hash\r", b"Hash \r", "line 1: expected Level and Hash"),
        (ROWS, b"#ID,BTC,ETH", b"#ID", "line 1: expected #id and the assets' names"),
        (ROWS, b"#ID,BTC,ETH", b"#ID,BTC,BTC", "line 1: each asset needs one name of its own"),
        (ROWS, b"#ID,BTC,ETH", b"#ID,BTC, ", "line 1: each asset needs one name of its own"),
        (ROWS, b"a,1,2", b"a,1,3", "line 2 does not make the first leaf"),
        (ROWS, b"b,3,4", b"b,3,5", "line 3: this row does not make the leaf"),
        (ROWS, b"b,3,4", b"b,3,-4", "line 3: expected an id and 2 balances in ASCII"),
        (ROWS, b"c,5,6\n", b"", "line 3 is the last: 2 customers, but 3 leaves"),
        (TOP, b"", b"ab" * 32, "not the root that the leaves lead to"),
        (SUMS, b"BTC:9", b"BTC:8", "BTC is 8, but the customers' balances in input.csv add up to 9"),
        (SUMS, b"ETH:12", b"ETH;12", "line 2: expected asset:amount"),
        (SUMS, b"ETH:12", b"BTC:9", "line 2: a second total of BTC"),
        (SUMS, b"ETH:12", b"\xc9TH:12", "byte 7 is not ASCII"),
    ],
)
def test_every_rule_of_the_network_firms_files_is_held_to(file: str, old: bytes, new: bytes, rule: str) -> None:
    whole = trees.network_firm([["a", "1", "2"], ["b", "3", "4"], ["c", "5", "6"]], ("BTC", "ETH"))
    assert old in whole[file]
    assert verify(trees.files(whole)).status is ProofStatus.PROVEN
    found = verify(trees.files({**whole, file: whole[file].replace(old, new) if old else new}))
    assert (found.status in REFUSED, rule in found.reason) == (True, True), found.reason


def test_the_network_firms_files_are_whole_and_nothing_else_is_beside_them() -> None:
    whole = trees.network_firm([["a", "1", "2"], ["b", "3", "4"]], ("BTC", "ETH"))
    found = verify(trees.files(whole), Expected(user="b"))
    assert {"the stated totals are these", "the customer b has 1 row of the list"} <= set(found.proven)
    said = " ".join(found.not_proven)
    assert ("run together" in said, "which asset each sum is of" in said) == (True, True)
    assert verify(trees.files({**whole, "notes.txt": b"see also"})).status is ProofStatus.UNREADABLE
    for lacking in ({ROWS: b"#ID,BTC,ETH\n"}, {LEAVES: b"Level\tHash\n"}):
        assert "no leaves, or no customers" in verify(trees.files({**whole, **lacking})).reason
    alone = verify([trees.file(LEAVES, whole[LEAVES])], Expected(user="b"))
    assert "whether this customer has a leaf: the customers' list was not given" in alone.not_proven
    assert verify([trees.file(LEAVES, b"Level\tHash\n")]).reason == f"{LEAVES}: no leaves"
    assert verify(trees.files(trees.network_firm([["a", "1"], ["b", "2"]], ("BTC",)))).status is ProofStatus.PROVEN


def test_a_rule_that_hashes_names_leaves_them_not_open() -> None:
    rows, hashed = [["a", "1", "2.50"], ["b", "3", "4"]], ["a,BTC:1,ETH:2.5", "b,BTC:3,ETH:4"]
    whole = trees.network_firm(rows, ("BTC", "ETH"))
    leaves = "".join(f"2,{at}\t{trees.digest(text)[:16]}\n" for at, text in enumerate(hashed))
    found = verify(trees.files({ROWS: whole[ROWS], LEAVES: f"Level\tHash\n{leaves}".encode()}))
    assert (found.status, found.totals["ETH"]) == (ProofStatus.PROVEN, Decimal("6.5"))
    assert not any("which asset" in sentence for sentence in found.not_proven)


def test_the_first_version_of_the_network_firms_tool_hashes_whether_any_balance_is_not_0() -> None:
    number, assets = RULES["number"], ("BTC", "ETH")
    same = leaf(number, "a", assets, ["0", "5"])
    assert same == leaf(number, "a", assets, ["7", "5"])
    assert leaf(number, "a", assets, ["0", "0"]) == trees.digest(trees.digest("a") + trees.digest(""))[:16] != same


def test_a_tree_begins_with_its_root() -> None:
    tree = trees.bitmex([5, 6])
    for made, rule in (
        (b"block_height:7\n", "no root in line 2"),
        (tree + b"\n" + tree.rpartition(b"\n")[2], "ends with line 5, inside of a level"),
        (b"\n".join([*tree.splitlines()[:2], *tree.splitlines()[2:] * 6]), "the number of leaves is no power of two"),
        (tree.replace(b"\n", b"\nx", 1), "no root in line 2: 'x"),
    ):
        assert rule in judged(made).reason


def test_a_line_without_end_is_not_held() -> None:
    found = judged(trees.okx_v2(OWED)["tree.txt"] + b"a" * (3 << 20))
    assert found.status is ProofStatus.INVALID
    assert "a line of more than" in found.reason
