"""The assembler, and the bytes of the programs as their source gives them."""

import pytest
from eth_utils.crypto import keccak

from monitor.chains.evm import bytecode

BYTES = {
    "COINS_CALLED": (
        "368060006040378060149004906040019081528060200160405b82811015603457805160601c318252601401906020019060"
        "19565b5081900390f3"
    ),
    "TOKEN_CALLED": (
        "368060006040376370a0823160005260405160601c601482046001900391604001918252908060200160545b828110156059"
        "57805160601c6020526020826024601c875afa3d60201416156060576014019060200190602b565b5081900390f35b638cb8"
        "5f526000526024601cfd"
    ),
    "COINS_CREATED": (
        "603e380380603e6040398060149004906040019081528060200160405b82811015603757805160601c318252601401906020"
        "0190601c565b5081900390f3"
    ),
    "TOKEN_CREATED": (
        "607138038060716040396370a0823160005260405160601c601482046001900391604001918252908060200160545b828110"
        "15605c57805160601c6020526020826024601c875afa3d60201416156063576014019060200190602e565b5081900390f35b"
        "638cb85f526000526024601cfd"
    ),
}


@pytest.mark.parametrize("name", BYTES)
def test_the_programs_have_the_bytes_that_ran_on_a_real_node(name: str) -> None:
    assert getattr(bytecode, name).hex() == BYTES[name]


def test_the_selectors_are_those_of_their_signatures() -> None:
    assert keccak(text="NoBalance(address)")[:4].hex() == bytecode.NO_BALANCE
    assert keccak(text="balanceOf(address)")[:4].hex() in bytecode.TOKEN_CALLED.hex()


def test_labels_stand_for_the_offset_of_what_follows() -> None:
    source = """
            PUSH2 @after    ; three bytes
            JUMP            ; JUMPDEST in a comment is none
    here:   JUMPDEST
            PUSH1 @here
    after:  JUMPDEST
    """
    assert bytecode.assemble(source).hex() == "610007" + "56" + "5b" + "6004" + "5b"


@pytest.mark.parametrize(
    "link", ["PUSH1", "PUSH1 256", "PUSH1 -1", "PUSH1 @nowhere", "PUSH1 1 2", "ADD 1", "NOTHING", "PUSH33 1", "PUSH1 x"]
)
def test_what_is_no_instruction_is_refused_with_its_line(link: str) -> None:
    with pytest.raises(ValueError, match=link.split(maxsplit=1)[0]):
        bytecode.assemble(f"ADD\n{link} ; comment")
