"""A time stamp is of these bytes, by somebody who is believed, while its certificates were good; or it is none."""

import re
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID as Use
from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

from monitor.evidence.stamp import LARGEST, check, request
from tests.support.authorities import Issued, Stamper, authority, issue

CONTENT = b'{"statement": 1}'
MADE = datetime.now(UTC)
ROOT = authority("A Root Authority of Time Stamps That Is Known to Everybody")
BETWEEN = issue("An Authority in Between, With a Name That Is Rather Long", ROOT, ca=True)
OWN = issue("Stamps", BETWEEN)
GRANTED = b"\x30\x03\x02\x01\x00"
ROOTS = [ROOT.certificate]


def judged(answer: bytes, content: bytes = CONTENT, roots: list[x509.Certificate] = ROOTS, **more: object) -> str:
    """What is wrong with ``answer``; empty: nothing."""
    try:
        check(answer, content, MADE, roots, **more)  # type: ignore[arg-type]
    except ValueError as error:
        return str(error)
    return ""


def stamped(folder: Path, own: Issued = OWN, *chain: Issued, content: bytes = CONTENT) -> bytes:
    return Stamper(folder, own, *chain).answer(request(content).as_bytes())


def signed(folder: Path, *signers: Issued, beside: tuple[Issued, ...] = ()) -> bytes:
    """A token that says what a real one says, by certificates with which OpenSSL's authority would not stamp."""
    stamper = Stamper(folder, OWN)
    stamper.answer(request(CONTENT).as_bytes())
    stamper.run("ts", "-reply", "-in", "answer", "-token_out", "-out", "token")
    stamper.run("cms", "-verify", "-noverify", "-inform", "DER", "-in", "token", "-out", "told", "-binary")
    names = []
    for number, each in enumerate(signers):
        Stamper(folder / str(number), each, *beside)
        names += ["-signer", f"{number}/own.pem", "-inkey", f"{number}/own.key"]
    if beside:
        names += ["-certfile", "0/chain.pem"]
    kind = ("-econtent_type", "1.2.840.113549.1.9.16.1.4", "-nodetach", "-binary", "-outform", "DER", "-md", "sha256")
    stamper.run("cms", "-sign", "-in", "told", *kind, *names, "-out", "forged")
    token = (folder / "forged").read_bytes()
    size = len(GRANTED) + len(token)
    return b"\x30\x82" + size.to_bytes(2, "big") + GRANTED + token


def test_a_stamp_says_when_and_by_whom(tmp_path: Path) -> None:
    asked = request(CONTENT)
    answer = Stamper(tmp_path, OWN, BETWEEN).answer(asked.as_bytes())
    stamp = check(answer, CONTENT, MADE, ROOTS, asked.nonce)
    assert (MADE - timedelta(seconds=1) <= stamp.at <= datetime.now(UTC), stamp.authority) == (True, "CN=Stamps")
    assert check(answer, CONTENT, MADE) == stamp, "nobody's word, without roots"
    stamper = Stamper(tmp_path / "other", OWN, BETWEEN, ROOT)
    (stamper.folder / "content").write_bytes(CONTENT)
    (stamper.folder / "answer").write_bytes(answer)
    stamper.run("ts", "-verify", "-data", "content", "-in", "answer", "-CAfile", "chain.pem")


def test_what_others_have_signed_is_no_stamp(tmp_path: Path) -> None:
    """Whoever has not the authority's key is refused with the reason, whatever else was issued by a root like its."""
    stranger = authority("Root of a Stranger With a Name That Is as Long as the Other's")
    server = issue("Web", ROOT, (Use.SERVER_AUTH,))
    assert "issuer certificate" in judged(stamped(tmp_path, issue("Stamps", stranger)))
    assert "issuer certificate" in judged(stamped(tmp_path)), "what leads to the root is not there"
    assert "issuer certificate" in judged(stamped(tmp_path, OWN, BETWEEN), roots=[stranger.certificate])
    assert "invalid CA" in judged(stamped(tmp_path, issue("S", OWN), OWN, BETWEEN))
    assert "expired" in judged(stamped(tmp_path, issue("Stamps", ROOT, days=(-9, -1))))
    assert "not yet valid" in judged(stamped(tmp_path, issue("Stamps", ROOT, days=(1, 9))))
    assert judged(signed(tmp_path, issue("Stamps", ROOT))) == "", "else, what `signed` makes is a stamp"
    for wrong in (server, issue("Plain", ROOT, ()), issue("Lax", ROOT, critical=False), ROOT):
        assert "unsuitable certificate purpose" in judged(signed(tmp_path, wrong))
    assert "2 have signed it" in judged(signed(tmp_path, issue("Stamps", ROOT), server))
    for name in ("S", "Stamps With So Long a Name That Its Certificate Is the Last"):
        decoy = issue(name, ROOT, serial=server.certificate.serial_number)
        assert "2 certificates in it are theirs" in judged(signed(tmp_path, server, beside=(decoy,)))


def test_what_was_altered_or_is_of_something_else_is_no_stamp(tmp_path: Path) -> None:
    answer = stamped(tmp_path, OWN, BETWEEN)
    nonce = request(CONTENT).nonce
    assert judged(answer) == ""
    assert "Nonce" in judged(answer, nonce=nonce), "of another request"
    assert "something else" in judged(answer, b"other")
    altered = answer.replace(sha256(CONTENT).digest(), sha256(b"other").digest())
    assert judged(altered, b"other") == "signature failure"
    (time,) = re.findall(rb"\x18\x0f(\d{14}Z)", answer)
    for other in (b"20200101000000Z", b"20990101000000Z"):
        assert judged(answer.replace(time, other))
    for size in range(0, len(answer), 97):
        assert judged(answer[:size])
        assert judged(answer[:size] + bytes([answer[size] ^ 32]) + answer[size + 1 :]), size
    for other in (answer + b"\0", answer * 2, b"<html></html>", b"\x30\x05" + GRANTED):
        assert judged(other)
    assert "more than" in judged(answer + bytes(LARGEST))
    ask = TimestampRequestBuilder().data(CONTENT)
    sha512 = ask.hash_algorithm(HashAlgorithm.SHA512).build()
    assert "something else" in judged(Stamper(tmp_path, OWN, BETWEEN).answer(sha512.as_bytes()))
    bare = ask.hash_algorithm(HashAlgorithm.SHA256).cert_request(cert_request=False).build()
    assert "0 certificates" in judged(Stamper(tmp_path, OWN).answer(bare.as_bytes()))
    refusal = Stamper(tmp_path, OWN).answer(b"\x30\x00")
    assert "has refused: " in judged(refusal)
    later = datetime.now(UTC) + timedelta(hours=2)
    times = {later: "stamped (1|2) h .*before", MADE.replace(tzinfo=None): "offset-naive"}
    times[datetime.min.replace(tzinfo=UTC)] = "out of range"
    for moment, problem in times.items():
        with pytest.raises(ValueError, match=problem):
            check(answer, CONTENT, moment, ROOTS)
