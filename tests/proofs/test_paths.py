"""What a path file may not do, in every format that has one."""

import json
from collections.abc import Callable
from copy import deepcopy
from decimal import Decimal
from typing import Any

import pytest

from monitor.model import ProofStatus, Strength
from monitor.proofs import Expected, verify
from monitor.proofs.path_formats import BYBIT
from tests.support import trees

FILES = {
    "okx": "merkle-v1-proof.json",
    "bybit": "bybit-mock_user_merkle_tree_path_40_v5.json",
    "bitget": "bitget-merkel_tree_bg.json",
    "bitunix": "bitunix-merkle_tree_bitunix.json",
    "mexc": "mexc-merkle_proof.json",
    "coinex": "coinex-merkle_proof_file.json",
}
REFUSED = {ProofStatus.INVALID, ProofStatus.UNREADABLE}
Document = dict[str, Any]


def document(exchange: str) -> Document:
    read: Document = json.loads(trees.sample(FILES[exchange])[FILES[exchange]])
    return read


def judged(changed: Document | str, user: str = "") -> ProofStatus:
    text = changed if isinstance(changed, str) else json.dumps(changed)
    found = verify([trees.file("path.json", text.encode())], Expected(user=user))
    assert found.reason or found.status is ProofStatus.PROVEN
    assert "cannot be judged" not in found.reason  # somebody foresaw it
    return found.status


def steps(read: Document) -> list[Document]:
    return read.get("pathList") or read["path"]  # type: ignore[no-any-return]


def balances(node: Document) -> Document:
    return node.get("balances") or node["balance"]  # type: ignore[no-any-return]


@pytest.mark.parametrize("exchange", FILES)
def test_the_example_is_proven_however_it_is_laid_out(exchange: str) -> None:
    assert judged(document(exchange)) is ProofStatus.PROVEN
    assert judged(json.dumps(document(exchange), indent=7)) is ProofStatus.PROVEN


@pytest.mark.parametrize("exchange", FILES)
def test_no_level_can_be_left_out_or_repeated(exchange: str) -> None:
    whole = document(exchange)
    for at in range(len(steps(whole))):
        for replacement in ([], [steps(whole)[at]] * 2):
            changed = deepcopy(whole)
            steps(changed)[at : at + 1] = replacement
            assert judged(changed) in REFUSED, f"step {at} times {len(replacement)}"


@pytest.mark.parametrize("exchange", FILES)
def test_no_two_nodes_can_change_places(exchange: str) -> None:
    whole = document(exchange)
    for at in range(len(steps(whole)) - 1):
        changed = deepcopy(whole)
        mine = steps(changed)
        mine[at], mine[at + 1] = mine[at + 1], mine[at]
        if mine[at] != mine[at + 1]:
            assert judged(changed) in REFUSED


@pytest.mark.parametrize("exchange", FILES)
def test_no_sibling_can_change_sides(exchange: str) -> None:
    whole = document(exchange)
    key = next(key for key in ("type", "role", "pos") if key in steps(whole)[3])
    for node in [whole["self"], *steps(whole)]:
        for other in (0, 1, 2, 3, 4, "left", "right", True, None, "1", 1.0):
            if key in node and (other != node[key] or type(other) is not type(node[key])):
                old, node[key] = node[key], other
                # Bybit's example has pads, which both 2 and 4 may mark: that says the same in other words.
                same = exchange == "bybit" and (old, other) == (2, 4) and set(balances(node).values()) == {"0.00000000"}
                assert same or judged(whole) in REFUSED, f"{key} {old} as {other}"
                node[key] = old


@pytest.mark.parametrize("exchange", FILES)
def test_assets_can_neither_be_reordered_dropped_added_nor_renamed(exchange: str) -> None:
    whole = document(exchange)
    for node in [whole["self"], *steps(whole), *([whole["root"]] if "root" in whole else [])]:
        if not node:
            continue
        own = balances(node)
        kept = dict(own)
        for other in (
            dict(reversed(kept.items())),
            dict(list(kept.items())[1:]),
            {**kept, "ZZZ": "0.00000000"},
            {"X" + asset: amount for asset, amount in kept.items()},
        ):
            if list(other.items()) != list(kept.items()):
                own.clear()
                own.update(other)
                assert judged(whole) in REFUSED, other
                own.clear()
                own.update(kept)
    assert judged(whole) is ProofStatus.PROVEN


