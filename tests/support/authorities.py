"""Who stamps with the time: an authority (RFC 3161), which is OpenSSL's, and a calendar of OpenTimestamps."""

import subprocess
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from aiohttp import web
from aiohttp.test_utils import RawTestServer
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID as Use
from cryptography.x509.oid import NameOID
from opentimestamps.core.notary import PendingAttestation
from opentimestamps.core.op import OpPrepend, OpSHA256
from opentimestamps.core.serialize import BytesSerializationContext
from opentimestamps.core.timestamp import Timestamp

_DAY = timedelta(days=1)
_CONFIGURATION = """\
[tsa]
default_tsa = own
[own]
serial = {folder}/serial
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha512
"""


class Issued(NamedTuple):
    """A certificate and its key."""

    certificate: x509.Certificate
    key: EllipticCurvePrivateKey


def issue(
    name: str,
    by: Issued | None = None,
    uses: Sequence[x509.ObjectIdentifier] = (Use.TIME_STAMPING,),
    *,
    critical: bool = True,
    ca: bool = False,
    days: tuple[int, int] = (-9, 9),
    serial: int | None = None,
) -> Issued:
    """A certificate, its own authority unless it is ``by`` another; valid from and to so many days from now."""
    key, now = generate_private_key(SECP256R1()), datetime.now(UTC)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(by.certificate.subject if by else subject)
        .public_key(key.public_key())
        .serial_number(serial or x509.random_serial_number())
        .not_valid_before(now + days[0] * _DAY)
        .not_valid_after(now + days[1] * _DAY)
        .add_extension(x509.BasicConstraints(ca, None), critical=True)
    )
    if uses and not ca:
        builder = builder.add_extension(x509.ExtendedKeyUsage(uses), critical)
    return Issued(builder.sign(by.key if by else key, hashes.SHA256()), key)


def authority(name: str = "Root") -> Issued:
    return issue(name, ca=True)


def pem(*certificates: Issued) -> bytes:
    return b"".join(each.certificate.public_bytes(Encoding.PEM) for each in certificates)


class Stamper:
    """What stamps by the certificate ``own``, with ``chain`` beside it; its clock is the machine's."""

    def __init__(self, folder: Path, own: Issued, *chain: Issued) -> None:
        self.folder = folder
        folder.mkdir(exist_ok=True)
        private = own.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        texts = {"own.key": private, "own.pem": pem(own), "chain.pem": pem(*chain), "serial": b"01\n"}
        for file, content in texts.items() | {"tsa.cnf": _CONFIGURATION.format(folder=folder).encode()}.items():
            (folder / file).write_bytes(content)
        self.status = 200
        self._chain = ("-chain", "chain.pem") if chain else ()

    def answer(self, query: bytes) -> bytes:
        """What the authority says to ``query``: also that it refuses."""
        (self.folder / "query").write_bytes(query)
        own = ("-config", "tsa.cnf", "-signer", "own.pem", "-inkey", "own.key", *self._chain)
        self.run("ts", "-reply", "-queryfile", "query", *own, "-out", "answer")
        return (self.folder / "answer").read_bytes()

    def run(self, *arguments: str) -> None:
        """Have OpenSSL do something in the folder."""
        subprocess.run(["openssl", *arguments], cwd=self.folder, check=True, capture_output=True)

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[str]:
        """Serve until the end of the block; gives the URL."""

        async def handle(request: web.BaseRequest) -> web.Response:
            assert request.content_type == "application/timestamp-query"
            answer = self.answer(await request.read())
            return web.Response(status=self.status, body=answer, content_type="application/timestamp-reply")

        async with RawTestServer(handle, host="127.0.0.1") as server:
            yield str(server.make_url("/tsr"))


def serialized(stamp: Timestamp) -> bytes:
    """What a calendar answers."""
    context = BytesSerializationContext()
    stamp.serialize(context)
    answer: bytes = context.getbytes()
    return answer


class Calendar:
    """What commits to all that it is sent; the way on from there is ``known`` later."""

    def __init__(self, uri: str = "https://calendar.example.com") -> None:
        self.uri = uri
        self.status = 200
        self.commitments: list[bytes] = []
        self.known: dict[bytes, Timestamp] = {}
        self.asked = 0

    def pending(self, digest: bytes) -> Timestamp:
        """A stamp of ``digest`` that leads to the calendar."""
        stamp = Timestamp(digest)
        own = stamp.ops.add(OpPrepend(b"calendar")).ops.add(OpSHA256())
        own.attestations.add(PendingAttestation(self.uri))
        self.commitments.append(own.msg)
        return stamp

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[str]:
        """Serve until the end of the block; gives the URL, which is another than it calls itself by."""

        async def handle(request: web.BaseRequest) -> web.Response:
            self.asked += 1
            if self.status != 200:
                return web.Response(status=self.status)
            if request.method == "POST":
                assert request.path == "/own/digest"
                digest = await request.read()
                assert len(digest) == 32
                return web.Response(body=serialized(self.pending(digest)))
            known = self.known.get(bytes.fromhex(request.path.removeprefix("/own/timestamp/")))
            return web.Response(body=serialized(known)) if known else web.Response(status=404)

        async with RawTestServer(handle, host="127.0.0.1") as server:
            yield str(server.make_url("/own/"))
