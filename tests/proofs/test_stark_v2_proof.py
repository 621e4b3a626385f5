"""The plonky2 proof of OKX zk-STARK V2: an honest one, made by OKX's own circuits, and every rule of it broken."""

import copy
import gzip
import json
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from monitor.model import LiabilitiesProof, ProofStatus, Strength
from monitor.proofs import Expected, guide_lines, verify
from monitor.proofs.fields import Fields
from monitor.proofs.scheme import ProofError, UnreadableError
from monitor.proofs.stark_v2 import known, sums
from monitor.proofs.stark_v2.challenges import Challenges, draw
from monitor.proofs.stark_v2.circuit import Circuit, Fri, check_circuit, read_circuit
from monitor.proofs.stark_v2.extension import Element, evaluated, root_of_unity
from monitor.proofs.stark_v2.fri import check_openings
from monitor.proofs.stark_v2.gates import Row, constraints
from monitor.proofs.stark_v2.identity import check_identity
from monitor.proofs.stark_v2.poseidon import ORDER, Hash, hash_elements, permuted
from monitor.proofs.stark_v2.proof import Openings, Proof, read_proof
from monitor.proofs.stark_v2.transcript import Transcript
from tests.support.proof_files import all_held
from tests.support.stark_v2 import as_json, made_up

SET = Path("tests/data/proofs/stark-v2")
GLOBAL = "sum_proof_data.json"
VECTORS = json.loads((SET / "vectors.json").read_text())
Document = dict[str, Any]


@cache
def text(name: str = "") -> bytes:
    return gzip.decompress((SET / name / f"{GLOBAL}.gz").read_bytes())


def document(name: str = "") -> Document:
    read: Document = json.loads(text(name))
    return read


def users(name: str = "") -> Document:
    return {path.name: json.loads(path.read_text()) for path in (SET / name).glob("user*.json")}


def data(made: Document | None = None) -> bytes:
    return bytes.fromhex((made or document())["circuits_info"]["root_verifier_data_hex"])


def judged(files: Document, **expected: Any) -> LiabilitiesProof:
    return verify(all_held(files), Expected(**expected))


_openings_checked = cache(check_openings)