@pytest.mark.parametrize("exchange", FILES)
@pytest.mark.parametrize(
    "spell",
    [
        lambda text: f"+{text}",
        lambda text: f" {text}",
        lambda text: f"{text} ",
        lambda text: f"0{text}",
        lambda text: f"{text}0" if "." in text else f"{text}.0",
        lambda text: f"{text}e0",
        lambda text: f"{text}E+0",
        lambda text: f"-{text}",
        lambda text: text.translate({ord(str(digit)): 0x660 + digit for digit in range(10)}),
        lambda text: "NaN",
        lambda text: "Infinity",
        lambda text: "-0",
        lambda text: "",
        lambda text: f"{text}_0",
        lambda text: "9" * 5_000,
        float,
        lambda text: None,
        lambda text: [text],
    ],
)
def test_an_amount_has_one_spelling(exchange: str, spell: Callable[[str], object]) -> None:
    whole = document(exchange)
    for node in [whole["self"], *steps(whole), *([whole["root"]] if "root" in whole else [])]:
        if not node:
            continue
        own = balances(node)
        asset = next(iter(own))
        kept = own[asset]
        own[asset] = spell(kept)
        assert judged(json.dumps(whole, ensure_ascii=False)) in REFUSED, own[asset]
        own[asset] = kept


NUMBERS = "bitget-numbers-merkel_tree_bg.json"


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("11.5001998", "115001998E-7", "not a number in plain digits"),
        ("12.9972", "1e999999999", "not a number in plain digits"),  # which nothing may ever write out
        ("1.5,", f"0.{'1' * 51},", "not a number in plain digits"),
        ("5300", "9" * 41, "not an amount in plain digits"),
        ('"BTC": 0,', '"BTC": -0.0,', "not an amount in plain digits"),
        ('"BTC": 0,', '"BTC": false,', "not true or false"),
        ('"BTC": 0,', '"BTC": "0",', "not text"),
        ("1.5,", "1.500000000,", "more than 8 decimals"),
        ("5300,", "5300.0,", "the path leads to"),
    ],
)
def test_an_amount_that_stands_as_a_number_is_in_plain_digits(old: str, new: str, rule: str) -> None:
    text = trees.sample(NUMBERS)[NUMBERS].decode()
    found = verify([trees.file("path.json", text.replace(old, new, 1).encode())])
    assert (found.status in REFUSED, rule in found.reason) == (True, True), found.reason


@pytest.mark.parametrize("exchange", FILES)
def test_json_that_could_be_read_in_two_ways_is_refused(exchange: str) -> None:
    text = json.dumps(document(exchange))
    own = json.dumps(document(exchange)["self"])
    assert judged(text[:-1] + f', "self": {own}}}') is ProofStatus.UNREADABLE
    for other in (text + "{}", text[:-2], text.replace("{", "[{", 1), "{" + text, text + "\0", "\ufeff" + text):
        assert judged(other) is ProofStatus.UNREADABLE


@pytest.mark.parametrize("exchange", FILES)
def test_a_field_that_is_not_of_the_format_is_refused(exchange: str) -> None:
    for place in ("self", "path", ""):
        whole = document(exchange)
        node = whole if not place else whole["self"] if place == "self" else steps(whole)[3]
        node["debt"] = "1"
        assert judged(whole) is ProofStatus.UNREADABLE


@pytest.mark.parametrize("exchange", ["okx", "bybit", "bitunix"])
def test_a_negative_balance_is_refused_although_everything_recomputes(exchange: str) -> None:
    owed = [(Decimal(5), Decimal(5), Decimal(5)), (Decimal(-3), Decimal(0), Decimal(0))] * 2
    if exchange == "okx":
        built = [trees.okx_v1(owed, at) for at in range(4)]
    elif exchange == "bybit":
        coins = BYBIT.orders[1].coins
        wide = [user + (Decimal(0),) * (len(coins) - 3) for user in owed]
        built = [trees.bybit(coins, wide, at) for at in range(4)]
    else:
        built = [trees.comma(trees.OKX_COINS, owed, at, bitget=False) for at in range(4)]
    for data in built:
        found = verify([trees.file("path.json", data)])
        assert found.status is ProofStatus.INVALID
        assert "negative" in found.reason


def test_bitget_may_subtract_debts_but_not_owe_a_negative_total() -> None:
    debts = [(Decimal(5),), (Decimal(-3),), (Decimal(1),)]
    found = verify([trees.file("path.json", trees.comma(("BTC",), debts, 0, bitget=True))])
    assert (found.status, found.totals) == (ProofStatus.PROVEN, {"BTC": Decimal(3)})
    assert any("BTC in path.json: path[0]" in sentence for sentence in found.not_proven)
    below = verify([trees.file("path.json", trees.comma(("BTC",), [(Decimal(-5),), (Decimal(3),)], 1, bitget=True))])
    assert below.status is ProofStatus.INVALID
    one = [(Decimal(-5), Decimal(1)), (Decimal(3), Decimal(1))]
    refused(json.loads(trees.comma(("BTC", "ETH"), one, 1, bitget=True)), "a negative total is no liability")


