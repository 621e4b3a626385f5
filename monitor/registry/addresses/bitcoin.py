"""Bitcoin and the coins that took over its scripts: base58check, segregated witness, cashaddr, and what they lock to.

A witness version above 1 is valid and its form is ``witness_v<n>`` (BIP-350), as is version 1 with a program that is
not taproot's. Where a coin has two spellings for one script, canonical is the one that its own node prints.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from monitor.model import Network
from monitor.registry.addresses import cashaddr
from monitor.registry.addresses.decoded import AddressError, Decoded, NoCodecError
from monitor.registry.addresses.encodings import base58check, bech32
from monitor.registry.addresses.encodings.blake256 import blake256


def _blake256d(data: bytes) -> bytes:
    return blake256(blake256(data))


@dataclass(frozen=True, slots=True)
class _Coin:
    """How one coin writes its addresses: the versions of its base58check, in hexadecimal, and its prefixes."""

    p2pkh: str
    p2sh: str
    bech32: str = ""
    cashaddr: str = ""
    old_p2sh: str = ""
    """A version from before the coin chose its own. Its node still reads it as the same script, so it is accepted."""
    checksum: base58check.Hash = base58check.sha256d
    transparent: str = ""
    """The prefix of bech32m that stands for P2PKH where coins must come from a transparent address (ZIP-320)."""
    unreadable: Mapping[str, str] = field(default_factory=dict)
    """Beginnings of addresses whose coins no one but the owner can see, and what to call them."""


_COINS = {
    "bitcoin": _Coin("00", "05", bech32="bc"),
    "bitcoin-cash": _Coin("00", "05", cashaddr="bitcoincash"),
    "bitcoin-diamond": _Coin("00", "05", bech32="bcd"),
    "bitcoin-gold": _Coin("26", "17", bech32="btg"),
    "bitcoin-sv": _Coin("00", "05"),
    "dash": _Coin("4c", "10"),
    "decred": _Coin("073f", "071a", checksum=_blake256d),
    "digibyte": _Coin("1e", "3f", bech32="dgb", old_p2sh="05"),
    "dogecoin": _Coin("1e", "16"),
    "ecash": _Coin("00", "05", cashaddr="ecash"),
    "horizen": _Coin("2089", "2096", unreadable={"zc": "a shielded (Sprout) address"}),
    "litecoin": _Coin(
        "30", "32", bech32="ltc", old_p2sh="05", unreadable={"ltcmweb1": "a confidential (MWEB) address"}
    ),
    "qtum": _Coin("3a", "32", bech32="qc"),
    "ravencoin": _Coin("3c", "7a"),
    "zcash": _Coin(
        "1cb8",
        "1cbd",
        transparent="tex",
        unreadable={
            "zc": "a shielded (Sprout) address",
            "zs1": "a shielded (Sapling) address",
            "u1": "a unified address, which may be shielded",
        },
    ),
}

_TEST_NET = "a test net"

_HRP_OWNERS = dict.fromkeys(("tb", "bcrt", "tltc"), _TEST_NET) | {
    coin.bech32: name for name, coin in _COINS.items() if coin.bech32
}


def _versions(coin: _Coin) -> dict[bytes, str]:
    versions = {bytes.fromhex(coin.p2pkh): "p2pkh", bytes.fromhex(coin.p2sh): "p2sh"}
    if coin.old_p2sh:
        versions[bytes.fromhex(coin.old_p2sh)] = "p2sh"
    return versions


_TEST_VERSIONS = (b"\x6f", b"\xc4")
_VERSIONS = {name: _versions(coin) for name, coin in _COINS.items()}


def decode(network: Network, text: str) -> Decoded:
    coin = _COINS.get(network.name)
    if coin is None:
        raise NoCodecError(f"cannot be judged: no address parameters of {network.name} are known")
    if _has_hrp(text):
        return _segwit(coin, text)
    if coin.cashaddr and cashaddr.resembles(text):
        return cashaddr.decode(coin.cashaddr, text)
    for beginning, kind in coin.unreadable.items():
        if text.lower().startswith(beginning):
            raise NoCodecError(f"is {kind}: its balance cannot be read from the chain")
    if coin.transparent and text.lower().startswith(f"{coin.transparent}1"):
        payload = bech32.decode_m(text, coin.transparent)
        text = base58check.encode_check(bytes.fromhex(coin.p2pkh) + payload)
    return _base58(network, coin, text)


def script_pubkey(decoded: Decoded) -> bytes:
    """The output script that pays to a decoded address of this family."""
    form, payload = decoded.form, decoded.payload
    match form:
        case "p2pkh":  # DUP HASH160 <hash> EQUALVERIFY CHECKSIG
            return b"\x76\xa9\x14" + payload + b"\x88\xac"
        case "p2sh":  # HASH160 <hash> EQUAL
            return b"\xa9\x14" + payload + b"\x87"
        case "p2sh32":  # HASH256 <hash> EQUAL (Bitcoin Cash, CHIP-2022-05)
            return b"\xaa\x20" + payload + b"\x87"
        case "p2wpkh" | "p2wsh":
            version = 0
        case "p2tr":
            version = 1
        case _ if form.startswith("witness_v"):
            version = int(form.removeprefix("witness_v"))
        case _:
            raise ValueError(f"an address of the form {form!r} has no output script")
    opcode = 0x50 + version if version else 0  # OP_1 to OP_16, or OP_0
    return bytes((opcode, len(payload))) + payload


def _has_hrp(text: str) -> bool:
    """Whether ``text`` is meant as bech32. The case of its prefix matters: base58 of Qtum may begin with ``Qc1``."""
    prefix, separator, _ = text.rpartition("1")
    return bool(separator) and (prefix in _HRP_OWNERS or (text.isupper() and prefix.lower() in _HRP_OWNERS))


def _segwit(coin: _Coin, text: str) -> Decoded:
    prefix, version, program = bech32.decode_witness(text)
    if prefix != coin.bech32:
        raise AddressError(f"is an address of {_HRP_OWNERS[prefix]}")
    form = {(0, 20): "p2wpkh", (0, 32): "p2wsh", (1, 32): "p2tr"}.get((version, len(program)), f"witness_v{version}")
    return Decoded(text.lower(), form, program)


def _base58(network: Network, coin: _Coin, text: str) -> Decoded:
    body = base58check.decode_check(text, checksum=coin.checksum)
    version, payload = body[:-20], body[-20:]
    form = _VERSIONS[network.name].get(version)
    if form is None:
        raise AddressError(_foreign(network, version))
    if version.hex() == coin.old_p2sh:
        text = base58check.encode_check(bytes.fromhex(coin.p2sh) + payload)
    elif coin.cashaddr:
        text = cashaddr.encode(coin.cashaddr, form, payload)
    return Decoded(text, form, payload)


def _foreign(network: Network, version: bytes) -> str:
    owners = [name for name, versions in _VERSIONS.items() if version in versions]
    if version in _TEST_VERSIONS:
        owners = [_TEST_NET]
    if owners:
        return f"is an address of {' or '.join(owners)}"
    return f"is no address of {network.name}: its base58 payload does not begin with a version of this coin"
