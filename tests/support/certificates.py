"""Certificates of servers on this machine, signed by an authority that nobody else trusts."""

import hashlib
import ssl
from pathlib import Path
from typing import NamedTuple

import trustme


class Certificate(NamedTuple):
    """A server's certificate and key, the authority that signed it, and the server's own side of TLS."""

    pem: Path
    key: Path
    authority: Path
    fingerprint: str

    @property
    def server(self) -> ssl.SSLContext:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.pem, self.key)
        return context


def certificate(folder: Path, *names: str) -> Certificate:
    """One for the server called ``names``, 127.0.0.1 unless told otherwise, with its files in ``folder``."""
    folder.mkdir(exist_ok=True)
    authority = trustme.CA()
    issued = authority.issue_cert(*(names or ("127.0.0.1",)))
    found = Certificate(folder / "server.pem", folder / "server.key", folder / "authority.pem", _sha256(issued))
    issued.cert_chain_pems[0].write_to_path(found.pem)
    issued.private_key_pem.write_to_path(found.key)
    authority.cert_pem.write_to_path(found.authority)
    return found


def _sha256(issued: trustme.LeafCert) -> str:
    der = ssl.PEM_cert_to_DER_cert(issued.cert_chain_pems[0].bytes().decode())
    return f"sha256:{hashlib.sha256(der).hexdigest()}"
