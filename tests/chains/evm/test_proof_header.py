"""Headers of real blocks, and of the reference chain of execution-apis, one of each form that there has been."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.chains.evm.proofs.header import UnknownHeaderError, state_root

VECTORS = json.loads(Path("tests/data/chains/evm.json").read_text(encoding="utf-8"))["headers"]
HEADERS: dict[str, dict[str, Any]] = {fork: vector["header"] for fork, vector in VECTORS.items()}
HASHED = {
    fork: [name for name in header if name not in ("hash", "size", "totalDifficulty", "uncles", "withdrawals")]
    for fork, header in HEADERS.items()
}


@pytest.mark.parametrize("fork", HEADERS)
def test_the_hash_of_a_header_of_every_fork_is_recomputed(fork: str) -> None:
    header = HEADERS[fork]
    found = state_root(header)
    assert (found.block.hash, hex(found.block.number)) == (header["hash"], header["number"])
    assert "0x" + found.root.hex() == header["stateRoot"]


@given(st.data())
def test_a_header_with_any_digit_of_any_field_altered_is_refused(data: st.DataObject) -> None:
    fork = data.draw(st.sampled_from(sorted(HEADERS)))
    name = data.draw(st.sampled_from([name for name in HASHED[fork] if HEADERS[fork][name] != "0x"]))
    value = HEADERS[fork][name]
    place = data.draw(st.integers(2, len(value) - 1))
    digit = data.draw(st.sampled_from([digit for digit in "0123456789abcdef" if digit != value[place]]))
    with pytest.raises(ValueError, match=r"make the hash|quantity|time in seconds"):
        state_root(HEADERS[fork] | {name: value[:place] + digit + value[place + 1 :]})


@pytest.mark.parametrize("name", sorted({name for names in HASHED.values() for name in names}))
def test_a_header_without_one_of_its_fields_is_refused(name: str) -> None:
    for header in HEADERS.values():
        if name in header:
            with pytest.raises(ValueError):  # noqa: PT011 - missing, or another hash, or a gap, by the field
                state_root({key: value for key, value in header.items() if key != name})


def test_null_stands_for_a_field_that_is_not_there_yet() -> None:
    header = HEADERS["london"]
    assert state_root(header | {"withdrawalsRoot": None, "requestsHash": None}) == state_root(header)


def test_fields_of_another_chain_are_named_when_the_hash_is_not_ethereums() -> None:
    header = HEADERS["cancun"] | {"l1BatchNumber": "0x1", "stateRoot": "0x" + "11" * 32}
    with pytest.raises(UnknownHeaderError, match="not Ethereum's: l1BatchNumber"):
        state_root(header)
    header = HEADERS["cancun"]
    assert state_root(header | {"l1BlockNumber": "0x1"}) == state_root(header), "what is not hashed does no harm"


def test_a_gap_between_the_forks_is_another_chain() -> None:
    gap = {name: value for name, value in HEADERS["prague"].items() if name != "withdrawalsRoot"}
    with pytest.raises(UnknownHeaderError, match="requestsHash but no withdrawalsRoot"):
        state_root(gap)


@pytest.mark.parametrize("document", [None, [], "0x", {}, {"number": "0x1"}])
def test_what_is_no_block_is_refused(document: object) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - each for its own reason
        state_root(document)
