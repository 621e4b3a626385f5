"""Reports proven from generated users: honest ones are accepted, dishonest ones refused, where the scheme allows it."""

import copy
import random
from decimal import Decimal
from functools import cache
from typing import Any

import pytest

from monitor.model import ProofStatus
from monitor.proofs.executors import InProcess
from monitor.proofs.scheme import Expected, ProofError
from monitor.proofs.stark_v1 import SCHEME, hashing
from monitor.proofs.stark_v1.documents import TRUNK_ROWS, Config
from monitor.proofs.stark_v1.sums import Part
from monitor.proofs.stark_v1.sums import prove as verify_part
from tests.support.proof_files import all_held, held
from tests.support.stark_v1 import Proof, Report, User, batch_user, config_document, prove, report

CONFIG = Config(("BTC", "ETH", "XRP"), 2)


@pytest.fixture(autouse=True)
def _little_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """The proof of work would take a second for each proof; test_stark_v1_alterations.py holds it to its real size."""
    monkeypatch.setattr(hashing, "WORK_BITS", 4)


def users(seed: int, count: int) -> list[User]:
    drawn = random.Random(seed)
    return [User(drawn.getrandbits(256), tuple(drawn.randrange(10**6) for _ in CONFIG.coins)) for _ in range(count)]


@cache
def honest() -> Report:
    return report(CONFIG, {"a0": users(1, 3), "a1": [*users(2, 1), User(7, (50, -20, 0))], "b0": users(3, 1)})


@cache
def batch(seed: int, uts: int = 16) -> Proof:
    return prove(CONFIG, users(seed, 2), uts)


def published(batches: dict[str, Proof], trunk: Proof) -> dict[str, Any]:
    return Report(CONFIG, batches, trunk).documents()


def verify(documents: dict[str, Any]) -> None:
    SCHEME.verify(all_held(documents), Expected(), InProcess())


def checked(proof: Proof, uts: int) -> None:
    verify_part(Part("a0", held("sum_proof.json", proof.document), held("sum_values.json", proof.sums), CONFIG, (uts,)))


def test_an_honest_report_is_proven_with_its_totals() -> None:
    made = honest()
    documents = made.documents()
    for name, count in (("a0", 3), ("a1", 2), ("b0", 1)):
        for i in range(count):
            documents[f"{name}_{i}_inclusion_proof.json"] = made.inclusion(name, i)
    found = SCHEME.verify(all_held(documents), Expected(), InProcess())
    everybody = [user for proof in made.batches.values() for user in proof.users]
    assert found.status is ProofStatus.PROVEN
    assert found.totals == {
        coin: Decimal(sum(user.coins[i] for user in everybody)) for i, coin in enumerate(CONFIG.coins)
    }
    assert not [sentence for sentence in found.not_proven if "names the roots" in sentence]


@pytest.mark.parametrize(("uts", "count"), [(16, 1), (16, 7), (16, 8), (32, 2)])
def test_honest_batches_of_any_size_are_accepted(uts: int, count: int) -> None:
    checked(prove(CONFIG, users(uts + count, count), uts), uts)


@pytest.mark.parametrize(
    ("bent", "rule"),
    [
        (0, "the lowest row of a user's net value is not 0"),
        (1, "a net value is not built of digits 0 to 3"),
        (2, "the running total of total_value is not that of the users"),
        (3, "the running total of total_value does not end at the stated sum"),
        (4, "the running total of BTC is not that of the users"),
        (5, "the running total of BTC does not end at the stated sum"),
        (6, "the running total of ETH is not that of the users"),
        (7, "the running total of ETH does not end at the stated sum"),
        ("combined", "the random combination committed to is not that of the opened row"),
        ("degree", "the values are not those of a polynomial of degree below"),
        ("fold", "the value is not the fold of its four"),
        ("final", "the values do not hash to the root of the fold before"),
        ("unreduced", "a number is not below the field's prime"),
    ],
)
def test_a_prover_who_breaks_one_rule_alone_is_refused_by_it(bent: int | str, rule: str) -> None:
    with pytest.raises(ProofError, match=rule):
        checked(prove(CONFIG, users(11, 3), 16, bent=bent), 16)


@pytest.mark.parametrize(
    ("path", "rule"),
    [
        (("mtree_entries_data", 1, 2), "does not hash to its leaf"),  # an id, which no rule is about
        (("mtree_branches", 0, 1), "json: mtree_branches: "),
        (("l_mtree_branches", 0, 1), "l_mtree_branches: "),
        (("low_degree_proof", 0, 1, 0, 1), r"low_degree_proof\[0\]\[1\]: "),
        (("low_degree_proof", 0, 2, 0, 1), r"low_degree_proof\[0\]\[2\]: "),
    ],
    ids=str,
)
def test_what_is_opened_must_be_what_was_committed_to(path: tuple[Any, ...], rule: str) -> None:
    made = copy.deepcopy(batch(13))
    *way, last = path
    inner: Any = made.document
    for key in way:
        inner = inner[key]
    inner[last] = "11" * 32
    with pytest.raises(ProofError, match=rule):
        checked(made, 16)


