"""The programs that read many balances in one call, and the assembler that makes their bytes from their source.

Input is packed: 20 bytes an account; for a token, its contract's 20 bytes come first. Output is one word (32 bytes)
with the number of balances, then one word for each balance, in the order of the accounts. The number comes first, for

- an answer of nothing but zeros can then not pass for balances, and
- created code must not begin with 0xEF (EIP-3541), as the balance of a token could.

A program gets its input in one of two ways: as call data, where its code is put at an address by a state override, or
behind its own code, where it is run as the init code of a contract that is never created. No instruction is younger
than Constantinople (SHR), so that the programs run on every EVM chain.
"""

import re
from functools import cache

_NAMED = {
    "ADD": 0x01,
    "SUB": 0x03,
    "DIV": 0x04,
    "LT": 0x10,
    "EQ": 0x14,
    "ISZERO": 0x15,
    "AND": 0x16,
    "SHR": 0x1C,
    "BALANCE": 0x31,
    "CALLDATASIZE": 0x36,
    "CALLDATACOPY": 0x37,
    "CODESIZE": 0x38,
    "CODECOPY": 0x39,
    "RETURNDATASIZE": 0x3D,
    "POP": 0x50,
    "MLOAD": 0x51,
    "MSTORE": 0x52,
    "JUMP": 0x56,
    "JUMPI": 0x57,
    "GAS": 0x5A,
    "JUMPDEST": 0x5B,
    "RETURN": 0xF3,
    "STATICCALL": 0xFA,
    "REVERT": 0xFD,
}
_OPCODES = {
    **_NAMED,
    **{f"PUSH{size}": 0x5F + size for size in range(1, 33)},
    **{f"DUP{depth}": 0x7F + depth for depth in range(1, 17)},
    **{f"SWAP{depth}": 0x8F + depth for depth in range(1, 17)},
}
"""The Yellow Paper's, as far as the programs use them."""

_LINE = re.compile(r"\s*(?:(?P<label>\w+):)?\s*(?P<words>[^;]*)")


def assemble(source: str) -> bytes:
    """Return the bytes of ``source``: at most one instruction a line, ``;`` begins a comment.

    ``name:`` names the offset of what follows, ``PUSH1 @name`` pushes it; a jump's target is a ``JUMPDEST``. Raises
    ValueError, with the line, for what is no instruction, and where an operand does not fit.
    """
    labels: dict[str, int] = {}
    offset = 0
    instructions = []
    for line in source.splitlines():
        label, text = _LINE.match(line).group("label", "words")  # type: ignore[union-attr]  # it matches every line
        if label:
            labels[label] = offset
        if words := text.split():
            instructions.append(words)
            offset += 1 + _operand_size(words)
    return b"".join(_encoded(words, labels) for words in instructions)


def _operand_size(words: list[str]) -> int:
    name = words[0]
    size = int(name[4:]) if name in _OPCODES and name.startswith("PUSH") else 0
    if name not in _OPCODES or len(words) != 1 + bool(size):
        raise ValueError(f"{' '.join(words)!r} is no instruction")
    return size


def _encoded(words: list[str], labels: dict[str, int]) -> bytes:
    name, *operands = words
    code = bytes([_OPCODES[name]])
    for operand in operands:
        try:
            value = labels[operand[1:]] if operand.startswith("@") else int(operand, 0)
            code += value.to_bytes(_operand_size(words), "big")
        except (KeyError, ValueError, OverflowError):
            raise ValueError(f"{' '.join(words)!r}: no such label, or no number that fits") from None
    return code


# Memory: 0x00..0x40 scratch, from 0x40 on the input, and right behind it the output.
# The stack is written with its top on the left: n is the input's size in bytes, e its end in memory (where the output
# begins), p the place of the next account, q that of its balance, and under them, for a token only, t its contract.

_FROM_CALL_DATA = """
        CALLDATASIZE        ; n
        DUP1
        PUSH1 0
        PUSH1 0x40
        CALLDATACOPY        ; n                 memory[0x40 ...] = call data
"""

_FROM_CODE = """
        PUSH1 @end
        CODESIZE
        SUB                 ; n                 the input lies behind the program
        DUP1
        PUSH1 @end
        PUSH1 0x40
        CODECOPY            ; n                 memory[0x40 ...] = input
"""

