"""Raw transactions of Bitcoin and its kin: what they spend and what they make.

Readers of Bitcoin's transactions do not read those of its kin: Litecoin's may end with an extension block, Dash's with
a payload. Inputs and outputs are the same everywhere, and the id is recomputed over everything that it covers.
"""

from typing import NamedTuple

from monitor.formats import bitcoin


class Output(NamedTuple):
    """What a transaction makes."""

    script: bytes
    amount: int


class Transaction(NamedTuple):
    """What a transaction spends, by id and index of the output, and what it makes, by index."""

    spent: tuple[tuple[str, int], ...]
    made: tuple[Output, ...]


def transaction(raw: bytes, txid: str) -> Transaction:
    """Return ``raw`` as the transaction ``txid``; ValueError where it is not that one.

    It is the SHA-256, twice, of the whole, or, where there are witnesses (BIP 144) or the like, of the whole without
    them and without the two bytes that announce them.
    """
    if bitcoin.shown_hash(raw) == txid:
        return _read(raw, 4)[0]
    found, end = _read(raw, 6)
    if bitcoin.shown_hash(raw[:4] + raw[6:end] + raw[-4:]) != txid or raw[4] or not raw[5]:
        raise ValueError(f"these {len(raw)} bytes are not transaction {txid}")
    return found


def _read(raw: bytes, start: int) -> tuple[Transaction, int]:
    """Inputs and outputs from ``start`` on, and where they end."""
    inputs, outputs, end = bitcoin.inputs_and_outputs(raw, start)
    spent = tuple((each.prevout.hash[::-1].hex(), each.prevout.n) for each in inputs)
    return Transaction(spent, tuple(Output(bytes(each.scriptPubKey), each.nValue) for each in outputs)), end
