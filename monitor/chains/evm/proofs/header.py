"""Block headers whose hash is recomputed, so that their state root is the one that the hash stands for.

A block's hash is the Keccak-256 of its header's fields in RLP (Yellow Paper, section 4.4.3). Forks have appended
fields, never taken any away: EIP-1559, EIP-4895, EIP-4844, EIP-4788, EIP-7685, EIP-7928, EIP-7843. A chain that hashes
anything else cannot be verified here, and is told so.
"""

from collections.abc import Callable, Mapping

import rlp

from monitor.chains.errors import Reason
from monitor.chains.evm import values
from monitor.chains.evm.proofs.trie import keccak
from monitor.chains.evm.rpc import EvmRpc
from monitor.chains.node import StateRoot
from monitor.model import Block

_Encoder = Callable[[object], bytes]


class UnknownHeaderError(ValueError):
    """A header with fields that are not Ethereum's, and whose hash does not come from those that are."""


def _fixed(size: int) -> _Encoder:
    def encoded(value: object) -> bytes:
        data = values.data(value)
        if len(data) != size:
            raise ValueError(f"{len(data)} bytes where {size} were due")
        return data

    return encoded


def _scalar(value: object) -> bytes:
    """A number in RLP: big-endian without leading zeros, zero is nothing."""
    number = values.quantity(value)
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


_WORD = _fixed(32)
_FRONTIER: Mapping[str, _Encoder] = {
    "parentHash": _WORD,
    "sha3Uncles": _WORD,
    "miner": _fixed(20),
    "stateRoot": _WORD,
    "transactionsRoot": _WORD,
    "receiptsRoot": _WORD,
    "logsBloom": _fixed(256),
    "difficulty": _scalar,
    "number": _scalar,
    "gasLimit": _scalar,
    "gasUsed": _scalar,
    "timestamp": _scalar,
    "extraData": values.data,
    "mixHash": _WORD,
    "nonce": _fixed(8),
}
_APPENDED: Mapping[str, _Encoder] = {
    "baseFeePerGas": _scalar,  # London
    "withdrawalsRoot": _WORD,  # Shanghai
    "blobGasUsed": _scalar,  # Cancun, with the next two
    "excessBlobGas": _scalar,
    "parentBeaconBlockRoot": _WORD,
    "requestsHash": _WORD,  # Prague
    "blockAccessListHash": _WORD,  # Amsterdam, with the next
    "slotNumber": _scalar,
}
_BESIDE = frozenset({"hash", "size", "totalDifficulty", "transactions", "uncles", "withdrawals"})
"""What ``eth_getBlockByNumber`` tells of a block beside its header."""


async def read(rpc: EvmRpc, block: Block) -> StateRoot:
    """Read the state root of ``block``, from a header that makes its hash and is the endpoint's own of this number."""
    number = block.number
    document = await rpc.result("eth_getBlockByNumber", [hex(number), False])
    if document is None:
        raise rpc.link.fault(Reason.BEHIND, f"it has no block {number} yet")
    try:
        found = state_root(document)
    except UnknownHeaderError as error:
        remedy = "set `verify: answers` for this network"
        raise rpc.link.fault(Reason.UNSUPPORTED, f"block {number} cannot be verified: {error}; {remedy}") from None
    except ValueError as error:
        raise rpc.link.fault(Reason.MALFORMED, f"header of block {number}: {error}") from None
    if found.block.hash != block.hash:
        raise rpc.link.fault(Reason.TIP_MOVED, f"block {number} is {found.block.hash} there, not {block.hash}")
    return found


def state_root(document: object) -> StateRoot:
    """Return block and state root of the header that ``document``, a result of ``eth_getBlockByNumber``, describes.

    Raises :class:`UnknownHeaderError` where the chain's headers are not Ethereum's, and ValueError where a field is
    missing or wrong, or the fields do not make the hash.
    """
    if not isinstance(document, dict):
        raise ValueError("it is not a block")  # noqa: TRY004 - the sender's fault, not the caller's
    block = values.block(document)
    found = "0x" + keccak(rlp.encode(_fields(document))).hex()
    if found != block.hash:
        unknown = sorted(document.keys() - {*_FRONTIER, *_APPENDED, *_BESIDE})
        if unknown:
            raise UnknownHeaderError(f"its headers have fields that are not Ethereum's: {', '.join(unknown)}")
        raise ValueError(f"its fields make the hash {found}, not {block.hash}")
    return StateRoot(block, _WORD(document["stateRoot"]))


def _fields(document: Mapping[str, object]) -> list[bytes]:
    """The fields in the order in which they are hashed: Ethereum's first 15, and as many of the others as there are."""
    present = [name for name in _APPENDED if document.get(name) is not None]
    if present != list(_APPENDED)[: len(present)]:
        missing = next(name for name in _APPENDED if name not in present)
        raise UnknownHeaderError(f"its headers have {present[-1]} but no {missing}")
    encoders = {**_FRONTIER, **{name: _APPENDED[name] for name in present}}
    return [_field(name, encode, document.get(name)) for name, encode in encoders.items()]


def _field(name: str, encode: _Encoder, value: object) -> bytes:
    try:
        return encode(value)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None
