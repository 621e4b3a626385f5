import copy
import json
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.model import LiabilitiesProof, ProofStatus
from monitor.proofs.executors import InProcess
from monitor.proofs.scheme import Expected, ProofError, UnreadableError
from monitor.proofs.stark_v2 import SCHEME
from monitor.proofs.stark_v2 import verify as scheme
from monitor.proofs.stark_v2.documents import hex_of
from monitor.proofs.stark_v2.poseidon import ORDER, permuted
from monitor.proofs.stark_v2.sums import Verified
from tests.support.proof_files import all_held
from tests.support.stark_v2 import Account, Tree

GLOBAL, USER = "sum_proof_data.json", "user_inclusion_proof.json"


def tree(users: int = 11, batch_size: int = 2, branches: int = 3) -> Tree:
    drawn = random.Random(users)
    accounts = []
    for _ in range(users):
        debt = tuple(drawn.randrange(1000) for _ in range(3))
        accounts.append(Account(f"{drawn.getrandbits(256):064x}", tuple(amount + 5 for amount in debt), debt))
    return Tree(accounts, batch_size, branches)


TREE = tree()


@pytest.fixture(autouse=True)
def _no_plonky2(monkeypatch: pytest.MonkeyPatch) -> None:
    """Generated trees have no plonky2 proof: test_stark_v2_proof.py is about that."""
    monkeypatch.setattr(scheme, "verify_sums", lambda published, _pinned: Verified(published, ""))


def verify(documents: dict[str, Any], user: str = "") -> LiabilitiesProof:
    return SCHEME.verify(all_held(documents), Expected(user=user), InProcess())


# plonky2, plonky2/src/hash/poseidon_goldilocks.rs: test_vectors
VECTORS = [
    ([0] * 12, [0x3C18A9786CB0B359, 0xC4055E3364A246C3, 0x7953DB0AB48808F4, 0xC71603F33A1144CA]),
    (list(range(12)), [0xD64E1E3EFC5B8E9E, 0x53666633020AAA47, 0xD40285597C6A8825, 0x613A4F81E81231D2]),
    ([ORDER - 1] * 12, [0xBE0085CFC57A8357, 0xD95AF71847D05C09, 0xCF55A13D33C1C953, 0x95803A74F4530E82]),
    (
        [
            0x8CCBBBEA4FE5D2B7, 0xC2AF59EE9EC49970, 0x90F7E1A9E658446A, 0xDCC0630A3AB8B1B8,
            0x7FF8256BCA20588C, 0x5D99A7CA0C44ECFB, 0x48452B17A70FBEE3, 0xEB09D654690B6C88,
            0x4A55D3A39C676A88, 0xC0407A38D2285139, 0xA234BAC9356386D1, 0xE1633F2BAD98A52F,
        ],
        [
            0xA89280105650C4EC, 0xAB542D53860D12ED, 0x5704148E9CCAB94F, 0xD3A826D4B62DA9F5,
            0x8A7A6CA87892574F, 0xC7017E1CAD1A674E, 0x1F06668922318E34, 0xA3B203BC8102676F,
            0xFCC781B0CE382BF2, 0x934C69FF3ED14BA5, 0x504688A5996E8F13, 0x401F3F2ED524A2BA,
        ],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after"), VECTORS)
def test_poseidon_is_that_of_plonky2(before: list[int], after: list[int]) -> None:
    assert permuted(before)[: len(after)] == after


@pytest.mark.parametrize("index", range(11))
def test_every_user_is_bound_to_the_published_root(index: int) -> None:
    found = verify({GLOBAL: TREE.published(), USER: TREE.user(index)}, user=TREE.accounts[index].identity)
    assert found.status is ProofStatus.BOUND
    assert (found.root, found.report_id) == (hex_of(TREE.root), "506872725")
    assert any(f"number {index}) is under the root" in sentence for sentence in found.proven)
    assert any("nobody here vouches for" in sentence for sentence in found.not_proven)


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 40), st.sampled_from([2, 4, 8]), st.integers(2, 5), st.randoms())
def test_users_of_trees_of_any_shape_are_bound(users: int, batch: int, branches: int, drawn: random.Random) -> None:
    made = tree(users, batch, branches)
    verify({GLOBAL: made.published(), USER: made.user(drawn.randrange(users))})


def test_the_published_file_alone_binds_round_circuit_root_and_sums() -> None:
    found = verify({GLOBAL: TREE.published()})
    equity, debt = TREE.published()["proof"]["public_inputs"][:2]
    assert found.totals == {"net": equity - debt}
    assert any(f"have {equity - debt} more than they owe" in sentence for sentence in found.proven)
    open_ = " ".join(found.not_proven)
    for what in (
        "does not enforce",
        f"equity {equity} and debt {debt}, each",
        "in each asset",
        "round",
        "no user's file",
    ):
        assert what in open_


def test_all_may_have_nothing_left_over() -> None:
    made = Tree([Account("7" * 64, (5, 0), (0, 5)), Account("8" * 64, (0, 0), (0, 0))], 2, 2)
    assert verify({GLOBAL: made.published(), USER: made.user(0)}).totals == {"net": 0}


