"""From ``tls_server_config`` to an SSL context."""

import ssl
from pathlib import Path

from monitor.settings import ConfigurationError, ConfigurationFault
from monitor.settings.web_config import TlsServer

_VERSIONS = {"TLS12": ssl.TLSVersion.TLSv1_2, "TLS13": ssl.TLSVersion.TLSv1_3}
_CLIENTS = {
    "NoClientCert": ssl.CERT_NONE,
    "VerifyClientCertIfGiven": ssl.CERT_OPTIONAL,
    "RequireAndVerifyClientCert": ssl.CERT_REQUIRED,
}


def server_context(tls: TlsServer) -> ssl.SSLContext:
    """A context for ``tls``; raises ConfigurationError with the file that cannot be used."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = _VERSIONS[tls.min_version]
    context.maximum_version = _VERSIONS[tls.max_version]
    load_certificate(context, tls)
    if tls.client_ca_file is not None:
        try:
            context.load_verify_locations(tls.client_ca_file)
        except OSError as error:
            raise _unusable(tls.client_ca_file, "tls_server_config.client_ca_file", error) from error
    context.verify_mode = _CLIENTS[tls.client_auth_type]
    return context


def load_certificate(context: ssl.SSLContext, tls: TlsServer) -> None:
    """Read certificate and key into ``context``, for connections from now on."""
    try:
        context.load_cert_chain(tls.cert_file, tls.key_file, password=_no_passphrase)
    except (OSError, ValueError) as error:
        raise _unusable(tls.cert_file, f"tls_server_config, with key {tls.key_file}", error) from error


def _no_passphrase() -> str:
    raise ValueError("the key is encrypted; a server that starts by itself needs one without a passphrase")


def _unusable(file: Path, place: str, error: Exception) -> ConfigurationError:
    return ConfigurationError([ConfigurationFault(str(file), None, place, f"cannot be used: {error}")])