def test_a_branch_that_is_counted_twice_is_refused() -> None:
    """The tree of one leaf beside itself: hashes and sums recompute."""
    twin = trees.Node(trees.digest("n" + '{"BTC":"1","ETH":"0","USDT":"0"}'), (Decimal(1), Decimal(0), Decimal(0)))
    sums = (Decimal(2), Decimal(0), Decimal(0))
    shown = {"BTC": "1", "ETH": "0", "USDT": "0"}
    path = [
        {"auditId": "7", "balances": shown, "type": 2, "hash": twin.hash, "height": 1},
        {
            "auditId": "7",
            "balances": {**shown, "BTC": "2"},
            "type": 3,
            "hash": trees.okx_node(twin, twin, sums, 2),
            "height": 2,
        },
    ]
    own = {"auditId": "7", "balances": shown, "type": 1, "nonce": "n", "hash": twin.hash, "height": 1}
    found = verify([trees.file("path.json", json.dumps({"path": path, "self": own}).encode())])
    assert found.status is ProofStatus.INVALID
    assert "repeats the node beside it" in found.reason
    path[0]["type"] = 4  # as a pad, which owes nothing of any asset
    refused({"path": path, "self": own}, "repeats the node beside it, but is no pad that owes nothing")


def test_one_root_of_okxs_first_tree_stands_for_many_totals_and_the_result_says_so() -> None:
    """Sums are run together: 11, 10, 0 gives the hash of 1, 110, 0."""
    users = [{"BTC": "10", "ETH": "0", "USDT": "0"}, {"BTC": "1", "ETH": "10", "USDT": "0"}]
    leaves = [trees.digest("n" + json.dumps(user, separators=(",", ":"))) for user in users]
    root = trees.digest("".join(leaves) + "11" + "10" + "0" + "2")
    shown = [(users[1], {"BTC": "11", "ETH": "10", "USDT": "0"}), ({**users[0], "BTC": "0", "ETH": "100"}, None)]
    for at, (beside, total) in enumerate(shown):
        sums = total or {"BTC": "1", "ETH": "110", "USDT": "0"}
        own = {"auditId": "7", "balances": users[at], "type": 1 + at, "nonce": "n", "hash": leaves[at], "height": 1}
        path = [
            {"auditId": "7", "balances": beside, "type": 2 - at, "hash": leaves[1 - at], "height": 1},
            {"auditId": "7", "balances": sums, "type": 3, "hash": root, "height": 2},
        ]
        found = verify([trees.file("path.json", json.dumps({"path": path, "self": own}).encode())])
        assert (found.status, found.root, found.totals["ETH"]) == (ProofStatus.PROVEN, root, Decimal(sums["ETH"]))
        assert found.strength is Strength.LIMITED
        assert "different totals" in found.limit


def test_a_leaf_whose_text_could_be_cut_in_two_ways_is_refused() -> None:
    coins = BYBIT.orders[1].coins
    shown = json.loads(trees.bybit(coins, [(Decimal(12), *[Decimal(0)] * 19)] * 2, 0))
    own, beside = shown["self"], shown["path"][0]
    own["userHash"] += "1"
    own["balance"]["AGLA"], beside["balance"]["AGLA"] = "2.00000000", "22.00000000"
    found = verify([trees.file("path.json", json.dumps(shown).encode())])
    assert found.status is ProofStatus.UNREADABLE
    assert "userHash: with" in found.reason
    for exchange, key in (("bitget", "encryptUid"), ("bitunix", "nonce"), ("mexc", "proofId")):
        whole = document(exchange)
        whole["self"][key] += ",1"
        assert judged(whole) is ProofStatus.UNREADABLE