def test_a_prover_who_does_too_little_work_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    made = batch(13)  # with little work, before more is asked for
    monkeypatch.setattr(hashing, "WORK_BITS", 64)
    with pytest.raises(ProofError, match="pow_nonce: the proof of work"):
        checked(made, 16)


def test_a_user_below_zero_is_refused() -> None:
    with pytest.raises(ProofError):
        checked(prove(CONFIG, [*users(4, 2), User(1, (5, -10, 0))], 16), 16)


def test_a_net_value_beyond_what_the_rows_can_hold_is_refused() -> None:
    with pytest.raises(ProofError):
        checked(prove(CONFIG, [User(1, (4**14, 0, 0))], 16), 16)


def test_sums_that_are_not_the_users_are_refused() -> None:
    proof = batch(5)
    sums = {**proof.sums, "BTC": proof.sums["BTC"] - 1, "XRP": proof.sums["XRP"] + 1}
    values, document = held("sum_values.json", sums), held("sum_proof.json", proof.document)
    with pytest.raises(ProofError, match="running total of BTC"):
        verify_part(Part("a0", document, values, CONFIG, (16,)))


def test_rows_enough_to_write_a_negative_number_are_refused_though_all_else_holds() -> None:
    forged = prove(CONFIG, [User(1, (10**6, 0, 0)), User(2, (-(10**6) + 1, 0, 0))], 128)
    checked(forged, 128)  # as OKX's validator would: the negative user has passed
    with pytest.raises(ProofError, match="rows per user"):
        checked(forged, 16)


def shown_leaves(first: int, second: int) -> dict[str, Any]:
    """An honest batch of 300 in which two users are shown leaves that were put where the sum proof does not look."""
    leaves = {0: User(10, (first, 0, 0)), 1: User(11, (second, 0, 0))}
    made = report(CONFIG, {"a0": [User(10 + i, (100, 0, 0)) for i in range(3)]}, {"a0": leaves})
    return {**made.documents(), **{f"{i}_inclusion_proof.json": made.inclusion("a0", i) for i in leaves}}


def test_users_who_have_more_together_than_their_batch_are_refused() -> None:
    verify(shown_leaves(150, 150))  # what the scheme cannot see
    with pytest.raises(ProofError, match="with it, the given users of batch 0 have 301, more than the 300"):
        verify(shown_leaves(150, 151))
    with pytest.raises(ProofError, match="301 is more than the 300 of the whole batch"):
        verify(shown_leaves(301, 0))


def padded(*users: User) -> dict[str, Any]:
    made = report(CONFIG, {"a0": users})
    return {**made.documents(), **{f"{i}_inclusion_proof.json": made.inclusion("a0", i) for i in range(len(users))}}


def test_padding_is_no_user() -> None:
    files = padded(User(10, (100, 0, 0)), User(0, (0, 0, 0)), User(0, (0, 0, 0)))
    found = SCHEME.verify(all_held(files), Expected(), InProcess())
    assert any("the leaf of user" in sentence for sentence in found.proven)
    assert any("1_inclusion_proof.json, 2_inclusion_proof.json: of entries" in each for each in found.not_proven)
    del files["0_inclusion_proof.json"]
    found = SCHEME.verify(all_held(files), Expected(), InProcess())
    assert any("no user's inclusion file" in each for each in found.not_proven)
    with pytest.raises(ProofError, match="no user's file"):
        SCHEME.verify(all_held(files), Expected(user="00" * 32), InProcess())


def test_padding_that_holds_something_is_refused() -> None:
    with pytest.raises(ProofError, match="fills up a batch"):
        verify(padded(User(0, (100, -100, 0)), User(5, (100, 103, 0))))


def test_a_batch_of_the_other_kind_of_rows_is_refused() -> None:
    with pytest.raises(ProofError, match="rows per user"):
        verify(published({"a0": batch(6, 32)}, prove(CONFIG, [batch_user(batch(6, 32))], TRUNK_ROWS)))


def test_a_hidden_negative_coin_passes_and_the_result_says_so() -> None:
    hidden = [*users(8, 2), User(0, (-5, 0, 5))]
    first = prove(CONFIG, hidden, 16)
    found = SCHEME.verify(
        all_held(published({"a0": first}, prove(CONFIG, [batch_user(first)], TRUNK_ROWS))), Expected(), InProcess()
    )
    assert any("hidden user with a negative coin" in sentence for sentence in found.not_proven)