def test_files_that_are_none_of_it_are_named() -> None:
    with pytest.raises(UnreadableError, match=r"neither the published proof .* nor a user's file"):
        verify({"guide.txt": "how to verify"})


def test_what_a_users_file_leaves_open_is_said() -> None:
    open_ = " ".join(verify({USER: TREE.user(4)}).not_proven)
    for what in ("any sum", "split over assets", "no user id was given", "all users were counted"):
        assert what in open_
    assert "no user id" not in " ".join(verify({USER: TREE.user(4)}, TREE.accounts[4].identity).not_proven)


def test_two_published_files_are_refused() -> None:
    with pytest.raises(ProofError, match="a second published proof"):
        verify({GLOBAL: TREE.published(), "global_proof.json": TREE.published()})


def test_a_users_file_alone_of_any_name_leads_to_the_root_that_is_then_compared() -> None:
    found = verify({"mine.json": TREE.user(4)})
    assert found.root == hex_of(TREE.root)
    assert any("any sum" in sentence for sentence in found.not_proven)


def leaves(value: object, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(value, dict | list):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        return [found for key, inner in items for found in leaves(inner, (*path, key))]
    return [path]


def altered(document: dict[str, Any], path: tuple[Any, ...], value: object) -> dict[str, Any]:
    copied = copy.deepcopy(document)
    inner: Any = copied
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return copied


def test_every_character_of_a_users_file_altered_is_refused() -> None:
    document = TREE.user(9)
    for path in leaves(document):
        value: Any = document
        for key in path:
            value = value[key]
        text = str(value)
        for at, character in enumerate(text):
            other = f"{text[:at]}{int(character, 16) ^ 1:x}{text[at + 1 :]}"
            new = other if isinstance(value, str) else int(other)
            with pytest.raises(ProofError):
                verify({GLOBAL: TREE.published(), USER: altered(document, path, new)})


@pytest.mark.parametrize("field", ["sum_tree_siblings", "recursive_tree_siblings"])
def test_a_users_file_that_lacks_a_part_is_not_passed_over(field: str) -> None:
    made = {name: value for name, value in TREE.user(2).items() if name != field}
    with pytest.raises(ProofError, match=f"the field '{field}' is missing"):
        verify({GLOBAL: TREE.published(), "mine.json": made})


@pytest.mark.parametrize("field", ["left_hashes", "right_hashes"])
def test_siblings_on_the_other_side_are_refused(field: str) -> None:
    document = TREE.user(2)
    level = document["recursive_tree_siblings"][0]
    every = level["left_hashes"] + level["right_hashes"]
    moved = {"left_hashes": [], "right_hashes": [], field: every}
    with pytest.raises(ProofError, match="is child"):
        verify({USER: altered(document, ("recursive_tree_siblings", 0), moved)})


def test_a_level_without_siblings_is_refused() -> None:
    levels = [*TREE.user(2)["recursive_tree_siblings"], {"left_hashes": [], "right_hashes": []}]
    with pytest.raises(ProofError, match=f"^{USER}: .*a node of one child"):
        verify({USER: altered(TREE.user(2), ("recursive_tree_siblings",), levels)})


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("account", "equity"), ["5", "6"], "2 amounts of equity"),
        (("account", "equity", 0), "05", "plain whole number"),
        (("account", "equity", 0), str(ORDER), "not an element"),
        (("account", "equity", 0), "\u0665", "plain whole number"),
        (("account", "equity", 0), "x", "plain whole number"),
        (("account", "equity", 0), "9" * 5000, "plain whole number"),
        (("account", "equity"), [str(ORDER - 1), "1", "0"], "add up to more"),
        (("account", "equity"), ["0", "0", "0"], "is not from 0 to"),
        (("account", "equity"), [str(2**63), "0", "0"], "is not from 0 to"),
        (("account", "equity"), [str(2**62 + sum(TREE.accounts[9].debt)), "0", "0"], "is not from 0 to"),
        (("account", "equity"), ["0"] * 100_001, "100001 amounts$"),
        (("account", "id"), "ab", "32 bytes"),
        (("account", "name"), "", "unknown field"),
        (("date",), "", "unknown field"),
        (("recursive_tree_siblings", 0, "middle"), [], "unknown field"),
        (("index",), 2.0, "not a whole number"),
        (("index",), 11 + 2**70, "beyond the tree"),
        (("sum_tree_siblings", 0), "ff" * 32, "not an element"),
        (("sum_tree_siblings",), [], "0 hashes for a batch of 2"),
        (("sum_tree_siblings",), ["00" * 32] * 65, "65 hashes, more than 64"),
        (("recursive_tree_siblings",), [{}] * 65, "65 levels"),
        (("recursive_tree_siblings",), [], "beyond the tree"),
        (("recursive_tree_siblings", 1), {"left_hashes": [], "right_hashes": []}, "node of 1 children"),
    ],
)
def test_a_users_file_out_of_form_is_refused(path: tuple[Any, ...], value: object, message: str) -> None:
    with pytest.raises(ProofError, match=message):
        verify({GLOBAL: TREE.published(), USER: altered(TREE.user(9), path, value)})


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("proof", "public_inputs"), [1, 0, 1, 2, 3], "5 items, not 6"),
        (("proof", "public_inputs", 1), 10**9, "is not from 0 to 2"),
        (("proof", "public_inputs", 0), 2**62 + TREE.published()["proof"]["public_inputs"][1], "is not from 0 to 2"),
        (("proof", "public_inputs", 0), 2**63, "is not from 0 to 2"),
        (("proof", "public_inputs", 2), ORDER, "not an element"),
        (("proof", "public_inputs", 2), True, "true or false"),
        (("general", "batch_size"), 3, "power of two"),
        (("general", "batch_size"), 2**64, "power of two"),
        (("general", "recursion_branchout_num"), 4, "node of 3 children, not 4"),
        (("general", "recursion_branchout_num"), 4097, "more than 4096"),
        (("general", "token_num"), 4, "3 amounts, but the report has 4"),
        (("root_vd_digest", "elements"), [1, 2, 3], "3 items, not 4"),
    ],
)
def test_a_published_file_out_of_form_is_refused(path: tuple[Any, ...], value: object, message: str) -> None:
    with pytest.raises(ProofError, match=message):
        verify({GLOBAL: altered(TREE.published(), path, value), USER: TREE.user(9)})