@pytest.fixture(autouse=True)
def _openings_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The very same openings are looked at once, which takes seconds, in whatever files they come."""
    monkeypatch.setattr(sums, "check_openings", _openings_checked)


@cache
def circuit() -> Circuit:
    return read_circuit(data(), "circuit")


@cache
def parts() -> tuple[Proof, Hash, Challenges]:
    made = document()["proof"]
    inputs = hash_elements(made["public_inputs"])
    proof = read_proof(Fields(made["proof"], "proof"), circuit())
    return proof, inputs, draw(circuit(), inputs, proof)


def test_the_honest_proof_verifies_and_its_net_sum_is_the_only_total() -> None:
    found = judged({GLOBAL: document(), **users()})
    assert (found.status, found.reason) == (ProofStatus.BOUND, "")
    assert found.totals == {"net": 501647}
    assert (found.strength, found.report_id) == (Strength.LIMITED, "7001")
    assert "hidden customer's debt" in found.limit
    said = " ".join((*found.proven, *found.not_proven))
    for what in ("of a circuit that nobody here vouches for", "6 of 6 users' files", "each by itself", "in no hash"):
        assert what in said


def test_the_proof_is_proven_where_somebody_vouches_for_its_circuit() -> None:
    found = judged({GLOBAL: document()}, verifier_data=data())
    assert found.status is ProofStatus.PROVEN
    assert "nobody here vouches" not in " ".join((*found.proven, *found.not_proven))
    files = all_held({GLOBAL: document()})
    assert guide_lines(found, files) == ("Total sum and non-negative constraint validation passed",)


def test_the_lines_of_okx_guide_follow_the_judgement() -> None:
    files = {GLOBAL: document(), **users()}
    held = all_held(files)
    total, inclusion = guide_lines(judged(files), held)
    assert total.endswith("passed, of a circuit that nobody here vouches for")
    assert inclusion == "Inclusion constraint validation passed"
    broken = judged(files, root="00" * 32)
    assert [line.split()[-1] for line in guide_lines(broken, held)] == ["failed", "failed"]


def test_another_report_than_was_asked_for_is_refused() -> None:
    made = document()
    made["general"]["round_num"] = 9999  # in no hash: it verifies
    assert judged({GLOBAL: made}).holds
    assert judged({GLOBAL: made}, report_id="7001").status is ProofStatus.INVALID


def test_a_swapped_inner_circuit_cannot_be_seen_and_the_result_says_so() -> None:
    name = "forged/inner-circuit-swapped"
    found = judged({GLOBAL: document(name)})
    assert found.holds
    assert any("which the root circuit does not enforce" in sentence for sentence in found.not_proven)
    found = judged({GLOBAL: document(name), **users(name)})
    assert found.status is ProofStatus.INVALID
    assert "user3_inclusion_proof.json" in found.reason


@pytest.mark.parametrize(
    ("name", "rule"), [("forged/no-queries", "queries=0"), ("forged/own-circuit", "degree_bits: 2 is not a degree")]
)
def test_a_proof_of_a_circuit_that_is_none_of_okx_is_refused(name: str, rule: str) -> None:
    found = judged({GLOBAL: document(name)})
    assert found.status is ProofStatus.INVALID
    assert rule in found.reason
    assert "root_verifier_data_hex" in found.reason


_parsed = cache(document)


def changed(path: tuple[Any, ...], value: Any) -> Document:
    """The honest document with another value in one place; only what leads there is a copy."""
    made = copy.copy(_parsed())
    inner: Any = made
    for key in path[:-1]:
        inner[key] = copy.copy(inner[key])
        inner = inner[key]
    inner[path[-1]] = value(inner[path[-1]]) if callable(value) else value
    return made


_PROOF = ("proof", "proof")
_QUERY = (*_PROOF, "opening_proof", "query_round_proofs", 3)


@pytest.mark.parametrize(
    ("path", "rule"),
    [
        (("proof", "public_inputs", 0), "identity at zeta"),
        (("proof", "public_inputs", 1), "identity at zeta"),
        (("proof", "public_inputs", 4), "identity at zeta"),
        ((*_PROOF, "openings", "wires", 7, 1), "identity at zeta"),
        ((*_PROOF, "openings", "plonk_zs_next", 0, 0), "identity at zeta"),
        ((*_PROOF, "wires_cap", 0, "elements", 2), "identity at zeta"),
        ((*_PROOF, "opening_proof", "pow_witness"), "pow_witness"),
        ((*_PROOF, "opening_proof", "final_poly", "coeffs", 3, 0), "pow_witness"),
        ((*_PROOF, "opening_proof", "commit_phase_merkle_caps", 1, 1, "elements", 0), "pow_witness"),
        ((*_QUERY, "initial_trees_proof", "evals_proofs", 1, 0, 138), "do not lead to the commitment"),  # a salt
        ((*_QUERY, "initial_trees_proof", "evals_proofs", 2, 1, "siblings", 5, "elements", 0), "do not lead"),
        ((*_QUERY, "steps", 1, "merkle_proof", "siblings", 0, "elements", 3), "steps[1]: the opened values"),
        (("root_vd_digest", "elements", 0), "root_vd_digest"),
    ],
    ids=str,
)
def test_a_number_altered_breaks_its_rule(path: tuple[Any, ...], rule: str) -> None:
    found = judged({GLOBAL: changed(path, lambda value: value ^ 1)})
    assert found.status is ProofStatus.INVALID
    assert rule in found.reason


@pytest.mark.parametrize("path", [("proof", "public_inputs", 0), (*_PROOF, "openings", "constants", 0, 0)], ids=str)
def test_a_second_spelling_of_a_number_is_refused(path: tuple[Any, ...]) -> None:
    found = judged({GLOBAL: changed(path, lambda value: value + 2**64 - 2**32 + 1)})
    assert found.status is ProofStatus.INVALID
    assert "is not an element of the field" in found.reason


def test_a_total_beyond_what_the_circuit_keeps_is_refused() -> None:
    found = judged({GLOBAL: changed(("proof", "public_inputs", 0), 2**62 + 300121)})
    assert "is not from 0 to 2^62 - 1" in found.reason


# --- the verifier data -------------------------------------------------------------------------------------------


def test_the_real_rounds_verifier_data_is_known_and_in_order() -> None:
    own = known.of_round(508787475)
    real = read_circuit(own, "known")
    check_circuit(real, "known")
    assert (real.degree_bits, real.digest[0]) == (19, 12334891077924198050)
    assert known.round_of(own) == 508787475
    assert known.of_round(1) == b""


_FRI = circuit().fri
_ALTERED: dict[str, Any] = {
    "cap": (*circuit().cap[:1], (1, 2, 3, 4)),
    "digest": (1, 2, 3, 4),
    "config": (*circuit().config[:7], 0),
    "fri": replace(_FRI, queries=27),
    "params": replace(_FRI, work_bits=15),
    "arities": (4, 4),
    "degree_bits": 16,
    "hiding": 0,
    "selectors": (*circuit().selectors[:-1], 0),
    "groups": ((0, 7), (7, 12), (12, 13)),
    "quotient_degree": 4,
    "constraints": 122,
    "constants": 4,
    "public_inputs": 5,
    "shifts": (*circuit().shifts[:-1], 1),
    "partial_products": 8,
    "gates": (*circuit().gates[:-1], ("Exponentiation", (66,))),
}


@pytest.mark.parametrize("field", _ALTERED)
def test_every_part_of_the_verifier_data_is_held_to_okxs(field: str) -> None:
    with pytest.raises(ProofError):
        check_circuit(replace(circuit(), **{field: _ALTERED[field]}), "circuit")


@pytest.mark.parametrize(
    "part", [replace(_FRI, rate_bits=2), replace(_FRI, cap_height=0), replace(_FRI, strategy=(1, 4, 6))], ids=str
)
@pytest.mark.parametrize("field", ["fri", "params"])
def test_every_part_of_fris_parameters_is_held_to_okxs(field: str, part: Fri) -> None:
    with pytest.raises(ProofError, match=field):
        check_circuit(replace(circuit(), **{field: part}), "circuit")  # type: ignore[arg-type]


def test_a_gate_named_twice_is_refused() -> None:
    gates = (*circuit().gates[:-1], circuit().gates[-1], circuit().gates[-1])
    with pytest.raises(ProofError, match="different gates"):
        check_circuit(replace(circuit(), gates=gates), "circuit")


def test_a_gate_that_no_selector_selects_is_refused() -> None:
    groups = ((0, 7), (6, 11), (12, len(circuit().gates)))
    assert [end - start for start, end in groups] == [end - start for start, end in circuit().groups]
    with pytest.raises(ProofError, match="gates of the selectors"):
        check_circuit(replace(circuit(), groups=groups), "circuit")


@pytest.mark.parametrize(
    ("bits", "rule"),
    [
        (12, "degree_bits"),
        (13, "circuit_digest"),
        (24, "circuit_digest"),
        (25, "degree_bits"),
        (2**64 - 1, "degree_bits"),  # before so many foldings are counted
    ],
)
def test_a_degree_out_of_bounds_is_refused(bits: int, rule: str) -> None:
    arities = (4,) * -(-(min(bits, 99) - 5) // 4)
    with pytest.raises(ProofError, match=rule):
        check_circuit(replace(circuit(), degree_bits=bits, arities=arities), "circuit")


def test_a_commitment_of_another_size_is_refused() -> None:
    with pytest.raises(ProofError, match="hashes of the commitment"):
        check_circuit(replace(circuit(), cap=circuit().cap * 2), "circuit")


def with_group(*gates: int) -> bytes:
    """The verifier data whose last selector selects other gates."""
    last = b"".join(gate.to_bytes(8, "little") for gate in circuit().groups[-1])
    return data().replace(last, b"".join(gate.to_bytes(8, "little") for gate in gates))


@pytest.mark.parametrize(
    ("made", "what"),
    [
        (data()[:-1], "expected a number of 4 bytes"),
        (data() + b"\0", "1 bytes follow"),
        (b"", "byte 0: expected a number"),
        (b"\xff" * 8 + data()[8:], "byte 0: expected a number of 8 bytes up to 8"),
        # a second spelling of the commitment
        (data()[:8] + ORDER.to_bytes(8, "little") + data()[16:], "byte 8: expected a number"),
        (with_group(0, 10**7), "byte 453: expected a number of 8 bytes up to 256"),  # before so many gates are counted
        (with_group(10**7, 0), "byte 445: expected a number of 8 bytes up to 256"),
    ],
)
def test_verifier_data_that_is_none_is_unreadable(made: bytes, what: str) -> None:
    with pytest.raises(UnreadableError, match=what):
        read_circuit(made, "circuit")


def test_a_gate_of_an_unknown_kind_is_unreadable() -> None:
    last = data().rindex((13).to_bytes(4, "little"))
    with pytest.raises(UnreadableError, match="unknown kind 6"):
        read_circuit(data()[:last] + (6).to_bytes(4, "little") + data()[last + 4 :], "circuit")


def test_another_circuit_than_the_pinned_one_is_refused() -> None:
    found = judged({GLOBAL: document()}, verifier_data=known.of_round(508787475))
    assert found.status is ProofStatus.INVALID
    assert "not the verifier data that was given" in found.reason


def test_a_known_round_must_be_of_its_own_circuit() -> None:
    found = judged({GLOBAL: changed(("general", "round_num"), 508787475)})
    assert "not the verifier data of round 508787475" in found.reason


def test_a_known_round_without_verifier_data_is_of_okxs_program(monkeypatch: pytest.MonkeyPatch) -> None:
    own = read_circuit(known.of_round(508787475), "known")
    made = changed(("general", "round_num"), 508787475)
    del made["circuits_info"]
    made["root_vd_digest"] = {"elements": list(own.digest)}
    assert "3 items, not 4" in judged({GLOBAL: made}).reason  # the proof is of a smaller one
    monkeypatch.setattr(sums, "read_proof", lambda *_: parts()[0])
    monkeypatch.setattr(sums, "check_identity", lambda *_: None)
    monkeypatch.setattr(sums, "check_openings", lambda *_: None)
    found = judged({GLOBAL: made})
    assert found.status is ProofStatus.PROVEN
    assert "of OKX's program (round 508787475)" in found.proven[0]


def test_a_file_without_verifier_data_is_verified_with_what_was_given() -> None:
    made = document()
    own = data(made)
    del made["circuits_info"]
    assert "give the circuit's with --verifier-data" in judged({GLOBAL: made}).reason
    assert judged({GLOBAL: made}, verifier_data=own).status is ProofStatus.PROVEN


# --- every step, held to vectors made by OKX's own code ------------------------------------------------------------


def test_hashes_and_challenges_are_okxs() -> None:
    assert permuted([0] * 12) == VECTORS["poseidon"]["zeros"]
    assert list(hash_elements((1, 2, 3))) == VECTORS["hash_no_pad"]["[1,2,3]"]
    transcript = Transcript()
    transcript.observe((1, 2, 3))
    drawn = transcript.draw_many(2)
    transcript.observe((4,))
    assert [*drawn, transcript.draw()] == VECTORS["challenger"]["observe 1,2,3 then draw two, observe 4, draw one"]


def test_the_challenges_of_the_honest_proof_are_those_of_its_prover() -> None:
    _, inputs, drawn = parts()
    expected = VECTORS["honest_small"]
    assert list(inputs) == expected["public_inputs_hash"]
    assert [list(drawn.betas), list(drawn.gammas)] == [expected["betas"], expected["gammas"]]
    assert [list(drawn.alphas), list(drawn.zeta)] == [expected["alphas"], expected["zeta"]]
    assert list(drawn.combination) == expected["fri_alpha"]
    assert [list(each) for each in drawn.folds] == expected["fri_betas"]
    assert (drawn.work, list(drawn.indices)) == (expected["pow_response"], expected["query_indices"])


@pytest.mark.parametrize("vector", VECTORS["gates"], ids=lambda vector: str(vector["gate"]))
def test_every_gate_demands_what_okxs_does(vector: Document) -> None:
    kind, *parameters = vector["gate"]
    if kind == "CosetInterpolation":
        pytest.fail("no circuit of this product has it, so no vector should")
    row = Row([(i + 1, 2 * i + 1) for i in range(135)], [(3, 5), (7, 11)], (9, 8, 7, 6))
    found = constraints("BaseSum" if kind == "BaseSum2" else kind, parameters, row)
    assert len(found) == vector["constraints"]
    assert list(evaluated(found, (2, 3))) == vector["sum c_i*(2+3X)^i"]


# --- dishonest provers: one rule broken, the challenges as if nothing were -----------------------------------------


def shifted(values: tuple[Element, ...], at: int) -> tuple[Element, ...]:
    a, b = values[at]
    return (*values[:at], (a ^ 1, b), *values[at + 1 :])


def alterations() -> Iterator[tuple[str, Openings]]:
    openings = parts()[0].openings
    for name in Openings.__slots__:
        values = getattr(openings, name)
        for at in sorted({0, len(values) // 2, len(values) - 1}):
            yield f"{name}[{at}]", replace(openings, **{name: shifted(values, at)})


@pytest.mark.parametrize("openings", [each for _, each in alterations()], ids=[name for name, _ in alterations()])
def test_made_up_openings_break_the_identity(openings: Openings) -> None:
    _, inputs, drawn = parts()
    with pytest.raises(ProofError, match="identity at zeta"):
        check_identity(circuit(), inputs, openings, drawn, "proof")


def test_the_identity_holds_for_both_challenges_of_the_honest_proof_and_other_inputs_break_it() -> None:
    proof, inputs, drawn = parts()
    check_identity(circuit(), inputs, proof.openings, drawn, "proof")
    with pytest.raises(ProofError, match="identity at zeta"):
        check_identity(circuit(), (1, *inputs[1:]), proof.openings, drawn, "proof")
    for at in range(2):
        alphas = tuple(alpha + (i == at) for i, alpha in enumerate(drawn.alphas))
        with pytest.raises(ProofError, match="identity at zeta"):
            check_identity(circuit(), inputs, proof.openings, replace(drawn, alphas=alphas), "proof")


@pytest.mark.parametrize("zeta", [(1, 0), (root_of_unity(15), 0)])
def test_a_challenge_at_which_any_quotient_would_do_is_refused(zeta: Element) -> None:
    proof, inputs, drawn = parts()
    with pytest.raises(ProofError, match="a point of the trace"):
        check_identity(circuit(), inputs, proof.openings, replace(drawn, zeta=zeta), "proof")


def one_query(number: int = 0) -> tuple[Proof, Challenges]:
    """The proof as if only this place were looked at."""
    proof, _, drawn = parts()
    return replace(proof, queries=(proof.queries[number],)), replace(drawn, indices=(drawn.indices[number],))


@pytest.mark.parametrize("openings", [each for _, each in alterations()], ids=[name for name, _ in alterations()])
def test_openings_that_are_not_of_the_committed_polynomials_are_refused(openings: Openings) -> None:
    proof, drawn = one_query()
    check_openings(circuit(), proof, drawn, "proof")
    with pytest.raises(ProofError, match="steps"):
        check_openings(circuit(), replace(proof, openings=openings), drawn, "proof")


def committed(values: tuple[Element, ...], path: tuple[Hash, ...], index: int) -> tuple[Hash, Hash]:
    """A cap that the leaf of these values leads to."""
    node = hash_elements([part for value in values for part in value])
    for sibling in path:
        node = hash_elements((*sibling, *node) if index & 1 else (*node, *sibling))
        index >>= 1
    return node, node


@pytest.mark.parametrize("step", range(3))
def test_a_wrong_fold_is_refused_though_every_leaf_is_committed_to(step: int) -> None:
    proof, drawn = one_query(2)
    index = drawn.indices[0] >> 4 * step
    fold = proof.queries[0].folds[step]
    forged = replace(fold, values=shifted(fold.values, (index + 1) % 16))
    folds = tuple(forged if i == step else each for i, each in enumerate(proof.queries[0].folds))
    cap = committed(forged.values, forged.path, index >> 4)
    made = replace(
        proof,
        queries=(replace(proof.queries[0], folds=folds),),
        folds=tuple(cap if i == step else each for i, each in enumerate(proof.folds)),
    )
    rule = "final_poly" if step == 2 else rf"steps\[{step + 1}\]: evals"
    with pytest.raises(ProofError, match=rule):
        check_openings(circuit(), made, drawn, "proof")
    with pytest.raises(ProofError, match=rf"steps\[{step}\]: the opened values"):
        check_openings(circuit(), replace(made, folds=proof.folds), drawn, "proof")


def test_another_last_polynomial_is_refused() -> None:
    proof, drawn = one_query(5)
    with pytest.raises(ProofError, match="final_poly"):
        check_openings(circuit(), replace(proof, final=shifted(proof.final, 3)), drawn, "proof")


@pytest.mark.parametrize("tree", range(4))
def test_opened_values_must_be_those_committed_to(tree: int) -> None:
    proof, drawn = one_query(7)
    trees = list(proof.queries[0].trees)
    trees[tree] = replace(trees[tree], values=(trees[tree].values[0] ^ 1, *trees[tree].values[1:]))
    made = replace(proof, queries=(replace(proof.queries[0], trees=tuple(trees)),))
    with pytest.raises(ProofError, match="initial_trees_proof"):
        check_openings(circuit(), made, drawn, "proof")


def test_a_proof_without_work_is_refused() -> None:
    proof, drawn = one_query()
    with pytest.raises(ProofError, match="took no work"):
        check_openings(circuit(), proof, replace(drawn, work=1 << 48), "proof")


def test_made_up_polynomials_whose_openings_hold_break_the_circuits_rules() -> None:
    """A dishonest prover with challenges of its own proof: all that is left against it is the identity."""
    forged = made_up(read_circuit(known.of_round(508787475), "known"))
    check_circuit(forged.circuit, "forged")
    proof = read_proof(Fields(json.loads(json.dumps(as_json(forged.proof))), "proof"), forged.circuit)
    assert proof == forged.proof
    some = replace(proof, queries=proof.queries[:2])
    drawn = replace(forged.drawn, indices=forged.drawn.indices[:2])
    check_openings(forged.circuit, some, drawn, "proof")
    with pytest.raises(ProofError, match="identity at zeta"):
        check_identity(forged.circuit, forged.inputs, proof.openings, forged.drawn, "proof")
    for openings in (shifted(proof.openings.wires, 3), shifted(proof.openings.wires, 130)):
        other = replace(some, openings=replace(proof.openings, wires=openings))
        with pytest.raises(ProofError, match=r"steps\[0\]"):
            check_openings(forged.circuit, other, drawn, "proof")


def test_no_challenge_can_be_chosen_by_the_prover() -> None:
    """Whatever the prover says is in the transcript before anything is drawn that depends on it."""
    forged = made_up(circuit())
    proof, inputs, own = forged.proof, forged.inputs, draw(forged.circuit, forged.inputs, forged.proof)
    bent: Hash = (5, 6, 7, 8)
    before = ("betas", "gammas", "alphas", "zeta", "combination", "folds", "indices")
    openings = proof.openings
    for changed, first in (
        (replace(proof, wires=(bent, bent)), "betas"),
        (replace(proof, zs=(bent, bent)), "alphas"),
        (replace(proof, quotients=(bent, bent)), "zeta"),
        (replace(proof, openings=replace(openings, zs_next=shifted(openings.zs_next, 1))), "combination"),
        (replace(proof, openings=replace(openings, quotients=shifted(openings.quotients, 15))), "combination"),
        (replace(proof, folds=((bent, bent), *proof.folds[1:])), "folds"),
        (replace(proof, final=shifted(proof.final, 0)), "indices"),
        (replace(proof, witness=1), "indices"),
    ):
        other = draw(forged.circuit, inputs, changed)
        at = before.index(first)
        assert [getattr(other, name) for name in before[:at]] == [getattr(own, name) for name in before[:at]]
        assert all(getattr(other, name) != getattr(own, name) for name in before[at:])
    last = replace(proof, folds=(*proof.folds[:-1], (bent, bent)))
    assert draw(forged.circuit, inputs, last).folds[-1] != own.folds[-1]
    for circuit_, hashed in ((replace(forged.circuit, digest=bent), inputs), (forged.circuit, bent)):
        assert draw(circuit_, hashed, proof).betas != own.betas


# --- files out of form ---------------------------------------------------------------------------------------------


def shapes(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """One path for each place of the document's form: of lists the first and last item."""
    if path:
        yield path
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from shapes(inner, (*path, key))
    elif isinstance(value, list):
        for at in sorted({0, len(value) - 1}) if value else ():
            yield from shapes(value[at], (*path, at))


