"""`reserve-monitor liabilities`: what a published proof shows, and the exit status that follows."""

import json
from pathlib import Path

import pytest

from monitor.proofs import Done, gather, verify
from monitor.proofs.executors import InProcess
from tests.cli.conftest import Command

PROOFS = Path(__file__).parents[1] / "data" / "proofs"
TREE = PROOFS / "trees" / "merkle-v2-tree.txt"
USER = PROOFS / "trees" / "merkle-v2-user.json"
ROOT = "9e98ebde32ef22ded88a5fb2d5e53d76ed57cb9c6b2c966f250721defe6ab041"
TOTALS = {"BTC": "0.00005", "ETH": "0.1", "USDT": "1.42045977"}


def test_a_proof_that_holds_ends_with_0_and_says_what_it_does_not_prove(command: Command) -> None:
    finished = command("liabilities", TREE, USER, "--root", f"0x{ROOT.upper()}", "--workers", "1", "--json")
    (told,) = finished.lines
    assert (finished.status, told["status"], told["scheme"]) == (0, "proven", "okx-merkle-v2")
    assert (told["totals"], told["root"], told["leaves"], told["in_coins"]) == (TOTALS, ROOT, 21, True)
    assert any("published one" in sentence for sentence in told["proven"])
    assert told["not_proven"]
    assert told["reason"] is None


def test_people_read_totals_both_lists_and_the_status(command: Command) -> None:
    finished = command("liabilities", TREE, "--workers", "1")
    assert finished.status == 0
    status = "PROVEN, of limited strength; no published root was compared (OKX Merkle sum tree, version 2"
    for expected in ("1.42045977", f"root {ROOT}", "Proven:", "Not proven:", status):
        assert expected in finished.out


def test_a_customers_path_is_never_called_proven_without_the_word_on_its_root(command: Command) -> None:
    path = PROOFS / "trees" / "merkle-v1-proof.json"
    alone = command("liabilities", path)
    assert "PROVEN, of limited strength; no published root was compared (" in alone.out
    assert "no published root was compared: whether others were shown the same is open." in alone.err.splitlines()[-1]
    root = command("liabilities", path, "--json").lines[0]["root"]
    told = command("liabilities", path, "--root", root)
    assert "PROVEN, of limited strength (OKX" in told.out
    assert "it leads to the root that you gave. A customer's own file shows" in told.err.splitlines()[-1]


def test_another_root_than_the_published_one_is_a_finding(command: Command) -> None:
    finished = command("liabilities", TREE, "--root", "ab" * 32, "--workers", "1", "--json")
    (told,) = finished.lines
    assert (finished.status, told["status"], told["totals"]) == (1, "invalid", {})
    assert "ab" * 32 in told["reason"]


def test_an_altered_tree_is_a_finding_that_names_file_and_line(command: Command, tmp_path: Path) -> None:
    forged = tmp_path / "tree.txt"
    forged.write_text(TREE.read_text().replace('"USDT":"1.42045977"', '"USDT":"0.42045977"', 1))
    finished = command("liabilities", forged, "--workers", "1")
    assert finished.status == 1
    assert "INVALID" in finished.out
    assert "tree.txt" in finished.err
    assert "line 1" in finished.err


def test_what_is_only_bound_is_not_passed_as_proven(command: Command) -> None:
    finished = command("liabilities", USER, "--workers", "1", "--json")
    (told,) = finished.lines
    assert (finished.status, told["status"]) == (3, "bound")


@pytest.mark.parametrize("content", ["", "hello\n", json.dumps({"a": 1})], ids=["empty", "text", "json"])
def test_files_of_no_scheme_are_unreadable_and_named(command: Command, tmp_path: Path, content: str) -> None:
    path = tmp_path / "proof.json"
    path.write_text(content)
    finished = command("liabilities", path, "--json")
    (told,) = finished.lines
    assert (finished.status, told["status"], told["scheme"]) == (3, "unreadable", None)
    assert "proof.json" in told["reason"]


def test_an_unknown_scheme_and_a_root_that_is_no_hex_are_wrong_usage(command: Command) -> None:
    unknown = command("liabilities", TREE, "--format", "magic")
    assert (unknown.status, "okx-merkle-v2" in unknown.err) == (2, True)
    assert command("liabilities", TREE, "--root", "xyz").status == 2


def test_a_cluster_that_does_not_answer_is_told_with_what_to_do(command: Command) -> None:
    finished = command("liabilities", TREE, "--scheduler", "tcp://127.0.0.1:1")
    assert finished.status == 2
    assert "127.0.0.1:1" in finished.err


def test_readers_of_the_exchanges_guide_find_the_lines_that_it_names(command: Command) -> None:
    finished = command("liabilities", PROOFS / "stark-v1", "--workers", "1")
    assert finished.status == 0
    assert "Total sum and non-negative constraint validation passed" in finished.out
    assert "Inclusion constraint validation passed" in finished.out
    assert "in a unit that the files do not state" in finished.out


@pytest.mark.parametrize("options", [[], ["--json"]], ids=["tables", "JSON"])
def test_a_file_that_is_not_there_is_wrong_usage(command: Command, tmp_path: Path, options: list[str]) -> None:
    there = tmp_path / "there.json"
    there.write_text("{}")
    finished = command("liabilities", there, tmp_path / "none\x1b.json", *options)
    assert (finished.status, finished.out) == (2, "")
    assert r"none\x1b.json: no such file" in finished.err


def test_a_run_that_was_cut_goes_on_from_its_state_which_goes_with_its_end(command: Command, tmp_path: Path) -> None:
    state, folder = tmp_path / "proofs", PROOFS / "groth16-sets/honest/two-roots"
    with pytest.raises(KeyboardInterrupt):
        verify(gather([folder]), executor=InProcess(_cut, Done(state)))
    kept = state.read_bytes()
    assert kept
    shown = command("liabilities", str(folder), "--workers", "1", "--state", str(state))
    assert shown.status == 0
    assert "in an earlier run that was cut" in " ".join(shown.out.split())
    assert not state.exists()
    state.write_bytes(kept)
    shown = command("liabilities", str(folder), "--workers", "1", "--state", str(state), "--fresh")
    assert "in an earlier run" not in shown.out


def test_a_state_that_cannot_be_used_is_told(command: Command, tmp_path: Path) -> None:
    shown = command("liabilities", TREE, "--state", str(tmp_path))
    assert shown.status == 2
    assert f"name another file than {tmp_path}" in " ".join(shown.err.split())


def _cut(_what: str, _done: int, _total: int) -> None:
    raise KeyboardInterrupt
