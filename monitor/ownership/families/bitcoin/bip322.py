"""BIP-322 signed messages, *simple* and *full*: the address's own script is satisfied by a virtual transaction.

Judged are the scripts whose keys can be named: P2PKH, P2WPKH, P2SH-P2WPKH, taproot's key path, and bare multisig in
P2SH, P2WSH and P2SH-P2WSH. Any other script that hashes to the address is ``unsupported`` (the BIP's *inconclusive*),
as are proofs of funds. The BIP's required rules hold: SIGHASH_ALL, strict DER, low s, minimal pushes, an empty dummy.

A time lock in a full signature is no condition of the scripts above, and changes nothing.
"""

from collections.abc import Callable

from bitcoin.core.script import SIGHASH_ALL
from coincurve import PublicKeyXOnly

from monitor.formats import bitcoin
from monitor.formats.bitcoin import hash160
from monitor.model import Code, Verdict
from monitor.ownership import secp256k1
from monitor.ownership.families.bitcoin import multisig, taproot
from monitor.ownership.families.bitcoin.account import Account, key_hash_script, verified, witness_script_hash
from monitor.ownership.families.bitcoin.virtual import (
    SIGHASH_DEFAULT,
    ToSign,
    read_full,
    read_simple,
    to_spend_id,
)
from monitor.ownership.family import NotJudged, Refused
from monitor.ownership.spellings import base64_bytes

_SCHNORR_LENGTH = 64


def judge(account: Account, text: str, message: bytes) -> Verdict:
    """Judge whether the signature proves the account; else raise ``Refused`` or ``NotJudged``."""
    to_sign = _read(text, to_spend_id(account.script_pubkey, message))
    if account.form not in {"p2pkh", "p2sh"} and to_sign.script_sig:
        raise Refused(Code.BIP322_RULE, "a segwit address is signed for with a witness alone, this has a scriptSig")
    match account.form:
        case "p2pkh":
            return _judge_p2pkh(account, to_sign)
        case "p2sh":
            return _judge_p2sh(account, to_sign)
        case "p2wpkh":
            return _judge_witness_key(account, to_sign, account.script_pubkey, "P2WPKH")
        case "p2wsh":
            return _judge_witness_script(account, to_sign, account.script_pubkey, "P2WSH")
        case _:
            return _judge_taproot(account, to_sign)


def _read(text: str, spent: bytes) -> ToSign:
    """The signature in any of its spellings; without a prefix, as before the BIP had them, its content tells which."""
    prefix, body = (text[:3], text[3:]) if text.startswith(("smp", "ful", "pof")) else ("", text)
    if prefix == "pof":
        raise NotJudged(Code.PROOF_NOT_JUDGED, "BIP-322 proofs of funds are not judged")
    raw = base64_bytes(body, "the signature")
    if prefix == "ful":
        return read_full(raw, spent)
    try:
        return read_simple(raw, spent)
    except NotJudged:
        if prefix or len(raw) < 60:  # no transaction is that short
            raise
    return read_full(raw, spent)


def _judge_p2pkh(account: Account, to_sign: ToSign) -> Verdict:
    if to_sign.witness:
        raise Refused(
            Code.BIP322_RULE, "a P2PKH address has no witness: a full BIP-322 signature with a scriptSig is needed"
        )
    pushed = _pushes(to_sign.script_sig or b"")
    if len(pushed) != 2:
        raise Refused(Code.BIP322_RULE, "the scriptSig is not a signature and a key")
    signature, key = pushed
    if not multisig.is_key(key, uncompressed=True) or hash160(key) != account.program:
        raise Refused(Code.NOT_OF_ACCOUNT, f"signed by key {key.hex()}, which is not the address's")
    _check_ecdsa(signature, key, to_sign.legacy_hash(account.script_pubkey))
    account.check_stated(key)
    return verified(Code.OWN_KEY, f"P2PKH: signed by key {key.hex()}, whose hash is the address (BIP-322)")


def _judge_p2sh(account: Account, to_sign: ToSign) -> Verdict:
    if not to_sign.witness:
        return _judge_redeem_script(account, to_sign)
    last = to_sign.witness[-1]
    for redeem, name, judge_witness in (
        (key_hash_script(last), "P2SH-P2WPKH", _judge_witness_key),
        (witness_script_hash(last), "P2SH-P2WSH", _judge_witness_script),
    ):
        if hash160(redeem) == account.program:
            if to_sign.script_sig is not None and to_sign.script_sig != bitcoin.script_of([redeem]):
                raise Refused(Code.OTHER_SCRIPT, "the scriptSig is not the redeem script of the address")
            return judge_witness(account, to_sign, redeem, name)
    raise Refused(Code.OTHER_SCRIPT, "neither key nor script of the witness hashes to the address")


