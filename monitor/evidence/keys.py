"""Ed25519 keys: who signs bundles, and who is believed to have signed them."""

import base64
import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.evidence.errors import EvidenceError
from monitor.formats.strict_json import JsonError
from monitor.formats.strict_json import read as read_json

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
    from securesystemslib.signer import SSlibKey

PAYLOAD_TYPE = "application/vnd.in-toto+json"
_PUBLIC = "PEM file of a public key"
_PRIVATE = "unencrypted PEM file of a private key"
_NOTE_ED25519 = b"\x01"
"""The kind of a signature under a note (c2sp.org/signed-note)."""


@dataclass(frozen=True)
class PublicKey:
    """The key that a signature is checked with."""

    raw: bytes
    """32 bytes."""

    @cached_property
    def _key(self) -> "Ed25519PublicKey":
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415 - slow to import

        return Ed25519PublicKey.from_public_bytes(self.raw)

    @cached_property
    def _named(self) -> "SSlibKey":
        from securesystemslib.signer import SSlibKey  # noqa: PLC0415 - slow to import

        return SSlibKey.from_crypto(self._key)

    @property
    def id(self) -> str:
        """By which an envelope names it."""
        return str(self._named.keyid)

    def check_envelope(self, envelope: bytes, payload: bytes) -> str:
        """Why ``envelope`` (DSSE) is not ``payload`` with this key's signature, byte for byte; empty: it is."""
        import rfc8785  # noqa: PLC0415 - needed where there are bundles
        from securesystemslib.dsse import Envelope  # noqa: PLC0415 - slow to import
        from securesystemslib.exceptions import VerificationError  # noqa: PLC0415 - as above

        try:
            told = Envelope.from_dict(read_json(envelope))
            written = rfc8785.dumps(told.to_dict())
        except (JsonError, ValueError, LookupError, TypeError, AttributeError, rfc8785.CanonicalizationError) as error:
            return f"no DSSE envelope: {error}"
        if written != envelope:
            return "not written as an envelope is (RFC 8785, Base64 without spare bits)"
        if told.payload != payload or told.payload_type != PAYLOAD_TYPE:
            return "it is about something else than the statement"
        if list(told.signatures) != [self.id]:
            return f"not signed by the key {self.id}, or not by it alone"
        try:
            told.verify([self._named], 1)
        except VerificationError:
            return f"the signature is not that of the key {self.id}"
        return ""

    def check_note(self, name: str, text: str, line: str) -> bool:
        """Whether ``line`` is this key's signature under the note ``text``, by the name of ``name``."""
        from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - slow to import

        try:
            given = base64.b64decode(line.removeprefix(f"— {name} "), validate=True)
            self._key.verify(given[4:], text.encode())
        except (ValueError, InvalidSignature):
            return False
        return line == _signature_line(name, self.raw, given[4:])


@dataclass(frozen=True)
class SigningKey:
    """The key that bundles are signed with."""

    private: "Ed25519PrivateKey"

    @cached_property
    def public(self) -> PublicKey:
        return PublicKey(self.private.public_key().public_bytes_raw())

    def envelope(self, payload: bytes) -> bytes:
        """``payload``, signed (DSSE)."""
        import rfc8785  # noqa: PLC0415 - needed where there are bundles
        from securesystemslib.dsse import Envelope  # noqa: PLC0415 - slow to import
        from securesystemslib.signer import CryptoSigner  # noqa: PLC0415 - as above

        envelope = Envelope(payload, PAYLOAD_TYPE, {})
        envelope.sign(CryptoSigner(self.private))
        return rfc8785.dumps(envelope.to_dict())

    def note_line(self, name: str, text: str) -> str:
        """The signature under the note ``text``, by the name of ``name``."""
        return _signature_line(name, self.public.raw, self.private.sign(text.encode()))


def _signature_line(name: str, raw: bytes, signature: bytes) -> str:
    key_hash = hashlib.sha256(name.encode() + b"\n" + _NOTE_ED25519 + raw).digest()[:4]
    return f"— {name} {base64.b64encode(key_hash + signature).decode()}"


def load_signing_key(path: Path) -> SigningKey:
    """Read a private key (PEM, PKCS #8). Raises EvidenceError."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415 - slow to import
    from cryptography.hazmat.primitives.serialization import load_pem_private_key  # noqa: PLC0415 - as above

    try:
        key = load_pem_private_key(path.read_bytes(), None)
    except (OSError, ValueError, TypeError) as error:
        raise EvidenceError(
            f"{path.name}: the key that signs evidence cannot be read: {_why(error, _PRIVATE)}"
        ) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise EvidenceError(f"{path.name}: not an Ed25519 key; make one by `openssl genpkey -algorithm ed25519`")
    return SigningKey(key)


def load_public_key(path: Path) -> PublicKey:
    """Read a public key (PEM). Raises EvidenceError."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415 - slow to import
    from cryptography.hazmat.primitives.serialization import load_pem_public_key  # noqa: PLC0415 - as above

    try:
        key = load_pem_public_key(path.read_bytes())
    except (OSError, ValueError) as error:
        raise EvidenceError(f"{path}: the public key cannot be read: {_why(error, _PUBLIC)}") from error
    if not isinstance(key, Ed25519PublicKey):
        raise EvidenceError(f"{path}: not an Ed25519 key")
    return PublicKey(key.public_bytes_raw())


def _why(error: Exception, wanted: str) -> str:
    return (error.strerror or str(error)) if isinstance(error, OSError) else f"it is no {wanted}"