def test_a_node_can_be_shown_as_a_leaf_of_coinexs_and_the_result_says_so() -> None:
    """The node above a leaf that has no neighbour hashes the very text that a leaf does."""
    own = {"BTC": "5"}
    written = json.dumps(own, separators=(",", ":"))
    leaf = trees.digest("ab" * 32 + written)
    other = {"balances": {"BTC": "1"}, "hash": "cd" * 32, "pos": "right"}
    root = {"balances": {"BTC": "6"}, "hash": trees.digest(trees.digest(leaf + written) + "cd" * 32 + '{"BTC":"6"}')}
    for nonce, path in (("ab" * 32, [{}, other]), (leaf, [other])):
        shown = {"root": root, "self": {"balances": own, "nonce": nonce}, "path": path}
        found = verify([trees.file("path.json", json.dumps(shown).encode())])
        assert (found.status, found.strength) == (ProofStatus.PROVEN, Strength.LIMITED)
        assert "one balance can be shown to two customers" in found.limit


def test_a_node_cannot_be_shown_as_a_leaf_of_mexcs() -> None:
    whole = document("mexc")
    whole["self"]["accountId"] = "ab" * 16
    found = verify([trees.file("path.json", json.dumps(whole).encode())])
    assert (found.status, "accountId: with" in found.reason) == (ProofStatus.UNREADABLE, True)


def test_several_customers_of_one_report_are_judged_together_and_must_have_one_root() -> None:
    owed = [(Decimal(at), Decimal(0), Decimal(1)) for at in range(5)]
    same = {f"{at}.json": trees.okx_v1(owed, at) for at in range(5)}
    assert verify(trees.files(same)).status is ProofStatus.PROVEN
    found = verify(trees.files({**same, "5.json": trees.okx_v1([*owed, owed[0]], 0)}))
    assert found.status is ProofStatus.INVALID
    assert "another root" in found.reason


@pytest.mark.parametrize("exchange", ["bitget", "bitunix", "bybit", "mexc"])
def test_the_customer_must_be_the_one_who_asks(exchange: str) -> None:
    own = document(exchange)["self"]
    user = next(own[key] for key in ("encryptUid", "userHash", "accountId") if key in own)
    assert judged(document(exchange), user) is ProofStatus.PROVEN
    assert judged(document(exchange), "somebody else") is ProofStatus.INVALID


def test_assets_of_an_unknown_bybit_version_are_not_guessed() -> None:
    owed = [(Decimal(1), Decimal(2))] * 2
    assert judged(trees.bybit(("BTC", "NEW"), owed, 0).decode()) is ProofStatus.UNREADABLE
    known = BYBIT.orders[1].coins
    moved = trees.bybit(known[::-1], [(Decimal(1),) * len(known)] * 2, 0).decode()
    assert judged(moved) is ProofStatus.INVALID


def test_a_customer_is_found_among_the_paths_of_several() -> None:
    coins = BYBIT.orders[1].coins
    owed = [(Decimal(at),) * len(coins) for at in range(3)]
    given = [trees.file(f"{at}.json", trees.bybit(coins, owed, at)) for at in range(2)]
    users = [json.loads(trees.bybit(coins, owed, at))["self"]["userHash"] for at in range(3)]
    found = verify(given, Expected(user=users[1]))
    assert "1.json: self: userHash: the user's id is the one that was given" in found.proven
    stranger = verify(given, Expected(user=users[2]))
    assert stranger.status is ProofStatus.INVALID
    assert "nor is any of the other 1 files'" in stranger.reason


def test_a_pad_beside_the_customers_leaf_may_repeat_all_of_it_and_nothing_else() -> None:
    whole = json.loads(trees.okx_v1([(Decimal(1), Decimal(2), Decimal(3))] * 1 + [(Decimal(0),) * 3] * 2, 2))
    pad = whole["path"][0]
    assert pad["hash"] == whole["self"]["hash"], "an odd leaf"
    pad["nonce"] = whole["self"]["nonce"]
    assert judged(whole) is ProofStatus.PROVEN
    pad["nonce"] = whole["self"]["nonce"] + "0"
    assert judged(whole) is ProofStatus.INVALID


def of_okx(*owed: str, index: int = 0) -> Document:
    read: Document = json.loads(trees.okx_v1([(Decimal(btc), Decimal(0), Decimal(1)) for btc in owed], index))
    return read


def refused(changed: Document, rule: str) -> None:
    found = verify([trees.file("path.json", json.dumps(changed).encode())])
    assert (found.status in REFUSED, rule in found.reason) == (True, True), found.reason


def test_every_node_is_on_its_own_level() -> None:
    for moved, rule in (
        ((-1,), "self: level 2, expected 1"),
        ((-1, 0, 1, 2), "self: level 2, expected 1"),
        ((0, 1, 2), "path[0]: level 2, expected 1 as the leaf's"),
        ((1,), "path[1]: level 3 after 1"),
        ((2,), "path[2]: level 4 after 2"),
    ):
        whole = of_okx("1", "2", "3", "4")
        for at in moved:
            (whole["path"][at] if at >= 0 else whole["self"])["height"] += 1
        refused(whole, rule)


