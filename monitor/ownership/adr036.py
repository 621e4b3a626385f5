"""ADR-036 of the Cosmos SDK: a signature over a document that looks like a transaction and can be none.

The document is amino JSON: keys sorted, no spaces. It names the signer, so a signature is for one account only. Wallets
give r and s in base64, 64 bytes, and the key beside them. The key is not needed: two keys at most fit a signature, and
the account says which.
"""

import json
from base64 import b64encode
from hashlib import sha256

from monitor.model import Claim, Verdict, VerdictStatus
from monitor.ownership.accounts import only_signature
from monitor.ownership.digests import keccak as keccak256
from monitor.ownership.faults import NotJudged, Refused
from monitor.ownership.recoverable import Scheme
from monitor.ownership.secp256k1 import compressed, recover
from monitor.ownership.text import base64_bytes, hex_bytes
from monitor.registry.addresses import Decoded

_SIZE = 64
_BASE64_KEY = 44


def judge(claim: Claim, account: Decoded, scheme: Scheme, *, keccak: bool) -> Verdict:
    """``verified`` when the key of ``account`` signed; ``keccak`` hashes the document as Ethereum-like chains do."""
    raw = base64_bytes(only_signature(claim), "the signature, which is not 0x and hex,")
    if len(raw) != _SIZE:
        raise NotJudged(f"the signature has {len(raw)} bytes; in base64 only {_SIZE} bytes (r, s) are judged")
    document = sign_document(account.canonical, claim.message.encode())
    key = _signer(raw, keccak256(document) if keccak else sha256(document).digest(), account, scheme)
    _check_key(claim.key, key)
    return Verdict(VerdictStatus.VERIFIED, f"signed by the account's key {compressed(key).hex()} (ADR-036)")


def sign_document(signer: str, message: bytes) -> bytes:
    """The bytes that ``signer`` signs."""
    content = {"data": b64encode(message).decode(), "signer": signer}
    document = {
        "account_number": "0",
        "chain_id": "",
        "fee": {"amount": [], "gas": "0"},
        "memo": "",
        "msgs": [{"type": "sign/MsgSignData", "value": content}],
        "sequence": "0",
    }
    return json.dumps(document, sort_keys=True, separators=(",", ":")).encode()


def _signer(r_s: bytes, digest: bytes, account: Decoded, scheme: Scheme) -> bytes:
    for recovery_id in (0, 1):
        key = recover(r_s, recovery_id, digest)
        if account.payload in [account_of(key) for account_of in scheme.accounts]:
            return key
    raise Refused("the signature is not by the account's key (or over another message)")


def _check_key(stated: str, key: bytes) -> None:
    """The key beside the signature, where there is one: compressed, in base64 as wallets give it, or in hex."""
    if not stated:
        return
    read = base64_bytes if len(stated) == _BASE64_KEY else hex_bytes
    if read(stated, "the public key") != compressed(key):
        raise Refused("the row's public key is not the key that signed")
