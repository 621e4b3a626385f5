import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.chains.evm import values


@given(st.integers(0, 2**256 - 1))
def test_every_quantity_of_256_bits_is_read(number: int) -> None:
    assert values.quantity(hex(number)) == number


@given(st.text(alphabet="0123456789abcdefxX -+_.", max_size=70))
def test_a_quantity_is_read_only_in_its_one_spelling(text: str) -> None:
    try:
        number = values.quantity(text)
    except ValueError:
        return
    assert hex(number) == text.lower()


@pytest.mark.parametrize(
    "rubbish", ["0x", "", "0x00", "0x01", "1", 0, None, True, "0x" + "f" * 65, "0xg", ["0x1"], "-0x1"]
)
def test_nothing_is_not_zero_and_rubbish_is_no_number(rubbish: object) -> None:
    with pytest.raises(ValueError, match="not a quantity"):
        values.quantity(rubbish)


@pytest.mark.parametrize("rubbish", [None, "0x1", "11", "0xzz", 5])
def test_data_is_whole_bytes(rubbish: object) -> None:
    with pytest.raises(ValueError, match="not data"):
        values.data(rubbish)
    assert values.data("0x") == b""


@pytest.mark.parametrize(
    "change",
    [
        {"hash": None},
        {"hash": "0x12"},
        {"number": None},
        {"number": "7"},
        {"timestamp": hex(2**80)},
        {"timestamp": None},
    ],
)
def test_a_block_without_hash_number_or_time_is_refused(change: dict[str, object]) -> None:
    header = {"number": "0x7", "hash": "0x" + "AB" * 32, "timestamp": "0x65f0c0c0"}
    assert values.block(header).hash == "0x" + "ab" * 32
    with pytest.raises(ValueError, match="is not"):
        values.block(header | change)


def test_a_time_in_milliseconds_is_told_from_one_in_seconds() -> None:
    header = {"number": "0x7", "hash": "0x" + "ab" * 32}
    seconds = values.block(header | {"timestamp": "0x65f0c0c0"}).timestamp
    assert values.block(header | {"timestamp": hex(0x65F0C0C0 * 1000 + 999)}).timestamp == seconds
    assert seconds.year == 2024
