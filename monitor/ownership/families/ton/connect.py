"""TON Connect's ``signData``: a text that the wallet shows to who signs it, with the account, the site and the time.

In the row, the cell of the signature holds the JSON object that the wallet returns: ``signature`` in base64,
``address``, ``timestamp`` in seconds, ``domain`` and ``payload``; the row's message is the payload's text. The payload
is the site's request, which may also name ``network`` and ``from``; those are not signed, and may not contradict the
row. Signed is a SHA-256 (TON Connect specification, ``rpc.md``, "Sign data": numbers big-endian, domain and text behind
their lengths).

Not judged are binary and cell payloads, which are no statement to a reader, and ``ton_proof``, with which a wallet logs
in to a site: it does not show the payload, so that a site could collect the proofs of its visitors' accounts.
"""

import re
from hashlib import sha256

from monitor.formats import strict_json
from monitor.model import Code
from monitor.ownership import ed25519, stated_keys
from monitor.ownership.family import NotJudged, Refused
from monitor.ownership.spellings import base64_bytes
from monitor.ownership.wallet_objects import check_account
from monitor.registry.addresses import Decoded

_LONGEST = 100_000  # a text of any sensible length, escaped
_RESPONSE = {"signature", "address", "timestamp", "domain", "payload"}
_PROOF = {"signature", "timestamp", "domain", "payload"}
_PROOFS = (_PROOF, _PROOF | {"state_init"})
_TEXT = {"type", "text"}
_UNSIGNED = {"network", "from"}
_MAIN_NET = "-239"
_DOMAIN = re.compile(r"[A-Za-z0-9.:_-]{1,253}")
_TIMES = range(1 << 63)


def check(row: stated_keys.Row) -> stated_keys.StatedSignature:
    """Find the valid signature of ``row``, whose cell is a JSON object; else raise ``Refused`` or ``NotJudged``."""
    response = _read(row.signature)
    domain, time = _context(response)
    _check_payload(response["payload"], row)
    _check_address(response["address"], row)
    if not row.key:
        raise NotJudged(
            Code.NO_PUBLIC_KEY, "the row states no public key, without which a TON Connect signature cannot be judged"
        )
    key = ed25519.read_key(row.key)
    if not ed25519.verifies(key, _signature(response["signature"]), _digest(row.signer, domain, time, row.message)):
        raise Refused(
            Code.NOT_BY_KEY, f"the signature is not by key {key.hex()} over this message, for {domain} at {time}"
        )
    return stated_keys.StatedSignature(key, f"TON Connect, for {domain}")


def _read(text: str) -> dict[str, object]:
    if len(text) > _LONGEST:
        raise NotJudged(Code.WRONG_LENGTH, "the TON Connect signature is longer than any that is judged")
    try:
        response = strict_json.read(text.encode())
    except ValueError as error:
        raise NotJudged(
            Code.OBJECT_UNREAD, "the signature begins as a JSON object of TON Connect and is none"
        ) from error
    if "proof" in response or set(response) in _PROOFS:
        raise NotJudged(
            Code.PROOF_NOT_JUDGED,
            "TON Connect's ton_proof is not judged: wallets log in with it, and do not show its payload",
        )
    if set(response) != _RESPONSE:
        raise NotJudged(
            Code.OBJECT_UNREAD,
            f"the signature is a JSON object of {', '.join(sorted(response)) or 'nothing'}; "
            f"judged is one of {', '.join(sorted(_RESPONSE))}",
        )
    return response  # type: ignore[no-any-return]  # it begins with a brace


def _context(response: dict[str, object]) -> tuple[str, int]:
    """Domain and time."""
    domain, time = response["domain"], response["timestamp"]
    if not (isinstance(domain, str) and _DOMAIN.fullmatch(domain)):
        raise NotJudged(Code.OBJECT_UNREAD, "the domain of the TON Connect signature is not that of a site")
    if type(time) is not int or time not in _TIMES:
        raise NotJudged(Code.OBJECT_UNREAD, "the timestamp of the TON Connect signature is not a number of seconds")
    return domain, time


def _check_payload(payload: object, row: stated_keys.Row) -> None:
    if not isinstance(payload, dict) or not isinstance(payload.get("type"), str):
        raise NotJudged(Code.OBJECT_UNREAD, "the payload of the TON Connect signature has no type")
    if payload["type"] != "text":
        raise NotJudged(
            Code.PROOF_NOT_JUDGED,
            f"TON Connect signatures of {payload['type']} payloads are not judged, only those of texts",
        )
    text = payload.get("text")
    if not _TEXT <= set(payload) <= _TEXT | _UNSIGNED or not isinstance(text, str):
        raise NotJudged(
            Code.OBJECT_UNREAD,
            f"the payload of the TON Connect signature is one of {', '.join(sorted(payload))}, not of a text",
        )
    if text != row.message.decode():
        raise Refused(Code.OTHER_MESSAGE, "the text of the TON Connect signature is not the row's message")
    network, sender = payload.get("network", _MAIN_NET), payload.get("from", row.signer.canonical)
    if network != _MAIN_NET:
        raise Refused(
            Code.OTHER_CHAIN, f"the payload of the TON Connect signature is for network {network}, not {_MAIN_NET}"
        )
    _check_address(sender, row)


def _check_address(address: object, row: stated_keys.Row) -> None:
    if not isinstance(address, str) or not address:
        raise NotJudged(Code.OBJECT_UNREAD, "an address of the TON Connect signature is no text")
    check_account(address, row.network, row.signer.canonical)


def _signature(text: object) -> bytes:
    raw = base64_bytes(text, "the TON Connect signature") if isinstance(text, str) else b""
    if len(raw) != ed25519.SIGNATURE_SIZE:
        raise NotJudged(Code.WRONG_LENGTH, f"the TON Connect signature is not {ed25519.SIGNATURE_SIZE} bytes in base64")
    return raw


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
