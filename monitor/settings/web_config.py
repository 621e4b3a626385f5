"""The file that ``web.config_file`` names: TLS and basic auth, in the shape of Prometheus exporters' own.

Operators may use one file for all their exporters. What that format knows and this server cannot do is refused by
name, never passed over: a file that asks for protection must not load without it.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from monitor.formats.phrases import unreadable
from monitor.settings.loader import parse_as
from monitor.settings.reading import ConfigurationError, ConfigurationFault

TlsVersion = Literal["TLS12", "TLS13"]
BcryptHash = Annotated[str, StringConstraints(pattern=r"^\$2[aby]\$(0[4-9]|1\d|2[0-4])\$[./A-Za-z0-9]{53}$")]
UserName = Annotated[str, StringConstraints(pattern=r"^[^:\x00-\x1f\x7f]+$")]
HeaderValue = Annotated[str, StringConstraints(pattern=r"^[\x20-\x7e]*$")]
HeaderName = Literal[
    "Content-Security-Policy",
    "Strict-Transport-Security",
    "X-Content-Type-Options",
    "X-Frame-Options",
    "X-XSS-Protection",
]


class Part(BaseModel):
    """A part of the file: unknown keys are refused, values never change after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class TlsServer(Part):
    """``tls_server_config``. Paths are relative to the file itself."""

    cert_file: Path = Field(description="The certificate and its chain, PEM.")
    key_file: Path = Field(description="Its private key, PEM, without a passphrase.")
    client_auth_type: Literal["NoClientCert", "VerifyClientCertIfGiven", "RequireAndVerifyClientCert"] = Field(
        "NoClientCert", description="Whether clients must show a certificate of `client_ca_file`."
    )
    client_ca_file: Path | None = Field(None, description="The authorities that sign clients' certificates, PEM.")
    min_version: TlsVersion = "TLS12"
    max_version: TlsVersion = "TLS13"

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if (self.client_auth_type == "NoClientCert") != (self.client_ca_file is None):
            raise ValueError("client_ca_file and a client_auth_type other than NoClientCert need each other")
        if (self.min_version, self.max_version) == ("TLS13", "TLS12"):
            raise ValueError("min_version is over max_version")
        return self


class HttpServer(Part):
    """``http_server_config``."""

    http2: bool = Field(default=True, description="Accepted for the format's sake; HTTP/1.1 is served either way.")
    headers: dict[HeaderName, HeaderValue] = Field(
        default_factory=dict, description="Instead of this server's own values; an empty one removes the header."
    )


class WebConfig(Part):
    """The whole file. Every section is optional."""

    tls_server_config: TlsServer | None = None
    http_server_config: HttpServer = Field(default_factory=HttpServer)
    basic_auth_users: dict[UserName, BcryptHash] = Field(
        default_factory=dict, description="User to bcrypt hash (`htpasswd -nBC 10 USER`); none: no password is asked."
    )


def load_web_config(path: Path, environment: Mapping[str, str] | None = None) -> WebConfig:
    """Read and check the file at ``path``, and make its paths independent of the working directory.

    Raises :class:`~monitor.settings.ConfigurationError` with all faults, also when the file cannot be read.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            [ConfigurationFault(str(path), None, "", f"cannot be read: {unreadable(error)}")]
        ) from error
    config = parse_as(WebConfig, text, str(path), os.environ if environment is None else environment)
    if config.tls_server_config is None:
        return config
    return config.model_copy(update={"tls_server_config": _placed(config.tls_server_config, path.parent)})


def _placed(tls: TlsServer, folder: Path) -> TlsServer:
    named = {"cert_file": tls.cert_file, "key_file": tls.key_file, "client_ca_file": tls.client_ca_file}
    return tls.model_copy(update={key: folder / value for key, value in named.items() if value is not None})
