"""Addresses of every network: strictly decoded, and brought down to one spelling for each account.

    decode(network, "UQB1CKrU…")  ->  Decoded("0:7508aad4…", "non-bounceable", b"…")

Strict means: checksum, length, version, alphabet and case are all right for exactly this network; nothing stands
around the address. What fails raises ``AddressError`` with the reason, and nothing else is ever raised.

A new family is one file with ``decode(network, text)`` and one line in ``_FAMILIES``. It is called with printable
ASCII only; parameters that differ between its networks are a table there, by network name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from monitor.model import Address, Network
from monitor.registry.addresses import (
    aelf,
    algorand,
    aptos,
    beacon,
    bitcoin,
    canton,
    cardano,
    casper,
    conflux,
    cosmos,
    eos,
    evm,
    filecoin,
    flow,
    hedera,
    icon,
    internet_computer,
    iost,
    kadena,
    klayr,
    multiversx,
    near,
    nuls,
    sia,
    solana,
    stacks,
    starknet,
    stellar,
    substrate,
    sui,
    tezos,
    ton,
    tron,
    xrp,
)
from monitor.registry.addresses.decoded import AddressError, Decoded, NoCodecError

__all__ = ["AddressError", "Decoded", "NoCodecError", "canonical", "decode"]

_FAMILIES: Mapping[str, Callable[[Network, str], Decoded]] = {
    "aelf": aelf.decode,
    "algorand": algorand.decode,
    "aptos": aptos.decode,
    "beacon": beacon.decode,
    "bitcoin": bitcoin.decode,
    "canton": canton.decode,
    "cardano": cardano.decode,
    "casper": casper.decode,
    "conflux": conflux.decode,
    "cosmos": cosmos.decode,
    "eos": eos.decode,
    "evm": evm.decode,
    "filecoin": filecoin.decode,
    "flow": flow.decode,
    "harmony": evm.decode,
    "hedera": hedera.decode,
    "icon": icon.decode,
    "internet-computer": internet_computer.decode,
    "iost": iost.decode,
    "iota": sui.decode,  # since 2025 a chain of the same kind
    "kadena": kadena.decode,
    "klayr": klayr.decode,
    "multiversx": multiversx.decode,
    "near": near.decode,
    "nuls": nuls.decode,
    "platon": evm.decode,
    "pocket": cosmos.decode,
    "sia": sia.decode,
    "solana": solana.decode,
    "stacks": stacks.decode,
    "starknet": starknet.decode,
    "stellar": stellar.decode,
    "substrate": substrate.decode,
    "sui": sui.decode,
    "tezos": tezos.decode,
    "ton": ton.decode,
    "tron": tron.decode,
    "venom": ton.decode,
    "xrp": xrp.decode,
}

_AT_SIGHT: Mapping[str, Callable[[str], object]] = {
    "evm": evm.is_canonical,
    "harmony": evm.is_canonical,
    "platon": evm.is_canonical,
    "tron": tron.is_canonical,
}
"""What tells of most addresses of a family that they are valid and in their canonical spelling, in any text."""

_LONGEST = 256  # the longest known, Byron's, have under 120; base58 takes quadratic time


def decode(network: Network, text: str) -> Decoded:
    """The account that ``text`` names on ``network``.

    Where it names none that is an ``AddressError``; where no codec is known for the network, a ``NoCodecError``.
    """
    codec = _FAMILIES.get(network.family)
    if codec is None:
        raise NoCodecError(f"cannot be judged: addresses of {network.title} ({network.family}) cannot be decoded yet")
    if not text:
        raise AddressError("is empty")
    if len(text) > _LONGEST:
        raise AddressError(f"has {len(text)} characters, more than any address")
    if " " in text or not (text.isascii() and text.isprintable()):
        raise AddressError("holds a space or another character that no address has")
    return codec(network, text)


def canonical(network: Network) -> Callable[[str], Address]:
    """What gives ``decode(network, text).canonical``, quickly: a list has a million of them."""
    at_sight = _AT_SIGHT.get(network.family)

    def of(text: str) -> Address:
        if at_sight and at_sight(text):
            return text
        found = decode(network, text).canonical
        return text if found == text else found

    return of
