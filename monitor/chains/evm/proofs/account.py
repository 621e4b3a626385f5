"""What a proof shows of an account and of the words in its storage (Yellow Paper, section 4.1; EIP-1186)."""

from collections.abc import Sequence
from dataclasses import dataclass

import rlp

from monitor.chains.evm.proofs.trie import EMPTY_ROOT, StateProofError, Trie, keccak
from monitor.model import Address

NO_CODE = keccak(b"")
_WORD = 32


@dataclass(frozen=True, slots=True)
class State:
    """An account at a block."""

    balance: int = 0
    storage_root: bytes = EMPTY_ROOT
    code_hash: bytes = NO_CODE


ABSENT = State()
"""What an account has that is not in the trie: no coins, no storage, no code."""


def account(trie: Trie, address: Address, proof: Sequence[object]) -> State:
    """Return the state of ``address`` in the state trie. Raises :class:`StateProofError`."""
    leaf = trie.get(keccak(bytes.fromhex(address[2:])), proof)
    match None if leaf is None else _decoded(leaf):
        case None:
            return ABSENT
        case [bytes(nonce), bytes(balance), bytes(storage_root), bytes(code_hash)]:
            _number(nonce)
            if len(storage_root) != _WORD or len(code_hash) != _WORD:
                raise StateProofError("its leaf holds hashes of another size")
            return State(_number(balance), storage_root, code_hash)
    raise StateProofError("its leaf is no account")


def word(trie: Trie, place: bytes, proof: Sequence[object]) -> int:
    """Return the word at ``place`` in an account's storage trie; zero where nothing stands.

    Raises :class:`StateProofError`.
    """
    leaf = trie.get(keccak(place), proof)
    if leaf is None:
        return 0
    found = _decoded(leaf)
    if not isinstance(found, bytes) or not found:
        raise StateProofError("its leaf is no word")
    return _number(found)


def _decoded(leaf: bytes) -> object:
    try:
        found: object = rlp.decode(leaf)
    except rlp.RLPException as error:
        raise StateProofError(f"its leaf: {error}") from None
    return found


def _number(scalar: bytes) -> int:
    if len(scalar) > _WORD or scalar[:1] == b"\0":
        raise StateProofError("its leaf holds a number that is not canonical")
    return int.from_bytes(scalar, "big")
