"""What EVM nodes mean by their errors. JSON-RPC leaves the codes to them, so most of it is in their words."""

import re
from enum import Enum, auto

from monitor.chains.jsonrpc import RpcFailure


class Meaning(Enum):
    """What a failed call says."""

    REVERTED = auto()
    """The contract itself refused: the same on every honest node."""
    UNKNOWN_BLOCK = auto()
    PRUNED = auto()
    HASH_REFUSED = auto()
    """The node takes no block hash as a block parameter (EIP-1898)."""
    OTHER = auto()


_REVERT_CODE = 3  # geth and those that follow it: "execution reverted", with the data
_UNKNOWN_BLOCK_CODE = -39001  # execution-apis, "Unknown block"

_WORDS = {
    Meaning.REVERTED: (
        "revert",
        "invalid (fe ?)?opcode",
        "invalidfeopcode",
        "invalid jump",
        "bad (instruction|jump)",
        "out ?of ?gas",
        "gas required exceeds",
        "stack ?(under|over)flow",
        "evm error",
        "vm (execution error|exception)",
        "contract is not exist|no contract or not a",  # java-tron, of a call to what is no contract
    ),
    Meaning.PRUNED: (
        "missing trie node",
        "prun",
        "archive",
        "historical state",
        "no state",
        "state .*(not available|missing|unavailable)",
        "distance to target block",
        "too old",
        "already discarded",
        "lowest height is",
    ),
    Meaning.UNKNOWN_BLOCK: (
        "(header|block|resource) .*(not|n't) (be )?found",
        "(header|resource) not found",
        "unknown ?(block|header)",
        "(header|block).* (does ?n.?t|does not|not) (yet )?exist",
        "not currently canonical",
        "(can|could) ?(n.?t|not) find (the )?(block|header)",
        "block.*out ?of ?range",
        "future (block|epoch)",
        "unfinalized",
        "not yet (available|imported)",
    ),
    Meaning.HASH_REFUSED: (
        "unmarshal",
        "invalid (argument|params|block|type)",
        "hex string",
        "expected .*string",
        "cannot parse",
    ),
}
"""In this order: words of a contract are not to be taken for the node's."""

_MEANINGS = {found: re.compile("|".join(words), re.IGNORECASE) for found, words in _WORDS.items()}


def meaning(failure: RpcFailure) -> Meaning:
    """Return what ``failure`` of a read call means."""
    if failure.code == _REVERT_CODE:
        return Meaning.REVERTED
    if failure.code == _UNKNOWN_BLOCK_CODE:
        return Meaning.UNKNOWN_BLOCK
    for found, words in _MEANINGS.items():
        if words.search(failure.message):
            return found
    return Meaning.OTHER
