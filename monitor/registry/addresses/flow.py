"""Flow, main net: eight bytes in hexadecimal that are a word of a [64, 45, 7] linear code, so that typing errors show.

Constants of the protocol (flow-go, model/flow/address.go). Other nets shift the code by a fixed word.
"""

from __future__ import annotations

from monitor.model import Network
from monitor.registry.addresses.decoded import AddressError, Decoded
from monitor.registry.addresses.encodings import hexadecimal

# What each bit, the lowest first, adds to the parity; the first 19 are the parity bits themselves.
_PARITY = (
    *(1 << bit for bit in range(19)),
    0x7328D, 0x6689A, 0x6112F, 0x6084B, 0x433FD, 0x42AAB, 0x41951, 0x233CE, 0x22A81, 0x21948, 0x1EF60, 0x1DECA,
    0x1C639, 0x1BDD8, 0x1A535, 0x194AC, 0x18C46, 0x1632B, 0x1529B, 0x14A43, 0x13184, 0x12942, 0x118C1, 0x0F812,
    0x0E027, 0x0D00E, 0x0C83C, 0x0B01D, 0x0A831, 0x0982B, 0x07034, 0x0682A, 0x05819, 0x03807, 0x007D2, 0x00727,
    0x0068E, 0x0067C, 0x0059D, 0x004EB, 0x003B4, 0x0036A, 0x002D9, 0x001C7, 0x0003F,
)  # fmt: skip


def decode(_network: Network, text: str) -> Decoded:
    account = hexadecimal.decode(text, 8)
    word = int.from_bytes(account, "big")
    parity = 0
    for bit, term in enumerate(_PARITY):
        if word >> bit & 1:
            parity ^= term
    if parity or not word:
        raise AddressError("is not an address of the main net: its parity bits do not match")
    return Decoded("0x" + account.hex(), "account", account)
