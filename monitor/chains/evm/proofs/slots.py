"""Where a token's contract keeps its balances: found by trying, for tokens whose place is not pinned in the registry.

A node runs ``balanceOf`` with another storage than the contract's: at every place where a mapping from accounts to
balances is usual, a number of its own is put for one account. The number that comes back names the place. Then the
place is filled with ones: what comes back are the bits that are the balance's. A contract that computes balances
(shares, rebasing) gives back neither, and its balances cannot be proven.

The node may lie about all of this, and then show true proofs of a mapping that holds no balances. So what is found is
agreed upon like a block, by the quorum.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from monitor.chains.errors import Reason
from monitor.chains.evm.errors import Meaning, meaning
from monitor.chains.evm.proofs.trie import keccak
from monitor.chains.evm.rpc import AtBlock
from monitor.chains.jsonrpc import failure_of
from monitor.chains.node import BalanceSlots
from monitor.model import Address, BalanceSlot, Token

_WORD = 32
_BITS = 256
_MARK = 64
"""Bits of a mark: many enough that no sum of a mark and something else is another mark."""
_BALANCE_OF = "0x70a08231" + "00" * 12  # balanceOf(address), ERC-20; the account's 20 bytes follow
_HOLDER: Address = "0x" + keccak(b"reserve-monitor: a holder")[-20:].hex()
"""Nobody, who has nothing but what the trial gives them."""
_USUAL = 256
"""Mappings further down in a contract's storage than this are pinned by hand."""
_ERC20_STORAGE = 0x52C63247E1F47DB19D5CE0460030C497F067CA4CEBF71BA98EEADABE20BACE00
"""``openzeppelin.storage.ERC20`` (ERC-7201): where OpenZeppelin's upgradeable tokens keep their balances since 5.0."""


def place(slot: BalanceSlot, account: Address) -> bytes:
    """Return the place of the word that holds the balance of ``account``."""
    holder, mapping = bytes.fromhex(account[2:]).rjust(_WORD, b"\0"), slot.slot.to_bytes(_WORD, "big")
    return keccak(mapping + holder if slot.vyper else holder + mapping)


def amount(slot: BalanceSlot, word: int) -> int:
    """Return the balance in ``word``."""
    return word & ((1 << slot.bits) - 1)


async def find(at: AtBlock, tokens: Sequence[Token]) -> BalanceSlots:
    """Try where each of ``tokens`` keeps its balances. An endpoint without state overrides is ``unsupported``."""
    found, missing = {}, {}
    for token in tokens:
        slot = await _tried(at, token)
        if isinstance(slot, BalanceSlot):
            found[token] = slot
        else:
            missing[token] = slot
    return BalanceSlots(at.block, found, missing)


_CANDIDATES = {
    place(slot, _HOLDER): slot
    for slot in (BalanceSlot(each, vyper=vyper) for vyper in (False, True) for each in (*range(_USUAL), _ERC20_STORAGE))
}
_MARKS = {where: int.from_bytes(keccak(b"mark" + where)[: _MARK // 8], "big") for where in _CANDIDATES}
_MARKED = {mark: where for where, mark in _MARKS.items()}


async def _tried(at: AtBlock, token: Token) -> BalanceSlot | str:
    """The slot of ``token``, or why there is none."""
    told = await _balance_with(at, token, _MARKS)
    where = None if told is None else _MARKED.get(told)
    if where is None:
        return "its balances are in no usual slot of its storage, or it computes them"
    ones = await _balance_with(at, token, {where: (1 << _BITS) - 1})
    if ones is None or ones & (ones + 1) or ones.bit_length() < _MARK:
        return "its balances are not the low bits of a word in its storage"
    return replace(_CANDIDATES[where], bits=ones.bit_length())


async def _balance_with(at: AtBlock, token: Token, words: Mapping[bytes, int]) -> int | None:
    """``balanceOf`` the holder with ``words`` in the contract's storage; None where it tells none."""
    storage = {f"0x{where.hex()}": f"0x{word:064x}" for where, word in words.items()}
    call = {"to": token.contract, "data": _BALANCE_OF + _HOLDER[2:]}
    params = [call, at.position, {token.contract: {"stateDiff": storage}}]
    (reply,) = await at.rpc.ask([("eth_call", params)])
    if failure := failure_of(reply):
        what = meaning(failure)
        if what is Meaning.REVERTED:
            return None
        if what in (Meaning.OTHER, Meaning.HASH_REFUSED):
            raise at.rpc.link.fault(Reason.UNSUPPORTED, f"it tries no balance slots (state overrides): {failure}")
        raise await at.cause(failure)
    data = at.rpc.data(reply["result"], "balanceOf")
    return int.from_bytes(data, "big") if len(data) == _WORD else None
