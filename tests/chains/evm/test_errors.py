import pytest

from monitor.chains.evm.errors import Meaning, meaning
from monitor.chains.jsonrpc import RpcFailure


@pytest.mark.parametrize(
    ("code", "message", "expected"),
    [
        (3, "execution reverted", Meaning.REVERTED),
        (3, "execution reverted: header not found", Meaning.REVERTED),
        (-32000, "execution reverted: missing trie node", Meaning.REVERTED),
        (-32603, "EVM error InvalidFEOpcode", Meaning.REVERTED),
        (-32603, "EVM error OutOfGas", Meaning.REVERTED),
        (-32000, "invalid opcode: opcode 0xfe not defined", Meaning.REVERTED),
        (-32000, "stack underflow (0 <=> 1)", Meaning.REVERTED),
        (-32015, "VM execution error.", Meaning.REVERTED),
        (-32000, "missing trie node 5a1c (path ) state 0x5a1c is not available", Meaning.PRUNED),
        (-32000, "historical state 0x12 is not available", Meaning.PRUNED),
        (4444, "pruned history unavailable", Meaning.PRUNED),
        (-32002, "No state available for block 0x12", Meaning.PRUNED),
        (-32000, "header not found", Meaning.UNKNOWN_BLOCK),
        (-32000, "header for hash not found", Meaning.UNKNOWN_BLOCK),
        (-32000, "hash 0x12 is not currently canonical", Meaning.UNKNOWN_BLOCK),
        (-32001, "Resource not found", Meaning.UNKNOWN_BLOCK),
        (-32000, "finalized block not found", Meaning.UNKNOWN_BLOCK),  # geth and its kin
        (-32000, "safe block not found", Meaning.UNKNOWN_BLOCK),
        (-39001, "Unknown block", Meaning.UNKNOWN_BLOCK),
        (-32001, "block not found: finalized", Meaning.UNKNOWN_BLOCK),
        (-32000, "block #24000001 could not be found", Meaning.UNKNOWN_BLOCK),
        (-32000, "Block with such an ID doesn't exist yet", Meaning.UNKNOWN_BLOCK),
        (-32000, "the header does not exist (block number: 9)", Meaning.UNKNOWN_BLOCK),
        (-32000, "cannot query unfinalized data", Meaning.UNKNOWN_BLOCK),
        (-32603, "State already discarded for 0x12", Meaning.PRUNED),
        (-32000, "height 9 is not available, lowest height is 12", Meaning.PRUNED),
        (-32000, "required historical state unavailable (reexec=128)", Meaning.PRUNED),
        (-32602, "BlockOutOfRangeError: block height is 7 but requested was 9", Meaning.UNKNOWN_BLOCK),
        (
            -32602,
            "invalid argument 1: json: cannot unmarshal object into Go value of type string",
            Meaning.HASH_REFUSED,
        ),
        (-32601, "the method eth_call does not exist", Meaning.OTHER),
        (-32000, "execution aborted (timeout = 5s)", Meaning.OTHER),
    ],
)
def test_nodes_are_understood_by_their_words(code: int, message: str, expected: Meaning) -> None:
    assert meaning(RpcFailure(code, message)) is expected
