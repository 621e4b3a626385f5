"""Cosmos SDK chains: an account of 20 bytes is the hash of its key; a recovered key names its account.

``verified`` rests on that derivation (ADR-028; the SDK's secp256k1 keys): the RIPEMD-160 of the SHA-256 of the
compressed key, on Injective the last 20 bytes of its Keccak-256. Accounts of 32 bytes are contracts, modules or keys of
other kinds, and legacy multisig accounts have 20 bytes that no key makes.

OKX signs its own header. Keplr and its kin sign by ADR-036: a document that looks like a transaction and can be none,
as amino JSON (keys sorted, no spaces), of which the SHA-256 is signed, on Injective the Keccak-256. It names the
signer, so a signature is for one account only. Wallets give r and s in base64, 64 bytes, and the key beside them. The
key is not needed: two keys at most fit a signature, and the account says which.
"""

import json
from base64 import b64encode
from hashlib import sha256

from monitor.model import Claim, Code, Network, Verdict
from monitor.ownership import accounts, digests
from monitor.ownership.family import Description, NotJudged, Refused
from monitor.ownership.recovered_keys import OKX, RecoveredKeys
from monitor.ownership.secp256k1 import bitcoin_hash, compressed, ethereum_hash, recover
from monitor.ownership.spellings import base64_bytes, hex_bytes
from monitor.registry.addresses import Decoded

DESCRIPTION = Description(
    addresses="Bech32 of 20 bytes under the chain's own prefix; of 32 bytes with owners only. On Injective also `0x…`.",
    messages="OKX's own header (Keccak-256), r, s, v in hex, v 27 or 28; or the document of ADR-036, r and s in "
    "base64. Low s.",
    binding="The account is the RIPEMD-160 of the SHA-256 of the compressed key that the signature recovers to; on "
    "Injective the last 20 bytes of its Keccak-256.",
    verified="The account's own key signed.",
    promotion="None: multisig accounts and contracts are not asked for their owners.",
)


_SCHEME = RecoveredKeys((OKX,), (bitcoin_hash,))
_ETHEREUM_LIKE = frozenset({"injective"})
_SCHEME_LIKE_ETHEREUM = RecoveredKeys((OKX,), (ethereum_hash,))
_SIZE = 64
_BASE64_KEY = 44


def judge(claim: Claim, network: Network) -> Verdict:
    """Judge whether the account itself signed, or its owners did."""
    if any(claim.owners) or accounts.only_signature(claim).startswith("0x"):
        return accounts.judge(claim, network, _scheme_of)
    return _judge_adr036(claim, network)


def _scheme_of(network: Network, account: Decoded) -> RecoveredKeys:
    if len(account.payload) != 20:
        raise NotJudged(
            Code.ACCOUNT_NOT_JUDGED, f"an account of {len(account.payload)} bytes is not the hash of a secp256k1 key"
        )
    return _SCHEME_LIKE_ETHEREUM if network.name in _ETHEREUM_LIKE else _SCHEME


def _judge_adr036(claim: Claim, network: Network) -> Verdict:
    account = accounts.decoded(claim, network)
    [account_of] = _scheme_of(network, account).accounts
    raw = base64_bytes(accounts.only_signature(claim), "the signature, which is not 0x and hex,")
    if len(raw) != _SIZE:
        raise NotJudged(
            Code.WRONG_LENGTH, f"the signature has {len(raw)} bytes; in base64 only {_SIZE} bytes (r, s) are judged"
        )
    document = sign_document(account.canonical, claim.message.encode())
    ethereum_like = network.name in _ETHEREUM_LIKE
    digest = digests.keccak(document) if ethereum_like else sha256(document).digest()
    keys = [key for recovery_id in (0, 1) if account_of(key := recover(raw, recovery_id, digest)) == account.payload]
    if not keys:
        raise Refused(Code.NOT_BY_ACCOUNT, "the signature is not by the account's key (or over another message)")
    _check_key(claim.key, keys[0])
    return Verdict(Code.OWN_KEY, f"signed by the account's key {compressed(keys[0]).hex()} (ADR-036)")


def sign_document(signer: str, message: bytes) -> bytes:
    """Write the document of ADR-036 that ``signer`` signs for ``message``."""
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


def _check_key(stated: str, key: bytes) -> None:
    """The key beside the signature, where there is one: compressed, in base64 as wallets give it, or in hex."""
    if not stated:
        return
    read = base64_bytes if len(stated) == _BASE64_KEY else hex_bytes
    if read(stated, "the public key") != compressed(key):
        raise Refused(Code.OTHER_KEY_STATED, "the row's public key is not the key that signed")
