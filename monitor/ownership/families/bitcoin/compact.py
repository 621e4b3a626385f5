"""Compact signatures: a header byte, r and s, from which the key is recovered (BIP 137).

The header says what kind of address the key stands for, and it is held to that: 27 to 30 P2PKH of an uncompressed key,
31 to 34 P2PKH of a compressed key, 35 to 38 P2SH-P2WPKH, 39 to 42 P2WPKH. Electrum and those who follow it (Sparrow,
Ledger's applications) write 31 to 34 for any address of a compressed key; that is taken for P2SH-P2WPKH and P2WPKH too,
as it is the key that makes the address, and not the header. No other header stands for another kind than its own. Keys
of a multisig script sign as for P2PKH: the header then says which serialisation of the key stands in the script.

OKX also writes such signatures as ``0x`` hex of r, s, v, over its own header and Keccak-256, v being 27 to 34 and the
key compressed.
"""

import re
from collections.abc import Callable, Mapping
from enum import IntEnum
from typing import NamedTuple

from monitor.formats.bitcoin import hash160
from monitor.model import Code, Verdict
from monitor.ownership import digests
from monitor.ownership.families.bitcoin import multisig
from monitor.ownership.families.bitcoin.account import Account, key_hash_script, verified, witness_script_hash
from monitor.ownership.family import NotJudged, Refused
from monitor.ownership.secp256k1 import compressed, recover
from monitor.ownership.spellings import base64_bytes

_LONGEST_KEY = 65
_OKX_HEX = re.compile(r"0x[0-9a-fA-F]{130}")
_LENGTH = 65


class Header(IntEnum):
    """What the header byte says of the key, as the first of its four values."""

    UNCOMPRESSED = 27
    COMPRESSED = 31
    P2SH_P2WPKH = 35
    P2WPKH = 39

    def __str__(self) -> str:
        return _MEANING[self]


_OF_KEYS = (Header.UNCOMPRESSED, Header.COMPRESSED)
_MEANING = {
    Header.UNCOMPRESSED: "P2PKH of an uncompressed key (27 to 30)",
    Header.COMPRESSED: "P2PKH of a compressed key (31 to 34)",
    Header.P2SH_P2WPKH: "P2SH-P2WPKH (35 to 38)",
    Header.P2WPKH: "P2WPKH (39 to 42)",
}


def _nested(key: bytes) -> bytes:
    """The hash in the P2SH-P2WPKH address of ``key``."""
    return hash160(key_hash_script(key))


_KEY_FORMS: Mapping[str, tuple[str, tuple[Header, ...], Callable[[bytes], bytes]]] = {
    "p2pkh": ("P2PKH", _OF_KEYS, hash160),
    "p2wpkh": ("P2WPKH", (Header.COMPRESSED, Header.P2WPKH), hash160),
    "p2sh": ("P2SH-P2WPKH", (Header.COMPRESSED, Header.P2SH_P2WPKH), _nested),
}
"""Form of the address to its name, the headers that go with it, and how it is made from a key."""


class Compact(NamedTuple):
    """A compact signature with the message form that goes with its spelling."""

    header: Header
    recovery_id: int
    r_s: bytes
    digest: Callable[[str, bytes], bytes]

    def signer(self, message_header: str, message: bytes) -> bytes:
        """Recover the key that signed, serialised as the header says."""
        key = recover(self.r_s, self.recovery_id, self.digest(message_header, message))
        return key if self.header is Header.UNCOMPRESSED else compressed(key)


def read(text: str) -> Compact | None:
    """Read the compact signature that ``text`` spells; None when it is something else."""
    if text.startswith("0x"):
        return _read_okx(text)
    try:
        raw = base64_bytes(text, "the signature")
    except NotJudged:
        return None
    if len(raw) != _LENGTH:
        return None
    if not 27 <= raw[0] <= 42:
        raise NotJudged(
            Code.HEADER_UNKNOWN, f"the header byte of the signature is {raw[0]}; only 27 to 42 are judged (BIP 137)"
        )
    recovery_id = (raw[0] - Header.UNCOMPRESSED) % 4
    return Compact(Header(raw[0] - recovery_id), recovery_id, raw[1:], digests.bitcoin_message)