_BEGIN_COINS = """
        DUP1
        PUSH1 20
        SWAP1
        DIV                 ; n/20 n
        SWAP1
        PUSH1 0x40
        ADD                 ; e n/20
        SWAP1
        DUP2
        MSTORE              ; e                 the output's first word: how many balances follow
        DUP1
        PUSH1 32
        ADD                 ; q e
        PUSH1 0x40          ; p q e
"""

_BEGIN_ERC20 = """
        PUSH4 0x{selector}    ;                   balanceOf(address), or another function of an account
        PUSH1 0
        MSTORE              ; n                 memory[28 ... 32] = selector; behind it goes the account
        PUSH1 0x40
        MLOAD
        PUSH1 96
        SHR                 ; t n
        PUSH1 20
        DUP3
        DIV                 ; n/20 t n
        PUSH1 1
        SWAP1
        SUB                 ; n/20-1 t n        all but the contract are accounts
        SWAP2
        PUSH1 0x40
        ADD                 ; e t n/20-1
        SWAP2
        DUP3
        MSTORE              ; t e               the output's first word: how many balances follow
        SWAP1               ; e t
        DUP1
        PUSH1 32
        ADD                 ; q e t
        PUSH1 0x54          ; p q e t           behind the contract
"""

_FOR_EACH = """
next:   JUMPDEST
        DUP3
        DUP2
        LT                  ; p<e p q e
        ISZERO
        PUSH1 @done
        JUMPI               ; p q e
        DUP1
        MLOAD
        PUSH1 96
        SHR                 ; account p q e
"""

_COINS = """
        BALANCE             ; balance p q e
        DUP3
        MSTORE              ; p q e             memory[q] = balance
"""

_ERC20 = """
        PUSH1 32
        MSTORE              ; p q e t           memory[32 ... 64] = account
        PUSH1 32            ;                   one word of the answer goes to memory[q]
        DUP3
        PUSH1 36            ;                   the call data: memory[28 ... 64]
        PUSH1 28
        DUP8
        GAS
        STATICCALL          ; success p q e t
        RETURNDATASIZE
        PUSH1 32
        EQ                  ;                   exactly one word; an address without code answers nothing
        AND
        ISZERO
        PUSH1 @failed
        JUMPI               ; p q e t
"""

_UNTIL_DONE = """
        PUSH1 20
        ADD
        SWAP1
        PUSH1 32
        ADD
        SWAP1               ; p+20 q+32 e
        PUSH1 @next
        JUMP
done:   JUMPDEST
        POP                 ; q e
        DUP2
        SWAP1
        SUB                 ; q-e e
        SWAP1
        RETURN              ;                   memory[e ... q]
"""

_REFUSAL = """
failed: JUMPDEST
        PUSH4 0x8cb85f52    ;                   NoBalance(address), encoded as Solidity does; the account is in place
        PUSH1 0
        MSTORE
        PUSH1 36
        PUSH1 28
        REVERT              ;                   memory[28 ... 64]
"""

NO_BALANCE = "8cb85f52"
"""Selector of ``error NoBalance(address account)``: the token did not answer with one word for this account."""

_COINS_BODY = _BEGIN_COINS + _FOR_EACH + _COINS + _UNTIL_DONE
_ERC20_BODY = _BEGIN_ERC20 + _FOR_EACH + _ERC20 + _UNTIL_DONE + _REFUSAL
_END = "end:"

BALANCE_OF = "70a08231"
"""Selector of ``balanceOf(address)``."""


@cache
def token_called(selector: str = BALANCE_OF) -> bytes:
    """Return the program that asks one token by ``selector``; the input is the call data."""
    return assemble(_FROM_CALL_DATA + _ERC20_BODY.replace("{selector}", selector))


@cache
def token_created(selector: str = BALANCE_OF) -> bytes:
    """Return the program that asks one token by ``selector``; the input lies behind these bytes."""
    return assemble(_FROM_CODE + _ERC20_BODY.replace("{selector}", selector) + _END)


COINS_CALLED = assemble(_FROM_CALL_DATA + _COINS_BODY)
"""Native coins; the input is the call data."""
TOKEN_CALLED = token_called()
"""One token; the input is the call data."""
COINS_CREATED = assemble(_FROM_CODE + _COINS_BODY + _END)
"""Native coins; the input lies behind these bytes."""
TOKEN_CREATED = token_created()
"""One token; the input lies behind these bytes."""
