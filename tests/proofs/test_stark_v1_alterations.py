"""Every field of every file altered, one at a time, is refused; and no bytes bring out anything but a ProofError."""

import json
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from monitor.proofs.executors import InProcess
from monitor.proofs.scheme import Expected, ProofError, UnreadableError
from monitor.proofs.stark_v1 import SCHEME
from monitor.proofs.stark_v1.documents import TRUNK_ROWS, read_config
from monitor.proofs.stark_v1.field import PRIME
from monitor.proofs.stark_v1.folder import sort
from monitor.proofs.stark_v1.hashing import check_paths, check_work, keccak
from monitor.proofs.stark_v1.report import verify_inclusion, verify_sums
from monitor.proofs.stark_v1.sums import Part, prove
from tests.support.proof_files import all_held, below, held

FILES = below(Path("tests/data/proofs/stark-v1"))
CONFIG = read_config(held("config.json", FILES["sum_proof_data/config.json"]))
REPORT = verify_sums(sort(all_held(FILES)), InProcess())
INCLUSION = "b0_user_2_inclusion_proof.json"
_VALUE = re.compile(r'"([0-9a-f]*)"(?!:)')
_NUMBER = re.compile(r"(?<=: )\d+")


def part(proof: str, values: str) -> Part:
    return Part("b0", held("sum_proof.json", proof), held("sum_values.json", values), CONFIG, (TRUNK_ROWS,))


def with_other_strings(text: str) -> Iterator[str]:
    """The text with one hex digit of one string turned, a further one in each; a string left out is filled."""
    for i, match in enumerate(_VALUE.finditer(text)):
        value = match[1]
        if value:
            at = match.start(1) + 61 * i % len(value)
            yield f"{text[:at]}{int(text[at], 16) ^ 1:x}{text[at + 1 :]}"
        elif i % 11 == 0:
            yield f"{text[: match.start(1)]}{'ab' * 32}{text[match.end(1) :]}"


def with_other_digits(text: str) -> Iterator[str]:
    for match in _NUMBER.finditer(text):
        for at in range(match.start(), match.end()):
            yield f"{text[:at]}{(int(text[at]) + 1) % 10}{text[at + 1 :]}"