def test_a_path_has_a_sibling_and_a_root_and_no_more_levels_than_any_tree() -> None:
    whole = of_okx("1", "2", "3", "4")
    for path, rule in (
        ([], "too short"),
        (whole["path"][-1:], "too short"),
        (whole["path"] * 86, "path has 258 levels; more than 256 are not read"),
    ):
        refused({**whole, "path": path}, rule)
    refused({**of_okx("1", "2"), "path": []}, "too short")


def test_all_nodes_are_of_one_report_that_can_be_printed() -> None:
    whole = of_okx("1", "2")
    whole["path"][0]["auditId"] = "8"
    refused(whole, "path[0]: auditId is 8, but 7 in path.json: path[1]")
    for node in (whole["self"], *whole["path"]):
        node["auditId"] = "7\x07"
    refused(whole, "expected up to 256 printable ASCII characters")
    unhashed = document("bybit")
    unhashed["path"][0]["nonce"] = "7\x07"
    refused(unhashed, "path[0]: nonce: expected up to 256 printable ASCII characters")


def test_what_a_file_gives_of_the_neighbour_is_covered_by_its_hash() -> None:
    nonce = of_okx("1", "2", index=1)["self"]["nonce"]
    whole = of_okx("1", "2")
    whole["path"][0]["nonce"] = nonce
    assert judged(whole) is ProofStatus.PROVEN
    whole["path"][0]["nonce"] = nonce[:-1]
    refused(whole, "path[0]: the hash of its balances is")
    owed = [(Decimal(1),), (Decimal(2),)]
    other = json.loads(trees.comma(("BTC",), owed, 0, bitget=False))
    other["path"][0]["precisions"] = {"BTC": 8}
    assert judged(other) is ProofStatus.PROVEN
    other["path"][0]["precisions"] = {"BTC": 7}
    refused(other, "path[0]: precisions: not the same as the customer's")
    other["path"][0] = {**json.loads(trees.comma(("BTC",), owed, 0, bitget=False))["path"][0], "nonce": "n"}
    refused(other, "a leaf needs all of encryptUid, nonce")


def test_amounts_and_names_are_of_the_format_although_everything_recomputes() -> None:
    refused(of_okx("0.000000001", "2"), "has more than 8 decimals")
    owed = [(Decimal(1),), (Decimal(2),)]
    refused(json.loads(trees.comma(("B TC",), owed, 0, bitget=True)), "is not the name of an asset")
    refused(json.loads(trees.comma((), [(), ()], 0, bitget=True)), "no assets")
    whole = json.loads(trees.comma(("BTC",), owed, 0, bitget=False))
    whole["self"]["precisions"] = {"BTC": 19}
    refused(whole, "more than 18 decimals")


def test_a_sibling_that_there_is_not_owes_nothing_and_stands_on_the_right() -> None:
    whole = json.loads(trees.mexc([{"BTC": Decimal(at), "ETH": Decimal(1)} for at in range(1, 6)], 4))
    nobody = next(step for step in whole["pathList"] if not step["hash"])
    assert judged(whole) is ProofStatus.PROVEN
    for field, other in (("type", 1), ("balances", {**nobody["balances"], "BTC": "1"})):
        kept, nobody[field] = nobody[field], other
        refused(whole, "a sibling without a hash must stand on the right and owe nothing")
        nobody[field] = kept


def test_leaf_and_root_are_what_the_path_comes_to() -> None:
    whole = of_okx("1", "2", "3")
    whole["self"]["hash"] = trees.digest("other")
    refused(whole, "self: the hash of its balances is")
    whole = of_okx("1", "2", "3")
    whole["path"][-1]["balances"]["BTC"] = "5"
    refused(whole, "the path adds up to BTC 6, not 5")
    whole["path"][-1] |= {"balances": {"BTC": "6", "ETH": "0", "USDT": "3"}, "hash": trees.digest("other")}
    refused(whole, "the path leads to")


def test_what_no_hash_covers_is_said() -> None:
    said = " ".join(verify([trees.file("path.json", json.dumps(of_okx("1", "2")).encode())]).not_proven)
    for what in ("names are not hashed, the order is the format's own (version 1)", "auditId: covered by no hash"):
        assert what in said
    coinex = verify(trees.files(trees.sample(FILES["coinex"])), Expected(user="me"))
    assert "whose leaf it is: these files do not name their customer" in coinex.not_proven
