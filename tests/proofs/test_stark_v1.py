import json
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from monitor import proofs
from monitor.model import LiabilitiesProof, ProofStatus
from monitor.proofs.executors import InProcess
from monitor.proofs.scheme import Expected, ProofError, UnreadableError
from monitor.proofs.stark_v1 import SCHEME, guide_lines
from tests.support.proof_files import all_held, below

SAMPLE = Path("tests/data/proofs/stark-v1")
ROOT = "57c7fe9f83cbb2c774aed401962ba57d9fad702a721f5501c212b4d30718196e"
USER = "2b21a7caa1889b2a31afacb4f7be5b165580b8db9a0447f0b784d7cd3c8083d1"
INCLUSION = "a0_user_1_inclusion_proof.json"
TOTALS = {"BTC": 475358706, "ETH": 620912634, "USDT": 543318641, "SOL": 566470844, "XRP": 576004888}
BEGIN, END = "============ Validation started ==============", "============ Validation finished ============="


@pytest.fixture
def files() -> dict[str, str]:
    return below(SAMPLE)


def verify(files: dict[str, str], user: str = "") -> LiabilitiesProof:
    return SCHEME.verify(all_held(files), Expected(user=user), InProcess())


def only(files: dict[str, str], *wanted: str) -> dict[str, str]:
    return {name: text for name, text in files.items() if any(part in name for part in wanted)}


def test_a_whole_report_of_okx_own_prover_is_proven(files: dict[str, str]) -> None:
    found = verify(files)
    assert found.status is ProofStatus.PROVEN
    assert found.totals == {coin: Decimal(amount) for coin, amount in TOTALS.items()}
    assert found.root == ROOT
    assert any("25 users in 3 batches" in sentence for sentence in found.proven)


def test_what_the_scheme_itself_cannot_show_is_said(files: dict[str, str]) -> None:
    left_open = " ".join(verify(files).not_proven)
    for what in ("never compares a user's leaf", "SOL, XRP", "at no cost", "nothing in the scheme ties", "unit"):
        assert what in left_open


def test_an_inclusion_file_alone_proves_its_path_and_no_sum(files: dict[str, str]) -> None:
    found = verify(only(files, INCLUSION), user=USER)
    assert (found.status, found.root, found.totals) == (ProofStatus.PROVEN, ROOT, {})
    left_open = " ".join(found.not_proven)
    assert "any sum" in left_open
    assert "no user id was given" not in left_open
    assert "no user id was given" in " ".join(verify(only(files, INCLUSION)).not_proven)


def test_sum_proofs_alone_prove_the_totals_and_nobodys_inclusion(files: dict[str, str]) -> None:
    found = verify(only(files, "sum_proof_data"))
    assert found.totals
    assert any("no user's inclusion file" in sentence for sentence in found.not_proven)


def test_one_batch_alone_states_no_totals_of_the_exchange(files: dict[str, str]) -> None:
    found = verify(only(files, "config", "/a1/"))
    assert (found.totals, found.root) == ({}, "")
    assert any("batch a1" in sentence and "580949639" in sentence for sentence in found.proven)
    assert any("the exchange's totals" in sentence for sentence in found.not_proven)


def test_a_batch_may_come_without_its_folder(files: dict[str, str]) -> None:
    loose = {name.rsplit("/", 1)[1]: text for name, text in only(files, "config", "/b0/").items()}
    assert verify(loose).status is ProofStatus.PROVEN


def test_only_the_batches_that_no_inclusion_file_names_are_left_open(files: dict[str, str]) -> None:
    left_open = [sentence for sentence in verify(files).not_proven if "names the roots" in sentence]
    assert len(left_open) == 1
    assert "a1:" in left_open[0]


@pytest.mark.parametrize("spelling", [USER, USER.upper(), f"0x{USER}"])
def test_the_users_own_id_is_found(files: dict[str, str], spelling: str) -> None:
    verify(only(files, "sum_proof_data", INCLUSION), user=spelling)


def test_an_inclusion_file_of_somebody_else_is_refused(files: dict[str, str]) -> None:
    with pytest.raises(ProofError, match="not the id that was given"):
        verify(only(files, INCLUSION), user="00" * 32)