def _read_okx(text: str) -> Compact:
    if not _OKX_HEX.fullmatch(text):
        raise NotJudged(
            Code.UNKNOWN_FORM, "the signature is not 65 bytes, in base64 or as 0x and 130 hex digits (r, s, v)"
        )
    raw = bytes.fromhex(text[2:])
    if not 27 <= raw[64] <= 34:
        raise NotJudged(Code.HEADER_UNKNOWN, f"v of the signature is {raw[64]}; only 27 to 34 are judged")
    return Compact(Header.COMPRESSED, (raw[64] - 27) % 4, raw[:64], lambda _, message: digests.okx_message(message))


def judge(account: Account, signatures: list[Compact], message_header: str, message: bytes) -> Verdict:
    """Judge whether the signatures prove the account; else raise ``Refused`` or ``NotJudged``."""
    if account.form == "p2tr":
        raise NotJudged(
            Code.UNKNOWN_FORM,
            "for taproot addresses only BIP-322 is judged: BIP 137 has no recoverable signatures for them",
        )
    signers = [signature.signer(message_header, message) for signature in signatures]
    if account.form == "p2wsh" or (account.form == "p2sh" and not _is_nested(account, signatures, signers)):
        return _judge_script(account, signatures, signers)
    return _judge_key(account, signatures, signers)


def _is_nested(account: Account, signatures: list[Compact], signers: list[bytes]) -> bool:
    """Whether a P2SH address is judged as that of one key: a header says so, or a key that signed makes it."""
    if Header.P2SH_P2WPKH in [signature.header for signature in signatures]:
        return True
    # A row that states more than a key states a script. Most do, and for them each key is spared four hashes.
    return len(account.stated) <= _LONGEST_KEY and any(account.program == _nested(key) for key in signers)


def _judge_key(account: Account, signatures: list[Compact], signers: list[bytes]) -> Verdict:
    if len(signers) > 1:
        raise NotJudged(
            Code.WRONG_COUNT,
            f"{len(signers)} signatures are given for an address of one key; only rows with one are judged",
        )
    header, key = signatures[0].header, signers[0]
    name, allowed, program_of = _KEY_FORMS[account.form]
    if header not in allowed:
        raise NotJudged(
            Code.HEADER_MISFIT,
            f"the header of the signature is for {header}, the address is {name}: judged is one that fits",
        )
    if account.program != program_of(key):
        raise Refused(
            Code.NOT_BY_ACCOUNT, f"signed by key {key.hex()}, which is not the address's (or over another message)"
        )
    account.check_stated(key, *([key_hash_script(key)] if account.form == "p2sh" else []))
    return verified(Code.OWN_KEY, f"{name}: signed by the key whose hash is the address")


def _judge_script(account: Account, signatures: list[Compact], signers: list[bytes]) -> Verdict:
    for position, signature in enumerate(signatures, 1):
        if signature.header not in _OF_KEYS:
            raise NotJudged(
                Code.HEADER_MISFIT,
                f"the header of signature {position} is for {signature.header}, not for a key of a script",
            )
    name, script = _script_of(account)
    parsed = multisig.parse(script, uncompressed=name == "P2SH")
    if parsed is None:
        raise NotJudged(
            Code.SCRIPT_NOT_JUDGED, f"the {name} script is not a bare multisig, the only kind that is judged"
        )
    parsed.check(signers)
    return verified(Code.SCRIPT_KEYS, f"{name}: {len(signers)} keys of the {parsed} script signed{parsed.remark}")


def _script_of(account: Account) -> tuple[str, bytes]:
    """The script in the row, proven to be the one that the address hashes, with the name of the way it does."""
    script = account.stated
    if not script:
        raise NotJudged(
            Code.NO_SCRIPT, "the row gives no redeem or witness script, without which nothing tells whose keys count"
        )
    if hash160(script) == account.program:
        if len(script) > multisig.MAX_PUSH:
            raise Refused(
                Code.UNSPENDABLE, f"the script has {len(script)} bytes; more than {multisig.MAX_PUSH} cannot be spent"
            )
        return "P2SH", script
    witness_program = witness_script_hash(script)
    if account.script_pubkey == witness_program:
        return "P2WSH", script
    if hash160(witness_program) == account.program:
        return "P2SH-P2WSH", script
    raise Refused(Code.OTHER_SCRIPT, "the row's script does not hash to the address")
