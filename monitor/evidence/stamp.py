"""Time stamps (RFC 3161): that a bundle was there at a moment, on the word of an authority and not of who made it."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.evidence.errors import EvidenceError
from monitor.formats import shown
from monitor.formats.phrases import span, unreadable

if TYPE_CHECKING:
    from cryptography.x509 import Certificate
    from rfc3161_client import TimeStampRequest, TimeStampResponse

LARGEST = 2**16
"""Bytes of an authority's answer: with a chain of certificates it has some five thousand."""
_CLOCKS = timedelta(minutes=1)
"""By which the clocks of a monitor and of an authority may differ."""
_REASON = re.compile(r'reason: "([^"]+)"(?:[^}]*data: "(?:Verify error: )?([^"]+)")?')
"""Of OpenSSL; the data is what is wrong with a certificate."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """What an authority says."""

    at: datetime
    authority: str
    """The subject of its certificate."""


def request(content: bytes) -> "TimeStampRequest":
    """Return what asks an authority to stamp the SHA-256 of ``content``, and for the chain of its certificate."""
    from rfc3161_client import HashAlgorithm, TimestampRequestBuilder  # noqa: PLC0415 - where there are stamps

    return TimestampRequestBuilder().data(content).hash_algorithm(HashAlgorithm.SHA256).build()


def check(
    answer: bytes, content: bytes, made: datetime, roots: Sequence["Certificate"] = (), nonce: int | None = None
) -> Stamp:
    """Return what ``answer`` says of ``content``, which names the moment ``made``. Raises ValueError saying why not.

    Whose word that is, ``roots`` judge, by all certificates as of the stamp's own moment; without any it is nobody's.
    Nobody is asked what was revoked. ``nonce`` is the request's, where that is known.
    """
    from rfc3161_client import VerifierBuilder, decode_timestamp_response  # noqa: PLC0415 - where there are stamps

    if len(answer) > LARGEST:
        raise ValueError(f"no time stamp has more than {LARGEST} bytes")
    try:
        told = decode_timestamp_response(answer)
        stamp = _read(told, content, made)
        if roots:
            VerifierBuilder(roots=list(roots), nonce=nonce).build().verify_message(told, content)
    except Exception as error:
        reasons = [certificate or reason for reason, certificate in _REASON.findall(str(error))]
        raise ValueError(shown(reasons[-1] if reasons else str(error), 300)) from error
    return stamp


def load_roots(path: Path) -> list["Certificate"]:
    """Read the certificates (PEM) of authorities that are believed. Raises EvidenceError."""
    from cryptography.x509 import load_pem_x509_certificates  # noqa: PLC0415 - slow to import

    try:
        return load_pem_x509_certificates(path.read_bytes())
    except (OSError, ValueError) as error:
        why = unreadable(error) if isinstance(error, OSError) else "it is no PEM file of certificates"
        raise EvidenceError(f"{path.name}: the roots of time stamps cannot be read: {why}") from error


def _read(told: "TimeStampResponse", content: bytes, made: datetime) -> Stamp:
    if told.status != 0:
        raise ValueError(f"the authority has refused: {', '.join(told.status_string) or f'status {told.status}'}")
    if told.tst_info.message_imprint.message != hashlib.sha256(content).digest():
        raise ValueError("it is about something else")
    at = told.tst_info.gen_time
    if at < made - _CLOCKS:
        raise ValueError(f"stamped {span(made - at)} before the moment that the statement names: a clock was wrong")
    return Stamp(at, _signer(told))


def _signer(told: "TimeStampResponse") -> str:
    """Who has signed. There is one certificate of that name: of two it would be chance which is checked for what."""
    from cryptography.x509 import load_der_x509_certificate  # noqa: PLC0415 - slow to import

    names = {(each.issuer, each.serial_number) for each in told.signed_data.signer_infos}
    certificates = [load_der_x509_certificate(each) for each in told.signed_data.certificates]
    own = [each for each in certificates if (each.issuer, each.serial_number) in names]
    if len(names) != 1 or len(own) != 1:
        raise ValueError(f"{len(names)} have signed it, and {len(own)} certificates in it are theirs: not one of one")
    return own[0].subject.rfc4514_string()