def test_a_user_is_found_among_the_files_of_several(files: dict[str, str]) -> None:
    found = verify(files, user=USER)
    (sentence,) = [each for each in found.proven if "is the one that was given" in each]
    assert INCLUSION in sentence
    with pytest.raises(ProofError, match=r"nor is any of the other 1 files'"):
        verify(files, user="00" * 32)


@pytest.mark.parametrize("expected", [Expected(user="00" * 32), Expected(root="00" * 32)])
def test_no_line_says_passed_where_what_was_asked_for_is_not_met(files: dict[str, str], expected: Expected) -> None:
    held = all_held(only(files, INCLUSION))
    found = proofs.verify(held, expected)
    assert found.status is ProofStatus.INVALID
    assert proofs.guide_lines(found, held, expected) == (BEGIN, "Inclusion constraint validation failed", END)


def test_sums_pass_beside_the_file_of_somebody_else(files: dict[str, str]) -> None:
    held = all_held(only(files, "config", "/b0/", "b0_user"))
    inclusion, total = guide_lines(held, Expected(user="00" * 32), InProcess(), holds=False)[1:3]
    assert inclusion == "Inclusion constraint validation failed"
    assert total == "Total sum and non-negative constraint validation passed"


def test_a_user_cannot_be_found_without_an_inclusion_file(files: dict[str, str]) -> None:
    with pytest.raises(ProofError, match="no inclusion file"):
        verify(only(files, "sum_proof_data"), user=USER)


def test_the_lines_of_okx_guide_are_given_once_with_the_number_of_files(files: dict[str, str]) -> None:
    lines = guide_lines(all_held(files), Expected(), InProcess())
    passed = ("Inclusion constraint validation passed", "2 of 2 files")
    assert lines == (BEGIN, *passed, "Total sum and non-negative constraint validation passed", END)


def test_the_lines_of_okx_guide_say_what_failed(files: dict[str, str]) -> None:
    files[INCLUSION] = files[INCLUSION].replace("127644105", "127644106")
    lines = guide_lines(all_held(files), Expected(), InProcess())
    assert lines[1:3] == ("Inclusion constraint validation failed", f"1 of 2 files; not {INCLUSION}")
    name = "sum_proof_data/trunk/sum_values.json"
    files[name] = files[name].replace("2782065713", "2782065714")
    lines = guide_lines(all_held(files), Expected(), InProcess())
    assert lines[1] == "Inclusion constraint validation failed"  # nothing holds that leads to a report that does not
    assert lines[-2:] == ("Total sum and non-negative constraint validation failed", END)


def test_all_inclusion_files_that_fail_are_named(files: dict[str, str]) -> None:
    for name in (INCLUSION, "b0_user_2_inclusion_proof.json"):
        files[name] = files[name].replace('"user_index":', '"user_index": 1', 1)
    with pytest.raises(ProofError, match=r"2 of 2 users' files fail: .*a0_user_1_.*; b0_user_2_"):
        verify(files)


def test_a_user_with_more_than_the_whole_batch_is_refused() -> None:
    with pytest.raises(ProofError, match="9004000 is more than the 15000 of the whole batch"):
        verify(below(Path("tests/data/proofs/stark-v1-leafswap")))


def test_nothing_that_is_not_there_has_a_line(files: dict[str, str]) -> None:
    lines = guide_lines(all_held(only(files, INCLUSION)), Expected(), InProcess())
    assert lines == (BEGIN, "Inclusion constraint validation passed", END)


@pytest.mark.parametrize("batch", ["a0", "a1", "b0"])
def test_a_report_that_lacks_a_batch_is_refused(files: dict[str, str], batch: str) -> None:
    with pytest.raises(ProofError):
        verify({name: text for name, text in files.items() if f"/{batch}/" not in name})


def test_a_trunk_alone_is_refused(files: dict[str, str]) -> None:
    with pytest.raises(ProofError, match="batches that the trunk is made of are missing"):
        verify(only(files, "config", "trunk"))


@pytest.mark.parametrize("swapped", [("a0", "a1"), ("a0", "b0")])
def test_batches_in_another_order_are_refused(files: dict[str, str], swapped: tuple[str, str]) -> None:
    for name in ("sum_proof.json", "sum_values.json"):
        first, second = (f"sum_proof_data/batches/{batch}/{name}" for batch in swapped)
        files[first], files[second] = files[second], files[first]
    with pytest.raises(ProofError):
        verify(files)


