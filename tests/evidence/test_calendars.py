"""A proof of OpenTimestamps leads from these bytes to calendars and blocks, or it is none."""

from hashlib import sha256

import pytest
from opentimestamps.core.notary import BitcoinBlockHeaderAttestation, TimeAttestation, UnknownAttestation
from opentimestamps.core.op import CryptOp, OpAppend, OpSHA1, OpSHA256
from opentimestamps.core.serialize import BytesDeserializationContext, BytesSerializationContext
from opentimestamps.core.timestamp import DetachedTimestampFile, Timestamp

from monitor.evidence.calendars import LARGEST, LARGEST_ANSWER, Proof
from tests.support.authorities import Calendar, serialized

SHA256 = OpSHA256()
CONTENT = b'{"statement": 1}'


def leading(message: bytes, *attestations: TimeAttestation, depth: int = 0) -> Timestamp:
    """A stamp of ``message`` that leads to ``attestations``, after so many steps."""
    stamp = last = Timestamp(message)
    for _ in range(depth):
        last = last.ops.add(OpSHA256())
    last.attestations.update(attestations)
    return stamp


def in_block(message: bytes, height: int, depth: int = 0) -> bytes:
    return serialized(leading(message, BitcoinBlockHeaderAttestation(height), depth=depth))


def file_of(stamp: Timestamp, digest: CryptOp = SHA256) -> bytes:
    context = BytesSerializationContext()
    DetachedTimestampFile(digest, stamp).serialize(context)
    raw: bytes = context.getbytes()
    return raw


def test_a_proof_is_pending_at_calendars_and_then_leads_to_a_block() -> None:
    proof, commitment = Proof.begin(CONTENT)
    assert commitment not in {sha256(CONTENT).digest(), Proof.begin(CONTENT)[1]}, "a calendar learns nothing"
    one, other = Calendar(), Calendar("https://other.example.com")
    for calendar in (one, other):
        proof = proof.with_answer(commitment, serialized(calendar.pending(commitment)))
    (at,) = one.commitments
    assert (proof.blocks, {uri for _, uri in proof.pending}) == ([], {one.uri, other.uri})
    later = proof.with_answer(at, in_block(at, 870_000)).with_answer(at, in_block(at, 869_999, depth=1))
    assert later.blocks == [(869_999, sha256(at).digest()), (870_000, at)]
    assert proof.blocks == [], "it is another one"
    raw = later.to_bytes()
    assert Proof.read(raw, CONTENT).to_bytes() == raw
    assert DetachedTimestampFile.deserialize(BytesDeserializationContext(raw)).file_digest == sha256(CONTENT).digest()
    with pytest.raises(ValueError, match="about something else"):
        Proof.read(raw, b"other")


def test_what_a_calendar_answers_is_bounded_and_leads_somewhere() -> None:
    proof, commitment = Proof.begin(CONTENT)
    pending = serialized(Calendar().pending(commitment))
    unknown = serialized(leading(commitment, UnknownAttestation(b"8 bytes.", b"x")))
    answers = {
        b"": "no time stamp",
        b"<html></html>": "no time stamp",
        pending + b"\0": "Trailing garbage",
        pending[:-1]: "no time stamp",
        bytes(LARGEST_ANSWER + 1): "more than 10000 bytes",
        unknown: "leads to no calendar and no block",
        in_block(commitment, 2**31): "one that no chain has",
        in_block(commitment, 1, depth=254): "recursion",
    }
    for answer, problem in answers.items():
        with pytest.raises(ValueError, match=problem):
            proof.with_answer(commitment, answer)
    many = leading(commitment, *map(BitcoinBlockHeaderAttestation, range(17)))
    with pytest.raises(ValueError, match="more than 16 blocks"):
        proof.with_answer(commitment, serialized(many))
    assert len(proof.with_answer(commitment, in_block(commitment, 1, depth=250)).blocks) == 1


def test_what_was_altered_leads_elsewhere_or_is_no_proof() -> None:
    proof, commitment = Proof.begin(CONTENT)
    proof = proof.with_answer(commitment, in_block(commitment, 870_000, depth=2))
    raw, truth = proof.to_bytes(), proof.blocks

    def told(other: bytes) -> object:
        try:
            return Proof.read(other, CONTENT).blocks
        except ValueError as error:
            return str(error)

    for at in range(len(raw)):
        assert told(raw[:at])
        for bits in (1, 16, 255):
            assert told(raw[:at] + bytes([raw[at] ^ bits]) + raw[at + 1 :]) != truth, at
    assert "Trailing" in str(told(raw + b"\0"))
    assert "more than" in str(told(raw + bytes(LARGEST)))
    assert "about no SHA-256" in str(told(file_of(leading(bytes(20), BitcoinBlockHeaderAttestation(1)), OpSHA1())))
    padded = raw.replace(b"\x03\xf0\x8c\x35", b"\x04\xf0\x8c\xb5\0")
    assert told(padded) == "not written as the library writes it"
    longer = Timestamp(sha256(CONTENT).digest())
    for number in range(20):
        longer.ops.add(OpAppend(bytes([number]) * 4000)).attestations.add(BitcoinBlockHeaderAttestation(1))
    assert "more than" in str(told(file_of(longer)))
