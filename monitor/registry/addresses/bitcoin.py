"""Bitcoin and the coins that took over its scripts: base58check, segregated witness, cashaddr, and what they lock to.

A witness version above 1 is valid and its form is ``witness_v<n>`` (BIP-350), as is version 1 with a program that is
not taproot's. Where a coin has two spellings for one script, canonical is the one that its own node prints.
"""

from __future__ import annotations

from monitor.formats.bitcoin import key_hash_script, script_hash_script, sha256d, witness_script
from monitor.model import ChainParameters, KeyHash, Network
from monitor.registry.addresses import cashaddr
from monitor.registry.addresses.decoded import AddressError, Decoded, NoCodecError
from monitor.registry.addresses.encodings import base58check, bech32
from monitor.registry.addresses.encodings.blake256 import blake256


def _blake256d(data: bytes) -> bytes:
    return blake256(blake256(data))


_CHECKSUMS = {KeyHash.SHA256: sha256d, KeyHash.BLAKE256: _blake256d}


def decode(network: Network, text: str) -> Decoded:
    coin = network.parameters
    if coin is None:
        raise NoCodecError(f"cannot be judged: no address parameters of {network.name} are known")
    addresses = coin.addresses
    if _has_hrp(coin, text):
        return _segwit(coin, text)
    if addresses.cashaddr and cashaddr.resembles(text):
        return cashaddr.decode(coin, text)
    for beginning, kind in addresses.unreadable:
        if text.lower().startswith(beginning):
            raise NoCodecError(f"is {kind}: its balance cannot be read from the chain")
    if addresses.transparent and text.lower().startswith(f"{addresses.transparent}1"):
        payload = bech32.decode_m(text, addresses.transparent)
        text = base58check.encode_check(addresses.p2pkh + payload)
    return _base58(network, coin, text)


def script_pubkey(decoded: Decoded) -> bytes:
    """The output script that pays to a decoded address of this family."""
    form, payload = decoded.form, decoded.payload
    match form:
        case "p2pkh":
            return key_hash_script(payload)
        case "p2sh" | "p2sh32":
            return script_hash_script(payload)
        case "p2wpkh" | "p2wsh":
            return witness_script(0, payload)
        case "p2tr":
            return witness_script(1, payload)
        case _ if form.startswith("witness_v"):
            return witness_script(int(form.removeprefix("witness_v")), payload)
        case _:
            raise ValueError(f"an address of the form {form!r} has no output script")


def _has_hrp(coin: ChainParameters, text: str) -> bool:
    """Whether ``text`` is meant as bech32. The case of its prefix matters: base58 of Qtum may begin with ``Qc1``."""
    prefix, separator, _ = text.rpartition("1")
    known = coin.known.bech32
    return bool(separator) and (prefix in known or (text.isupper() and prefix.lower() in known))


def _segwit(coin: ChainParameters, text: str) -> Decoded:
    prefix, version, program = bech32.decode_witness(text)
    if prefix != coin.addresses.bech32:
        raise AddressError(f"is an address of {' or '.join(coin.known.bech32[prefix])}")
    form = {(0, 20): "p2wpkh", (0, 32): "p2wsh", (1, 32): "p2tr"}.get((version, len(program)), f"witness_v{version}")
    return Decoded(text.lower(), form, program)


def _base58(network: Network, coin: ChainParameters, text: str) -> Decoded:
    body = base58check.decode_check(text, checksum=_CHECKSUMS[coin.key_hash])
    version, payload = body[:-20], body[-20:]
    form = coin.addresses.form(version)
    if form is None:
        raise AddressError(_foreign(network, coin, version))
    if version == coin.addresses.p2sh_old:
        text = base58check.encode_check(coin.addresses.p2sh + payload)
    elif coin.addresses.cashaddr:
        text = cashaddr.encode(coin.addresses.cashaddr, form, payload)
    return Decoded(text, form, payload)


def _foreign(network: Network, coin: ChainParameters, version: bytes) -> str:
    if owners := coin.known.base58.get(version):
        return f"is an address of {' or '.join(owners)}"
    return f"is no address of {network.name}: its base58 payload does not begin with a version of this coin"
