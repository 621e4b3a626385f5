"""Whole reports of every version of the Groth16 family, honest and forged (tests/data/proofs/groth16-sets)."""

import base64
import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from py_ecc.optimized_bn128.optimized_curve import add, field_modulus, neg, normalize

from monitor.model import LiabilitiesProof, ProofStatus, Strength
from monitor.proofs import Expected, verify
from monitor.proofs.executors import InProcess
from monitor.proofs.groth16 import fast, published
from monitor.proofs.groth16.batches import read_batches
from monitor.proofs.groth16.curve import SIZE, g1, g2, point1
from monitor.proofs.groth16.forms import Form, Space, empty_root
from monitor.proofs.groth16.keys import Key, Proof, read_key, read_proof
from monitor.proofs.groth16.pairing import combined_input, hashed, negated, verifies
from monitor.proofs.groth16.poseidon import hash_elements
from monitor.proofs.groth16.proofs import key_of
from monitor.proofs.groth16.published import check_chain, read_sums
from monitor.proofs.groth16.units import unit
from monitor.proofs.scheme import ProofError, UnreadableError
from tests.support.groth16 import table, verify_once
from tests.support.proof_files import all_held, bytes_below, held

SETS = Path("tests/data/proofs/groth16-sets")
GATE = bytes_below(Path("tests/data/proofs/gate-2025-07"))


def honest(name: str) -> dict[str, Any]:
    return bytes_below(SETS / "honest" / name)


def judged(files: dict[str, Any], user: str = "") -> LiabilitiesProof:
    return verify(all_held(files), Expected(user=user))


def forged(name: str) -> dict[str, Any]:
    """What was altered, in the place of the honest files; of the users, the first one."""
    start = "-".join(name.split("-")[:2])
    whole = {file: text for file, text in honest(start).items() if "user" not in file or file.startswith("user_0")}
    return {**whole, **bytes_below(SETS / "forged" / name)}


@pytest.fixture(autouse=True)
def _once(monkeypatch: pytest.MonkeyPatch) -> None:
    verify_once(monkeypatch)


def test_poseidon_takes_in_twelve_or_sixteen_at_a_time() -> None:
    assert hash_elements((1, 2)) == 0x0FCA49B798923AB0239DE1C9E7A4A9A2210312B6A2F616D18B5A87F9B628AE29
    thirteen = range(1, 14)
    assert hash_elements(thirteen, 12) == 0x04EA9108A1551C780A7408570BDEAA3A0294B01F21198B72FF01545A60DA677F
    assert hash_elements(thirteen, 16) == 0x03C79AE129BDB21FA71F5499DBF1E9682E682C87C34EF409BCB3C0AB6DDDC42E


@pytest.mark.parametrize(
    ("form", "space", "root"),
    [
        (Form.PRICED, Space(350, 12), "0118925954da77d1a4b241fd163e4373e2265c515cfa60af7fcd28c8cb9ad58a"),
        (Form.PRICED, Space(350, 16), "0e85b74bfd43747cb5e18ecb067727243f2e919a91ef69d86b5a27ed74bea7c2"),
        (Form.PRICED, Space(800, 12), "037bf6d8fe5b7cbaecf7b35604b57f82173f5c8155c1c750cef00afebcd65436"),
        (Form.COLLATERAL, Space(500, 12), "08696bfcb563a2ee4dde9e1dbd34f68d3f4643df6e3709cdb1855c9f886240c7"),
        (Form.BALANCE, Space(174, 12), "2787c6e55c2da2a73e57628e70386add83fd42cb4da4c401269381e918944558"),
    ],
    ids=str,
)
def test_the_tree_of_nobody_has_the_root_that_the_programs_begin_with(form: Form, space: Space, root: str) -> None:
    assert empty_root(form, space) == int(root, 16)


