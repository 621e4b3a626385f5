"""The file of TLS and basic auth: a file that asks for protection never loads without it."""

from pathlib import Path

import pytest

from monitor.settings import ConfigurationError
from monitor.settings.web_config import WebConfig, load_web_config

HASH = "$2y$10$" + "N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy"


def load(folder: Path, text: str) -> WebConfig:
    file = folder / "web.yml"
    file.write_text(text, encoding="utf-8")
    return load_web_config(file, {})


def test_a_file_of_prometheus_exporters_loads_as_it_is(tmp_path: Path) -> None:
    config = load(
        tmp_path,
        f"""
        tls_server_config:
          cert_file: server.crt
          key_file: /etc/keys/server.key
          client_auth_type: RequireAndVerifyClientCert
          client_ca_file: ca.crt
          min_version: TLS13
        http_server_config:
          http2: true
          headers:
            Strict-Transport-Security: max-age=31536000
        basic_auth_users:
          alice: {HASH}
        """,
    )
    assert config.basic_auth_users == {"alice": HASH}
    assert config.http_server_config.headers == {"Strict-Transport-Security": "max-age=31536000"}
    tls = config.tls_server_config
    assert tls is not None
    assert (tls.min_version, tls.max_version) == ("TLS13", "TLS13")
    assert tls.cert_file == tmp_path / "server.crt", "relative to the file, not to the working directory"
    assert tls.client_ca_file == tmp_path / "ca.crt"
    assert tls.key_file == Path("/etc/keys/server.key")


def test_every_section_is_optional(tmp_path: Path) -> None:
    assert load(tmp_path, "{}") == WebConfig()


@pytest.mark.parametrize(
    ("text", "place", "told"),
    [
        ("basic_auth_users: {alice: secret}", "basic_auth_users.alice", "match pattern"),
        ("basic_auth_users: {'al:ice': HASH}", "basic_auth_users.al:ice", "match pattern"),
        ("basic_auth_user: {alice: HASH}", "basic_auth_user", "unknown key"),
        ("rate_limit: {burst: 20}", "rate_limit", "unknown key"),
        ("tls_server_config: {cert_file: a}", "tls_server_config.key_file", "is required"),
        (
            "tls_server_config: {cert_file: a, key_file: b, client_allowed_sans: [c]}",
            "tls_server_config.client_allowed_sans",
            "unknown key",
        ),
        (
            "tls_server_config: {cert_file: a, key_file: b, client_auth_type: RequireAnyClientCert}",
            "tls_server_config.client_auth_type",
            "RequireAndVerifyClientCert",
        ),
        (
            "tls_server_config: {cert_file: a, key_file: b, client_ca_file: c}",
            "tls_server_config",
            "need each other",
        ),
        (
            "tls_server_config: {cert_file: a, key_file: b, client_auth_type: RequireAndVerifyClientCert}",
            "tls_server_config",
            "need each other",
        ),
        (
            "tls_server_config: {cert_file: a, key_file: b, min_version: TLS13, max_version: TLS12}",
            "tls_server_config",
            "min_version is over max_version",
        ),
        ("tls_server_config: {cert_file: a, key_file: b, min_version: TLS10}", "min_version", "TLS12"),
        ('http_server_config: {headers: {X-Frame-Options: "a\\nb"}}', "X-Frame-Options", "match pattern"),
        ("http_server_config: {headers: {Server: nginx}}", "Server", "X-Frame-Options"),
    ],
)
def test_what_cannot_be_kept_is_refused_with_its_place(tmp_path: Path, text: str, place: str, told: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        load(tmp_path, text.replace("HASH", f'"{HASH}"'))
    assert place in str(refused.value)
    assert told in str(refused.value)
    assert "web.yml:1" in str(refused.value)


def test_a_hash_is_never_repeated_in_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as refused:
        load(tmp_path, f'basic_auth_users: {{alice: "{HASH}x"}}')
    assert HASH not in str(refused.value)


def test_a_missing_or_empty_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read"):
        load_web_config(tmp_path / "none.yml", {})
    with pytest.raises(ConfigurationError, match="empty"):
        load(tmp_path, "")
