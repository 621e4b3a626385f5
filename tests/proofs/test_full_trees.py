"""What a published full tree may not do, and that its size changes nothing."""

import re
from collections.abc import Callable
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from struct import pack

import pytest

from monitor.model import LiabilitiesProof, ProofStatus
from monitor.proofs import Expected, gather, level_tree, network_firm_tree, tree_lines, verify
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
        assert "missing" in found.reason


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
        found = judged(b"".join([*lines[: len(lines) // 2], *[b"x" + line for line in lines[len(lines) // 2 :]]]))
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


def test_a_line_without_end_is_not_held() -> None:
    found = judged(trees.okx_v2(OWED)["tree.txt"] + b"a" * (3 << 20))
    assert found.status is ProofStatus.INVALID
    assert "a line of more than" in found.reason