def paths(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    yield path
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from paths(inner, (*path, key))
    elif isinstance(value, list):
        for i, inner in enumerate(value):
            yield from paths(inner, (*path, i))


def replaced(value: Any, path: tuple[Any, ...], by: object) -> Any:
    if not path:
        return by
    copy = value.copy()
    copy[path[0]] = replaced(value[path[0]], path[1:], by)
    return copy


BATCH = "sum_proof_data/batches/b0/"
PROOF, VALUES = FILES[f"{BATCH}sum_proof.json"], FILES[f"{BATCH}sum_values.json"]


@pytest.mark.parametrize("third", range(3))
def test_every_string_of_a_sum_proof_altered_is_refused(third: int) -> None:
    prove(part(PROOF, VALUES))
    seen = 0
    for altered in islice(with_other_strings(PROOF), third, None, 3):
        seen += 1
        with pytest.raises(ProofError):
            prove(part(altered, VALUES))
    assert seen > 400


def test_every_word_of_an_opened_row_altered_is_refused() -> None:
    document = json.loads(PROOF)
    for i in range(0, 64, 16):
        entry = document["mtree_entries_data"][i]
        for at in range(7, len(entry), 64):
            altered = f"{entry[:at]}{int(entry[at], 16) ^ 8:x}{entry[at + 1 :]}"
            with pytest.raises(ProofError):
                prove(part(json.dumps(replaced(document, ("mtree_entries_data", i), altered)), VALUES))


@pytest.mark.parametrize("index", [0, 1], ids=["the right one", "the left one"])
def test_a_path_that_lacks_a_sibling_is_refused(index: int) -> None:
    leaves = [bytes([i]) * 32 for i in range(4)]
    pairs = [keccak(leaves[0] + leaves[1]), keccak(leaves[2] + leaves[3])]
    root = keccak(pairs[0] + pairs[1])
    check_paths(root, 4, [index], [(leaves[index], leaves[1 - index], pairs[1])], "here")
    with pytest.raises(ProofError, match="here: the paths lack a sibling"):
        check_paths(root, 4, [index], [(leaves[index], b"", pairs[1])], "here")


def test_a_nonce_that_took_less_work_is_refused() -> None:
    root, bits_19, bits_20 = bytes(32), 60690, 606830
    check_work(root, bits_20.to_bytes(32), "here")
    with pytest.raises(ProofError, match="here: the proof of work"):
        check_work(root, bits_19.to_bytes(32), "here")


@pytest.mark.parametrize("text", [*with_other_digits(PROOF), PROOF.replace('"steps": 128', '"steps": 64')])
def test_other_steps_or_rows_per_user_are_refused(text: str) -> None:
    with pytest.raises(ProofError):
        prove(part(text, VALUES))


@pytest.mark.parametrize("name", [name for name in FILES if name.endswith("sum_values.json")])
def test_every_digit_of_every_sum_altered_is_refused(name: str) -> None:
    altered = list(with_other_digits(FILES[name]))
    assert len(altered) > 40
    for text in altered:
        with pytest.raises(ProofError):
            SCHEME.verify(all_held({**FILES, name: text}), Expected(), InProcess())


@pytest.mark.parametrize("moved", ["BTC ETH", "SOL XRP", "BTC XRP"])
def test_coins_that_trade_their_sums_are_refused(moved: str) -> None:
    one, other = moved.split()
    for name in (name for name in FILES if name.endswith("sum_values.json")):
        sums = json.loads(FILES[name])
        sums[one], sums[other] = sums[other], sums[one]
        with pytest.raises(ProofError):
            SCHEME.verify(all_held({**FILES, name: json.dumps(sums)}), Expected(), InProcess())


@pytest.mark.parametrize(
    "config",
    [
        {"main_coins_num": 2, "coins": list(CONFIG.coins)},
        {"main_coins_num": 4, "coins": list(CONFIG.coins)},
        {"main_coins_num": 3, "coins": ["ETH", "BTC", "USDT", "SOL", "XRP"]},
        {"main_coins_num": 3, "coins": ["BTC", "ETH", "USDT", "XRP", "SOL"]},
        {"main_coins_num": 3, "coins": ["BTC", "ETH", "USDT", "SOL", "XLM"]},
        {"main_coins_num": 3, "coins": ["BTC", "ETH", "USDT", "SOL"]},
        {"main_coins_num": 3, "coins": ["BTC", "ETH", "USDT", "SOL", "SOL"]},
    ],
)
def test_another_configuration_is_refused(config: dict[str, Any]) -> None:
    sums = {name: text for name, text in FILES.items() if "inclusion" not in name}
    with pytest.raises(ProofError):
        SCHEME.verify(all_held({**sums, "sum_proof_data/config.json": json.dumps(config)}), Expected(), InProcess())


@pytest.mark.parametrize(
    ("main", "coins", "rule"),
    [
        (1, ["BTC", "BTC"], "coins: a coin is named twice"),  # whose sum would be proven twice and told once
        (0, ["BTC"], "main_coins_num: 0 is less than 1"),
        (2, ["BTC"], "main_coins_num: 2 of 1 coins"),
        (1, [""], "coins: '' is not the name of a coin"),
        (1, ["total_value"], "coins: 'total_value' is not the name of a coin"),
        (1, [["BTC"]], "coins: a list is not the name of a coin"),
    ],
)
def test_a_configuration_out_of_form_is_refused(main: int, coins: list[Any], rule: str) -> None:
    assert read_config(held("config.json", {"main_coins_num": 1, "coins": ["BTC"]})).main == 1
    with pytest.raises(UnreadableError, match=rule):
        read_config(held("config.json", {"main_coins_num": main, "coins": coins}))


@pytest.mark.parametrize(
    ("field", "value", "rule"),
    [
        ("steps", 96, "96 is not a power of two"),
        ("steps", 32, "32 is not a power of two from 64"),
        ("steps", 2**20, "is not a power of two from 64 to 524288"),  # the positions drawn would not be defined
        ("uts", 16, "16 rows per user, not 32"),
    ],
)
def test_a_table_of_another_size_is_refused(field: str, value: int, rule: str) -> None:
    with pytest.raises(ProofError, match=rule):
        prove(part(json.dumps({**json.loads(PROOF), field: value}), VALUES))


def test_a_number_of_the_proof_that_means_another_in_the_field_is_refused() -> None:
    document = json.loads(PROOF)
    beyond = f"{PRIME:064x}"
    row = beyond + document["mtree_entries_data"][0][64:]
    for path, value in ((("mtree_entries_data", 0), row), (("l_mtree_branches", 0, 0), beyond)):
        with pytest.raises(ProofError, match=f"{path[0]}.*: a number is not below the field's prime"):
            prove(part(json.dumps(replaced(document, path, value)), VALUES))


def test_a_sum_that_means_another_in_the_field_is_refused() -> None:
    sums = json.loads(VALUES)
    for more in (PRIME, PRIME - sums["BTC"]):
        altered = json.dumps({**sums, "BTC": sums["BTC"] + more, "total_value": sums["total_value"] + more})
        with pytest.raises(ProofError, match="is not below the field's prime"):
            prove(part(PROOF, altered))


def test_every_character_of_an_inclusion_file_altered_is_refused() -> None:
    text = FILES[INCLUSION]
    verify_inclusion(held(INCLUSION, text), REPORT)
    for at, character in enumerate(text):
        if character in "0123456789abcdef":
            altered = f"{text[:at]}{int(character, 16) ^ 1:x}{text[at + 1 :]}"
        else:
            altered = f"{text[:at]}{'~' if character != ' ' else '0'}{text[at + 1 :]}"
        with pytest.raises(ProofError):
            verify_inclusion(held(INCLUSION, altered), REPORT)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("BTC", "71568701 "),
        ("BTC", "+71568701"),
        ("BTC", "071568701"),
        ("BTC", 71568701),
        ("BTC", 7.0),
        ("BTC", True),
        ("USDT", "-0"),
        ("user_index", "2"),
        ("user_index", 2.0),
        ("user_index", -1),
        ("user_index", 10**40),
        ("uts", 16),
        ("uts", 128),
        ("merkle_path", []),
        ("merkle_path", ["00" * 32] * 40),
    ],
)
def test_a_field_in_another_spelling_or_type_is_refused(field: str, value: object) -> None:
    document = json.loads(FILES[INCLUSION])
    with pytest.raises(ProofError, match=INCLUSION):
        verify_inclusion(held(INCLUSION, replaced(document, ("batch_inclusion_proof", field), value)), REPORT)