def _judge_witness_key(account: Account, to_sign: ToSign, program_script: bytes, name: str) -> Verdict:
    if len(to_sign.witness) != 2:
        raise Refused(
            Code.BIP322_RULE, f"the witness has {len(to_sign.witness)} items, {name} needs a signature and a key"
        )
    signature, key = to_sign.witness
    if not multisig.is_key(key, uncompressed=False) or key_hash_script(key) != program_script:
        raise Refused(Code.NOT_OF_ACCOUNT, f"signed by key {key.hex()}, which is not the address's")
    _check_ecdsa(signature, key, to_sign.witness_hash(bitcoin.key_hash_script(hash160(key))))
    account.check_stated(key, program_script)
    return verified(Code.OWN_KEY, f"{name}: signed by key {key.hex()}, whose hash is the address (BIP-322)")


def _judge_witness_script(account: Account, to_sign: ToSign, program_script: bytes, name: str) -> Verdict:
    if not to_sign.witness:
        raise Refused(Code.BIP322_RULE, "the witness is empty")
    *arguments, script = to_sign.witness
    if witness_script_hash(script) != program_script:
        raise Refused(Code.OTHER_SCRIPT, "the script of the witness does not hash to the address")
    account.check_stated(script, program_script)
    return _judge_multisig(arguments, script, to_sign.witness_hash, name)


def _judge_redeem_script(account: Account, to_sign: ToSign) -> Verdict:
    *arguments, script = _pushes(to_sign.script_sig or b"") or [b""]
    if hash160(script) != account.program:
        raise Refused(Code.OTHER_SCRIPT, "the script in the scriptSig does not hash to the address")
    account.check_stated(script)
    return _judge_multisig(arguments, script, to_sign.legacy_hash, "P2SH")


def _judge_multisig(arguments: list[bytes], script: bytes, hashed: Callable[[bytes], bytes], name: str) -> Verdict:
    """OP_CHECKMULTISIG: an empty dummy, then exactly m signatures in the order of their keys (BIP 147)."""
    parsed = multisig.parse(script, uncompressed=name == "P2SH")
    if parsed is None:
        raise NotJudged(Code.SCRIPT_NOT_JUDGED, f"{name} scripts other than bare multisig are not judged")
    if len(arguments) != parsed.threshold + 1 or arguments[0]:
        raise Refused(Code.BIP322_RULE, f"{parsed} multisig needs an empty item and {parsed.threshold} signatures")
    digest, remaining, signers = hashed(script), iter(parsed.keys), []
    for position, signature in enumerate(arguments[1:], 1):
        key = next((key for key in remaining if _signed_by(signature, key, digest)), None)
        if key is None:
            raise Refused(
                Code.NOT_IN_SCRIPT, f"signature {position} is by no further key of the script, or over another message"
            )
        signers.append(key)
    parsed.check(signers)
    reason = f"{name}: {len(signers)} keys of the {parsed} script signed (BIP-322){parsed.remark}"
    return verified(Code.SCRIPT_KEYS, reason)


def _judge_taproot(account: Account, to_sign: ToSign) -> Verdict:
    if len(to_sign.witness) > 1:
        taproot.check_script_path(account.program, to_sign.witness)
        raise NotJudged(Code.SCRIPT_NOT_JUDGED, "taproot script paths are not judged, only the key path")
    signature = to_sign.witness[0] if to_sign.witness else b""
    hash_type = SIGHASH_DEFAULT
    if len(signature) == _SCHNORR_LENGTH + 1 and signature[-1] == SIGHASH_ALL:
        signature, hash_type = signature[:-1], SIGHASH_ALL
    if len(signature) != _SCHNORR_LENGTH:
        raise Refused(Code.BIP322_RULE, "the taproot signature is not 64 bytes, or 65 ending in SIGHASH_ALL (BIP 341)")
    try:
        key = PublicKeyXOnly(account.program)
    except ValueError as error:
        raise Refused(
            Code.NOT_ON_CURVE, "the taproot address holds no point of the curve, so nobody can sign for it"
        ) from error
    if not key.verify(signature, to_sign.taproot_hash(account.script_pubkey, hash_type)):
        raise Refused(Code.NOT_BY_ACCOUNT, "the signature is not by the address's taproot key over this message")
    account.check_stated(account.program)
    return verified(Code.OWN_KEY, f"P2TR: signed by the address's output key {account.program.hex()} (BIP-322)")


def _signed_by(signature: bytes, key: bytes, digest: bytes) -> bool:
    try:
        _check_ecdsa(signature, key, digest)
    except Refused:
        return False
    return True


def _check_ecdsa(signature: bytes, key: bytes, digest: bytes) -> None:
    if not signature or signature[-1] != SIGHASH_ALL:
        raise Refused(Code.BIP322_RULE, "the signature does not end in SIGHASH_ALL")
    secp256k1.verify(signature[:-1], key, digest)


def _pushes(script: bytes) -> list[bytes]:
    """What a scriptSig of data pushes leaves on the stack."""
    try:
        pushed = bitcoin.pushes(script)
    except ValueError as error:
        raise Refused(Code.BIP322_RULE, f"the scriptSig {error}") from None
    if any(len(data) > multisig.MAX_PUSH for data in pushed):
        raise Refused(Code.BIP322_RULE, f"the scriptSig pushes more than {multisig.MAX_PUSH} bytes at once")
    return pushed