def test_binances_report_of_2023_is_honest() -> None:
    found = judged(honest("two-roots"))
    assert found.status is ProofStatus.PROVEN
    assert (found.strength, "made them alone" in found.limit or "alone" in found.limit) == (Strength.LIMITED, True)
    assert found.totals == {
        "btc": Decimal("12.81415926"),
        "eth": Decimal("44.71827182"),
        "usdt": Decimal(8),
        "shib": Decimal(77),
        "sol": Decimal("980.00000005"),
    }
    assert any("4 of 4 users' files" in sentence for sentence in found.proven)
    assert not any("fill up a batch" in sentence for sentence in found.not_proven)


def test_the_form_with_collateral_is_recomputed() -> None:
    found = judged(honest("one-root"))
    assert found.status is ProofStatus.PROVEN
    assert any("3 of 3 Groth16 proofs verify" in sentence for sentence in found.proven)
    assert (found.totals["btc"], found.totals["shib"]) == (Decimal("29.66"), Decimal("98.99"))
    assert any("5 of 5 users' files" in sentence for sentence in found.proven)


def test_gates_example_of_2025_is_honest() -> None:
    found = judged(GATE)
    assert found.holds
    assert len(found.totals) > 400
    assert "babydoge" not in found.totals
    unclear = next(sentence for sentence in found.not_proven if "whole coins of" in sentence)
    assert ("babydoge" in unclear, "btc" in unclear) == (True, False)
    assert not any("debts are real" in sentence for sentence in found.not_proven)  # it has none


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("one-root-b-outside-subgroup", "subgroup"),
        ("one-root-commitment-left-out", "324 bytes"),
        ("one-root-commitments-made-up", "is not one of this batch_commitment"),
        ("one-root-proof-a-and-c-swapped", "is not one of this batch_commitment"),
        ("one-root-proof-trailing-bytes", "393 bytes"),
        ("two-roots-proof-trailing-bytes", "261 bytes"),
        ("two-roots-proofs-of-two-batches-swapped", "is not one of this batch_commitment"),
        ("one-root-account-gap", "min_account_index: 3 after 1"),
        ("one-root-batch-twice", "not the sums that batch 2 leaves"),
        ("one-root-collateral-altered", "not the sums that the last batch"),
        ("one-root-first-account-left-out", "does not begin with account 0"),
        ("one-root-last-batch-removed", "not the sums that the last batch"),
        ("one-root-total-lowered", "not the sums that the last batch"),
        ("one-root-user-balance-altered", "does not lead from the fields to the root"),
        ("one-root-user-index-altered", "does not lead from the fields to the root"),
        ("one-root-user-path-altered", "does not lead from the fields to the root"),
        ("two-roots-batch-twice", "not the root that batch 1 leaves"),
        ("two-roots-root-second-spelling", "is not an element of the field"),
        ("two-roots-total-lowered", "not the sums that the last batch"),
        ("two-roots-user-balance-altered", "does not lead from the fields to the root"),
        ("two-roots-user-index-altered", "does not lead from the fields to the root"),
        ("two-roots-user-path-altered", "does not lead from the fields to the root"),
    ],
)
def test_a_forged_report_is_invalid_for_the_rule_that_it_breaks(
    name: str, rule: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(published, "MOST_ASSETS", 60)  # of 1000 rooms that take seconds to be tried
    found = judged(forged(name))
    assert found.status is ProofStatus.INVALID
    assert rule in found.reason


def test_users_with_more_of_an_asset_than_all_together_are_refused() -> None:
    found = judged(forged("two-roots-commitments-made-up"))
    assert "all together hold" in found.reason


def test_made_up_sums_are_refused_by_the_proofs_too() -> None:
    files = forged("two-roots-commitments-made-up")
    del files["user_0_config.json"]
    found = judged(files)
    assert found.status is ProofStatus.INVALID
    assert "is not one of this batch_commitment" in found.reason


def test_keys_whose_secret_is_known_prove_anything_and_the_result_says_so() -> None:
    files = {name: data for name, data in forged("two-roots-setup-known").items() if "user" not in name}
    found = judged(files)
    assert found.status is ProofStatus.PROVEN
    assert found.strength is Strength.LIMITED
    assert any("whoever has it can prove any total" in sentence for sentence in found.not_proven)
    assert found.circuit != judged(honest("two-roots")).circuit


def test_without_the_key_the_proofs_are_not_verified() -> None:
    files = {name: data for name, data in honest("two-roots").items() if "vk" not in name}
    found = judged(files)
    assert found.status is ProofStatus.BOUND
    assert any("verifying key" in sentence for sentence in found.not_proven)
    assert any("debts are real" in sentence for sentence in found.not_proven)
    assert not any("proofs verify" in sentence for sentence in found.proven)


def test_a_key_beside_a_user_alone_verifies_nothing() -> None:
    files = honest("two-roots")
    found = judged({name: files[name] for name in (KEY, "user_0_config.json")})
    assert (found.status, found.circuit) == (ProofStatus.BOUND, "")


KEY, COMMITTED = "zkpor2.vk.save", "zkpor50_2.vk"


def first(name: str) -> tuple[Key, Proof, int]:
    files = honest(name)
    key = KEY if name == "two-roots" else COMMITTED
    row = next(csv.DictReader(io.StringIO(files["proof.csv"].decode())))
    proof = read_proof(base64.b64decode(row["proof_info"]), "row")
    return read_key(held(key, files[key])), proof, int.from_bytes(base64.b64decode(row["batch_commitment"]))


def test_the_commitments_hash_is_gnarks() -> None:
    _, proof, _ = first("one-root")
    assert proof.commitment
    point = proof.commitment[0]
    assert point[0] == 21490843851035899069723354410060285976372482254366762001662665010904138846287
    assert hashed(point) == 14670633577476847879489129611750570527900606051895763202505554849433831096844


def test_every_part_of_the_equation_counts() -> None:
    key, proof, commitment = first("one-root")
    assert verifies(key, proof, commitment)
    assert not verifies(key, proof, commitment + 1)
    assert proof.commitment
    assert key.commitment
    for other in (
        replace(proof, a=negated(proof.a)),
        replace(proof, c=negated(proof.c)),
        replace(proof, commitment=(negated(proof.commitment[0]), proof.commitment[1])),
        replace(proof, commitment=(proof.commitment[0], negated(proof.commitment[1]))),  # of knowledge
        replace(proof, commitment=None),
    ):
        assert not verifies(key, other, commitment)
    assert not verifies(replace(key, commitment=None, inputs=key.inputs[:2]), proof, commitment)
    # What was made so that its sum is the point at infinity, which no pairing takes.
    combined = combined_input(key, proof, commitment)
    assert combined
    x, y = normalize(add(point1(key.inputs[0]), neg(point1(combined))))
    assert not verifies(replace(key, inputs=((int(x), int(y)), *key.inputs[1:])), proof, commitment)
    made = replace(proof, commitment=(negated(key.inputs[0]), proof.commitment[1]))
    assert not fast.verifies(key, made, commitment, "row")


@pytest.mark.parametrize("name", [KEY, COMMITTED])
def test_a_key_out_of_form_is_refused(name: str) -> None:
    data = honest("two-roots" if name == KEY else "one-root")[name]
    start = 264 if name == KEY else 0  # Binance's key of 2023 begins with zeros, and ends with what is no part of it
    count = start + 288
    for made, rule in (
        (data[: start + 300], "are too few for a verifying key"),
        (data[start:] if name == KEY else data[:-1], "bytes follow the key" if name == KEY else "are too few"),
        (data[:start] + bytes([data[start] & 0x3F]) + data[start + 1 :], "of another form"),  # not compressed
        (data[:start] + bytes([0x40, *([0] * 31)]) + data[start + 32 :], "the point at infinity"),
        (data[:start] + bytes([data[start] | 0x3F, *([255] * 31)]) + data[start + 32 :], "not an element of the field"),
        (data[: count + 3] + bytes([9]) + data[count + 4 :], "a key for 8 public inputs, not 1 or 2"),
        (data[: count + 3] + bytes([1]) + data[count + 4 :], "a key for 0 public inputs"),
    ):
        with pytest.raises(ProofError, match=rule):
            read_key(held(name, made))


def test_a_key_or_a_proof_of_another_number_of_commitments_is_refused() -> None:
    files = honest("one-root")
    key = files[COMMITTED]
    read_key(held(COMMITTED, key))
    for at in (388, 392, 396):
        with pytest.raises(UnreadableError, match="byte 388: not one commitment to no public input"):
            read_key(held(COMMITTED, key[: at + 3] + bytes([key[at + 3] ^ 1]) + key[at + 4 :]))
    row = next(csv.DictReader(io.StringIO(files["proof.csv"].decode())))
    proof = base64.b64decode(row["proof_info"])
    with pytest.raises(ProofError, match="proof_info: not one commitment"):
        read_proof(proof[:259] + b"\2" + proof[260:], "row")


def test_a_point_off_the_curve_is_refused() -> None:
    files = honest("two-roots")
    row = next(csv.DictReader(io.StringIO(files["proof.csv"].decode())))
    data = bytearray(base64.b64decode(row["proof_info"]))
    for at in (63, 191, 255):
        bent = bytearray(data)
        bent[at] ^= 1
        with pytest.raises(ProofError, match="not a point of the curve"):
            read_proof(bytes(bent), "row")
    for size in (0, 255, 257, 388):
        with pytest.raises(ProofError):
            read_proof(bytes(size), "row")


def test_a_coordinate_has_one_spelling() -> None:
    row = next(csv.DictReader(io.StringIO(honest("two-roots")["proof.csv"].decode())))
    data = base64.b64decode(row["proof_info"])
    numbers = [int.from_bytes(data[at : at + SIZE]) + field_modulus for at in range(0, len(data), SIZE)]
    spelt = [(at * SIZE, number) for at, number in enumerate(numbers) if number < 1 << 254]  # two bits are the form
    spelt.append((0, field_modulus))
    assert spelt
    for at, number in spelt:
        with pytest.raises(ProofError, match="a coordinate is not an element of the field"):
            read_proof(data[:at] + number.to_bytes(SIZE) + data[at + SIZE :], "row")
    with pytest.raises(ProofError, match="of another form than expected"):
        read_proof(bytes([data[0] | 0x80]) + data[1:], "row")


def decisive1(data: bytes) -> int:
    return g1(data, "here", compressed=True)[1]


def decisive2(data: bytes) -> int:
    return g2(data, "here", compressed=True, subgroup=False)[1][1]


@pytest.mark.parametrize("read", [decisive1, decisive2])
def test_a_compressed_point_is_on_the_side_that_it_names_or_refused(read: Callable[[bytes], int]) -> None:
    faults, found = set(), 0
    for x in range(40):  # half of them have a root; one lies between a third and a half of the field
        data = x.to_bytes(SIZE - 1 if read is decisive1 else 2 * SIZE - 1)
        try:
            smaller, larger = read(b"\x80" + data), read(b"\xc0" + data)
        except ProofError as error:
            faults.add(str(error))
            continue
        assert 2 * smaller < field_modulus == smaller + larger
        if read is decisive2 and not found:
            with pytest.raises(ProofError, match="outside the subgroup"):  # unless it is told to be looked at later
                g2(b"\x80" + data, "here", compressed=True)
        found += 1
    assert found > 4
    assert any("no" in fault and "of the curve" in fault for fault in faults), faults


def test_each_batch_is_verified_with_the_key_of_its_users() -> None:
    files = honest("one-root")
    second = files["zkpor50_2.vk"]
    found = judged({**files, "zkpor500_2.vk": second})
    assert found.status is ProofStatus.PROVEN
    assert "zkpor500" not in "".join(found.proven)  # which nothing was verified with
    assert found.circuit == judged(files).circuit
    table = files["proof.csv"].decode().replace(",50\n", ",51\n").replace(",50\r\n", ",51\r\n")
    for more in ({"zkpor500_2.vk": second}, {}):  # one of two keys was given, and the report is not at fault
        found = judged({**files, **more, "proof.csv": table})
        assert found.status is ProofStatus.UNREADABLE
        assert "no key for 51 assets" in found.reason
    batch = read_batches(held("proof.csv", files["proof.csv"]), InProcess()).rows[0]
    named = replace(first("one-root")[0], place="report/zkpor50_2.vk")
    nameless = replace(named, place="zkpor.vk")
    assert (key_of(batch, [named]), key_of(replace(batch, tier=None), [named])) == (named, named)
    assert key_of(batch, [nameless]) == nameless
    with pytest.raises(UnreadableError, match="no assets_count tells which of 2 keys it is of"):
        key_of(replace(batch, tier=None), [named, nameless])


def htx(total: int = 163) -> dict[str, Any]:
    """HTX's form: one number for each asset, no prices; two users."""
    return table(Form.BALANCE, Space(168, 12), total)


def test_htxs_form_is_recomputed() -> None:
    found = judged(htx())
    assert found.holds
    assert found.totals["btc"] == Decimal("0.00000163")


def test_a_chain_begins_with_nothing() -> None:
    sums = read_sums(held("config.json", htx()["config.json"]))
    chain = read_batches(held("proof.csv", htx()["proof.csv"]), InProcess())
    assert check_chain(sums, chain) == Space(168, 12)
    assert check_chain(sums, replace(chain, first_root=None)) == Space(168, 12)
    assert chain.first_root == empty_root(Form.BALANCE, Space(168, 12))
    for begun, rule in (
        (replace(chain, first_sums=chain.first_sums + 1), "does not begin with sums of zero"),
        (replace(chain, first_root=chain.root), "does not begin with an empty tree"),
        (replace(chain, first_root=0), "does not begin with an empty tree"),
    ):
        with pytest.raises(ProofError, match=rule):
            check_chain(sums, begun)


@pytest.mark.parametrize(("number", "field", "most"), [(0, "Ratio", 100), (11, "BoundaryValue", 1 << 118)])
def test_a_tier_is_a_percentage_up_to_a_boundary_that_is_hashed(number: int, field: str, most: int) -> None:
    """A ratio of 256 would be hashed as one of 0 whose boundary is one more."""
    config = json.loads(honest("one-root")["config.json"])
    tiers = config["CexAssetsInfo"][0]["LoanRatios"]
    tiers[number][field] = most
    read_sums(held("config.json", config))
    tiers[number][field] = most + 1
    with pytest.raises(ProofError, match=rf"LoanRatios\[{number}\].* beyond what is hashed"):
        read_sums(held("config.json", config))


def test_tiers_rise_and_are_added_up_as_the_circuit_does() -> None:
    config = json.loads(honest("one-root")["config.json"])
    tiers = config["CexAssetsInfo"][0]["LoanRatios"]
    for tier in tiers:
        tier |= {"BoundaryValue": 1 << 118, "Ratio": 95}  # a boundary that reaches into the ratio beside it
    config["CexAssetsInfo"][1]["LoanRatios"][0]["BoundaryValue"] = 0
    both = 95 + (1 << 126) + (95 << 126) + (1 << 252)
    assert read_sums(held("config.json", config)).assets[0].tiers[:6] == (both,) * 6
    tiers[7]["BoundaryValue"] -= 1
    with pytest.raises(ProofError, match=r"LoanRatios\[7\].* a boundary below the one before"):
        read_sums(held("config.json", config))


def test_no_more_of_an_asset_secures_debts_than_there_is() -> None:
    config = json.loads(honest("one-root")["config.json"])
    asset = config["CexAssetsInfo"][0]
    asset |= {"LoanCollateral": 1, "MarginCollateral": 2, "PortfolioMarginCollateral": asset["TotalEquity"] - 3}
    read_sums(held("config.json", config))
    asset["MarginCollateral"] += 1
    with pytest.raises(ProofError, match=r"CexAssetsInfo\[0\]: 2966000001 is collateral, which is more than"):
        read_sums(held("config.json", config))


def test_a_user_of_htxs_example_leads_to_the_root() -> None:
    made = htx()
    del made["config.json"]
    assert judged(made).holds
    user = made["user_config.json"]
    user["Assets"][0]["Balance"] += 1
    assert judged({**made, "user_config.json": user}).status is ProofStatus.INVALID


def test_every_sum_of_htx_is_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(published, "MOST_ASSETS", 200)
    changed = htx()["config.json"]
    changed["CexAssetsInfo"][0]["TotalBalance"] -= 1
    assert judged({**htx(), "config.json": changed}).status is ProofStatus.INVALID


@pytest.mark.parametrize(
    ("form", "symbol", "coins"),
    [
        (Form.PRICED, "btc", "0.00000001"),
        (Form.PRICED, "Shib", "0.01"),
        (Form.PRICED, "pepe", None),
        (Form.COLLATERAL, "pepe", "0.01"),
        (Form.COLLATERAL, "bonk", None),
        (Form.BALANCE, "pepe", "0.01"),
        (Form.BALANCE, "doge", "0.00000001"),
    ],
)
def test_units_are_given_where_the_published_lists_agree(form: Form, symbol: str, coins: str | None) -> None:
    assert unit(form, symbol) == (Decimal(coins) if coins else None)


@pytest.mark.parametrize("name", ["two-roots", "one-root"])
def test_both_ways_to_verify_agree(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    key, proof, commitment = first(name)
    assert fast.available()
    assert fast.verifies(key, proof, commitment, "row")
    assert not fast.verifies(key, proof, commitment + 1, "row")
    assert not fast.verifies(key, replace(proof, c=negated(proof.c)), commitment, "row")
    if proof.commitment:
        committed, knowledge = proof.commitment
        for other in ((negated(committed), knowledge), (committed, negated(knowledge)), None):
            assert not fast.verifies(key, replace(proof, commitment=other), commitment, "row")
    else:
        more = replace(proof, commitment=(proof.a, proof.a))
        assert not fast.verifies(key, more, commitment, "row")
        assert not verifies(key, more, commitment)
        assert not fast.verifies(replace(key, inputs=(*key.inputs, proof.a)), proof, commitment, "row")
    monkeypatch.setattr(fast, "available", lambda: False)
    found = judged(honest(name))
    assert found.status is ProofStatus.PROVEN
    assert any("(py_ecc)" in sentence for sentence in found.proven)
    monkeypatch.setattr(fast, "available", lambda: True)
    assert any("by py_ecc too" in sentence for sentence in judged(honest(name)).proven)


@pytest.mark.parametrize("installed", [True, False])
def test_no_way_to_verify_takes_a_point_of_another_order(installed: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fast, "available", lambda: installed)
    found = judged(forged("one-root-b-outside-subgroup"))
    assert found.status is ProofStatus.INVALID
    assert "line 2: proof_info" in found.reason
    assert "subgroup" in found.reason


def test_what_the_quick_way_lets_through_is_caught_by_the_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fast, "available", lambda: True)
    monkeypatch.setattr(fast, "verifies", lambda *_: True)
    assert "is not one of this" in judged(forged("one-root-proof-a-and-c-swapped")).reason