def test_an_amount_that_means_another_in_the_field_is_refused() -> None:
    document = json.loads(FILES[INCLUSION])
    user = document["batch_inclusion_proof"]
    user["BTC"], user["ETH"] = str(int(user["BTC"]) + PRIME), str(int(user["ETH"]) - PRIME)
    with pytest.raises(ProofError, match="half the field's prime"):
        verify_inclusion(held(INCLUSION, document), REPORT)


def test_an_added_field_is_refused() -> None:
    for name in ("sum_proof_data/config.json", INCLUSION, f"{BATCH}sum_values.json", f"{BATCH}sum_proof.json"):
        for added in ('{"extra": 1, ', '{"BTC": 1, ', '{"uts": 16, "uts": 16, '):
            with pytest.raises(ProofError):
                SCHEME.verify(all_held({**FILES, name: FILES[name].replace("{", added, 1)}), Expected(), InProcess())


ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=True)
    | st.text(max_size=70)
    | st.sampled_from(["", "ff" * 32, "00" * 32, -1, 2**300, 10**200]),
    lambda inner: (
        st.lists(inner, max_size=5) | st.dictionaries(st.sampled_from(["uts", "coins", ""]), inner, max_size=3)
    ),
    max_leaves=6,
)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_whatever_stands_in_a_field_only_a_proof_error_comes_out(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(FILES)))
    document = json.loads(FILES[name])
    path = data.draw(st.sampled_from([path for path in paths(document) if len(path) < 3]))
    altered = replaced(document, path, data.draw(ANYTHING))
    if altered != document:
        with pytest.raises(ProofError):
            SCHEME.verify(all_held({**FILES, name: altered}), Expected(), InProcess())


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(sorted(FILES)), st.binary(max_size=300), st.integers(0, 400))
def test_whatever_bytes_a_file_has_only_a_proof_error_comes_out(name: str, noise: bytes, kept: int) -> None:
    whole = FILES[name].encode()
    altered = whole[: min(kept, len(whole) - 1)] + noise
    assume(altered != whole)
    with pytest.raises(ProofError):
        SCHEME.verify(all_held({**FILES, name: altered}), Expected(), InProcess())


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 100_000, "9" * 100_000, "1e999999999", "NaN", "\ud800"])
def test_json_made_to_exhaust_the_reader_is_refused(text: str) -> None:
    files = {**FILES, f"{BATCH}sum_values.json": text.encode("utf-8", "surrogatepass")}
    with pytest.raises(ProofError):
        SCHEME.verify(all_held(files), Expected(), InProcess())
