"""What CIP-30's ``signData`` returns: a COSE_Sign1 and a COSE_Key (RFC 9052, CIP-8), with Ed25519 in both.

Both must be CBOR in the one shortest spelling that wallets write, the first perhaps behind its tag (18). The signature
covers the protected headers and the payload, so the unprotected ones may say nothing but whether the payload was
hashed, which the payload shows. Whatever else CBOR can say here is not judged.
"""

from dataclasses import dataclass

import cbor2

from monitor.model import Code
from monitor.ownership.ed25519 import KEY_SIZE, SIGNATURE_SIZE
from monitor.ownership.family import NotJudged

_CRITICAL = 2  # header label: what a verifier must understand
_KEY_ID = 2  # key label
_SIGN1 = b"\xd2"  # the tag of a COSE_Sign1: 18


@dataclass(frozen=True, slots=True)
class Sign1:
    """A COSE_Sign1 as CIP-8 profiles it."""

    protected: bytes
    address: bytes
    hashed: bool
    """Whether the payload is the BLAKE2b-224 of the message instead of the message."""
    payload: bytes
    signature: bytes

    @property
    def structure(self) -> bytes:
        """The bytes under the signature: context, protected headers, no external data, payload."""
        return cbor2.dumps(["Signature1", self.protected, b"", self.payload])


def read_sign1(data: bytes) -> Sign1:
    """Read the COSE_Sign1 in ``data``; else raise ``NotJudged``."""
    match _load(data.removeprefix(_SIGN1), "the signature"):
        case [bytes() as protected, dict() as unprotected, bytes() as payload, bytes() as signature]:
            pass
        case _:
            raise NotJudged(
                Code.UNKNOWN_FORM,
                "the signature is neither 64 bytes nor a COSE_Sign1 with its payload: only those are judged",
            )
    match _load(protected, "the protected header"):
        case {1: -8, "address": bytes() as address, **others} if _CRITICAL not in others:  # 1: algorithm, -8: EdDSA
            pass
        case _:
            raise NotJudged(
                Code.UNKNOWN_FORM, "the protected headers do not name EdDSA and an address, or name something critical"
            )
    hashed = unprotected.get("hashed", False)
    if not isinstance(hashed, bool) or unprotected.keys() - {"hashed"} or len(signature) != SIGNATURE_SIZE:
        raise NotJudged(
            Code.UNKNOWN_FORM,
            "the COSE_Sign1 is not one of CIP-8 with a signature of 64 bytes, as which alone it is judged",
        )
    return Sign1(protected, address, hashed, payload, signature)


def read_key(data: bytes) -> bytes:
    """Read the Ed25519 key in the COSE_Key ``data``; else raise ``NotJudged``."""
    # Labels 1: type (1: octet key pair), 3: algorithm (-8: EdDSA), -1: curve (6: Ed25519), -2: x.
    match _load(data, "the public key"):
        case {1: 1, 3: -8, -1: 6, -2: bytes() as key, **others} if set(others) <= {_KEY_ID} and len(key) == KEY_SIZE:
            return key
        case _:
            raise NotJudged(
                Code.UNKNOWN_FORM,
                "the public key is neither 32 bytes nor a COSE_Key of Ed25519, which alone are judged",
            )


def _load(data: bytes, what: str) -> object:
    try:
        value: object = cbor2.loads(data)
        whole = cbor2.dumps(value) == data
    except (cbor2.CBORError, ValueError, TypeError, OverflowError, RecursionError) as error:
        raise NotJudged(Code.WRONG_LENGTH, f"{what} has an unknown length, and is not CBOR") from error
    if not whole:
        raise NotJudged(Code.UNKNOWN_FORM, f"{what} is not CBOR in its shortest spelling, or something follows it")
    return value