def at(made: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        made = made[key]
    return made


def once(paths: Iterator[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """One of those that differ in their numbers only."""
    return list({tuple(0 if isinstance(key, int) else key for key in path): path for path in paths}.values())


_DEEP: Any = []
for _ in range(100):
    _DEEP = [_DEEP]


@pytest.mark.parametrize(
    "path", [path for path in once(shapes(document())) if "circuit_config" not in str(path)], ids=str
)
def test_every_field_out_of_form_is_refused_without_a_crash(path: tuple[Any, ...]) -> None:
    old = at(_parsed(), path)
    others: list[Any] = [None, -1, 2**64, 10**90, "x", [], {}, _DEEP, True]
    if isinstance(old, list):
        others += [old[:-1], [*old, *old[:1]], [*old, None]]
    for value in others:
        made = changed(path, value)
        if path[:2] == _PROOF and path != _PROOF:  # quicker, without the whole of it written and read again
            with pytest.raises(ProofError, match=str(path[2])):
                read_proof(Fields(made["proof"]["proof"], "proof"), circuit())
            continue
        found = judged({GLOBAL: made})
        assert found.status in {ProofStatus.INVALID, ProofStatus.UNREADABLE}, (path, value)
        assert found.reason


def test_a_field_more_anywhere_in_the_proof_is_refused() -> None:
    paths = [path for path in once(shapes(document())) if path[:2] == _PROOF and isinstance(at(_parsed(), path), dict)]
    assert len(paths) > 9
    for path in paths:
        made = changed(path, {**at(_parsed(), path), "more": 1})
        with pytest.raises(UnreadableError, match="unknown field 'more'"):
            read_proof(Fields(made["proof"]["proof"], "proof"), circuit())
