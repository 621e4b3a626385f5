"""Addresses as cells, which is how contracts of TON take them and tell them.

A cell in a bag of cells (TL-B ``serialized_boc#b5ee9c72``): a header, then for the cell two bytes that say how many
references and bytes it has, and its bits, ended by a 1 and zeros. An address without anycast is ``addr_std$10``: 267
bits, of which 8 are the workchain and 256 the account.
"""

from base64 import b64decode, b64encode

from monitor.chains.rest_api import text
from monitor.model import Address

_MAGIC = bytes.fromhex("b5ee9c72")
_HEADER = bytes.fromhex("01 01 01 01 00 24 00")
"""One cell, which is the root, in 36 bytes; all numbers in one byte, neither index nor checksum."""
_WITH_INDEX, _WITH_CHECKSUM, _WIDTH = 0x80, 0x40, 0x07
_SIZES = b"\x00\x43"
"""No reference, 33 whole bytes and a begun one."""
_LENGTH = 34
_STANDARD = 0b100
"""``addr_std``, without anycast."""
_END = 0b10000
"""The five bits after an address in its last byte."""
_ACCOUNT_BITS, _WORKCHAIN_BITS = 256, 8


def cell_of(account: Address) -> str:
    """Write ``account``, ``workchain:hash``, as a bag of one cell in base64."""
    workchain, _, digits = account.partition(":")
    bits = (_STANDARD << _WORKCHAIN_BITS) + int(workchain) % (1 << _WORKCHAIN_BITS)
    bits = (bits << _ACCOUNT_BITS) + int(digits, 16)
    return b64encode(_MAGIC + _HEADER + _SIZES + ((bits << 5) + _END).to_bytes(_LENGTH, "big")).decode()


def account_of(cell: object) -> Address:
    """Read the account in a bag of one cell in base64. Raises TypeError or ValueError for anything but an address."""
    bag = b64decode(text(cell), validate=True)
    if not bag.startswith(_MAGIC) or len(bag) < len(_MAGIC) + 2:
        raise ValueError("it is no bag of cells")
    flags, offset = bag[4], bag[5]
    width = flags & _WIDTH
    counted = 6 + 3 * width + offset + width + (offset if flags & _WITH_INDEX else 0)
    body = bag[counted : len(bag) - (4 if flags & _WITH_CHECKSUM else 0)]
    if not body.startswith(_SIZES) or len(body) != len(_SIZES) + _LENGTH:
        raise ValueError("it is not a single cell with an address")
    bits = int.from_bytes(body[len(_SIZES) :], "big")
    if bits & (2 * _END - 1) != _END or bits >> (5 + _WORKCHAIN_BITS + _ACCOUNT_BITS) != _STANDARD:
        raise ValueError("it is not a standard address")
    bits >>= 5
    workchain = (bits >> _ACCOUNT_BITS) % (1 << _WORKCHAIN_BITS)
    if workchain >= 1 << (_WORKCHAIN_BITS - 1):
        workchain -= 1 << _WORKCHAIN_BITS
    return f"{workchain}:{bits % (1 << _ACCOUNT_BITS):064x}"