def test_a_user_of_another_report_is_refused() -> None:
    with pytest.raises(ProofError, match="the path leads to"):
        verify({GLOBAL: TREE.published(), USER: tree(12).user(3)})


def test_files_that_cannot_be_read_do_not_hide_one_that_is_wrong() -> None:
    unreadable, wrong = {**TREE.user(0), "more": 1}, {**TREE.user(1), "index": 11 + 2**70}
    for second, kind in ((unreadable, UnreadableError), (wrong, ProofError)):
        with pytest.raises(ProofError, match="2 of 2 users' files fail") as found:
            verify({"1_inclusion_proof.json": unreadable, "2_inclusion_proof.json": second})
        assert found.type is kind


def test_another_user_than_the_one_given_is_refused() -> None:
    with pytest.raises(ProofError, match=r"not the id that was given$"):
        verify({USER: TREE.user(0)}, user=TREE.accounts[1].identity)
    with pytest.raises(ProofError, match="no user's file"):
        verify({GLOBAL: TREE.published()}, user=TREE.accounts[1].identity)


@settings(max_examples=80, deadline=None)
@given(st.sampled_from([GLOBAL, USER]), st.binary(max_size=200), st.integers(0, 900))
def test_whatever_bytes_come_only_a_proof_error_comes_out(name: str, noise: bytes, kept: int) -> None:
    documents = {GLOBAL: TREE.published(), USER: TREE.user(9)}
    whole = json.dumps(documents[name]).encode()
    with pytest.raises(ProofError):
        verify({**documents, name: b"{" + whole[1 : min(kept, len(whole) - 1)] + noise + b"]"})


def test_it_is_told_from_the_older_scheme() -> None:
    assert SCHEME.recognises(all_held({USER: TREE.user(0)}))
    assert SCHEME.recognises(all_held({GLOBAL: TREE.published()}))
    assert not SCHEME.recognises(all_held({USER: {"batch_inclusion_proof": {}}, "sum_proof.json": {}}))
    assert not SCHEME.recognises(all_held({"user.txt": TREE.user(0), GLOBAL: "[]"}))


def test_users_who_have_more_together_than_all_are_refused() -> None:
    published = TREE.published()
    users = {f"{i}_inclusion_proof.json": TREE.user(i) for i in range(11)}
    found = verify({GLOBAL: published, **users})
    assert any("11 of 11 users' files" in sentence for sentence in found.proven)
    published["proof"]["public_inputs"][0] -= 1
    with pytest.raises(ProofError, match="the given users alone have"):
        verify({GLOBAL: published, **users})


def test_padding_is_no_user_and_holds_nothing() -> None:
    made = Tree([*TREE.accounts[:3], Account("0" * 64, (0,) * 3, (0,) * 3)], 2, 3)
    found = verify({GLOBAL: made.published(), USER: made.user(3)})
    assert any("not of users" in sentence for sentence in found.not_proven)
    assert any("no user's file" in sentence for sentence in found.not_proven)
    made = Tree([*TREE.accounts[:3], Account("0" * 64, (1, 0, 0), (0,) * 3)], 2, 3)
    with pytest.raises(ProofError, match="fills up a batch"):
        verify({GLOBAL: made.published(), USER: made.user(3)})


def test_users_of_two_reports_are_told_apart() -> None:
    with pytest.raises(ProofError, match="lead to two roots"):
        verify({"1_inclusion_proof.json": TREE.user(0), "2_inclusion_proof.json": tree(12).user(0)})
