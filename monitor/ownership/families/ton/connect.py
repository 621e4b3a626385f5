"""TON Connect's ``signData``: a text that the wallet shows to who signs it, with the account, the site and the time.

In the row, the cell of the signature holds the JSON object that the wallet returns: ``signature`` in base64,
``address``, ``timestamp`` in seconds, ``domain`` and ``payload``; the row's message is the payload's text. The payload
is the site's request, which may also name ``network`` and ``from``; those are not signed, and may not contradict the
row. Signed is a SHA-256 (TON Connect specification, ``rpc.md``, "Sign data": numbers big-endian, domain and text behind
their lengths).

Not judged are binary and cell payloads, which are no statement to a reader, and ``ton_proof``, with which a wallet logs
in to a site: it does not show the payload, so that a site could collect the proofs of its visitors' accounts.
"""

from hashlib import sha256
from typing import Annotated, Literal

import msgspec

from monitor.model import Code
from monitor.ownership import ed25519, stated_keys, wallet_objects
from monitor.ownership.family import NotJudged, Refused
from monitor.ownership.spellings import base64_bytes
from monitor.registry.addresses import Decoded

_PROOF = {"signature", "timestamp", "domain", "payload"}
_PROOFS = (_PROOF, _PROOF | {"state_init"})
_MAIN_NET = "-239"

_Address = Annotated[str, msgspec.Meta(min_length=1)]


class _Payload(msgspec.Struct, forbid_unknown_fields=True):
    type: Literal["text"]
    text: str
    network: str | int = _MAIN_NET
    sender: _Address | msgspec.UnsetType = msgspec.field(default=msgspec.UNSET, name="from")


class _Response(msgspec.Struct, forbid_unknown_fields=True):
    signature: str
    address: _Address
    timestamp: Annotated[int, msgspec.Meta(ge=0, le=(1 << 63) - 1)]
    domain: Annotated[str, msgspec.Meta(pattern=r"\A[A-Za-z0-9.:_-]{1,253}\Z")]
    payload: _Payload


def check(row: stated_keys.Row) -> stated_keys.StatedSignature:
    """Find the valid signature of ``row``, whose cell is a JSON object; else raise ``Refused`` or ``NotJudged``."""
    response = _read(row.signature)
    domain, time = response.domain, response.timestamp
    _check_payload(response.payload, row)
    wallet_objects.check_account(response.address, row.network, row.signer.canonical)
    if not row.key:
        reason = "the row states no public key, without which a TON Connect signature cannot be judged"
        raise NotJudged(Code.NO_PUBLIC_KEY, reason)
    key, signature = ed25519.read_key(row.key), base64_bytes(response.signature, "the TON Connect signature")
    if len(signature) != ed25519.SIGNATURE_SIZE:
        raise NotJudged(Code.WRONG_LENGTH, f"the TON Connect signature has {len(signature)} bytes; only 64 are judged")
    if not ed25519.verifies(key, signature, _digest(row.signer, domain, time, row.message)):
        reason = f"the signature is not by key {key.hex()} over this message, for {domain} at {time}"
        raise Refused(Code.NOT_BY_KEY, reason)
    return stated_keys.StatedSignature(key, f"TON Connect, for {domain}")


def _read(text: str) -> _Response:
    tree = wallet_objects.parse(text)
    if tree is not None and ("proof" in tree or set(tree) in _PROOFS):
        reason = "TON Connect's ton_proof is not judged: wallets log in with it, and do not show its payload"
        raise NotJudged(Code.PROOF_NOT_JUDGED, reason)
    return wallet_objects.shaped(tree, _Response)


def _check_payload(payload: _Payload, row: stated_keys.Row) -> None:
    if payload.text != row.message.decode():
        raise Refused(Code.OTHER_MESSAGE, "the text of the TON Connect signature is not the row's message")
    if payload.network != _MAIN_NET:
        reason = f"the payload of the TON Connect signature is for network {payload.network}, not {_MAIN_NET}"
        raise Refused(Code.OTHER_CHAIN, reason)
    if payload.sender is not msgspec.UNSET:
        wallet_objects.check_account(payload.sender, row.network, row.signer.canonical)


def _digest(signer: Decoded, domain: str, time: int, text: bytes) -> bytes:
    workchain = int(signer.canonical.partition(":")[0])
    return sha256(
        b"\xff\xffton-connect/sign-data/"
        + workchain.to_bytes(4, "big", signed=True)
        + signer.payload
        + (_sized(domain.encode()) + time.to_bytes(8, "big"))
        + (b"txt" + _sized(text))
    ).digest()


def _sized(data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + data
