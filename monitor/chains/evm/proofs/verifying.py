"""Answers of ``eth_getProof`` (EIP-1186), verified: what is proven, and whether the answer itself says the same."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from monitor.chains.evm import values
from monitor.chains.evm.proofs.account import State, account, word
from monitor.chains.evm.proofs.trie import Trie
from monitor.model import Address


class StateContradictionError(Exception):
    """Whoever answered tells one number and proves another."""


def state(trie: Trie, address: Address, answer: object) -> State:
    """Return the account that ``answer`` proves.

    Raises ValueError for what is no proof, and :class:`StateContradictionError`.
    """
    with _named(address):
        document = _object(answer)
        proven = account(trie, address, _list(document.get("accountProof"), "accountProof"))
        _same(address, document.get("balance"), proven.balance)
    return proven


def words(trie: Trie, places: Mapping[Address, bytes], answer: object) -> dict[Address, int]:
    """Return the word that ``answer`` proves to stand at each account's place in a contract's storage.

    Raises what :func:`state` does.
    """
    proofs = _list(_object(answer).get("storageProof"), "storageProof")
    if len(proofs) != len(places):
        raise ValueError(f"{len(proofs)} storage proofs where {len(places)} were due")
    found = {}
    for (address, place), proof in zip(places.items(), proofs, strict=True):
        with _named(address):
            document = _object(proof)
            found[address] = word(trie, place, _list(document.get("proof"), "proof"))
            _same(address, document.get("value"), found[address])
    return found


@contextmanager
def _named(address: Address) -> Iterator[None]:
    """Whose proof it is that is none."""
    try:
        yield
    except ValueError as error:
        raise ValueError(f"account {address}: {error}") from None


def _same(address: Address, told: object, proven: int) -> None:
    if values.quantity(told) != proven:
        raise StateContradictionError(f"account {address}: eth_getProof tells {told} and proves {proven:#x}")


def _object(value: object) -> dict[str, object]:
    if not isinstance(value, dict):
        raise ValueError("it is not an object")  # noqa: TRY004 - the sender's fault, not the caller's
    return value


def _list(value: object, name: str) -> list[object]:
    if not isinstance(value, list):
        raise ValueError(f"{name} is not a list")  # noqa: TRY004 - the sender's fault, not the caller's
    return value