def test_foldings_made_to_fit_where_they_are_looked_at_pass_and_the_result_says_so() -> None:
    ledger = [User(1, (100, 0, 0)), User(2, (-90, 0, 0)), User(3, (5, 0, 0))]
    with pytest.raises(ProofError, match="the values are not those of a polynomial"):
        checked(prove(CONFIG, ledger, 16), 16)
    forged = prove(CONFIG, ledger, 16, bent="later")
    trunk = prove(CONFIG, [batch_user(forged)], TRUNK_ROWS)
    found = SCHEME.verify(all_held(published({"a0": forged}, trunk)), Expected(), InProcess())
    assert found.totals["BTC"] == 15
    assert any("that made-up sums can pass at no cost" in sentence for sentence in found.not_proven)
    assert any("add up to 15, unless the prover made up the foldings" in sentence for sentence in found.proven)
    assert "at no cost" in SCHEME.limit


def test_a_net_value_that_is_not_the_coins_is_refused_where_the_sums_show_it() -> None:
    forged = prove(CONFIG, users(9, 2), 16, nets=[1, 1])
    with pytest.raises(ProofError, match="add up"):
        checked(forged, 16)


def test_a_trunk_of_other_batches_with_the_same_sum_is_refused() -> None:
    first, second = batch(10), batch(11)
    forged = [User(1, tuple(a + b for a, b in zip(first.totals, second.totals, strict=True))), User(2, (0, 0, 0))]
    for entries in (forged, [batch_user(second), batch_user(first)]):
        with pytest.raises(ProofError, match="not those published"):
            verify(published({"a0": first, "a1": second}, prove(CONFIG, entries, TRUNK_ROWS)))


def test_a_trunk_with_a_batch_more_or_less_is_refused() -> None:
    first, second = batch(10), batch(11)
    with pytest.raises(ProofError, match="batches add up"):
        verify(published({"a0": first}, prove(CONFIG, [batch_user(first), batch_user(second)], TRUNK_ROWS)))
    with pytest.raises(ProofError):
        verify(published({"a0": first, "a1": second}, prove(CONFIG, [batch_user(first)], TRUNK_ROWS)))


def test_more_batches_than_the_trunk_has_room_for_are_refused() -> None:
    first, empty = batch(10), prove(CONFIG, [User(1, (0, 0, 0))], 16)
    with pytest.raises(ProofError, match="room for 1"):
        verify(published({"a0": first, "a1": empty}, prove(CONFIG, [batch_user(first)], TRUNK_ROWS)))


def test_a_trunk_that_counts_a_batch_twice_is_refused() -> None:
    first = batch(10)
    trunk = prove(CONFIG, [batch_user(first)] * 2, TRUNK_ROWS)
    with pytest.raises(ProofError, match="again"):
        verify(published({"a0": first, "a1": first}, trunk))


def test_an_inclusion_file_of_another_report_is_refused() -> None:
    made, other = honest(), Report(CONFIG, {"a0": batch(12)}, prove(CONFIG, [batch_user(batch(12))], TRUNK_ROWS))
    foreign = other.inclusion("a0", 0)
    SCHEME.verify([held("inclusion_proof.json", foreign)], Expected(), InProcess())
    with pytest.raises(ProofError, match="trunk_mtree_root"):
        verify({**made.documents(), "inclusion_proof.json": foreign})


def test_an_inclusion_file_with_a_configuration_of_its_own_is_refused() -> None:
    made = honest()
    document = {**made.inclusion("a0", 0), "config": {**config_document(CONFIG), "main_coins_num": 3}}
    with pytest.raises(ProofError, match="config"):
        verify({**made.documents(), "inclusion_proof.json": document})


def test_a_trunk_entry_that_is_not_the_batchs_root_is_refused_by_its_inclusion_file() -> None:
    first = batch(10)
    made = Report(CONFIG, {"a0": first}, prove(CONFIG, [User(1234, first.totals)], TRUNK_ROWS))
    with pytest.raises(ProofError, match=r"merkle_path\[0\]"):
        verify({**made.documents(), "inclusion_proof.json": made.inclusion("a0", 0)})


def test_an_inclusion_file_below_zero_is_refused_though_its_path_holds() -> None:
    forged = prove(CONFIG, [User(1, (10, -30, 0))], 16)
    made = Report(CONFIG, {"a0": forged}, prove(CONFIG, [User(int.from_bytes(forged.root), (0, 0, 0))], TRUNK_ROWS))
    with pytest.raises(ProofError, match="total_value"):
        SCHEME.verify([held("inclusion_proof.json", made.inclusion("a0", 0))], Expected(), InProcess())