def test_a_batch_published_twice_is_refused(files: dict[str, str]) -> None:
    for name in ("sum_proof.json", "sum_values.json"):
        files[f"sum_proof_data/batches/a2/{name}"] = files[f"sum_proof_data/batches/a0/{name}"]
    with pytest.raises(ProofError, match="a0 again"):
        verify(files)


@pytest.mark.parametrize("missing", ["config.json", "/a0/sum_values.json", "/trunk/sum_proof.json"])
def test_a_missing_file_is_named(files: dict[str, str], missing: str) -> None:
    with pytest.raises(UnreadableError, match=missing.rsplit("/", 1)[-1]):
        verify({name: text for name, text in files.items() if missing not in name})


def test_sum_proofs_without_their_coins_are_not_passed_over(files: dict[str, str]) -> None:
    for parts in ((INCLUSION, "/a0/"), (INCLUSION, "/trunk/")):
        with pytest.raises(UnreadableError, match=r"config\.json is missing"):
            verify(only(files, *parts))


def test_an_unknown_batch_folder_is_refused(files: dict[str, str]) -> None:
    def renamed(*parts: str) -> dict[str, str]:
        return {name.replace("/a0/", "/c0/"): text for name, text in only(files, "config", *parts).items()}

    for some in (renamed("/a0/", "/a1/"), renamed("/a0/", "/trunk/")):
        with pytest.raises(UnreadableError, match="'c0' is not the name of a batch"):
            verify(some)


def test_files_that_hold_no_part_of_a_proof_change_nothing(files: dict[str, str]) -> None:
    assert verify(only(files, "config", INCLUSION)).status is ProofStatus.PROVEN
    with pytest.raises(UnreadableError, match="neither a sum proof nor an inclusion file"):
        verify(only(files, "config"))


@pytest.mark.parametrize("folder", ["another", "x9"])
def test_one_batch_may_lie_in_any_folder(files: dict[str, str], folder: str) -> None:
    some = {name.replace("/b0/", f"/{folder}/"): text for name, text in only(files, "config", "/b0/").items()}
    assert verify(some).status is ProofStatus.PROVEN


def test_batches_are_counted_without_a_gap(files: dict[str, str]) -> None:
    with pytest.raises(ProofError, match="the batch a1 is missing"):
        verify({name.replace("/a1/", "/a2/"): text for name, text in files.items()})


def test_two_reports_at_once_are_refused(files: dict[str, str]) -> None:
    with pytest.raises(UnreadableError, match=r"other/config\.json: a second config.json"):
        verify({**files, "other/config.json": files["sum_proof_data/config.json"]})
    again = {f"other/{name}": text for name, text in only(files, "/a0/").items()}
    with pytest.raises(UnreadableError, match=r"a second sum_proof\.json of a0"):
        verify({**files, **again})


def test_inclusion_files_of_two_reports_are_refused(files: dict[str, str]) -> None:
    other = json.loads(files[INCLUSION])
    other["trunk_inclusion_proof"]["trunk_mtree_root"] = "00" * 32
    with pytest.raises(ProofError):
        verify({INCLUSION: files[INCLUSION], "other_inclusion_proof.json": json.dumps(other)})


SCRIPT = """
import sys
from monitor.proofs import gather, verify
found = verify(gather([sys.argv[1]]))
print(__debug__, found.status.value, found.reason)
"""


def test_python_without_assertions_refuses_as_well(files: dict[str, str], tmp_path: Path) -> None:
    def judged(folder: Path) -> str:
        command = [sys.executable, "-O", "-c", SCRIPT, str(folder)]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    assert judged(SAMPLE).split() == ["False", "proven"]
    name = "sum_proof_data/batches/a0/sum_proof.json"
    files[name] = files[name].replace("041bf46339", "041bf46338", 1)
    for file, text in files.items():
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text(text)
    assert judged(tmp_path).startswith("False invalid")


def test_other_files_are_not_taken_for_a_report(files: dict[str, str]) -> None:
    assert SCHEME.recognises(all_held(only(files, "sum_proof.json")))
    assert SCHEME.recognises(all_held(only(files, INCLUSION)))
    assert SCHEME.recognises(all_held(files))
    assert not SCHEME.recognises(all_held({"sum_proof_data.json": "{}", "config.json": "{}"}))
    assert not SCHEME.recognises(all_held({"user_inclusion_proof.json": '{"index": 1}'}))
